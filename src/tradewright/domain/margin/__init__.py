"""How an account may borrow and be short, as values whose `repr` is the expression: `Futures(10, mode='isolated')`."""

from tradewright.domain.margin.futures import Bond, Futures, Tier
from tradewright.domain.margin.modes import CashAccount, Leverage, Margin, MarginTerms, PortfolioFactor, RegT

__all__ = [
    "Bond",
    "CashAccount",
    "Futures",
    "Leverage",
    "Margin",
    "MarginTerms",
    "PortfolioFactor",
    "RegT",
    "Tier",
]
