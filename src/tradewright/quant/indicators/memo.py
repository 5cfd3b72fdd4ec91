"""Remembering indicators while many runs look at the same bars: a sweep asks for the same averages again and again.

Remembered arrays are read-only. Nothing is remembered outside a `with remembering(...)`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from tradewright.quant.arrays import Array

Key = tuple[Any, ...]


class Memo:
    """Outputs of indicators by what they were made of; what does not fit into `limit_bytes` is not kept."""

    __slots__ = ("_bytes", "_kept", "_limit")

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._bytes = 0
        self._kept: dict[Key, tuple[tuple[Array, ...], tuple[Array, ...]]] = {}

    def found(self, key: Key) -> tuple[Array, ...] | None:
        """The outputs, or None."""
        kept = self._kept.get(key)
        return None if kept is None else kept[1]

    def keep(self, key: Key, inputs: tuple[Array, ...], *, outputs: tuple[Array, ...]) -> None:
        """Keep outputs; the inputs are held too, so that their place in memory stays theirs."""
        size = sum(output.nbytes for output in outputs)
        if key in self._kept or self._bytes + size > self._limit:
            return
        for output in outputs:
            output.flags.writeable = False
        self._bytes += size
        self._kept[key] = (inputs, outputs)


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
