"""Market impact: an order that takes liquidity moves the price against itself, the more the larger it is."""

from dataclasses import dataclass

from tradewright.domain.arithmetic.impact import SQUARE_ROOT, VOLUME_SHARE
from tradewright.domain.costs.algebra import Cost, check_amounts
from tradewright.domain.costs.rows import FeeRow, ImpactRow

MOST_BARS = 10_000
"""The longest window: every fill looks at all of its bars."""


@dataclass(frozen=True, slots=True)
class VolumeShareSlippage(Cost):
    """The price moves by `impact` times the square of the share of the bar's volume; no order takes more than `limit`.

    The rule of zipline (`VolumeShareSlippage`), where 0.1 and 0.025 are the usual values.

    >>> VolumeShareSlippage(impact=0.1, limit=0.025).impacts()[0].limit
    0.025
    """

    impact: float
    limit: float

    def __post_init__(self) -> None:
        check_amounts(impact=self.impact, limit=self.limit)
        if not 0 < self.limit <= 1:
            raise ValueError(f"limit is a part of a bar's volume, above 0 and at most 1, found {self.limit!r}")

    def rows(self) -> tuple[FeeRow, ...]:
        """No fee."""
        return ()

    def impacts(self) -> tuple[ImpactRow, ...]:
        """One move."""
        return (ImpactRow(VOLUME_SHARE, self.impact, limit=self.limit),)

    def scaled(self, factor: float) -> Cost:
        """The impact, `factor` times; the limit stays."""
        return VolumeShareSlippage(self.impact * factor, self.limit)

    def __repr__(self) -> str:
        return f"VolumeShareSlippage(impact={self.impact!r}, limit={self.limit!r})"


@dataclass(frozen=True, slots=True)
class SquareRootImpact(Cost):
    """The price moves by coefficient x volatility x square root of (quantity / volume).

    Volatility (of the simple returns from close to close, a sample's deviation) and mean volume are those of the last
    `window` bars that closed before the bar of the fill. The law is that of Torre (1997, BARRA Market Impact Model
    Handbook) and, measured on 500,000 orders, of Toth et al. (2011, Physical Review X 1, 021006, eq. 1): the
    coefficient is of the order of 1.

    >>> SquareRootImpact(0.8, window=20)
    SquareRootImpact(0.8, window=20)
    """

    coefficient: float
    window: int

    def __post_init__(self) -> None:
        check_amounts(coefficient=self.coefficient)
        if type(self.window) is not int or not 2 <= self.window <= MOST_BARS:
            raise ValueError(f"window is a whole number of bars from 2 to {MOST_BARS}, found {self.window!r}")

    def rows(self) -> tuple[FeeRow, ...]:
        """No fee."""
        return ()

    def impacts(self) -> tuple[ImpactRow, ...]:
        """One move."""
        return (ImpactRow(SQUARE_ROOT, self.coefficient, window=self.window),)

    def scaled(self, factor: float) -> Cost:
        """The coefficient, `factor` times."""
        return SquareRootImpact(self.coefficient * factor, self.window)

    def __repr__(self) -> str:
        return f"SquareRootImpact({self.coefficient!r}, window={self.window!r})"
