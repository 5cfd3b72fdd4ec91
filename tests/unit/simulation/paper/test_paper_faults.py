"""Faults of a line are seeded, do what their name says, and leave the account alone unless a venue really does that."""

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.engine.engine_samples import bars_of, flat_rows
from tests.unit.simulation.paper.paper_samples import AAA, request, terms

from tradewright.domain.errors import InputError
from tradewright.domain.identifiers import ClientOrderId
from tradewright.ports.broker import (
    AccountAnswer,
    AskAccount,
    AskFills,
    AskOpenOrders,
    AskOrder,
    BrokerEvent,
    Executed,
    ExecutionBusted,
    FillsAnswer,
    NoAnswer,
    OpenOrdersAnswer,
    OrderAnswer,
    OrderReport,
    SubmitRejected,
)
from tradewright.ports.feed import Subscription
from tradewright.simulation.paper.exchange import Exchange
from tradewright.simulation.paper.faults import ConnectionLost, Faults, Line
from tradewright.simulation.paper.history import HistorySource
from tradewright.simulation.paper.inputs import CancelAsked, Submitted
from tradewright.simulation.paper.pace import Pace
from tradewright.simulation.paper.venue import PaperVenue

WANTED = Subscription(instruments=(AAA,), interval="1d", warm_up_bars=0)


class Client:
    """A line with faults, and what arrives over it."""

    def __init__(self, **faults: Any) -> None:
        self.exchange = Exchange(PaperVenue(terms()), HistorySource(bars_of(flat_rows(40))))
        self.line = Line(self.exchange, Faults(**faults))
        self.events: list[BrokerEvent] = []
        self.exchange.watch(self.report)
        self.exchange.subscribe(WANTED, "")
        self.slice()

    def report(self, events: list[BrokerEvent]) -> None:
        self.events += self.line.let_through(events)
        self.line.busts(events)

    def send(self, name: str, quantity: float = 10, **changes: Any) -> None:
        self.events += self.line.tell(Submitted(ClientOrderId(name), request(quantity, **changes)))

    def slice(self) -> None:
        self.events += self.line.slice_passed()
        self.exchange.next()

    def kinds(self) -> list[str]:
        return [type(event).__name__ for event in self.events]


def test_without_faults_everything_passes_as_it_is() -> None:
    client = Client()
    client.send("a")
    client.slice()
    assert client.kinds() == ["OrderReport", "Executed"]
    assert Faults(seed=5).are_off
    assert not Faults(drop=0.1).are_off


def test_commands_take_their_time() -> None:
    client = Client(latency_slices=2)
    client.send("a")
    client.slice()
    assert client.kinds() == []
    client.slice()
    assert client.kinds() == ["OrderReport", "Executed"]


def test_an_order_is_rejected_and_the_venue_never_knew_it() -> None:
    client = Client(reject=1)
    client.send("a")
    assert isinstance(client.events[0], SubmitRejected)
    assert client.exchange.venue.book.of_client(ClientOrderId("a")) is None


def test_an_acknowledgement_is_lost_or_late() -> None:
    lost, late = Client(lost_acknowledgement=1), Client(late_acknowledgement=1)
    for client in (lost, late):
        client.send("a")
        client.slice()
    assert lost.kinds() == ["Executed"]
    assert late.kinds() == ["Executed", "OrderReport"]


def test_reports_come_twice_or_never() -> None:
    twice, never = Client(duplicate=1), Client(drop=1)
    for client in (twice, never):
        client.send("a")
        client.slice()
    assert twice.kinds() == ["OrderReport", "OrderReport", "Executed", "Executed"]
    assert never.kinds() == []


def test_reports_change_places_and_none_is_kept_for_ever() -> None:
    client = Client(seed=3, reorder=0.5)
    for n in range(30):
        client.send(f"o{n}", 1, limit_price=50)
    arrived = [event.client_order_id for event in client.events if isinstance(event, OrderReport)]
    assert client.line.holds_back or len(arrived) == 30
    arrived += [event.client_order_id for event in client.line.rest() if isinstance(event, OrderReport)]
    assert sorted(str(name) for name in arrived) == sorted(f"o{n}" for n in range(30))
    assert arrived != sorted(arrived, key=lambda name: int(str(name)[1:]))
    assert not client.line.holds_back


def test_questions_are_answered_stale_in_part_or_not_at_all() -> None:
    questions = (AskOpenOrders(1), AskFills(2, 0), AskAccount(3))
    silent, halved, stale = Client(unanswered=1), Client(truncated=1), Client(stale=1)
    for client in (silent, halved, stale):
        client.send("a")
        client.send("b", limit_price=50)
        client.slice()
        client.events.clear()
        for question in questions:
            client.events += client.line.tell(question)
    assert silent.events == [NoAnswer(number, "the venue did not answer") for number in (1, 2, 3)]
    assert [getattr(event, "is_complete", True) for event in halved.events] == [False] * 3
    before = list(stale.events)
    stale.exchange.take(CancelAsked(ClientOrderId("b")))
    stale.events.clear()
    for question in questions:
        stale.events += stale.line.tell(question)
    assert stale.events == before
    (answer,) = stale.line.tell(AskOrder(9, ClientOrderId("a")))
    assert answer == OrderAnswer(9, ClientOrderId("a"), None)
    assert isinstance(before[0], OpenOrdersAnswer)
    assert isinstance(before[1], FillsAnswer)
    assert isinstance(before[2], AccountAnswer)


def test_an_order_is_answered_with_the_truth_without_faults() -> None:
    client = Client(drop=1)
    client.send("a")
    (answer,) = client.line.tell(AskOrder(9, ClientOrderId("a")))
    assert isinstance(answer, OrderAnswer)
    assert answer.report is not None


def test_a_connection_is_lost_after_the_command_arrived() -> None:
    client = Client(disconnect=1)
    with pytest.raises(ConnectionLost):
        client.send("a")
    assert client.exchange.venue.book.of_client(ClientOrderId("a")) is not None


def test_executions_are_taken_back_after_they_were_told() -> None:
    client = Client(bust=1)
    client.send("a")
    client.slice()
    told = [type(event) for event in client.events]
    assert told.index(Executed) < told.index(ExecutionBusted)
    assert client.exchange.venue.positions() == {}
    assert client.exchange.venue.cash == Decimal(100_000)


def test_waiting_orders_are_forgotten_and_others_place_orders() -> None:
    client = Client(wipe=1)
    client.send("a", limit_price=50)
    client.slice()
    order = client.exchange.venue.book.of_client(ClientOrderId("a"))
    assert order is not None
    assert order.life.value == "canceled"
    assert client.kinds() == ["OrderReport"]
    foreign = Client(foreign=1, seed=2)
    foreign.slice()
    names = [event.client_order_id for event in foreign.events if isinstance(event, OrderReport)]
    assert None in names


def test_the_same_seed_goes_wrong_in_the_same_way() -> None:
    def played(seed: int) -> list[BrokerEvent]:
        client = Client(seed=seed, drop=0.3, duplicate=0.3, reject=0.3, foreign=0.3, bust=0.3)
        for n in range(20):
            client.send(f"o{n}", 1)
            client.slice()
        return client.events

    assert played(1) == played(1) != played(2)


@pytest.mark.parametrize("faults", [{"drop": 2}, {"reject": -0.1}, {"seed": -1}, {"stale": True}])
def test_a_rate_beyond_always_is_refused(faults: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="cannot be used"):
        Faults(**faults)


@pytest.mark.parametrize(
    ("text", "wait_s"), [("20", 0.05), ("max", 0.0), ("86400x", 1.0), ("0.5", 2.0), ("43200X", 2.0)]
)
def test_a_pace_is_bars_a_second_a_multiple_or_max(text: str, wait_s: float) -> None:
    exchange = Exchange(PaperVenue(terms()), HistorySource(bars_of(flat_rows(3))))
    exchange.subscribe(WANTED, "")
    first = exchange.next()
    assert Pace.parse(text).wait_s(first, exchange.peek()) == pytest.approx(wait_s)  # type: ignore[arg-type]
    assert Pace.parse(text).wait_s(first, None) == 0  # type: ignore[arg-type]  # a slice: history has three


@pytest.mark.parametrize("text", ["", "0", "fast", "-3", "x", "3y", "0x"])
def test_another_pace_is_refused_with_what_there_is(text: str) -> None:
    with pytest.raises(InputError, match="60x"):
        Pace.parse(text)
