"""Answers about schedules.

This file decides that a schedule of a user's own is made only where every part of it can be used: its word is free, its
moments can be worked out, and what it asks for would not be refused.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import msgspec

from tradewright.application.envelope import Envelope
from tradewright.application.jobs.submitting import name_of
from tradewright.application.jobs.views import JobView, job_view
from tradewright.application.schedules.firing import Firer
from tradewright.application.schedules.messages import (
    AddSchedule,
    ChangeSchedule,
    PauseSchedule,
    RemoveSchedule,
    ResumeSchedule,
    ScheduleList,
    ScheduleShown,
    TriggerSchedule,
)
from tradewright.application.schedules.views import ScheduleDetails, ScheduleView, firing_view, schedule_view
from tradewright.application.schedules.wanted import Known, told_by, wanted
from tradewright.application.shelf.naming import Reference
from tradewright.application.shelf.running import Runnable
from tradewright.domain.errors import Conflict, InputError
from tradewright.ports.clock import Clock
from tradewright.ports.code import CodeFiles
from tradewright.ports.deployments import Deployments
from tradewright.ports.schedules import Schedule, Schedules

MOST_SCHEDULES: Final = 500
LONGEST_GRACE_S: Final = 864_000
TAKEN: Final = frozenset({"queue", "waiting"})
"""Words that mean something else where schedules are named."""
_ID: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_LONGEST_TITLE: Final = 200


def schedule_list(query: ScheduleList, *, schedules: Schedules) -> tuple[ScheduleView, ...]:
    """By id."""
    return tuple(_shown(one, schedules) for one in schedules.all())


def add_schedule(
    command: AddSchedule,
    *,
    schedules: Schedules,
    firer: Firer,
    code: CodeFiles,
    runnable: Callable[[Reference], Runnable],
    deployments: Deployments,
    clock: Clock,
    envelope: Envelope,
) -> ScheduleView:
    """InputError, Conflict or NotFound for what cannot be; then nothing is there that was not before."""
    _check_word(command.schedule)
    known = Known(code=code, runnable=runnable, deployments=deployments)
    message = wanted(firer.table, command.does, wishes=command.wishes, known=known)
    made = Schedule(
        id=command.schedule,
        title=_title(command.title) or told_by(message, command.does),
        rule=command.rule,
        timezone=command.timezone,
        message=name_of(type(message)),
        content=msgspec.json.encode(message),
        after=command.after,
        grace_s=_grace(command.grace_s),
        changed_ns=clock.now_ns(),
        changed_by=envelope.actor.name,
    )
    made = replace(made, next_ns=_first(made, schedules, firer))
    if len(schedules.all()) >= MOST_SCHEDULES:
        raise Conflict("there are too many schedules", expected=f"at most {MOST_SCHEDULES}", remedy="remove some")
    if not schedules.add(made):
        raise Conflict(
            f"there is a schedule {made.id} already",
            remedy=f"change it, or remove it first: tradewright jobs remove {made.id}",
        )
    return _shown(made, schedules)


def remove_schedule(command: RemoveSchedule, *, schedules: Schedules, firer: Firer) -> ScheduleView:
    """Conflict for one that is shipped, because it would come again, and for one that others follow."""
    found = schedules.find(command.schedule)
    if found.id in firer.shipped:
        raise Conflict(
            f"{found.id} comes with the platform, and would be there again",
            remedy=f"let it rest: tradewright jobs pause {found.id}",
        )
    followers = [one.id for one in schedules.all() if one.after == found.id]
    if followers:
        raise Conflict(f"{', '.join(followers)} follow {found.id}", remedy="remove these first")
    view = _shown(found, schedules)
    schedules.remove(found.id)
    return view


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
    command: ChangeSchedule,
    *,
    schedules: Schedules,
    firer: Firer,
    code: CodeFiles,
    runnable: Callable[[Reference], Runnable],
    deployments: Deployments,
    clock: Clock,
    envelope: Envelope,
) -> ScheduleView:
    """InputError for a rule, a time zone or wishes that cannot be used; then nothing is changed."""
    found, now_ns = schedules.find(command.schedule), clock.now_ns()
    if found.after and command.rule:
        raise InputError(f"{found.id} follows {found.after} and has no rule of its own", remedy="change that one's")
    changed = replace(
        found,
        rule=command.rule or found.rule,
        timezone=command.timezone or found.timezone,
        grace_s=found.grace_s if command.grace_s is None else _grace(command.grace_s),
        changed_ns=now_ns,
        changed_by=envelope.actor.name,
    )
    if command.wishes:
        known = Known(code=code, runnable=runnable, deployments=deployments)
        message = wanted(firer.table, firer.table.kind_of(found.message), wishes=command.wishes, known=known)
        changed = replace(changed, content=msgspec.json.encode(message))
    changed = replace(changed, next_ns=_first(changed, schedules, firer))
    schedules.keep(changed)
    return _shown(changed, schedules)


def trigger_schedule(
    command: TriggerSchedule, *, schedules: Schedules, firer: Firer, clock: Clock, envelope: Envelope
) -> JobView:
    """A paused one too: a person asks for it."""
    found = schedules.find(command.schedule)
    return job_view(firer.trigger(found, now_ns=clock.now_ns(), by=envelope.actor.name))


def _check_word(word: str) -> None:
    if _ID.fullmatch(word) is None or word in TAKEN:
        raise InputError(
            "a schedule cannot have that name",
            expected=f"up to 64 small letters, digits and _, a letter first, and none of {', '.join(sorted(TAKEN))}",
            found=word[:100],
        )


def _first(schedule: Schedule, schedules: Schedules, firer: Firer) -> int | None:
    """Its next moment; InputError where it has none, or where it is not said what decides."""
    if bool(schedule.rule) == bool(schedule.after):
        raise InputError(
            "when is it to come?",
            expected="a rule as `XNYS close+1h`, or a schedule that it follows",
            found="both" if schedule.rule else "neither",
        )
    if schedule.after:
        schedules.find(schedule.after)
    firer.times.check_zone(schedule.timezone)
    return firer.next_ns(schedule, schedule.changed_ns)


def _grace(seconds: int) -> int:
    if not 0 <= seconds <= LONGEST_GRACE_S:
        raise InputError("the grace cannot be used", expected=f"0 to {LONGEST_GRACE_S} seconds", found=str(seconds))
    return seconds


def _title(text: str) -> str:
    if len(text) > _LONGEST_TITLE or not text.isprintable():
        raise InputError("the title cannot be used", expected=f"a line of up to {_LONGEST_TITLE} letters")
    return text


def _shown(schedule: Schedule, schedules: Schedules) -> ScheduleView:
    return schedule_view(schedule, next(iter(schedules.firings(schedule.id, limit=1)), None))
