"""What can be asked of signals: make them now, and look at those that were made."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tradewright.ports.signals import Parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerateSignals:
    """What a strategy wants of these symbols after the newest bar of the store. Answer: a tuple of `KeptSignal`."""

    strategy: str
    """Id of a built-in strategy, or of one of the shelf, with `@2` for a certain version."""
    symbols: tuple[str, ...]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    interval: str = "1d"
    end: str | None = None
    """Last session date that it may know, ISO; empty: up to now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalList:
    """Signals that were made, the newest bars first. Answer: a page of `KeptSignal`."""

    strategy: str = ""
    symbol: str = ""
    """Id of an instrument."""
    interval: str = ""
    opinion: str = ""
    """`BUY`, `SELL` or `HOLD`; empty: all."""
    since_ns: int | None = None
    """Bars from then on."""
    until_ns: int | None = None
    """Bars before then."""
    limit: int = 100
    cursor: str = ""
