"""What every door shows of schedules. Times are nanoseconds UTC."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from tradewright.ports.schedules import Firing, Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class FiringView:
    """One firing."""

    planned_ns: int
    fired_ns: int
    life: str
    """`fired`, `missed` or `skipped`."""
    job: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleView:
    """One schedule."""

    id: str
    title: str
    rule: str
    timezone: str
    after: str
    """The schedule whose job must be done first."""
    is_paused: bool
    next_ns: int | None
    last: FiringView | None
    changed_by: str
    does: str
    """The message that is asked then, as `MakeBacktest`."""
    wishes: Mapping[str, object]
    """Its fields."""


@dataclass(frozen=True, slots=True)
class ScheduleDetails:
    """One schedule and its last firings, newest first."""

    schedule: ScheduleView
    firings: tuple[FiringView, ...]


def firing_view(firing: Firing) -> FiringView:
    """A firing as it is shown."""
    return FiringView(
        planned_ns=firing.planned_ns,
        fired_ns=firing.fired_ns,
        life=firing.life.value,
        job=firing.job,
        by=firing.by,
    )


def schedule_view(schedule: Schedule, last: Firing | None) -> ScheduleView:
    """A schedule as it is shown."""
    return ScheduleView(
        id=schedule.id,
        title=schedule.title,
        rule=schedule.rule,
        timezone=schedule.timezone,
        after=schedule.after,
        is_paused=schedule.is_paused,
        next_ns=None if schedule.is_paused else schedule.next_ns,
        last=None if last is None else firing_view(last),
        changed_by=schedule.changed_by,
        does=schedule.message.rpartition(":")[2],
        wishes=_fields(schedule.content),
    )


def _fields(content: bytes) -> Mapping[str, object]:
    """What is kept, as far as this version can read it."""
    try:
        return msgspec.json.decode(content, type=dict[str, object])
    except msgspec.MsgspecError:
        return {}
