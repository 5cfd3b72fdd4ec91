"""What every door shows of jobs. Times are nanoseconds UTC."""

from collections.abc import Mapping
from dataclasses import dataclass

from tradewright.ports.jobs import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class JobErrorView:
    """Why a job failed."""

    kind: str
    """Class of the error."""
    problem: str
    expected: str
    found: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """One job."""

    id: str
    kind: str
    title: str
    subject: str
    life: str
    change: int
    """Number of its last change; of all jobs, later changes have higher numbers."""
    done: int
    total: int | None
    """Parts of the work; None: not known."""
    note: str
    """What it is doing now."""
    attempts: int
    is_to_be_canceled: bool
    result: Mapping[str, str] | None
    """What it made, by name (`run_id`), once it is done."""
    error: JobErrorView | None
    actor: str
    correlation_id: str
    after: str
    """The job that has to be done first."""
    created_ns: int
    started_ns: int | None
    ended_ns: int | None

    @property
    def is_final(self) -> bool:
        """Nothing happens to it any more."""
        return self.life in {"done", "failed", "canceled"}


@dataclass(frozen=True, slots=True)
class JobPage:
    """A page of jobs; `cursor` asks for the next one, empty after the last."""

    items: tuple[JobView, ...]
    cursor: str


@dataclass(frozen=True, slots=True)
class QueueView:
    """What waits."""

    waiting: Mapping[str, int]
    """Jobs that no worker has taken yet, by kind."""


def job_view(job: Job) -> JobView:
    """A job as it is shown."""
    error, wish, progress = job.error, job.wish, job.progress
    return JobView(
        id=job.id,
        kind=wish.kind,
        title=wish.title,
        subject=wish.subject,
        life=job.life.value,
        change=job.change,
        done=progress.done,
        total=progress.total,
        note=progress.note,
        attempts=job.attempts,
        is_to_be_canceled=job.is_to_be_canceled,
        result=None if job.result is None else {name: str(value) for name, value in job.result.items()},
        error=None
        if error is None
        else JobErrorView(
            kind=error.kind,
            problem=error.problem,
            expected=error.expected,
            found=error.found,
            remedy=error.remedy,
        ),
        actor=wish.actor,
        correlation_id=wish.correlation_id,
        after=wish.after,
        created_ns=job.created_ns,
        started_ns=job.started_ns,
        ended_ns=job.ended_ns,
    )
