"""The paper venue in this process: the ports are kept, and nothing comes back within a call."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from tests import virtual_time
from tests.unit.engine.engine_samples import bars_of, flat_rows
from tests.unit.simulation.paper.paper_samples import AAA, request, terms

from tradewright.domain.errors import BrokerError, InputError, NotSent
from tradewright.domain.identifiers import ClientOrderId
from tradewright.domain.orders.ticket import Ticket
from tradewright.ports.broker import (
    AskAccount,
    Broker,
    Disconnected,
    Executed,
    OrderReport,
    SubmitOrder,
)
from tradewright.ports.feed import Feed, FeedEnded, Slice, Subscription
from tradewright.simulation.paper.exchange import Exchange
from tradewright.simulation.paper.faults import Faults
from tradewright.simulation.paper.history import HistorySource
from tradewright.simulation.paper.in_process import InProcessPaper
from tradewright.simulation.paper.inputs import PlacedByHand, Submitted
from tradewright.simulation.paper.pace import Pace
from tradewright.simulation.paper.venue import PaperVenue

WANTED = Subscription(instruments=(AAA,), interval="1d", warm_up_bars=1)


def paper(rows: int = 4, **changes: Any) -> InProcessPaper:
    return InProcessPaper(Exchange(PaperVenue(terms()), HistorySource(bars_of(flat_rows(rows)))), **changes)


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_it_keeps_both_ports() -> None:
    made = paper()
    broker: Broker = made
    feed: Feed = made
    assert broker.traits.account == "main"
    assert feed is not None


def test_answers_come_after_the_call_and_fills_before_their_slice() -> None:
    async def trade() -> list[Any]:
        made = paper()
        seen: list[Any] = []
        await made.connect(seen.append)
        assert seen == []
        await made.subscribe(WANTED, seen.append)
        for number in (1, 2, 3, 4):
            while not any(isinstance(one, Slice) and one.number == number for one in seen):
                await asyncio.sleep(0)
            if number == 2:
                made.inject(Submitted(ClientOrderId("a"), request(10)))
            made.acknowledge(number)
        while not isinstance(seen[-1], FeedEnded):
            await asyncio.sleep(0)
        await made.close()
        await made.close()
        return seen

    seen = virtual_time.run(trade())
    kinds = [type(one).__name__ for one in seen]
    assert kinds == ["Connected", "Slice", "Slice", "OrderReport", "Executed", "Slice", "Slice", "FeedEnded"]
    assert [one.is_warm_up for one in seen if isinstance(one, Slice)] == [True, False, False, False]


def test_an_unacknowledged_slice_is_waited_for_and_then_left_behind() -> None:
    async def trade() -> list[Any]:
        made = paper(pace=Pace(patience_s=0.01))
        seen: list[Any] = []
        await made.connect(lambda event: None)
        await made.subscribe(WANTED, seen.append)
        await settle()
        assert len(seen) == 1
        await asyncio.sleep(0.1)
        return seen

    assert [type(one).__name__ for one in virtual_time.run(trade())] == ["Slice"] * 4 + ["FeedEnded"]


def test_a_slow_replay_does_not_hurry_for_an_early_acknowledgement() -> None:
    async def trade() -> list[Any]:
        made = paper(pace=Pace(slices_a_second=50))
        seen: list[Any] = []
        await made.connect(lambda event: None)
        await made.subscribe(WANTED, seen.append)
        await settle()
        made.acknowledge(1)
        await settle()
        assert len(seen) == 1
        await asyncio.sleep(0.03)
        assert len(seen) == 2
        await made.close()
        return seen

    virtual_time.run(trade())


def test_nothing_is_sent_without_a_connection_and_a_second_connect_is_refused() -> None:
    async def trade() -> None:
        made = paper()
        seen: list[Any] = []
        with pytest.raises(NotSent):
            made.enqueue(AskAccount(1))
        await made.connect(seen.append)
        with pytest.raises(BrokerError):
            await made.connect(seen.append)
        made.enqueue(AskAccount(1))
        made.drop("the cable")
        await settle()
        assert seen == [Disconnected("the cable")]
        with pytest.raises(NotSent):
            made.enqueue(AskAccount(2))

    virtual_time.run(trade())


def test_a_replay_pauses_while_nobody_is_connected() -> None:
    async def trade() -> None:
        made = paper(pace=Pace(patience_s=0.005))
        slices: list[Any] = []
        await made.connect(lambda event: None)
        await made.subscribe(WANTED, slices.append)
        await settle()
        made.drop("the cable")
        await asyncio.sleep(0.03)
        assert len(slices) == 1
        await made.connect(lambda event: None)
        await asyncio.sleep(0.05)
        assert isinstance(slices[-1], FeedEnded)

    virtual_time.run(trade())


def test_a_resumed_session_sees_played_slices_again_without_trading_them_twice() -> None:
    exchange = Exchange(PaperVenue(terms()), HistorySource(bars_of(flat_rows(5))))

    async def first() -> None:
        made = InProcessPaper(exchange, stretch="s1", pace=Pace(patience_s=0.001))
        seen: list[Any] = []
        await made.connect(seen.append)
        await made.subscribe(WANTED, seen.append)
        made.inject(Submitted(ClientOrderId("a"), request(10)))
        while exchange.played < 3:
            await asyncio.sleep(0.001)
        await made.close()

    async def second() -> list[Any]:
        made = InProcessPaper(exchange, stretch="s1", pace=Pace(patience_s=0.001))
        seen: list[Any] = []
        await made.connect(seen.append)
        wanted = Subscription(instruments=(AAA,), interval="1d", warm_up_bars=1, after=1)
        await made.subscribe(wanted, seen.append)
        while not any(isinstance(one, FeedEnded) for one in seen):
            await asyncio.sleep(0.001)
        return seen

    virtual_time.run(first())
    before = exchange.venue.cash
    seen = virtual_time.run(second())
    assert [one.number for one in seen if isinstance(one, Slice)] == [2, 3, 4, 5]
    assert not [one for one in seen if isinstance(one, Executed)]
    assert exchange.venue.cash == before
    assert exchange.venue.positions() == {AAA: Decimal(10)}


def test_a_session_cannot_go_on_beyond_what_was_played() -> None:
    async def trade() -> None:
        made = paper()
        wanted = Subscription(instruments=(AAA,), interval="1d", warm_up_bars=1, after=3)
        with pytest.raises(InputError, match="cannot go on"):
            await made.subscribe(wanted, lambda event: None)
        strange = Subscription(instruments=("ZZZ.XNYS",), interval="1d", warm_up_bars=1)
        with pytest.raises(InputError, match="does not have"):
            await made.subscribe(strange, lambda event: None)

    virtual_time.run(trade())


def test_a_connection_lost_by_a_fault_leaves_its_command_unclear() -> None:
    async def trade() -> list[Any]:
        exchange = Exchange(PaperVenue(terms()), HistorySource(bars_of(flat_rows(3))))
        made = InProcessPaper(exchange, faults=Faults(disconnect=1, lost_acknowledgement=1))
        seen: list[Any] = []
        await made.connect(seen.append)
        await made.subscribe(WANTED, lambda event: None)
        await settle()
        order = Ticket(
            client_order_id=ClientOrderId("a"), request=request(5), limits_version=1, epoch=1, attempt=1, minted_ns=0
        )
        made.enqueue(SubmitOrder(order))
        await settle()
        assert exchange.venue.book.of_client(ClientOrderId("a")) is not None
        return seen

    assert [type(event).__name__ for event in virtual_time.run(trade())] == ["Connected", "Disconnected", "SendUnclear"]


def test_everybody_who_is_connected_sees_reports_and_only_the_asker_the_answer() -> None:
    async def trade() -> None:
        exchange = Exchange(PaperVenue(terms()), HistorySource(bars_of(flat_rows(3))))
        trader, guard = InProcessPaper(exchange), InProcessPaper(exchange)
        told: list[Any] = []
        watched: list[Any] = []
        await trader.connect(told.append)
        await guard.connect(watched.append)
        await trader.subscribe(WANTED, lambda event: None)
        await settle()
        trader.inject(PlacedByHand(request(5)))
        trader.enqueue(AskAccount(7))
        await settle()
        assert [one.client_order_id for one in watched if isinstance(one, OrderReport)] == [None]
        assert len(told) == len(watched) + 1

    virtual_time.run(trade())
