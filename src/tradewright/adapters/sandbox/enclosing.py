"""How a confined process is started: which command, in which surroundings, with which bytes in its hands.

This file decides what the process gets: an environment of a few names and no secret, a folder of its own, the source as
a sealed file in memory, and walls by what this machine lets us raise. Whether they stand is proven in the process.
"""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tradewright.adapters.sandbox.base import Base
from tradewright.adapters.sandbox.bounds import Bounds, threads_of
from tradewright.adapters.sandbox.handing import NONE, Handed, sealed
from tradewright.adapters.sandbox.kernel import IS_LINUX
from tradewright.adapters.sandbox.places import PACKAGE, closed_to_others, readable_places
from tradewright.adapters.sandbox.privileges import CAP_SYS_ADMIN, holds, is_root
from tradewright.adapters.sandbox.walls import REMEDY, Walls
from tradewright.domain.errors import ConfinementError
from tradewright.ports.code import Source, kept_parts

KEPT: Final = ("NUMBA_DISABLE_JIT",)
ONE_THREAD: Final = (
    "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS",
)  # fmt: skip
SourceOf = Callable[[str], Source]
"""The source of a digest; an InputError where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """A process that is ready to be started."""

    command: Sequence[str]
    environment: Mapping[str, str]
    descriptors: Sequence[int]
    """Open files that it inherits."""
    base: Base
    threads: int
    """That it may have."""

    def started(self) -> None:
        """It runs, or it never will: our own hold on what it inherits ends."""
        for number in self.descriptors:
            with suppress(OSError):
                os.close(number)

    def trouble(self, process: int) -> str:
        """What of its surroundings it has used up; empty: nothing."""
        count = threads_of(process)
        return f"the strategy started {count} threads" if count > self.threads else self.base.trouble()

    def end(self) -> None:
        """It is gone: nothing of it stays. Takes as long as what it left takes to remove."""
        self.base.remove()


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """Puts processes behind walls."""

    entry: str
    """The module that raises the walls and then serves."""
    kernels: Path | None = None
    """Folder of compiled code of ours; the process gets a copy."""
    source_of: SourceOf | None = None
    """None: only built-in strategies."""
    interpreter: str = sys.executable

    def enclose(
        self, arguments: Sequence[str], *, strategy: str, memory_bytes: int, mark: Mapping[str, str]
    ) -> Enclosed:
        """A process that serves the strategy of this name; `mark` goes into its environment.

        ConfinementError where this machine cannot enclose it; what `source_of` raises.
        """
        kept = kept_parts(strategy)
        source = self.source_of(kept[0]) if kept is not None and self.source_of is not None else None
        return self.around(arguments, Bounds(memory_bytes=memory_bytes), source=source, mark=mark)

    def around(
        self,
        arguments: Sequence[str],
        bounds: Bounds,
        *,
        source: Source | None = None,
        content: bytes | None = None,
        mark: Mapping[str, str],
    ) -> Enclosed:
        """A process that is handed these bytes; ConfinementError where this machine cannot enclose it."""
        has_tree = _check_machine()
        readable = readable_places()
        if is_root() and not has_tree and (closed := closed_to_others(readable)):
            raise ConfinementError(
                "the strategy is not run: the wall 'own user' cannot be raised",
                expected="an interpreter that other users can read, or the right to mount (CAP_SYS_ADMIN)",
                found=f"{closed} is closed to others",
                remedy=REMEDY,
            )
        base = Base.made(kernels=self.kernels)
        numbers = {} if source is None else {"source": sealed(source.content, "source")}
        if content is not None:
            numbers["content"] = sealed(content, "content")
        given = Handed(
            walls=Walls(
                parent=os.getpid(),
                readable=readable,
                base=str(base.path),
                has_own_user=is_root(),
                has_own_tree=has_tree,
                bounds=bounds,
            ),
            source_at=numbers.get("source", NONE),
            file_name="" if source is None else source.file_name,
            content_at=numbers.get("content", NONE),
        )
        return Enclosed(
            command=[self.interpreter, "-s", "-P", "-m", self.entry, given.written(), *arguments],
            environment=_environment(base) | dict(mark),
            descriptors=tuple(numbers.values()),
            base=base,
            threads=bounds.threads,
        )


def _check_machine() -> bool:
    """Whether a tree of its own can be made; ConfinementError where nothing can be enclosed at all."""
    if not IS_LINUX:
        raise ConfinementError(
            "the strategy is not run: its walls are those of the Linux kernel",
            found=sys.platform,
            remedy="run uploaded strategies on Linux, or in a Linux container",
        )
    return is_root() and holds(CAP_SYS_ADMIN)


def _environment(base: Base) -> dict[str, str]:
    """All names that the process finds; `-E` would hide the seed that keeps the order of sets, so there is no `-I`."""
    own = str(base.path / "own")
    path = {} if "site-packages" in PACKAGE.parts else {"PYTHONPATH": str(PACKAGE.parent)}
    fixed = {
        "HOME": own,
        "LANG": "C.UTF-8",
        "MALLOC_ARENA_MAX": "2",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "TMPDIR": own,
        "TRADEWRIGHT_KERNEL_CACHE": f"{own}/kernels",
        "TZ": "UTC",
    }
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return fixed | path | kept | dict.fromkeys(ONE_THREAD, "1")
