"""An order that a soft control alone refused goes out once its number is typed, from the shell and over HTTP."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from proofs.asking.desk import ended_with_its_processes, furnish, has_marks, waits
from proofs.asking.served import Served, served

from tradewright.application.trading.messages import LaunchSession, StartSession
from tradewright.application.trading.views import SessionLine
from tradewright.bootstrap.app import App


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A session that wants nothing by itself, a bar each twenty seconds."""
    folder = tmp_path_factory.mktemp("confirming")
    app = App(folder)
    furnish(app)
    wish = StartSession(
        strategy="mean_reversion", symbols=("AAPL",), first="2015-06-01", speed="0.05",
        parameters={"oversold": "1", "deviations": "5", "window": "60"},
    )  # fmt: skip
    with ended_with_its_processes(folder):
        app.ask(LaunchSession(app.ask(wish, answer=SessionLine).session), answer=SessionLine)
        waits(lambda: has_marks(app, ("paper",)), within_s=120)
        with served(folder) as found:
            yield found
    app.state.close()


def too_dear(world: Served) -> str:
    """A limit price a tenth above the mark."""
    shown = world.told("GET", "/api/risk/check?symbol=AAPL&side=BUY")
    collar = next(one for one in shown["controls"] if one["control"] == "price_collar")
    assert collar["verdict"] == "passed"
    newest = world.told("GET", "/api/data/AAPL?start=2015-05-28&end=2015-06-02")["items"]
    return f"{float(newest[-1]['close']) * 1.1:.2f}"


def test_over_http(world: Served) -> None:
    order = {"symbol": "AAPL", "side": "BUY", "quantity": "1", "kind": "limit", "limit_price": too_dear(world)}

    def send(name: str, status: int, **more: object) -> dict[str, object]:
        found: dict[str, object] = world.told(
            "POST", "/api/orders", json={**order, **more}, headers={"Idempotency-Key": name}, status=status
        )
        return found

    refused = send("a", 409)
    assert refused["code"] == "refused" and "typed" in str(refused["remedy"])
    control, _, number = str(refused["expected"]).partition("=")
    assert control == "price_collar" and float(number) > 0.03
    assert "that is not what risk found" in str(send("b", 409, typed={control: "9"})["detail"])
    send("c", 409)
    assert send("d", 201, typed={control: number})["is_done"] is True
    assert "has not refused" in str(send("e", 409, typed={control: number})["detail"]), "it was used"


def test_from_the_shell(world: Served) -> None:
    def run(*more: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-P", "-m", "tradewright", "trade", "send", "BUY", "2", "AAPL", "--limit", limit]
        return subprocess.run(
            [*command, *more], cwd=world.serving.app.project, capture_output=True, text=True, timeout=120, check=False
        )

    limit = too_dear(world)
    told = run()
    assert told.returncode == 2
    lines = told.stderr.splitlines()
    assert lines[0] == "error: risk refused it:" and lines[1].startswith("  price_collar: "), told.stderr
    found = re.search(r"send it again within 60 s and confirm (price_collar=[0-9.]+)", " ".join(told.stderr.split()))
    assert found is not None, told.stderr
    wrong = run("--confirm", "much")
    assert wrong.returncode == 2 and "--confirm cannot be used" in wrong.stderr
    done = run("--confirm", found[1], "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["is_done"] is True


def test_who_confirmed_stands_in_the_journal(world: Served) -> None:
    items = world.told("GET", "/api/journal?kind=OrderConfirmed")["facts"]
    assert len(items) == 2 and all("price_collar" in json.dumps(one) for one in items)
