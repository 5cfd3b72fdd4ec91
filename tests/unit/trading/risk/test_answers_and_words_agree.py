"""What the gate answers at once is what its words say later, and a case sees what the book after it would show."""

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.trading.risk import risk_desk as desk
from tests.unit.trading.risk.risk_desk import APPLE, NOW, D
from tests.unit.trading.sizing.test_edges_of_sizes import books, requests, some_limits

from tradewright.trading.risk.book import Book, Reservation
from tradewright.trading.risk.case import Case
from tradewright.trading.risk.controls.table import controls_of
from tradewright.trading.risk.exposure import valued
from tradewright.trading.risk.gate import Approved, Refused, check, judged, refusing
from tradewright.trading.risk.limits import Limits
from tradewright.trading.risk.request import RiskRequest
from tradewright.trading.risk.self_test import self_test


@settings(max_examples=60, deadline=None)
@given(st.data(), books(), some_limits())
def test_a_control_refuses_where_its_words_say_so(data: st.DataObject, book: Book, limits: Limits) -> None:
    case = Case.of(data.draw(requests(D(1))), book, limits=limits, now_ns=NOW)
    controls = controls_of(limits)
    for control in controls:
        assert control.lets_pass(case) is not control.judge(case).is_refused, control
    told = [one.control for one in judged(controls, case) if one.is_refused]
    assert [one.name for one in refusing(controls, case)] == told


def test_the_same_holds_for_every_poison() -> None:
    """Among them are the numbers that nobody knows, and every control that refuses."""
    limits, seen = desk.limits(near_close_ms=1000), set[str]()

    def gate(request: RiskRequest, book: Book, *, limits: Limits, now_ns: int) -> Approved | Refused:
        case = Case.of(request, book, limits=limits, now_ns=now_ns)
        for control in controls_of(limits):
            assert control.lets_pass(case) is not control.judge(case).is_refused, control
            seen.update(() if control.lets_pass(case) else (control.name,))
        return check(request, book, limits=limits, now_ns=now_ns)

    assert self_test(limits, gate=gate) == ()
    assert seen == {one.name for one in controls_of(limits)}


@settings(max_examples=80, deadline=None)
@given(st.data(), books())
def test_a_case_sees_what_the_book_after_it_shows(data: st.DataObject, book: Book) -> None:
    request = data.draw(requests(D(1)))
    known = [one.client_order_id for one in book.reservations]
    request = desk.renamed(request, data.draw(st.sampled_from(["new", *known])))  # other terms for what counts already
    case = Case.of(request, book, limits=desk.limits(), now_ns=NOW)
    after = book.reserving(Reservation.wanted(request))
    assert case.after == after
    assert case.orders == after.memo.orders[request.order.instrument]
    assert (case.exposed, case.working) == (after.exposed, after.memo.working)
    assert case.subject == case.valued(APPLE) == valued(after, request.order.instrument)


@settings(max_examples=60, deadline=None)
@given(st.data(), books(), st.integers(1, 900).map(D))
def test_a_case_of_another_quantity_is_the_case_of_that_order(data: st.DataObject, book: Book, quantity: D) -> None:
    request, limits = data.draw(requests(D(1))), desk.limits()
    resized = Case.of(request, book, limits=limits, now_ns=NOW).resized(quantity)
    assert resized == Case.of(resized.request, book, limits=limits, now_ns=NOW)
    assert resized.request.order.quantity == quantity


def test_an_approval_tells_its_book_and_its_findings_whenever_it_is_asked() -> None:
    book, limits = desk.book(), desk.limits()
    answer = check(desk.request(), book, limits=limits, now_ns=NOW)
    assert isinstance(answer, Approved)
    before = answer.book, answer.findings
    later = check(
        desk.request("later", quantity=D(11)), answer.book, limits=limits, now_ns=NOW
    )  # somebody goes on from there
    assert isinstance(later, Approved) and len(later.book.sent) == 2
    assert (answer.book, answer.findings) == before
    assert answer.book.sent[-1] == answer.sent and answer.book.reservations == (answer.reservation,)
