"""Answers about jobs. Whoever is no admin sees and cancels their own jobs only; another one's are not found."""

from collections.abc import Mapping

from tradewright.application.envelope import Envelope
from tradewright.application.jobs.messages import CancelJob, ForgetJobs, JobChanges, JobList, JobShown, QueueState
from tradewright.application.jobs.views import JobPage, JobView, QueueView, job_view
from tradewright.application.messages import Role
from tradewright.domain.calendars import DAY
from tradewright.domain.errors import InputError, NotFound
from tradewright.ports.clock import Clock
from tradewright.ports.jobs import Job, JobFilter, JobLife, JobQueue
from tradewright.ports.paging import Slot


def job_list(query: JobList, *, jobs: JobQueue, envelope: Envelope) -> JobPage:
    """A page of them."""
    wanted = JobFilter(kind=query.kind, life=_life(query.life), actor="" if _is_admin(envelope) else _name(envelope))
    page = jobs.all(wanted, Slot(query.limit, query.cursor))
    return JobPage(tuple(job_view(one) for one in page.items), page.cursor)


def job_shown(query: JobShown, *, jobs: JobQueue, envelope: Envelope) -> JobView:
    """One of them."""
    return job_view(_own(jobs.find(query.job), envelope))


def cancel_job(command: CancelJob, *, jobs: JobQueue, envelope: Envelope) -> JobView:
    """Marked at once; its worker ends it within about a second."""
    _own(jobs.find(command.job), envelope)
    return job_view(jobs.cancel(command.job))


def job_changes(query: JobChanges, *, jobs: JobQueue, envelope: Envelope) -> tuple[JobView, ...]:
    """What is new, for whoever watches."""
    found = jobs.changed(query.after, limit=query.limit)
    return tuple(job_view(one) for one in found if _is_admin(envelope) or one.wish.actor == _name(envelope))


def queue_state(query: QueueState, *, jobs: JobQueue) -> QueueView:
    """What waits."""
    return QueueView(dict(jobs.waiting()))


def forget_jobs(command: ForgetJobs, *, jobs: JobQueue, clock: Clock) -> Mapping[str, str]:
    """What they made stays."""
    if command.keep_days < 1:
        raise InputError("jobs are kept for a day at least", expected="1 or more", found=str(command.keep_days))
    return {"forgotten": str(jobs.forget(before_ns=clock.now_ns() - command.keep_days * DAY))}


def _own(job: Job, envelope: Envelope) -> Job:
    if _is_admin(envelope) or job.wish.actor == _name(envelope):
        return job
    raise NotFound(f"there is no job {job.id}", remedy="old jobs are removed some time after they ended")


def _is_admin(envelope: Envelope) -> bool:
    return Role.ADMIN in envelope.actor.roles


def _name(envelope: Envelope) -> str:
    return envelope.actor.name


def _life(text: str) -> JobLife | None:
    if not text:
        return None
    try:
        return JobLife(text)
    except ValueError:
        raise InputError(
            "jobs cannot be chosen so", expected=", ".join(one.value for one in JobLife), found=text
        ) from None
