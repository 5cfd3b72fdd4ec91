"""The queue of jobs: asked for here, taken by workers here, ended here.

This file decides the order of locks, on which it rests that nobody waits in a circle: first jobs, from the one that
must be done first to those that wait for it; then, last, the counter that numbers the changes.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, exists, func, or_, select, update

from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.job_rows import Cells, error_cells, job_of, new_cells, progress_cells
from tradewright.adapters.database.rows import drawn, limit_of, number_of
from tradewright.adapters.database.schema.jobs import JOBS
from tradewright.domain.errors import NotFound
from tradewright.ports.clock import Clock
from tradewright.ports.jobs import MOST_ATTEMPTS, Job, JobError, JobFilter, JobLife, JobWish, Progress, Standing
from tradewright.ports.paging import Page, Slot
from tradewright.ports.randomness import Randomness

COUNTER: Final = "jobs"
_OPEN: Final = (JobLife.QUEUED, JobLife.RUNNING)
_FINAL: Final = tuple(life for life in JobLife if life.is_final)
_AGAIN: Final[Mapping[str, object]] = {
    "life": JobLife.QUEUED,
    "worker": "",
    "lease_until_ns": None,
    "started_ns": None,
}


@dataclass(frozen=True, slots=True)
class _End:
    """How a job ends."""

    job: Job
    life: JobLife
    error: JobError | None = None
    result: Mapping[str, object] | None = None


class DatabaseJobs:
    """`JobQueue` in a database."""

    def __init__(self, database: Database, clock: Clock, *, randomness: Randomness) -> None:
        self._database = database
        self._clock = clock
        self._randomness = randomness

    def submit(self, wish: JobWish) -> Job:
        """Behind all that have its priority; a wish of a planned firing that was made before is that job."""
        with self._database.writing() as connection:
            planned = _planned(connection, wish.planned)
            if planned is not None:
                return planned
            now = self._clock.now_ns()
            leaders = _locked(connection, JOBS.c.id == wish.after) if wish.after else []
            if wish.after and not leaders:
                raise _unknown(wish.after)
            cells = new_cells(wish, id=self._randomness.token(), now_ns=now)
            for leader in leaders:
                cells |= _cells_beside(leader, now)
            number = drawn(connection, COUNTER)
            # whoever planned the same firing at once has given the counter free, and is seen from here on
            planned = _planned(connection, wish.planned)
            if planned is None:
                connection.execute(JOBS.insert().values(cells | {"number": number, "change": number}))
            return planned or _one(connection, str(cells["id"]))

    def claim(self, worker: str, *, lease_ns: int, kinds: Collection[str] = ()) -> Job | None:
        """Looked for first without any lock: most of the time nothing waits."""
        now = self._clock.now_ns()
        next_one = (
            select(JOBS).where(_is_claimable(now, kinds)).order_by(JOBS.c.priority.desc(), JOBS.c.number).limit(1)
        )
        with self._database.reading() as connection:
            found = connection.execute(select(JOBS.c.id).where(or_(_is_lost(now), _is_claimable(now, kinds))).limit(1))
            if found.first() is None:
                return None
        with self._database.writing() as connection:
            self._give_up_lost(connection, now)
            row = connection.execute(next_one.with_for_update(of=JOBS, skip_locked=True)).mappings().first()
            if row is None:
                return None
            job = job_of(row)
            held = {"worker": worker, "lease_until_ns": now + lease_ns, "started_ns": now}
            begun = {"life": JobLife.RUNNING, "attempts": job.attempts + 1, **progress_cells(Progress())}
            _change(connection, job, held | begun)
            return _one(connection, job.id)

    def beat(self, job: str, worker: str, *, lease_ns: int, progress: Progress | None = None) -> bool:
        """A renewal alone is no change that anybody watches for."""
        with self._database.writing() as connection:
            held = _held(connection, job, worker)
            if held is None:
                return False
            lease: Cells = {"lease_until_ns": self._clock.now_ns() + lease_ns}
            if progress is None or progress == held.progress:
                connection.execute(update(JOBS).where(JOBS.c.id == job).values(lease))
            else:
                _change(connection, held, lease | progress_cells(progress))
            return not held.is_to_be_canceled

    def finish(self, job: str, worker: str, *, result: Mapping[str, object]) -> bool:
        """Even one that is to be canceled: it was done before it could be called off."""
        with self._database.writing() as connection:
            held = _held(connection, job, worker)
            if held is not None:
                self._end(connection, [_End(held, JobLife.DONE, result=dict(result))])
            return held is not None

    def fail(self, job: str, worker: str, *, error: JobError, may_try_again: bool = False) -> bool:
        """Who waits for it fails with it."""
        with self._database.writing() as connection:
            held = _held(connection, job, worker)
            if held is None:
                return False
            if may_try_again and held.is_to_be_canceled:
                self._end(connection, [_End(held, JobLife.CANCELED)])
            elif may_try_again and held.attempts < MOST_ATTEMPTS:
                _change(connection, held, _AGAIN)
            else:
                self._end(connection, [_End(held, JobLife.FAILED, error)])
            return True

    def give_back(self, job: str, worker: str) -> bool:
        """To its old place in the queue."""
        with self._database.writing() as connection:
            held = _held(connection, job, worker)
            if held is None:
                return False
            if held.is_to_be_canceled:
                self._end(connection, [_End(held, JobLife.CANCELED)])
            else:
                _change(connection, held, {**_AGAIN, "attempts": held.attempts - 1})
            return True

    def cancel(self, job: str) -> Job:
        """One whose lease ran out has nobody who could end it: that is done here."""
        with self._database.writing() as connection:
            for one in _locked(connection, JOBS.c.id == job):
                is_held = one.life is JobLife.RUNNING and (one.lease_until_ns or 0) > self._clock.now_ns()
                if is_held and not one.is_to_be_canceled:
                    _change(connection, one, {"is_to_be_canceled": True})
                elif not is_held and not one.life.is_final:
                    self._end(connection, [_End(one, JobLife.CANCELED)])
            return _one(connection, job)

    def canceled(self, job: str, worker: str) -> bool:
        """Only one that somebody called off."""
        with self._database.writing() as connection:
            held = _held(connection, job, worker)
            if held is None or not held.is_to_be_canceled:
                return False
            self._end(connection, [_End(held, JobLife.CANCELED)])
            return True

    def find(self, job: str) -> Job:
        """By id."""
        with self._database.reading() as connection:
            return _one(connection, job)

    def all(self, wanted: JobFilter, slot: Slot) -> Page[Job]:
        """The cursor is the number of the last one shown."""
        limit, last = limit_of(slot), number_of(slot)
        asked = select(JOBS).order_by(JOBS.c.number.desc()).limit(limit + 1)
        words = {"kind": wanted.kind, "actor": wanted.actor, "subject": wanted.subject, "life": wanted.life}
        for name, word in words.items():
            asked = asked.where(JOBS.c[name] == word) if word else asked
        if last is not None:
            asked = asked.where(JOBS.c.number < last)
        with self._database.reading() as connection:
            rows = connection.execute(asked).mappings().all()
        cursor = str(rows[limit - 1]["number"]) if len(rows) > limit else ""
        return Page([job_of(row) for row in rows[:limit]], cursor)

    def changed(self, after: int, *, limit: int = 500) -> Sequence[Job]:
        """No lower number appears once a higher one was seen: see `drawn`."""
        asked = select(JOBS).where(JOBS.c.change > after).order_by(JOBS.c.change).limit(limit)
        with self._database.reading() as connection:
            return [job_of(row) for row in connection.execute(asked).mappings()]

    def waiting(self) -> Mapping[str, int]:
        """Counted as they are now."""
        asked = select(JOBS.c.kind, func.count()).where(JOBS.c.life == JobLife.QUEUED).group_by(JOBS.c.kind)
        with self._database.reading() as connection:
            return {str(kind): int(count) for kind, count in connection.execute(asked.order_by(JOBS.c.kind))}

    def standing(self) -> Standing:
        """Counted as they are now, in one look."""
        by_life = select(JOBS.c.life, func.count()).group_by(JOBS.c.life)
        queued = JOBS.c.life == JobLife.QUEUED
        by_kind = select(JOBS.c.kind, func.count()).where(queued).group_by(JOBS.c.kind).order_by(JOBS.c.kind)
        with self._database.reading() as connection:
            found = {JobLife(life): int(count) for life, count in connection.execute(by_life)}
            waiting = {str(kind): int(count) for kind, count in connection.execute(by_kind)}
            oldest = connection.execute(select(func.min(JOBS.c.created_ns)).where(queued)).scalar()
        return Standing(
            by_life={life.value: found.get(life, 0) for life in JobLife},
            waiting=waiting,
            oldest_waiting_ns=None if oldest is None else int(oldest),
        )

    def forget(self, *, before_ns: int) -> int:
        """But for those that another still waits for."""
        waiting = JOBS.alias("waiting")
        is_awaited = exists().where(waiting.c.after_job == JOBS.c.id, waiting.c.life.in_(_OPEN))
        with self._database.writing() as connection:
            is_old = and_(JOBS.c.life.in_(_FINAL), JOBS.c.ended_ns < before_ns, ~is_awaited)
            return connection.execute(delete(JOBS).where(is_old)).rowcount

    def _give_up_lost(self, connection: Connection, now: int) -> None:
        """End jobs whose worker is gone and which nobody is to take again."""
        lost = _locked(connection, _is_lost(now), is_waiting=False)
        self._end(
            connection,
            [
                _End(one, JobLife.CANCELED) if one.is_to_be_canceled else _End(one, JobLife.FAILED, _worker_lost(one))
                for one in lost
            ],
        )

    def _end(self, connection: Connection, ends: Sequence[_End]) -> None:
        """End jobs, and with those that are not done all that were to come after them."""
        every = list(ends)
        for end in every:
            if end.life is not JobLife.DONE:
                followers = _locked(connection, _waits_for(end.job))
                every.extend(_End(one, end.life, _because_of(end)) for one in followers)
        if not every:
            return
        now = self._clock.now_ns()
        first = drawn(connection, COUNTER, count=len(every)) - len(every) + 1
        for number, end in enumerate(every, first):
            cells = {"life": end.life, "lease_until_ns": None, "ended_ns": now, "change": number}
            what = {"result": end.result, "error": error_cells(end.error)}
            connection.execute(update(JOBS).where(JOBS.c.id == end.job.id).values(cells | what))


def _is_claimable(now: int, kinds: Collection[str]) -> ColumnElement[bool]:
    """It waits and nothing has to be done first; or its worker is gone and it may be tried again."""
    leader = JOBS.alias("leader")
    is_early = exists().where(leader.c.id == JOBS.c.after_job, leader.c.life != JobLife.DONE)
    waits = and_(JOBS.c.life == JobLife.QUEUED, ~is_early)
    may_go_on = and_(_is_left(now), JOBS.c.attempts < MOST_ATTEMPTS, ~JOBS.c.is_to_be_canceled)
    found = or_(waits, may_go_on)
    return and_(found, JOBS.c.kind.in_(list(kinds))) if kinds else found


def _is_lost(now: int) -> ColumnElement[bool]:
    """Its worker is gone, and nobody is to take it again."""
    return and_(_is_left(now), or_(JOBS.c.attempts >= MOST_ATTEMPTS, JOBS.c.is_to_be_canceled))


def _is_left(now: int) -> ColumnElement[bool]:
    return and_(JOBS.c.life == JobLife.RUNNING, JOBS.c.lease_until_ns <= now)


def _waits_for(job: Job) -> ColumnElement[bool]:
    return and_(JOBS.c.after_job == job.id, JOBS.c.life == JobLife.QUEUED)


def _locked(connection: Connection, which: ColumnElement[bool], *, is_waiting: bool = True) -> list[Job]:
    """Jobs, held until the transaction ends; without those that others hold where we are not to wait."""
    asked: Select[tuple[object, ...]] = select(JOBS).where(which).order_by(JOBS.c.id)
    rows = connection.execute(asked.with_for_update(skip_locked=not is_waiting)).mappings()
    return [job_of(row) for row in rows]


def _held(connection: Connection, job: str, worker: str) -> Job | None:
    is_ours = and_(JOBS.c.id == job, JOBS.c.worker == worker, JOBS.c.life == JobLife.RUNNING)
    return next(iter(_locked(connection, is_ours)), None)


def _change(connection: Connection, job: Job, cells: Mapping[str, object]) -> None:
    change = drawn(connection, COUNTER)
    connection.execute(update(JOBS).where(JOBS.c.id == job.id).values({**cells, "change": change}))


def _one(connection: Connection, job: str) -> Job:
    row = connection.execute(select(JOBS).where(JOBS.c.id == job)).mappings().first()
    if row is None:
        raise _unknown(job)
    return job_of(row)


def _unknown(job: str) -> NotFound:
    return NotFound(f"there is no job {job}", remedy="old jobs are removed some time after they ended")


def _planned(connection: Connection, planned: str) -> Job | None:
    if not planned:
        return None
    row = connection.execute(select(JOBS).where(JOBS.c.planned == planned)).mappings().first()
    return None if row is None else job_of(row)


def _cells_beside(leader: Job, now: int) -> Cells:
    """What a new job is at once when the one that must be done first has ended without being done."""
    if leader.life not in {JobLife.FAILED, JobLife.CANCELED}:
        return {}
    error = _because_of(_End(leader, leader.life, leader.error))
    return {"life": leader.life, "error": error_cells(error), "ended_ns": now}


def _because_of(end: _End) -> JobError | None:
    """Why one that waited for it fails."""
    if end.life is not JobLife.FAILED:
        return None
    told = end.error.problem if end.error else "it failed"
    kind = end.error.kind if end.error else "TradewrightError"
    return JobError(kind=kind, problem=f"{end.job.wish.title}, which was to be done first, failed: {told}")


def _worker_lost(job: Job) -> JobError:
    return JobError(
        kind="TradewrightError",
        problem=f"{job.wish.title} was begun {job.attempts} times and no worker lived to its end",
        found=f"the last was {job.worker}",
        remedy="look into the worker's log; the job may need more memory or time than a worker has",
    )
