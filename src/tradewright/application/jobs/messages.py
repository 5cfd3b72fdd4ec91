"""What can be asked about jobs that somebody asked for before."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class JobList:
    """Jobs, newest first. Answer: a `JobPage`."""

    kind: str = ""
    """`backtest`, `optimization` ...; empty: every kind."""
    life: str = ""
    """`queued`, `running`, `done`, `failed` or `canceled`; empty: however they stand."""
    limit: int = 100
    cursor: str = ""
    """Of the page before; empty: the first page."""


@dataclass(frozen=True, slots=True)
class JobShown:
    """One job. Answer: a `JobView`."""

    job: str


@dataclass(frozen=True, slots=True)
class CancelJob:
    """Call a job off; one that is over stays as it is. Answer: a `JobView`."""

    job: str


@dataclass(frozen=True, slots=True)
class JobChanges:
    """Jobs that changed since. Answer: a tuple of `JobView`, in the order of their changes."""

    after: int = 0
    """The number of the last change that is known."""
    limit: int = 500


@dataclass(frozen=True, slots=True)
class QueueState:
    """How many jobs wait, by kind. Answer: a `QueueView`."""


@dataclass(frozen=True, slots=True)
class ForgetJobs:
    """Remove jobs that ended long ago. Answer: how many, by name."""

    keep_days: int = 30
