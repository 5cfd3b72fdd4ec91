"""What a send needs, and what goes before what within a group."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.engine.journal.faulty_disk import FaultyDisk
from tests.unit.engine.session.little_core import AAPL
from tests.unit.engine.session.memory_ports import Fence, MemoryBroker, Venue, places_on

from tradewright.domain.identifiers import ClientOrderId
from tradewright.domain.orders.request import OrderRequest
from tradewright.domain.orders.side import Side
from tradewright.domain.orders.ticket import Ticket
from tradewright.engine.session.books import Books
from tradewright.engine.session.effects import Acknowledge, Tell
from tradewright.engine.session.facts import OrderIntended, ReplaceRequested, Role
from tradewright.engine.session.inputs import NotHandedOver
from tradewright.engine.session.sending import Due, Sender, SendGuard, in_order
from tradewright.ports import broker
from tradewright.ports.kill import KillNote

BUY = OrderRequest(instrument=AAPL, side=Side.BUY, quantity=Decimal(1))
EXIT = replace(BUY, side=Side.SELL, reduces_only=True)


def ticket_for(name: str, request: OrderRequest = BUY, *, epoch: int = 1, attempt: int = 1) -> Ticket:
    return Ticket(
        client_order_id=ClientOrderId(name),
        request=request,
        limits_version=1,
        epoch=epoch,
        attempt=attempt,
        minted_ns=0,
    )


def intent_for(ticket: Ticket) -> OrderIntended:
    return OrderIntended(
        time_ns=0, client_order_id=ticket.client_order_id, intent=1, request=ticket.request, strategy="s",
        role=Role.PLAIN, limits_version=1, epoch=ticket.epoch, attempt=ticket.attempt, slice=0, correlation_id="",
        arrival_price=None, wished=Decimal(1),
    )  # fmt: skip


class Counter:
    """A guard on open books."""

    def __init__(self) -> None:
        self.disk = FaultyDisk()
        self.books = Books.open(places_on(self.disk), opened_ns=0, segment_bytes=1 << 14)
        self.fence = Fence()
        self.guard = SendGuard(self.books.journal, hold=self.books.hold, fence=self.fence)

    def intend(self, ticket: Ticket, *, commit: bool = True) -> broker.SubmitOrder:
        intent = intent_for(ticket)
        self.guard.learn(intent, self.books.journal.append(intent))
        if commit:
            self.books.journal.commit()
        return broker.SubmitOrder(ticket)


def test_a_ticket_with_a_durable_intent_is_good_for_one_send() -> None:
    desk = Counter()
    command = desk.intend(ticket_for("a"))
    assert desk.guard.objection(command) == ""
    assert "a ticket is good for one send" in desk.guard.objection(command)


def test_an_intent_is_good_in_its_own_group_only() -> None:
    desk = Counter()
    command = desk.intend(ticket_for("a"))
    desk.guard.forget()
    assert "no unused intent" in desk.guard.objection(command)


def test_an_intent_that_is_not_durable_allows_nothing() -> None:
    desk = Counter()
    assert "is not durable" in desk.guard.objection(desk.intend(ticket_for("a"), commit=False))


@pytest.mark.parametrize(
    "other",
    [
        ticket_for("b"),
        ticket_for("a", replace(BUY, quantity=Decimal(2))),
        ticket_for("a", attempt=2),
    ],
)
def test_a_ticket_for_anything_else_than_the_intent_allows_nothing(other: Ticket) -> None:
    desk = Counter()
    desk.intend(ticket_for("a"))
    assert "no unused intent" in desk.guard.objection(broker.SubmitOrder(other))
    assert "no unused intent" in desk.guard.objection(broker.ReplaceOrder(ticket_for("a")))


def test_a_ticket_of_another_epoch_is_void() -> None:
    desk = Counter()
    assert "the ticket is of epoch 2, this is epoch 1" in desk.guard.objection(desk.intend(ticket_for("a", epoch=2)))


def test_a_replacement_is_bound_to_its_own_request() -> None:
    desk = Counter()
    asked = ReplaceRequested(time_ns=0, client_order_id="a", request=BUY, who="s", limits_version=1, epoch=1)
    desk.guard.learn(asked, desk.books.journal.append(asked))
    desk.books.journal.commit()
    assert "no unused intent" in desk.guard.objection(broker.SubmitOrder(ticket_for("a")))
    assert desk.guard.objection(broker.ReplaceOrder(ticket_for("a", attempt=4))) == ""


def test_a_journal_that_is_closed_lets_nothing_out() -> None:
    desk = Counter()
    command = desk.intend(ticket_for("a"))
    desk.books.journal.close()
    assert "the journal is closed" in desk.guard.objection(command)


def test_the_switch_lets_nothing_out_and_says_who_pulled_it() -> None:
    desk = Counter()
    desk.fence.note = KillNote("", "the guard's heart-beat")
    objection = desk.guard.objection(desk.intend(ticket_for("a")))
    assert objection == "trading is killed by nobody named: the guard's heart-beat"
    desk.guard.shut = "the session has ended"
    assert desk.guard.objection(desk.intend(ticket_for("b"))) == "the session has ended"


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        (broker.CancelOrder(ClientOrderId("a"), AAPL), "NotHandedOver(client_order_id='a', kind='cancel'"),
        (broker.CancelEverything(), "NotHandedOver(client_order_id='', kind='cancel'"),
        (broker.AskOrder(4, ClientOrderId("a")), "NoAnswer(number=4"),
        (broker.AskAccount(5), "NoAnswer(number=5"),
    ],
)
def test_whatever_cannot_be_sent_comes_back_as_what_it_was(command: broker.Command, kind: str) -> None:
    desk = Counter()
    connection = MemoryBroker(Venue())
    connection.refuses = "no connection"
    outcome = Sender(connection, desk.guard).send(command)
    assert repr(outcome).startswith(kind)


def test_an_objection_stops_new_risk_and_lets_reducing_orders_go() -> None:
    desk = Counter()
    connection = MemoryBroker(Venue())
    connection.refuses = "no connection"
    sender = Sender(connection, desk.guard)
    slow = sender.send(desk.intend(ticket_for("a")), objection="slow")
    assert slow == NotHandedOver("a", "submit", "slow")
    reducing = sender.send(desk.intend(ticket_for("b", EXIT)), objection="slow")
    assert reducing == NotHandedOver("b", "submit", "it was not sent: found no connection")
    changed = sender.send(broker.ReplaceOrder(ticket_for("c")))
    assert isinstance(changed, NotHandedOver)
    assert changed.kind == "replace"


def due(command: broker.Command) -> Due:
    return Due(Tell(command), 0)


def test_what_cancels_or_reduces_goes_before_new_risk() -> None:
    entry = due(broker.SubmitOrder(ticket_for("a")))
    cancel = due(broker.CancelOrder(ClientOrderId("old"), AAPL))
    exit_ = due(broker.SubmitOrder(ticket_for("x", replace(EXIT, instrument="MSFT.XNAS"))))
    question = due(broker.AskAccount(1))
    note = Due(Acknowledge(1), 0)
    assert in_order([note, entry, question, cancel, exit_]) == [cancel, exit_, note, entry, question]


def test_nothing_goes_before_the_order_that_it_speaks_about() -> None:
    entry = due(broker.SubmitOrder(ticket_for("a")))
    cancel = due(broker.CancelOrder(ClientOrderId("a"), AAPL))
    exit_ = due(broker.SubmitOrder(ticket_for("x", EXIT)))
    everything = due(broker.CancelEverything())
    assert in_order([entry, cancel, exit_, everything]) == [entry, cancel, exit_, everything]
    assert in_order([Due(Acknowledge(1), 0), everything, entry]) == [everything, Due(Acknowledge(1), 0), entry]


COMMANDS = st.one_of(
    st.builds(
        lambda name, request, kind: kind(ticket_for(name, request)),
        st.sampled_from(["a", "b"]),
        st.sampled_from([BUY, EXIT, replace(BUY, instrument="MSFT.XNAS")]),
        st.sampled_from([broker.SubmitOrder, broker.ReplaceOrder]),
    ),
    st.builds(lambda name: broker.CancelOrder(ClientOrderId(name), AAPL), st.sampled_from(["a", "b", "c"])),
    st.just(broker.CancelEverything()),
    st.just(broker.AskAccount(1)),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(COMMANDS, max_size=8))
def test_ordering_loses_nothing_and_keeps_what_concerns_one_order_in_its_order(commands: list[broker.Command]) -> None:
    group = [Due(Tell(command), number) for number, command in enumerate(commands)]
    ordered = in_order(group)
    assert sorted(one.since_ns for one in ordered) == list(range(len(group)))
    for name in "abc":
        about = [
            one.since_ns
            for one in ordered
            if isinstance(one.effect, Tell)
            and (
                (isinstance(one.effect.command, broker.CancelOrder) and one.effect.command.client_order_id == name)
                or (
                    isinstance(one.effect.command, broker.SubmitOrder | broker.ReplaceOrder)
                    and one.effect.command.ticket.client_order_id == name
                )
            )
        ]
        sends = [n for n in about if not isinstance(commands[n], broker.CancelOrder)]
        cancels = [n for n in about if isinstance(commands[n], broker.CancelOrder)]
        for cancel in cancels:
            before = [n for n in sends if n < cancel]
            assert all(about.index(n) < about.index(cancel) for n in before)
