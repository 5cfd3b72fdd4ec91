"""A running session as its control socket answers for it: messages in, answers out, through a dispatcher of its own.

This file decides in which thread what happens: books are looked at in the session's own loop, between two groups; a
command waits for its answer in a thread beside it, so that the loop never waits for itself.
"""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import TimeoutError as NoAnswerYet
from dataclasses import dataclass, field
from typing import Final

from tradewright.adapters.system.clock import SystemClock
from tradewright.application.control import TABLE
from tradewright.application.dispatcher import Dispatcher, Route
from tradewright.application.messages import MessageKind, Role
from tradewright.application.repeats import RecentAnswers
from tradewright.application.trading.views import ComponentView, Vitals
from tradewright.application.trading.wire import Wire, name_of, spelled
from tradewright.bootstrap.logs import audit, correlated
from tradewright.bootstrap.ticking import tick_view
from tradewright.domain.errors import ControlError
from tradewright.engine.session.core import Core
from tradewright.engine.session.effects import Answer
from tradewright.engine.session.inputs import Asked
from tradewright.engine.session.shell import Session
from tradewright.engine.session.state import SessionState
from tradewright.engine.session.tracked import TrackedOrder
from tradewright.ports.control import ControlRequest
from tradewright.ports.kill import KillNote
from tradewright.ports.sessions import KeptSession
from tradewright.trading.risk.book import Book
from tradewright.trading.risk.policy import LimitsPolicy

ANSWER_S: Final = 10.0
"""How long a command may take before the caller is told that nobody knows."""
_APPLICATION: Final = "tradewright.application"
TRADER_ROUTES: Final = (
    ("trading.messages", "trading.handlers", "query", "viewer", (
        ("SessionShown", "session_shown"), ("Orders", "orders"), ("Positions", "positions"), ("Portfolio", "portfolio"),
    )),
    ("trading.messages", "trading.handlers", "command", "trader", (
        ("SubmitOrder", "submit_order"), ("ChangeOrder", "change_order"), ("CancelOrders", "cancel_orders"),
        ("ClosePosition", "close_position"), ("PauseStrategy", "pause_strategy"), ("ResumeStrategy", "resume_strategy"),
        ("StopSession", "stop_session"), ("SeeAlert", "see_alert"),
    )),
    ("risk.messages", "risk.asked", "query", "viewer", (
        ("RiskShown", "risk_shown"), ("SizeQuestion", "size_question"), ("CheckOrder", "check_order"),
    )),
    ("risk.messages", "risk.asked", "command", "risk", (
        ("ShutTrading", "shut_trading"), ("ReopenTrading", "reopen_trading"), ("AdoptLimits", "adopt_limits"),
    )),
)  # fmt: skip
"""Messages, handlers, what they are, who may ask, and then what is asked and what answers it."""


@dataclass(slots=True)
class Answering:
    """Implements `application/trading/trader.py` over a session of this process."""

    live: Session
    core: Core
    kept: KeptSession
    policy_of: Callable[[], LimitsPolicy]
    """The limits as they are set now."""
    wire: Wire = field(default_factory=lambda: Wire(TABLE))
    dispatcher: Dispatcher = field(init=False)
    loop: asyncio.AbstractEventLoop = field(init=False)

    def __post_init__(self) -> None:
        """Must be made where the session's loop runs."""
        self.loop = asyncio.get_running_loop()
        clock = SystemClock()
        self.dispatcher = Dispatcher(
            trader_routes(),
            providers={"trader": lambda: self, "policy_of": lambda: self.policy_of},
            repeats=RecentAnswers(),
            clock=clock,
            audit=audit,
            within=correlated,
        )

    async def answer(self, request: ControlRequest) -> bytes:
        """The answer to a request of the control line, as JSON."""
        envelope = self.wire.envelope_of(request)
        kinds = {route.name: route.kind for route in self.dispatcher.routes}
        if kinds[name_of(type(envelope.message))] is MessageKind.QUERY:
            return spelled(self.dispatcher.dispatch(envelope))
        return spelled(await asyncio.to_thread(self.dispatcher.dispatch, envelope))

    @property
    def session(self) -> KeptSession:
        """As it lies on the disk, running in this process."""
        return self.kept

    @property
    def state(self) -> SessionState:
        """The books."""
        return self.core.state

    @property
    def left(self) -> Mapping[str, TrackedOrder]:
        """None at hand: they are not kept in memory."""
        return {}

    @property
    def policy(self) -> LimitsPolicy | None:
        """The limits that hold."""
        return self.core.policy

    @property
    def vitals(self) -> Vitals:
        """How this process does."""
        memory, metrics = self.core.memory, self.live.metrics
        return Vitals(
            has_begun=self.live.has_begun,
            is_connected=memory.is_connected,
            is_green=memory.is_green,
            lag_ns=metrics.loop_lag.quantile(0.99) if metrics.loop_lag.count else None,
            waiting=self.live.waiting,
            journal=self.live.books.journal.committed,
            problem=self.live.supervisor.problem,
            ignored=memory.ignored,
            ticks=tick_view(self.live.world.feed),
            components=tuple(
                ComponentView(
                    component=one.component.value,
                    is_critical=one.is_critical,
                    is_ok=one.is_ok,
                    problem=one.problem,
                    since_ns=one.since_ns,
                )
                for one in self.live.supervisor.health()
            ),
        )

    def book(self, *instruments: str) -> Book:
        """The gate's book."""
        return self.core.book(*instruments)

    def executes_ns(self) -> int | None:
        """When an order sent now can execute."""
        return self.core.executes_ns()

    def ask(self, command: Callable[[int], Asked]) -> Answer:
        """Put it into the session's loop and wait, which only another thread may do."""
        waiting = asyncio.run_coroutine_threadsafe(self.live.ask(command(0)), self.loop)
        try:
            return waiting.result(ANSWER_S)
        except NoAnswerYet as late:
            waiting.cancel()
            raise ControlError(
                f"session {self.kept.terms.session} has not answered",
                found=f"nothing within {ANSWER_S:g} s",
                remedy="whether it was done stands in its journal: tradewright trade journal",
            ) from late

    def kill(self, note: KillNote) -> None:
        """In the session's loop, so that no send is under way when this returns."""
        asyncio.run_coroutine_threadsafe(_done(lambda: self.live.kill(note)), self.loop).result(ANSWER_S)

    def release(self) -> None:
        """In the session's loop."""
        asyncio.run_coroutine_threadsafe(_done(self.live.release), self.loop).result(ANSWER_S)


def trader_routes() -> list[Route]:
    """Every message that a trader answers itself."""
    return [
        Route(
            f"{_APPLICATION}.{messages}:{message}",
            f"{_APPLICATION}.{handlers}:{handler}",
            MessageKind(kind),
            Role(role),
        )
        for messages, handlers, kind, role, answers in TRADER_ROUTES
        for message, handler in answers
    ]


async def _done(do: Callable[[], None]) -> None:
    do()
