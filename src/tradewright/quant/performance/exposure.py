"""Gross exposure is what an account has at stake: the sum of the absolute values of its positions.

Positions change on few bars and are valued on all; this file keeps the changes and values what is asked for, so that
statistics of a million bars make no column of a million values.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tradewright.quant.performance.arrays import Floats, Integers, vector

BLOCK = 65_536
"""Values looked at in one go: 0.5 MB, which stays in the processor's cache."""


@dataclass(frozen=True, slots=True, eq=False)
class Exposure:
    """The gross exposure of an account over its bars, in money."""

    change_row: Integers
    """Rows of the bars after which positions differ from the row before, rising; before the first all are flat."""
    quantity: Floats
    """Quantities held from each of these rows on, shape (changes, instruments); signs do not matter."""
    mark: Floats
    """Mark price of each bar, shape (rows, instruments)."""
    multiplier: Floats
    """Money per unit of price and quantity, one an instrument."""

    @classmethod
    def of_bars(cls, money: ArrayLike) -> "Exposure":
        """Exposure known as money on every bar."""
        values = vector(money, "gross_exposure")
        return cls(np.arange(len(values)), values[:, None], np.ones((len(values), 1)), np.ones(1))

    def __len__(self) -> int:
        return len(self.mark)

    def time_share(self) -> float:
        """Share of the bars with a position; NaN without bars."""
        if len(self) == 0:
            return math.nan
        lengths = np.diff(np.append(self.change_row, len(self)))
        return int(lengths[(self.quantity != 0.0).any(axis=1)].sum()) / len(self)

    def at(self, rows: Integers | None = None) -> Floats:
        """Money at stake on these bars, whose rows rise; on all of them by default."""
        asked = np.arange(len(self)) if rows is None else rows
        worth = np.zeros(len(asked))
        start = int(np.searchsorted(asked, self.change_row[0])) if len(self.change_row) else len(asked)
        step = max(1, BLOCK // self.quantity.shape[1])
        for first in range(start, len(asked), step):
            chosen = asked[first : first + step]
            held = np.abs(self.quantity[np.searchsorted(self.change_row, chosen, side="right") - 1])
            np.einsum("ij,ij,j->i", held, self.mark[chosen], self.multiplier, out=worth[first : first + step])
        return worth
