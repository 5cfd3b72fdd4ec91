"""An order is our standing instruction with its life: what was asked, where it is, what is filled.

This file decides how events and executions change it: always a new value, or an `IllegalStep` where the table of
`transitions.py` or a quantity forbids it.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType

from tradewright.domain.identifiers import ClientOrderId, ExecutionId, VenueOrderId
from tradewright.domain.orders.fill import Fill
from tradewright.domain.orders.life import OrderLife
from tradewright.domain.orders.pending import PendingKind, PendingRequest
from tradewright.domain.orders.request import OrderRequest
from tradewright.domain.orders.transitions import IllegalStep, OrderEvent, PendingChange, Transition, transition
from tradewright.domain.quick import quick

_NEEDS = MappingProxyType(
    {
        OrderEvent.FILLED_IN_PART: "with_fill",
        OrderEvent.FILLED_IN_FULL: "with_fill",
        OrderEvent.OVERFILLED: "with_fill",
        OrderEvent.BUSTED_IN_PART: "without_fill",
        OrderEvent.BUSTED_IN_FULL: "without_fill",
        OrderEvent.REPLACE_CONFIRMED: "with_terms",
        OrderEvent.SUCCEEDED: "succeeded_by",
    }
)
"""Events that carry more than themselves, with the method that takes it."""
_NOTHING = Decimal(0)
_ENDED_EARLY = frozenset({OrderLife.CANCELED, OrderLife.EXPIRED, OrderLife.REPLACED})
_BEFORE_FILLS = frozenset({OrderLife.DRAFT, OrderLife.REFUSED, OrderLife.APPROVED, OrderLife.UNKNOWN})


@quick
@dataclass(frozen=True, slots=True)
class Order:
    """One order: a request, its life, its quantities, at most one pending request.

    >>> from tradewright.domain.orders.side import Side
    >>> order = Order(ClientOrderId("a1"), OrderRequest(instrument="AAPL.XNAS", side=Side.BUY, quantity=Decimal(10)))
    >>> order.after(OrderEvent.GATE_APPROVED).life.value, order.remaining
    ('approved', Decimal('10'))
    """

    client_order_id: ClientOrderId
    request: OrderRequest
    life: OrderLife = OrderLife.DRAFT
    pending: PendingRequest | None = None
    executions: tuple[tuple[ExecutionId, Decimal], ...] = ()
    """Execution ids with their quantities, of those that stand, in the order they came."""
    busted: frozenset[ExecutionId] = frozenset()
    """Executions that the venue took back."""
    attempt: int = 1
    """How often it may have been sent, at most."""
    venue_order_id: VenueOrderId | None = None
    predecessor: ClientOrderId | None = None
    successor: ClientOrderId | None = None

    def __post_init__(self) -> None:
        filled, wanted = self.filled, self.request.quantity
        match self.life:
            case OrderLife.PARTIALLY_FILLED:
                assert 0 < filled < wanted, f"{self.client_order_id}: filled in part, but {filled} of {wanted}"
            case OrderLife.FILLED:
                assert filled >= wanted, f"{self.client_order_id}: filled, but {filled} of {wanted}"
            case OrderLife.WORKING | OrderLife.REJECTED | OrderLife.LOST:
                assert filled == 0, f"{self.client_order_id}: {self.life.value}, but {filled} is filled"
            case life if life in _BEFORE_FILLS:
                assert filled == 0, f"{self.client_order_id}: {life.value}, but {filled} is filled"

    @property
    def filled(self) -> Decimal:
        """Executed quantity; more than ordered only after an `OVERFILLED` incident."""
        if not self.executions:
            return _NOTHING
        return sum((quantity for _, quantity in self.executions), _NOTHING)

    @property
    def remaining(self) -> Decimal:
        """Ordered minus filled, never below zero."""
        return max(self.request.quantity - self.filled, Decimal(0))

    @property
    def reserved(self) -> Decimal:
        """Quantity that could still be filled for all we know: what exposure has to count."""
        return self.remaining if self.life.reserves_exposure else Decimal(0)

    def knows(self, execution_id: ExecutionId) -> bool:
        """True when that execution was booked before, also when it was taken back since."""
        return execution_id in self.busted or any(execution_id == known for known, _ in self.executions)

    def after(self, event: OrderEvent) -> "Order | IllegalStep":
        """The order after an event that carries nothing but itself."""
        if event in _NEEDS:
            return IllegalStep(self.life, event, f"more must be told: use {_NEEDS[event]}")
        return self._after(event)

    def _after(
        self,
        event: OrderEvent,
        *,
        named: VenueOrderId | None = None,
        successor: ClientOrderId | None = None,
        request: OrderRequest | None = None,
    ) -> "Order | IllegalStep":
        step = transition(self.life, event)
        if isinstance(step, IllegalStep):
            return step
        pending = _asked(self.pending, step)
        if isinstance(pending, IllegalStep):
            return pending
        again = 1 if event is OrderEvent.RESEND_APPROVED else 0
        return replace(
            self,
            request=request or self.request,
            life=step.target,
            pending=pending,
            attempt=self.attempt + again,
            venue_order_id=named or self.venue_order_id,
            successor=successor or self.successor,
        )

    def accepted_as(self, venue_order_id: VenueOrderId) -> "Order | IllegalStep":
        """The order after the venue reported it as working under its own id; it has one id for good."""
        if self.venue_order_id not in {None, venue_order_id}:
            reason = f"the venue called it {self.venue_order_id} before and calls it {venue_order_id} now"
            return IllegalStep(self.life, OrderEvent.REPORTED_WORKING, reason)
        return self._after(OrderEvent.REPORTED_WORKING, named=venue_order_id)

    def with_terms(self, request: OrderRequest) -> "Order | IllegalStep":
        """The order after the venue confirmed another price or quantity and kept the order."""
        ours, theirs = self.request, request
        if (ours.instrument, ours.side) != (theirs.instrument, theirs.side) or theirs.quantity <= self.filled:
            reason = f"a replacement keeps instrument and side, and asks for more than the {self.filled} that is filled"
            return IllegalStep(self.life, OrderEvent.REPLACE_CONFIRMED, reason)
        return self._after(OrderEvent.REPLACE_CONFIRMED, request=request)

    def succeeded_by(self, successor: ClientOrderId) -> "Order | IllegalStep":
        """The order after a venue that cannot change orders canceled it and took another in its place."""
        return self._after(OrderEvent.SUCCEEDED, successor=successor)

    def with_fill(self, fill: Fill) -> "Order | IllegalStep":
        """The order after an execution; one that is known changes nothing, more than ordered is an overfill."""
        if self.knows(fill.execution_id):
            return self.after(OrderEvent.REPEATED)
        if problem := self._mismatch(fill):
            return IllegalStep(self.life, OrderEvent.FILLED_IN_PART, problem)
        executions = (*self.executions, (fill.execution_id, fill.quantity))
        return self._executed(self.fill_event(fill.quantity), executions, self.busted)

    def without_fill(self, execution_id: ExecutionId) -> "Order | IllegalStep":
        """The order after the venue took an execution back: the only way that filled falls."""
        if execution_id in self.busted:
            return self.after(OrderEvent.REPEATED)
        kept = tuple(execution for execution in self.executions if execution[0] != execution_id)
        event = OrderEvent.BUSTED_IN_PART if kept else OrderEvent.BUSTED_IN_FULL
        if len(kept) == len(self.executions):
            return IllegalStep(self.life, event, f"execution {execution_id} is not known")
        busted = self.busted | {execution_id}
        if (
            self.life is OrderLife.FILLED
            and sum((quantity for _, quantity in kept), Decimal(0)) >= self.request.quantity
        ):
            return replace(self, executions=kept, busted=busted)  # one too many was taken back: an overfill is healed
        return self._executed(event, kept, busted)

    def _executed(
        self, event: OrderEvent, executions: tuple[tuple[ExecutionId, Decimal], ...], busted: frozenset[ExecutionId]
    ) -> "Order | IllegalStep":
        step = transition(self.life, event)
        if isinstance(step, IllegalStep):
            return step
        pending = None if step.target.is_final else self.pending
        return replace(self, life=step.target, pending=pending, executions=executions, busted=busted)

    def fill_event(self, quantity: Decimal) -> OrderEvent:
        """What an execution of so much is to it.

        One that closes what is held is as large as that is. Once such an order has ended, nobody tells how large it
        was: more than was known is then no overfill.
        """
        total = self.filled + quantity
        if total > self.request.quantity:
            is_loose = self.request.closes_position and self.life in _ENDED_EARLY
            return OrderEvent.FILLED_IN_PART if is_loose else OrderEvent.OVERFILLED
        return OrderEvent.FILLED_IN_FULL if total == self.request.quantity else OrderEvent.FILLED_IN_PART

    def _mismatch(self, fill: Fill) -> str:
        ours = (self.client_order_id, self.request.instrument, self.request.side.value)
        theirs = (fill.client_order_id, fill.instrument, fill.side.value)
        return f"the fill is for {theirs}, the order is {ours}" if ours != theirs else ""


def _asked(pending: PendingRequest | None, step: Transition) -> PendingRequest | IllegalStep | None:
    """What is outstanding after a step, or why it cannot be taken."""
    match step.pending:
        case PendingChange.KEPT:
            return pending
        case PendingChange.ANSWERED:
            return pending if _is_for_the_other(pending, step) else None
        case PendingChange.ASKED_AGAIN:
            return pending.again() if pending else IllegalStep(step.source, step.event, "nothing is outstanding")
        case PendingChange.CANCEL_ASKED | PendingChange.REPLACE_ASKED:
            if pending:
                return IllegalStep(step.source, step.event, f"a {pending.kind.value} is outstanding already")
            is_cancel = step.pending is PendingChange.CANCEL_ASKED
            return PendingRequest(PendingKind.CANCEL if is_cancel else PendingKind.REPLACE)


_ANSWERS = MappingProxyType(
    {
        OrderEvent.CANCEL_REJECTED: PendingKind.CANCEL,
        OrderEvent.REPLACE_CONFIRMED: PendingKind.REPLACE,
        OrderEvent.REPLACE_REJECTED: PendingKind.REPLACE,
    }
)


def _is_for_the_other(pending: PendingRequest | None, step: Transition) -> bool:
    """True for a late answer to an earlier request: the one that is outstanding now still is."""
    asked = _ANSWERS.get(step.event)
    return pending is not None and asked is not None and pending.kind is not asked and not step.target.is_final
