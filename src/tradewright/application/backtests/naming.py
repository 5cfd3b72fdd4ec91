"""What an id of a backtest means: a kept run, or the job that was asked for and the run that it made.

This file decides that whoever has the id of the job needs no other. Another one's job is not found; kept runs belong to
the project and are everybody's.
"""

from typing import Final

from tradewright.application.backtests.handlers import full_id
from tradewright.application.envelope import Envelope
from tradewright.application.jobs.handlers import job_shown
from tradewright.application.jobs.messages import JobShown
from tradewright.application.jobs.views import JobView
from tradewright.domain.errors import Conflict, NotFound
from tradewright.ports.jobs import JobQueue
from tradewright.ports.runs import RunStore

KIND: Final = "backtest"
"""Of the jobs that make backtests."""


def job_named(id: str, *, jobs: JobQueue, envelope: Envelope) -> JobView | None:
    """The job of a backtest; None where it is no such job's id, or not for whoever asks."""
    try:
        job = job_shown(JobShown(id), jobs=jobs, envelope=envelope)
    except NotFound:
        return None
    return job if job.kind == KIND else None


def run_named(id: str, *, runs: RunStore, jobs: JobQueue, envelope: Envelope) -> str:
    """The kept run that an id means; NotFound where there is none, Conflict where its job has made none."""
    job = job_named(id, jobs=jobs, envelope=envelope)
    if job is None:
        return full_id(id, runs)
    if job.result is None:
        raise Conflict(
            f"backtest {id} has no results" + ("" if job.is_final else " yet"),
            found=job.life,
            remedy=f"see how it stands: GET /api/backtests/{id}/progress, or `tradewright jobs queue {id}`",
        )
    return full_id(job.result["run_id"], runs)
