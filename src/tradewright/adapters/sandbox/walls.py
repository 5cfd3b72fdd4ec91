"""The walls around a process that will run an uploaded strategy, raised in the one order in which each can stand.

This file decides that they stand all or not at all: one that cannot be raised, or that lets one of the forbidden things
through, is a `ConfinementError` that names it, and no strategy is loaded.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from tradewright.adapters.sandbox import landlock
from tradewright.adapters.sandbox.attempts import broken
from tradewright.adapters.sandbox.bounds import Bounds, close_others, keep_within
from tradewright.adapters.sandbox.filter import filter_program, install
from tradewright.adapters.sandbox.kernel import IS_LINUX, machine, threads
from tradewright.adapters.sandbox.numbers import NUMBERS
from tradewright.adapters.sandbox.privileges import become, close_up, give_up, hand_over, own_user
from tradewright.adapters.sandbox.tree import enter_tree
from tradewright.domain.errors import ConfinementError

REMEDY: Final = "see docs/concepts/sandbox.md; `tradewright doctor` shows what this machine has"


@dataclass(frozen=True, slots=True, kw_only=True)
class Walls:
    """What the walls are to enclose, as the parent says it."""

    parent: int
    """The process with which it ends."""
    readable: tuple[str, ...]
    """Folders and files that may be read: the interpreter's, its libraries', our own code."""
    base: str
    """A folder that the parent made for this process alone. It holds `own`, the only place that can be written, the
    empty folder `stage`, and the file `outside`, which the process must not be able to read."""
    has_own_user: bool
    """It becomes a user of its own; only root can let it."""
    has_own_tree: bool
    """It gets a file tree of its own; only a root that may mount can let it."""
    bounds: Bounds

    @property
    def own(self) -> str:
        """The only place that can be written."""
        return f"{self.base}/own"


@dataclass(frozen=True, slots=True, kw_only=True)
class Builders:
    """What raises each wall; tests put others in their place, to see that nothing runs without one."""

    descriptors: Callable[[], object] = close_others
    limits: Callable[..., object] = keep_within
    tree: Callable[..., object] = enter_tree
    user: Callable[[int], object] = become
    privileges: Callable[[], object] = give_up
    closing: Callable[[int], object] = close_up
    landlock: Callable[..., object] = landlock.restrict
    filter: Callable[[bytes], object] = install
    attempts: Callable[..., tuple[str, ...]] = broken


@dataclass(slots=True)
class _Standing:
    """The walls that stand so far."""

    names: list[str] = field(default_factory=list)

    def add(self, name: str, raise_it: Callable[[], object]) -> None:
        try:
            raise_it()
        except (OSError, ValueError) as problem:
            told = landlock.told(problem) if name == LANDLOCK and isinstance(problem, OSError) else str(problem)
            raise ConfinementError(
                f"the strategy is not run: the wall {name!r} cannot be raised", found=told, remedy=REMEDY
            ) from problem
        self.names.append(name)


LANDLOCK: Final = "Landlock"
FILTER: Final = "seccomp filter"


def raise_walls(walls: Walls, builders: Builders = Builders()) -> tuple[str, ...]:
    """Enclose this process, for ever; gives the names of the walls. ConfinementError where one does not stand."""
    program = _program()
    if threads() != 1:
        raise ConfinementError(
            "the strategy is not run: the process has several threads already, which Landlock would not enclose",
            expected="1 thread",
            found=str(threads()),
        )
    user, standing = own_user(), _Standing()
    standing.add("open files", builders.descriptors)
    if walls.has_own_tree:
        tree = partial(builders.tree, f"{walls.base}/stage", readable=walls.readable, writable=walls.own)
        standing.add("own file tree", tree)
    if walls.has_own_user:
        standing.add("own folder", partial(hand_over, walls.own, user))
    standing.add("limits", partial(builders.limits, walls.bounds, has_own_user=walls.has_own_user))
    if walls.has_own_user:
        standing.add("own user", partial(builders.user, user))
    standing.add("no privileges", builders.privileges)
    standing.add("closed to others", partial(builders.closing, walls.parent))
    standing.add(LANDLOCK, partial(builders.landlock, walls.readable, walls.own))
    standing.add(FILTER, partial(builders.filter, program))
    holes = builders.attempts(parent=walls.parent, outside=f"{walls.base}/outside", own=walls.own)
    if holes:
        raise ConfinementError(
            "the strategy is not run: the walls stand, and yet it could",
            found="; ".join(holes[:8]),
            remedy=REMEDY,
        )
    return tuple(standing.names)


def _program() -> bytes:
    if not IS_LINUX or machine() not in NUMBERS:
        raise ConfinementError(
            f"the strategy is not run: there is no {FILTER} for this machine",
            expected=f"Linux on {' or '.join(NUMBERS)}",
            found=f"{machine()}",
            remedy="run uploaded strategies on such a machine",
        )
    return filter_program(machine(), process=os.getpid())
