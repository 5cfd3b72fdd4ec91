"""What can be asked about the platform's health."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlatformStatus:
    """How the platform is: its parts, the queue, sessions, data, the machine. Answer: a `PlatformView`."""


@dataclass(frozen=True, slots=True)
class ReadinessDetails:
    """Whether this process can answer, part by part. Answer: a `ReadinessView`."""


@dataclass(frozen=True, slots=True)
class PlatformRuns:
    """Whether a platform of this project runs, as far as its database tells. Answer: a tuple of `ComponentView`."""


@dataclass(frozen=True, slots=True)
class PlatformNumbers:
    """The numbers that are told to whoever measures. Answer: a tuple of `Number`."""
