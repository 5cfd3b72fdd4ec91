"""Answers about schedules."""

from dataclasses import replace

from tradewright.application.envelope import Envelope
from tradewright.application.jobs.views import JobView, job_view
from tradewright.application.schedules.firing import Firer
from tradewright.application.schedules.messages import (
    ChangeSchedule,
    PauseSchedule,
    ResumeSchedule,
    ScheduleList,
    ScheduleShown,
    TriggerSchedule,
)
from tradewright.application.schedules.views import ScheduleDetails, ScheduleView, firing_view, schedule_view
from tradewright.domain.errors import InputError
from tradewright.ports.clock import Clock
from tradewright.ports.schedules import Schedule, Schedules


def schedule_list(query: ScheduleList, *, schedules: Schedules) -> tuple[ScheduleView, ...]:
    """By id."""
    return tuple(_shown(one, schedules) for one in schedules.all())


def schedule_shown(query: ScheduleShown, *, schedules: Schedules) -> ScheduleDetails:
    """One of them."""
    found = schedules.find(query.schedule)
    firings = schedules.firings(found.id, limit=query.limit)
    return ScheduleDetails(_shown(found, schedules), tuple(firing_view(one) for one in firings))


def pause_schedule(command: PauseSchedule, *, schedules: Schedules, clock: Clock, envelope: Envelope) -> ScheduleView:
    """Twice is allowed."""
    paused = replace(
        schedules.find(command.schedule), is_paused=True, changed_ns=clock.now_ns(), changed_by=envelope.actor.name
    )
    schedules.keep(paused)
    return _shown(paused, schedules)


def resume_schedule(
    command: ResumeSchedule, *, schedules: Schedules, firer: Firer, clock: Clock, envelope: Envelope
) -> ScheduleView:
    """From its next moment on: what it slept through stays undone."""
    found, now_ns = schedules.find(command.schedule), clock.now_ns()
    resumed = replace(
        found,
        is_paused=False,
        next_ns=firer.next_ns(found, now_ns),
        changed_ns=now_ns,
        changed_by=envelope.actor.name,
    )
    schedules.keep(resumed)
    return _shown(resumed, schedules)


def change_schedule(
    command: ChangeSchedule, *, schedules: Schedules, firer: Firer, clock: Clock, envelope: Envelope
) -> ScheduleView:
    """InputError for a rule or a time zone that cannot be read; then nothing is changed."""
    found, now_ns = schedules.find(command.schedule), clock.now_ns()
    if found.after and command.rule:
        raise InputError(f"{found.id} follows {found.after} and has no rule of its own", remedy="change that one's")
    changed = replace(
        found,
        rule=command.rule or found.rule,
        timezone=command.timezone or found.timezone,
        grace_s=found.grace_s if command.grace_s is None else command.grace_s,
        changed_ns=now_ns,
        changed_by=envelope.actor.name,
    )
    changed = replace(changed, next_ns=firer.next_ns(changed, now_ns))
    schedules.keep(changed)
    return _shown(changed, schedules)


def trigger_schedule(
    command: TriggerSchedule, *, schedules: Schedules, firer: Firer, clock: Clock, envelope: Envelope
) -> JobView:
    """A paused one too: a person asks for it."""
    found = schedules.find(command.schedule)
    return job_view(firer.trigger(found, now_ns=clock.now_ns(), by=envelope.actor.name))


def _shown(schedule: Schedule, schedules: Schedules) -> ScheduleView:
    return schedule_view(schedule, next(iter(schedules.firings(schedule.id, limit=1)), None))
