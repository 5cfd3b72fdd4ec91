"""Remembering indicators while many runs look at the same bars: a sweep asks for the same averages again and again.

Remembered arrays are read-only. Nothing is remembered outside a `with remembering(...)`.
"""

from collections import Counter, OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import Any

from tradewright.quant.arrays import Array

Key = tuple[Any, ...]
Entry = tuple[tuple[Array, ...], tuple[Array, ...]]


class Memo:
    """Outputs of indicators by what they were made of, the ones used last, in `limit_bytes`; serves several threads."""

    __slots__ = ("_bytes", "_kept", "_limit", "_lock", "_sources")

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._bytes = 0
        self._kept: OrderedDict[Key, Entry] = OrderedDict()
        self._sources: Counter[tuple[int, int]] = Counter()
        """How many entries were made of the array at this address, of this many bytes."""
        self._lock = Lock()

    def found(self, key: Key) -> tuple[Array, ...] | None:
        """The outputs, or None."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is None:
                return None
            self._kept.move_to_end(key)
            return kept[1]

    def keep(self, key: Key, inputs: tuple[Array, ...], *, outputs: tuple[Array, ...]) -> None:
        """Keep outputs, and let go of those that were not asked for longest.

        The inputs are held too, so that their place in memory stays theirs; each counts once.
        """
        for output in outputs:
            output.flags.writeable = False
        with self._lock:
            if key in self._kept:
                return
            self._kept[key] = (inputs, outputs)
            self._bytes += sum(output.nbytes for output in outputs)
            for source in inputs:
                place = (source.ctypes.data, source.nbytes)
                self._bytes += 0 if self._sources[place] else source.nbytes
                self._sources[place] += 1
            while self._bytes > self._limit and self._kept:
                self._forget(*self._kept.popitem(last=False)[1])

    def _forget(self, inputs: tuple[Array, ...], outputs: tuple[Array, ...]) -> None:
        self._bytes -= sum(output.nbytes for output in outputs)
        for source in inputs:
            place = (source.ctypes.data, source.nbytes)
            self._sources[place] -= 1
            if not self._sources[place]:
                del self._sources[place]
                self._bytes -= source.nbytes


def key_of(name: str, parameters: Sequence[Any], *, inputs: Sequence[Array]) -> Key:
    """What outputs are made of: the indicator, its parameters, and the very memory of its inputs."""
    return (name, *parameters, *((array.ctypes.data, array.shape, array.strides) for array in inputs))


_ACTIVE: ContextVar[Memo | None] = ContextVar("remembered_indicators", default=None)


def active() -> Memo | None:
    """The memo of this context, if any."""
    return _ACTIVE.get()


@contextmanager
def remembering(memo: Memo) -> Iterator[Memo]:
    """Remember indicators in `memo` within this context."""
    token = _ACTIVE.set(memo)
    try:
        yield memo
    finally:
        _ACTIVE.reset(token)
