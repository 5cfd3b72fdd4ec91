"""The world of a session is everything outside its core that it touches; the rest of the shell knows no more of it."""

from collections.abc import Callable
from dataclasses import dataclass

from tradewright.engine.session.clocks import SessionClock
from tradewright.engine.session.effects import Alert
from tradewright.ports.broker import Broker
from tradewright.ports.clock import Clock
from tradewright.ports.feed import Feed
from tradewright.ports.hosts import StrategyHost
from tradewright.ports.kill import KillFence


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What a session reaches."""

    broker: Broker
    feed: Feed
    host: StrategyHost
    clock: Clock
    """The machine's: deadlines and measurements run by its monotonic time."""
    time: SessionClock
    fence: KillFence
    tell: Callable[[Alert], None]
    """Takes an alert and returns at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The bounds of a session's shell; durations in nanoseconds."""

    inbox: int = 10_000
    """Inputs that may wait; one more ends the session."""
    group: int = 256
    """Inputs that are handled and committed together."""
    lazy_facts: int = 256
    """Facts that may stay uncommitted while nothing is sent or answered ..."""
    lazy_ns: int = 100_000_000
    """... and how long."""
    slow_commit_ns: int | None = 1_000_000_000
    """A commit that took longer lets no new risk out: prices have moved on. None: the market waits for the session."""
    beat_ns: int = 250_000_000
    snapshot_every: int = 10_000
    """Records between two snapshots."""
    stop_within_ns: int = 10_000_000_000
    """How long an orderly stop may take before it becomes one at once."""
