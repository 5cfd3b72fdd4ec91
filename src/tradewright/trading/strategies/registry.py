"""The built-in strategies by id."""

import difflib
from collections.abc import Mapping
from types import MappingProxyType

from tradewright.domain.errors import NotFound
from tradewright.trading.strategies.breakout import Breakout
from tradewright.trading.strategies.mean_reversion import MeanReversion
from tradewright.trading.strategies.momentum_rotation import MomentumRotation
from tradewright.trading.strategies.moving_average import MovingAverage
from tradewright.trading.strategies.pairs import Pairs
from tradewright.trading.strategies.range_trading import RangeTrading
from tradewright.trading.strategies.strategy import Strategy
from tradewright.trading.strategies.trend_following import TrendFollowing

REGISTRY: Mapping[str, type[Strategy]] = MappingProxyType(
    {
        "moving_average": MovingAverage,
        "trend_following": TrendFollowing,
        "mean_reversion": MeanReversion,
        "breakout": Breakout,
        "momentum_rotation": MomentumRotation,
        "range_trading": RangeTrading,
        "pairs": Pairs,
    }
)


def find_strategy(name: str) -> type[Strategy]:
    """The built-in strategy of that id; an unknown one is NotFound with near matches."""
    if name in REGISTRY:
        return REGISTRY[name]
    near = difflib.get_close_matches(name, REGISTRY, n=1)
    raise NotFound(
        f"strategy {name} is not known",
        expected="one of " + ", ".join(REGISTRY) + ", or a file as my_strategy.py",
        found=name,
        remedy=f"did you mean {near[0]}?" if near else "see: tradewright strategy list",
    )


def id_of(strategy: type[Strategy]) -> str:
    """The id of a built-in strategy, or the class's name."""
    return next((name for name, known in REGISTRY.items() if known is strategy), strategy.__name__)
