"""Facts of the session itself: its terms, its openings and its end, and the passing of the market's time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tradewright.domain.quick import quick
from tradewright.ports.hosts import StrategyTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentTerms:
    """What the session knows of an instrument it trades."""

    instrument: str
    currency: str
    multiplier: Decimal
    lot: Decimal
    tick: Decimal
    asset_class: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStarted:
    """A session began: with whom, with what, on what terms. The first fact of every journal."""

    time_ns: int
    session: str
    mode: str
    """`paper` or `live`."""
    account: str
    broker: str
    strategy: StrategyTerms
    strategy_name: str
    """The name that its orders and positions go by."""
    instruments: tuple[InstrumentTerms, ...]
    feed: Mapping[str, str]
    """Kind, first day, speed, interval: enough to subscribe again."""
    opening_cash: Mapping[str, Decimal]
    limits_version: int
    engine_version: str
    limits: str = ""
    """The limits it began with, as `policy_line` writes them."""
    costs: str = ""
    """What a simulated venue charges, as an expression of costs; empty: nothing."""
    leverage: Decimal = Decimal(1)
    """Gross exposure that a simulated venue allows, in multiples of equity."""
    participation: Decimal = Decimal(0)
    """The part of a bar's volume that one order may take at a simulated venue; 0: any."""
    window: str = ""
    """The part of the day in which orders may execute, as `09:30-16:00 America/New_York`; empty: all of it."""


@dataclass(frozen=True, slots=True)
class StrategyKnown:
    """The strategy has traded live before, in sessions that are over."""

    time_ns: int
    days: int
    orders: int


@dataclass(frozen=True, slots=True)
class SessionResumed:
    """The session goes on after an end that was not its own."""

    time_ns: int
    epoch: int


@dataclass(frozen=True, slots=True)
class SessionStopped:
    """The session ended because somebody or something wanted it."""

    time_ns: int
    who: str
    reason: str


@quick
@dataclass(frozen=True, slots=True)
class SliceClosed:
    """The market closed a slice; the marks value the account from now on."""

    time_ns: int
    slice: int
    session: int
    marks: Mapping[str, Decimal]
    carried: Mapping[str, Decimal] = field(default_factory=dict)
    """Marks of instruments without a bar, in the new shares of a split; they are as old as before."""


@quick
@dataclass(frozen=True, slots=True)
class DayBegan:
    """A trading day began: losses and counts of the day start anew."""

    time_ns: int
    session: int
    equity: Decimal
