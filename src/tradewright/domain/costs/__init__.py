"""What trading costs, as objects that add and scale: `PerShare(0.005, minimum=1) + Spread(bps=2)`."""

from tradewright.domain.costs.algebra import Commission, Cost, Costs, FeeRow, PerOrder, PerShare, Slippage, Spread

__all__ = ["Commission", "Cost", "Costs", "FeeRow", "PerOrder", "PerShare", "Slippage", "Spread"]
