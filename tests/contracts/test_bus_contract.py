"""What every bus promises: run against the bus within one process, and against any other that keeps the port.

A bus that travels between processes is added to the fixture; events need only come back equal, not identical.
"""

import asyncio
import os
from collections.abc import Callable, Iterator
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewright.adapters.buses.local import LocalBus
from tradewright.adapters.buses.redis_streams import RedisBus
from tradewright.adapters.system.clock import SystemClock
from tradewright.domain.errors import InputError
from tradewright.domain.events import Event, OrderExpired, SessionOpened
from tradewright.domain.identifiers import ClientOrderId
from tradewright.domain.market.quote import Quote
from tradewright.domain.market.trade import Trade
from tradewright.ports.bus import BusClosed, BusFull, EventBus, Overflow, Topic

QUOTES = Topic("quotes", Quote)
TRADES = Topic("trades", Trade, may_drop=True)
FACTS = Topic("facts", Event)

MakeBus = Callable[[], EventBus]


@pytest.fixture(params=["local", "redis"], scope="module")
def make_bus(request: pytest.FixtureRequest) -> Iterator[MakeBus]:
    if request.param == "local":
        yield LocalBus
        return
    url, numbers, made = request.getfixturevalue("redis_server"), count(1), list[RedisBus]()

    def make() -> RedisBus:
        prefix = f"contract:{os.getpid()}:{next(numbers)}:"
        made.append(RedisBus(url, name="here", clock=SystemClock(), prefix=prefix))
        return made[-1]

    yield make
    for one in made:
        one.leave()


@pytest.fixture
def bus(make_bus: MakeBus) -> EventBus:
    return make_bus()


def trade(number: int, instrument: str = "AAPL.XNAS") -> Trade:
    return Trade(instrument, number, str(number), 100.0, 1.0)


def quote(number: int, instrument: str = "AAPL.XNAS") -> Quote:
    return Quote(instrument, number, 99.0, 1.0, 101.0, 1.0)


def expired(number: int) -> OrderExpired:
    return OrderExpired(number, ClientOrderId(f"a{number}"))


def test_every_reader_gets_every_message_in_order(bus: EventBus) -> None:
    first, second = bus.subscribe(TRADES, "first"), bus.subscribe(TRADES, "second")
    for number in range(5):
        bus.publish(TRADES, trade(number))
    assert list(first.take(2)) == [trade(0), trade(1)]
    assert list(first.take()) == [trade(2), trade(3), trade(4)]
    assert [one.time_ns for one in second.take()] == [0, 1, 2, 3, 4]
    assert list(first.take()) == []


def test_a_reader_gets_nothing_from_other_topics_or_from_before(bus: EventBus) -> None:
    bus.publish(TRADES, trade(0))
    reader = bus.subscribe(TRADES, "late")
    bus.publish(QUOTES, quote(1))
    assert list(reader.take()) == []
    assert bus.metrics().topic("trades").unheard == bus.metrics().topic("quotes").unheard == 1


def test_at_least_ten_thousand_messages_wait_by_default(bus: EventBus) -> None:
    reader = bus.subscribe(TRADES, "slow")
    assert bus.room(TRADES) >= 10_000
    assert all(bus.offer(TRADES, trade(number)) for number in range(10_000))
    assert [one.time_ns for one in reader.take()] == list(range(10_000))


def test_a_full_queue_tells_the_publisher_and_loses_nothing(bus: EventBus) -> None:
    slow, fast = bus.subscribe(FACTS, "slow", capacity=2), bus.subscribe(FACTS, "fast")
    bus.publish(FACTS, expired(0))
    bus.publish(FACTS, expired(1))
    assert bus.room(FACTS) == 0
    assert not bus.offer(FACTS, expired(2))
    with pytest.raises(BusFull, match="slow cannot keep up with topic facts: found 2 messages waiting"):
        bus.publish(FACTS, expired(2))
    assert [one.time_ns for one in fast.take()] == [0, 1], "nobody gets what one reader had no room for"
    assert [one.time_ns for one in slow.take(1)] == [0]
    bus.publish(FACTS, expired(2))
    assert [one.time_ns for one in slow.take()] == [1, 2]
    counted = bus.metrics()
    assert (counted.topic("facts").published, counted.topic("facts").blocked) == (3, 2)
    assert (counted.subscriber("facts", "slow").highest_fill, counted.subscriber("facts", "slow").dropped) == (2, 0)


def test_conflated_quotes_leave_the_newest_of_each_instrument(bus: EventBus) -> None:
    reader = bus.subscribe(QUOTES, "screen", capacity=2, overflow=Overflow.CONFLATE)
    for number, name in enumerate(["A.X", "B.X", "A.X", "A.X"]):
        bus.publish(QUOTES, quote(number, name))
    assert not bus.offer(QUOTES, quote(4, "C.X")), "a third instrument finds no room"
    assert list(reader.take()) == [quote(3, "A.X"), quote(1, "B.X")]
    counted = bus.metrics().subscriber("quotes", "screen")
    assert (counted.conflated, counted.delivered, counted.highest_fill) == (2, 2, 2)


def test_a_topic_that_may_drop_keeps_the_newest(bus: EventBus) -> None:
    reader = bus.subscribe(TRADES, "chart", capacity=3, overflow=Overflow.DROP_OLDEST)
    for number in range(10):
        assert bus.offer(TRADES, trade(number))
    assert [one.time_ns for one in reader.take()] == [7, 8, 9]
    assert bus.metrics().subscriber("trades", "chart").dropped == 7


@pytest.mark.parametrize("overflow", [Overflow.CONFLATE, Overflow.DROP_OLDEST])
def test_facts_about_orders_are_never_lost(bus: EventBus, overflow: Overflow) -> None:
    with pytest.raises(InputError, match="topic facts"):
        bus.subscribe(FACTS, "careless", overflow=overflow)


def test_the_same_name_cannot_read_a_topic_twice(bus: EventBus) -> None:
    bus.subscribe(TRADES, "chart")
    with pytest.raises(InputError, match="chart reads topic trades already"):
        bus.subscribe(TRADES, "chart")
    bus.subscribe(QUOTES, "chart")


def test_a_queue_without_room_for_anything_is_refused(bus: EventBus) -> None:
    with pytest.raises(InputError, match="a capacity above 0"):
        bus.subscribe(TRADES, "chart", capacity=0)


def test_what_a_topic_does_not_carry_is_refused(bus: EventBus) -> None:
    with pytest.raises(InputError, match="expected Trade, found Quote"):
        bus.publish(TRADES, quote(1))


def test_a_name_means_one_topic(bus: EventBus) -> None:
    bus.publish(TRADES, trade(1))
    with pytest.raises(InputError, match="topic trades has two meanings"):
        bus.publish(Topic("trades", Quote), quote(1))


def test_draining_calls_handlers_in_order(bus: EventBus) -> None:
    seen: list[int] = []
    bus.handle(TRADES, "recorder", handler=lambda one: seen.append(one.time_ns))
    for number in range(300):
        bus.publish(TRADES, trade(number))
    assert bus.drain(100) == 100
    assert seen == list(range(100))
    assert bus.drain() == 200
    assert seen == list(range(300))
    assert bus.drain() == 0


def test_facts_are_served_before_a_flood_of_market_data(bus: EventBus) -> None:
    seen: list[str] = []
    bus.handle(TRADES, "chart", handler=lambda one: seen.append("trade"))
    bus.handle(FACTS, "engine", handler=lambda one: seen.append("fact"))
    for number in range(50):
        bus.publish(TRADES, trade(number))
    bus.publish(FACTS, expired(1))
    bus.drain(2)
    assert seen == ["fact", "trade"]


def test_handlers_take_turns(bus: EventBus) -> None:
    seen: list[str] = []
    bus.handle(TRADES, "one", handler=lambda _: seen.append("one"))
    bus.handle(QUOTES, "two", handler=lambda _: seen.append("two"))
    for number in range(1_000):
        bus.publish(TRADES, trade(number))
        bus.publish(QUOTES, quote(number))
    bus.drain(500)
    assert seen.count("one") > 150 and seen.count("two") > 150


def test_a_message_that_its_handler_fails_on_is_kept(bus: EventBus) -> None:
    seen: list[int] = []

    def picky(one: Trade) -> None:
        if one.time_ns % 2:
            raise ValueError(f"{one.time_ns} is odd")
        seen.append(one.time_ns)

    bus.handle(TRADES, "picky", handler=picky)
    for number in range(5):
        bus.publish(TRADES, trade(number))
    bus.drain()
    assert seen == [0, 2, 4]
    letters = bus.dead_letters()
    assert [(one.topic, one.subscriber, one.event, one.problem) for one in letters] == [
        ("trades", "picky", trade(1), "ValueError: 1 is odd"),
        ("trades", "picky", trade(3), "ValueError: 3 is odd"),
    ]
    counted = bus.metrics().subscriber("trades", "picky")
    assert (counted.dead, counted.delivered, counted.waiting) == (2, 5, 0)


def test_a_reader_can_put_aside_what_it_could_not_use(bus: EventBus) -> None:
    reader = bus.subscribe(TRADES, "chart")
    bus.publish(TRADES, trade(1))
    (taken,) = reader.take()
    reader.bury(taken, KeyError("AAPL"))
    assert bus.dead_letters()[0].problem == "KeyError: 'AAPL'"
    assert bus.metrics().subscriber("trades", "chart").dead == 1


def test_a_handled_subscription_is_not_read_by_hand(bus: EventBus) -> None:
    reader = bus.handle(TRADES, "recorder", handler=lambda one: None)
    with pytest.raises(InputError, match="recorder of topic trades has a handler"):
        reader.take()


def test_a_handler_cannot_drain(bus: EventBus) -> None:
    bus.handle(TRADES, "greedy", handler=lambda one: print(bus.drain()))
    bus.publish(TRADES, trade(1))
    bus.drain()
    assert "a handler drains the bus that called it" in bus.dead_letters()[0].problem


def test_a_slow_reader_slows_down_the_publisher_before_it(bus: EventBus) -> None:
    def twice(one: Trade) -> None:
        for _ in range(2):
            bus.publish(QUOTES, quote(one.time_ns))

    bus.handle(TRADES, "doubler", handler=twice, capacity=4, feeds={QUOTES: 2})
    slow = bus.subscribe(QUOTES, "slow", capacity=5)
    accepted = 0
    while bus.offer(TRADES, trade(accepted)):
        accepted += 1
        bus.drain()
    assert accepted == 6, "two trades became four quotes, four trades wait"
    read = []
    while got := slow.take(1):
        read += [one.time_ns for one in got]
        bus.drain()
    assert read == [n for n in range(6) for _ in range(2)]
    assert bus.dead_letters() == ()


def test_a_closed_bus_takes_nothing_and_gives_what_it_has(bus: EventBus) -> None:
    reader = bus.subscribe(TRADES, "chart")
    bus.publish(TRADES, trade(1))
    bus.close()
    bus.close()
    with pytest.raises(BusClosed, match="takes nothing for topic trades"):
        bus.publish(TRADES, trade(2))
    with pytest.raises(BusClosed):
        bus.offer(TRADES, trade(2))
    assert list(reader.take()) == [trade(1)]


def test_a_closed_subscription_is_forgotten(bus: EventBus) -> None:
    reader = bus.subscribe(TRADES, "chart", capacity=1)
    bus.publish(TRADES, trade(1))
    reader.close()
    reader.close()
    assert list(reader.take()) == []
    assert bus.offer(TRADES, trade(2))
    bus.subscribe(TRADES, "chart")


def test_handlers_may_close_their_own_subscription(bus: EventBus) -> None:
    seen: list[int] = []

    def once(one: Trade) -> None:
        seen.append(one.time_ns)
        reader.close()

    reader = bus.handle(TRADES, "once", handler=once)
    for number in range(3):
        bus.publish(TRADES, trade(number))
    assert bus.drain() == 1
    assert seen == [0]


def test_readers_can_wait_for_messages(make_bus: MakeBus) -> None:
    async def story() -> list[int]:
        bus = make_bus()
        reader = bus.subscribe(TRADES, "waiting")
        seen: list[int] = []

        async def read() -> None:
            seen.extend([one.time_ns async for one in reader])

        reading = asyncio.create_task(read())
        for number in range(200):
            bus.publish(TRADES, trade(number))
            if number % 7 == 0:
                await asyncio.sleep(0)
        bus.close()
        await reading
        return seen

    assert asyncio.run(story()) == list(range(200))


def test_a_waiting_reader_ends_with_its_subscription(make_bus: MakeBus) -> None:
    async def story() -> int:
        reader = make_bus().subscribe(TRADES, "waiting")

        async def read() -> int:
            return len([one async for one in reader])

        reading = asyncio.create_task(read())
        await asyncio.sleep(0)
        reader.close()
        return await reading

    assert asyncio.run(story()) == 0


def test_publishers_can_wait_for_room(make_bus: MakeBus) -> None:
    async def story() -> tuple[list[int], int]:
        bus = make_bus()
        reader = bus.subscribe(FACTS, "slow", capacity=3)
        seen: list[int] = []

        async def write() -> None:
            for number in range(50):
                await bus.deliver(FACTS, SessionOpened(number, "XNYS", 0))
            bus.close()

        async def read() -> None:
            seen.extend([one.time_ns async for one in reader])

        await asyncio.gather(write(), read())
        return seen, bus.metrics().subscriber("facts", "slow").highest_fill

    assert asyncio.run(story()) == (list(range(50)), 3)


def test_a_publisher_that_waits_learns_that_the_bus_closed(make_bus: MakeBus) -> None:
    async def story() -> None:
        bus = make_bus()
        bus.subscribe(FACTS, "stuck", capacity=1)
        await bus.deliver(FACTS, expired(0))
        waiting = asyncio.ensure_future(bus.deliver(FACTS, expired(1)))
        await asyncio.sleep(0)
        bus.close()
        with pytest.raises(BusClosed):
            await waiting

    asyncio.run(story())


@settings(max_examples=60, deadline=None)
@given(
    steps=st.lists(st.one_of(st.just("publish"), st.just("flood"), st.integers(0, 7)), max_size=60),
    capacity=st.integers(1, 9),
)
def test_facts_arrive_once_in_order_whatever_happens(make_bus: MakeBus, steps: list[str | int], capacity: int) -> None:
    bus = make_bus()
    seen: list[int] = []
    bus.handle(FACTS, "engine", handler=lambda one: seen.append(one.time_ns), capacity=capacity)
    bus.subscribe(QUOTES, "screen", overflow=Overflow.CONFLATE, capacity=2)
    sent = 0
    for step in steps:
        if isinstance(step, int):
            bus.drain(step)
        elif step == "publish":
            sent += bus.offer(FACTS, expired(sent))
        else:
            bus.publish(QUOTES, quote(sent))
    bus.drain()
    assert seen == list(range(sent))
    counted = bus.metrics().subscriber("facts", "engine")
    assert counted.delivered == sent and counted.highest_fill <= capacity
