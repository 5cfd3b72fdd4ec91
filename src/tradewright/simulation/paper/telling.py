"""What a row of the market brought, told as the events of the Broker port.

This file decides how the step's reports become executions, endings, legs and movements. The step numbers the orders it
makes itself in the order in which it makes them, so a leg belongs to the fill that is walked when its number is due.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from tradewright.domain.identifiers import ClientOrderId
from tradewright.domain.matching.layout import (
    CANCELED,
    EXPIRED,
    GROUP_FILLED,
    LIMIT,
    LIQUIDATION,
    NO_FUNDS,
    NOTHING_TO_CLOSE,
    RUINED,
    STOP,
    STOP_LIMIT,
    STOP_LOSS,
    SUPERSEDED,
    TAKE_PROFIT,
    TARGET,
    TOO_SMALL,
    TOUCHED,
    TOUCHED_LIMIT,
    UNFILLED,
    WOULD_TAKE,
)
from tradewright.domain.money import Money
from tradewright.domain.orders.fill import Fill, Liquidity
from tradewright.domain.orders.request import OrderKind, OrderRequest, Origin, TimeInForce
from tradewright.domain.orders.side import Side
from tradewright.ports.broker import BrokerEvent, CashMoved, Executed, Replaced, ReportedLife, SplitDone
from tradewright.ports.historical import Dividend, Ended, Filled, Split
from tradewright.simulation.paper.floor import Floor
from tradewright.simulation.paper.record import STOP_LEG, TARGET_LEG, BookOfRecord, PaperOrder
from tradewright.simulation.paper.terms import ZERO
from tradewright.simulation.paper.wishes import step_role

REASONS = MappingProxyType(
    {
        NO_FUNDS: "not enough buying power",
        EXPIRED: "its time in force ended",
        CANCELED: "canceled on request",
        SUPERSEDED: "superseded",
        NOTHING_TO_CLOSE: "nothing to close",
        TOO_SMALL: "less than one lot is affordable",
        RUINED: "the account is ruined",
        UNFILLED: "not filled at once",
        GROUP_FILLED: "another order of its group filled",
        WOULD_TAKE: "it would have taken liquidity",
    }
)
CUT = "cut to what the account affords"
PROTECTIVE = frozenset({STOP_LOSS, TAKE_PROFIT})
DAY_ORDERS = frozenset({TimeInForce.DAY, TimeInForce.IOC, TimeInForce.FOK, TimeInForce.AT_OPEN, TimeInForce.AT_CLOSE})


class Telling:
    """Follows what the step does between `begin` and `tell`."""

    __slots__ = ("_book", "_expected", "_floor", "_held")

    def __init__(self, floor: Floor, book: BookOfRecord) -> None:
        self._floor = floor
        self._book = book
        self._held: list[Decimal] = []
        self._expected = 0

    def begin(self) -> None:
        """Look at the positions and numbers before the step."""
        self._floor.forget()
        self._held = [position.quantity for position in self._floor.positions]
        self._expected = self._floor.next_identity

    def tell(self) -> list[BrokerEvent]:
        """Everything since `begin`, in the order in which it happened."""
        events: list[BrokerEvent] = []
        for report in self._floor.reports():
            match report:
                case Filled():
                    events.extend(self._filled(report))
                case Ended():
                    events.extend(self._ended(report))
                case Split():
                    events.extend(self._split(report))
                case Dividend():
                    events.extend(self._dividend(report))
        events.extend(self._liquidations())
        assert self._expected == self._floor.next_identity, "the step made an order that no fill explains"
        return events + self.adjust()

    def adjust(self) -> list[BrokerEvent]:
        """Orders whose terms the venue itself has changed: by a split, by a fill of their group, by what is held."""
        found: list[BrokerEvent] = []
        for record in self._floor.working():
            order = self._book.of_step(record.identity)
            assert order is not None, f"order {record.identity} of the step is not in the book"
            if self._follows(order, record) and order.client_order_id is not None:
                found.append(Replaced(order.client_order_id, order.request))
        return found

    def expire_days(self) -> list[BrokerEvent]:
        """Orders that were good for a day that will not come expire."""
        events: list[BrokerEvent] = []
        for order in self._book.working():
            if order.works and order.request.time_in_force in DAY_ORDERS:
                self.begin()
                self._floor.cancel(order.identity)
                self._floor.reports()
                events.append(self._end(order, ReportedLife.EXPIRED, REASONS[EXPIRED]))
        return events

    def _follows(self, order: PaperOrder, record: Any) -> bool:
        """Bring an order's request up to date with the step's record of it; True where that is news."""
        old = order.request
        if step_role(old) in PROTECTIVE:
            held = abs(self._floor.positions[record.instrument].quantity)
            order.asks_for(order.filled + held)
        else:
            order.asks_for(order.filled + record.quantity)
        new = order.request
        if record.kind in {LIMIT, STOP_LIMIT, TOUCHED_LIMIT} and new.kind.has_limit and record.limit != new.limit_price:
            new = replace(new, limit_price=record.limit)
        if (
            record.kind in {STOP, STOP_LIMIT, TOUCHED, TOUCHED_LIMIT}
            and new.kind.has_stop
            and record.trigger != new.stop_price
        ):
            new = replace(new, stop_price=record.trigger)
        if new.trailing_offset is not None and record.trail != new.trailing_offset:
            new = replace(new, trailing_offset=record.trail)
        if new.stop_loss is not None and record.loss != new.stop_loss:
            new = replace(new, stop_loss=record.loss)
        if new.take_profit is not None and record.gain != new.take_profit:
            new = replace(new, take_profit=record.gain)
        order.request = new
        return new != old

    def _filled(self, report: Filled) -> Iterator[BrokerEvent]:
        order = self._book.of_step(report.order)
        if order is None:
            assert report.role == LIQUIDATION, f"a fill of order {report.order}, which is not in the book"
            order = self._liquidation(report.order, report.instrument, report.quantity)
            yield order.report()
        quantity = abs(report.quantity)
        total = order.filled + quantity + report.remaining
        is_loose = step_role(order.request) in PROTECTIVE or total > order.request.quantity  # a split made it larger
        is_news = is_loose and order.asks_for(total)
        if is_news and order.client_order_id is not None:
            yield Replaced(order.client_order_id, order.request)
        order.filled += quantity
        order.time_ns = self._floor.time_ns
        fill = self._execution(order, report)
        self._book.fills.append(fill)
        if order.filled >= order.request.quantity:
            self._book.end(order, ReportedLife.FILLED, reason="", time_ns=fill.time_ns)
        yield Executed(fill)
        self._held[report.instrument] += report.quantity
        if order.works and report.remaining == 0:
            yield self._end(order, ReportedLife.CANCELED, CUT if quantity < report.asked else "the rest is not wanted")
        yield from self._legs(order, report)

    def _execution(self, order: PaperOrder, report: Filled) -> Fill:
        return Fill(
            execution_id=self._book.execution(),
            client_order_id=order.name,
            instrument=order.request.instrument,
            side=order.request.side,
            quantity=abs(report.quantity),
            price=report.price,
            fee=Money(report.fee, self._floor.terms.currency),
            time_ns=self._floor.time_ns,
            venue_order_id=order.venue_order_id,
            liquidity=Liquidity.MAKER if report.made else Liquidity.TAKER,
        )

    def _legs(self, order: PaperOrder, report: Filled) -> Iterator[BrokerEvent]:
        """The legs that this fill brought: the step places them for what opens, and for targets for what stays."""
        after, request = self._held[report.instrument], order.request
        opens = after * report.quantity > 0
        if not (opens or (after != 0 and step_role(request) == TARGET)) or order.is_liquidation:
            return
        for price, role, suffix in (
            (request.stop_loss, STOP_LOSS, STOP_LEG),
            (request.take_profit, TAKE_PROFIT, TARGET_LEG),
        ):
            if price is None or not self._is_made(role, report.instrument, -1 if after > 0 else 1):
                continue
            leg = self._leg(order, suffix, price=price, held=after)
            yield leg.report()

    def _is_made(self, role: int, place: int, side: int) -> bool:
        """True where the next number of the step is such a leg; it is not where one of a part before works on."""
        if self._expected >= self._floor.next_identity:
            return False
        return self._floor.was_made(self._expected, role=role, place=place, side=side)

    def _leg(self, order: PaperOrder, suffix: str, *, price: Decimal, held: Decimal) -> PaperOrder:
        identity, parent = self._expected, order.name
        self._expected += 1
        record = self._floor.record(identity)
        is_stop = suffix == STOP_LEG
        if record is not None:
            price = record.trigger if is_stop else record.limit
        request = OrderRequest(
            instrument=order.request.instrument,
            side=Side.of(-held),
            quantity=abs(held),
            kind=OrderKind.STOP if is_stop else OrderKind.LIMIT,
            stop_price=price if is_stop else None,
            limit_price=None if is_stop else price,
            time_in_force=TimeInForce.GTC,
            reduces_only=True,
            closes_position=True,
            reason="stop loss" if is_stop else "take profit",
            strategy=order.request.strategy,
            origin=order.request.origin,
        )
        name, count = ClientOrderId(f"{parent}{suffix}"), 1
        while self._book.of_client(name) is not None:
            count += 1
            name = ClientOrderId(f"{parent}{suffix}{count}")
        time_ns = self._floor.time_ns
        return self._book.open(request, identity, client_order_id=name, time_ns=time_ns, parent=parent)

    def _ended(self, report: Ended) -> Iterator[BrokerEvent]:
        order = self._book.of_step(report.order)
        if order is None:
            return
        is_time = report.reason == EXPIRED
        reason = REASONS[report.reason]
        if report.reason == SUPERSEDED and not self._floor.positions[report.instrument].quantity:
            reason = "the position is closed"
        if report.reason == NO_FUNDS:
            reason = f"{reason}: {report.needed:f} asked, {max(report.available, ZERO):.8g} affordable"
        yield self._end(order, ReportedLife.EXPIRED if is_time else ReportedLife.CANCELED, reason)

    def _end(self, order: PaperOrder, life: ReportedLife, reason: str) -> BrokerEvent:
        self._book.end(order, life, reason=reason, time_ns=self._floor.time_ns)
        return order.report()

    def _split(self, report: Split) -> Iterator[BrokerEvent]:
        held = self._held[report.instrument]
        if held == 0:
            return
        name, multiplier = self._floor.instruments[report.instrument], self._floor.terms.multiplier_of
        price = report.unit_price / multiplier(name)
        done = SplitDone(self._book.movement(), name, report.ratio, price, self._floor.time_ns)
        self._book.movements.append(done)
        self._held[report.instrument] = self._floor.after_split(held, report)
        yield done

    def _dividend(self, report: Dividend) -> Iterator[BrokerEvent]:
        held = self._held[report.instrument]
        if held == 0:
            return
        name, currency = self._floor.instruments[report.instrument], self._floor.terms.currency
        time_ns = self._floor.time_ns
        paid = CashMoved(self._book.movement(), "dividend", name, currency, held * report.amount, time_ns)
        self._book.movements.append(paid)
        yield paid

    def _liquidations(self) -> Iterator[BrokerEvent]:
        """Orders by which the venue closes a ruined account, and which still wait for a bar."""
        for record in tuple(self._floor.working()):
            if self._book.of_step(record.identity) is None:
                yield self._liquidation(record.identity, record.instrument, record.quantity * record.side).report()

    def _liquidation(self, identity: int, place: int, quantity: Decimal) -> PaperOrder:
        assert identity == self._expected, f"order {identity} of the step is out of turn"
        self._expected += 1
        request = OrderRequest(
            instrument=self._floor.instruments[place],
            side=Side.of(quantity),
            quantity=abs(quantity),
            time_in_force=TimeInForce.GTC,
            reduces_only=True,
            takes_less=True,
            reason="the account is ruined: everything is closed",
            origin=Origin.EXTERNAL,
        )
        order = self._book.open(request, identity, client_order_id=None, time_ns=self._floor.time_ns)
        order.is_liquidation = True
        return order
