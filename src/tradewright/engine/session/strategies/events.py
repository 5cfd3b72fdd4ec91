"""A strategy of events in a trading session: fills since the last slice, then the slice's bars, as in a backtest.

It gets the very context of the backtest, over a mirror of the account and a desk that takes wishes down.
"""

from collections.abc import Mapping
from typing import Final, cast

from tradewright.domain.errors import DataError, TradewrightError
from tradewright.domain.matching.layout import FINAL, LIQUIDATION, PLAIN, STOP_LOSS, TAKE_PROFIT, TARGET
from tradewright.engine.market import MarketColumns
from tradewright.engine.program import strategy_error
from tradewright.engine.runtime.context import RunContext
from tradewright.engine.runtime.decide import Planning
from tradewright.engine.runtime.sight import SeenBar, SeenFill
from tradewright.engine.session.strategies.desk import WishDesk
from tradewright.engine.session.strategies.history import GrowingMarket
from tradewright.engine.session.strategies.mirror import MirrorState
from tradewright.engine.sizes import Sizes
from tradewright.ports.historical import Filled
from tradewright.ports.hosts import Shown, ShownFill, StrategyTerms, Wish
from tradewright.trading.sizing.allocation import Allocation
from tradewright.trading.strategies.strategy import Strategy

ROLES: Final[Mapping[str, int]] = {
    "plain": PLAIN,
    "target": TARGET,
    "stop_loss": STOP_LOSS,
    "take_profit": TAKE_PROFIT,
    "liquidation": LIQUIDATION,
    "flatten": LIQUIDATION,
    "end": FINAL,
}
"""What a fill was for; a position that risk or a person closed is told as a liquidation."""


class EventSpeaker:
    """Calls the handlers; `on_start` with the first slice, because before it there is neither time nor account."""

    def __init__(
        self,
        strategy: Strategy,
        market: GrowingMarket,
        *,
        terms: StrategyTerms,
        allocation: Allocation,
        sizes: Sizes | None,
    ) -> None:
        self._strategy = strategy
        self._market = market
        self._columns = {name: number for number, name in enumerate(terms.instruments)}
        self._state = MirrorState(terms, market)
        self._desk = WishDesk(self._state, terms.instruments)
        self._context = RunContext(
            self._desk,
            cast(MarketColumns, market),  # the growing market has everything that a context reads
            Planning(is_restated=0, band=0.0, sizes_at_fill=False),
            allocation.slots(terms.instruments).tolist(),
            sizes=sizes,
        )
        self._row_of: dict[int, int] = {}
        """Row of each slice shown."""

    def show(self, shown: Shown) -> tuple[Wish, ...]:
        """The wishes after a slice that the market has taken already."""
        row = len(self._market) - 1
        self._row_of[shown.slice.number] = row
        self._state.show(shown)
        method = "on_start"
        try:
            if row == 0:
                self._strategy.on_start(self._context)
            self._desk.row = self._context.row = row
            self._desk.first_row = row + 1 if shown.slice.is_warm_up else 0
            method = "on_fill"
            self._tell(shown)
            method = "on_bar"
            self._slice(row)
        except TradewrightError:
            raise
        except Exception as raised:
            raise strategy_error(self._strategy, method, raised=raised) from raised
        return self._desk.wishes()

    def end(self) -> None:
        """No more bars; what the strategy asks for now goes nowhere."""
        if not len(self._market):
            return
        self._state.is_over = True
        try:
            self._strategy.on_end(self._context)
        except TradewrightError:
            raise
        except Exception as raised:
            raise strategy_error(self._strategy, "on_end", raised=raised) from raised

    def _tell(self, shown: Shown) -> None:
        for fill in shown.fills:
            if fill.instrument not in self._columns or fill.role not in ROLES:
                raise DataError(
                    f"a fill is shown that is none of the strategy's ({fill.role} in {fill.instrument})",
                    expected=f"{', '.join(ROLES)} in {', '.join(self._columns)}",
                )
            column = self._context.column = self._columns[fill.instrument]
            at = self._row_of.get(fill.slice, self._context.row)
            factor = self._market.factor
            scale = 1.0 if factor is None else float(factor[at, column])
            filled = _filled(fill, row=at, column=column)
            self._strategy.on_fill(self._context, SeenFill(filled, fill.instrument, fill.price / scale))

    def _slice(self, row: int) -> None:
        context, market = self._context, self._market
        columns, feeds = market.columns, context.has_feeds
        for column in range(columns.width):
            if not market.has_bar(column):
                continue
            context.column = column
            bar = SeenBar(columns, row * columns.width + column)
            if feeds:
                context.feed(bar)
            self._strategy.on_bar(context, bar)


def _filled(fill: ShownFill, *, row: int, column: int) -> Filled:
    return Filled(
        row,
        fill.order,
        column,
        ROLES[fill.role],
        fill.quantity,
        fill.price,
        unit_price=fill.price,
        fee=fill.fee,
        slippage=0.0,
        asked=abs(fill.quantity),
    )
