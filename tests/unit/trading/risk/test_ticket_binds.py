"""A ticket is good for one order, one engine and one attempt."""

from tests.unit.trading.risk import risk_desk as desk

from tradewright.domain.identifiers import ClientOrderId
from tradewright.trading.risk.gate import Approved, check


def test_a_ticket_admits_what_was_approved_and_nothing_else() -> None:
    wish = desk.request()
    answer = check(wish, desk.book(epoch=7), limits=desk.limits(version=3), now_ns=desk.NOW)
    assert isinstance(answer, Approved)
    ticket = answer.ticket
    assert (ticket.limits_version, ticket.minted_ns) == (3, desk.NOW)
    assert ticket.admits(wish.client_order_id, wish.order, epoch=7, attempt=1)
    assert not ticket.admits(ClientOrderId("other"), wish.order, epoch=7, attempt=1)
    assert not ticket.admits(wish.client_order_id, desk.order(quantity=desk.D(11)), epoch=7, attempt=1)
    assert not ticket.admits(wish.client_order_id, wish.order, epoch=8, attempt=1)
    assert not ticket.admits(wish.client_order_id, wish.order, epoch=7, attempt=2)


def test_an_approval_takes_its_room_at_once() -> None:
    answer = check(desk.request("one"), desk.book(), limits=desk.limits(), now_ns=desk.NOW)
    assert isinstance(answer, Approved)
    assert answer.reservation in answer.book.reservations
    assert [one.client_order_id for one in answer.book.sent] == ["one"]
    again = check(desk.request("two", quantity=desk.D(11)), answer.book, limits=desk.limits(position=desk.D("0.02")),
                  now_ns=desk.NOW)  # fmt: skip
    assert not isinstance(again, Approved) and [one.control for one in again.reasons] == ["position"]
    assert "position: the position in AAPL.XNAS over equity 0.021 is above 0.02" in str(again)
