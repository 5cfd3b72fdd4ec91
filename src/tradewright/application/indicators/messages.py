"""What can be asked about indicators: which there are, and their values on stored bars."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownIndicators:
    """All indicators. Answer: a tuple of `IndicatorView`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorValues:
    """Indicators on the bars of one instrument, the newest rows, oldest first. Answer: `IndicatorValuesView`."""

    symbol: str
    names: tuple[str, ...]
    """Each a name, with parameters where the defaults are not meant: `sma`, `sma:window=50`, `macd:fast=8:slow=21`."""
    interval: str = "1d"
    start: str | None = None
    """First session that is shown; the warm-up lies before it."""
    end: str | None = None
    adjust: str = "raw"
    """`raw` or `adjusted`."""
    limit: int = 100
    """At most so many rows."""
