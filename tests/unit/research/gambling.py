"""A strategy of events that asks for random things, and for the same ones whatever the gate says of its orders.

In a backtest a refused order has no number, in a session the strategy learns of the refusal with the next slice: a
strategy that looks at that is another one in the two. This one keeps numbers of its own.
"""

from typing import Any

from tests.unit.engine.engine_samples import Gambler, row_of
from tests.unit.engine.limit_samples import WARM

from tradewright.trading.strategies.strategy import Strategy


class Numbering:
    """A context that numbers orders itself, from 1, refused or not."""

    def __init__(self, context: Any, real: list[int]) -> None:
        self._context, self._real = context, real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)

    def buy(self, quantity: float, **terms: Any) -> int:
        self._real.append(self._context.buy(quantity, **terms))
        return len(self._real)

    def sell(self, quantity: float, **terms: Any) -> int:
        self._real.append(self._context.sell(quantity, **terms))
        return len(self._real)

    def cancel(self, order: int) -> None:
        self._context.cancel(self._real[order - 1])


class CalmGambler(Strategy):
    """The gambler of the engine's laws, once a bad day is known."""

    def __init__(self, seed: int, often: float = 0.3, *, is_plain: bool = False) -> None:
        super().__init__()
        self._gambler = Gambler(seed, often, is_plain=is_plain)
        self._real: list[int] = []

    def on_bar(self, context: Any, bar: Any) -> None:
        if row_of(context.time) >= WARM:
            self._gambler.on_bar(Numbering(context, self._real), bar)

    def on_fill(self, context: Any, fill: Any) -> None:
        self._gambler.on_fill(Numbering(context, self._real), fill)
