"""The same script through the shell, Python, HTTP and the control line leaves the same journal."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from proofs.asking.desk import desk, waits
from proofs.asking.served import Served
from tests.integration.cli_tools import asked, run

from tradewright.adapters.control.client import SocketLine
from tradewright.adapters.disk.disk import RealDisk
from tradewright.application.control import TABLE
from tradewright.application.envelope import Envelope
from tradewright.application.messages import OWNER
from tradewright.application.risk.messages import PressKill, ReleaseKill, ReopenTrading, ShutTrading
from tradewright.application.risk.views import KillView
from tradewright.application.trading.messages import (
    CancelOrders,
    ChangeOrder,
    ClosePosition,
    PauseStrategy,
    ResumeStrategy,
    SubmitOrder,
)
from tradewright.application.trading.views import Done
from tradewright.application.trading.wire import Wire
from tradewright.domain.identifiers import CorrelationId
from tradewright.engine.runtime.journal.reader import read
from tradewright.engine.session import facts

DOORS = ("shell", "python", "http", "line")
PRICE = "80"
OWN = {"time_ns", "client_order_id", "correlation_id", "who", "key", "intent", "epoch", "slice", "arrival_price",
       "notional", "venue_order_id", "limits_version", "number"}  # fmt: skip
"""What is of one session, or of the moment."""
ASKED = (
    facts.OrderIntended, facts.OrderRefused, facts.CancelRequested, facts.CancelWanted, facts.ReplaceRequested,
    facts.StrategyLifeChanged, facts.TradingStateChanged,
)  # fmt: skip
"""What people ask for. The reply that is kept for a key is of HTTP alone, which has keys."""


@dataclass
class Script:
    """What is asked, as one door asks it."""

    pause: Callable[[], object]
    send: Callable[[str, str], str]
    """Quantity and reason of a limit order; its id, empty where it was refused."""
    change: Callable[[str, str], object]
    cancel: Callable[[str], object]
    close: Callable[[], object]
    """Of what is not held: refused."""
    kill: Callable[[], object]
    release: Callable[[], object]
    resume: Callable[[], object]

    def play(self, world: Served) -> None:
        """Step by step: each is through before the next is asked, so that a quick door meets what a slow one meets."""

        def stands(order: str, **terms: str) -> None:
            waits(lambda: terms.items() <= world.told("GET", f"/api/orders/{order}").items())

        self.pause()
        order = self.send("3", "one")
        stands(order, life="working", quantity="3", pending="")
        self.change(order, "2")
        stands(order, life="working", quantity="2", pending="")
        self.cancel(order)
        stands(order, life="canceled")
        assert self.send("999999999", "too much") == ""
        self.close()
        self.kill()
        assert self.send("4", "while it is shut") == ""
        self.release()
        self.resume()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with desk(tmp_path_factory.mktemp("doors"), accounts=DOORS, speed="0.01") as found:
        yield found


@pytest.mark.slow
def test_the_journals_of_one_script_are_the_same_through_every_door(world: Served) -> None:
    running = world.told("GET", "/api/sessions", params={"is_running": "true"})["items"]
    lines = {one["account"]: one["session"] for one in running}
    for door in DOORS:
        SCRIPTS[door](world, lines[door]).play(world)
    journals = {door: told(world, lines[door]) for door in DOORS}
    assert len(journals["shell"]) >= 8
    for door in DOORS[1:]:
        assert journals[door] == journals["shell"], door


def told(world: Served, session: str) -> list[tuple[str, dict[str, Any]]]:
    """What was asked of a session, as its journal has it."""
    folder = Path(world.serving.app.state_folder) / "paper" / "sessions" / session / "journal"
    found = []
    for record in read(RealDisk(folder), facts.catalogue()):
        strategy = getattr(record.fact, "strategy", "")
        is_by_hand = isinstance(record.fact, facts.StrategyLifeChanged) or strategy in ("", "operator")
        if isinstance(record.fact, ASKED) and is_by_hand:
            fields = msgspec.to_builtins(record.fact, enc_hook=str)
            request = fields.get("request", {})
            request.pop("reason", None) if request.get("reason", "").startswith("by hand") else None
            for one in fields.get("by", ()):
                one.pop("value", None), one.pop("reason", None), one.pop("limit", None)
            found.append((type(record.fact).__name__, {n: v for n, v in fields.items() if n not in OWN}))
    return found


def shell(world: Served, session: str) -> Script:
    folder = world.serving.app.project

    def ordered(quantity: str, reason: str) -> str:
        arguments = (
            "trade",
            "send",
            "BUY",
            quantity,
            "AAPL",
            "--limit",
            PRICE,
            "--time-in-force",
            "gtc",
            "--reason",
            reason,
        )
        done = run(*arguments, "--session", session, "--json", folder=folder)
        return "" if done.returncode else str(msgspec.json.decode(done.stdout)["orders"][0])

    def did(*arguments: str) -> None:
        asked(*arguments, folder=folder)

    return Script(
        pause=lambda: did("trade", "pause", session, "--reason", "script"),
        send=ordered,
        change=lambda order, quantity: did("trade", "change", order, "--quantity", quantity, "--session", session),
        cancel=lambda order: did("trade", "cancel", order, "--session", session),
        close=lambda: asked("trade", "close", "AAPL", "--session", session, folder=folder, code=2),
        kill=lambda: did("risk", "kill", "--account", "shell", "--who", "ada", "--reason", "script"),
        release=lambda: did(
            "risk", "release", "--account", "shell", "--who", "ada", "--confirm", "shell", "--reason", "script"
        ),
        resume=lambda: did("trade", "resume", session, "--reason", "script"),
    )


def python(world: Served, session: str) -> Script:
    app = world.serving.app

    def did(message: object) -> Done:
        return app.ask(message, answer=Done)

    def ordered(quantity: str, reason: str) -> str:
        done = did(_order(quantity, reason, session))
        return done.orders[0] if done.is_done else ""

    release = ReleaseKill(who="ada", typed="python", reason="script", account="python")
    return Script(
        pause=lambda: did(PauseStrategy(session, "script")),
        send=ordered,
        change=lambda order, quantity: did(_change(order, quantity, session)),
        cancel=lambda order: did(CancelOrders(orders=(order,), session=session)),
        close=lambda: did(ClosePosition(symbol="AAPL", session=session)),
        kill=lambda: app.ask(PressKill(who="ada", reason="script", account="python"), answer=KillView),
        release=lambda: app.ask(release, answer=KillView),
        resume=lambda: did(ResumeStrategy(session, "script")),
    )


def http(world: Served, session: str) -> Script:
    numbers = iter(range(100))

    def ordered(quantity: str, reason: str) -> str:
        body = {"symbol": "AAPL", "side": "BUY", "quantity": quantity, "kind": "limit", "limit_price": PRICE,
                "time_in_force": "gtc", "reason": reason, "account": "http"}  # fmt: skip
        headers = {"Idempotency-Key": f"script-{next(numbers)}"}
        found = world.ask("POST", "/api/orders", json=body, headers=headers)
        assert found.status_code in {201, 409}, found.text
        return str(found.json()["orders"][0]) if found.status_code == 201 else ""

    def did(method: str, path: str, body: dict[str, str] | None = None, status: int = 200) -> None:
        more: dict[str, Any] = {} if body is None else {"json": body}
        world.told(method, path, status=status, **more)

    why = {"reason": "script"}
    return Script(
        pause=lambda: did("POST", f"/api/sessions/{session}/pause", why),
        send=ordered,
        change=lambda order, quantity: did("PATCH", f"/api/orders/{order}", {"quantity": quantity}),
        cancel=lambda order: did("DELETE", f"/api/orders/{order}"),
        close=lambda: did("POST", "/api/positions/AAPL/close", {"account": "http"}, 409),
        kill=lambda: did("POST", "/api/risk/kill", {"account": "http"} | why),
        release=lambda: did("POST", "/api/risk/release", {"account": "http", "typed": "http"} | why),
        resume=lambda: did("POST", f"/api/sessions/{session}/resume", why),
    )


def line(world: Served, session: str) -> Script:
    """Straight to the trader's socket; the account's kill file is the doors', so that only its trader is told."""
    kept, wire = world.serving.app.trading.sessions.find(session), Wire(TABLE)

    def did(message: object) -> Any:
        request = wire.request_of(Envelope(message, OWNER, CorrelationId("line")))
        return wire.answer_to(message, SocketLine().ask(kept.folder, request))

    def ordered(quantity: str, reason: str) -> str:
        done = did(_order(quantity, reason, session))
        return done.orders[0] if done.is_done else ""

    def killed() -> None:
        did(ShutTrading("ada", "script", when_ns=1, session=session, mode="cancel"))

    return Script(
        pause=lambda: did(PauseStrategy(session, "script")),
        send=ordered,
        change=lambda order, quantity: did(_change(order, quantity, session)),
        cancel=lambda order: did(CancelOrders(orders=(order,), session=session)),
        close=lambda: did(ClosePosition(symbol="AAPL", session=session)),
        kill=killed,
        release=lambda: did(ReopenTrading("ada", "script", session=session)),
        resume=lambda: did(ResumeStrategy(session, "script")),
    )


SCRIPTS = {"shell": shell, "python": python, "http": http, "line": line}


def _order(quantity: str, reason: str, session: str) -> SubmitOrder:
    return SubmitOrder(
        symbol="AAPL", side="BUY", quantity=Decimal(quantity), kind="limit", limit_price=Decimal(PRICE),
        time_in_force="gtc", reason=reason, session=session,
    )  # fmt: skip


def _change(order: str, quantity: str, session: str) -> ChangeOrder:
    return ChangeOrder(order=order, quantity=Decimal(quantity), session=session)
