"""Routes of strategies: the built-in ones, and what one takes."""

from typing import Final

from tradewright.application.strategies.messages import KnownStrategies, StrategyDetails
from tradewright.application.strategies.views import StrategyView
from tradewright.interfaces.api.asks import Ask, Example
from tradewright.interfaces.api.routers.kinds import STRATEGY

GROUP: Final = "strategy"

ASKS: Final = (
    Ask(
        method="GET", path="/strategies", message=KnownStrategies, answer=tuple[StrategyView, ...], group=GROUP,
        summary="List the strategies that come with Tradewright",
    ),
    Ask(  # an id alone: a path would run what lies there
        method="GET", path="/strategies/{id}", names={"id": "strategy"}, message=StrategyDetails, answer=StrategyView,
        group=GROUP, summary="Show what a strategy takes", kinds={"strategy": STRATEGY},
        example=Example(path={"id": "moving_average"}),
    ),
)  # fmt: skip
