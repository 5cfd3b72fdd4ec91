"""Plain Python over ticks in which nothing can happen but the call of a strategy: no record is read that says so again.

The loop over ticks (`kernel/tick_loop.py`) goes on from any event. Of a stream of one instrument's trades, this file
finds the stretch up to the next event that can meet an order or at which something is due, and calls the strategy for
it; the loop then takes that event. What is called, with what, and in which order, is the same.
"""

from typing import Any

import numpy as np

from tradewright.domain.matching.tick_layout import TRADE, Feed, Floor
from tradewright.engine.kernel.handlers import PlainView
from tradewright.trading.ticks import Ticks

STRETCH = 8_192
"""Events that are looked at together."""


def is_plain_trading(ticks: Ticks) -> bool:
    """True for trades of one instrument and nothing else."""
    return len(ticks.instruments) == 1 and not ticks.kind.any()


class QuietTrades:
    """The stretches of one run; `call` is the strategy's own on_tick."""

    def __init__(self, ticks: Ticks, floor: Floor, *, call: Any, desk: Any) -> None:
        self._ticks = ticks
        self.floor = floor
        self._call = call
        self._desk = desk
        self._view = PlainView()

    def pass_by(self) -> None:
        """Call the strategy for every event up to the next one that needs the loop; the clock then stands at that."""
        floor, ticks = self.floor, self._ticks
        clock, market = floor.desk.clock[0], floor.desk.market[0]
        while clock.event < len(ticks):
            stop = self._next_eventful(clock, market)
            if stop == clock.event:
                return
            if not self._walk(clock, market, stop):
                return

    def _next_eventful(self, clock: Any, market: Any) -> int:
        first = int(clock.event)
        last = min(first + STRETCH, len(self._ticks))
        last = first + int(np.searchsorted(self._ticks.time[first:last], clock.due))
        if self.floor.venue.book.ledger[0].live > 0:
            price = self._ticks.price[first:last]
            met = (price <= market.buy_reach) | (price >= market.sell_reach)
            if met.any():
                last = first + int(np.argmax(met))
        return first if clock.watches == 1 else last

    def _walk(self, clock: Any, market: Any, stop: int) -> bool:
        """Events up to `stop`; False when the strategy has asked for something, which the loop must see to."""
        ticks, call, desk, view = self._ticks, self._call, self._desk, self._view
        first, sent = clock.event, clock.sent
        view.kind, view.instrument, view.ask, view.ask_quantity, view.side = TRADE, 0, 0.0, 0.0, 0
        sides = ticks.side[first:stop].tolist() if len(ticks.side) else [0] * (stop - first)
        row = first
        for moment, price, quantity, side in zip(
            ticks.time[first:stop].tolist(),
            ticks.price[first:stop].tolist(),
            ticks.quantity[first:stop].tolist(),
            sides,
            strict=True,
        ):
            clock.now = view.time = moment
            market.last = market.mark = view.price = price
            view.quantity = quantity
            view.side = side
            clock.event = row
            call(desk, view)
            row += 1
            if clock.sent != sent:
                clock.event = row
                return False
        clock.event = row
        return True


def walked_quietly(walk: Any, quiet: QuietTrades, *, floor: Floor, feed: Feed, rest: tuple[Any, ...]) -> int:
    """The whole feed: a quiet stretch, then the loop for one event, and so on; returns why it stopped."""
    clock = floor.desk.clock[0]
    count = len(feed.time)
    while clock.event < count:
        quiet.pass_by()
        why = int(walk(floor, feed, *rest, min(clock.event + 1, count)))
        if why:
            return why
    return int(walk(floor, feed, *rest, count))
