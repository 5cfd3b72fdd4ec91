"""A case: data made ready, and the work to be timed."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.sizes import SIZES, Size, Sizes

Answers = dict[str, float]


@dataclass(frozen=True, slots=True)
class Place:
    """Where benchmarks keep their files, and how large the work is."""

    folder: Path
    size: Size

    @property
    def data(self) -> Path:
        """Where the generated market of this size is; the peers' scripts look into `data`."""
        return (self.folder if self.size is Size.FULL else self.folder / self.size) / "data"

    @property
    def sizes(self) -> Sizes:
        """The counts."""
        return SIZES[self.size]


def _nothing() -> None:
    """Nothing to put away."""


@dataclass(frozen=True, slots=True)
class Case:
    """`turn` makes one repetition ready and gives back what is to be timed, so that preparing is not timed."""

    units: int
    turn: Callable[[], Callable[[], Answers]]
    bare_turn: Callable[[], Callable[[], object]] | None = None
    """The same with the bare library."""
    is_process: bool = False
    """True where the work is a process of its own, whose memory counts."""
    check: Callable[[], None] = _nothing
    """Asserts, after all measuring, what must hold."""
    close: Callable[[], None] = _nothing
    peak_mb: Callable[[], float] | None = None
    """The memory that counts, of a process that is not a child of this one; asked after the last repetition."""


def steady(units: int, run: Callable[[], Answers], *, check: Callable[[], None] = _nothing) -> Case:
    """A case whose repetitions need no preparing."""
    return Case(units, lambda: run, check=check)
