"""An allocation gives each instrument a slot of equity; a strength fills a part of its slot.

This file decides the slots: equal ones, or own shares. A strategy that speaks weights needs none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tradewright.domain.errors import InputError

Floats = NDArray[np.float64]


class Allocation(Protocol):
    """Slots of equity, one per instrument."""

    def slots(self, instruments: tuple[str, ...]) -> Floats:
        """The weight of a full slot (strength 1) of each instrument; shape (instruments,)."""
        ...


@dataclass(frozen=True, slots=True)
class EqualSlots:
    """Every instrument gets the same part of `total` (1.0: all of equity)."""

    total: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.total < float("inf"):
            raise InputError("EqualSlots(total=...) cannot be used", expected="more than 0", found=repr(self.total))

    def slots(self, instruments: tuple[str, ...]) -> Floats:
        """`total` over the number of instruments."""
        return np.full(len(instruments), self.total / len(instruments))


@dataclass(frozen=True, slots=True)
class Slots:
    """Own shares of equity by instrument id; an instrument that is not named gets none."""

    shares: Mapping[str, float]

    def __post_init__(self) -> None:
        for name, share in self.shares.items():
            if not 0 <= share < float("inf"):
                raise InputError(f"the slot of {name} cannot be used", expected="0 or more", found=repr(share))

    def slots(self, instruments: tuple[str, ...]) -> Floats:
        """The shares in the order of the instruments."""
        unknown = [name for name in self.shares if name not in instruments]
        if unknown:
            raise InputError(
                f"a slot is given for {unknown[0]}, which is not in the run",
                expected="instruments among " + ", ".join(instruments),
                found=unknown[0],
            )
        return np.array([self.shares.get(name, 0.0) for name in instruments])
