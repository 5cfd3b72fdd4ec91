"""The scheduler: one process of all looks at the clock, and puts what is due into the queue.

This file decides what is scheduled in a new project, and who looks: the holder of the lease `scheduler`. Where two look
all the same (one was frozen), a moment still fires once.
"""

import logging
import os
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Final

import msgspec

from tradewright.adapters.calendars.cron import ClockTimes
from tradewright.adapters.calendars.exchanges import ExchangeCalendars
from tradewright.adapters.system.clock import SystemClock
from tradewright.adapters.system.randomness import SystemRandomness
from tradewright.application.data.messages import CleanStore, CompactStore
from tradewright.application.jobs.messages import ForgetJobs
from tradewright.application.routine.messages import CheckStoredData, KeepBackup, SnapshotRisk, SummarizeDay
from tradewright.application.schedules.firing import Firer
from tradewright.application.schedules.rules import Times
from tradewright.bootstrap.jobs import JOBS
from tradewright.domain.errors import StorageError
from tradewright.ports.clock import Clock
from tradewright.ports.leases import Lease, Leases
from tradewright.ports.schedules import Firing, Schedule, Schedules

if TYPE_CHECKING:
    from tradewright.bootstrap.state import PlatformState

LEASE: Final = "scheduler"
LEASE_NS: Final = 10_000_000_000
EVERY_S: Final = 1.0
UTC: Final = "UTC"
SHIPPED: Final = (
    # id, what it does, when (or what it follows), the message
    ("store_compaction", "Compact the bar store", "XNYS weekly close+6h", "", CompactStore()),
    ("store_clean_up", "Delete what the bar store needs no more", "", "store_compaction", CleanStore()),
    ("job_clean_up", "Forget jobs that ended a month ago", "cron 40 3 * * *", "", ForgetJobs()),
    ("data_quality", "Look at the quality of all stored data", "XNYS close+3h", "", CheckStoredData()),
    ("backup", "Back up the whole state", "cron 20 2 * * *", "", KeepBackup()),
    ("risk_snapshot", "Keep the risk of each running session", "every 1h", "", SnapshotRisk()),
    ("daily_summary", "Sum up the day of each session", "XNYS close+30m", "", SummarizeDay()),
)


def firer_of(state: "PlatformState") -> Firer:
    """What fires the schedules of a project."""
    randomness = SystemRandomness()
    name = f"{os.uname().nodename}:{os.getpid()}:{randomness.token(4)}"
    return Firer(
        schedules=state.schedules,
        jobs=state.jobs,
        table=JOBS,
        times=Times(ExchangeCalendars(), ClockTimes()),
        randomness=randomness,
        name=name,
        shipped=frozenset(one[0] for one in SHIPPED),
    )


def ship(schedules: Schedules, now_ns: int) -> None:
    """Keep what is shipped and not there yet; what somebody changed stays as it is."""
    there = {one.id for one in schedules.all()}
    for name, title, rule, after, message in SHIPPED:
        if name not in there:
            kind = type(message)
            schedules.keep(
                Schedule(
                    id=name,
                    title=title,
                    rule=rule,
                    timezone=UTC,
                    message=f"{kind.__module__}:{kind.__qualname__}",
                    content=msgspec.json.encode(message),
                    after=after,
                    changed_ns=now_ns,
                    changed_by="shipped",
                )
            )


@dataclass(slots=True)
class Scheduler:
    """Looks at the clock, while it holds the lease."""

    firer: Firer
    leases: Leases
    clock: Clock
    _lease: Lease | None = None
    _has_shipped: bool = False

    def step(self) -> list[Firing]:
        """One look; what fired. Nothing while another process holds the lease."""
        self._lease = self.leases.take(LEASE, self.firer.name, for_ns=LEASE_NS)
        if self._lease is None:
            return []
        now_ns = self.clock.now_ns()
        if not self._has_shipped:
            ship(self.firer.schedules, now_ns)
            self._has_shipped = True
        return list(self.firer.look(now_ns))

    def run(self, leaving: Event) -> None:
        """Look each second until told to leave; a database that cannot be reached is asked again."""
        log = logging.getLogger("tradewright.scheduler")
        while not leaving.is_set():
            try:
                for firing in self.step():
                    log.info("%s %s, job %s", firing.schedule, firing.life.value, firing.job or "none")
            except StorageError as problem:
                log.warning("the schedules cannot be reached: %s", problem)
            leaving.wait(EVERY_S)
        self.leave()

    def leave(self) -> None:
        """Let another process look."""
        if self._lease is not None:
            self.leases.release(self._lease)
            self._lease = None


def scheduler_of(state: "PlatformState") -> Scheduler:
    """The scheduler of a project."""
    return Scheduler(firer_of(state), state.leases, SystemClock())
