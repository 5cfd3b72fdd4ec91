"""The judge's own books: what the facts of a journal add up to, by arithmetic of its own."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from typing import Any

from simulator.checker.evidence import Finding
from simulator.checker.journal import Written
from simulator.checker.leaving import pruned, refused

ZERO = Decimal(0)
FINAL = frozenset({"refused", "filled", "canceled", "expired", "rejected", "replaced", "lost"})


@dataclass
class BookedOrder:
    """One order as the facts tell it."""

    name: str
    quantity: Decimal
    side: str
    instrument: str
    life: str = "approved"
    executions: dict[str, Decimal] = field(default_factory=dict)
    pending: str = ""
    attempts: int = 1
    intent: int = 0
    request: dict[str, Any] = field(default_factory=dict)
    strategy: str = ""
    role: str = ""
    parent: str = ""
    changed_ns: int = 0
    """When a fact spoke of it last."""
    may_have_left: bool = False
    """It had ended long ago, with all that it belongs to, when orders left the books."""
    had_overfill: bool = False
    was_canceled: bool = False

    @property
    def filled(self) -> Decimal:
        """Over the executions that stand."""
        return sum(self.executions.values(), ZERO)

    @property
    def is_open(self) -> bool:
        """True while it could fill."""
        return self.life not in FINAL


@dataclass
class Fold:
    """Positions, cash and orders from facts."""

    lot: Decimal = Decimal(1)
    changes: dict[str, dict[str, tuple[int, Decimal]]] = field(default_factory=dict)
    """Executions that stand, by instrument and id: when the venue had it, and the signed quantity."""
    splits: dict[str, list[tuple[int, Decimal, Decimal]]] = field(default_factory=dict)
    """When, ratio and price, by instrument."""
    trade_cash: dict[str, Decimal] = field(default_factory=dict)
    """Without what was paid for fractions at splits."""
    flows: dict[str, Decimal] = field(default_factory=dict)
    """What trading an instrument has brought, less fees in its currency, without what was paid for fractions."""
    orders: dict[str, BookedOrder] = field(default_factory=dict)
    fills: dict[str, dict[str, Any]] = field(default_factory=dict)
    currencies: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    killed_at: int = 0
    """Sequence of the record since which everything is killed; 0 while it is not."""
    moved: set[str] = field(default_factory=set)
    told: set[tuple[str, str]] = field(default_factory=set)
    """Incidents and freezes so far, each with every order that its story names."""
    marks: dict[str, Decimal] = field(default_factory=dict)
    position_share: Decimal = Decimal("0.2")

    def wrong(self, rule: str, story: str) -> None:
        """A finding."""
        self.findings.append(Finding(rule, story))

    def net(self) -> dict[str, Decimal]:
        """Positions of the account, without those that are flat."""
        return {name: held for name in sorted(self.changes) if (held := self._course(name)[0]) != 0}

    def result(self, name: str) -> Decimal:
        """What an instrument has brought: what is realized, less fees, less what is held at cost."""
        return self.flows.get(name, ZERO) + self._course(name)[1]

    @property
    def cash(self) -> dict[str, Decimal]:
        """By currency."""
        total = dict(self.trade_cash)
        for name in self.splits:
            currency = self.currencies.get(name, "USD")
            total[currency] = total.get(currency, ZERO) + self._course(name)[1]
        return total

    def _course(self, name: str) -> tuple[Decimal, Decimal]:
        """Executions and splits of an instrument in the venue's order, a split before what is executed at its moment:
        what is held, what was paid for fractions."""
        events: list[tuple[int, int, Decimal, Decimal]] = [
            (when, 1, change, ZERO) for when, change in self.changes.get(name, {}).values()
        ]
        events += [(when, 0, ratio, price) for when, ratio, price in self.splits.get(name, [])]
        held = paid = ZERO
        for _, is_trade, amount, price in sorted(events):
            if is_trade:
                held += amount
                continue
            exact = held * amount
            held = (exact / self.lot).to_integral_value(rounding=ROUND_DOWN) * self.lot
            paid += (exact - held) * price
        return held, paid

    def take(self, records: Iterable[Written]) -> "Fold":
        """Book every record."""
        for record in records:
            step = _STEPS.get(record.kind)
            if step is not None:
                step(self, record.fields, record.sequence)
            order = self.orders.get((record.fields.get("fill") or record.fields).get("client_order_id", ""))
            if order is not None:
                order.changed_ns = max(order.changed_ns, record.fields.get("time_ns", 0))
        return self

    def order(self, fields: dict[str, Any]) -> BookedOrder | None:
        """The order that a fact speaks of."""
        found = self.orders.get(fields["client_order_id"])
        if found is None:
            self.wrong("2.3", f"a fact about {fields['client_order_id']}, which was never intended nor adopted")
        return found


def _slice_closed(fold: Fold, fields: dict[str, Any], _: int) -> None:
    fold.marks.update({name: Decimal(mark) for name, mark in fields["marks"].items()})


def _exposed(fold: Fold, name: str, request: dict[str, Any], is_reducing: bool) -> None:
    """I12: with this order, everything that could fill stays within the limit; a tenth is for prices that moved."""
    instrument = request["instrument"]
    mark = fold.marks.get(instrument)
    if mark is None or is_reducing or request.get("reduces_only"):
        return
    held = fold.net().get(instrument, ZERO)
    sides = {"BUY": ZERO, "SELL": ZERO}
    for order in fold.orders.values():
        if order.is_open and order.instrument == instrument and not order.request.get("reduces_only"):
            sides[order.side] += order.quantity - order.filled
    worst = max(abs(held + sides["BUY"]), abs(held - sides["SELL"]))
    equity = sum(fold.cash.values(), ZERO)
    equity += sum((held * fold.marks.get(one, ZERO) for one, held in fold.net().items()), ZERO)
    if worst * mark > equity * fold.position_share * Decimal("1.1") + mark:
        fold.wrong("I12", f"with order {name}, {worst * mark:.0f} of {instrument} is at risk of {equity:.0f}")


def _started(fold: Fold, fields: dict[str, Any], _: int) -> None:
    fold.trade_cash = {name: Decimal(amount) for name, amount in fields["opening_cash"].items()}
    fold.currencies = {one["instrument"]: one["currency"] for one in fields["instruments"]}


def _resumed(fold: Fold, _: dict[str, Any], __: int) -> None:
    for order in fold.orders.values():
        if order.life == "approved":
            order.life = "unknown"


def _intended(fold: Fold, fields: dict[str, Any], sequence: int) -> None:
    name, request, attempt = fields["client_order_id"], fields["request"], fields["attempt"]
    if fold.killed_at and not request.get("reduces_only"):
        fold.wrong("I16", f"order {name} was approved in record {sequence}, killed since record {fold.killed_at}")
    if fields["role"] == "flatten" and not request.get("reduces_only"):
        fold.wrong("I17", f"order {name} flattens and may do more than reduce")
    found = fold.orders.get(name)
    if found is None:
        if attempt != 1:
            fold.wrong("I4", f"order {name} begins with attempt {attempt}")
        fold.orders[name] = BookedOrder(
            name, Decimal(request["quantity"]), request["side"], request["instrument"], intent=fields["intent"],
            request=request, strategy=fields["strategy"], role=fields["role"], attempts=attempt,
            parent=fields.get("parent", ""),
        )  # fmt: skip
        _exposed(fold, name, request, fields.get("is_reducing", False))
        return
    if found.request != request:
        fold.wrong("2.3.7", f"order {name} was intended with two bodies")
    if attempt != found.attempts + 1 or found.life != "unknown":
        fold.wrong("2.3.1", f"order {name} is sent again as attempt {attempt} while it is {found.life}")
    if found.was_canceled:
        fold.wrong("I15", f"order {name} was canceled and is sent again")
    if found.executions:
        fold.wrong("I2", f"order {name} has executions and is sent again")
    found.attempts, found.life = attempt, "approved"


def _adopted(fold: Fold, fields: dict[str, Any], _: int) -> None:
    name, request = fields["client_order_id"], fields["request"]
    if name in fold.orders:
        fold.wrong("2.3.6", f"order {name} was adopted and is known")
    fold.orders[name] = BookedOrder(
        name, Decimal(request["quantity"]), request["side"], request["instrument"], life=fields["life"],
        request=request, strategy=fields["strategy"], role=fields["role"], parent=fields.get("parent", ""),
    )  # fmt: skip


def _filled(fold: Fold, fields: dict[str, Any], sequence: int) -> None:
    fill = fields["fill"]
    order = fold.order(fill)
    if order is None:
        return
    name, quantity = fill["execution_id"], Decimal(fill["quantity"])
    if name in fold.fills:
        fold.wrong("I10", f"execution {name} was booked twice, again in record {sequence}")
    if order.life == "rejected" and not {("incident", order.name), ("frozen", order.name)} <= fold.told:
        fold.wrong(
            "2.3.3", f"order {order.name} was rejected and is filled, and that is no incident or freezes nothing"
        )
    fold.fills[name] = fill
    order.executions[name] = quantity
    is_more = order.filled > order.quantity
    order.had_overfill = order.had_overfill or is_more
    if is_more and order.request["closes_position"] and order.life in {"canceled", "expired", "replaced"}:
        pass  # it was as large as what it closed; how large that was when it ended, nobody told
    elif order.filled >= order.quantity:
        order.life, order.pending = "filled", ""
    elif order.is_open or order.life in {"lost", "rejected"}:
        order.life = "partially_filled"
    _book(fold, order, fill, 1)


def _busted(fold: Fold, fields: dict[str, Any], _: int) -> None:
    order, name = fold.order(fields), fields["execution_id"]
    if order is None:
        return
    if name not in order.executions:
        fold.wrong("I9", f"execution {name} of {order.name} was taken back and does not stand")
        return
    del order.executions[name]
    if order.life == "partially_filled" or (order.life == "filled" and order.filled < order.quantity):
        order.life = "partially_filled" if order.filled > 0 else "working"
    _book(fold, order, fold.fills[name], -1)


def _book(fold: Fold, order: BookedOrder, fill: dict[str, Any], sign: int) -> None:
    quantity, price = Decimal(fill["quantity"]), Decimal(fill["price"])
    change = (quantity if fill["side"] == "BUY" else -quantity) * sign
    name, execution = fill["instrument"], fill["execution_id"]
    if sign > 0:
        fold.changes.setdefault(name, {})[execution] = (fill["time_ns"], change)
    else:
        del fold.changes[name][execution]
    currency, fee = fold.currencies.get(name, "USD"), fill["fee"]
    fold.trade_cash[currency] = fold.trade_cash.get(currency, ZERO) - change * price
    fold.flows[name] = fold.flows.get(name, ZERO) - change * price
    if fee["currency"] == currency:
        fold.flows[name] -= Decimal(fee["amount"]) * sign
    fold.trade_cash[fee["currency"]] = fold.trade_cash.get(fee["currency"], ZERO) - Decimal(fee["amount"]) * sign


def _ended(life: str) -> Any:
    def step(fold: Fold, fields: dict[str, Any], sequence: int) -> None:
        order = fold.order(fields)
        if order is None:
            return
        if not order.is_open and not (life == "rejected" and order.life == "lost"):
            fold.wrong("2.3", f"order {order.name} is {order.life} and becomes {life} in record {sequence}")
        if life in {"rejected", "lost"} and order.filled:
            fold.wrong("2.3.3", f"order {order.name} is {life} with {order.filled} filled")
        order.life, order.pending = life, ""
        order.was_canceled = order.was_canceled or life == "canceled"

    return step


def _handed_over(fold: Fold, fields: dict[str, Any], _: int) -> None:
    order = fold.order(fields)
    if order is not None and order.life == "approved":
        order.life = "unknown"


def _accepted(fold: Fold, fields: dict[str, Any], _: int) -> None:
    order = fold.order(fields)
    if order is not None and (order.life in {"approved", "unknown", "lost"}):
        order.life = "working"


def _cancel_requested(fold: Fold, fields: dict[str, Any], _: int) -> None:
    order = fold.order(fields)
    if order is None:
        return
    if order.pending and fields["attempt"] == 1:
        fold.wrong("2.3.8", f"order {order.name} has a {order.pending} outstanding and gets a cancel")
    order.pending, order.was_canceled = "cancel", True


def _replace_requested(fold: Fold, fields: dict[str, Any], _: int) -> None:
    order = fold.order(fields)
    if order is None:
        return
    if order.pending and fields["attempt"] == 1:
        fold.wrong("2.3.8", f"order {order.name} has a {order.pending} outstanding and gets a replacement")
    order.pending = "replace"


def _answered(fold: Fold, fields: dict[str, Any], _: int) -> None:
    order = fold.order(fields)
    if order is not None:
        order.pending = ""


def _replaced(fold: Fold, fields: dict[str, Any], _: int) -> None:
    order = fold.order(fields)
    if order is not None:
        order.pending, order.request = "", fields["request"]
        order.quantity = Decimal(fields["request"]["quantity"])
        if order.life == "filled" and order.filled < order.quantity:
            order.life = "partially_filled"


def _incident(fold: Fold, fields: dict[str, Any], _: int) -> None:
    fold.told |= {("incident", word) for word in fields["story"].split() if word in fold.orders}


def _frozen(fold: Fold, fields: dict[str, Any], _: int) -> None:
    fold.told |= {("frozen", word) for word in fields["reason"].split() if word in fold.orders}


def _split(fold: Fold, fields: dict[str, Any], _: int) -> None:
    if fields["identity"] in fold.moved:
        fold.wrong("I10", f"split {fields['identity']} was booked twice")
    fold.moved.add(fields["identity"])
    split = (fields["happened_ns"], Decimal(fields["ratio"]), Decimal(fields["price"]))
    fold.splits.setdefault(fields["instrument"], []).append(split)
    if fields["instrument"] in fold.marks:
        fold.marks[fields["instrument"]] /= split[1]


def _cash(fold: Fold, fields: dict[str, Any], _: int) -> None:
    if fields["kind"] == "opening":
        fold.wrong("I7", f"{fields['amount']} {fields['currency']} is booked as there before, and was not")
    if fields["identity"] in fold.moved:
        fold.wrong("I10", f"movement {fields['identity']} was booked twice")
    fold.moved.add(fields["identity"])
    fold.trade_cash[fields["currency"]] = fold.trade_cash.get(fields["currency"], ZERO) + Decimal(fields["amount"])


def _position(fold: Fold, fields: dict[str, Any], _: int) -> None:
    fold.wrong("I6", f"{fields['quantity']} of {fields['instrument']} is booked as there before, and was not")


def _state(fold: Fold, fields: dict[str, Any], sequence: int) -> None:
    if fields["scope"] == "":
        fold.killed_at = sequence if fields["state"] == KILLED else 0


KILLED = 3
"""The number of the state in which everything is killed."""
_STEPS: dict[str, Any] = {
    "SessionStarted": _started,
    "SessionResumed": _resumed,
    "OrderIntended": _intended,
    "OrderAdopted": _adopted,
    "OrderFilled": _filled,
    "FillBusted": _busted,
    "OrderCanceled": _ended("canceled"),
    "OrderExpired": _ended("expired"),
    "OrderRejected": _ended("rejected"),
    "OrderNotSent": _ended("rejected"),
    "OrderLost": _ended("lost"),
    "OrderHandedOver": _handed_over,
    "OrderAccepted": _accepted,
    "CancelRequested": _cancel_requested,
    "CancelRefusedByVenue": _answered,
    "ReplaceRequested": _replace_requested,
    "ReplaceRefusedByVenue": _answered,
    "OrderReplaced": _replaced,
    "SplitBooked": _split,
    "CashBooked": _cash,
    "PositionAdopted": _position,
    "TradingStateChanged": _state,
    "SliceClosed": _slice_closed,
    "Pruned": pruned,
    "ReportRefused": refused,
    "IncidentRaised": _incident,
    "InstrumentFrozen": _frozen,
}
