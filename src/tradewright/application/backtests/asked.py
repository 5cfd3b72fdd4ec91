"""A backtest that was asked for from elsewhere: a job until it is done, a kept run from then on, under one id."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from tradewright.application.backtests.finished import FinishedBacktest
from tradewright.application.backtests.handlers import full_id
from tradewright.application.backtests.looking import RunFactsView, facts_of
from tradewright.application.backtests.messages import LoadedBars, Market, RunBacktest, VerifyBacktest
from tradewright.application.backtests.naming import job_named, run_named
from tradewright.application.backtests.recipe import command_of
from tradewright.application.backtests.records import view_of
from tradewright.application.backtests.verifying import Verification, verify_backtest
from tradewright.application.backtests.views import BacktestView
from tradewright.application.envelope import Envelope
from tradewright.application.jobs.handlers import cancel_job
from tradewright.application.jobs.messages import CancelJob
from tradewright.application.jobs.views import JobErrorView, JobView
from tradewright.domain.errors import Conflict
from tradewright.ports.jobs import JobLife, JobQueue
from tradewright.ports.runs import RunStore


@dataclass(frozen=True, slots=True)
class BacktestShown:
    """How a backtest stands, and what went into it once it is done. Answer: a `BacktestDetails`."""

    id: str
    """Of the job, or of a kept run; the beginning of a run's id, or `latest`."""


@dataclass(frozen=True, slots=True)
class BacktestProgress:
    """How far a backtest is. Answer: a `BacktestStatus`."""

    id: str


@dataclass(frozen=True, slots=True)
class BacktestSheet:
    """Everything of a backtest that is done. Answer: a `BacktestView`."""

    id: str


@dataclass(frozen=True, slots=True)
class BacktestVerification:
    """Make a backtest that is done again and compare every byte. Answer: a `Verification`."""

    id: str


@dataclass(frozen=True, slots=True)
class RemoveBacktest:
    """Call a backtest off that is not done; remove one that is kept. Answer: a `BacktestStatus`."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestStatus:
    """How a backtest stands."""

    id: str
    life: str
    """`queued`, `running`, `done`, `failed`, `canceled`, or `removed`."""
    change: int
    """Grows with every change; 0 of a run that no job made."""
    done: int
    total: int | None
    note: str
    is_to_be_canceled: bool
    run_id: str
    """What it is kept as, once it is done; else empty."""
    title: str
    error: JobErrorView | None

    @property
    def is_final(self) -> bool:
        """Nothing happens to it any more."""
        return JobLife(self.life).is_final if self.life != REMOVED else True


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestDetails:
    """A backtest: how it stands, and the run that came of it; null until it is done."""

    status: BacktestStatus
    run: RunFactsView | None


REMOVED = "removed"
LONGEST_S: Final = 10.0
"""A run that took longer is not made again within a request."""


def backtest_progress(query: BacktestProgress, *, runs: RunStore, jobs: JobQueue, envelope: Envelope) -> BacktestStatus:
    """Of the job, else of the run."""
    job = job_named(query.id, jobs=jobs, envelope=envelope)
    return _of_run(full_id(query.id, runs)) if job is None else _of_job(job)


def backtest_shown(query: BacktestShown, *, runs: RunStore, jobs: JobQueue, envelope: Envelope) -> BacktestDetails:
    """Both."""
    status = backtest_progress(BacktestProgress(query.id), runs=runs, jobs=jobs, envelope=envelope)
    is_kept = status.run_id in runs.ids()
    return BacktestDetails(status=status, run=facts_of(view_of(runs.load(status.run_id))) if is_kept else None)


def backtest_sheet(query: BacktestSheet, *, runs: RunStore, jobs: JobQueue, envelope: Envelope) -> BacktestView:
    """With its tables."""
    return view_of(runs.load(run_named(query.id, runs=runs, jobs=jobs, envelope=envelope)))


def backtest_verification(
    query: BacktestVerification,
    *,
    runs: RunStore,
    jobs: JobQueue,
    testing: Callable[[RunBacktest], FinishedBacktest],
    bars_of: Callable[[Market], LoadedBars],
    envelope: Envelope,
) -> Verification:
    """Whoever asks from elsewhere runs no file of this machine, and no run that takes long; Conflict for these."""
    run_id = run_named(query.id, runs=runs, jobs=jobs, envelope=envelope)
    view = view_of(runs.load(run_id))
    command = command_of(view)
    is_of_files = ".py" in str(command.strategy) or command.market.file is not None
    if is_of_files or view.duration_s > LONGEST_S:
        raise Conflict(
            f"run {run_id} is not made again over HTTP",
            expected=f"a run of the store, by a strategy that is known by its id, of {LONGEST_S:g} seconds at most",
            found="files of the machine" if is_of_files else f"{view.duration_s:.0f} seconds",
            remedy=f"on the machine: tradewright backtest show {run_id} --verify",
        )
    return verify_backtest(VerifyBacktest(run_id), runs=runs, testing=testing, bars_of=bars_of)


def remove_backtest(command: RemoveBacktest, *, runs: RunStore, jobs: JobQueue, envelope: Envelope) -> BacktestStatus:
    """The job stays in the list of jobs as what it was."""
    job = job_named(command.id, jobs=jobs, envelope=envelope)
    if job is not None and not job.is_final:
        return _of_job(cancel_job(CancelJob(job.id), jobs=jobs, envelope=envelope))
    run_id = run_named(command.id, runs=runs, jobs=jobs, envelope=envelope)
    runs.remove(run_id)
    return replace(_of_run(run_id), id=command.id, life=REMOVED, change=0 if job is None else job.change)


def _of_job(job: JobView) -> BacktestStatus:
    return BacktestStatus(
        id=job.id, life=job.life, change=job.change, run_id=_made(job.result), done=job.done, total=job.total,
        note=job.note, is_to_be_canceled=job.is_to_be_canceled, title=job.title, error=job.error,
    )  # fmt: skip


def _of_run(run_id: str) -> BacktestStatus:
    return BacktestStatus(
        id=run_id, life=JobLife.DONE.value, change=0, run_id=run_id, done=0, total=None, note="",
        is_to_be_canceled=False, title="", error=None,
    )  # fmt: skip


def _made(result: Mapping[str, str] | None) -> str:
    return "" if result is None else result.get("run_id", "")
