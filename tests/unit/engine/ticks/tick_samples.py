"""Small streams of ticks, a strategy that follows a script, and runs of either speed, shared by the tests of ticks."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np

from tradewright.domain.matching.tick_layout import CLEAR, LEVEL, QUOTE, TRADE
from tradewright.engine.assumptions import Assumptions
from tradewright.engine.kernel.tick_run import TickMarket, run_ticks
from tradewright.engine.run import ENDINGS, Run
from tradewright.engine.tick_assumptions import TickAssumptions
from tradewright.trading.strategies.compiled import CompiledStrategy
from tradewright.trading.ticks import Ticks, checked

START = 1_600_000_000_000_000_000
"""2020-09-13, 12:26:40 UTC."""
BUYER, SELLER, UNKNOWN = 1, -1, 0
BIDS, ASKS = 1, -1
Event = tuple[Any, ...]
Script = Mapping[int, Callable[[Any], Any]]


def trade(at: int, price: float, quantity: float, side: int = UNKNOWN, instrument: int = 0) -> Event:
    """A public print `at` nanoseconds after the start."""
    return (at, TRADE, instrument, price, quantity, side, 0.0, 0.0)


def quote(at: int, bid: float, bid_quantity: float, ask: float, ask_quantity: float, instrument: int = 0) -> Event:
    """New best prices."""
    return (at, QUOTE, instrument, bid, bid_quantity, 0, ask, ask_quantity)


def level(at: int, side: int, price: float, quantity: float, instrument: int = 0) -> Event:
    """What a book shows at a price now."""
    return (at, LEVEL, instrument, price, quantity, side, 0.0, 0.0)


def clear(at: int, side: int = 0, instrument: int = 0) -> Event:
    """A side of the book is gone; 0: both."""
    return (at, CLEAR, instrument, 0.0, 0.0, side, 0.0, 0.0)


def stream(*events: Event, instruments: tuple[str, ...] = ("AAA.SIM",)) -> Ticks:
    """The events as columns, checked."""
    columns = list(zip(*events, strict=True))
    numbers = [np.array(column, np.float64) for column in columns]
    codes = [np.array(columns[k], np.int8) for k in (1, 2, 5)]
    time = START + np.array(columns[0], np.int64)
    return checked(
        Ticks(instruments, time, codes[0], codes[1], numbers[3], numbers[4], codes[2], numbers[6], numbers[7])
    )


class Scripted(CompiledStrategy):
    """Does at each event, by its number, what the script says, and remembers what it saw."""

    script: ClassVar[Script] = {}
    calls: int
    heard: list[tuple[Any, ...]]
    said: list[Any]

    def on_tick(self, desk: Any, tick: Any) -> None:
        """Follow the script."""
        if "heard" not in vars(self):
            self.calls, self.heard, self.said = 0, [], []
        act = self.script.get(self.calls)
        self.calls += 1
        if act is not None:
            self.said.append(act(desk))

    def on_fill(self, desk: Any, fill: Any) -> None:
        """Write down what was heard, and when."""
        self.heard.append((fill.order, fill.quantity, fill.price, fill.remaining, fill.time - START))


def follow(script: Script, *events: Event, cash: float = 1e6, lot: float = 1.0, **given: Any) -> tuple[Run, Scripted]:
    """Run the script over the events as plain Python; latencies and the queue's assumptions are given by name."""
    terms = {name: given.pop(name) for name in TickAssumptions.__slots__ if name in given}
    strategy = Scripted()
    strategy.script = script  # type: ignore[misc]
    ticks = stream(*events, instruments=given.pop("instruments", ("AAA.SIM",)))
    market = TickMarket(ticks, Assumptions(cash=cash, lot=lot, **given), TickAssumptions(**terms))
    return run_ticks(strategy, market, is_compiled=False), strategy


def told(run: Run) -> list[tuple[int, float, float]]:
    """Fills as (order, signed quantity, price)."""
    fills = run.fills
    return [
        (int(order), float(quantity), float(price))
        for order, quantity, price in zip(fills.order, fills.quantity, fills.price, strict=True)
    ]


def told_moments(run: Run) -> list[int]:
    """When each fill happened, nanoseconds after the start."""
    assert run.fill_times is not None
    return [int(moment) - START for moment in run.fill_times]


def told_endings(run: Run) -> list[tuple[int, str, float]]:
    """Endings as (order, reason, what was left)."""
    ends = run.endings
    return [
        (int(order), ENDINGS[int(reason)], float(left))
        for order, reason, left in zip(ends.order, ends.reason, ends.remaining, strict=True)
    ]
