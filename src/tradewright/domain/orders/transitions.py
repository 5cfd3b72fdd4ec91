"""What can happen to an order and what becomes of it: one table of every legal step, with a remark where it is odd.

This file decides the steps; a step that is not in the table is an `IllegalStep`, a value: the engine then freezes the
instrument and raises an incident. What needs quantities (in part or in full, more than ordered) is in `order.py`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from tradewright.domain.orders.life import OrderLife

_DRAFT, _REFUSED, _APPROVED = OrderLife.DRAFT, OrderLife.REFUSED, OrderLife.APPROVED
_UNKNOWN, _WORKING, _PARTIAL = OrderLife.UNKNOWN, OrderLife.WORKING, OrderLife.PARTIALLY_FILLED
_FILLED, _CANCELED, _EXPIRED = OrderLife.FILLED, OrderLife.CANCELED, OrderLife.EXPIRED
_REJECTED, _REPLACED, _LOST = OrderLife.REJECTED, OrderLife.REPLACED, OrderLife.LOST


class OrderEvent(StrEnum):
    """What can happen to an order.

    >>> OrderEvent("filled_in_full").is_fill
    True
    """

    GATE_REFUSED = "gate_refused"
    GATE_APPROVED = "gate_approved"
    """The gate passed it and its record is on disk."""
    NOT_SENT = "not_sent"
    """The send failed before the first byte was given to the transport, and the adapter proves it."""
    HANDED_OVER = "handed_over"
    """Bytes may have left."""
    RECOVERED = "recovered"
    """A restart found it approved and without an outcome."""
    REPORTED_WORKING = "reported_working"
    """An acknowledgement, or a report that it works."""
    REJECTED = "rejected"
    """A definite refusal by the venue."""
    FILLED_IN_PART = "filled_in_part"
    FILLED_IN_FULL = "filled_in_full"
    OVERFILLED = "overfilled"
    """More was filled than was ordered. It is real, so it is booked."""
    CANCELED = "canceled"
    EXPIRED = "expired"
    ABSENCE_PROVEN = "absence_proven"
    RESEND_APPROVED = "resend_approved"
    """Absence is proven and policy says to send the same id again."""
    CANCEL_REQUESTED = "cancel_requested"
    CANCEL_REJECTED = "cancel_rejected"
    CANCEL_UNANSWERED = "cancel_unanswered"
    REPLACE_REQUESTED = "replace_requested"
    REPLACE_CONFIRMED = "replace_confirmed"
    """The venue changed price or quantity and kept the order."""
    REPLACE_REJECTED = "replace_rejected"
    REPLACE_UNANSWERED = "replace_unanswered"
    SUCCEEDED = "succeeded"
    """The venue canceled it and took a successor with a new client order id."""
    BUSTED_IN_PART = "busted_in_part"
    """The venue took an execution back; some remain."""
    BUSTED_IN_FULL = "busted_in_full"
    """The venue took the last execution back."""
    REPEATED = "repeated"
    """A report that says what is known already: an execution id booked before, an end told again."""

    @property
    def is_fill(self) -> bool:
        """True where an execution has to be booked."""
        return self in {OrderEvent.FILLED_IN_PART, OrderEvent.FILLED_IN_FULL, OrderEvent.OVERFILLED}


class PendingChange(StrEnum):
    """What a step does to the one outstanding request for a cancel or a replacement.

    >>> PendingChange.KEPT.value
    'kept'
    """

    KEPT = "kept"
    ANSWERED = "answered"
    """Nothing is outstanding afterwards."""
    CANCEL_ASKED = "cancel_asked"
    """Needs that nothing is outstanding."""
    REPLACE_ASKED = "replace_asked"
    """Needs that nothing is outstanding."""
    ASKED_AGAIN = "asked_again"
    """The same request, one attempt later."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One legal step.

    >>> TRANSITIONS[OrderLife.CANCELED, OrderEvent.FILLED_IN_PART].is_late
    True
    """

    source: OrderLife | None
    """None: a report about an order we do not know, which is adopted."""
    event: OrderEvent
    target: OrderLife
    remark: str = ""
    pending: PendingChange = PendingChange.KEPT
    is_late: bool = False
    """A fill after the end: booked, position updated, alert."""
    incident: str | None = None
    """Name of the incident that the step raises."""


@dataclass(frozen=True, slots=True)
class IllegalStep:
    """A step that the table does not have, or that its quantities forbid; the order stays as it is.

    >>> print(stepped(OrderLife.REFUSED, OrderEvent.REPORTED_WORKING))
    reported_working cannot happen to an order that is refused
    """

    life: OrderLife | None
    event: OrderEvent
    reason: str = ""

    def __str__(self) -> str:
        where = f"an order that is {self.life.value}" if self.life else "an order we do not know"
        told = f"{self.event.value} cannot happen to {where}"
        return f"{told}: {self.reason}" if self.reason else told


_Sources = Iterable[OrderLife | None]
_BEFORE_ANSWER = (_APPROVED, _UNKNOWN)
_AT_VENUE = (_WORKING, _PARTIAL)
_ENDED_AT_VENUE = (_FILLED, _CANCELED, _EXPIRED, _REJECTED, _REPLACED)


def _steps(
    sources: _Sources,
    event: OrderEvent,
    target: OrderLife | None,
    remark: str = "",
    *,
    pending: PendingChange = PendingChange.KEPT,
    is_late: bool = False,
    incident: str | None = None,
) -> list[Transition]:
    """One row of the table for each source; target None leaves the life as it is."""
    rows = []
    for source in sources:
        life = target or source
        assert life is not None
        change = PendingChange.ANSWERED if life.is_final and source and not source.is_final else pending
        rows.append(Transition(source, event, life, remark, change, is_late, incident))
    return rows


_E = OrderEvent
_ROWS: tuple[Transition, ...] = (
    *_steps((_DRAFT,), _E.GATE_REFUSED, _REFUSED, "a reason goes to the journal; it never reaches the wire"),
    *_steps((_DRAFT,), _E.GATE_APPROVED, _APPROVED, "if the journal fails it stays a draft and the gate closes"),
    *_steps((_APPROVED,), _E.NOT_SENT, _REJECTED, "only the adapter's proof of not sent may say so"),
    *_steps((_APPROVED,), _E.HANDED_OVER, _UNKNOWN, "at once, in memory"),
    *_steps((_APPROVED,), _E.RECOVERED, _UNKNOWN, "after a crash an approved order without an outcome may be out"),
    *_steps(_BEFORE_ANSWER, _E.REPORTED_WORKING, _WORKING),
    *_steps(_BEFORE_ANSWER, _E.REJECTED, _REJECTED, "definite by the adapter's list; otherwise it stays unknown"),
    *_steps(_BEFORE_ANSWER, _E.FILLED_IN_PART, _PARTIAL, "fills beat acknowledgements"),
    *_steps(_BEFORE_ANSWER, _E.FILLED_IN_FULL, _FILLED, "fills beat acknowledgements"),
    *_steps(_BEFORE_ANSWER, _E.CANCELED, _CANCELED, "an IOC or FOK order may end before its acknowledgement"),
    *_steps(_BEFORE_ANSWER, _E.EXPIRED, _EXPIRED, "an IOC or FOK order may end before its acknowledgement"),
    *_steps((_UNKNOWN,), _E.ABSENCE_PROVEN, _LOST, "by the procedure, never by a timer alone"),
    *_steps((_UNKNOWN,), _E.RESEND_APPROVED, _APPROVED, "only after absence is proven; one attempt more, the same id"),
    *_steps(_AT_VENUE, _E.REPORTED_WORKING, None, "a poll repeats it, or a fill beat the acknowledgement"),
    *_steps(_AT_VENUE, _E.FILLED_IN_PART, _PARTIAL),
    *_steps(_AT_VENUE, _E.FILLED_IN_FULL, _FILLED),
    *_steps(_AT_VENUE, _E.CANCELED, _CANCELED, "unasked is legal: halts, end of session, self-trade prevention"),
    *_steps(_AT_VENUE, _E.EXPIRED, _EXPIRED),
    *_steps((_WORKING,), _E.REJECTED, _REJECTED, "rare, after an acknowledgement; nothing may be filled"),
    *_steps(_AT_VENUE, _E.CANCEL_REQUESTED, None, "one request at a time", pending=PendingChange.CANCEL_ASKED),
    *_steps(
        _AT_VENUE,
        _E.CANCEL_REJECTED,
        None,
        "often a fill on its way: ask for the order",
        pending=PendingChange.ANSWERED,
    ),
    *_steps(_AT_VENUE, _E.CANCEL_UNANSWERED, None, "never assumed canceled", pending=PendingChange.ASKED_AGAIN),
    *_steps(_AT_VENUE, _E.REPLACE_REQUESTED, None, "one request at a time", pending=PendingChange.REPLACE_ASKED),
    *_steps(_AT_VENUE, _E.REPLACE_CONFIRMED, None, "new price or quantity", pending=PendingChange.ANSWERED),
    *_steps((_FILLED,), _E.REPLACE_CONFIRMED, _PARTIAL, "the venue had made it larger: what remains works"),
    *_steps(_AT_VENUE, _E.REPLACE_REJECTED, None, "the old order works on", pending=PendingChange.ANSWERED),
    *_steps(_AT_VENUE, _E.REPLACE_UNANSWERED, None, "never assumed replaced", pending=PendingChange.ASKED_AGAIN),
    *_steps(_AT_VENUE, _E.SUCCEEDED, _REPLACED, "cancel-replace venues: linked both ways"),
    *_steps(
        (_FILLED, _CANCELED, _EXPIRED, _REPLACED),
        _E.REPORTED_WORKING,
        None,
        "an acknowledgement after the end is old news",
    ),
    *_steps(_ENDED_AT_VENUE, _E.CANCEL_REJECTED, None, "the end overtook the request"),
    *_steps(_ENDED_AT_VENUE, _E.REPLACE_REJECTED, None, "the end overtook the request"),
    *_steps((_CANCELED, _EXPIRED, _REPLACED), _E.FILLED_IN_PART, None, "the venue filled it first", is_late=True),
    *_steps((_CANCELED, _EXPIRED, _REPLACED), _E.FILLED_IN_FULL, _FILLED, "the venue filled it first", is_late=True),
    *_steps((_LOST,), _E.REPORTED_WORKING, _WORKING, "it was there after all", incident="LOST_RESURRECTED"),
    *_steps((_LOST,), _E.FILLED_IN_PART, _PARTIAL, "what remains may work", is_late=True, incident="LOST_RESURRECTED"),
    *_steps((_LOST,), _E.FILLED_IN_FULL, _FILLED, "it was there after all", is_late=True, incident="LOST_RESURRECTED"),
    *_steps(
        (_REJECTED,),
        _E.FILLED_IN_PART,
        _PARTIAL,
        "the venue took it after all: what remains may work",
        is_late=True,
        incident="REJECTED_FILLED",
    ),
    *_steps(
        (_REJECTED,),
        _E.FILLED_IN_FULL,
        _FILLED,
        "the venue took it after all",
        is_late=True,
        incident="REJECTED_FILLED",
    ),
    *_steps((*_BEFORE_ANSWER, *_AT_VENUE), _E.OVERFILLED, _FILLED, "real, so booked", incident="OVERFILL"),
    *_steps(
        (_FILLED, _CANCELED, _EXPIRED, _REJECTED, _REPLACED, _LOST),
        _E.OVERFILLED,
        _FILLED,
        "real, so booked",
        is_late=True,
        incident="OVERFILL",
    ),
    *_steps((_FILLED, _PARTIAL), _E.BUSTED_IN_PART, _PARTIAL, "the only way that filled falls"),
    *_steps((_FILLED, _PARTIAL), _E.BUSTED_IN_FULL, _WORKING, "the only way that filled falls"),
    *_steps(
        (_CANCELED, _EXPIRED, _REPLACED),
        _E.BUSTED_IN_PART,
        None,
        "only filled falls: what ended stays ended",
        is_late=True,
    ),
    *_steps(
        (_CANCELED, _EXPIRED, _REPLACED),
        _E.BUSTED_IN_FULL,
        None,
        "only filled falls: what ended stays ended",
        is_late=True,
    ),
    *_steps(
        (_PARTIAL, _FILLED, _CANCELED, _EXPIRED, _REJECTED, _REPLACED, _LOST),
        _E.REPEATED,
        None,
        "counted, not applied; a bust leaves its execution id behind",
    ),
    *_steps((_WORKING,), _E.REPEATED, None, "every execution was taken back; a repeat is still no news"),
    *_steps((None,), _E.REPORTED_WORKING, _WORKING, "adopted as external, never dropped"),
    *_steps((None,), _E.FILLED_IN_PART, _PARTIAL, "adopted as external, never dropped"),
    *_steps((None,), _E.FILLED_IN_FULL, _FILLED, "adopted as external, never dropped"),
    *_steps((None,), _E.CANCELED, _CANCELED, "adopted as external, never dropped"),
    *_steps((None,), _E.EXPIRED, _EXPIRED, "adopted as external, never dropped"),
    *_steps((None,), _E.REJECTED, _REJECTED, "adopted as external, never dropped"),
)

TRANSITIONS: Mapping[tuple[OrderLife | None, OrderEvent], Transition] = MappingProxyType(
    {(row.source, row.event): row for row in _ROWS}
)
"""Every legal step by life and event."""
assert len(TRANSITIONS) == len(_ROWS), "a life and an event have two outcomes"


def transition(life: OrderLife | None, event: OrderEvent) -> Transition | IllegalStep:
    """The row of the table for this life and event, or an `IllegalStep`."""
    return TRANSITIONS.get((life, event)) or IllegalStep(life, event)


def stepped(life: OrderLife | None, event: OrderEvent) -> OrderLife | IllegalStep:
    """The life after the event, or an `IllegalStep` where the table has no such step.

    >>> stepped(OrderLife.UNKNOWN, OrderEvent.FILLED_IN_FULL).value
    'filled'
    """
    found = transition(life, event)
    return found if isinstance(found, IllegalStep) else found.target
