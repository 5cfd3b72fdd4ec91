"""Bars made ready for the step: flat columns, marks that carry the last close, corporate actions by row.

Strategies look at prices adjusted for splits (relative to the last row, or to the first as in a trading session), so
that a split is no jump in an average; orders and fills use raw prices. `factor` leads from one to the other:
raw = seen x factor.
"""

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from tradewright.domain.errors import DataError, InputError
from tradewright.domain.matching.layout import CASH, SPLIT
from tradewright.engine.assumptions import AdjustedTo, Assumptions
from tradewright.engine.carried import ActionColumns, actions_of
from tradewright.engine.exchange import rates_of
from tradewright.engine.margin import NO_MARGIN, MarginColumns, columns_of, margin_of
from tradewright.trading.bars import Bars

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Kind = TypeVar("Kind", bound=np.generic)


@dataclass(frozen=True, slots=True, eq=False)
class MarketColumns:
    """The run's market; flat columns have length rows x width."""

    bars: Bars
    """Raw bars."""
    seen: Bars
    """Bars as strategies see them."""
    factor: Floats | None
    """raw = seen x factor, shape (rows, width); None without splits."""
    mark: Floats
    """Last close known, split-aware, shape (rows, width); 0 before the first bar."""
    lot: Floats
    multiplier: Floats
    action_row: Whole
    action_instrument: Whole
    action_kind: Whole
    action_value: Floats
    margin: MarginColumns = NO_MARGIN
    """What each instrument's positions need as margin."""
    first_row: int = 0
    """The first row after which the strategy may trade; the rows before are its warm-up."""
    actions: ActionColumns | None = None
    """All that is told of the actions; None where there are none."""
    rate: Floats | None = None
    """The account's money for one of each instrument's, known by each row, shape (rows, width); None: one currency."""
    borrowable: Floats | None = None
    """How much of each instrument can be borrowed to be short; None: any."""


def prepare(bars: Bars, assumptions: Assumptions) -> MarketColumns:
    """Columns of a run from its bars; a DataError for prices nobody could trade at, an InputError for strangers."""
    _require_prices(bars)
    _require_known(bars, assumptions)
    actions = actions_of(bars, assumptions.carry)
    is_split = actions.kind == SPLIT
    splits = actions.row[is_split], actions.instrument[is_split], actions.value[is_split]
    rate = rates_of(bars, assumptions.carry)
    if rate is not None and margin_of(assumptions).margin > CASH:
        raise InputError(
            "margin is asked in one currency",
            expected="a cash account, or leverage, where instruments have other currencies than the account",
            found=repr(assumptions.margin),
            remedy="leave the margin away, or the currency",
        )
    to_last = _factors(bars, *splits)
    factor = to_last if assumptions.adjusted_to is AdjustedTo.LAST else _factors_to_first(bars, *splits)
    return MarketColumns(
        bars=bars,
        seen=_seen(bars, factor, assumptions.adjusted_to),
        factor=factor,
        mark=_marks(bars.closes, to_last) if rate is None else _marks(bars.closes, to_last) * rate,
        lot=np.array([assumptions.lots.get(name, assumptions.lot) for name in bars.instruments], np.float64),
        multiplier=np.array([assumptions.multipliers.get(name, 1.0) for name in bars.instruments], np.float64),
        action_row=actions.row,
        action_instrument=actions.instrument,
        action_kind=actions.kind,
        action_value=actions.value,
        margin=columns_of(assumptions, bars.instruments),
        first_row=_first_row(bars, assumptions.trades_from_ns),
        actions=actions,
        rate=rate,
        borrowable=_borrowable(bars, assumptions),
    )


def _borrowable(bars: Bars, assumptions: Assumptions) -> Floats | None:
    stated = assumptions.carry.borrowable
    return np.array([stated.get(name, np.inf) for name in bars.instruments], np.float64) if stated else None


def _require_prices(bars: Bars) -> None:
    """Every price is above 0 and finite. That high and low span the bar is checked where bars are made."""
    for name, matrix in (("open", bars.opens), ("high", bars.highs), ("low", bars.lows), ("close", bars.closes)):
        if matrix.size and matrix.min() > 0 and matrix.max() < np.inf:
            continue
        wrong = (matrix <= 0) | np.isinf(matrix)
        if wrong.any():
            row, column = (int(n) for n in np.argwhere(wrong)[0])
            raise DataError(
                f"the {name} price of {bars.instruments[column]} cannot be traded at",
                expected="finite prices above 0, or no bar at all",
                found=f"{matrix[row, column]} in row {row}",
                remedy="see: tradewright data quality",
            )


def _require_known(bars: Bars, assumptions: Assumptions) -> None:
    """Whatever is told of an instrument is told of one in the run."""
    told = {"a lot": assumptions.lots, "a multiplier": assumptions.multipliers}
    named = [(what, name) for what, names in told.items() for name in names]
    for what, name in [*named, *(("an action", action.instrument) for action in bars.actions)]:
        if name not in bars.instruments:
            raise InputError(
                f"{what} is given for {name}, which is not in the run",
                expected="instruments among " + ", ".join(bars.instruments),
                found=name,
            )


def _factors(bars: Bars, row: Whole, instrument: Whole, ratios: Floats) -> Floats | None:
    """The product of the split ratios still to come after each row."""
    if not len(row):
        return None
    factor = np.ones_like(bars.closes)
    for at, column, ratio in zip(row, instrument, ratios, strict=True):
        factor[:at, column] *= ratio
    return factor


def _factors_to_first(bars: Bars, row: Whole, instrument: Whole, ratios: Floats) -> Floats | None:
    """One over the product of the split ratios up to each row; a session takes the same steps one by one."""
    if not len(row):
        return None
    factor = np.ones_like(bars.closes)
    for at, column, ratio in zip(row, instrument, ratios, strict=True):
        factor[at:, column] /= ratio
    return factor


def _first_row(bars: Bars, trades_from_ns: int | None) -> int:
    return 0 if trades_from_ns is None else int(np.searchsorted(bars.time, trades_from_ns))


def _seen(bars: Bars, factor: Floats | None, adjusted_to: AdjustedTo) -> Bars:
    """What a strategy is shown: it can look at the run's bars, not change them."""
    if adjusted_to is AdjustedTo.FIRST:
        bars = replace(bars, prices="split-adjusted", actions=())  # as a session, which can't tell what is to come
    if factor is not None:
        bars = replace(
            bars,
            opens=bars.opens / factor,
            highs=bars.highs / factor,
            lows=bars.lows / factor,
            closes=bars.closes / factor,
            volumes=bars.volumes * factor,
            prices="split-adjusted",
            actions=(),
        )
    return replace(
        bars,
        time=_shown(bars.time),
        session=_shown(bars.session),
        opens=_shown(bars.opens),
        highs=_shown(bars.highs),
        lows=_shown(bars.lows),
        closes=_shown(bars.closes),
        volumes=_shown(bars.volumes),
    )


def _shown(column: NDArray[Kind]) -> NDArray[Kind]:
    view = column.view()
    view.flags.writeable = False
    return view


def _marks(closes: Floats, factor: Floats | None) -> Floats:
    missing = np.isnan(closes)
    if not missing.any():
        return closes
    rows = np.where(missing, 0, np.arange(len(closes))[:, None])
    np.maximum.accumulate(rows, axis=0, out=rows)
    carried = np.take_along_axis(closes, rows, axis=0)
    if factor is not None:
        carried = np.where(missing, carried / np.take_along_axis(factor, rows, axis=0) * factor, carried)
    return np.ascontiguousarray(np.nan_to_num(carried, nan=0.0))
