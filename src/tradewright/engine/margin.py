"""A run's margin mode as the step reads it: numbers of the account, and columns by instrument."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradewright.domain.errors import InputError
from tradewright.domain.margin import Futures, Leverage
from tradewright.engine.assumptions import Assumptions

Numbers = NDArray[np.float64] | NDArray[np.int64]


class LedgerMargin(NamedTuple):
    """Fields of the ledger of `domain/matching/layout.py`."""

    margin: int
    leverage: float
    initial: float
    long: float
    short: float
    short_minimum: float
    liquidation: float


@dataclass(frozen=True, slots=True, eq=False)
class MarginColumns:
    """What each instrument's positions need: bonds in money a unit, or lines of maintenance margin."""

    bond: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    bond_kept: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    first_tier: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    last_tier: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    tiers: tuple[tuple[float, float], ...] = ()
    """(rate, deduction), those of one instrument together."""

    def columns(self) -> dict[str, Numbers]:
        """By the name of the position's field; none where no instrument has anything of its own."""
        if not len(self.bond):
            return {}
        return {name: getattr(self, name) for name in ("bond", "bond_kept", "first_tier", "last_tier")}


NO_MARGIN = MarginColumns()


def margin_of(assumptions: Assumptions) -> LedgerMargin:
    """The mode in the ledger's numbers."""
    mode = Leverage(assumptions.leverage) if assumptions.margin is None else assumptions.margin
    return LedgerMargin(*mode.terms())


def most_leverage(assumptions: Assumptions) -> float:
    """Gross exposure over equity that initial margin carries at most; what limits of buying power go by."""
    terms = margin_of(assumptions)
    return 1 / terms.initial if terms.initial > 0 else terms.leverage


def columns_of(assumptions: Assumptions, instruments: tuple[str, ...]) -> MarginColumns:
    """The columns of a run; InputError for an instrument that is not in it, or that nothing is told of."""
    mode = assumptions.margin
    if not isinstance(mode, Futures):
        return NO_MARGIN
    for name in mode.told():
        if name not in instruments:
            raise InputError(
                f"a margin is given for {name}, which is not in the run",
                expected="instruments among " + ", ".join(instruments),
                found=name,
            )
    lines = [mode.tiers_of(name) for name in instruments]
    last = np.cumsum([len(one) for one in lines]).astype(np.int64)
    bonds = [mode.bond_of(name) for name in instruments]
    return MarginColumns(
        bond=np.array([float(one.initial) for one in bonds]),
        bond_kept=np.array([float(one.maintenance) for one in bonds]),
        first_tier=np.concatenate(([0], last[:-1])).astype(np.int64),
        last_tier=last,
        tiers=tuple((tier.rate, tier.deduction) for one in lines for tier in one),
    )
