"""The second stage: each slice is shown to every indicator, one copy of it for each instrument."""

from collections.abc import Callable, Mapping
from typing import Protocol

from tradewright.engine.pipeline.observation import Answer, Observation
from tradewright.engine.pipeline.slices import BarSlice
from tradewright.engine.pipeline.topics import PipelineTopics
from tradewright.ports.bus import EventBus, Topic


class Streaming(Protocol):
    """An indicator fed bar by bar; all of `tradewright.indicators` are. A bar of NaN changes nothing in it."""

    def update_bar(
        self, open_: float, high: float, low: float, close: float, volume: float, session: float | None = None
    ) -> Answer:
        """Take the next bar and give the answer to it."""
        ...


class IndicatorStage:
    """Slices in, observations out."""

    def __init__(
        self,
        bus: EventBus,
        indicators: Mapping[str, Callable[[], Streaming]],
        *,
        width: int,
        topics: PipelineTopics,
    ) -> None:
        """`indicators`: how to make a fresh one, by the name under which rules find its answers."""
        self._bus = bus
        self._topics = topics
        self._indicators = {name: [make() for _ in range(width)] for name, make in indicators.items()}

    def feeds(self) -> dict[Topic[object], int]:
        """An observation for a slice."""
        return {self._topics.observations: 1}

    def on_slice(self, row: BarSlice) -> None:
        """The next slice."""
        bars = list(zip(row.opens, row.highs, row.lows, row.closes, row.volumes, strict=True))
        values = {
            name: tuple(each.update_bar(*bar, row.session) for each, bar in zip(copies, bars, strict=True))
            for name, copies in self._indicators.items()
        }
        self._bus.publish(self._topics.observations, Observation(row, values))
