"""What can be asked about indicators: which there are."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownIndicators:
    """All indicators. Answer: a tuple of `IndicatorView`."""
