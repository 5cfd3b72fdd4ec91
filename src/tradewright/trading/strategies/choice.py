"""A choice is a column that holds one of a few values in each row: what `where` makes of a condition and two numbers.

Most signals are choices (1 above, 0 below), and one byte a row says as much as a float does; a sweep lives on that. To
everything else it is the array it stands for.
"""

from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.uint8]
MOST_VALUES = 100


class Choice(NDArrayOperatorsMixin):
    """`then` where `condition` holds, `otherwise` elsewhere; both are numbers or choices of the same shape."""

    __slots__ = ("_condition", "_otherwise", "_then")
    __array_priority__ = 1000.0

    def __init__(self, condition: NDArray[np.bool_], then: "float | Choice", otherwise: "float | Choice") -> None:
        self._condition = condition
        self._then = then
        self._otherwise = otherwise

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the array it stands for."""
        return self._condition.shape

    @property
    def ndim(self) -> int:
        """Dimensions of the array it stands for."""
        return self._condition.ndim

    @property
    def dtype(self) -> np.dtype[np.float64]:
        """Floats."""
        return np.dtype(np.float64)

    def __len__(self) -> int:
        return len(self._condition)

    def __getitem__(self, index: Any) -> Any:
        return np.asarray(self)[index]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        """The array it stands for."""
        codes, table = self.coded()
        return table[codes].astype(np.float64 if dtype is None else dtype, copy=bool(copy))

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """Arithmetic happens on arrays."""
        plain = [np.asarray(value) if isinstance(value, Choice) else value for value in inputs]
        return getattr(ufunc, method)(*plain, **options)

    def coded(self) -> tuple[Codes, Floats]:
        """One code a row, and the value of each code."""
        table: list[float] = []
        return self._codes(table), np.array(table, np.float64)

    def leaves(self) -> int:
        """How many values there are at most."""
        return sum(part.leaves() if isinstance(part, Choice) else 1 for part in (self._then, self._otherwise))

    def _codes(self, table: list[float]) -> Codes:
        then, otherwise = (_code(part, table) for part in (self._then, self._otherwise))
        if isinstance(then, int) and isinstance(otherwise, int):
            flags = self._condition.view(np.uint8)
            if (then, otherwise) == (1, 0):
                return flags
            if (then, otherwise) == (0, 1):
                return flags ^ np.uint8(1)
            return np.where(self._condition, np.uint8(then), np.uint8(otherwise))
        return np.where(
            self._condition,
            np.uint8(then) if isinstance(then, int) else then,
            np.uint8(otherwise) if isinstance(otherwise, int) else otherwise,
        )

    def __repr__(self) -> str:
        return f"Choice({np.asarray(self)!r})"


def _code(part: float | Choice, table: list[float]) -> int | Codes:
    if isinstance(part, Choice):
        return part._codes(table)
    table.append(part)
    return len(table) - 1


def where(condition: ArrayLike, then: ArrayLike, otherwise: ArrayLike) -> "Floats | Choice":
    """`then` where the condition holds, `otherwise` elsewhere; a comparison with NaN does not hold."""
    flags = np.array(condition, np.bool_, order="C", copy=None)
    parts = [part if isinstance(part, Choice) else np.asarray(part, np.float64) for part in (then, otherwise)]
    if flags.ndim and all(part.shape == flags.shape if isinstance(part, Choice) else part.ndim == 0 for part in parts):
        small = [part if isinstance(part, Choice) else float(part) for part in parts]
        choice = Choice(flags, *small)
        if choice.leaves() <= MOST_VALUES:
            return choice
    return np.where(flags, *(np.asarray(part, np.float64) for part in parts))
