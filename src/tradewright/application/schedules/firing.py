"""Firing: what is due becomes a job, once, whoever else looks at the same clock.

This file decides what happens to moments nobody looked at: the newest of them is made up for while it is within its
grace, older ones are written down as missed. A schedule whose last job is still at work skips its turn. The job and
what is chained to it are in the queue, under the firing's name, before the firing is written: where one process dies in
between, the next does the same again and nothing is there twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tradewright.application.jobs.submitting import JobTable
from tradewright.application.schedules.rules import SECOND, Times
from tradewright.domain.errors import InputError
from tradewright.ports.jobs import Job, JobQueue, JobWish
from tradewright.ports.randomness import Randomness
from tradewright.ports.schedules import Firing, FiringLife, Schedule, Schedules

ACTOR = "schedule"
MOST_AT_ONCE = 1_000
"""Moments of one schedule that are caught up in one look; the rest at the next."""


@dataclass(frozen=True, slots=True)
class Firer:
    """Looks at what is due."""

    schedules: Schedules
    jobs: JobQueue
    table: JobTable
    times: Times
    randomness: Randomness
    name: str
    """Of this process."""
    shipped: frozenset[str] = frozenset()
    """Ids of schedules that come with the platform."""

    def look(self, now_ns: int) -> Sequence[Firing]:
        """Fire what is due; every firing that this look wrote down."""
        written: list[Firing] = []
        for schedule in self.schedules.all():
            if not schedule.after:
                written += self._due(schedule, now_ns)
        return written

    def trigger(self, schedule: Schedule, *, now_ns: int, by: str) -> Job:
        """Do it now, whatever its rule says."""
        job = self._submit(schedule, now_ns, after="")
        firing = Firing(
            schedule=schedule.id, planned_ns=now_ns, fired_ns=now_ns, life=FiringLife.FIRED, job=job.id, by=by
        )
        self._chain(schedule, job, now_ns=now_ns, planned_ns=now_ns)
        self.schedules.fire(firing)
        return job

    def next_ns(self, schedule: Schedule, after_ns: int) -> int | None:
        """When it comes next; None for one that follows another."""
        if schedule.after:
            return None
        return self.times.next(schedule.rule, after_ns=after_ns, timezone=schedule.timezone)

    def _due(self, schedule: Schedule, now_ns: int) -> list[Firing]:
        if schedule.next_ns is None:
            self.schedules.advance(schedule.id, was_ns=None, next_ns=self.next_ns(schedule, now_ns))
            return []
        moments: list[int] = []
        next_ns = schedule.next_ns
        while next_ns <= now_ns and len(moments) < MOST_AT_ONCE:
            moments.append(next_ns)
            following = self.next_ns(schedule, next_ns)
            assert following is not None
            next_ns = following
        if not moments:
            return []
        written = [
            one
            for place, at in enumerate(moments)
            if (one := self._fire(schedule, at, now_ns, place == len(moments) - 1))
        ]
        self.schedules.advance(schedule.id, was_ns=schedule.next_ns, next_ns=next_ns)
        return written

    def _fire(self, schedule: Schedule, planned_ns: int, now_ns: int, is_newest: bool) -> Firing | None:
        life = self._judged(schedule, planned_ns, now_ns, is_newest)
        job = None if life is not FiringLife.FIRED else self._submit(schedule, planned_ns, after="")
        firing = Firing(
            schedule=schedule.id,
            planned_ns=planned_ns,
            fired_ns=now_ns,
            life=life,
            job="" if job is None else job.id,
            by=self.name,
        )
        if job is not None:
            self._chain(schedule, job, now_ns=now_ns, planned_ns=planned_ns)
        return firing if self.schedules.fire(firing) else None

    def _judged(self, schedule: Schedule, planned_ns: int, now_ns: int, is_newest: bool) -> FiringLife:
        if schedule.is_paused:
            return FiringLife.SKIPPED
        if not is_newest or now_ns - planned_ns > schedule.grace_s * SECOND:
            return FiringLife.MISSED
        last = next(iter(self.schedules.firings(schedule.id, limit=1)), None)
        if last is not None and last.planned_ns != planned_ns and last.job and self._is_at_work(last.job):
            return FiringLife.SKIPPED
        return FiringLife.FIRED

    def _is_at_work(self, job: str) -> bool:
        try:
            return not self.jobs.find(job).life.is_final
        except InputError:  # forgotten long since
            return False

    def _chain(self, schedule: Schedule, job: Job, *, now_ns: int, planned_ns: int) -> None:
        """What follows waits in the queue for the job before it."""
        for follower in self.schedules.all():
            if follower.after == schedule.id and not follower.is_paused:
                following = self._submit(follower, planned_ns, after=job.id)
                self.schedules.fire(
                    Firing(
                        schedule=follower.id,
                        planned_ns=planned_ns,
                        fired_ns=now_ns,
                        life=FiringLife.FIRED,
                        job=following.id,
                        by=self.name,
                    )
                )
                self._chain(follower, following, now_ns=now_ns, planned_ns=planned_ns)

    def _submit(self, schedule: Schedule, planned_ns: int, *, after: str) -> Job:
        kind = self.table.kind_of(schedule.message)
        return self.jobs.submit(
            JobWish(
                kind=kind,
                message=schedule.message,
                content=schedule.content,
                title=schedule.title,
                actor=ACTOR,
                roles=frozenset({"admin"}),
                correlation_id=self.randomness.token(),
                subject=schedule.id,
                after=after,
                planned=f"{schedule.id}@{planned_ns}",
            )
        )
