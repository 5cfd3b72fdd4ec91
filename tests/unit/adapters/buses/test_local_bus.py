"""What is particular to the bus within one process."""

import asyncio

import pytest

from tradewright.adapters.buses.local import UNLIMITED, LocalBus
from tradewright.adapters.buses.queues import Newest
from tradewright.domain.errors import InputError
from tradewright.domain.events import Event, OrderFilled
from tradewright.domain.market.quote import Quote
from tradewright.domain.market.trade import Trade
from tradewright.domain.orders.fill import Fill
from tradewright.ports.bus import DeadLetter, Overflow, Topic

TRADES = Topic("trades", Trade, may_drop=True)
QUOTES = Topic("quotes", Quote)


def trade(number: int) -> Trade:
    return Trade("AAPL.XNAS", number, str(number), 100.0, 1.0)


@pytest.mark.parametrize("kind", [Event, OrderFilled, Fill, object])
def test_a_topic_of_facts_cannot_be_declared_lossy(kind: type[object]) -> None:
    with pytest.raises(InputError, match="may not drop messages"):
        Topic("facts", kind, may_drop=True)


def test_what_is_not_market_data_cannot_be_declared_lossy() -> None:
    with pytest.raises(InputError, match="expected market data: trades, quotes or books, found DeadLetter"):
        Topic("letters", DeadLetter, may_drop=True)


def test_urgent_topics_go_first() -> None:
    bus, seen = LocalBus(), list[str]()
    bus.handle(QUOTES, "marks", handler=lambda _: seen.append("quote"))
    urgent = Topic("kills", str, is_urgent=True)
    bus.handle(urgent, "engine", handler=seen.append)
    bus.publish(QUOTES, Quote("A.X", 0, 1.0, 1.0, 1.0, 1.0))
    bus.publish(urgent, "kill")
    bus.drain()
    assert seen == ["kill", "quote"]
    assert not QUOTES.goes_first


def test_a_bus_outlives_the_event_loop_of_its_readers() -> None:
    bus = LocalBus()
    reader = bus.subscribe(TRADES, "waiting", capacity=1)

    async def first() -> int:
        async for one in reader:
            return one.time_ns
        return -1

    async def impatient() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(first(), 0.01)

    async def patient() -> int:
        reading = asyncio.create_task(first())
        await asyncio.sleep(0)
        bus.publish(TRADES, trade(7))
        return await reading

    asyncio.run(impatient())
    assert asyncio.run(patient()) == 7


def test_only_quotes_are_conflated() -> None:
    with pytest.raises(InputError, match="topic trades cannot be conflated: expected quotes, found Trade"):
        LocalBus().subscribe(TRADES, "chart", overflow=Overflow.CONFLATE)


def test_dead_letters_are_bounded_and_all_are_counted() -> None:
    bus = LocalBus(dead_letters=3)

    def broken(one: Trade) -> None:
        raise RuntimeError("broken")

    bus.handle(TRADES, "broken", handler=broken)
    for number in range(10):
        bus.publish(TRADES, trade(number))
    bus.drain()
    assert [one.event for one in bus.dead_letters()] == [trade(7), trade(8), trade(9)]
    assert bus.metrics().subscriber("trades", "broken").dead == 10


def test_a_topic_that_nobody_reads_has_room_without_end() -> None:
    assert LocalBus().room(TRADES) == UNLIMITED


def test_room_is_that_of_the_reader_with_least() -> None:
    bus = LocalBus()
    bus.subscribe(TRADES, "plain", capacity=7)
    bus.subscribe(TRADES, "forgetful", capacity=3, overflow=Overflow.DROP_OLDEST)
    bus.publish(TRADES, trade(1))
    assert bus.room(TRADES) == 3
    bus.subscribe(QUOTES, "screen", capacity=4, overflow=Overflow.CONFLATE)
    bus.publish(QUOTES, Quote("A.X", 0, 1.0, 1.0, 1.0, 1.0))
    assert bus.room(QUOTES) == 3


def test_what_waits_at_a_closed_subscription_counts_as_dropped() -> None:
    queue = Newest(3)
    queue.put(Quote("A.X", 0, 1.0, 1.0, 1.0, 1.0))
    queue.clear()
    assert (len(queue), queue.dropped) == (0, 1)


def test_a_busy_reader_lets_others_have_the_event_loop() -> None:
    async def story() -> int:
        bus = LocalBus()
        reader = bus.subscribe(TRADES, "busy", capacity=1_000)
        for number in range(1_000):
            bus.publish(TRADES, trade(number))
        bus.close()
        turns = 0

        async def other() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        task = asyncio.create_task(other())
        async for _ in reader:
            pass
        task.cancel()
        return turns

    assert asyncio.run(story()) >= 10


def test_two_waiters_share_one_subscription() -> None:
    async def story() -> int:
        bus = LocalBus()
        reader = bus.subscribe(TRADES, "shared")

        async def read() -> int:
            return len([one async for one in reader])

        tasks = [asyncio.create_task(read()) for _ in range(2)]
        await asyncio.sleep(0)
        for number in range(10):
            bus.publish(TRADES, trade(number))
            await asyncio.sleep(0)
        bus.close()
        return sum(await asyncio.gather(*tasks))

    assert asyncio.run(story()) == 10
