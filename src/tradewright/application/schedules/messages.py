"""What can be asked about schedules."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ScheduleList:
    """Every schedule with its next and last firing. Answer: a tuple of `ScheduleView`."""


@dataclass(frozen=True, slots=True)
class ScheduleShown:
    """One schedule with its last firings. Answer: a `ScheduleDetails`."""

    schedule: str
    limit: int = 50


@dataclass(frozen=True, slots=True)
class PauseSchedule:
    """Let it not fire until it is resumed. Answer: a `ScheduleView`."""

    schedule: str


@dataclass(frozen=True, slots=True)
class ResumeSchedule:
    """Let it fire again, from its next moment on. Answer: a `ScheduleView`."""

    schedule: str


@dataclass(frozen=True, slots=True)
class TriggerSchedule:
    """Do now what it does, and what is chained to it. Answer: a `JobView`."""

    schedule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSchedule:
    """Another rule for a schedule. Answer: a `ScheduleView`."""

    schedule: str
    rule: str = ""
    """Empty: as it is."""
    timezone: str = ""
    grace_s: int | None = None
