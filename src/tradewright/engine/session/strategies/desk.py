"""The desk of a strategy in a trading session: what is asked for becomes wishes, to be decided elsewhere.

It stands where the backtest's desk stands, before a mirror of the account instead of the account itself. This file
decides what a strategy may take for granted within a slice: that an order it asked for works, and its number.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from tradewright.domain.errors import StrategyError
from tradewright.domain.matching.layout import (
    AT_CLOSE,
    AT_OPEN,
    DAY,
    FOK,
    GTC,
    GTD,
    IOC,
    LIMIT,
    MARKET,
    STOP,
    STOP_LIMIT,
    TOUCHED,
    TOUCHED_LIMIT,
    TRAILING,
)
from tradewright.domain.orders.request import OrderKind, TimeInForce
from tradewright.domain.orders.side import Side
from tradewright.engine.runtime.decide import Protect, Request
from tradewright.engine.runtime.desk import Desk
from tradewright.engine.runtime.state import State
from tradewright.ports.historical import NewOrder
from tradewright.ports.hosts import CancelWish, OrderWish, ProtectWish, TargetWish, Wish

KINDS: Final[Mapping[int, OrderKind]] = {
    MARKET: OrderKind.MARKET,
    LIMIT: OrderKind.LIMIT,
    STOP: OrderKind.STOP,
    STOP_LIMIT: OrderKind.STOP_LIMIT,
    TRAILING: OrderKind.TRAILING_STOP,
    TOUCHED: OrderKind.MARKET_IF_TOUCHED,
    TOUCHED_LIMIT: OrderKind.LIMIT_IF_TOUCHED,
}
NOT_CARRIED: Final[Mapping[str, str]] = {
    "after": "orders that sleep until another fills",
    "bracket": "brackets whose ways out have quantities of their own",
    "replace": "the replacing of a strategy's orders",
}
INSTEAD: Final[Mapping[str, str]] = {
    "after": "order the child in on_fill",
    "bracket": "name stop_loss and take_profit with the entry",
    "replace": "cancel the order and make a new one",
}
FORCES: Final[Mapping[int, TimeInForce]] = {
    GTC: TimeInForce.GTC,
    DAY: TimeInForce.DAY,
    GTD: TimeInForce.GTD,
    IOC: TimeInForce.IOC,
    FOK: TimeInForce.FOK,
    AT_OPEN: TimeInForce.AT_OPEN,
    AT_CLOSE: TimeInForce.AT_CLOSE,
}


class WishDesk(Desk):
    """Takes down wishes in the order they were made; prices are raw already."""

    __slots__ = ("_given", "_instruments", "_wishes")

    def __init__(self, state: State, instruments: tuple[str, ...]) -> None:
        super().__init__(state, broker=None)  # type: ignore[arg-type]
        self._instruments = instruments
        self._given = 0
        self._wishes: list[Wish] = []

    def wishes(self) -> tuple[Wish, ...]:
        """What was asked for since the last call."""
        found = tuple(self._wishes)
        self._wishes.clear()
        return found

    def carry_out(self, requests: Iterable[Request]) -> None:
        """What a target leads to, as far as it can be told here: whether there will be an order."""
        loss: Any = 0
        gain: Any = 0
        column = -1
        for request in requests:
            column = request.instrument
            if isinstance(request, Protect | NewOrder):
                loss, gain = request.loss, request.gain
            if isinstance(request, NewOrder) and self._is_trading():
                self.state.working[min(self.state.working, default=0) - 1] = column
        if self._is_trading():
            self._wishes.append(
                TargetWish(
                    self._instruments[column],
                    self.state.wanted[column],
                    stop_loss=float(loss),
                    take_profit=float(gain),
                    is_instruction=True,
                )
            )

    def require(self, what: str) -> None:
        """What a session does not carry is refused by name, before anything is sent."""
        raise StrategyError(
            f"a trading session does not carry {NOT_CARRIED[what]}",
            expected="orders that work from the start, with stop_loss and take_profit as protection",
            found=what,
            remedy=INSTEAD[what],
        )

    def submit(self, order: NewOrder) -> int:
        """Take an order down and give its number; 0 while the session warms up."""
        if not self._is_trading():
            return 0
        self._given += 1
        self.state.working[self._given] = order.instrument
        self._wishes.append(
            OrderWish(
                number=self._given,
                instrument=self._instruments[order.instrument],
                side=Side.BUY if order.side > 0 else Side.SELL,
                quantity=float(order.quantity),
                kind=KINDS[order.kind],
                limit=float(order.limit),
                stop=float(order.trigger),
                trail=float(order.trail),
                trail_share=float(order.trail_share),
                time_in_force=FORCES[order.force],
                expires_ns=order.expires,
                group=str(order.group) if order.group else "",
                reduces_only=bool(order.reduces),
                is_passive=bool(order.passive),
                stop_loss=float(order.loss),
                take_profit=float(order.gain),
            )
        )
        return self._given

    def protect(self, instrument: int, *, loss: Any, gain: Any) -> None:
        """Take moved protection down."""
        if self._is_trading():
            self._wishes.append(ProtectWish(self._instruments[instrument], float(loss), float(gain)))

    def cancel(self, order: int) -> None:
        """Take a cancel down."""
        if self._is_trading():
            self._wishes.append(CancelWish(int(order)))
