"""What can be asked about schedules."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Value = int | float | str | bool
Wish = Value | tuple[str, ...] | Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class ScheduleList:
    """Every schedule with its next and last firing. Answer: a tuple of `ScheduleView`."""


@dataclass(frozen=True, slots=True)
class ScheduleShown:
    """One schedule with its last firings. Answer: a `ScheduleDetails`."""

    schedule: str
    limit: int = 50


@dataclass(frozen=True, slots=True)
class PauseSchedule:
    """Let it not fire until it is resumed. Answer: a `ScheduleView`."""

    schedule: str


@dataclass(frozen=True, slots=True)
class ResumeSchedule:
    """Let it fire again, from its next moment on. Answer: a `ScheduleView`."""

    schedule: str


@dataclass(frozen=True, slots=True)
class TriggerSchedule:
    """Do now what it does, and what is chained to it. Answer: a `JobView`."""

    schedule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSchedule:
    """Another rule for a schedule. Answer: a `ScheduleView`."""

    schedule: str
    rule: str = ""
    """Empty: as it is."""
    timezone: str = ""
    grace_s: int | None = None
    wishes: Mapping[str, Wish] = field(default_factory=dict)
    """Fields of what is done, all anew; empty: as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddSchedule:
    """Let something be done again and again. Answer: a `ScheduleView`."""

    schedule: str
    """A word of its own: `nightly_trend`."""
    does: str
    """Kind of job: `backtest`, `data_quality`, `backup` ..."""
    wishes: Mapping[str, Wish] = field(default_factory=dict)
    """Its fields, as `{"strategy": "moving_average", "symbols": ["AAPL"]}`; the others are as usual."""
    rule: str = ""
    """When: `XNYS close+1h`, `cron 30 18 * * mon-fri`, `every 15m`; empty with `after` alone."""
    after: str = ""
    """Id of a schedule whose job must be done first, in place of a rule."""
    timezone: str = "UTC"
    """Whose clock a cron rule speaks of."""
    grace_s: int = 3_600
    """Seconds after its moment in which it is made up for."""
    title: str = ""
    """Empty: told by what it does."""


@dataclass(frozen=True, slots=True)
class RemoveSchedule:
    """Let it come no more, and forget its firings; what is in the queue stays there. Answer: a `ScheduleView`."""

    schedule: str
