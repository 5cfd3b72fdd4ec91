"""Signals that strategies gave, each as it was given: what was wanted of an instrument after which bar, by which code.

This file decides that a signal is named by what it says, so that one that is given again is kept once.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from tradewright.domain.signals import Opinion
from tradewright.ports.paging import Page, Slot

Parameter = int | float | str | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSignal:
    """One signal. Times are nanoseconds UTC."""

    id: str
    strategy: str
    """Id of a built-in strategy, or of one of the shelf."""
    version: int = 0
    """Of a strategy of the shelf; 0: built in."""
    digest: str = ""
    """Of the bytes of that version."""
    parameters: Mapping[str, Parameter]
    instrument: str
    interval: str
    bar_ns: int
    """The close of the newest bar that it knew."""
    opinion: Opinion
    strength: float
    """Of the opinion, 0 to 1."""
    target: float | None
    """Wanted strength, -1 (short) to 1 (long); None: no opinion."""
    previous: float
    """The target before."""
    made_ns: int
    made_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalFilter:
    """Which signals are wanted; empty: all."""

    strategy: str = ""
    instrument: str = ""
    interval: str = ""
    opinion: Opinion | None = None
    since_ns: int | None = None
    """Bars from then on."""
    until_ns: int | None = None
    """Bars before then."""
    made_since_ns: int | None = None
    """Made then or later, of whatever bar."""


class KeptSignals(Protocol):
    """All signals. StorageError where it fails."""

    def keep(self, signals: Sequence[KeptSignal]) -> Sequence[KeptSignal]:
        """All or none; those that are there already stay as they were kept first, and are given so."""
        ...

    def all(self, wanted: SignalFilter, slot: Slot) -> Page[KeptSignal]:
        """The newest bars first."""
        ...


def name_of(said: Mapping[str, object]) -> str:
    """The name of a signal that says this."""
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return f"sg_{hashlib.sha256(text.encode()).hexdigest()[:24]}"
