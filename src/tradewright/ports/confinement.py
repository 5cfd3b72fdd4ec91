"""Confinement runs work that needs an uploaded strategy in a process behind walls: without files, network, keys.

This port decides what passes the walls: the source and plain bytes go in, plain bytes come out, and whoever asked reads
them as what they are, the words of a stranger. What the strategy does there costs its process, nothing else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

from tradewright.ports.code import Source

GIBIBYTE: Final = 1 << 30


class ConfinedWork(StrEnum):
    """What can be done behind the walls."""

    CHECK = "check"
    """Is it a strategy, and does it run?"""
    BACKTEST = "backtest"
    """A whole run over bars that are handed in."""
    DESCRIBE = "describe"
    """What are its parameters and its warm-up?"""
    SIGNALS = "signals"
    """What does it want after the newest bar?"""
    HONESTY = "honesty"
    """Do its orders stand when the future is cut away?"""
    PARITY = "parity"
    """Is its session what its backtest would have done?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfinedLimits:
    """What the work may use before its process is ended."""

    seconds: float = 300.0
    """From its start to its answer."""
    memory_bytes: int = 2 * GIBIBYTE
    """Resident; beyond the bytes that are handed in."""
    answer_bytes: int = GIBIBYTE
    printed_bytes: int = 64 * 1024
    """Of what it prints so much is kept: the beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfinedTask:
    """Work for a confined process."""

    work: ConfinedWork
    source: Source
    content: bytes
    """What is asked, as the work reads it."""
    limits: ConfinedLimits = field(default_factory=ConfinedLimits)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfinedAnswer:
    """The work is done."""

    content: bytes
    """Words of a stranger: to be checked before they are believed."""
    printed: str
    walls: tuple[str, ...]
    """Names of the walls that stood around it."""
    took_s: float


class ConfinedTrouble(StrEnum):
    """Why there is no answer."""

    RAISED = "raised"
    """The work told why it cannot be done."""
    TOO_SLOW = "too_slow"
    TOO_LARGE = "too_large"
    DIED = "died"
    GARBLED = "garbled"
    CALLED_OFF = "called_off"
    """Nobody wants it any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfinedFailure:
    """The process is gone, and there is no answer."""

    trouble: ConfinedTrouble
    story: str
    """What happened, with the line of the strategy's file where that is known."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """Of an error that was told: `kind`, `problem`, `expected`, `found`, `remedy`."""
    printed: str = ""


ConfinedOutcome = ConfinedAnswer | ConfinedFailure


class Confinement(Protocol):
    """A place behind walls."""

    def run_confined(self, task: ConfinedTask, *, is_wanted: Callable[[], bool] = lambda: True) -> ConfinedOutcome:
        """Do the work in a fresh process, which is gone when this returns; `is_wanted` is asked again and again.

        ConfinementError, and nothing was run, where a wall that has to stand is missing on this machine.
        """
        ...
