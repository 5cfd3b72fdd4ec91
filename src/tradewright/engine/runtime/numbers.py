"""What a run counts with: floats as they are, or exact decimals made from the shortest spelling of each float."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradewright.engine.assumptions import Numbers


class FloatNumbers:
    """Columns are read in place; a float costs nothing to convert."""

    __slots__ = ()
    kind = Numbers.FLOAT
    zero: Any = 0.0

    def of(self, value: float) -> Any:
        """A number of the run."""
        return float(value)

    def column(self, matrix: NDArray[np.float64]) -> Sequence[Any]:
        """A flat column, without a copy."""
        return np.ascontiguousarray(matrix, np.float64).reshape(-1).data


class ExactNumbers:
    """Decimals; 0.1 becomes exactly 0.1, as a price in a file is meant."""

    __slots__ = ()
    kind = Numbers.EXACT
    zero: Any = Decimal(0)

    def of(self, value: float) -> Any:
        """A number of the run: the decimal that a person would read."""
        return Decimal(repr(float(value)))

    def column(self, matrix: NDArray[np.float64]) -> Sequence[Any]:
        """A flat column of decimals, each made when it is first looked at."""
        return _ExactColumn(np.ascontiguousarray(matrix, np.float64).reshape(-1))


class _ExactColumn(Sequence[Any]):
    __slots__ = ("_known", "_values")

    def __init__(self, values: NDArray[np.float64]) -> None:
        self._values = values.data
        self._known: dict[int, Decimal] = {}

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, index: Any) -> Any:
        found = self._known.get(index)
        if found is None:
            found = self._known[index] = Decimal(repr(self._values[index]))
        return found


def numbers_of(kind: Numbers) -> FloatNumbers | ExactNumbers:
    """The counting of a run."""
    return ExactNumbers() if kind is Numbers.EXACT else FloatNumbers()
