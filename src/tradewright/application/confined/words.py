"""What is asked of a confined backtest, and what it answers: plain values and columns, one schema for both sides."""

from collections.abc import Mapping
from typing import Final

import msgspec
import numpy as np

from tradewright.application.confined.packing import Column, PackedError
from tradewright.domain.market.actions import CorporateAction
from tradewright.domain.timeframe import Timeframe
from tradewright.engine.run import CutOrder, EndingColumns, FillColumns, RefusedOrder, Run
from tradewright.trading.bars import Bars

Value = int | float | bool | str
BARS: Final = ("time", "session", "opens", "highs", "lows", "closes", "volumes")
FILLS: Final = tuple(FillColumns.__slots__)
ENDINGS: Final = tuple(EndingColumns.__slots__)
RUN: Final = ("equity", "change_row", "change_cash", "change_quantity", "quantity", "basis", "realized")
MOST_WARNINGS: Final = 100


class AskedAccount(msgspec.Struct, frozen=True):
    """The account of a run in plain values; fields as in `messages.Account`."""

    cash: float
    costs: str
    fill: str
    size_at: str
    lot: float
    leverage: float
    lots: Mapping[str, float]
    multipliers: Mapping[str, float]
    rebalance_band: float
    numbers: str
    close_at_end: bool
    participation: float
    margin: str
    """Its expression; empty: leverage."""
    path: str
    shares: Mapping[str, float] | None
    """Slots by instrument; None: equal ones of `total`."""
    total: float
    sizing: str = ""
    """Rules of size in place of slots; empty: none."""


class Asked(msgspec.Struct, frozen=True):
    """One run over the bars whose columns follow."""

    class_name: str
    """Empty: the only strategy of the source."""
    parameters: Mapping[str, Value]
    account: AskedAccount
    engine: str
    limits: str
    """The policy as JSON text; empty: none."""
    instruments: tuple[str, ...]
    timeframe: str
    prices: str
    currency: str
    actions: tuple[CorporateAction, ...]


class Answered(msgspec.Struct, frozen=True):
    """The run whose columns follow. What follows from the bars alone is not told: the reader makes it."""

    class_name: str
    values: dict[str, Value]
    engine: str
    opening_cash: float
    fees: float
    slippage: float
    dividends: float
    closed_round_trips: int
    margin_calls: int
    warnings: list[str]
    refusals: list[RefusedOrder]
    cuts: list[CutOrder]
    due: float = 0.0


def columns_of_bars(bars: Bars) -> dict[str, Column]:
    """The columns that are handed in."""
    return {name: getattr(bars, name) for name in BARS}


def made_bars(
    columns: Mapping[str, Column],
    *,
    instruments: tuple[str, ...],
    timeframe: str,
    prices: str,
    currency: str = "USD",
    actions: tuple[CorporateAction, ...] = (),
) -> Bars:
    """The bars as the confined process has them, copied: the compiler takes no columns that cannot be written."""
    own = {name: np.array(columns[name]) for name in BARS}
    return Bars(
        instruments=instruments,
        timeframe=Timeframe.parse(timeframe),
        time=own["time"],
        session=own["session"],
        opens=own["opens"],
        highs=own["highs"],
        lows=own["lows"],
        closes=own["closes"],
        volumes=own["volumes"],
        actions=actions,
        prices=prices,
        currency=currency,
    )


def columns_of_run(run: Run) -> dict[str, Column]:
    """The columns that are told of a run."""
    fills = {f"fills.{name}": getattr(run.fills, name) for name in FILLS}
    endings = {f"endings.{name}": getattr(run.endings, name) for name in ENDINGS}
    return {name: getattr(run, name) for name in RUN} | fills | endings


def run_of(answered: Answered, columns: Mapping[str, Column], *, mark: Column, multiplier: Column) -> Run:
    """The run as told; PackedError where a column is missing. Its numbers are not yet believed."""
    try:
        own = {name: np.array(columns[name]) for name in RUN}
        fills = FillColumns(*(np.array(columns[f"fills.{name}"]) for name in FILLS))
        endings = EndingColumns(*(np.array(columns[f"endings.{name}"]) for name in ENDINGS))
    except KeyError as missing:
        raise PackedError(f"no column {missing}") from missing
    return Run(
        engine=answered.engine[:20],
        opening_cash=answered.opening_cash,
        equity=own["equity"],
        change_row=own["change_row"],
        change_cash=own["change_cash"],
        change_quantity=own["change_quantity"],
        quantity=own["quantity"],
        basis=own["basis"],
        realized=own["realized"],
        mark=mark,
        multiplier=multiplier,
        fills=fills,
        endings=endings,
        fees=answered.fees,
        slippage=answered.slippage,
        dividends=answered.dividends,
        closed_round_trips=answered.closed_round_trips,
        margin_calls=answered.margin_calls,
        warnings=tuple(one[:500] for one in answered.warnings[:MOST_WARNINGS]),
        refusals=tuple(answered.refusals),
        cuts=tuple(answered.cuts),
        due=answered.due,
    )
