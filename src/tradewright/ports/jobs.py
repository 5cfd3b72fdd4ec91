"""Long work waits in a queue until a worker takes it; whoever asked for it can watch it and call it off.

This file decides what becomes of a job when its worker dies: a worker holds a job by a lease that it renews, and a job
whose lease ran out is there to be taken again, up to `MOST_ATTEMPTS` times. So a job may be begun more than once, and
it ends once.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

from tradewright.ports.paging import Page, Slot

MOST_ATTEMPTS: Final = 3


class JobLife(StrEnum):
    """How a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def is_final(self) -> bool:
        """Nothing happens to it any more."""
        return self in {JobLife.DONE, JobLife.FAILED, JobLife.CANCELED}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobWish:
    """Work that somebody asks for."""

    kind: str
    """What it is, as a noun in lower case: `backtest`, `optimization`, `import`."""
    message: str
    """`package.module:Class` of the message that does it."""
    content: bytes
    """The message's fields as a JSON object."""
    title: str
    """For people: `moving_average on AAPL, MSFT`."""
    actor: str
    roles: frozenset[str]
    """Of the actor, when it was asked for: the job may do no more."""
    correlation_id: str
    priority: int = 0
    """Higher goes first; among equals the older."""
    subject: str = ""
    """What the job is about (a symbol, a strategy), to look it up by."""
    after: str = ""
    """A job that must be done first; when that one fails or is canceled, so is this one. Empty: none."""
    planned: str = ""
    """Unique name of a planned firing; a second wish with it is the first one's job. Empty: not planned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a job is."""

    done: int = 0
    total: int | None = None
    """None: not known."""
    note: str = ""
    """What it is doing now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobError:
    """Why a job failed, as the fields of our error tree."""

    kind: str
    """Class of the error."""
    problem: str
    expected: str = ""
    found: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job as it is kept. Times are nanoseconds UTC."""

    id: str
    wish: JobWish
    life: JobLife
    change: int
    """Number of its last change; later changes of any job have higher numbers."""
    attempts: int = 0
    worker: str = ""
    lease_until_ns: int | None = None
    is_to_be_canceled: bool = False
    progress: Progress = field(default_factory=Progress)
    result: Mapping[str, object] | None = None
    """Names of what it made (`{"run_id": ...}`), once it is done."""
    error: JobError | None = None
    created_ns: int
    started_ns: int | None = None
    ended_ns: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilter:
    """Which jobs are wanted; empty: all."""

    kind: str = ""
    life: JobLife | None = None
    actor: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the whole queue stands."""

    by_life: Mapping[str, int]
    """Jobs by how they stand; each life is there, also with none."""
    waiting: Mapping[str, int]
    """Queued ones by kind."""
    oldest_waiting_ns: int | None
    """When the first of those was asked for; None: none waits."""


class JobQueue(Protocol):
    """The queue, shared by everybody who asks for work and everybody who does it. StorageError where it fails."""

    def submit(self, wish: JobWish) -> Job:
        """Put it into the queue, durably; InputError for `after` that names no job."""
        ...

    def claim(self, worker: str, *, lease_ns: int, kinds: Collection[str] = ()) -> Job | None:
        """The next job, now RUNNING and held by this worker; None where nothing waits. Never the same to two workers.

        One whose lease ran out is taken again; after `MOST_ATTEMPTS` it is FAILED instead. `kinds`: only these.
        """
        ...

    def beat(self, job: str, worker: str, *, lease_ns: int, progress: Progress | None = None) -> bool:
        """Renew the lease and say how far it is. False: the worker holds it no more, or it is to be canceled."""
        ...

    def finish(self, job: str, worker: str, *, result: Mapping[str, object]) -> bool:
        """It is done. False where the worker holds it no more: then its result does not count."""
        ...

    def fail(self, job: str, worker: str, *, error: JobError, may_try_again: bool = False) -> bool:
        """It failed; one that may be tried again is queued while it has attempts left. False as in `finish`."""
        ...

    def give_back(self, job: str, worker: str) -> bool:
        """The worker leaves in good order: the job is queued again and the attempt does not count."""
        ...

    def cancel(self, job: str) -> Job:
        """One that waits is CANCELED now; one that runs is marked, and its worker ends it. A final one stays as it is.

        InputError for a job that is not known.
        """
        ...

    def canceled(self, job: str, worker: str) -> bool:
        """The worker has ended a job that was to be canceled."""
        ...

    def find(self, job: str) -> Job:
        """One job; InputError where there is none of that id."""
        ...

    def all(self, wanted: JobFilter, slot: Slot) -> Page[Job]:
        """Newest first."""
        ...

    def changed(self, after: int, *, limit: int = 500) -> Sequence[Job]:
        """Jobs whose last change has a number above `after`, in the order of the numbers."""
        ...

    def waiting(self) -> Mapping[str, int]:
        """How many are queued, by kind."""
        ...

    def standing(self) -> Standing:
        """The whole queue at one moment."""
        ...

    def forget(self, *, before_ns: int) -> int:
        """Remove final jobs that ended before then; how many."""
        ...
