"""What trading costs, as objects that add and scale: `PerShare(0.005, minimum=1) + Spread(bps=2)`."""

from tradewright.domain.costs.algebra import Commission, Cost, Costs, PerOrder, PerShare, Slippage, Spread
from tradewright.domain.costs.impact import SquareRootImpact, VolumeShareSlippage
from tradewright.domain.costs.rates import MakerTaker, Tiers
from tradewright.domain.costs.rows import FeeRow, ImpactRow, RateRow

__all__ = [
    "Commission",
    "Cost",
    "Costs",
    "FeeRow",
    "ImpactRow",
    "MakerTaker",
    "PerOrder",
    "PerShare",
    "RateRow",
    "Slippage",
    "Spread",
    "SquareRootImpact",
    "Tiers",
    "VolumeShareSlippage",
]
