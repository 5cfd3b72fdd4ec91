"""What can be asked about playing a trading session, and what comes back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from tradewright.application.trading.parity import ParityView
from tradewright.application.trading.views import OrderView, SessionView
from tradewright.domain.costs import Cost
from tradewright.trading.bars import Bars
from tradewright.trading.risk.policy import LimitsPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaySession:
    """Trade a strategy over bars on a paper account of its own, now and to the end. Answer: `PlayedSession`.

    InputError for what cannot be used, StrategyError where the strategy raises or answers nonsense.
    """

    strategy: object
    """A strategy, its class, its id, or `file.py:ClassName`."""
    bars: Bars
    """The first of them warm the strategy up."""
    cash: Decimal = Decimal(100_000)
    costs: Cost | str | None = None
    limits: Mapping[str, object] | LimitsPolicy
    lot: float = 1.0
    """Smallest step of a quantity."""
    sizing: object | None = None
    """Rules of size in place of equal slots, as text or as a `Sizing`."""


@dataclass(frozen=True, slots=True)
class PlayedFill:
    """One execution."""

    time_ns: int
    order: str
    instrument: str
    side: str
    quantity: Decimal
    price: Decimal
    fee: Decimal
    role: str


@dataclass(frozen=True, slots=True)
class PlayedRefusal:
    """One control that said no to one order."""

    time_ns: int
    order: str
    instrument: str
    side: str
    wished: Decimal
    control: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class AccountRow:
    """The account at the close of a slice."""

    time_ns: int
    equity: Decimal
    cash: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedSession:
    """What came of it."""

    view: SessionView
    orders: tuple[OrderView, ...]
    """In the order in which they were made."""
    fills: tuple[PlayedFill, ...]
    refusals: tuple[PlayedRefusal, ...]
    account: tuple[AccountRow, ...]
    """A row a slice, from the first that trades on."""
    parity: Callable[[], ParityView]
    """Lays the session beside a backtest of its own slices."""
