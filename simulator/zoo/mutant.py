"""A mutant is one known bug, planted by replacing functions of the engine for as long as a run lasts."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

Place = tuple[Any, str]
"""Where a function stands: a module or class, and the name."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One bug of the list in the reliability text."""

    number: str
    story: str
    """What it does, and who had it."""
    places: tuple[Place, ...]
    replacement: Callable[[Callable[..., Any]], Callable[..., Any]]
    """The planted function, from the right one."""
    families: tuple[str, ...] = ()
    """Families of faults without which it cannot show; they are always on while it is hunted."""

    @contextmanager
    def planted(self) -> Iterator[None]:
        """The engine with the bug in it."""
        module, name = self.places[0]
        planted = self.replacement(getattr(module, name))
        with ExitStack() as stack:
            for place, called in self.places:
                stack.enter_context(patch.object(place, called, planted))
            yield


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A bug of the list that no seed can show now."""

    number: str
    story: str
    where: str
    """The test that catches it, or what has to exist first."""


ELSEWHERE = (
    Elsewhere("22", "quantity rounded up", "tests/unit/domain/arithmetic: rounding never raises risk (a law)"),
    Elsewhere("24", "order ids of a venue rolled back", "needs a venue adapter"),
    Elsewhere(
        "29", "damage in the middle of the log skipped", "tests/unit/engine/journal: every flipped bit is refused"
    ),
    Elsewhere(
        "32", "wall clock in the rate limiter", "the gate has no clock: tests/architecture, and its counting laws"
    ),
    Elsewhere("33", "a limit that is 0 or missing is no limit", "tests/unit/trading/risk: limits that cannot be used"),
    Elsewhere("34", "kill cancels only orders of positions", "needs a venue adapter without cancel-everything"),
    Elsewhere("37", "a stream is alive by its pings", "needs a venue adapter: streams have pings there"),
    Elsewhere("40", "session end at 24:00 on the day clocks change", "tests/oracles: hours against recorded sessions"),
)
