"""What every door shows of trading sessions. Money and quantities are exact decimals, times nanoseconds UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a command."""

    session: str
    is_done: bool
    story: str
    """What happened, or why not: every control that refused, with what to do."""
    orders: tuple[str, ...] = ()
    """Client order ids that it concerns."""
    to_type: Mapping[str, str] = field(default_factory=dict)
    """Control -> what it found: soft controls alone refused the order, and whoever sends it again and types this may
    have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLine:
    """A session in a list; of one whose terms cannot be read only name, process and end are known."""

    session: str
    mode: str
    life: str
    process: int | None
    account: str
    strategy: str
    instruments: tuple[str, ...]
    feed: str
    created_ns: int
    end: str
    """Why it ended, or which file of it is damaged, with what to do; empty while it has not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """One order."""

    order: str
    """Client order id."""
    venue_order: str
    strategy: str
    role: str
    instrument: str
    side: str
    kind: str
    time_in_force: str
    quantity: Decimal
    filled: Decimal
    remaining: Decimal
    limit_price: Decimal | None
    stop_price: Decimal | None
    average_price: Decimal | None
    """Of what is filled."""
    life: str
    pending: str
    """`cancel` or `replace` while one has no answer."""
    wished: Decimal
    """Quantity before sizing clipped it."""
    bound: str
    """The limit that clipped it."""
    remark: str
    correlation_id: str
    born_ns: int
    parent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactView:
    """One fact of the journal."""

    sequence: int
    epoch: int
    time_ns: int
    kind: str
    fields: Mapping[str, object]
    """As the journal has them; secrets are taken out."""


@dataclass(frozen=True, slots=True)
class OrderTraceView:
    """The story of one order."""

    order: OrderView
    facts: tuple[FactView, ...]
    """From the strategy's wish to the last report, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionView:
    """What a strategy holds of an instrument, or did."""

    strategy: str
    instrument: str
    quantity: Decimal
    direction: str
    average_price: Decimal | None
    cost_basis: Decimal
    mark: Decimal | None
    marked_ns: int | None
    market_value: Decimal | None
    unrealized: Decimal | None
    """What closing at the mark would realize, before fees."""
    realized: Decimal
    """Booked by fills, before fees."""
    fees: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyResult:
    """Profit and loss of one strategy in one currency."""

    strategy: str
    currency: str
    realized: Decimal
    unrealized: Decimal | None
    fees: Decimal
    net: Decimal | None
    """Realized and unrealized less fees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskLine:
    """One limit and how much of it is used."""

    name: str
    value: Decimal | None
    """None: it cannot be told."""
    limit: Decimal
    used: Decimal | None
    """Value over limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioView:
    """The account of a session."""

    session: str
    account: str
    currency: str
    time_ns: int
    equity: Decimal | None
    """Cash plus everything marked; None where a mark is missing."""
    cash: Mapping[str, Decimal]
    day_equity: Decimal | None
    peak_equity: Decimal | None
    day_result: Decimal | None
    """Equity less equity at the start of the day."""
    drawdown: Decimal | None
    """Equity over its peak, minus one: zero or negative."""
    gross_exposure: Decimal | None
    net_exposure: Decimal | None
    other_cash: Mapping[str, Decimal]
    """What moved cash beside fills: the opening, dividends, transfers."""
    strategies: tuple[StrategyResult, ...]
    risk: tuple[RiskLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertView:
    """Something that somebody has to look at."""

    code: str
    subject: str
    story: str
    time_ns: int
    seen_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShutView:
    """How far trading is shut in a scope."""

    scope: str
    """Empty: everything; else a strategy or an instrument."""
    state: str
    """`active`, `reduce_only`, `cancel_only` or `killed`."""
    who: str
    reason: str
    time_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentView:
    """Something that a session stands on."""

    component: str
    is_critical: bool
    """While it is not well, nothing new is risked."""
    is_ok: bool
    problem: str
    """Empty while it is well."""
    since_ns: int
    """Session time of the last change; 0: it has been well from the start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardNoteView:
    """Something that the session's guard did or found."""

    time_ns: int
    """Wall clock."""
    code: str
    story: str
    is_alarm: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TickView:
    """Trades that a session makes its bars of, since its process began."""

    trades: int
    per_second: float
    """Over the last ten seconds."""
    lag_ns: int
    """From a portion's arrival until all that it led to was dealt with."""
    waiting: int
    """Portions that are not dealt with yet."""
    last_ns: int
    """When the newest happened."""
    believed: int
    quarantined: Mapping[str, int]
    """Put aside, by reason."""
    late: int
    bars: int
    gaps: int
    slices: int
    incomplete: int
    """Slices without a bar of every instrument."""
    notes: tuple[str, ...]
    """The first of each kind that was put aside, and long gaps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """How the trader's process does."""

    has_begun: bool = False
    """Strategy, broker and market are up."""
    is_connected: bool = False
    """To the broker."""
    is_green: bool = False
    """Its books agree with the venue's, so that orders may be sent."""
    lag_ns: int | None = None
    """Age of the oldest input that waits."""
    waiting: int = 0
    journal: int = 0
    """The last record that is safe."""
    problem: str = ""
    """Why it no longer trades, where that is so."""
    ignored: int = 0
    """Reports of the venue about orders that had left the books, which were no news."""
    ticks: TickView | None = None
    """Where the session trades on ticks."""
    components: tuple[ComponentView, ...] = ()
    """Of a session that runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCounts:
    """What happened in a session so far."""

    slices: int
    orders: int
    fills: int
    refusals: Mapping[str, int]
    """By control."""
    bounds: Mapping[str, int]
    """Orders that a limit clipped, by limit."""
    rejected: int
    incidents: Mapping[str, int]
    """By code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionView:
    """One session as it stands."""

    line: SessionLine
    time_ns: int
    """Session time."""
    strategy_life: str
    strategy_reason: str
    shut: tuple[ShutView, ...]
    portfolio: PortfolioView
    positions: tuple[PositionView, ...]
    orders: tuple[OrderView, ...]
    """Those that could still fill."""
    alerts: tuple[AlertView, ...]
    vitals: Vitals
    end: str
    """Why it ended; empty while it has not."""
    dropped: int = 0
    """Orders that ended long ago and have left the trader's books; the journal and the SQL tables have them."""
    dropped_before_ns: int = 0
    """Session time before which the last of them ended; 0 while none has left."""
    counts: SessionCounts | None = None
    """From its journal; None where only the trader was asked."""
    guard: tuple[GuardNoteView, ...] = ()
    """The last notes of its guard, oldest first."""


@dataclass(frozen=True, slots=True)
class JournalPage:
    """Facts of a journal."""

    session: str
    facts: tuple[FactView, ...]
    has_more: bool
    """More facts than the limit match; go on after the last one's number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalCheck:
    """What the bytes of a journal prove."""

    session: str
    is_sound: bool
    records: int
    epoch: int
    """How often it was opened for writing."""
    segments: int
    torn_bytes: int
    damaged_anchors: int
    damage: str
    """Why it refuses to open."""
    digest: str
    """Of the state that replaying it gives; empty where it cannot be replayed."""


@dataclass(frozen=True, slots=True)
class TablesBuilt:
    """SQL tables made from journals."""

    path: str
    sessions: tuple[str, ...]
    facts: int
    """That were read."""
    problems: tuple[str, ...] = ()
    """Journals that could not be read."""
