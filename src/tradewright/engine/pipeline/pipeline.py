"""The pipeline of a session: trades in, signals out, in small stages with bounded queues between them.

Nothing here waits, sleeps or looks at a clock: a session offers what its feed brings, runs the bus, reads slices or
signals, and says what time it is. A reader that falls behind holds up the stage before it, and so on to `take`, which
then says no; nothing is lost on the way and memory stays as it is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tradewright.domain.errors import DataError, InputError
from tradewright.domain.market.quote import Quote
from tradewright.domain.market.trade import Trade
from tradewright.engine.pipeline.bar_stage import BarStage, Market
from tradewright.engine.pipeline.indicator_stage import IndicatorStage, Streaming
from tradewright.engine.pipeline.signal_stage import SignalRule, SignalStage
from tradewright.engine.pipeline.topics import QUOTES, TRADES, PipelineTopics, topics_of
from tradewright.ports.bus import CAPACITY, BusMetrics, EventBus
from tradewright.trading.aggregation.quarantine import Quarantine, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a pipeline does with its bars."""

    name: str = "pipeline"
    indicators: Mapping[str, Callable[[], Streaming]] = field(default_factory=dict)
    """How to make a fresh indicator, by the name that the rule knows it by."""
    rule: SignalRule | None = None
    """Without one the pipeline ends with observations, and without indicators with slices."""
    from_quotes: bool = False
    """Bars of mids of quotes instead of trades."""
    capacity: int = CAPACITY
    """Messages that may wait before each stage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineMetrics:
    """Counts since the pipeline began."""

    believed: int
    """Trades or quotes that went into bars."""
    quarantined: Mapping[Reason, int]
    bars: int
    gaps: int
    late: int
    """Trades that came after their bar was closed."""
    slices: int
    incomplete: int
    """Slices that left without a bar of every instrument."""
    signals: int
    bus: BusMetrics


class Pipeline:
    """Trades to bars to indicators to signals, over a bus that the session drains."""

    def __init__(self, bus: EventBus, market: Market, plan: Plan) -> None:
        self.topics: PipelineTopics = topics_of(plan.name)
        """Where its output is read: `bus.subscribe(pipeline.topics.slices, "session")`."""
        self._bus = bus
        self._bars = BarStage(bus, market, topics=self.topics)
        self._names = frozenset(market.rules)
        self._signals: SignalStage | None = None
        if max(self._bars.feeds().values()) > plan.capacity:
            raise InputError(
                "the pipeline's queues are too short",
                expected=f"a capacity of at least {max(self._bars.feeds().values())} for so many instruments",
                found=str(plan.capacity),
            )
        self._connect(market, plan)

    def take(self, trade: Trade) -> bool:
        """Queue the next trade; False when there is no room: run first, read the output, offer it again."""
        self._require(trade.instrument)
        return self._bus.offer(TRADES, trade)

    def take_quote(self, quote: Quote) -> bool:
        """The same for a quote."""
        self._require(quote.instrument)
        return self._bus.offer(QUOTES, quote)

    def take_values(self, instrument: str, time_ns: int, *, price: float, quantity: float, trade_id: str = "") -> bool:
        """The same for a trade as a feed sends it; what cannot be a trade (NaN, zero, negative) is put aside."""
        self._require(instrument)
        try:
            trade = Trade(instrument, time_ns, trade_id, price, quantity)
        except DataError:
            self._bars.aggregator(instrument).take_values(time_ns, price, quantity=quantity, trade_id=trade_id)
            return True
        return self._bus.offer(TRADES, trade)

    def run(self, most: int | None = None) -> int:
        """Let all stages work until nothing waits that can be served; how many messages were."""
        return self._bus.drain(most)

    def advance(self, now_ns: int) -> bool:
        """Tell the time after running: what ended a timeout ago is closed. False, and nothing done, without room."""
        self._bus.drain()
        if any(self._bus.room(topic) < need for topic, need in self._bars.feeds().items()):
            return False
        self._bars.advance(now_ns)
        self._bus.drain()
        return True

    def quarantine(self, instrument: str) -> Quarantine:
        """What was put aside of an instrument."""
        self._require(instrument)
        return self._bars.aggregator(instrument).quarantine

    def seen_ns(self, instrument: str) -> int:
        """When its newest believed trade or quote happened, nanoseconds UTC; 0 before the first. Old data is stale."""
        self._require(instrument)
        return self._bars.aggregator(instrument).seen_ns

    def metrics(self) -> PipelineMetrics:
        """What was done so far."""
        counts = self._bars.counts
        return PipelineMetrics(
            believed=self._bars.believed(),
            quarantined=self._bars.quarantined(),
            bars=counts["bars"],
            gaps=counts["gaps"],
            late=counts["late"],
            slices=counts["slices"],
            incomplete=counts["incomplete"],
            signals=self._signals.signals if self._signals is not None else 0,
            bus=self._bus.metrics(),
        )

    def _connect(self, market: Market, plan: Plan) -> None:
        """Subscribe the stages that are wanted."""
        bus, topics, width, capacity = self._bus, self.topics, len(market.rules), plan.capacity
        reader, feeds = f"{plan.name}.bars", self._bars.feeds()
        if plan.from_quotes:
            bus.handle(QUOTES, reader, handler=self._bars.on_quote, capacity=capacity, feeds=feeds)
        else:
            bus.handle(TRADES, reader, handler=self._bars.on_trade, capacity=capacity, feeds=feeds)
        if plan.indicators or plan.rule is not None:
            stage = IndicatorStage(bus, plan.indicators, width=width, topics=topics)
            reader = f"{plan.name}.indicators"
            bus.handle(topics.slices, reader, handler=stage.on_slice, capacity=capacity, feeds=stage.feeds())
        if plan.rule is not None:
            last = self._signals = SignalStage(bus, plan.rule, width=width, topics=topics)
            reader = f"{plan.name}.signals"
            bus.handle(topics.observations, reader, handler=last.on_observation, capacity=capacity, feeds=last.feeds())

    def _require(self, instrument: str) -> None:
        if instrument not in self._names:
            raise InputError(
                f"{instrument} is not in this pipeline", expected=", ".join(sorted(self._names)), found=instrument
            )
