"""What a run's history tells of its markets up to a row: how bad a day can be, how much is traded, what moves together.

This file decides which days count and never looks beyond the row; the measures are those of `day_measures.py`.
Sessions are those of the bars: each begins where its first bar does, or where the one before ended, and closes with its
last bar.
"""

from collections.abc import Mapping
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from tradewright.domain.identifiers import InstrumentId
from tradewright.domain.instruments.instrument import AssetClass, Instrument
from tradewright.engine.market import MarketColumns
from tradewright.engine.runtime.day_measures import (
    TAIL_DAYS,
    TOGETHER_DAYS,
    VOLUME_DAYS,
    Swings,
    bad_day,
    day_quantity,
    together,
)
from tradewright.trading.risk.book import MarketView
from tradewright.trading.risk.hours import OpenHours

FINEST = Decimal("1e-8")
"""The step of a quantity that may have any fraction."""


class KnownMarket:
    """The markets of a run, by row and column."""

    __slots__ = ("_days", "_last_bar", "_market", "_row_days", "_seen_days", "begins", "day_row", "hours", "is_last")

    def __init__(self, market: MarketColumns, opens: Mapping[int, int] | None = None) -> None:
        """`opens` says when sessions open, where somebody knows."""
        bars = market.bars
        session, time, rows = bars.session, bars.time, len(bars)
        self._market = market
        self.is_last = np.append(session[1:] != session[:-1], [True])
        """Whether a row is the last of its session."""
        ends = np.flatnonzero(self.is_last)
        begins = np.append([0], ends[:-1] + 1)
        starts = time[begins] - min(bars.timeframe.nanoseconds, 7 * 86_400_000_000_000)
        for day, number in enumerate(session[begins].tolist()):
            starts[day] = (opens or {}).get(number, starts[day])
        starts[1:] = np.maximum(starts[1:], time[ends[:-1]] + 1)
        self.begins = starts
        """When each session begins."""
        sessions = tuple(zip(starts.tolist(), time[ends].tolist(), strict=True))
        self.hours = OpenHours(sessions, (int(starts[0]), int(time[-1])))
        self._row_days = np.searchsorted(ends, np.arange(rows))
        """The session of each row, counted from 0."""
        self.day_row = np.where(self.is_last, np.arange(rows), ends[self._row_days - 1])
        """The row at whose close the trading day of a row began; a last row begins the next day."""
        self.day_row[: ends[0]] = -1
        happened = ~np.isnan(bars.closes)
        self._last_bar = np.maximum.accumulate(np.where(happened, np.arange(rows)[:, None], -1), axis=0)
        last = self._last_bar[ends]
        seen = np.where(
            last >= begins[:, None], np.take_along_axis(market.seen.closes, np.maximum(last, 0), axis=0), np.nan
        )
        with np.errstate(invalid="ignore"):
            self._days = seen[1:] / seen[:-1] - 1
        """Daily returns; the first is that of the second session."""
        self._seen_days = np.add.reduceat(np.nan_to_num(market.seen.volumes), begins, axis=0)

    def executes_ns(self, row: int, *, at_close: bool = False) -> int | None:
        """When an order decided after a row can execute first; None after the last row."""
        time, day = self._market.bars.time, int(self._row_days[row])
        if at_close:
            day += int(self.is_last[row])
            return int(self.hours.sessions[day][1]) if day < len(self.begins) else None
        if not self.is_last[row]:
            return int(time[row])
        return int(self.begins[day + 1]) if day + 1 < len(self.begins) else None

    def view(self, row: int, column: int, *, mark: Decimal, instrument: Instrument) -> MarketView:
        """What is known of an instrument after a row."""
        last = int(self._last_bar[row, column])
        return MarketView(
            instrument=instrument,
            mark=mark if last >= 0 else None,
            marked_ns=int(self._market.bars.time[last]) if last >= 0 else None,
            value_at_risk=self._bad_day(row, column),
            day_quantity=self._day_quantity(row, column),
            can_short=True,
            hours=self.hours,
        )

    def instrument(self, column: int, *, finest: Decimal) -> Instrument:
        """An instrument as far as bars tell: a share, prices in any step, a lot of `finest` where it is divisible."""
        market = self._market
        lot = Decimal(repr(float(market.lot[column])))
        return Instrument(
            InstrumentId(market.bars.instruments[column]),
            market.bars.currency,
            AssetClass.EQUITY,
            tick=finest,
            lot=lot if lot > 0 else finest,
            multiplier=Decimal(repr(float(market.multiplier[column]))),
        )

    def correlation(self, row: int, first: int, *, second: int) -> Decimal | None:
        """Of the daily returns of two columns; None where too few days have both, or one does not move."""
        one, other = (
            Swings.of(np.ascontiguousarray(self._returns(row, TOGETHER_DAYS)[:, column])) for column in (first, second)
        )
        return together(one, other)

    def _bad_day(self, row: int, column: int) -> Decimal | None:
        returns = self._returns(row, TAIL_DAYS)[:, column]
        return bad_day(np.sort(returns[~np.isnan(returns)]).tolist())

    def _day_quantity(self, row: int, column: int) -> Decimal | None:
        days, factor = self._done(row), self._market.factor
        volumes = self._seen_days[max(days - VOLUME_DAYS, 0) : days, column].tolist()
        return day_quantity(volumes, 1.0 if factor is None else float(factor[row, column]))

    def _returns(self, row: int, days: int) -> NDArray[np.float64]:
        """Returns of the days that are over."""
        done = max(self._done(row) - 1, 0)
        return self._days[max(done - days, 0) : done]

    def _done(self, row: int) -> int:
        """How many sessions are over after a row."""
        return int(self._row_days[row]) + int(self.is_last[row])
