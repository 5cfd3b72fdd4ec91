"""Adjusted prices: raw bars and their corporate actions, as seen on the last session of the bars.

Nothing later than the bars themselves enters: a split after the last session has not happened yet, and an action that
was not known by the bars' `as_of` was never attached to them. So adjusted prices are point-in-time too.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tradewright.application.data.digest import derived_digest
from tradewright.domain.calendars import date_from_days
from tradewright.domain.errors import DataError
from tradewright.domain.market.actions import ActionKind, CorporateAction
from tradewright.quant.adjustment import DividendConvention, back_factors, price_ratios
from tradewright.trading.bars import Bars

Floats = NDArray[np.float64]


def adjusted(bars: Bars, *, dividends: DividendConvention = DividendConvention.PREVIOUS_CLOSE) -> Bars:
    """The same bars with prices and volumes adjusted for their splits and dividends, if any.

    Adjusted bars carry no actions, so that nothing is counted twice; adjusting adjusted bars changes nothing.
    """
    if bars.prices == "adjusted":
        return bars
    prices = np.ones_like(bars.closes)
    volumes = np.ones_like(bars.closes)
    for column, instrument in enumerate(bars.instruments):
        own = [action for action in bars.actions if action.instrument == instrument]
        if own and len(bars):
            prices[:, column], volumes[:, column] = _factors(bars, column, own, dividends)
    return replace(
        bars,
        opens=bars.opens * prices,
        highs=bars.highs * prices,
        lows=bars.lows * prices,
        closes=bars.closes * prices,
        volumes=bars.volumes * volumes,
        actions=(),
        prices="adjusted",
        digest=derived_digest(bars.digest, f"adjusted {dividends}"),
    )


def _factors(
    bars: Bars, column: int, actions: list[CorporateAction], dividends: DividendConvention
) -> tuple[Floats, Floats]:
    """Price and volume factors of one instrument, a row a bar."""
    days = sorted({action.ex_session for action in actions if action.ex_session <= bars.session[-1]})
    splits = np.ones(len(days))
    cash = np.zeros(len(days))
    for action in actions:
        if action.ex_session in days:
            at = days.index(action.ex_session)
            if action.kind is ActionKind.SPLIT:
                splits[at] *= action.value
            else:
                cash[at] += action.value
    ex_rows = np.searchsorted(bars.session, np.array(days, dtype=np.int32), side="left").astype(np.int64)
    closes = bars.closes[:, column]
    try:
        ratios = price_ratios(
            splits,
            cash,
            previous_closes=_closes_before(closes, ex_rows),
            ex_closes=_closes_on(closes, bars.session, ex_rows),
            convention=dividends,
        )
    except ValueError as problem:
        span = f"{date_from_days(days[0])} to {date_from_days(days[-1])}"
        raise DataError(
            f"prices of {bars.instruments[column]} cannot be adjusted",
            found=f"{problem} (actions of {span})",
            remedy="correct the corporate action, or use raw prices",
        ) from problem
    return back_factors(len(bars), ex_rows, ratios=ratios), back_factors(len(bars), ex_rows, ratios=splits)


def _closes_before(closes: Floats, ex_rows: NDArray[np.int64]) -> Floats:
    """The last close that there was before each row; NaN where there was none."""
    seen = np.where(np.isnan(closes), -1, np.arange(len(closes)))
    last = np.maximum.accumulate(seen)[np.maximum(ex_rows - 1, 0)]
    return np.where((ex_rows > 0) & (last >= 0), closes[last], np.nan)


def _closes_on(closes: Floats, session: NDArray[np.int32], ex_rows: NDArray[np.int64]) -> Floats:
    """The last close of the session of each row, or the first one after, where that session has none."""
    found = np.full(len(ex_rows), np.nan)
    for place, row in enumerate(ex_rows):
        end = int(np.searchsorted(session, session[row], side="right"))
        same = closes[row:end][~np.isnan(closes[row:end])]
        later = closes[end:][~np.isnan(closes[end:])]
        found[place] = same[-1] if len(same) else later[0] if len(later) else np.nan
    return found
