"""What doors show of a strategy."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ParameterView:
    """One parameter and what it may be."""

    name: str
    type: str
    """`int`, `float`, `bool` or `str`."""
    default: object
    low: float | None
    high: float | None
    choices: tuple[str, ...]
    description: str


@dataclass(frozen=True, slots=True)
class StrategyView:
    """One strategy."""

    id: str
    """What `backtest run` takes."""
    name: str
    """The class."""
    summary: str
    """The first sentence of its description."""
    description: str
    speaks: str
    """`columns` when it answers for all bars at once, `events` when it is asked bar by bar."""
    parameters: tuple[ParameterView, ...]
    path: str | None
    """The file of a strategy that a person wrote."""


@dataclass(frozen=True, slots=True)
class WrittenStrategy:
    """A new strategy file."""

    path: str
    strategy: str
    """What `backtest run` takes."""
