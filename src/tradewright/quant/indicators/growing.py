"""Going on with indicators while the bars grow: a strategy that is asked after every bar asks for the same averages
again, each time with a row more.

This file decides what may go on: an input that begins, bit for bit, with all that was looked at before, wherever it
lies in memory. Then only the new rows are computed, by the very step of the series; anything else is computed whole.
Nothing is kept outside a `with going_on(...)`, and what is handed out is the caller's own.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tradewright.quant.arrays import Array
from tradewright.quant.indicators.definition import Definition, Number

nan = float("nan")
_FIRST_ROOM: Final = 1024
_TRIED_AT_LEAST: Final = 64
"""Inputs of one kind that are kept before the memo asks whether any of them ever came again."""

Kind = tuple[Any, ...]


class GrowingMemo:
    """Indicators of inputs that grow, the ones used last, in `limit_bytes`; for one thread."""

    __slots__ = ("_bytes", "_hits", "_kept", "_limit", "_misses")

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._bytes = 0
        self._kept: OrderedDict[int, tuple[Kind, _Course]] = OrderedDict()
        self._hits: dict[Kind, int] = {}
        self._misses: dict[Kind, int] = {}

    def outputs(
        self, definition: Definition, columns: tuple[Array, ...], *, parameters: tuple[Number, ...]
    ) -> tuple[Array, ...] | None:
        """The outputs in arrays of their own; None where nothing of this kind ever grows: then compute the whole."""
        kind = (definition.name, parameters, columns[0].shape[1:])
        found = next((one for of, one in reversed(self._kept.values()) if of == kind and one.begins(columns)), None)
        if found is None:
            missed, hit = self._misses.get(kind, 0), self._hits.get(kind, 0)
            if missed >= _TRIED_AT_LEAST and hit < missed:
                return None
            self._misses[kind] = missed + 1
            found = _Course(definition, columns, parameters)
            self._kept[id(found)] = (kind, found)
        else:
            self._hits[kind] = self._hits.get(kind, 0) + 1
            self._kept.move_to_end(id(found))
        self._bytes -= found.nbytes if found.rows else 0
        found.go_on(columns)
        self._bytes += found.nbytes
        while self._bytes > self._limit and self._kept:
            self._bytes -= self._kept.popitem(last=False)[1][1].nbytes
        return found.outputs(len(columns[0]))


class _Course:
    """One indicator over one input, up to some row, with the state to go on from there."""

    __slots__ = ("_definition", "_inputs", "_outputs", "_parameters", "_states", "rows")

    def __init__(self, definition: Definition, columns: tuple[Array, ...], parameters: tuple[Number, ...]) -> None:
        self._definition, self._parameters, self.rows = definition, parameters, 0
        width = columns[0].shape[1:]
        self._inputs = [np.empty((0, *width)) for _ in columns]
        self._outputs = np.empty((len(definition.outputs), *width, 0))
        self._states = [definition.start(*parameters) for _ in range(width[0] if width else 1)]
        """State and memory of every column."""

    @property
    def nbytes(self) -> int:
        """What it takes."""
        return int(self._outputs.nbytes) + sum(int(column.nbytes) for column in self._inputs)

    def begins(self, columns: Sequence[Array]) -> bool:
        """True where the shorter of what was seen and what is given is the beginning of the longer, bit for bit."""
        rows = min(self.rows, len(columns[0]))
        return bool(rows) and all(
            _is_same(kept[rows - 1 : rows], given[rows - 1 : rows]) and _is_same(kept[:rows], given[:rows])
            for kept, given in zip(self._inputs, columns, strict=True)
        )

    def go_on(self, columns: Sequence[Array]) -> None:
        """Compute the rows that are new."""
        rows, first = len(columns[0]), self.rows
        if rows <= first:
            return
        if rows > self._outputs.shape[-1]:
            self._grow(max(_FIRST_ROOM, 2 * rows))
        for kept, given in zip(self._inputs, columns, strict=True):
            kept[first:rows] = given[first:]
        for number, start in enumerate(self._states):
            at = (number,) if columns[0].ndim > 1 else ()
            new = [column[(slice(first, rows), *at)].tolist() for column in columns]
            self._states[number] = self._run(start, new, self._outputs[(slice(None), *at, slice(first, rows))])
        self.rows = rows

    def outputs(self, rows: int) -> tuple[Array, ...]:
        """The first so many rows of every output, laid out as the series lays them out."""
        return tuple(output[..., :rows].copy().T for output in self._outputs)

    def _run(
        self, start: tuple[Any, list[float]], new: list[list[float]], outs: NDArray[np.float64]
    ) -> tuple[Any, list[float]]:
        """The walk of `rows.py`, from a state onwards."""
        (state, memory), definition, parameters = start, self._definition, self._parameters
        for row, values in enumerate(zip(*new, strict=True)):
            if any(value != value for value in values):  # noqa: PLR0124 - NaN: a missing bar
                outs[:, row] = nan
            else:
                state, found = definition.step(state, memory, 0, *values, *parameters)
                outs[:, row] = found
        return state, memory

    def _grow(self, room: int) -> None:
        for place, column in enumerate(self._inputs):
            self._inputs[place] = np.empty((room, *column.shape[1:]))
            self._inputs[place][: self.rows] = column[: self.rows]
        outputs = np.empty((*self._outputs.shape[:-1], room))
        outputs[..., : self.rows] = self._outputs[..., : self.rows]
        self._outputs = outputs


def _is_same(kept: Array, given: Array) -> bool:
    return bool(np.array_equal(kept.view(np.int64), np.ascontiguousarray(given).view(np.int64)))


_ACTIVE: ContextVar[GrowingMemo | None] = ContextVar("growing_indicators", default=None)


def growing() -> GrowingMemo | None:
    """The memo of this context, if any."""
    return _ACTIVE.get()


@contextmanager
def going_on(memo: GrowingMemo) -> Iterator[GrowingMemo]:
    """Go on with what `memo` keeps within this context."""
    token = _ACTIVE.set(memo)
    try:
        yield memo
    finally:
        _ACTIVE.reset(token)
