"""The table of legal steps against the contract it was made from, and walks that try to leave it."""

from hypothesis import given
from hypothesis import strategies as st

from tradewright.domain.orders.life import OrderLife
from tradewright.domain.orders.transitions import (
    TRANSITIONS,
    IllegalStep,
    OrderEvent,
    PendingChange,
    stepped,
    transition,
)

L, E = OrderLife, OrderEvent
ENDED = (L.CANCELED, L.EXPIRED, L.REPLACED)

# the contract's table: from, event, to
CONTRACT: list[tuple[tuple[OrderLife | None, ...], OrderEvent, OrderLife]] = [
    ((L.DRAFT,), E.GATE_REFUSED, L.REFUSED),
    ((L.DRAFT,), E.GATE_APPROVED, L.APPROVED),
    ((L.APPROVED,), E.NOT_SENT, L.REJECTED),
    ((L.APPROVED,), E.HANDED_OVER, L.UNKNOWN),
    ((L.APPROVED, L.UNKNOWN), E.REPORTED_WORKING, L.WORKING),
    ((L.APPROVED, L.UNKNOWN), E.REJECTED, L.REJECTED),
    ((L.APPROVED, L.UNKNOWN), E.FILLED_IN_PART, L.PARTIALLY_FILLED),
    ((L.APPROVED, L.UNKNOWN), E.FILLED_IN_FULL, L.FILLED),
    ((L.APPROVED, L.UNKNOWN), E.CANCELED, L.CANCELED),
    ((L.APPROVED, L.UNKNOWN), E.EXPIRED, L.EXPIRED),
    ((L.UNKNOWN,), E.ABSENCE_PROVEN, L.LOST),
    ((L.UNKNOWN,), E.RESEND_APPROVED, L.APPROVED),
    ((L.WORKING, L.PARTIALLY_FILLED), E.FILLED_IN_PART, L.PARTIALLY_FILLED),
    ((L.WORKING, L.PARTIALLY_FILLED), E.FILLED_IN_FULL, L.FILLED),
    ((L.WORKING, L.PARTIALLY_FILLED), E.CANCELED, L.CANCELED),
    ((L.WORKING, L.PARTIALLY_FILLED), E.EXPIRED, L.EXPIRED),
    ((L.WORKING,), E.REJECTED, L.REJECTED),
    ((L.WORKING,), E.REPLACE_CONFIRMED, L.WORKING),
    ((L.PARTIALLY_FILLED,), E.REPLACE_CONFIRMED, L.PARTIALLY_FILLED),
    ((L.WORKING, L.PARTIALLY_FILLED), E.SUCCEEDED, L.REPLACED),
    ((L.WORKING,), E.CANCEL_REJECTED, L.WORKING),
    ((L.PARTIALLY_FILLED,), E.CANCEL_REJECTED, L.PARTIALLY_FILLED),
    ((L.WORKING,), E.CANCEL_UNANSWERED, L.WORKING),
    ((L.PARTIALLY_FILLED,), E.CANCEL_UNANSWERED, L.PARTIALLY_FILLED),
    ((L.CANCELED,), E.FILLED_IN_PART, L.CANCELED),
    ((L.EXPIRED,), E.FILLED_IN_PART, L.EXPIRED),
    ((*ENDED, L.LOST), E.FILLED_IN_FULL, L.FILLED),
    ((L.LOST,), E.REPORTED_WORKING, L.WORKING),
    ((L.FILLED, L.PARTIALLY_FILLED), E.BUSTED_IN_PART, L.PARTIALLY_FILLED),
    *(((life,), E.REPEATED, life) for life in (*ENDED, L.FILLED, L.REJECTED, L.LOST)),
    ((None,), E.REPORTED_WORKING, L.WORKING),
    ((None,), E.FILLED_IN_FULL, L.FILLED),
]


def test_every_step_of_the_contract_is_legal() -> None:
    wrong = [
        f"{source} + {event}: {stepped(source, event)}, wanted {target}"
        for sources, event, target in CONTRACT
        for source in sources
        if stepped(source, event) != target
    ]
    assert not wrong, "\n".join(wrong)


def test_what_the_contract_forbids_is_no_step() -> None:
    assert all(isinstance(stepped(L.REFUSED, event), IllegalStep) for event in E), "refused is the end"
    assert isinstance(stepped(L.REJECTED, E.REPORTED_WORKING), IllegalStep), "rejected comes back only by a record"
    senders = {source for source, event in TRANSITIONS if event is E.HANDED_OVER}
    assert senders == {L.APPROVED}, "nothing is sent but what is approved"
    assert isinstance(stepped(L.DRAFT, E.HANDED_OVER), IllegalStep)
    for source, event in TRANSITIONS:
        if event is E.REJECTED:
            assert source is not L.PARTIALLY_FILLED, "nothing that is filled is rejected"


def test_unknown_is_left_only_by_evidence() -> None:
    evidence = {
        E.REPORTED_WORKING,
        E.REJECTED,
        E.FILLED_IN_PART,
        E.FILLED_IN_FULL,
        E.OVERFILLED,
        E.CANCELED,
        E.EXPIRED,
        E.ABSENCE_PROVEN,
        E.RESEND_APPROVED,
    }
    assert {event for source, event in TRANSITIONS if source is L.UNKNOWN} == evidence


def test_filled_falls_only_by_a_bust() -> None:
    fewer = {
        event for (source, event), step in TRANSITIONS.items() if source is L.FILLED and step.target is not L.FILLED
    }
    assert fewer == {E.BUSTED_IN_PART, E.BUSTED_IN_FULL, E.REPLACE_CONFIRMED}
    assert TRANSITIONS[L.FILLED, E.REPLACE_CONFIRMED].target is L.PARTIALLY_FILLED, "filled stays, more was ordered"


def test_a_fill_after_the_end_is_late() -> None:
    for (source, event), step in TRANSITIONS.items():
        after_the_end = source is not None and source.is_final and event.is_fill
        assert step.is_late is (after_the_end or step.is_late), (source, event)
        assert not after_the_end or step.is_late


def test_what_must_not_happen_raises_an_incident() -> None:
    for (source, event), step in TRANSITIONS.items():
        resurrected = source in {L.LOST, L.REJECTED} and step.target is not source
        assert (step.incident is not None) is (resurrected or event is E.OVERFILLED), (source, event)


def test_the_end_answers_what_was_asked() -> None:
    for (source, event), step in TRANSITIONS.items():
        if source is not None and not source.is_final and step.target.is_final:
            assert step.pending is PendingChange.ANSWERED, (source, event)


def test_every_life_can_be_reached_and_every_event_happens() -> None:
    assert {step.target for step in TRANSITIONS.values()} | {L.DRAFT} == set(L)
    assert {event for _, event in TRANSITIONS} == set(E)


def test_final_lives_reserve_nothing_and_the_rest_does_but_the_draft() -> None:
    for life in L:
        assert life.reserves_exposure is (not life.is_final and life is not L.DRAFT)
    assert [life for life in L if life.must_be_durable_first] == [L.APPROVED]
    assert [life for life in L if life.is_at_venue] == [L.WORKING, L.PARTIALLY_FILLED]


@given(st.lists(st.sampled_from(list(E)), max_size=40))
def test_no_path_leaves_the_table(events: list[OrderEvent]) -> None:
    life = L.DRAFT
    for event in events:
        found = stepped(life, event)
        if isinstance(found, IllegalStep):
            assert (life, event) not in TRANSITIONS
            assert event.value in str(found)
            assert life.value in str(found)
            continue
        assert TRANSITIONS[life, event].target is found
        life = found
    assert life in set(L)


def test_an_illegal_step_says_why() -> None:
    assert str(transition(None, E.GATE_APPROVED)) == "gate_approved cannot happen to an order we do not know"
    assert str(IllegalStep(L.WORKING, E.REJECTED, "3 of it is filled")).endswith("working: 3 of it is filled")
