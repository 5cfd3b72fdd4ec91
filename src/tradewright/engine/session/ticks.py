"""A session's bars from prints: portions of trades go in, numbered slices come out as any feed would have brought them.

This file decides how slices are numbered and where a session that was killed goes on. Slice n ended at T: the bars are
made again from the prints of one bar's length before T on, slices before n are known and dropped, n itself is shown
again where the session had not dealt with it, and n + 1 is made of the very prints that it would have been made of.
What is not believed stays out of the bars (`trading/aggregation`), is counted, and its first of a kind is told.
"""

import math
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from tradewright.domain.calendars import SECOND, venue_of
from tradewright.domain.errors import DataError
from tradewright.domain.market.actions import CorporateAction
from tradewright.domain.timeframe import Timeframe
from tradewright.engine.pipeline.bar_stage import Market
from tradewright.engine.pipeline.feeding import feed_slice
from tradewright.engine.pipeline.pipeline import Pipeline, Plan
from tradewright.engine.pipeline.slices import BarSlice
from tradewright.ports.bus import EventBus
from tradewright.ports.feed import Slice
from tradewright.ports.trades import TradePortion
from tradewright.trading.aggregation.aggregator import Known
from tradewright.trading.aggregation.news import BarGap
from tradewright.trading.aggregation.quarantine import Quarantined, Reason
from tradewright.trading.aggregation.rules import TimeBars
from tradewright.trading.aggregation.sessions import RegularSessions

LONG_GAP_NS: Final = 3_600 * SECOND
"""A stretch of a trading day without a trade that people are told of."""
NOTES_KEPT: Final = 20
Tell = Callable[[str, str, str], None]
"""Tell people: a code, the instrument, the story."""


@dataclass(frozen=True, slots=True)
class Stood:
    """Where a session stood when it was killed."""

    slice: int
    """Number of the last slice in its journal."""
    time_ns: int
    """When that slice ended."""
    is_dealt_with: bool
    marks: Mapping[str, float] = field(default_factory=dict)
    """Last prices by instrument: the first print is compared with them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TickCounts:
    """What came of the prints so far, since the session began in this process."""

    trades: int
    """That came, within and outside trading hours."""
    last_ns: int
    """Stamp of the newest, nanoseconds UTC; 0 before the first."""
    believed: int
    quarantined: Mapping[str, int]
    """By reason."""
    late: int
    """After their bar was closed."""
    bars: int
    gaps: int
    """Stretches of a trading day in which an instrument did not trade for at least a bar."""
    slices: int
    incomplete: int
    """Slices without a bar of every instrument."""
    notes: tuple[str, ...]
    """What people were told, the newest last."""


class TickBars:
    """Makes one session's slices."""

    def __init__(
        self,
        bus: EventBus,
        *,
        instruments: tuple[str, ...],
        interval: str,
        warm_up_bars: int,
        stood: Stood | None,
        tell: Tell,
    ) -> None:
        """`stood` is None for a session that has dealt with nothing."""
        timeframe = Timeframe.parse(interval)
        rules = {name: TimeBars(timeframe, RegularSessions(venue_of(name))) for name in instruments}
        known = {} if stood is None else {name: Known(price=price) for name, price in stood.marks.items()}
        self._market = Market(rules=rules, known=known)
        self._pipeline = Pipeline(bus, self._market, Plan(name="ticks"))
        self._rows = bus.subscribe(self._pipeline.topics.slices, "session")
        self._gaps = bus.subscribe(self._pipeline.topics.gaps, "session")
        self._names = instruments
        self._length = timeframe.nanoseconds
        self._tell = tell
        self._stood = stood
        self._number = 0 if stood is None else stood.slice - 1
        self._warm_up_bars = warm_up_bars
        self._warming: deque[Slice] | None = deque(maxlen=max(1, warm_up_bars)) if stood is None else None
        self._until_ns = self._trades = self._outside = self._last_ns = 0
        self._actions: list[CorporateAction] = []
        self._notes: deque[str] = deque(maxlen=NOTES_KEPT)
        self._told: set[tuple[str, str]] = set()
        self._put_aside = 0

    @property
    def since_ns(self) -> int:
        """From when on prints are needed; 0: from the warm-up on."""
        return 0 if self._stood is None else max(1, self._stood.time_ns - self._length)

    @property
    def number(self) -> int:
        """Of the newest slice."""
        return self._number

    @property
    def trades(self) -> int:
        """Prints that came within trading hours."""
        return self._trades

    @property
    def is_warming(self) -> bool:
        """True until the first print of the first day that trades; no slice comes before."""
        return self._warming is not None

    def take(self, portion: TradePortion) -> list[Slice]:
        """The slices that a portion ends. DataError where the warm-up turns out to be too short."""
        if portion.until_ns <= self._until_ns:
            return []  # heard before the connection was lost
        self._until_ns = portion.until_ns
        self._actions += portion.actions
        slices = self._warmed() if self._warming is not None and not portion.is_warm_up else []
        rows = self._fed(portion)
        for row in rows:
            one = self._slice(row, portion)
            if self._warming is not None:
                self._warming.append(one)
            elif (numbered := self._numbered(one)) is not None:
                slices.append(numbered)
        self._look(portion)
        return slices

    def counts(self) -> TickCounts:
        """What came of everything so far."""
        metrics = self._pipeline.metrics()
        quarantined: Counter[str] = Counter({reason.value: count for reason, count in metrics.quarantined.items()})
        if self._outside:
            quarantined[Reason.OUTSIDE_SESSION.value] += self._outside
        return TickCounts(
            trades=self._trades + self._outside,
            last_ns=self._last_ns,
            believed=metrics.believed,
            quarantined=dict(quarantined),
            late=metrics.late,
            bars=metrics.bars,
            gaps=metrics.gaps,
            slices=metrics.slices,
            incomplete=metrics.incomplete,
            notes=tuple(self._notes),
        )

    def _fed(self, portion: TradePortion) -> list[BarSlice]:
        """Lead the prints through the pipeline, then close what has ended."""
        pipeline, names, rows = self._pipeline, self._names, list[BarSlice]()
        columns = (portion.places, portion.times_ns, portion.prices, portion.quantities, portion.ids)
        for place, time_ns, price, quantity, trade_id in zip(*columns, strict=True):
            named = names[place]
            cost = math.nan if price is None else price
            traded = math.nan if quantity is None else quantity
            while not pipeline.take_values(named, time_ns, price=cost, quantity=traded, trade_id=trade_id):
                pipeline.run()
                rows += self._rows.take()
        pipeline.run()
        pipeline.advance(portion.until_ns + self._market.slice_timeout_ns)
        rows += self._rows.take()
        self._trades += len(portion.times_ns)
        self._outside += portion.outside
        self._last_ns = max(self._last_ns, portion.times_ns[-1] if portion.times_ns else 0)
        return rows

    def _slice(self, row: BarSlice, portion: TradePortion) -> Slice:
        due = tuple(one for one in self._actions if one.ex_session <= row.session)
        self._actions = [one for one in self._actions if one.ex_session > row.session]
        is_newest = row.time_ns >= portion.until_ns
        return replace(
            feed_slice(row, number=0),
            actions=due,
            next_open_ns=portion.next_open_ns if is_newest else row.time_ns,
            next_close_ns=portion.next_close_ns,
            ends_day=portion.ends_day and is_newest,
            is_warm_up=portion.is_warm_up,
        )

    def _numbered(self, one: Slice) -> Slice | None:
        """The slice under its number; None for one that the session has dealt with."""
        stood = self._stood
        if stood is not None and one.time_ns < stood.time_ns:
            return None
        self._number += 1
        if stood is not None and one.time_ns == stood.time_ns and stood.is_dealt_with:
            return None
        if stood is not None and one.time_ns > stood.time_ns and self._number == stood.slice:
            self._number += 1  # its slice made no bar this time: it keeps its number
        return replace(one, number=self._number)

    def _warmed(self) -> list[Slice]:
        """The warm-up, now that it is whole."""
        warming, self._warming = list(self._warming or ()), None
        if len(warming) < self._warm_up_bars:
            raise DataError(
                "there is too little history for the replay",
                expected=f"{self._warm_up_bars} bars of {Timeframe(self._length)} before the first day that trades",
                found=f"{len(warming)} made of the trades before it",
                remedy="start later, import earlier trades, or choose a strategy that looks back less",
            )
        return [numbered for one in warming[: self._warm_up_bars] if (numbered := self._numbered(one)) is not None]

    # what people are told

    def _look(self, portion: TradePortion) -> None:
        for gap in self._gaps.take():
            if gap.missing * self._length >= LONG_GAP_NS:
                self._once("TRADE_GAP", gap.instrument, _gap_story(gap))
        if portion.outside:
            self._once("TRADES_ASIDE", "", f"{portion.outside} trades came outside trading hours; they make no bars")
        put_aside = self._trades - self._pipeline.metrics().believed
        if put_aside == self._put_aside:
            return
        self._put_aside = put_aside
        for name in self._names:
            quarantine = self._pipeline.quarantine(name)
            for one in quarantine.newest:
                self._once("TRADES_ASIDE", name, _story(one), kind=one.reason.value)

    def _once(self, code: str, instrument: str, story: str, *, kind: str = "") -> None:
        """Tell the first of a kind; the rest is counted."""
        if (instrument, code + kind) not in self._told:
            self._told.add((instrument, code + kind))
            self._notes.append(f"{instrument}: {story}" if instrument else story)
            self._tell(code, instrument, story)


def _gap_story(gap: BarGap) -> str:
    return f"no trade in {gap.missing} bars, those ending {_moment(gap.first_ns)} to {_moment(gap.last_ns)}"


def _story(one: Quarantined) -> str:
    return f"a trade is not believed, {one.reason}: {one.quantity:g} at {one.price:g}, {_moment(one.time_ns)}"


def _moment(time_ns: int) -> str:
    return f"{datetime.fromtimestamp(time_ns / SECOND, UTC):%Y-%m-%d %H:%M:%S} UTC"
