"""Rates that depend on more than the fill: on who waited for whom, and on what was traded in the month before."""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

from tradewright.domain.arithmetic.costs import PER_NOTIONAL
from tradewright.domain.costs.algebra import MADE, TOOK, Cost, check_amounts
from tradewright.domain.costs.rows import FeeRow, RateRow

BY = ("notional", "quantity")
"""What a month's trading is counted in."""


@dataclass(frozen=True, slots=True)
class MakerTaker(Cost):
    """A share of the notional that differs for a limit order that rested in the book (maker) and for all else (taker).

    A negative maker rate is a rebate: money that the venue pays. Estimates (`fee`) are those of a taker.

    >>> MakerTaker(maker_bps=-1, taker_bps=5).fee(100, 50.0)
    2.5
    """

    maker_bps: float
    taker_bps: float

    def __post_init__(self) -> None:
        check_amounts(taker_bps=self.taker_bps)
        bps = self.maker_bps
        if isinstance(bps, bool) or not isinstance(bps, int | float) or not math.isfinite(bps):
            raise ValueError(f"maker_bps is a finite number, found {bps!r}")
        if not -self.taker_bps <= bps:
            raise ValueError(f"maker_bps is at least -taker_bps: no venue pays more than it takes, found {bps!r}")

    def rows(self) -> tuple[FeeRow, ...]:
        """None that every fill pays."""
        return ()

    def rates(self) -> tuple[RateRow, ...]:
        """One for each side."""
        maker, taker = (FeeRow(PER_NOTIONAL, bps / 10_000) for bps in (self.maker_bps, self.taker_bps))
        return RateRow(maker, MADE), RateRow(taker, TOOK)

    def scaled(self, factor: float) -> Cost:
        """Both rates, `factor` times."""
        return MakerTaker(self.maker_bps * factor, self.taker_bps * factor)


@dataclass(frozen=True, slots=True, init=False)
class Tiers(Cost):
    """Fees that change with what was traded in the calendar month so far: pairs of a bound and the fees from it on.

    A fill is charged at the tier that the fills before it have reached. Bounds rise from 0 and are notional in the
    account's currency, or quantity (`by`). Estimates (`fee`) are those of the first tier.

    >>> Tiers((0, MakerTaker(2, 5)), (1_000_000, MakerTaker(1, 4))).fee(100, 50.0)
    2.5
    """

    steps: tuple[tuple[float, Cost], ...]
    by: str

    def __init__(self, *steps: tuple[float, Cost], by: str = "notional") -> None:
        if by not in BY:
            raise ValueError(f"tiers are by one of {', '.join(BY)}, found {by!r}")
        if not steps or any(not isinstance(step, tuple) or len(step) != 2 for step in steps):
            raise ValueError(
                "tiers are pairs of a bound and a cost, as (0, Commission(bps=5)), (1e6, Commission(bps=4))"
            )
        bounds = [bound for bound, _ in steps]
        check_amounts(**{f"bound {number} of the tiers": bound for number, bound in enumerate(bounds, 1)})
        if bounds[0] != 0 or any(one >= two for one, two in itertools.pairwise(bounds)):
            raise ValueError(f"the bounds of tiers rise from 0, found {', '.join(repr(bound) for bound in bounds)}")
        for _, cost in steps:
            _require_fees(cost)
        object.__setattr__(self, "steps", steps)
        object.__setattr__(self, "by", by)

    def rows(self) -> tuple[FeeRow, ...]:
        """None that every fill pays."""
        return ()

    def rates(self) -> tuple[RateRow, ...]:
        """Those of each tier, within its bounds."""
        return tuple(self._rates())

    def _rates(self) -> Iterator[RateRow]:
        ends = [*(float(bound) for bound, _ in self.steps[1:]), 0.0]
        for (above, cost), below in zip(self.steps, ends, strict=True):
            plain = tuple(RateRow(row) for row in cost.rows() or ())
            for row in (*plain, *cost.rates()):
                yield row._replace(above=float(above), below=below, measure=BY.index(self.by))

    def scaled(self, factor: float) -> Cost:
        """The fees of every tier, `factor` times; the bounds stay."""
        return Tiers(*((bound, cost.scaled(factor)) for bound, cost in self.steps), by=self.by)

    def __repr__(self) -> str:
        by = "" if self.by == "notional" else f", by={self.by!r}"
        return f"Tiers({', '.join(repr(step) for step in self.steps)}{by})"


def _require_fees(cost: object) -> None:
    if not isinstance(cost, Cost):
        raise ValueError(f"a tier is a bound and a cost, found {cost!r}")
    if cost.rows() is None or cost.slip() or cost.impacts() or any(row.above or row.below for row in cost.rates()):
        raise ValueError(
            f"a tier is of fees (Commission, PerShare, PerOrder, MakerTaker and their sums), found {cost!r}"
        )
