"""Ticks as bars of an interval: the rows of a tick run's equity, and what its charts show.

Bars of trades where an instrument trades, else of the middle of its quotes or of the best prices of its book; an
interval without any is no bar. A trade exactly at the end of an interval belongs to the next one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewright.domain.errors import DataError
from tradewright.domain.matching.tick_layout import QUOTE, TRADE
from tradewright.domain.timeframe import Timeframe
from tradewright.trading.bars import Bars
from tradewright.trading.ticks import Ticks

Floats = NDArray[np.float64]
DAY_NS = 86_400_000_000_000
LATEST_NS = 4_000_000_000_000_000_000


@dataclass(frozen=True, slots=True, eq=False)
class SampledTicks:
    """Bars by interval, and where each interval ends."""

    bars: Bars
    closes: NDArray[np.int64]


def sampled(ticks: Ticks, interval: Timeframe) -> SampledTicks:
    """One row for every interval in which anything happened."""
    if len(ticks) == 0:
        raise DataError("there are no ticks to run on", expected="at least one event", found="none")
    if ticks.time[0] < 0 or ticks.time[-1] > LATEST_NS:
        raise DataError(
            "the ticks are not stamped in nanoseconds UTC",
            expected="times from 1970 to 2096",
            found=f"{ticks.time[0]} to {ticks.time[-1]}",
        )
    length = interval.nanoseconds
    numbers = ticks.time // length
    is_first = np.concatenate(([True], numbers[1:] != numbers[:-1]))
    closes = (numbers[is_first] + 1) * length
    row = np.empty(0, np.int64) if len(ticks.instruments) == 1 and not ticks.kind.any() else np.cumsum(is_first) - 1
    rows, width = len(closes), len(ticks.instruments)
    matrices = [np.full((rows, width), np.nan) for _ in range(4)]
    volumes = np.full((rows, width), np.nan)
    is_plain = width == 1 and not ticks.kind.any()
    if is_plain:  # trades of one instrument: its rows are the intervals, and nothing is picked out
        starts = np.flatnonzero(is_first)
        _fill_from(starts, np.arange(rows), ticks.price, columns=[matrix[:, 0] for matrix in matrices])
        volumes[:, 0] = np.add.reduceat(ticks.quantity, starts)
    for i in range(0 if is_plain else width):
        chosen, prices = _prices(ticks, i)
        if len(chosen):
            _fill(row[chosen], prices, [matrix[:, i] for matrix in matrices])
            traded = ticks.quantity[chosen] if ticks.kind[chosen[0]] == TRADE else np.zeros(len(chosen))
            volumes[:, i] = np.bincount(row[chosen], weights=traded, minlength=rows)
    volumes[np.isnan(matrices[3])] = np.nan
    bars = Bars(
        instruments=ticks.instruments,
        timeframe=interval,
        time=closes,
        session=((closes - 1) // DAY_NS).astype(np.int32),
        opens=matrices[0],
        highs=matrices[1],
        lows=matrices[2],
        closes=matrices[3],
        volumes=volumes,
        currency=ticks.currency,
        digest=ticks.digest,
        source=ticks.source,
    )
    return SampledTicks(bars, closes)


def _prices(ticks: Ticks, instrument: int) -> tuple[NDArray[np.int64], Floats]:
    """The events of which an instrument's bars are made, and their prices."""
    own = ticks.instrument == instrument
    trades = np.flatnonzero(own & (ticks.kind == TRADE))
    if len(trades):
        return trades, ticks.price[trades]
    quotes = np.flatnonzero(own & (ticks.kind == QUOTE))
    return quotes, (ticks.price[quotes] + ticks.ask[quotes]) / 2 if len(quotes) else ticks.price[quotes]


def _fill(row: NDArray[np.int64], prices: Floats, columns: list[Floats]) -> None:
    """Open, high, low and close of each row that has a price."""
    starts = np.flatnonzero(np.concatenate(([True], row[1:] != row[:-1])))
    _fill_from(starts, row[starts], prices, columns=columns)


def _fill_from(starts: NDArray[np.int64], rows: NDArray[np.int64], prices: Floats, *, columns: list[Floats]) -> None:
    opens, highs, lows, closes = columns
    opens[rows] = prices[starts]
    highs[rows] = np.maximum.reduceat(prices, starts)
    lows[rows] = np.minimum.reduceat(prices, starts)
    closes[rows] = prices[np.concatenate((starts[1:], [len(prices)])) - 1]
