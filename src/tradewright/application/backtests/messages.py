"""What can be asked about backtests: run one, keep it, list the kept, show one, set several beside each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tradewright.application.backtests.views import BacktestView
    from tradewright.trading.bars import Bars
    from tradewright.trading.risk.policy import LimitsPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """Which bars: of the store by symbol, or straight from a file. Dates are session dates, both inclusive."""

    symbols: tuple[str, ...] = ()
    timeframe: str | None = None
    """None: days of the store, or what a file holds."""
    start: str | None = None
    end: str | None = None
    prices: str = "raw"
    """`raw` with splits and dividends on their dates, or `adjusted`."""
    as_of: str | None = None
    """Only what was known by then (ISO date or time); None means all that is known."""
    file: str | None = None
    actions: str | None = None
    """A file of splits and dividends for the bars of `file`; `file` itself where they stand beside its prices."""
    timezone: str | None = None
    """Of the stamps in a file that name none."""
    benchmark: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrying:
    """What the account earns and pays without trading; rates are a year's, as fractions, or by the ISO date from which
    each holds. The defaults carry nothing."""

    interest: float | Mapping[str, float] = 0.0
    """On settled cash."""
    loan: float | Mapping[str, float] = 0.0
    """On borrowed cash."""
    borrow: float | Mapping[str, float] = 0.0
    """On the worth of shorts."""
    borrows: Mapping[str, float | Mapping[str, float]] = field(default_factory=dict)
    """Other borrow rates by instrument id."""
    borrowable: Mapping[str, float] = field(default_factory=dict)
    """The largest short by instrument id."""
    day_count: int = 360
    """Days of a year: 360 or 365."""
    funding: object = False
    """True: of perpetuals, as the store has it; or a table with instrument, time, rate, mark_price."""
    currency: str | None = None
    """The account's; None: that of the bars, and nothing is converted."""
    currencies: Mapping[str, str] = field(default_factory=dict)
    """Of instruments, where it is not what their id tells."""
    rates: Mapping[str, Bars] = field(default_factory=dict)
    """Bars of pairs by name (`EURUSD`); without any the store is asked."""
    delistings: Mapping[str, tuple[str, float]] = field(default_factory=dict)
    """By instrument id: the first date on which it is no more, and the cash a share; 0: its last close."""
    renames: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """By old instrument id: the first date of the new one, and its id."""

    @property
    def is_nothing(self) -> bool:
        """Nothing is said, so nothing is carried; a day count alone changes nothing."""
        said = [getattr(self, name) for name in self.__slots__ if name != "day_count"]
        return not any(one is not None and (not isinstance(one, float | bool | Mapping | str) or one) for one in said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The money, and what trading costs and may do."""

    cash: float = 100_000.0
    costs: object | None = None
    """A cost (`PerShare(0.005, minimum=1) + Spread(bps=2)`), its expression as text, or None for no costs."""
    fill: str = "next-open"
    size_at: str = "decision"
    lot: float = 1.0
    """Smallest step of a quantity; 0 for any fraction."""
    leverage: float = 1.0
    lots: Mapping[str, float] = field(default_factory=dict)
    """Other lots by instrument id."""
    multipliers: Mapping[str, float] = field(default_factory=dict)
    """Money per point and unit of quantity by instrument id."""
    rebalance_band: float = 0.0
    """Drift from a target weight that makes an order; 0 is off."""
    allocation: object | None = None
    """The slots of equity; None: equal ones."""
    sizing: object | None = None
    """Rules of size in place of slots (`AtrRisk(0.01) + FixedPart(0.2)`), as text or as a `Sizing`."""
    numbers: str = "float"
    close_at_end: bool = False
    margin: object | None = None
    """A margin mode (`RegT()`), its expression as text, or None for `leverage`."""
    participation: float = 0.0
    """The part of a bar's volume that one order may take; 0: any."""
    carry: Carrying = field(default_factory=Carrying)
    """What it earns and pays without trading."""
    path: str = "worst"
    """The way within a bar: worst, open-high-low-close, open-low-high-close or nearest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conventions:
    """How the statistics are counted, where people differ."""

    risk_free: float = 0.0
    """Annual rate, as a fraction."""
    periods_per_year: float | None = None
    """Sessions in a year; None takes 252, or 365 where the bars show trading on weekends."""
    ddof: int = 1
    """1 divides a variance by n - 1, 0 by n."""
    resample: str = "daily"
    """`daily` takes the last equity of each session before returns, `none` every bar."""
    var_level: float = 0.95
    """Confidence of value at risk and expected shortfall."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunBacktest:
    """Test a strategy on bars. Answer: `FinishedBacktest`; `KeepBacktest` keeps it."""

    strategy: object
    """Registry id, `path.py:ClassName`, a strategy's class, or a strategy."""
    parameters: Mapping[str, object] = field(default_factory=dict)
    """By name; text is read as the parameter's type."""
    market: Market = field(default_factory=Market)
    bars: Bars | None = None
    """Bars at hand; then `market` is not asked."""
    benchmark: Bars | None = None
    """Bars at hand to compare with; else `market.benchmark` is."""
    account: Account = field(default_factory=Account)
    conventions: Conventions = field(default_factory=Conventions)
    engine: str = "auto"
    """`auto`, `runtime` or `kernel`; all give the same fills."""
    limits: Mapping[str, object] | LimitsPolicy | None = None
    """Limits that every order must pass, as `trading.risk.policy_text` reads them; None: none."""


@dataclass(frozen=True, slots=True, eq=False)
class KeepBacktest:
    """Keep a finished run in the project folder. Answer: its `BacktestView`."""

    view: BacktestView


@dataclass(frozen=True, slots=True)
class KeptBacktests:
    """The runs in the project folder, newest first. Answer: a tuple of `BacktestSummary`."""

    limit: int = 50
    strategy: str | None = None


@dataclass(frozen=True, slots=True)
class KeptBacktest:
    """One kept run with its tables. Answer: `BacktestView`."""

    run_id: str
    """The id, the beginning of one, or `latest`."""


@dataclass(frozen=True, slots=True)
class VerifyBacktest:
    """Make a kept run again and compare every byte. Answer: a `Verification`."""

    run_id: str
    """The id, the beginning of one, or `latest`."""


@dataclass(frozen=True, slots=True)
class BacktestComparison:
    """Several kept runs side by side. Answer: `ComparisonView`."""

    run_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BarsOfFiles:
    """Bars straight from files, without the store. Answer: `LoadedBars`."""

    paths: tuple[tuple[str, str | None], ...]
    """Each file with the symbol of its rows; None where a column of the file says it."""
    symbols: tuple[str, ...] = ()
    """Which instruments, in which order; empty for all that the files hold."""
    timeframe: str | None = None
    """None: concluded from the file."""
    start: str | None = None
    end: str | None = None
    timezone: str | None = None
    """Of stamps that name none; None: that of the venue."""
    venue: str | None = None
    prices: str = "raw"
    """`raw`, or `adjusted` for the actions."""
    actions: tuple[tuple[str, str | None], ...] = ()
    """Files of splits and dividends, as `paths`; a file of bars, too, where they stand beside its prices."""
    ignores_actions: bool = False
    """Splits and dividends beside prices are left out on purpose, as where the prices are adjusted for them."""


@dataclass(frozen=True, slots=True, eq=False)
class LoadedBars:
    """Bars with what a person should know about the reading of them."""

    bars: Bars
    remarks: tuple[str, ...]
    """Rows that were left out, and why."""
