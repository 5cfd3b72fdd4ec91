"""What can be asked about trading sessions. `session` names one by its id or the beginning of it; empty means the only
one that runs. Of a session that runs no more, queries are answered from its journal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tradewright.ports.sessions import Parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class StartSession:
    """Prepare a session: prove that it can start, and make its folder. Answer: `SessionLine`; nobody runs it yet.

    InputError and DataError say what is missing: the strategy, an instrument, data of the period, limits, an account.
    """

    strategy: str
    symbols: tuple[str, ...]
    feed: str = "replay"
    """Which market data: `replay` is bars of the store, `trades` its recorded trades, of which bars are made."""
    first: str
    """First day that trades, as 2005 or 2005-01-03; the warm-up lies before it."""
    last: str = ""
    """Last one, included; empty: as far as the data goes."""
    speed: str = "max"
    """Bars (or trades) a second as `20`, a multiple of real time as `60x`, or `max`."""
    interval: str = "1d"
    account: str = "paper"
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    cash: Decimal | None = None
    """That a new paper account is opened with; None: as the settings say, or what the account has."""
    costs: str | None = None
    """What its fills are charged, as an expression of costs: `Commission(bps=10)`."""
    sizing: str = ""
    """Rules of size in place of equal slots: `AtrRisk(0.01) + FixedPart(0.2)`; empty: slots."""
    lost_after_s: float = 5.0
    """Silence after which its guard takes the trader for lost, in seconds."""
    when_lost: str = "cancel"
    """What the guard does then: `stop` (tell), `cancel` (entries), `flatten` (kill the account and close)."""
    session: str = ""
    """Its id, where whoever asks has chosen one that nobody else can have; empty: made of day, strategy and chance."""


@dataclass(frozen=True, slots=True)
class ReopenSession:
    """Prepare to go on with a session that runs no more. Answer: `SessionLine`. Empty: the newest that crashed."""

    session: str = ""


@dataclass(frozen=True, slots=True)
class LaunchSession:
    """Run a prepared session in a process of its own. Answer: `SessionLine` once it runs; it raises what stopped it."""

    session: str


@dataclass(frozen=True, slots=True)
class SessionList:
    """The sessions of this mode, newest first, then damaged ones. Answer: a tuple of `SessionLine`."""

    is_running: bool = False
    """Only those that run."""


@dataclass(frozen=True, slots=True)
class SessionShown:
    """One session as it stands: life, orders, positions, money, risk, lag, alerts. Answer: `SessionView`."""

    session: str = ""


@dataclass(frozen=True, slots=True)
class StopSession:
    """End a session in good order. Answer: `Done`."""

    session: str = ""
    orders: str = "keep_protection"
    """`keep_protection` cancels entries and leaves protection at the venue, `cancel_all`, `keep_all`."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PauseStrategy:
    """Let the strategy make no more orders; protection stays. Answer: `Done`."""

    session: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ResumeStrategy:
    """Let a paused strategy trade again. Answer: `Done`."""

    session: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """Orders of a session, newest first. Answer: a tuple of `OrderView`."""

    session: str = ""
    is_open: bool = False
    """Only those that could still fill."""
    symbol: str = ""
    life: str = ""
    limit: int = 200


@dataclass(frozen=True, slots=True)
class OrderTrace:
    """One order with every fact of its story, from the signal to the last fill. Answer: `OrderTraceView`."""

    order: str
    """Client order id or the beginning of it."""
    session: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitOrder:
    """Send an order by hand, through the same gate as a strategy's. Answer: `Done` with the client order id."""

    symbol: str
    side: str
    quantity: Decimal
    kind: str = "market"
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trailing_offset: Decimal | None = None
    trailing_share: Decimal | None = None
    time_in_force: str = "day"
    reduces_only: bool = False
    is_passive: bool = False
    """A limit order that ends where it would take liquidity (post-only)."""
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    reason: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    """The number of each soft control that refused this very order to the same person within the last minute."""
    session: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOrder:
    """Other terms for a working order, through the same gate; None leaves a term as it is. Answer: `Done`."""

    order: str
    quantity: Decimal | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    session: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrders:
    """Cancel orders. Answer: `Done`. Nothing is canceled unless orders are named or `is_all` is said."""

    orders: tuple[str, ...] = ()
    is_all: bool = False
    keeps_protection: bool = False
    session: str = ""


@dataclass(frozen=True, slots=True)
class Positions:
    """What is held, by strategy. Answer: a tuple of `PositionView`."""

    session: str = ""
    with_flat: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosePosition:
    """Close what is held of an instrument, or of all with `is_all`. Answer: `Done`."""

    symbol: str = ""
    is_all: bool = False
    session: str = ""


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Equity, cash, profit and loss by strategy, drawdown, risk used. Answer: `PortfolioView`."""

    session: str = ""


@dataclass(frozen=True, slots=True)
class SeeAlert:
    """Say that an alert was seen; a critical one that nobody sees shuts trading. Answer: `Done`."""

    code: str
    subject: str = ""
    session: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntries:
    """Facts of a session's journal in order, read from its files. Answer: `JournalPage`."""

    session: str = ""
    """Empty: the newest session."""
    correlation_id: str = ""
    order: str = ""
    kind: str = ""
    after: int = 0
    """Only facts with a greater number."""
    limit: int = 1000


@dataclass(frozen=True, slots=True)
class JournalVerify:
    """Check every byte of a session's journal. Answer: `JournalCheck`."""

    session: str = ""


@dataclass(frozen=True, slots=True)
class RebuildTables:
    """Make the SQL tables of this mode anew from the journals. Answer: `TablesBuilt`."""

    session: str = ""
    """Empty: of every session."""
