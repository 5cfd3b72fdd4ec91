"""Margin of futures and perpetuals: to open by leverage or a bond a contract, to keep by an exchange's tiers.

This file decides how tiers become lines of maintenance, and that leverage leaves room between the two margins.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from tradewright.domain.errors import InputError
from tradewright.domain.margin.modes import Margin, MarginTerms, expression, liquidation_rate, require
from tradewright.domain.matching.layout import CROSS, ISOLATED

Brackets = Sequence[tuple[float, float]]
HALF_A_PERCENT = ((0, 0.005),)
MODES = {"cross": CROSS, "isolated": ISOLATED}


class Tier(NamedTuple):
    """A line of maintenance: rate x notional - deduction, in force from the notional `floor` on.

    >>> tiers_of(((0, 0.004), (50_000, 0.005)))[1]
    Tier(floor=50000.0, rate=0.005, deduction=50.0)
    """

    floor: float
    rate: float
    deduction: float


class Bond(NamedTuple):
    """Performance bonds in money per unit of quantity (a contract), to open and to keep.

    >>> Bond(13_200, 12_000).maintenance
    12000
    """

    initial: float
    maintenance: float


def tiers_of(brackets: Brackets) -> tuple[Tier, ...]:
    """The lines of brackets (floor, rate); each takes off what makes maintenance continuous at its floor.

    That is the "maintenance amount" of an exchange's table: 50,000 x (0.005 - 0.004) = 50 for the second of Binance's
    BTCUSDT brackets of 2021.
    """
    lines: list[Tier] = []
    for floor, rate in brackets:
        before = lines[-1] if lines else Tier(0.0, 0.0, 0.0)
        lines.append(Tier(float(floor), float(rate), before.deduction + floor * (rate - before.rate)))
    return tuple(lines)


@dataclass(frozen=True, slots=True, repr=False)
class Futures(Margin):
    """An account of futures: `cross` shares all equity among the positions, `isolated` gives each its own margin.

    Initial margin is notional / leverage. `tiers` are brackets (floor of the notional, maintenance rate), for all
    instruments or by instrument id. `bonds` name instruments whose margin is money a contract instead (initial,
    maintenance). `liquidation_bps` of the notional is what the exchange charges for a liquidation.

    >>> Futures(10, mode="isolated", tiers=((0, 0.004), (50_000, 0.005)))
    Futures(10, mode='isolated', tiers=((0, 0.004), (50000, 0.005)))
    """

    leverage: float = 1
    mode: str = "cross"
    tiers: Brackets | Mapping[str, Brackets] = HALF_A_PERCENT
    bonds: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    liquidation_bps: float = 0.0

    def __post_init__(self) -> None:
        require("leverage", self.leverage, above=0, most=1_000)
        if self.mode not in MODES:
            raise InputError(
                f"margin of futures is not {self.mode!r}", expected=" or ".join(MODES), found=repr(self.mode)
            )
        if not isinstance(self.bonds, Mapping):
            raise InputError(
                "bonds of futures cannot be used", expected="a mapping by instrument id", found=repr(self.bonds)
            )
        if isinstance(self.tiers, Mapping):
            object.__setattr__(self, "tiers", {name: _brackets(one) for name, one in self.tiers.items()})
        else:
            object.__setattr__(self, "tiers", _brackets(self.tiers))
        for brackets in self.tiers.values() if isinstance(self.tiers, Mapping) else (self.tiers,):
            if brackets[0][1] * self.leverage >= 1:
                raise InputError(
                    f"leverage {self.leverage:g} leaves no room above the maintenance margin",
                    expected=f"less than {1 / brackets[0][1]:g}, for a first tier of {brackets[0][1]:g}",
                    found=f"{self.leverage:g}",
                )
        object.__setattr__(self, "bonds", {name: _bond(name, one) for name, one in self.bonds.items()})
        liquidation_rate(self.liquidation_bps)

    def terms(self) -> MarginTerms:
        """The mode in numbers; tiers and bonds are asked for by instrument."""
        return MarginTerms(
            MODES[self.mode], initial=1 / self.leverage, liquidation=liquidation_rate(self.liquidation_bps)
        )

    def tiers_of(self, instrument: str) -> tuple[Tier, ...]:
        """The lines of an instrument; none for one with a bond. InputError where none are told."""
        if instrument in self.bonds:
            return ()
        brackets = self.tiers.get(instrument) if isinstance(self.tiers, Mapping) else self.tiers
        if brackets is None:
            raise InputError(
                f"no maintenance margin is told for {instrument}",
                expected="tiers of every instrument of the run, or a bond",
                found=", ".join(self.tiers) if isinstance(self.tiers, Mapping) else "",
            )
        return tiers_of(brackets)

    def bond_of(self, instrument: str) -> Bond:
        """The bond of an instrument; zeros for one with tiers."""
        return Bond(*self.bonds.get(instrument, (0.0, 0.0)))

    def told(self) -> tuple[str, ...]:
        """The instruments that are named."""
        return (*(self.tiers if isinstance(self.tiers, Mapping) else ()), *self.bonds)

    def __repr__(self) -> str:
        named: dict[str, tuple[object, object]] = {
            "mode": (self.mode, "cross"),
            "tiers": (self.tiers, HALF_A_PERCENT),
            "bonds": (self.bonds, {}),
            "liquidation_bps": (self.liquidation_bps, 0.0),
        }
        return expression("Futures", given=(self.leverage,), named=named)


def _brackets(given: object) -> tuple[tuple[float, float], ...]:
    """Brackets as tuples; InputError unless floors begin at 0 and rise, and rates rise between 0 and 1."""
    listed = given if isinstance(given, Sequence) else ()
    pairs = tuple(tuple(one) if isinstance(one, Sequence) else one for one in listed)
    numbers = all(
        isinstance(one, tuple)
        and len(one) == 2
        and all(isinstance(part, int | float) and not isinstance(part, bool) for part in one)
        for one in pairs
    )
    is_rising = numbers and all(
        below[0] < above[0] < float("inf") and below[1] <= above[1] for below, above in pairwise(pairs)
    )
    if not pairs or not is_rising or pairs[0][0] != 0 or not pairs[0][1] > 0 or not pairs[-1][1] < 1:
        raise InputError(
            "maintenance tiers cannot be used",
            expected="(floor, rate) from a floor of 0 on, floors and rates rising, rates above 0 and below 1",
            found=repr(given),
        )
    return pairs


def _bond(name: str, given: object) -> tuple[float, float]:
    if (
        isinstance(given, Sequence)
        and len(given) == 2
        and all(isinstance(one, int | float) and not isinstance(one, bool) for one in given)
    ):
        initial, maintenance = given
        if 0 < maintenance <= initial < float("inf"):
            return initial, maintenance
    raise InputError(
        f"the bond of {name} cannot be used",
        expected="(initial, maintenance) in money a contract, the initial one not smaller",
        found=repr(given),
    )
