"""A backtest session: history row by row, the broker first, then the strategy, then the broker's close.

A plain synchronous loop (idea 2): no event object, no bar object and no event-loop turn for a row that nobody acts on.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradewright.domain.errors import TradewrightError
from tradewright.engine.market import MarketColumns
from tradewright.engine.program import Wishes, require_bars, strategy_error
from tradewright.engine.runtime.context import RunContext
from tradewright.engine.runtime.decide import Planning, Wanted, decide
from tradewright.engine.runtime.desk import Desk
from tradewright.engine.runtime.sight import SeenBar, SeenColumns, SeenFill
from tradewright.trading.strategies.strategy import Strategy


def run_wishes(desk: Desk, wishes: Wishes, *, planning: Planning) -> None:
    """Walk through history with what a column strategy wants."""
    rows, width = wishes.weight.shape
    broker, state = desk.broker, desk.state
    speaks = _speaking_rows(wishes, planning)
    wake = 0
    for row in range(rows):
        desk.row = row
        if row >= wake and broker.is_due(row):
            broker.advance(row)
            if broker.has_news():
                desk.take_reports()
        if not state.is_over and speaks[row]:
            desk.carry_out(decide(state, row, wanted=_wanted(desk, wishes, row, width), planning=planning))
        if row >= wake or desk.has_sent or row == rows - 1:
            desk.has_sent = False
            state.is_over = broker.close(row, is_last=row == rows - 1) or state.is_over
            if broker.has_news():
                desk.take_reports()
            wake = broker.rests_until(row)


def _speaking_rows(wishes: Wishes, planning: Planning) -> list[bool]:
    """Rows in which anything is said at all; with a drift band every row counts."""
    said = np.asarray(~np.isnan(wishes.weight).all(axis=1))
    for prices in (wishes.loss, wishes.gain):
        if len(prices):
            said |= ~np.isnan(prices).all(axis=1)
    spoken: list[bool] = said.tolist()
    return [True] * len(spoken) if planning.band > 0 else spoken


def _wanted(desk: Desk, wishes: Wishes, row: int, width: int) -> list[Wanted]:
    numbers = desk.state.numbers
    weights = wishes.weight[row].tolist()
    losses = wishes.loss[row].tolist() if len(wishes.loss) else [0.0] * width
    gains = wishes.gain[row].tolist() if len(wishes.gain) else [0.0] * width
    wanted = [
        Wanted(
            i,
            weights[i],
            numbers.of(losses[i]) if losses[i] > 0 else numbers.zero,
            numbers.of(gains[i]) if gains[i] > 0 else numbers.zero,
        )
        for i in range(width)
    ]
    if not wishes.decided:
        return wanted
    return [
        one if size is None else one._replace(size=size, units=float(wishes.units[row, one.instrument]))
        for one in wanted
        for size in (wishes.decided.get((row, one.instrument)),)
    ]


class EventSession:
    """Walks through history with an event strategy."""

    __slots__ = ("_columns", "_context", "_desk", "_has", "_market", "_rows", "_strategy", "_told")

    def __init__(self, strategy: Strategy, desk: Desk, market: MarketColumns, context: RunContext) -> None:
        seen = market.seen
        require_bars(strategy, seen)
        self._strategy = strategy
        self._desk = desk
        self._market = market
        self._context = context
        self._rows = len(seen)
        self._told = 0
        self._columns = SeenColumns(
            seen.instruments,
            seen.time,
            [_view(column) for column in (seen.opens, seen.highs, seen.lows, seen.closes, seen.volumes)],
        )
        missing = np.isnan(seen.closes)
        self._has = (~missing).tolist() if missing.any() else None

    def run(self) -> None:
        """All rows; what the strategy raises becomes a StrategyError with the line of its file."""
        method = "on_start"
        try:
            self._strategy.on_start(self._context)
            method = "on_bar"
            self._walk()
            method = "on_end"
            self._strategy.on_end(self._context)
        except TradewrightError:
            raise
        except Exception as raised:
            raise strategy_error(self._strategy, method, raised=raised) from raised

    def _walk(self) -> None:
        desk, context, columns, on_bar = self._desk, self._context, self._columns, self._strategy.on_bar
        state, last, wake = desk.state, self._rows - 1, 0
        is_plain = columns.width == 1 and self._has is None and not context.has_feeds
        for row in range(self._rows):
            desk.row = context.row = row
            if row >= wake:
                self._open(row)
            if not state.is_over:
                if is_plain:
                    on_bar(context, SeenBar(columns, row))
                else:
                    self._slice(row)
            if row >= wake or desk.has_sent or row == last:
                wake = self._close(row, is_last=row == last)
        state.is_over = True
        self._tell()

    def _open(self, row: int) -> None:
        """What the row's open and range bring, told to the strategy before the bar."""
        desk, broker = self._desk, self._desk.broker
        if broker.is_due(row):
            broker.advance(row)
            if broker.has_news():
                desk.take_reports()
        if len(desk.fills) > self._told:
            self._tell()

    def _slice(self, row: int) -> None:
        """All bars of one moment, in the order of the instruments."""
        context, columns, has = self._context, self._columns, self._has
        feeds, at = context.has_feeds, row * columns.width
        for column in range(columns.width):
            if has is not None and not has[row][column]:
                continue
            context.column = column
            bar = SeenBar(columns, at + column)
            if feeds:
                context.feed(bar)
            self._strategy.on_bar(context, bar)

    def _close(self, row: int, *, is_last: bool) -> int:
        """What the row's close brings; returns the next row in which there is something to do or to tell."""
        desk, broker = self._desk, self._desk.broker
        desk.has_sent = False
        if broker.close(row, is_last=is_last):
            desk.state.is_over = True
        if broker.has_news():
            desk.take_reports()
        return row + 1 if len(desk.fills) > self._told else broker.rests_until(row)

    def _tell(self) -> None:
        """Tell the strategy of its fills before the bar; a fill at a close is told with the next bar, if any comes."""
        desk = self._desk
        untold = desk.fills[self._told :]
        self._told = len(desk.fills)
        if type(self._strategy).on_fill is Strategy.on_fill:
            return
        for fill in untold:
            self._context.column = fill.instrument
            factor = self._market.factor
            scale = 1.0 if factor is None else float(factor[fill.row, fill.instrument])
            name = self._market.bars.instruments[fill.instrument]
            self._strategy.on_fill(self._context, SeenFill(fill, name, float(fill.price) / scale))


def _view(matrix: NDArray[np.float64]) -> Any:
    return np.ascontiguousarray(matrix).reshape(-1).data
