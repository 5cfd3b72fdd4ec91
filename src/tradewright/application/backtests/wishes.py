"""A backtest that somebody asks for from elsewhere, in plain values; it waits as a job and is done by a worker.

This file decides what may be named there: strategies by their id, never a file of this machine.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from tradewright.engine.assumptions import FillRule, Numbers

Parameter = int | float | str | bool
FILL_RULES: Final = tuple(one.value for one in FillRule)
NUMBERS: Final = tuple(one.value for one in Numbers)
ENGINES: Final = ("auto", "runtime", "kernel")


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestWish:
    """What to run, on what, with which account."""

    strategy: str
    """Id of a built-in strategy (`moving_average`), or of one of the shelf, with `@2` for a certain version."""
    symbols: tuple[str, ...]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    timeframe: str = "1d"
    start: str | None = None
    """First session date, ISO, included; empty: from the first bar."""
    end: str | None = None
    """Last session date, ISO, included."""
    prices: str = "raw"
    """`raw`, or `adjusted` for splits and dividends."""
    as_of: str | None = None
    """Data as it was known then."""
    benchmark: str | None = None
    """Instrument to compare with: bought and held."""
    cash: Decimal = Decimal(100_000)
    costs: str | None = None
    """An expression of costs: `PerShare(0.005, minimum=1) + Spread(bps=2)`."""
    sizing: str | None = None
    """Rules of size in place of equal slots: `AtrRisk(0.01) + FixedPart(0.2)`; the least of them holds."""
    fill: str = "next-open"
    lot: Decimal = Decimal(1)
    """Smallest step of a quantity; 0 is divisible."""
    leverage: float = 1.0
    margin: str | None = None
    """A margin mode in place of leverage: `RegT()`, `Futures(10, mode="isolated")`."""
    rebalance_band: float = 0.0
    participation: float = 0.0
    """Largest share of a bar's volume that a fill may take; 0: any."""
    currency: str | None = None
    """The account's; what is in another is converted at the rates of pairs in the store. Null: nothing is converted."""
    interest: float = 0.0
    """A year's rate on settled cash, 0.02 = 2 %."""
    loan: float = 0.0
    """A year's rate on borrowed cash."""
    borrow: float = 0.0
    """A year's rate on the worth of shorts."""
    funding: bool = False
    """Perpetuals exchange funding as the store has it."""
    path: str = "worst"
    """The way within a bar: `worst`, `open-high-low-close`, `open-low-high-close` or `nearest`."""
    numbers: str = "float"
    """`float` or `exact`."""
    close_at_end: bool = False
    engine: str = "auto"
    is_limited: bool = False
    """Every order passes the gate with the limits that are set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitBacktest(BacktestWish):
    """Put a backtest into the queue. Answer: a `JobView`; once it is done its result names the `run_id`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeBacktest(BacktestWish):
    """Run it and keep it: what the worker does. Answer: the names of what was made."""
