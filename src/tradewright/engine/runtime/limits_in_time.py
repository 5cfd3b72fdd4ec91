"""Limits in time are the limits that held when a bar closed: a trading session may have changed them on its way.

This file decides what a gate that judges a session anew has to be told beside the bars: when limits changed, and when
the market opened, which bars do not tell.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tradewright.trading.risk.policy import LimitsPolicy


@dataclass(frozen=True, slots=True)
class LimitsInTime:
    """The limits a run begins with, and those that took their place."""

    first: LimitsPolicy
    later: tuple[tuple[int, LimitsPolicy], ...] = ()
    """From which close on, nanoseconds UTC, rising; and the limits that hold for what is decided then."""
    opens: Mapping[int, int] = field(default_factory=dict)
    """When the market opens in a session (days since 1970), nanoseconds UTC, where that is known better than by the
    length of a bar."""

    def at(self, time_ns: int) -> LimitsPolicy:
        """The limits for what is decided after the bar that closes at this moment."""
        holding = self.first
        for since_ns, policy in self.later:
            if since_ns > time_ns:
                break
            holding = policy
        return holding
