"""What a strategy sees and may ask for, the same in backtest, paper and live. The engine implements it."""

from collections.abc import Mapping
from typing import Protocol, TypedDict, TypeVar, Unpack

from tradewright.trading.bars import Bars


class BarFed(Protocol):
    """An indicator that is fed one bar at a time; all of `tradewright.indicators` are.

    One whose `update_bar` takes a sixth value is given the session date too (days since 1970-01-01).
    """

    def update_bar(self, open_: float, high: float, low: float, close: float, volume: float) -> object:
        """Take the next bar."""
        ...


Indicator = TypeVar("Indicator", bound=BarFed)


class BarView(Protocol):
    """One bar, as the strategy sees it: prices are adjusted for splits, so that a split is no jump."""

    @property
    def instrument(self) -> str:
        """Instrument id."""
        ...

    @property
    def time(self) -> int:
        """Close of the bar, nanoseconds UTC."""
        ...

    @property
    def open(self) -> float:
        """First price."""
        ...

    @property
    def high(self) -> float:
        """Highest price."""
        ...

    @property
    def low(self) -> float:
        """Lowest price."""
        ...

    @property
    def close(self) -> float:
        """Last price."""
        ...

    @property
    def volume(self) -> float:
        """Quantity traded."""
        ...


class PositionView(Protocol):
    """What is held of one instrument."""

    @property
    def quantity(self) -> float:
        """Signed quantity."""
        ...

    @property
    def average_price(self) -> float:
        """Cost basis per unit; NaN while flat."""
        ...

    @property
    def is_flat(self) -> bool:
        """True when nothing is held."""
        ...

    @property
    def is_long(self) -> bool:
        """True when the quantity is positive."""
        ...

    @property
    def is_short(self) -> bool:
        """True when the quantity is negative."""
        ...


class FillView(Protocol):
    """One fill of an own order."""

    @property
    def instrument(self) -> str:
        """Instrument id."""
        ...

    @property
    def quantity(self) -> float:
        """Signed quantity."""
        ...

    @property
    def remaining(self) -> float:
        """What is left of the order after this fill."""
        ...

    @property
    def price(self) -> float:
        """Price per unit, as the strategy sees prices."""
        ...

    @property
    def reason(self) -> str:
        """Why the order existed: target, stop_loss, take_profit, plain."""
        ...


class OrderTerms(TypedDict, total=False):
    """What an order says beyond its quantity. Prices are those that the strategy sees; 0 means none."""

    limit: float
    """The worst price that is acceptable."""
    stop: float
    """The price that wakes the order: a market order from then on, with a `limit` a limit order."""
    touch: float
    """The price, come to from the better side, at which it goes to market; with a `limit` it is a limit order then."""
    trail: float
    """A stop that follows the best price seen at this distance, in money a unit ..."""
    trail_percent: float
    """... or in percent of that price."""
    stop_loss: float
    """Protects the position after the fill."""
    take_profit: float
    """Closes the position with a gain after the fill."""
    time_in_force: str
    """gtc (until filled or canceled), day, gtd (until `expires`), ioc, fok, at_open or at_close."""
    expires: int
    """With gtd: the last moment, nanoseconds UTC."""
    group: int
    """Orders of one group (not 0) stand for one another: what fills of one is taken off the others."""
    reduces_only: bool
    """It closes, and never opens or turns a position."""
    post_only: bool
    """A limit order that makes liquidity: it ends where it would take what the open offers."""
    after: int
    """The id of an own working order: this one sleeps until that fills, and wakes in part with a part."""
    day_only: bool
    """The same as time_in_force="day"."""


class EntryTerms(TypedDict, total=False):
    """What the entry of a bracket says beyond its quantity: terms of `OrderTerms`."""

    limit: float
    stop: float
    touch: float
    trail: float
    trail_percent: float
    time_in_force: str
    expires: int
    group: int
    post_only: bool
    after: int
    day_only: bool


class Context(Protocol):
    """Inside `on_bar` it speaks of that bar's instrument unless another is named."""

    @property
    def time(self) -> int:
        """Now, nanoseconds UTC."""
        ...

    @property
    def instrument(self) -> str:
        """The instrument of the bar being handled."""
        ...

    @property
    def instruments(self) -> tuple[str, ...]:
        """All instruments of the run."""
        ...

    @property
    def position(self) -> PositionView:
        """What is held of this bar's instrument."""
        ...

    @property
    def positions(self) -> Mapping[str, PositionView]:
        """What is held of any instrument."""
        ...

    @property
    def cash(self) -> float:
        """Cash of the account."""
        ...

    @property
    def equity(self) -> float:
        """Cash plus marked positions."""
        ...

    @property
    def has_order(self) -> bool:
        """True while an order other than protection works for this bar's instrument."""
        ...

    def indicator(self, indicator: Indicator) -> Indicator:
        """Register an indicator in `on_start`: one instance per instrument, fed before `on_bar`."""
        ...

    def history(self, bars: int) -> Bars:
        """The last `bars` rows up to now, of all instruments."""
        ...

    def target(
        self, weight: float, *, instrument: str | None = None, stop_loss: float = 0, take_profit: float = 0
    ) -> None:
        """Want this weight of equity in the instrument; the order follows from what is held."""
        ...

    def enter(self, *, weight: float = 1.0, stop_loss: float = 0, take_profit: float = 0, reason: str = "") -> None:
        """Want a position of `weight` of this instrument's slot, protected by stop-loss and take-profit prices."""
        ...

    def close(self, instrument: str | None = None) -> None:
        """Want no position."""
        ...

    def buy(self, quantity: float, *, instrument: str | None = None, **terms: Unpack[OrderTerms]) -> int:
        """Order to buy `quantity` > 0, at market where no term says otherwise; gives its id."""
        ...

    def sell(self, quantity: float, *, instrument: str | None = None, **terms: Unpack[OrderTerms]) -> int:
        """Order to sell, as `buy`."""
        ...

    def cancel(self, order: int) -> None:
        """Cancel a working order by its id; one that ended already is left alone."""
        ...

    def replace(self, order: int, **changes: float) -> bool:
        """Change a working order: quantity (what is to be left of it), limit, stop, touch, trail, trail_percent,
        stop_loss or take_profit, as its kind has them. True when it was sent; False for an order that has ended, or
        where the limits leave nothing of it and it works on as it was.

        It keeps its place in the book when only its quantity falls. StrategyError in a trading session.
        """
        ...

    def bracket(
        self,
        side: str,
        quantity: float,
        *,
        stop_loss: float = 0,
        take_profit: float = 0,
        stop_quantity: float = 0,
        target_quantity: float = 0,
        instrument: str | None = None,
        **entry: Unpack[EntryTerms],
    ) -> tuple[int, int, int]:
        """An entry ("buy" or "sell") with a stop and a target of their own quantities, which sleep until it fills and
        stand for one another; gives the ids of the three. StrategyError in a trading session.
        """
        ...

    def protect(self, *, instrument: str | None = None, stop_loss: float = 0, take_profit: float = 0) -> None:
        """Set or move the protective prices of a position; 0 leaves that side as it is."""
        ...
