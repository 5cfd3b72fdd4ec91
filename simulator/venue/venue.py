"""The venue's front: it takes commands, answers questions, and runs its market; it lives on when a trader dies.

This file decides what is answered at once, what a duplicate client order id gets, and what a person at the broker's own
screen, the clearing house or a restart of the venue does to the account.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from simulator.log import Log
from simulator.venue import oddities
from simulator.venue.book import ZERO, Account, Listing, VenueOrder
from simulator.venue.market import Market
from simulator.venue.matching import Matching
from tradewright.domain.identifiers import ClientOrderId
from tradewright.domain.market.actions import ActionKind, CorporateAction
from tradewright.domain.orders.fill import Fill
from tradewright.domain.orders.request import OrderRequest, Origin, TimeInForce
from tradewright.domain.orders.side import Side
from tradewright.ports import broker
from tradewright.ports.broker import BrokerEvent, ReportedLife

Order = broker.SubmitOrder | broker.ReplaceOrder | broker.CancelOrder | broker.CancelEverything
"""What is not a question."""


@dataclass
class VenueHabits:
    """What this venue does of its own, as rates."""

    rejects: float = 0.0
    """Of orders."""
    rejects_cancels: float = 0.0
    fills_late: float = 0.0
    """Of cancels: an execution came first and is told later."""
    fills_rejected: float = 0.0
    """Of orders: rejected, and executed all the same."""
    mislays: float = 0.0
    """Of orders: carried out after the time that the venue promises."""
    takes_back_for: int = 0
    """Trading days after which no trade is taken back any more; 0: never."""
    reuses_ids: bool = False
    """Takes a client order id again once its order has ended."""
    fee_currencies: tuple[str, ...] = ("USD",)
    """Of fees, by chance; the first is the currency of the instruments."""
    fills_in_part: float = 0.3
    adjusts_at_splits: bool = False
    """Entries follow a split instead of being canceled."""
    ratios: tuple[Decimal, ...] = (Decimal(2), Decimal(3), Decimal("0.5"))
    """Of splits."""


@dataclass(frozen=True, slots=True)
class View:
    """What questions are answered from; an older one is a stale answer."""

    positions: dict[str, Decimal]
    cash: dict[str, Decimal]
    open_reports: tuple[broker.OrderReport, ...]
    reports: dict[str, broker.OrderReport]
    fills: tuple[Fill, ...]
    movements: tuple[broker.SplitDone | broker.CashMoved, ...]
    busts: tuple[broker.ExecutionBusted, ...]


@dataclass
class Venue:
    """One venue with one account on it."""

    log: Log
    chance: random.Random
    market: Market
    account: Account
    habits: VenueHabits
    clock_ns: Callable[[], int]
    """The venue's clock, nanoseconds UTC."""
    listeners: list[Callable[[BrokerEvent], None]] = field(default_factory=list)
    later: Callable[[int, Callable[[], None]], None] = lambda _, call: call()
    """Calls after so many nanoseconds."""
    busts: list[broker.ExecutionBusted] = field(default_factory=list)
    rejected: set[str] = field(default_factory=set)
    """Client order ids that were refused for good."""
    is_open: bool = True
    """False over night: nothing trades, and no trade is taken back."""
    touched_ns: int = 0
    """When the account changed last."""
    may_exceed: dict[str, None] = field(default_factory=dict)
    """Orders that the venue, or a person there, made larger than was asked: nobody could have reserved that."""
    contradicted: list[str] = field(default_factory=list)
    """Orders of which the venue said one thing and did another: a person has to look."""
    split_ns: int = 0
    """When the last split was: nothing of later has an earlier stamp."""
    settles_ns: int = 0
    """The time that it promises: no request is carried out later."""
    matching: Matching = field(init=False)

    def __post_init__(self) -> None:
        self.matching = Matching(
            self.account,
            self.emit,
            self.chance,
            self.now_ns,
            fills_in_part=self.habits.fills_in_part,
            fee_currencies=self.habits.fee_currencies,
        )

    def now_ns(self) -> int:
        """What it stamps, nanoseconds UTC."""
        return max(self.clock_ns(), self.split_ns)

    def emit(self, event: BrokerEvent) -> None:
        """Tell whoever listens to the account's stream."""
        self.touched_ns = self.log.now_ns
        for listener in self.listeners:
            listener(event)

    # What is asked of it ------------------------------------------------------------------------------------------

    def handle(self, command: Order) -> list[BrokerEvent]:
        """Carry a command out; the answers, as they would be sent back."""
        match command:
            case broker.SubmitOrder(ticket=ticket):
                return self._submitted(ticket.client_order_id, ticket.request)
            case broker.ReplaceOrder(ticket=ticket):
                return [self._replaced(ticket.client_order_id, ticket.request)]
            case broker.CancelOrder():
                return [self._canceled(command)]
            case broker.CancelEverything(keeps_protection=keeps):
                for order in self.account.working():
                    if not (keeps and order.request.reduces_only):
                        self.matching.end(order, ReportedLife.CANCELED, "everything was canceled")
                return []

    def _submitted(self, name: str, request: OrderRequest) -> list[BrokerEvent]:
        before = self.account.named(name)
        if before and (before[-1].is_working or not self.habits.reuses_ids):
            return [broker.SendUnclear(ClientOrderId(name), "the venue has an order of that id already")]
        if name in self.rejected:
            return [broker.SubmitRejected(ClientOrderId(name), "the venue does not want it")]
        if self.chance.random() < self.habits.rejects:
            self.rejected.add(name)
            self.log.hit("V0 order rejected")
            return [broker.SubmitRejected(ClientOrderId(name), "the venue does not want it")]
        if not before and not request.reduces_only and self.is_open:
            if self.habits.fills_rejected and self.chance.random() < self.habits.fills_rejected:
                self.rejected.add(name)
                return [oddities.executed_and_rejected(self, name, request)]
            if self.habits.mislays and self.chance.random() < self.habits.mislays:
                wait = self.settles_ns + self.chance.randrange(1, 9) * 1_000_000_000
                oddities.mislaid(self, name, request, for_ns=wait)
                return []
        if before:
            self.log.hit("V3 client order id taken twice")
        order = self.account.take(request, client_order_id=name, now_ns=self.now_ns())
        self.emit(order.report())
        return [order.report()]

    def _canceled(self, command: broker.CancelOrder) -> BrokerEvent:
        name = command.client_order_id
        found = self.account.named(name) or [
            one for one in self.account.orders.values() if one.venue_order_id in {name, command.venue_order_id}
        ]
        order = found[-1] if found else None
        if order is None or not order.is_working:
            return broker.CancelRejected(name, "it does not work" if order else "no such order")
        if self.chance.random() < self.habits.rejects_cancels:
            self.log.hit("V4 cancel rejected")
            return broker.CancelRejected(name, "too late")
        if self.chance.random() < self.habits.fills_late and not order.request.reduces_only:
            self.fill_unseen(order)
        if order.remaining:
            self.account.end(order, ReportedLife.CANCELED, reason="asked for", now_ns=self.now_ns())
        else:
            order.life = ReportedLife.CANCELED
        self.emit(order.report())
        return order.report()

    def fill_unseen(self, order: VenueOrder) -> None:
        """An execution that came before the cancel, and that the front end tells seconds after it."""
        self.log.hit("N8 fill after cancel")
        quantity = Decimal(self.chance.randint(1, int(order.remaining)))
        price = self.market.price(order.request.instrument)
        self.matching.execute(order, quantity, price, is_told=False)
        execution = list(self.account.executions.values())[-1]

        def tell() -> None:
            execution.is_told = True
            if not execution.is_busted:
                order.told_filled = min(order.filled, order.told_filled + execution.fill.quantity)
                self.emit(broker.Executed(execution.fill))
                self.emit(order.report())

        self.later(self.chance.randrange(200_000_000, 4_000_000_000), tell)

    def _replaced(self, name: str, request: OrderRequest) -> BrokerEvent:
        found = [one for one in self.account.named(name) if one.is_working]
        if not found or request.quantity <= found[-1].filled:
            return broker.ReplaceRejected(ClientOrderId(name), "it does not work, or no longer so much of it")
        order = found[-1]
        self.account.change(
            order,
            now_ns=self.now_ns(),
            quantity=request.quantity,
            limit_price=request.limit_price,
            stop_price=request.stop_price,
            trailing_offset=request.trailing_offset,
            trailing_share=request.trailing_share,
            stop_loss=request.stop_loss,
            take_profit=request.take_profit,
        )
        self.emit(order.report())
        return broker.Replaced(ClientOrderId(name), order.request)

    def view(self) -> View:
        """Everything that questions are answered from, as it is now."""
        reports = {one.name: one.report() for one in self.account.orders.values()}
        told = [one.fill for one in self.account.executions.values() if one.is_told and not one.is_busted]
        return View(
            positions={name: held for name, held in self.account.positions.items() if held},
            cash=dict(self.account.cash),
            open_reports=tuple(one.report() for one in self.account.working()),
            reports=reports,
            fills=tuple(told),
            movements=tuple(self.account.movements),
            busts=tuple(self.busts),
        )

    @property
    def is_quiet(self) -> bool:
        """Whether everything that happened is also told."""
        return all(one.is_told for one in self.account.executions.values())

    # What happens at it -------------------------------------------------------------------------------------------

    def tick(self, *, is_first: bool, is_last: bool) -> None:
        """Prices move, orders meet them."""
        self.market.walk()
        prices = {one.instrument: self.market.price(one.instrument) for one in self.market.listings}
        self.matching.expire(ends_day=False)
        self.matching.tick(prices, is_first=is_first, is_last=is_last)

    def trade_by_hand(self) -> None:
        """A person at the broker's own screen sends an order."""
        self.log.hit("V8 foreign order")
        listing = self.chance.choice(list(self.market.listings))
        side = self.chance.choice([Side.BUY, Side.SELL])
        quantity = Decimal(self.chance.randint(1, 5))
        request = OrderRequest(
            instrument=listing.instrument,
            side=side,
            quantity=quantity,
            time_in_force=TimeInForce.GTC,
            origin=Origin.EXTERNAL,
        )
        self.emit(self.account.take(request, client_order_id="", now_ns=self.now_ns()).report())

    def cancel_by_hand(self) -> None:
        """A person at the broker's own screen, or the venue, cancels an order."""
        working = list(self.account.working())
        if working:
            self.log.hit("V8 canceled by hand")
            self.matching.end(self.chance.choice(working), ReportedLife.CANCELED, "canceled at the broker's screen")

    def bust_one(self) -> None:
        """The venue takes a recent trade back."""
        splits = {one.instrument: one.time_ns for one in self.account.movements if isinstance(one, broker.SplitDone)}
        since_ns = self.market.day_began_ns(self.habits.takes_back_for)
        if not self.is_open:
            return
        recent = [
            one
            for one in self.account.executions.values()
            if not one.is_busted
            and one.is_told
            and one.fill.time_ns > max(splits.get(one.fill.instrument, 0), since_ns)
        ][-5:]
        if not recent:
            return
        self.log.hit("V7 trade busted")
        fill = self.chance.choice(recent).fill
        order = self.account.bust(self.account.executions[fill.execution_id], now_ns=self.now_ns())
        if order.is_working:
            self.account.end(order, ReportedLife.CANCELED, reason="trade busted", now_ns=self.now_ns())
        told = broker.ExecutionBusted(fill.client_order_id, fill.execution_id)
        self.busts.append(told)
        self.emit(told)
        self.emit(order.report())
        self.matching.settle(fill.instrument)

    def executed_ns(self, told: broker.ExecutionBusted) -> int:
        """When the execution was made that was taken back."""
        return self.account.executions[told.execution_id].fill.time_ns

    def split_one(self) -> None:
        """Shares are split: entries are canceled, protection follows."""
        listing = self.chance.choice(list(self.market.listings))
        name, ratio = listing.instrument, self.chance.choice(self.habits.ratios)
        self.log.hit("V10 split")
        now = self.split_ns = self.now_ns() + 1  # whatever was executed before has an earlier stamp
        self.market.split(name, ratio)
        self.market.actions.append(CorporateAction(self.market.day, name, ActionKind.SPLIT, float(ratio)))
        done = broker.SplitDone(f"split-{name}-{now}", name, ratio, self.market.price(name), now)
        self.account.split(done)
        self.emit(done)
        for order in self.account.working():
            if order.request.instrument == name:
                self._follow_split(order, listing, ratio)
        self.matching.settle(name)

    def _follow_split(self, order: VenueOrder, listing: Listing, ratio: Decimal) -> None:
        request = order.request
        adjusts = self.habits.adjusts_at_splits and not request.reduces_only and order.request.quantity * ratio % 1 == 0
        if order.filled or not (request.closes_position or adjusts):
            self.matching.end(order, ReportedLife.CANCELED, "the shares were split")
            return
        prices = {
            field: max(listing.tick, (value / ratio / listing.tick).to_integral_value() * listing.tick)
            for field in ("limit_price", "stop_price", "trailing_offset", "stop_loss", "take_profit")
            if (value := getattr(request, field)) is not None
        }
        quantity = abs(self.account.held(listing.instrument)) if request.closes_position else request.quantity * ratio
        if quantity == 0:
            self.matching.end(order, ReportedLife.CANCELED, "nothing to close")
            return
        if not request.closes_position:
            self.log.hit("V10 entry adjusted at a split")
            self.may_exceed[order.name] = None
            self.contradicted.append(order.name)
        order.best = None
        self.account.change(order, now_ns=self.now_ns(), quantity=quantity, **prices)
        self.emit(order.report())

    def pay_dividend(self) -> None:
        """Cash for every share held."""
        held = [(name, quantity) for name, quantity in self.account.positions.items() if quantity]
        if not held:
            return
        self.log.hit("V10 dividend")
        name, quantity = self.chance.choice(held)
        now = self.now_ns()
        amount = quantity * Decimal("0.37")
        moved = broker.CashMoved(f"dividend-{name}-{now}", "dividend", name, "USD", amount, now)
        self.account.pay(moved)
        self.emit(moved)

    def restart(self, *, wipes: bool) -> None:
        """The venue restarts; what rested is kept or wiped."""
        self.log.hit("V1 venue restart, rests wiped" if wipes else "V1 venue restart, rests kept")
        if wipes:
            for order in self.account.working():
                if not order.request.closes_position:
                    self.account.end(order, ReportedLife.CANCELED, reason="wiped", now_ns=self.now_ns())

    def truth(self) -> dict[str, object]:
        """The book of record as plain values, for the judge."""
        return {
            "opening": {name: str(amount) for name, amount in self.account.opening.items()},
            "cash": {name: str(amount) for name, amount in self.account.cash.items()},
            "positions": {name: str(held) for name, held in self.account.positions.items() if held != ZERO},
            "orders": [
                {
                    "venue_order_id": one.venue_order_id,
                    "client_order_id": one.client_order_id,
                    "instrument": one.request.instrument,
                    "side": str(one.request.side),
                    "quantity": str(one.request.quantity),
                    "limit_price": str(one.request.limit_price) if one.request.limit_price is not None else None,
                    "stop_price": str(one.request.stop_price) if one.request.stop_price is not None else None,
                    "closes_position": one.request.closes_position,
                    "reduces_only": one.request.reduces_only,
                    "life": str(one.life),
                    "was_rejected": one.client_order_id in self.rejected,
                    "filled": str(one.filled),
                    "parent": one.parent,
                    "taken_ns": one.taken_ns,
                }
                for one in self.account.orders.values()
            ],
            "executions": [
                {
                    "execution_id": one.fill.execution_id,
                    "client_order_id": one.fill.client_order_id,
                    "venue_order_id": str(one.fill.venue_order_id),
                    "instrument": one.fill.instrument,
                    "side": str(one.fill.side),
                    "quantity": str(one.fill.quantity),
                    "price": str(one.fill.price),
                    "fee": str(one.fill.fee.amount),
                    "is_busted": one.is_busted,
                }
                for one in self.account.executions.values()
            ],
            "held": {
                name: [(when - self.market.start_ns, str(held)) for when, held in ever]
                for name, ever in self.account.ever_held.items()
            },
            "movements": [one.identity for one in self.account.movements],
        }
