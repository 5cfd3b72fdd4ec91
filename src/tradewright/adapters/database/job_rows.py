"""A job and its row."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from tradewright.ports.jobs import Job, JobError, JobLife, JobWish, Progress

Cells = dict[str, object]


def new_cells(wish: JobWish, *, id: str, now_ns: int) -> Cells:
    """The row of a job that was asked for just now; its number is still to be drawn."""
    return {
        "id": id,
        "kind": wish.kind,
        "message": wish.message,
        "content": wish.content,
        "title": wish.title,
        "actor": wish.actor,
        "roles": wish.roles,
        "correlation_id": wish.correlation_id,
        "priority": wish.priority,
        "subject": wish.subject,
        "after_job": wish.after,
        "planned": wish.planned or None,
        "life": JobLife.QUEUED,
        "attempts": 0,
        "worker": "",
        "is_to_be_canceled": False,
        "created_ns": now_ns,
        **progress_cells(Progress()),
    }


def progress_cells(progress: Progress) -> Cells:
    """How far it is."""
    return {
        "progress_done": progress.done,
        "progress_total": progress.total,
        "progress_note": progress.note,
    }


def error_cells(error: JobError | None) -> Cells | None:
    """Why it failed."""
    return None if error is None else asdict(error)


def job_of(row: Mapping[Any, Any]) -> Job:
    """The job of a row."""
    wish = JobWish(
        kind=row["kind"],
        message=row["message"],
        content=row["content"],
        title=row["title"],
        actor=row["actor"],
        roles=row["roles"],
        correlation_id=row["correlation_id"],
        priority=row["priority"],
        subject=row["subject"],
        after=row["after_job"],
        planned=row["planned"] or "",
    )
    return Job(
        id=row["id"],
        wish=wish,
        life=row["life"],
        change=row["change"],
        attempts=row["attempts"],
        worker=row["worker"],
        lease_until_ns=row["lease_until_ns"],
        is_to_be_canceled=row["is_to_be_canceled"],
        progress=Progress(done=row["progress_done"], total=row["progress_total"], note=row["progress_note"]),
        result=row["result"],
        error=None if row["error"] is None else JobError(**row["error"]),
        created_ns=row["created_ns"],
        started_ns=row["started_ns"],
        ended_ns=row["ended_ns"],
    )
