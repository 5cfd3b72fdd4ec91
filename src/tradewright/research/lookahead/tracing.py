"""A trace of a strategy at work: every value that a line of it set, every call that it made, in the order of doing.

This file decides what is taken down: columns as copies, numbers as they are, anything else not at all.
"""

import hashlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from types import FrameType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tradewright.research.lookahead.listing import Listing, is_beside
from tradewright.research.lookahead.observing import Watching
from tradewright.trading.strategies.choice import Choice

MOST_STEPS: Final = 400_000
MOST_BYTES: Final = 1 << 30
ENGINE_CALLS: Final = frozenset({"buy", "sell", "target", "enter", "close", "cancel", "protect"})
_TOLD: Final = (bool, int, float, np.generic, np.ndarray, Choice, tuple, list, Mapping)
Columns = NDArray[Any]
Value = float | bytes | Columns


@dataclass(frozen=True, slots=True)
class Step:
    """One value, and where it came from."""

    file: str
    line: int
    name: str
    value: Value
    row: int | None
    """The row that the strategy was at; None: at all of them."""
    is_call: bool = False


class Trace(Watching):
    """Takes down a strategy while it is asked; `last_row` is the last row that matters."""

    def __init__(self, files: frozenset[str], *, last_row: int) -> None:
        self.steps: list[Step] = []
        self._files = files
        self._last_row = last_row
        self._row: int | None = None
        self._seen: dict[FrameType, dict[str, int]] = {}
        self._held: dict[FrameType, dict[str, Columns]] = {}
        self._lines: dict[FrameType, int] = {}
        self._listings: dict[str, Listing] = {}
        self._beside: dict[str, bool] = {}
        self._bytes = 0
        self._before: Any = None

    def before(self, row: int | None) -> None:
        """Begin to look."""
        self._row = row
        self._before = sys.gettrace()
        if (row is None or row <= self._last_row) and len(self.steps) < MOST_STEPS and self._bytes < MOST_BYTES:
            sys.settrace(self._called)

    def after(self) -> None:
        """Look no more."""
        sys.settrace(self._before)
        self._seen.clear()
        self._held.clear()
        self._lines.clear()

    def _is_own(self, frame: FrameType) -> bool:
        file = frame.f_code.co_filename
        if file not in self._beside:
            self._beside[file] = is_beside(file, self._files)
        return self._beside[file]

    def _called(self, frame: FrameType, event: str, _argument: object) -> Any:
        """A function is entered: one of the strategy is followed line by line, one that it calls to its answer."""
        if event != "call":
            return None
        if self._is_own(frame):
            if frame.f_code.co_name.startswith("<"):
                return None
            self._lines[frame] = frame.f_lineno
            self._seen[frame] = {name: id(value) for name, value in self._named(frame)}
            return self._followed
        caller = frame.f_back
        if caller is None or caller not in self._lines:
            return None
        if frame.f_code.co_name in ENGINE_CALLS:
            for name, value in frame.f_locals.items():
                self._take(caller, caller.f_lineno, f"{frame.f_code.co_name}({name}=)", value, is_call=True)
        frame.f_trace_lines = False
        return self._answered

    def _answered(self, frame: FrameType, event: str, argument: object) -> Any:
        caller = frame.f_back
        if event == "return" and caller is not None:
            self._take(caller, caller.f_lineno, f"{frame.f_code.co_name}()", argument, is_call=True)
        return self._answered

    def _followed(self, frame: FrameType, event: str, argument: object) -> Any:
        """A line is done: what it set is taken down."""
        if event in {"line", "return"}:
            line, seen = self._lines[frame], self._seen[frame]
            for name, value in self._named(frame):
                if seen.get(name) != id(value):
                    seen[name] = id(value)
                    self._take(frame, line, name, value)
                    if self._row is None and isinstance(value, np.ndarray):
                        self._held.setdefault(frame, {})[name] = value
            self._lines[frame] = frame.f_lineno
        if event == "return":
            for name, column in self._held.pop(frame, {}).items():
                line = self._listing(frame).stores(name, self._lines[frame])
                if line != self._lines[frame]:
                    self._take(frame, line, name, column)
            self._take(frame, self._lines[frame], f"{frame.f_code.co_name}() answers", argument)
        return self._followed

    def _named(self, frame: FrameType) -> Iterator[tuple[str, object]]:
        """The variables of a function, and the attributes of the strategy."""
        for name, value in frame.f_locals.items():
            if name != "self":
                yield name, value
        owner = frame.f_locals.get("self")
        if owner is not None and hasattr(owner, "__dict__"):
            for name, value in list(vars(owner).items()):
                if not callable(value):
                    yield f"self.{name}", value

    def _take(self, frame: FrameType, line: int, name: str, value: object, *, is_call: bool = False) -> None:
        if not isinstance(value, _TOLD) and not hasattr(value, "to_numpy") and not is_dataclass(value):
            return
        row, in_loop = self._row, False
        if row is None:
            row, in_loop = self._looped(frame, line)
        for part, plain in flattened(name, value):
            if in_loop and row is None and not isinstance(plain, np.ndarray):
                continue
            kept: Value = plain
            if isinstance(plain, np.ndarray):
                kept = plain.copy() if self._row is None else _digest(plain)
                self._bytes += plain.nbytes if self._row is None else 0
            if len(self.steps) < MOST_STEPS and self._bytes < MOST_BYTES:
                self.steps.append(Step(frame.f_code.co_filename, line, part, kept, row, is_call))

    def _looped(self, frame: FrameType, line: int) -> tuple[int | None, bool]:
        """The row that a loop over rows is at, as far as its target tells; and whether there is a loop."""
        names = self._listing(frame).loops(line)
        for name in names or ():
            value = frame.f_locals.get(name)
            if isinstance(value, int | np.integer) and not isinstance(value, bool) and value >= 0:
                return int(value), True
        return None, names is not None

    def _listing(self, frame: FrameType) -> Listing:
        file = frame.f_code.co_filename
        if file not in self._listings:
            self._listings[file] = Listing(file)
        return self._listings[file]


def flattened(name: str, value: object) -> Iterator[tuple[str, float | Columns]]:
    """A value as numbers and columns with their names; nothing for what is neither."""
    if isinstance(value, bool | int | float | np.generic) and not isinstance(value, np.void):
        try:
            yield name, float(value)
        except (TypeError, ValueError):
            return
    elif isinstance(value, Choice):
        yield name, np.asarray(value)
    elif isinstance(value, np.ndarray):
        if value.dtype.kind in "fiubmM" and value.ndim in {1, 2}:
            yield name, value
    elif isinstance(value, tuple) and hasattr(value, "_fields"):
        for field, part in zip(value._fields, value, strict=True):
            yield from flattened(f"{name}.{field}", part) if not isinstance(part, tuple) else ()
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            part = getattr(value, one.name, None)
            yield from flattened(f"{name}.{one.name}", part) if isinstance(part, np.ndarray | Choice) else ()
    elif isinstance(value, Mapping):
        for key, part in list(value.items())[:50]:
            yield from flattened(f"{name}[{key!r}]", part) if isinstance(part, int | float | np.ndarray) else ()
    elif isinstance(value, list | tuple) and value and len(value) <= 1_000_000:
        if all(isinstance(one, int | float) for one in value):
            yield name, np.array(value, np.float64)
    elif hasattr(value, "to_numpy"):
        try:
            yield from flattened(name, np.asarray(value.to_numpy(), np.float64))
        except (TypeError, ValueError):
            return


def _digest(column: Columns) -> bytes:
    return hashlib.blake2b(np.ascontiguousarray(column).tobytes(), digest_size=8).digest()
