"""The last stage: a rule looks at each observation and says what to hold; what differs from before is a signal.

This file decides that silence is allowed: NaN is no opinion, and an opinion that has not changed is not told again.
"""

import math
from collections.abc import Callable, Sequence
from typing import TypeAlias

from tradewright.domain.errors import StrategyError
from tradewright.domain.signals import Signal
from tradewright.engine.pipeline.observation import Observation
from tradewright.engine.pipeline.topics import PipelineTopics
from tradewright.ports.bus import EventBus, Topic

SignalRule: TypeAlias = Callable[[Observation], Sequence[float]]
"""Wanted strength in -1..1 for each instrument, in the order of the slice; NaN for no opinion."""


class SignalStage:
    """Observations in, signals out."""

    def __init__(self, bus: EventBus, rule: SignalRule, *, width: int, topics: PipelineTopics) -> None:
        self.signals = 0
        """How many were published."""
        self._bus = bus
        self._rule = rule
        self._topics = topics
        self._targets = [0.0] * width

    def feeds(self) -> dict[Topic[object], int]:
        """A signal for each instrument."""
        return {self._topics.signals: len(self._targets)}

    def on_observation(self, seen: Observation) -> None:
        """The next observation; a `StrategyError` for an answer that is none, before any of it is told."""
        row, wanted = seen.slice, self._rule(seen)
        if len(wanted) != len(self._targets):
            raise StrategyError(
                f"the rule's answer at {row.time_ns} cannot be used",
                expected=f"one number for each of {len(self._targets)} instruments",
                found=f"{len(wanted)}",
            )
        signals = [
            (place, Signal(name, row.time_ns, target=target, previous=self._targets[place]))
            for place, (name, target) in enumerate(zip(row.instruments, wanted, strict=True))
            if not math.isnan(target) and target != self._targets[place]
        ]
        for place, signal in signals:
            self._targets[place] = signal.target
            self._bus.publish(self._topics.signals, signal)
        self.signals += len(signals)
