"""The markets of a session, as its slices tell them: how bad a day can be, how much is traded, what moves together.

This file decides that the measures are those of a backtest through the gate (`engine/runtime/known_market.py`), taken
bar by bar: both look at days that are over, in prices adjusted for the splits so far. A view is made once, and again
when the market has moved.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from tradewright.domain.identifiers import InstrumentId
from tradewright.domain.instruments.instrument import AssetClass, Instrument
from tradewright.domain.market.actions import ActionKind
from tradewright.engine.runtime.known_market import FINEST
from tradewright.engine.session.days import PastDays
from tradewright.engine.session.facts import InstrumentTerms
from tradewright.engine.session.window import TradingWindow
from tradewright.ports.feed import Slice
from tradewright.trading.risk.book import MarketView
from tradewright.trading.risk.hours import OpenHours

FINEST_TICK: Final = Decimal("1e-18")
"""The step of prices that may have any fraction."""
_SESSIONS_KEPT: Final = 400


class SessionMarkets:
    """Learns from slices; the instruments are in the order of their bars."""

    def __init__(self, instruments: Sequence[InstrumentTerms], *, window: TradingWindow | None = None) -> None:
        """`window`: the part of the day in which orders may execute, for venues that keep its clock."""
        self._window = window
        self._is_cut = {
            one.instrument for one in instruments if window is not None and window.holds_for(one.instrument)
        }
        self._columns = {one.instrument: column for column, one in enumerate(instruments)}
        self._instruments = {one.instrument: _instrument(one) for one in instruments}
        self._factor = [1.0] * len(self._columns)
        """raw = seen x factor, in the very steps of `engine/market.py`: both come to the same last bit."""
        self._close = [float("nan")] * len(self._columns)
        self._volume = [0.0] * len(self._columns)
        self._past = PastDays(len(self._columns))
        self._last = 0
        self._hours: OpenHours | None = None
        """The trading days known."""
        self._cut_hours: OpenHours | None = None
        """The same, cut to the window."""
        self._views: dict[str, MarketView] = {}

    def take(self, seen: Slice) -> None:
        """Learn from one slice; one that was taken before teaches nothing."""
        if seen.number <= self._last:
            return
        self._last = seen.number
        for action in sorted(seen.actions, key=lambda one: (one.instrument, one.value)):
            if action.kind is ActionKind.SPLIT and action.instrument in self._columns:
                self._factor[self._columns[action.instrument]] /= action.value
        for i, bar in enumerate(seen.bars):
            if bar is not None:
                self._close[i] = bar.close / self._factor[i]
                self._volume[i] += bar.volume * self._factor[i]
        if self._hours is None:
            is_open_on = seen.next_open_ns is not None and seen.next_open_ns <= seen.time_ns
            closes = max(seen.next_close_ns or 0, seen.time_ns) if is_open_on else seen.time_ns
            self._open(min(seen.time_ns, seen.next_open_ns or seen.time_ns) - 1, closes)
        self._announce(seen)
        if seen.ends_day:
            self._past.end(self._close, self._volume)
            self._volume = [0.0] * len(self._columns)
            self._close = [float("nan")] * len(self._columns)
        self._views.clear()

    def view(self, instrument: str, *, mark: Decimal | None, marked_ns: int | None, now_ns: int) -> MarketView | None:
        """What is known of an instrument; None for one that the session does not trade."""
        del now_ns
        known = self._instruments.get(instrument)
        if known is None:
            return None
        kept = self._views.get(instrument)
        if kept is not None and kept.mark == mark and kept.marked_ns == marked_ns:
            return kept
        column = self._columns[instrument]
        view = self._views[instrument] = MarketView(
            instrument=known,
            mark=mark,
            marked_ns=marked_ns,
            value_at_risk=self._past.bad_day(column),
            day_quantity=self._past.day_quantity(column, self._factor[column]),
            can_short=True,
            hours=self._cut_hours if instrument in self._is_cut else self._hours,
        )
        return view

    def correlations(self, of: Sequence[str], *, beside: Sequence[str]) -> dict[tuple[str, str], Decimal]:
        """Of the daily returns of each of the first with each of the others, where enough days have both."""
        found: dict[tuple[str, str], Decimal] = {}
        columns = self._columns
        for one in of:
            if one not in columns:
                continue
            others = [other for other in beside if other != one and other in columns]
            together = self._past.together(columns[one], [columns[other] for other in others])
            for other, known in zip(others, together, strict=True):
                if known is not None:
                    found[(one, other) if one < other else (other, one)] = known
        return found

    def _announce(self, seen: Slice) -> None:
        """The trading day in which the next order can execute."""
        assert self._hours is not None, "no day is announced before the first slice"
        last = self._hours.known[1]
        if seen.next_open_ns is None or seen.next_close_ns is None or seen.next_close_ns <= last:
            return
        opens = max(seen.next_open_ns, last + 1)
        if seen.next_close_ns > opens:
            self._open(opens, seen.next_close_ns)

    def _open(self, opens_ns: int, closes_ns: int) -> None:
        """One trading day more is known; only this one is cut to the window."""
        day = (opens_ns, closes_ns)
        before = self._hours or OpenHours((), (opens_ns, opens_ns))
        kept = before.sessions[-_SESSIONS_KEPT + 1 :]
        known = ((*kept, day)[0][0], closes_ns)
        self._hours = before.extended(day, known=known, most=_SESSIONS_KEPT)
        if self._window is not None:
            cut = self._cut_hours or OpenHours((), (opens_ns, opens_ns))
            for one in self._window.cut((day,)) or (None,):
                self._cut_hours = cut.extended(one, known=known, most=_SESSIONS_KEPT)


def _instrument(terms: InstrumentTerms) -> Instrument:
    return Instrument(
        InstrumentId(terms.instrument),
        terms.currency,
        AssetClass(terms.asset_class),
        tick=terms.tick if terms.tick > 0 else FINEST_TICK,
        lot=terms.lot if terms.lot > 0 else FINEST,
        multiplier=terms.multiplier,
    )
