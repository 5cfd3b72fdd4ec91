"""What is outstanding is what an adapter has to name when its connection drops: no more, and no less."""

from decimal import Decimal

import pytest

from tradewright.domain.identifiers import ClientOrderId, ExecutionId, VenueOrderId
from tradewright.domain.money import Money
from tradewright.domain.orders.fill import Fill
from tradewright.domain.orders.request import OrderRequest
from tradewright.domain.orders.side import Side
from tradewright.domain.orders.ticket import Ticket
from tradewright.ports.broker import (
    AskAccount,
    BrokerEvent,
    CancelOrder,
    CancelRejected,
    Command,
    Connected,
    Executed,
    OrderAnswer,
    OrderReport,
    Replaced,
    ReplaceOrder,
    ReplaceRejected,
    ReportedLife,
    SendUnclear,
    SubmitOrder,
    SubmitRejected,
)
from tradewright.ports.outstanding import Outstanding

ME = ClientOrderId("a")
REQUEST = OrderRequest(instrument="AAA.XNYS", side=Side.BUY, quantity=Decimal(1))
TICKET = Ticket(client_order_id=ME, request=REQUEST, limits_version=1, epoch=1, attempt=1, minted_ns=0)
SUBMIT, REPLACE, CANCEL = SubmitOrder(TICKET), ReplaceOrder(TICKET), CancelOrder(ME, "AAA.XNYS")


def report(life: ReportedLife, name: ClientOrderId | None = ME) -> OrderReport:
    return OrderReport(
        client_order_id=name, venue_order_id=VenueOrderId("1"), request=REQUEST, life=life, filled=Decimal(0)
    )


FILL = Fill(
    execution_id=ExecutionId("e"), client_order_id=ME, instrument="AAA.XNYS", side=Side.BUY, quantity=Decimal(1),
    price=Decimal(1), fee=Money.zero("USD"), time_ns=0,
)  # fmt: skip


@pytest.mark.parametrize(
    ("event", "answers"),
    [
        (report(ReportedLife.WORKING), {SUBMIT}),
        (report(ReportedLife.CANCELED), {SUBMIT, REPLACE, CANCEL}),
        (report(ReportedLife.FILLED), {SUBMIT, REPLACE, CANCEL}),
        (report(ReportedLife.CANCELED, None), set()),
        (Executed(FILL), {SUBMIT}),
        (SubmitRejected(ME, ""), {SUBMIT}),
        (CancelRejected(ME, ""), {CANCEL}),
        (Replaced(ME, REQUEST), {REPLACE}),
        (ReplaceRejected(ME, ""), {REPLACE}),
        (OrderAnswer(1, ME, report(ReportedLife.WORKING)), {SUBMIT}),
        (OrderAnswer(1, ME, None), set()),
        (Connected(), set()),
    ],
)
def test_an_event_answers_its_command_and_no_other(event: BrokerEvent, answers: set[Command]) -> None:
    for command in (SUBMIT, REPLACE, CANCEL):
        outstanding = Outstanding()
        outstanding.add(command)
        outstanding.hear(event)
        assert len(outstanding) == (command not in answers)


def test_an_order_is_unclear_once_however_much_is_outstanding_about_it() -> None:
    outstanding = Outstanding()
    for command in (SUBMIT, CANCEL, AskAccount(1)):
        outstanding.add(command)
    assert outstanding.unclear("the cable") == [SendUnclear(ME, "the cable")]
    assert outstanding.unclear("the cable") == []
