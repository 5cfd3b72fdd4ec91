"""A strategy of the compiled dialect that does a little of everything, at random but always the same."""

import math
from typing import Any

from tradewright.trading.strategies.compiled import CompiledStrategy, state
from tradewright.trading.strategies.parameters import parameter

SPREAD = 0.25


def on_grid(price: float, step: float) -> float:
    """The price on the grid below."""
    return math.floor(price / step) * step


class Gambler(CompiledStrategy):
    """Orders of every kind at random prices, cancels, changes, and sums of all it saw."""

    seed: int = parameter(1, low=1, high=10_000)
    eagerness: float = parameter(0.6)
    is_shy: bool = parameter(False)
    luck: int = state(0)
    seen: int = state(0)
    heard: int = state(0)
    average: float = state(0.0)
    paid: float = state(0.0)
    recent: list[float] = state(0.0, length=7)
    orders: list[int] = state(0, length=5)

    def drawn(self) -> float:
        """A number from 0 to 1."""
        if self.luck == 0:
            self.luck = self.seed
        self.luck = (self.luck * 16807) % 2147483647
        return self.luck / 2147483647

    def least(self, places: int) -> float:
        """The least of the last few prices."""
        found = self.recent[0]
        for k in range(places):
            if self.recent[-1 - k] < found:
                found = self.recent[-1 - k]
        return found

    def on_tick(self, desk: Any, tick: Any) -> None:
        """Perhaps an order, perhaps a cancel, perhaps a change."""
        self.seen += 1
        if tick.kind == 0:
            self.recent[self.seen % len(self.recent)] = tick.price
            self.average += 0.1 * (tick.price - self.average)
        mark = desk.mark(tick.instrument)
        if mark <= 0 or self.drawn() > self.eagerness:
            return
        choice = int(self.drawn() * 9)
        quantity = 1.0 + int(self.drawn() * 12)
        price = on_grid(mark * (1 + 0.004 * (self.drawn() - 0.5)), SPREAD)
        place = self.seen % 5
        if choice == 0:
            self.orders[place] = desk.buy(quantity, instrument=tick.instrument)
        elif choice == 1:
            self.orders[place] = desk.sell(quantity, instrument=tick.instrument, reduce_only=self.is_shy)
        elif choice == 2:
            self.orders[place] = desk.buy(quantity, limit=price, instrument=tick.instrument, post_only=True)
        elif choice == 3:
            self.orders[place] = desk.sell(quantity, limit=price, instrument=tick.instrument)
        elif choice == 4:
            self.orders[place] = desk.buy(quantity, limit=price, instrument=tick.instrument, force=3)
        elif choice == 5:
            self.orders[place] = desk.sell(quantity, limit=price, instrument=tick.instrument, force=4)
        elif choice == 6 and not self.is_shy:
            desk.replace(self.orders[place], quantity=quantity, limit=price)
        elif self.least(3) >= 0 and desk.orders() > 3:
            k = 0
            while k < 5:
                desk.cancel(self.orders[k])
                k += 1
        self.paid += abs(desk.position(tick.instrument)) * 0.001 + desk.cash() * 1e-9 + desk.equity() * 1e-9

    def on_fill(self, desk: Any, fill: Any) -> None:
        """Count, and close a part of it now and then."""
        self.heard += 1
        self.paid += fill.quantity * fill.price + fill.remaining + min(desk.now() % 1000, 5)
        if fill.remaining == 0 and self.drawn() < 0.1 and desk.orders() < 100:
            if fill.quantity > 0:
                desk.sell(fill.quantity, limit=fill.price + SPREAD, instrument=fill.instrument)
            else:
                desk.buy(-fill.quantity, limit=max(fill.price - SPREAD, SPREAD), instrument=fill.instrument)
