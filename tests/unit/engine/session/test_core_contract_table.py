"""Every step of the orders' table is taken through the core, and every step that it does not have ends nothing."""

from itertools import product

import pytest
from tests.unit.engine.session.core_desk import A, codes_of, facts_of, trading_desk
from tests.unit.engine.session.order_lives import (
    BEFORE,
    FILLS,
    FOREIGN,
    HAPPENINGS,
    UNREACHABLE,
    desk_with,
    unknown_order,
)

from tradewright.domain.orders.life import OrderLife
from tradewright.domain.orders.transitions import TRANSITIONS, OrderEvent
from tradewright.engine.session import facts
from tradewright.engine.session.state import decoded, encoded, state_digest

L, E = OrderLife, OrderEvent
OUTSIDE = {L.DRAFT, L.REFUSED, L.REPLACED}
"""Lives that no order of a session's state has: see `order_lives.UNREACHABLE`."""
NEVER = {(L.LOST, E.REPEATED), (L.WORKING, E.REPEATED)}
"""An order of which an execution is known is never proven absent; one that works has a test of its own below."""
LEGAL = [key for key in TRANSITIONS if key[0] not in OUTSIDE and key[1] not in UNREACHABLE and key not in NEVER]
ILLEGAL = [key for key in product(L, HAPPENINGS) if key not in TRANSITIONS and key[0] not in OUTSIDE]
ILLEGAL = [(life, event) for life, event in ILLEGAL if event is not E.REPEATED]  # nothing is known to be repeated
QUIET = {
    E.NOT_SENT: "an answer has overtaken the proof: it was sent after all",
    E.HANDED_OVER: "our own news, told again",
    E.RECOVERED: "a restart doubts only what has no outcome",
    E.REPORTED_WORKING: "an acknowledgement that the end has overtaken; if it works on, the next looks tell",
    E.REJECTED: "an end told after the end",
    E.CANCELED: "an end told after the end",
    E.EXPIRED: "an end told after the end",
    E.ABSENCE_PROVEN: "an order that is over, or not sent yet, need not be known",
    E.RESEND_APPROVED: "an order that is over, or not sent yet, need not be known",
    E.CANCEL_REQUESTED: "whoever asks is answered; one in doubt is canceled once it is found",
    E.CANCEL_REJECTED: "nothing is outstanding",
    E.CANCEL_UNANSWERED: "nothing is outstanding",
    E.REPLACE_REQUESTED: "whoever asks is answered",
    E.REPLACE_CONFIRMED: "terms of an order that is over",
    E.REPLACE_REJECTED: "nothing is outstanding",
    E.REPLACE_UNANSWERED: "nothing is outstanding",
    E.BUSTED_IN_PART: "an execution that is not told yet: it is taken back once it is",
    E.BUSTED_IN_FULL: "an execution that is not told yet: it is taken back once it is",
}
"""Steps that the table does not have and that no incident tells of, with why: each is old news, or an answer."""
NO_STEPS = {"SessionResumed", "SliceClosed", "DayBegan", "CancelWanted"}
"""Facts that are no step of an order."""


@pytest.mark.parametrize(("life", "event"), LEGAL, ids=str)
def test_every_legal_step_is_taken_through_the_core(life: OrderLife | None, event: OrderEvent) -> None:
    step = TRANSITIONS[life, event]
    if life is None:
        desk = trading_desk()
        unknown_order(desk, event)
        found = desk.core.state.orders[FOREIGN].order.life
        ends = {E.FILLED_IN_FULL: L.CANCELED}  # its size is known when it is over: nothing is left of it
        assert found is ends.get(event, step.target)
        return
    desk = desk_with(life, fills=FILLS.get(event, 0))
    order = desk.orders[0]
    if event in BEFORE and not life.is_final:
        HAPPENINGS[BEFORE[event]](desk, order)
    said = HAPPENINGS[event](desk, desk.orders[0])
    after = desk.core.state.orders[order.id].order
    resent = {E.RESEND_APPROVED: L.UNKNOWN}  # handed over at once
    assert after.life is resent.get(event, step.target)
    if step.incident:
        assert step.incident in {one.code for one in facts_of(said, facts.IncidentRaised)}  # type: ignore[union-attr]
    assert state_digest(decoded(encoded(desk.core.state))) == state_digest(desk.core.state)


@pytest.mark.parametrize(("life", "event"), ILLEGAL, ids=str)
def test_every_illegal_step_is_an_incident_or_no_news_and_ends_nothing(life: OrderLife, event: OrderEvent) -> None:
    desk = desk_with(life)
    order = desk.orders[0]
    said = HAPPENINGS[event](desk, order)
    after = desk.core.state.orders[order.id].order.life
    incidents = facts_of(said, facts.IncidentRaised)
    if incidents:
        assert after is life or life is L.LOST, "what was lost and is told of was there after all"
    elif after is not life:  # the venue wiped it: inferred, so people are told
        assert (life.is_at_venue, after) == (True, L.CANCELED) and "WIPED" in codes_of(said)
    else:
        assert event in QUIET
        assert {type(one).__name__ for one in facts_of(said)} <= NO_STEPS
    assert state_digest(decoded(encoded(desk.core.state))) == state_digest(desk.core.state)


def test_an_execution_that_was_taken_back_and_is_told_again_stays_taken_back() -> None:
    desk = desk_with(L.PARTIALLY_FILLED, fills=1)
    order = desk.orders[0]
    HAPPENINGS[E.BUSTED_IN_FULL](desk, order)
    assert not facts_of(HAPPENINGS[E.REPEATED](desk, order))
    assert desk.orders[0].order.life is L.WORKING and desk.core.state.held(A) == 0


def test_no_event_is_left_out() -> None:
    assert {*HAPPENINGS, *UNREACHABLE} == set(OrderEvent)
