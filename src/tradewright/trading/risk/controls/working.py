"""Controls of what is on its way already: how many orders work, which of them we know nothing of, which of them would
trade with this one, and the large order that this one is a part of."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from tradewright.domain.orders.side import Side
from tradewright.trading.risk.book import Begun, Reservation
from tradewright.trading.risk.case import Case
from tradewright.trading.risk.controls.control import Growing, Measure
from tradewright.trading.risk.controls.prices import collar_of
from tradewright.trading.risk.verdict import Finding, Missing, absent, at_most, number, part, stated

_ZERO = Decimal(0)
_ONE = Decimal(1)
_NONE: tuple[Reservation, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkingPerSide(Measure):
    """Orders that could fill on one side of an instrument, this one among them."""

    name: ClassVar[str] = "working_per_side"
    remedy: ClassVar[str] = "cancel one, or change one in place of sending another"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = False
    limit: int

    def measure(self, case: Case) -> int:
        """How many there would be."""
        side = case.request.order.side
        return len([one for one in case.orders if one.side is side and one.quantity != 0])

    def what(self, case: Case) -> str:
        """The side's orders."""
        return f"orders that work on that side of {case.instrument}:"


@dataclass(frozen=True, slots=True)
class WorkingOrders(Measure):
    """Orders of the account that could fill, this one among them."""

    name: ClassVar[str] = "working_orders"
    words: ClassVar[str] = "orders that work:"
    remedy: ClassVar[str] = "cancel what is not needed"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = False
    limit: int

    def measure(self, case: Case) -> int:
        """How many there would be."""
        return case.working


@dataclass(frozen=True, slots=True)
class UnknownOrders(Measure):
    """Orders of which nobody can tell whether the venue has them: until that is settled, only so many are borne."""

    name: ClassVar[str] = "unknown_orders"
    words: ClassVar[str] = "orders of unknown outcome:"
    remedy: ClassVar[str] = "wait until the venue was asked about them"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = False
    limit: int

    def measure(self, case: Case) -> int:
        """How many there are now."""
        return len(case.book.memo.unknown)


@dataclass(frozen=True, slots=True)
class UnknownNotional(Measure):
    """What those orders could move, over equity."""

    name: ClassVar[str] = "unknown_notional"
    words: ClassVar[str] = "the notional of orders of unknown outcome over equity"
    remedy: ClassVar[str] = "wait until the venue was asked about them"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = False
    limit: Decimal

    def measure(self, case: Case) -> Decimal | Missing:
        """Their notional, at their highest prices."""
        return part(_unknown_money(case), case.equity)


@dataclass(frozen=True, slots=True)
class OneAtATime:
    """The first orders of a strategy that is new to live trading: the next one waits until the one before is over."""

    name: ClassVar[str] = "ramp_orders"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = False
    first: int

    def lets_pass(self, case: Case) -> bool:
        """Whether the strategy is not new, or nothing of it works."""
        begun = self._begun(case)
        return begun is None or begun.sent >= self.first or not self._others(begun, case)

    def judge(self, case: Case) -> Finding:
        """The same, told."""
        begun, limit = self._begun(case), f"one at a time for the first {self.first}"
        if begun is None:
            return stated(self.name, "not new", limit=limit, is_good=True, reason="no strategy is new here", remedy="")
        others = self._others(begun, case)
        told = f"the strategy has sent {begun.sent} orders" + (f", and {others[0]} is not over" if others else "")
        return stated(
            self.name,
            f"{begun.sent} sent, {len(others)} not over",
            limit=limit,
            is_good=self.lets_pass(case),
            reason=told,
            remedy="wait until it is filled or canceled",
        )

    def _begun(self, case: Case) -> Begun | None:
        """How the order's strategy has begun, where that is of interest: a person is never new."""
        strategy, every = case.request.order.strategy, case.book.begun
        return None if every is None or strategy is None else every.get(strategy, Begun(0))

    def _others(self, begun: Begun, case: Case) -> tuple[str, ...]:
        return tuple(one for one in begun.working if one != case.request.client_order_id)


@dataclass(frozen=True, slots=True)
class SelfTrade:
    """No order trades with another of the same account: that moves no risk, and venues call it a wash."""

    name: ClassVar[str] = "self_trade"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = False
    shares: Decimal
    """How far from the mark an order without a limit price is taken to reach: the collar of its asset class."""
    crypto: Decimal
    others: Decimal

    def lets_pass(self, case: Case) -> bool:
        """Whether this order reaches no own one on the other side."""
        return self._met(case) is None

    def judge(self, case: Case) -> Finding:
        """The same, told."""
        met, limit = self._met(case), "none within reach"
        if isinstance(met, Missing):
            return absent(self.name, met, limit=limit)
        return stated(
            self.name,
            "none" if met is None else met.client_order_id,
            limit=limit,
            is_good=met is None,
            reason="no own order is within reach" if met is None else f"it could trade with {met.client_order_id}",
            remedy="cancel the other order first",
        )

    def _met(self, case: Case) -> Reservation | Missing | None:
        """An own order on the other side that this one reaches; stops that still wait reach nothing."""
        order = case.request.order
        against = [
            one
            for one in case.book.memo.orders.get(case.instrument, _NONE)
            if one.side is not order.side and one.quantity != 0 and not one.is_dormant
        ]
        if not against or isinstance(case.subject, Missing):
            return case.subject if against and isinstance(case.subject, Missing) else None
        if case.reservation.is_dormant:
            return None
        mark, reach = case.subject.mark, collar_of(case, self.shares, crypto=self.crypto, others=self.others)
        own = _reached(order.side, order.limit_price, mark, reach)
        return next(
            (one for one in against if _meets(own, one, _reached(one.side, one.limit_price, mark, reach))), None
        )


@dataclass(frozen=True, slots=True)
class WithinParent(Growing):
    """The parts of a large order are never more than it: what they filled, and what they still could."""

    name: ClassVar[str] = "parent"
    binds_reducing: ClassVar[bool] = True
    depends_on_quantity: ClassVar[bool] = True

    def lets_pass(self, case: Case) -> bool:
        """What is no part passes."""
        return not case.request.parent or not self.judge(case).is_refused

    def judge(self, case: Case) -> Finding:
        """Filled and open quantity of all parts, with this one."""
        name = case.request.parent
        if not name:
            return stated(self.name, "none", limit="none", is_good=True, reason="it is no part of an order", remedy="")
        parent = case.book.parents.get(name)
        whole = Missing(f"the quantity of order {name}") if parent is None else number(parent.quantity, "")
        filled = Missing(f"what is filled of order {name}") if parent is None else number(parent.filled, "")
        if isinstance(whole, Missing) or isinstance(filled, Missing):
            return absent(self.name, Missing(f"the quantity of order {name}"), limit="the order's quantity")
        waiting = sum((one.quantity for one in case.after.reservations if one.parent == name), _ZERO)
        return at_most(
            self.name,
            filled + waiting,
            limit=whole,
            what=f"the parts of order {name}",
            remedy=f"send at most {max(whole - filled - waiting + case.request.order.quantity, _ZERO)}",
        )

    def growth(self, case: Case) -> Decimal | Missing:
        """One."""
        return _ONE


def _reached(side: Side, price: Decimal | None, mark: Decimal, reach: Decimal) -> Decimal:
    return mark * (1 + reach * side.sign) if price is None else price


def _meets(own: Decimal, one: Reservation, theirs: Decimal) -> bool:
    """Whether a price and an order on the other side of it can trade."""
    return own >= theirs if one.side is Side.SELL else own <= theirs


def _unknown_money(case: Case) -> Decimal | Missing:
    total = _ZERO
    for one in case.book.memo.unknown:
        found = case.valued(one.instrument)
        if isinstance(found, Missing):
            return found
        total += one.quantity * max((found.mark, *one.prices)) * found.unit
    return total
