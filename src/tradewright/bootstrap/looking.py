"""Looks at what a session stands on and that nobody tells of by itself: a feed that falls silent, limits that can no
longer be read.

This file decides how long a feed may be silent: ten seconds, and twenty slices of a replay that has a pace in slices. A
replay in multiples of real time, and a market that is closed, may be silent for any time.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from tradewright.domain.errors import TradewrightError
from tradewright.engine.session.facts import StrategyLife
from tradewright.engine.session.shell import Session
from tradewright.engine.session.supervisor import Component
from tradewright.ports.sessions import TRADES, FeedTerms
from tradewright.trading.risk.policy import LimitsPolicy

SHORTEST_S: Final = 10.0
SLICES: Final = 20
LIMITS_EVERY: Final = 20
"""Looks between two readings of the limits."""


def silence_s(feed: FeedTerms) -> float | None:
    """How long a feed may say nothing, in seconds; None: for any time."""
    if feed.speed == "max":
        return SHORTEST_S
    if feed.speed.endswith("x") or feed.kind == TRADES:  # a slice comes when trades have filled its bars
        return None
    return max(SHORTEST_S, SLICES / float(feed.speed))


@dataclass(slots=True)
class Looks:
    """Of one session, in its loop."""

    session: Session
    feed: FeedTerms
    policy_of: Callable[[], LimitsPolicy]
    """The limits as they are set now."""
    every_s: float
    """Between two looks."""
    _slice: int = field(default=0, init=False)
    _silent_s: float = field(default=0.0, init=False)
    _looks: int = field(default=0, init=False)

    def look(self) -> None:
        """Once."""
        self._look_at_the_feed()
        self._looks += 1
        if self._looks % LIMITS_EVERY == 0:
            self._look_at_the_limits()

    def _look_at_the_feed(self) -> None:
        state = self.session.core.state
        number, most_s = state.slice, silence_s(self.feed)
        # a replay waits for its strategy; during the warm-up nothing is answered
        is_ours = state.life is StrategyLife.RUNNING and 0 < state.answered < state.slice
        is_expected = self.session.has_begun and not (self.session.waiting or state.is_over or is_ours)
        self._silent_s = self._silent_s + self.every_s if number == self._slice and is_expected else 0.0
        self._slice = number
        if most_s is not None and self._silent_s >= most_s:
            self.session.supervisor.failed(Component.FEED, f"no slice for {self._silent_s:g} s")

    def _look_at_the_limits(self) -> None:
        try:
            self.policy_of()
        except (TradewrightError, OSError) as problem:
            self.session.supervisor.failed(Component.RISK, f"the limits cannot be read: {problem}")
        else:
            self.session.supervisor.recovered(Component.RISK)
