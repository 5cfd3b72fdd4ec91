"""News is what happened just now, as somebody at a screen wants it: an order as it stands, a fill, how far a job is.

This file decides which topics there are, what each carries, who may hear it, and which news replaces an earlier one: of
a state (an order, a position) only the newest counts, of a happening (a fill, a refusal) every one. A topic without a
source is named all the same, with the reason, so that nobody waits for it in vain.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from tradewright.application.jobs.messages import JobList
from tradewright.application.jobs.views import JobView
from tradewright.application.messages import Actor, Role
from tradewright.application.signals.messages import SignalList
from tradewright.application.trading.across_messages import (
    AllFills,
    AllOrders,
    AllPortfolios,
    AllPositions,
    FillView,
    RiskEvents,
    RiskEventView,
    SessionOrder,
    SessionPosition,
)
from tradewright.application.trading.messages import SessionShown
from tradewright.domain.orders.life import OrderLife
from tradewright.ports.bus import Topic
from tradewright.ports.sessions import SessionLife
from tradewright.ports.signals import KeptSignal

News = tuple[str, object]
"""The name of a topic, and what it carries."""
BACKTESTS: Final = frozenset({"backtest"})
"""Kinds of jobs that are told as backtests, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionBar:
    """A bar of an instrument closed, in a session that trades it."""

    session: str
    account: str
    instrument: str
    slice: int
    """Counts the session's slices of the market."""
    time_ns: int
    """When it closed."""
    close: Decimal
    """The mark that values the account from then on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionAccount:
    """The account of a session, as it stands."""

    session: str
    account: str
    life: str
    """Of the session: `running`, then how it ended."""
    currency: str
    time_ns: int
    """Session time."""
    equity: Decimal | None
    """Cash plus everything marked; null where a mark is missing."""
    cash: Mapping[str, Decimal]
    day_result: Decimal | None
    drawdown: Decimal | None
    gross_exposure: Decimal | None
    net_exposure: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionAlert:
    """Something that somebody has to look at, or has looked at."""

    session: str
    account: str
    code: str
    subject: str
    story: str
    time_ns: int
    seen_by: str
    """Empty while nobody has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsTopic:
    """One topic."""

    name: str
    told: str
    """What it tells, in a line."""
    kind: type = object
    message: type | None = None
    """Whoever may ask this may hear the topic; None: there is no source yet."""
    state: tuple[str, ...] = ()
    """Fields that say which state this is, so that a newer one replaces it; empty: every one counts."""
    filters: Mapping[str, str] = field(default_factory=dict)
    """Name of a filter -> the field that it looks at."""
    lacks: str = ""
    """Why there is no source yet."""

    @property
    def works(self) -> bool:
        """Whether anything is ever told."""
        return self.message is not None

    @property
    def bus(self) -> Topic[object]:
        """As it travels."""
        return Topic(f"news.{self.name}", self.kind, is_urgent=self.name in {"orders", "fills", "alerts"})

    def key(self, event: object) -> tuple[str, ...]:
        """Which state an event is of; empty where every event counts."""
        return tuple(str(getattr(event, one)) for one in self.state)


_OF_SESSION: Final = MappingProxyType({"session": "session", "account": "account"})
_OF_INSTRUMENT: Final = MappingProxyType({**_OF_SESSION, "symbol": "instrument"})
_OF_STRATEGY: Final = MappingProxyType({**_OF_INSTRUMENT, "strategy": "strategy"})
_OF_JOB: Final = MappingProxyType({"id": "id", "kind": "kind", "subject": "subject"})

TOPICS: Final[Mapping[str, NewsTopic]] = MappingProxyType(
    {
        one.name: one
        for one in (
            NewsTopic(
                name="bars", told="A bar closed in a session", kind=SessionBar, message=SessionShown,
                state=("session", "instrument"), filters=_OF_INSTRUMENT,
            ),
            NewsTopic(name="quotes", told="Best bid and ask", lacks="no source of live quotes is connected"),
            NewsTopic(name="trades", told="Public prints", lacks="no source of live trades is connected"),
            NewsTopic(
                name="orders", told="An order changed", kind=SessionOrder, message=AllOrders,
                state=("session", "order"), filters=_OF_STRATEGY,
            ),
            NewsTopic(
                name="fills", told="An order was filled, or a fill was taken back", kind=FillView, message=AllFills,
                filters=_OF_STRATEGY,
            ),
            NewsTopic(
                name="positions", told="What is held changed, or its mark did", kind=SessionPosition,
                message=AllPositions, state=("session", "strategy", "instrument"), filters=_OF_STRATEGY,
            ),
            NewsTopic(
                name="account", told="Money of a session changed", kind=SessionAccount, message=AllPortfolios,
                state=("session",), filters=_OF_SESSION,
            ),
            NewsTopic(
                name="signals", told="A signal was made", kind=KeptSignal, message=SignalList,
                state=("strategy", "instrument", "interval"),
                filters={"symbol": "instrument", "strategy": "strategy", "interval": "interval", "opinion": "opinion"},
            ),
            NewsTopic(name="scans", told="A scan found something", lacks="there is no scanner yet"),
            NewsTopic(
                name="backtests", told="How far a backtest is", kind=JobView, message=JobList, state=("id",),
                filters=_OF_JOB,
            ),
            NewsTopic(
                name="jobs", told="How far a job is", kind=JobView, message=JobList, state=("id",), filters=_OF_JOB
            ),
            NewsTopic(
                name="risk", told="Risk refused, shut, or found something", kind=RiskEventView, message=RiskEvents,
                filters=_OF_SESSION,
            ),
            NewsTopic(
                name="alerts", told="Somebody has to look", kind=SessionAlert, message=SessionShown,
                state=("session", "code", "subject"), filters=_OF_SESSION,
            ),
            NewsTopic(name="health", told="A part of the platform changed", lacks="ask GET /health/ready"),
            NewsTopic(name="logs", told="Lines of the logs", lacks="read the files in the state folder"),
        )
    }
)  # fmt: skip
"""Every topic by its name."""
MARKET_DATA: Final = ("bars", "quotes", "trades")
"""Topics of the market, which have an address of their own."""


def is_for(event: object, actor: Actor) -> bool:
    """Whether somebody may hear it: what is on an account that they see, jobs of their own, and signals, which are on
    no account."""
    if isinstance(event, KeptSignal):
        return True
    if isinstance(event, JobView):
        return Role.ADMIN in actor.roles or event.actor == actor.name
    return actor.sees(str(getattr(event, "account", "")))


def is_final(event: object) -> bool:
    """Whether nothing more will come of this state."""
    match event:
        case JobView():
            return event.is_final
        case SessionPosition():
            return event.quantity == 0
        case SessionAlert():
            return bool(event.seen_by)
        case SessionOrder():
            return OrderLife(event.life).is_final
        case SessionAccount():
            return event.life not in {SessionLife.RUNNING, SessionLife.STARTING}
        case _:
            return False


def is_wanted(event: object, wishes: Mapping[str, str]) -> bool:
    """Whether an event has what is wished, field by field; an instrument also without its venue."""
    for name, wanted in wishes.items():
        found = str(getattr(event, name))
        if found != wanted and not (name == "instrument" and found.startswith(f"{wanted}.")):
            return False
    return True


def is_backtest(job: JobView) -> bool:
    """Whether a job is told as a backtest, too."""
    return job.kind in BACKTESTS
