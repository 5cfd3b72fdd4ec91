"""How the simulated venue fills: simple, and its own. An order meets the price of a tick, in whole or in part.

This file decides legs of brackets (`<parent>-S`, `<parent>-T`), groups (the first execution of one cancels the
others), protection (it closes what is held when it goes off) and what happens to orders when nothing is held.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from simulator.venue.book import ZERO, Account, VenueOrder
from tradewright.domain.orders.request import OrderKind, OrderRequest, Origin, TimeInForce
from tradewright.domain.orders.side import Side
from tradewright.ports.broker import BrokerEvent, Executed, ReportedLife


@dataclass
class Matching:
    """Fills the account's orders and tells what happened."""

    account: Account
    emit: Callable[[BrokerEvent], None]
    chance: random.Random
    now_ns: Callable[[], int]
    fills_in_part: float = 0.3
    fee_currencies: tuple[str, ...] = ("USD",)

    def tick(self, prices: dict[str, Decimal], *, is_first: bool, is_last: bool) -> None:
        """Let every working order meet the prices of this moment."""
        for order in self.account.working():
            force = order.request.time_in_force
            waits = (force is TimeInForce.AT_OPEN and not is_first) or (force is TimeInForce.AT_CLOSE and not is_last)
            if not order.is_working or waits:
                continue
            price = prices[order.request.instrument]
            if self._is_marketable(order, price):
                self._fill(order, price)
            order.is_new = False
            if order.is_working and (force.is_immediate or force in {TimeInForce.AT_OPEN, TimeInForce.AT_CLOSE}):
                self.end(order, ReportedLife.CANCELED, "not filled at once")

    def expire(self, *, ends_day: bool) -> None:
        """End what has had its time."""
        now = self.now_ns()
        for order in self.account.working():
            request = order.request
            is_over = request.expires_ns is not None and now >= request.expires_ns
            if is_over or (ends_day and request.time_in_force is TimeInForce.DAY):
                self.end(order, ReportedLife.EXPIRED, "its time is over")

    def end(self, order: VenueOrder, life: ReportedLife, reason: str) -> None:
        """An order works no longer, and whoever listens is told."""
        self.account.end(order, life, reason=reason, now_ns=self.now_ns())
        self.emit(order.report())

    def _is_marketable(self, order: VenueOrder, price: Decimal) -> bool:
        request, is_buy = order.request, order.request.side is Side.BUY
        stop = request.stop_price
        if request.kind is OrderKind.TRAILING_STOP:
            best = price if order.best is None else (min if is_buy else max)(order.best, price)
            order.best = best
            away = request.trailing_offset or best * (request.trailing_share or ZERO)
            stop = best + away if is_buy else best - away
        if stop is not None and not order.is_triggered:
            order.is_triggered = price >= stop if is_buy else price <= stop
            if not order.is_triggered:
                return False
        limit = request.limit_price
        return limit is None or (price <= limit if is_buy else price >= limit)

    def _fill(self, order: VenueOrder, price: Decimal) -> None:
        quantity = self.fillable(order)
        if quantity <= 0:
            self.end(order, ReportedLife.CANCELED, "nothing to close")
            return
        in_part = quantity > 1 and order.request.time_in_force is not TimeInForce.FOK
        if in_part and self.chance.random() < self.fills_in_part:
            quantity = Decimal(self.chance.randint(1, int(quantity) - 1))
        self.execute(order, quantity, price)

    def fillable(self, order: VenueOrder) -> Decimal:
        """What may be executed of it now."""
        if not order.request.reduces_only:
            return order.remaining
        held = self.account.held(order.request.instrument)
        closing = -held if order.request.side is Side.BUY else held
        return min(order.remaining, max(closing, ZERO))

    def execute(self, order: VenueOrder, quantity: Decimal, price: Decimal, *, is_told: bool = True) -> None:
        """One trade, and all that follows from it at the venue."""
        is_plain = len(self.fee_currencies) == 1
        currency = self.fee_currencies[0] if is_plain else self.chance.choice(self.fee_currencies)
        execution = self.account.execute(order, quantity, price=price, fee_currency=currency, now_ns=self.now_ns())
        execution.is_told = is_told
        if is_told:
            order.told_filled = order.filled
            self.emit(Executed(execution.fill))
            self.emit(order.report())
        if order.request.group:
            for other in self.account.working():
                if other is not order and other.request.group == order.request.group:
                    self.end(other, ReportedLife.CANCELED, "another of its group was filled")
        self._protect(order)
        self.settle(order.request.instrument)

    def settle(self, instrument: str) -> None:
        """Protection covers what is held; where nothing is held, nothing is left to close."""
        held = self.account.held(instrument)
        for order in self.account.working():
            request = order.request
            if request.instrument != instrument or not request.reduces_only:
                continue
            closing = -held if request.side is Side.BUY else held
            if closing <= 0:
                self.end(order, ReportedLife.CANCELED, "nothing to close")
            elif request.closes_position and order.remaining != closing:
                self.account.change(order, now_ns=self.now_ns(), quantity=order.filled + closing)
                self.emit(order.report())

    def _protect(self, parent: VenueOrder) -> None:
        """The legs of a bracket, from its first fill on; they take the place of the protection before."""
        request = parent.request
        held = self.account.held(request.instrument)
        prices = {"S": request.stop_loss, "T": request.take_profit}
        is_entry = held != 0 and (held > 0) == (request.side is Side.BUY)
        if not is_entry or (request.stop_loss is None and request.take_profit is None):
            return
        legs = {f"{parent.name}-{letter}": letter for letter, price in prices.items() if price is not None}
        if any(self.account.named(name) for name in legs):
            return
        for order in self.account.working():
            if order.request.instrument == request.instrument and order.request.closes_position:
                self.end(order, ReportedLife.CANCELED, "other protection took its place")
        for name, letter in legs.items():
            leg = _leg(request, letter, quantity=abs(held), group=f"{parent.name}-P" if len(legs) > 1 else "")
            taken = self.account.take(leg, client_order_id=name, now_ns=self.now_ns(), parent=parent.name)
            self.emit(taken.report())


def _leg(request: OrderRequest, letter: str, *, quantity: Decimal, group: str) -> OrderRequest:
    is_stop = letter == "S"
    return OrderRequest(
        instrument=request.instrument,
        side=request.side.opposite,
        quantity=quantity,
        kind=OrderKind.STOP if is_stop else OrderKind.LIMIT,
        stop_price=request.stop_loss if is_stop else None,
        limit_price=None if is_stop else request.take_profit,
        time_in_force=TimeInForce.GTC,
        reduces_only=True,
        closes_position=True,
        group=group,
        strategy=request.strategy,
        origin=Origin.STRATEGY,
    )
