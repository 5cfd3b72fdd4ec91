"""A watch looks at the parts of the platform again and again, and remembers how each was found.

This file decides what a look is: every check is asked, one after the other; a check that raises is a part that failed,
and says so in the words of its error. What was found is written down in the uptimes; where that cannot be done, the
stretch is counted when it can be again, as failed for whatever failed meanwhile.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from tradewright.domain.errors import TradewrightError
from tradewright.ports.clock import Clock
from tradewright.ports.uptimes import Look, Uptimes

EVERY_NS: Final = 30_000_000_000
"""Between two looks."""
LATE_NS: Final = 3 * EVERY_NS
"""What nobody has looked at for so long is not known to be well."""


PLATFORM: Final = "platform"
"""The process that is all of it, as a part."""
_SERVICE: Final = " service"


def service_part(service: str) -> str:
    """The process of a service, as a part."""
    return f"{service}{_SERVICE}"


def is_process(part: str) -> bool:
    """Whether a part is a process of a platform; the others are looked at by these."""
    return part == PLATFORM or part.endswith(_SERVICE)


@dataclass(frozen=True, slots=True)
class Check:
    """One part, and how it is looked at."""

    name: str
    is_critical: bool
    """Without it nothing can be answered."""
    look: Callable[[], str]
    """What was found, in words; an error of ours, or OSError, where the part failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One part as it was found at the last look."""

    name: str
    is_critical: bool
    is_ok: bool
    since_ns: int
    checked_ns: int
    story: str


@dataclass(slots=True)
class Watch:
    """Looks at the parts that one process sees."""

    own: str
    """The process itself, as a part; empty: this one only asks and is no part of a platform."""
    checks: Callable[[], Sequence[Check]]
    uptimes: Callable[[], Uptimes]
    is_open: Callable[[int], bool]
    """Whether the exchange is open at a moment."""
    clock: Clock
    looked_ns: int = 0
    """The last look; 0: none yet."""
    _found: dict[str, Component] = field(default_factory=dict)
    _unwritten: set[str] = field(default_factory=set)
    """Parts that failed in a look that could not be written down."""
    _looking: Lock = field(default_factory=Lock)

    def look(self) -> None:
        """Look at every part now, and write down what was found; nothing where somebody is at it."""
        if not self._looking.acquire(blocking=False):
            return
        try:
            checks = [*self.checks(), *([Check(self.own, True, lambda: "runs")] if self.own else [])]
            found = {check.name: self._looked(check) for check in checks}
            self._found, self.looked_ns = found, self.clock.now_ns()
            if self.own:
                self._write(list(found.values()))
        finally:
            self._looking.release()

    def components(self) -> tuple[Component, ...]:
        """By name; looked at now where the last look is older than it should be."""
        if self.clock.now_ns() - self.looked_ns > EVERY_NS + EVERY_NS // 2:
            self.look()
        return tuple(self._found[name] for name in sorted(self._found))

    @property
    def is_late(self) -> bool:
        """Nobody has looked for too long."""
        return self.clock.now_ns() - self.looked_ns > LATE_NS

    def leave(self, parts: Sequence[str] = ()) -> None:
        """End in good order, with the parts that this process ran itself: what comes now is no failure. The next who
        looks at the others goes on counting."""
        if self.own:
            self.uptimes().leave([self.own, *parts])

    def _looked(self, check: Check) -> Component:
        is_ok = True
        try:
            story = check.look()
        except (TradewrightError, OSError) as problem:
            is_ok, story = False, str(problem)
        now_ns, before = self.clock.now_ns(), self._found.get(check.name)
        since_ns = before.since_ns if before is not None and before.is_ok == is_ok else now_ns
        if before is not None and before.is_ok != is_ok:
            level = logging.INFO if is_ok else logging.ERROR
            logging.getLogger("tradewright.health").log(level, "%s: %s", check.name, story)
        return Component(
            name=check.name,
            is_critical=check.is_critical,
            is_ok=is_ok,
            since_ns=since_ns,
            checked_ns=now_ns,
            story=story,
        )

    def _write(self, found: Sequence[Component]) -> None:
        missed = self._unwritten | {self.own}
        looks = [
            Look(
                component=one.name,
                is_critical=one.is_critical,
                is_ok=one.is_ok,
                story=one.story,
                is_open=self.is_open(one.checked_ns),
                time_ns=one.checked_ns,
                longest_ns=LATE_NS,
                missed_is_failed=one.name in missed,
            )
            for one in found
        ]
        try:
            self.uptimes().note(looks)
            self._unwritten.clear()
        except TradewrightError as problem:
            self._unwritten |= {one.name for one in found if not one.is_ok}
            logging.getLogger("tradewright.health").error("what was found cannot be written down: %s", problem)
