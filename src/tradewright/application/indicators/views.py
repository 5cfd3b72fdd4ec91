"""What doors show of an indicator."""

from collections.abc import Mapping
from dataclasses import dataclass


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
