"""What doors show of an indicator."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class IndicatorView:
    """One indicator."""

    name: str
    title: str
    summary: str
    inputs: tuple[str, ...]
    """`value` (any series), or columns of a bar."""
    parameters: Mapping[str, object]
    """Names and defaults."""
    outputs: tuple[str, ...]
    warm_up: int
    """Rows before the first one with every output, with the default parameters."""
    source: str
    """Where the formula comes from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorSeries:
    """The values of one indicator, a list an output, a value a row; None while it warms up."""

    name: str
    parameters: Mapping[str, object]
    """All of them, the defaults too."""
    outputs: Mapping[str, tuple[float | None, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorValuesView:
    """Indicators of one instrument, row by row."""

    instrument: str
    interval: str
    times: tuple[datetime, ...]
    """Closes of the bars, UTC."""
    closes: tuple[Decimal | None, ...]
    series: tuple[IndicatorSeries, ...]
