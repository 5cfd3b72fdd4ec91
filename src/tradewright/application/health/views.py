"""What every door shows of the platform's health. Times are nanoseconds UTC."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentView:
    """One part of the platform."""

    name: str
    is_critical: bool
    """Without it nothing can be answered."""
    state: str
    """`ok`, `failed`, or `silent`: it was looked at by a process that does not look any more."""
    since_ns: int
    """When it began to be so."""
    checked_ns: int
    """The last look."""
    story: str
    uptime: float | None
    """Part of all counted time that it was well, over restarts; null before the second look."""
    uptime_in_session: float | None
    """The same, in regular hours of the exchange alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionHealth:
    """A trading session that runs or ended today."""

    session: str
    account: str
    strategy: str
    state: str
    silent_s: float | None
    """Since it last said that it lives, in seconds; null where it does not run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataHealth:
    """Stored bars of one length."""

    interval: str
    series: int
    bars: int
    newest_ns: int | None
    age_s: float | None
    """Since the close of the newest bar, in seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineHealth:
    """The machine that answers. Sizes are bytes."""

    disk_size: int
    disk_free: int
    memory_size: int
    memory_available: int
    load: float
    """Processes that wanted a core in the last minute, by core."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformView:
    """How the platform is, as the process that answers sees it."""

    status: str
    """`ok`; `degraded`: something failed that others can do without; `failed`: something critical did."""
    service: str
    """Which process answers: `all`, `data`, `gateway` ..."""
    version: str
    mode: str
    started_ns: int
    uptime_s: float
    """Of this process, in seconds."""
    components: tuple[ComponentView, ...]
    queue: Mapping[str, int]
    """Jobs by how they stand."""
    waiting: Mapping[str, int]
    """Jobs that no worker has taken yet, by kind."""
    sessions: tuple[SessionHealth, ...]
    data: tuple[DataHealth, ...]
    machine: MachineHealth


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadinessView:
    """Whether this process can answer."""

    status: str
    """`ok` or `failed`."""
    components: tuple[ComponentView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One number, as it is told to whoever measures."""

    name: str
    value: float
    labels: Mapping[str, str]
