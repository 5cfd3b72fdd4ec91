"""What reaches a strategy from outside of its bars: the clock, chance, files, columns that lie in its module.

This file decides what counts as outside. It is watched while the strategy runs, so that a call is found wherever it
hides; a call through a library is told of the strategy's line that led to it.
"""

import random
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import CodeType, FrameType, TracebackType
from typing import Any, Final

import numpy as np

from tradewright.research.lookahead.listing import Listing, codes_of, is_beside
from tradewright.research.lookahead.report import Place
from tradewright.trading.bars import Bars
from tradewright.trading.strategies.strategy import Strategy

CLOCKS: Final = frozenset({"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns"})
DATES: Final = frozenset({"datetime.now", "datetime.utcnow", "datetime.today", "date.today"})
FILES: Final = frozenset({"open", "fromfile", "connect", "open_code"})
MANY: Final = 50
"""Values from which a list or a column in a module is taken for data."""
DEEPEST: Final = 30
MACHINERY: Final = frozenset({"tradewright", "numba", "llvmlite", "importlib", "linecache", "traceback", "warnings"})


@dataclass(frozen=True, slots=True)
class Reach:
    """Something outside that the strategy touches."""

    what: str
    """`clock`, `chance`, `file` or `data`."""
    name: str
    place: Place


@dataclass(slots=True)
class Lookout:
    """Watches the calls of a strategy while it is within."""

    files: frozenset[str]
    found: dict[tuple[str, str, int], Reach] = field(default_factory=dict)
    _before: Any = None
    _listings: dict[str, Listing] = field(default_factory=dict)

    def __enter__(self) -> "Lookout":
        self._before = sys.getprofile()
        sys.setprofile(self._called)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        sys.setprofile(self._before)

    def _called(self, frame: FrameType, event: str, argument: object) -> None:
        if event != "c_call":
            return
        what = _what(argument)
        if what is None:
            return
        name = getattr(argument, "__qualname__", "") or getattr(argument, "__name__", "")
        caller, depth = frame, 0
        while depth < DEEPEST:
            file = caller.f_code.co_filename
            if is_beside(file, self.files):
                listing = self._listings.setdefault(file, Listing(file))
                reach = Reach(what, name, listing.place(caller.f_lineno, name))
                self.found.setdefault((what, file, caller.f_lineno), reach)
                return
            following = caller.f_back
            if following is None or what == "clock" or _is_machinery(caller):
                return  # a library that measures itself, or loads what it has compiled, is not the strategy's doing
            caller, depth = following, depth + 1


def _is_machinery(frame: FrameType) -> bool:
    """Whether a call passes through what reads files by itself: this package, the compiler, the import of a module."""
    module = str(frame.f_globals.get("__name__", "")).partition(".")[0]
    return module in MACHINERY or frame.f_code.co_filename.startswith("<frozen importlib")


def _what(called: object) -> str | None:
    """What a function of C reaches for; None for all others."""
    name, module = getattr(called, "__name__", ""), getattr(called, "__module__", "") or ""
    owner = getattr(called, "__self__", None)
    if (module == "time" and name in CLOCKS) or getattr(called, "__qualname__", "") in DATES:
        return "clock"
    if name == "urandom" or owner is _shared_chance() or owner is _shared_chance_of_numpy():
        return "chance"
    if name in FILES and (module in {"io", "_io", "_socket", "numpy"} or type(owner).__name__ == "socket"):
        return "file"
    return None


def _shared_chance() -> object:
    return getattr(random.random, "__self__", None)


def _shared_chance_of_numpy() -> object:
    return getattr(np.random.random, "__self__", None)


def data_beside(strategy: Strategy) -> Iterator[Reach]:
    """Columns and long lists that methods of the strategy take from their module or from around the class."""
    seen: set[str] = set()
    for code in codes_of(type(strategy)):
        for name, value in _reached(type(strategy), code):
            size = _size(value)
            if size >= MANY and name not in seen:
                seen.add(name)
                listing = Listing(code.co_filename)
                line = next(
                    (
                        number
                        for number, text in enumerate(listing.lines, start=1)
                        if number > code.co_firstlineno and name in text
                    ),
                    code.co_firstlineno,
                )
                yield Reach("data", f"{name}, {size:,} values", listing.place(line, name))


def _reached(kind: type, code: CodeType) -> Iterator[tuple[str, object]]:
    for one in kind.__mro__:
        for value in vars(one).values():
            function = getattr(value, "__func__", value)
            if getattr(function, "__code__", None) is not code:
                continue
            around = getattr(function, "__globals__", {})
            for name in code.co_names:
                if name in around:
                    yield name, around[name]
            for name, cell in zip(code.co_freevars, getattr(function, "__closure__", None) or (), strict=False):
                try:
                    yield name, cell.cell_contents
                except ValueError:
                    continue  # not filled yet


def _size(value: object) -> int:
    if isinstance(value, np.ndarray):
        return int(value.size)
    if isinstance(value, Bars):
        return int(value.closes.size)
    if isinstance(value, list | tuple) and value and all(isinstance(one, int | float) for one in value[:MANY]):
        return len(value)
    if isinstance(value, Mapping) and not isinstance(value, type):
        return len(value) if value and all(isinstance(one, int | float) for one in list(value.values())[:MANY]) else 0
    if hasattr(value, "to_numpy") and not isinstance(value, type):
        return int(np.size(value.to_numpy()))
    return 0
