"""The context of an event strategy: what it may see and ask for within a run.

Prices that a strategy names are in the prices it sees (adjusted for splits); they become raw prices on the way out.
"""

import copy
import difflib
import inspect
import math
from collections.abc import Mapping
from typing import Any

from tradewright.domain.errors import StrategyError
from tradewright.domain.matching.layout import PLAIN
from tradewright.domain.orders.request import LEAST, MOST
from tradewright.engine.market import MarketColumns
from tradewright.engine.runtime.brackets import Bracket, bracket
from tradewright.engine.runtime.decide import Planning, Wanted, target
from tradewright.engine.runtime.desk import Desk
from tradewright.engine.runtime.feeding import PerInstrument
from tradewright.engine.runtime.ordering import TERMS, changes_of, terms_of
from tradewright.engine.runtime.sight import SeenPosition, SeenPositions
from tradewright.engine.sizes import Sizes
from tradewright.ports.historical import NewOrder
from tradewright.trading.bars import Bars

BAR_FIELDS = 5


class RunContext:
    """Implements `trading.strategies.context.Context` over a desk; `row` and `column` say where the run stands."""

    __slots__ = (
        "_columns",
        "_desk",
        "_feeds",
        "_market",
        "_planning",
        "_positions",
        "_sizes",
        "_slots",
        "column",
        "row",
    )

    def __init__(
        self, desk: Desk, market: MarketColumns, planning: Planning, slots: Any, *, sizes: Sizes | None = None
    ) -> None:
        self._desk = desk
        self._market = market
        self._planning = planning
        self._slots = slots
        self._sizes = sizes
        self._columns = {name: number for number, name in enumerate(market.bars.instruments)}
        is_abroad = desk.state.ledger.has_rates == 1
        self._positions = [SeenPosition(position, is_abroad=is_abroad) for position in desk.state.positions]
        self._feeds: list[list[tuple[Any, int]]] = [[] for _ in desk.state.positions]
        self.row = -1
        self.column = 0

    @property
    def time(self) -> int:
        """Now, nanoseconds UTC."""
        return int(self._market.bars.time[max(self.row, 0)])

    @property
    def instrument(self) -> str:
        """The instrument of the bar being handled."""
        return self._market.bars.instruments[self.column]

    @property
    def instruments(self) -> tuple[str, ...]:
        """All instruments of the run."""
        return self._market.bars.instruments

    @property
    def position(self) -> SeenPosition:
        """What is held of this bar's instrument."""
        return self._positions[self.column]

    @property
    def positions(self) -> Mapping[str, SeenPosition]:
        """What is held of any instrument."""
        return SeenPositions({name: self._positions[number] for name, number in self._columns.items()})

    @property
    def cash(self) -> float:
        """Cash of the account."""
        return float(self._desk.state.ledger.cash)

    @property
    def equity(self) -> float:
        """Cash plus marked positions."""
        return float(self._desk.state.equity(max(self.row, 0)))

    @property
    def has_order(self) -> bool:
        """True while an own order works for this bar's instrument (protection does not count)."""
        return self.column in self._desk.state.working.values()

    def indicator(self, indicator: Any) -> Any:
        """Register an indicator: one instance per instrument, fed before `on_bar`."""
        if self.row >= 0:
            raise StrategyError("an indicator is registered in on_start", found="in the middle of a run")
        if not hasattr(indicator, "update_bar"):
            raise StrategyError("an indicator has update_bar(open, high, low, close, volume)", found=repr(indicator))
        if len(self._feeds) == 1:
            self._feeds[0].append(_feed_of(indicator))
            return indicator
        each = [copy.deepcopy(indicator) for _ in self._feeds]
        for feed, one in zip(self._feeds, each, strict=True):
            feed.append(_feed_of(one))
        return PerInstrument(self, each)

    def history(self, bars: int) -> Bars:
        """The last `bars` rows up to now, of all instruments."""
        return self._market.seen.rows(max(0, self.row + 1 - bars), self.row + 1)

    def target(
        self, weight: float, *, instrument: str | None = None, stop_loss: float = 0, take_profit: float = 0
    ) -> None:
        """Want this weight of equity in the instrument."""
        if not isinstance(weight, int | float) or not math.isfinite(weight):
            raise StrategyError("a target weight is a finite number", found=repr(weight))
        column = self._column(instrument)
        state = self._desk.state
        if self.row >= 0 and not state.has_mark(self.row, column):
            return  # no bar yet, so no price and no size
        state.wanted[column] = float(weight)
        wish = Wanted(column, float(weight), self._raw(stop_loss, column), self._raw(take_profit, column))
        equity = state.equity(self.row)
        self._desk.carry_out(target(state, self.row, wish=wish, equity=equity, planning=self._planning))

    def enter(self, *, weight: float = 1.0, stop_loss: float = 0, take_profit: float = 0, reason: str = "") -> None:
        """Want a position of `weight` of this instrument's slot; `reason` is for the reader of the strategy."""
        del reason
        if self._sizes is not None and weight and self.row >= 0:
            weight = self._sized(weight, stop_loss, sizes=self._sizes)
            if math.isnan(weight):
                return  # its size is not known yet
        self.target(weight * self._slots[self.column], stop_loss=stop_loss, take_profit=take_profit)

    def _sized(self, strength: float, stop_loss: float, *, sizes: Sizes) -> float:
        """The weight of a strength; NaN while its size is not known."""
        market, column, state = self._market, self.column, self._desk.state
        if not isinstance(strength, int | float) or not -1.0 <= strength <= 1.0:
            raise StrategyError("a strength is from -1 to 1 where a sizing says how much it is", found=repr(strength))
        stop = float(self._raw(stop_loss, column))
        size = sizes.full(column=column, bars=market.seen, row=self.row, factor=market.factor, stop=stop)
        if size is None or not state.has_mark(self.row, column):
            return math.nan
        unit = float(state.marks[self.row * len(state.positions) + column]) * sizes.multipliers[column]
        equity = float(state.equity(self.row))
        if not math.isinf(size.units):
            sizes.bound[size.bound(unit, equity)] += 1
        return strength * (min(size.weight, size.units * unit / equity) if equity > 0 else 0.0)

    def close(self, instrument: str | None = None) -> None:
        """Want no position."""
        self.target(0.0, instrument=instrument)

    def buy(self, quantity: float, **terms: Any) -> int:
        """Order to buy; see `trading.strategies.context.Context`."""
        return self._order(1, quantity, **terms)

    def sell(self, quantity: float, **terms: Any) -> int:
        """Order to sell; see `trading.strategies.context.Context`."""
        return self._order(-1, quantity, **terms)

    def cancel(self, order: int) -> None:
        """Cancel a working order."""
        self._desk.cancel(order)

    def replace(self, order: int, **changes: float) -> bool:
        """Other terms for a working order; see `trading.strategies.context.Context`."""
        self._desk.require("replace")
        sent = self._desk.sent.get(order)
        if sent is None:
            return False
        given = changes_of(changes, kind=sent.kind)
        column, numbers = sent.instrument, self._desk.state.numbers
        if given.quantity:
            _require_quantity(given.quantity)
        named = {name: self._raw(price, column) for name, price in given.prices.items()}
        share = numbers.of(given.trail_percent) / 100 if given.trail_percent else numbers.zero
        nothing = NewOrder(column, sent.side, *(0,) * 2, *(numbers.zero,) * 6, 0, 0, 0, *(0,) * 4, *(numbers.zero,) * 2)
        return self._desk.replace(
            order, nothing._replace(quantity=numbers.of(given.quantity), trail_share=share, **named)
        )

    def bracket(self, side: str, quantity: float, **terms: Any) -> Bracket:
        """An entry that wakes a stop and a target of its own; see `trading.strategies.context.Context`."""
        self._desk.require("bracket")
        return bracket(self, side, quantity=quantity, **terms)

    def protect(self, *, instrument: str | None = None, stop_loss: float = 0, take_profit: float = 0) -> None:
        """Set or move protective prices."""
        column = self._column(instrument)
        self._desk.protect(column, loss=self._raw(stop_loss, column), gain=self._raw(take_profit, column))

    def feed(self, bar: Any) -> None:
        """Feed this bar's indicators."""
        fields = (bar.open, bar.high, bar.low, bar.close, bar.volume, int(self._market.bars.session[self.row]))
        for update, count in self._feeds[self.column]:
            update(*fields[:count])

    @property
    def has_feeds(self) -> bool:
        """True when any indicator was registered."""
        return any(self._feeds)

    def _order(
        self,
        side: int,
        quantity: float,
        *,
        instrument: str | None = None,
        stop_loss: float = 0,
        take_profit: float = 0,
        **terms: Any,
    ) -> int:
        _require_quantity(quantity)
        column = self._column(instrument)
        wanted = TERMS if not terms else terms_of(terms, now=self.time)
        if wanted.reduces and (stop_loss or take_profit):
            raise StrategyError(
                "an order that only reduces leaves nothing of its own to protect",
                found="stop_loss or take_profit with reduces_only",
                remedy="protect the position with context.protect",
            )
        if wanted.after is not None:
            self._desk.require("after")
            if not self._wakes(wanted.after):
                return 0
        numbers, raw = self._desk.state.numbers, self._raw
        share = numbers.of(wanted.trail_percent) / 100 if wanted.trail_percent else numbers.zero
        return self._desk.submit(
            NewOrder(
                column, side, wanted.kind, PLAIN, numbers.of(quantity), raw(wanted.limit, column),
                raw(wanted.stop, column), numbers.zero, raw(stop_loss, column), raw(take_profit, column), 0, 0, 0,
                wanted.force, wanted.expires, wanted.group, wanted.reduces, raw(wanted.trail, column), share,
                wanted.passive, wanted.after or 0,
            )
        )  # fmt: skip

    def _wakes(self, parent: int) -> bool:
        """True for a working order; False for one that the limits refused (0), so that nothing waits for it."""
        if parent and parent not in self._desk.state.working:
            raise StrategyError(
                "an order cannot wait for one that does not work",
                expected="after: the id of an own working order",
                found=f"order {parent}, which has ended or is none",
                remedy="make the child together with its parent",
            )
        return parent != 0

    def _column(self, instrument: str | None) -> int:
        if instrument is None:
            return self.column
        if instrument in self._columns:
            return self._columns[instrument]
        bare = [number for name, number in self._columns.items() if name.partition(".")[0] == instrument]
        if len(bare) == 1:
            return bare[0]
        near = difflib.get_close_matches(instrument, self._columns, n=1)
        raise StrategyError(
            f"the strategy trades {instrument}, which is not in the run",
            expected="one of " + ", ".join(self._columns),
            found=str(instrument),
            remedy=f"did you mean {near[0]}?" if near else "add it to the symbols of the run",
        )

    def _raw(self, price: float, column: int) -> Any:
        """A price as the venue knows it."""
        numbers = self._desk.state.numbers
        if not price:
            return numbers.zero
        if not isinstance(price, int | float) or not 0 < price < math.inf:
            raise StrategyError("a price is a finite number above 0 (or 0 for none)", found=repr(price))
        _require_countable(price, "price")
        factor = self._market.factor
        return numbers.of(price if factor is None else price * float(factor[self.row, column]))


def _require_quantity(quantity: float) -> None:
    if isinstance(quantity, bool) or not isinstance(quantity, int | float) or not 0 < quantity < math.inf:
        raise StrategyError("an order's quantity is a finite number above 0", found=repr(quantity))
    _require_countable(quantity, "quantity")


def _require_countable(number: float, what: str) -> None:
    """StrategyError for what is too large or too small to be counted with."""
    if not LEAST <= number <= MOST:
        raise StrategyError(f"an order's {what} is out of range", expected=f"{LEAST} to {MOST}", found=repr(number))


def _feed_of(indicator: Any) -> tuple[Any, int]:
    """How an indicator is fed: its method, and how many of a bar's fields (and the session) it takes."""
    takes = inspect.signature(indicator.update_bar).parameters.values()
    wide = any(one.kind is one.VAR_POSITIONAL for one in takes) or len(takes) > BAR_FIELDS
    return indicator.update_bar, BAR_FIELDS + 1 if wide else BAR_FIELDS
