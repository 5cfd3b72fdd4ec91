"""Schedules and the queue of long work as tables."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from tradewright.interfaces.terminal.output import DASH, moment
from tradewright.interfaces.terminal.tables import table

if TYPE_CHECKING:
    from tradewright.application.jobs.views import JobView
    from tradewright.application.schedules.views import FiringView, ScheduleDetails, ScheduleView

STYLES = {"done": "green", "failed": "red", "running": "cyan", "missed": "yellow"}


def schedules_table(schedules: "Sequence[ScheduleView]") -> RenderableType:
    """One line a scheduled job."""
    rows = [
        (
            one.id,
            one.title,
            f"after {one.after}" if one.after else one.rule,
            "paused" if one.is_paused else _at(one.next_ns),
            DASH if one.last is None else f"{one.last.life} {_at(one.last.planned_ns)}",
        )
        for one in schedules
    ]
    return table(("|Job", "What it does", "When", "Next (UTC)", "Last"), rows)


def schedule_details(details: "ScheduleDetails") -> RenderableType:
    """One scheduled job and what became of its last moments."""
    return Group(schedules_table([details.schedule]), Text(), _firings(details.firings))


def _firings(firings: "Sequence[FiringView]") -> RenderableType:
    if not firings:
        return Text("It has not come yet.")
    rows = [(_at(one.planned_ns), _lived(one.life), one.job or DASH, one.by) for one in firings]
    return table(("|Moment (UTC)", "What became of it", "|Job in the queue", "By"), rows)


def queue_table(jobs: "Sequence[JobView]") -> RenderableType:
    """One line a job."""
    rows = [(one.id, one.kind, one.title, _lived(one.life), _far(one), _at(one.created_ns)) for one in jobs]
    return table(("|Id", "Kind", "What", "Stands", ">Done", "Asked (UTC)"), rows)


def job_details(job: "JobView") -> RenderableType:
    """One job with what it made, or why it failed."""
    rows: list[tuple[object, object]] = [
        ("id", job.id),
        ("what", f"{job.kind}: {job.title}"),
        ("stands", _lived(job.life)),
        ("done", _far(job)),
        ("asked by", job.actor),
        ("asked (UTC)", _at(job.created_ns)),
        ("begun (UTC)", _at(job.started_ns)),
        ("over (UTC)", _at(job.ended_ns)),
        ("attempts", str(job.attempts)),
    ]
    rows += [] if job.result is None else list(job.result.items())
    if job.error is not None:
        told = (("expected", job.error.expected), ("found", job.error.found), ("what to do", job.error.remedy))
        rows += [("problem", Text(job.error.problem, style="red")), *(one for one in told if one[1])]
    return table(("", ""), rows)


def _at(time_ns: int | None) -> str:
    return DASH if time_ns is None else moment(time_ns)


def _lived(life: str) -> Text:
    return Text(life, style=STYLES.get(life, ""))


def _far(job: "JobView") -> str:
    return f"{job.done} of {job.total}" if job.total else DASH
