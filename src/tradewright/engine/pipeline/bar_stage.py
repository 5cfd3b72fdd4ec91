"""The first stage: trades (or quotes) become bars, and bars become slices.

This file decides how long an instrument is waited for. The clock is that of the market itself: once any trade is
`slice_timeout_ns` past a close, bars that end there are closed and the slice leaves with what is known. Where nothing
trades, `advance` takes the place of a trade. The same trades give the same slices, however fast they come.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from tradewright.domain.errors import InputError
from tradewright.domain.market.quote import Quote
from tradewright.domain.market.trade import Trade
from tradewright.engine.pipeline.slices import SliceAssembler, slice_of
from tradewright.engine.pipeline.topics import PipelineTopics
from tradewright.ports.bus import EventBus, Topic
from tradewright.trading.aggregation.aggregator import BarAggregator, Known
from tradewright.trading.aggregation.belief import Doubt
from tradewright.trading.aggregation.builder import NEVER
from tradewright.trading.aggregation.news import BarGap, FormedBar
from tradewright.trading.aggregation.quarantine import Reason
from tradewright.trading.aggregation.rules import BarRule, TimeBars


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """What a pipeline listens to and how it forms bars."""

    rules: Mapping[str, BarRule]
    """By instrument, in the order of the slices; all time bars, or none. Instruments of one slice may have sessions of
    their own."""
    slice_timeout_ns: int = 2_000_000_000
    """How long after its close a slice waits for instruments that have not traded since."""
    doubt: Doubt = field(default_factory=Doubt)
    known: Mapping[str, Known] = field(default_factory=dict)
    """Last price and time by instrument, where known."""

    def __post_init__(self) -> None:
        kinds = {isinstance(rule, TimeBars) for rule in self.rules.values()}
        if len(kinds) != 1:
            raise InputError(
                "the rules of bars cannot be used",
                expected="time bars for all instruments, or for none",
                found=", ".join(f"{name}: {rule}" for name, rule in self.rules.items()) or "no instrument",
            )
        if self.slice_timeout_ns < 0:
            raise InputError("slice_timeout_ns cannot be used", expected="0 or more", found=str(self.slice_timeout_ns))

    @property
    def is_timed(self) -> bool:
        """Whether bars end by the clock, so that they can stand side by side."""
        return isinstance(next(iter(self.rules.values())), TimeBars)


class BarStage:
    """Trades in; bars, gaps, late trades and slices out."""

    def __init__(self, bus: EventBus, market: Market, *, topics: PipelineTopics) -> None:
        self.counts: Counter[str] = Counter()
        """bars, gaps, late, slices, incomplete (slices that lack an instrument)."""
        self._bus = bus
        self._market = market
        self._topics = topics
        self._names = tuple(market.rules)
        self._places = {name: place for place, name in enumerate(self._names)}
        self._aggregators = [
            BarAggregator(name, rule, doubt=market.doubt, known=market.known.get(name))
            for name, rule in market.rules.items()
        ]
        self._assembler = SliceAssembler(self._names)
        self._timeout = market.slice_timeout_ns
        self._is_timed = market.is_timed
        self._due = NEVER
        """Once the market's clock is here, what ended a timeout ago is closed."""

    def feeds(self) -> dict[Topic[object], int]:
        """The most messages that one trade can become: every instrument's bar, and the slices that wait for them."""
        width = len(self._names)
        lengths = [rule.timeframe.nanoseconds for rule in self._market.rules.values() if isinstance(rule, TimeBars)]
        waiting = width * (self._timeout // min(lengths) + 2) if lengths else 1
        return {
            self._topics.bars: width + 1,
            self._topics.gaps: 2,
            self._topics.late: 1,
            self._topics.slices: waiting + 1,
        }

    def on_trade(self, trade: Trade) -> None:
        """The next trade; one of an instrument that is not ours is for other readers of the topic."""
        place = self._places.get(trade.instrument)
        if place is None:
            return
        aggregator = self._aggregators[place]
        if aggregator.take(trade):
            self._went_in(place, trade.time_ns)
        elif aggregator.has_news():
            self._tell(place)

    def on_quote(self, quote: Quote) -> None:
        """The next quote, as `on_trade`."""
        place = self._places.get(quote.instrument)
        if place is None:
            return
        aggregator = self._aggregators[place]
        if aggregator.take_quote(quote):
            self._went_in(place, quote.time_ns)
        elif aggregator.has_news():
            self._tell(place)

    def advance(self, now_ns: int) -> None:
        """It is `now_ns`: close what ended a timeout ago, as a trade of this moment would."""
        if self._is_timed and now_ns >= self._due:
            self._close_until(now_ns - self._timeout)

    def quarantined(self) -> Counter[Reason]:
        """How many were put aside by reason, all instruments together."""
        total: Counter[Reason] = Counter()
        for aggregator in self._aggregators:
            total.update(aggregator.quarantine.counts)
        return total

    def believed(self) -> int:
        """How many went into bars."""
        return sum(aggregator.believed for aggregator in self._aggregators)

    def aggregator(self, instrument: str) -> BarAggregator:
        """What forms an instrument's bars."""
        return self._aggregators[self._places[instrument]]

    def _went_in(self, place: int, time_ns: int) -> None:
        aggregator = self._aggregators[place]
        if not self._is_timed:
            if aggregator.has_news():
                self._tell(place)
            return
        self._assembler.saw(place, time_ns)
        if aggregator.has_news():
            self._tell(place)
        if time_ns >= self._assembler.oldest_ns:
            self._send_slices(0)
        due = aggregator.open_until_ns + self._timeout
        self._due = min(self._due, due)
        if time_ns >= self._due:
            self._close_until(time_ns - self._timeout)

    def _close_until(self, until_ns: int) -> None:
        """Wait for nothing older than this."""
        for place, aggregator in enumerate(self._aggregators):
            aggregator.advance(until_ns)
            if aggregator.has_news():
                self._tell(place)
        self._send_slices(until_ns)
        ends = min(aggregator.open_until_ns for aggregator in self._aggregators)
        self._due = min(ends, self._assembler.oldest_ns) + self._timeout

    def _tell(self, place: int) -> None:
        """Publish what an instrument's aggregator has finished."""
        topics, bus = self._topics, self._bus
        for one in self._aggregators[place].collect():
            if isinstance(one, FormedBar):
                self.counts["bars"] += 1
                bus.publish(topics.bars, one)
                if self._is_timed:
                    self._assembler.add(place, one)
                else:
                    self.counts["slices"] += 1
                    bus.publish(topics.slices, slice_of(self._names, self._alone(place, one)))
            elif isinstance(one, BarGap):
                self.counts["gaps"] += 1
                bus.publish(topics.gaps, one)
            else:
                self.counts["late"] += 1
                bus.publish(topics.late, one)

    def _alone(self, place: int, bar: FormedBar) -> list[FormedBar | None]:
        """A row in which only one instrument has a bar."""
        return [bar if other == place else None for other in range(len(self._names))]

    def _send_slices(self, until_ns: int) -> None:
        for one in self._assembler.release(until_ns):
            self.counts["slices"] += 1
            self.counts["incomplete"] += bool(one.missing)
            self._bus.publish(self._topics.slices, one)
