"""The streams that a pipeline reads and feeds; several pipelines share a bus under different names."""

from dataclasses import dataclass

from tradewright.domain.market.quote import Quote
from tradewright.domain.market.trade import Trade
from tradewright.domain.signals import Signal
from tradewright.engine.pipeline.observation import Observation
from tradewright.engine.pipeline.slices import BarSlice
from tradewright.ports.bus import Topic
from tradewright.trading.aggregation.news import BarGap, FormedBar, LateTrade

TRADES = Topic("trades", Trade)
"""Public prints of all instruments, in the order in which they came."""
QUOTES = Topic("quotes", Quote)


@dataclass(frozen=True, slots=True)
class PipelineTopics:
    """What one pipeline publishes."""

    bars: Topic[FormedBar]
    gaps: Topic[BarGap]
    late: Topic[LateTrade]
    slices: Topic[BarSlice]
    observations: Topic[Observation]
    signals: Topic[Signal]


def topics_of(name: str) -> PipelineTopics:
    """The topics of the pipeline of that name: `NAME.bars` and so on."""
    return PipelineTopics(
        Topic(f"{name}.bars", FormedBar),
        Topic(f"{name}.gaps", BarGap),
        Topic(f"{name}.late", LateTrade),
        Topic(f"{name}.slices", BarSlice),
        Topic(f"{name}.observations", Observation),
        Topic(f"{name}.signals", Signal),
    )
