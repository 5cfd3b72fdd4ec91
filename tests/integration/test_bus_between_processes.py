"""The bus over Redis between processes: what one of them took and did not read is read by another, whatever happens."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest
import redis
from tests.integration.stream_tools import Streaming, streaming, talking
from tests.integration.test_stream_access import job

from tradewright.adapters.buses.redis_line import RedisLine
from tradewright.adapters.buses.redis_streams import RedisBus
from tradewright.adapters.system.clock import SystemClock
from tradewright.application.jobs.views import JobView
from tradewright.application.messages import Role
from tradewright.domain.errors import StorageError
from tradewright.domain.events import Event, OrderExpired, OrderFilled
from tradewright.domain.identifiers import ClientOrderId, ExecutionId
from tradewright.domain.money import Money
from tradewright.domain.orders.fill import Fill
from tradewright.domain.orders.side import Side
from tradewright.ports.bus import Topic
from tradewright.ports.jobs import JobWish

FACTS: Topic[Event] = Topic("facts", Event)
FILLS = Topic("fills", Fill)
JOBS = Topic("jobs", JobView)
ROOT = Path(__file__).resolve().parents[2]
WITHIN_S = 30.0
MakeBus = Callable[..., RedisBus]


@pytest.fixture
def make_bus(redis_url: str) -> Iterator[MakeBus]:
    made, numbers = list[RedisBus](), count(1)

    def make(**more: object) -> RedisBus:
        name = f"bus-{next(numbers)}"
        made.append(RedisBus(redis_url, name=name, clock=SystemClock(), prefix="between:", **more))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for one in made:
        one.leave()


def expired(number: int) -> OrderExpired:
    return OrderExpired(number, ClientOrderId(f"a{number}"))


def taken_within(bus_take: Callable[[], list[int]], many: int) -> list[int]:
    found: list[int] = []
    until = time.monotonic() + WITHIN_S
    while len(found) < many:
        found += bus_take()
        assert time.monotonic() < until, found
        time.sleep(0.02)
    return found


def test_what_one_process_publishes_every_other_reads_in_order(make_bus: MakeBus) -> None:
    writer, near, far = make_bus(), make_bus(), make_bus()
    readers = [near.subscribe(FACTS, "near"), far.subscribe(FACTS, "far")]
    assert writer.offer_all(FACTS, [expired(n) for n in range(1_200)]) == 1_200
    for reader in readers:
        assert [one.time_ns for one in reader.take()] == list(range(1_200))
    assert writer.room(FACTS) == 10_000


def test_a_reader_in_another_process_that_is_full_holds_up_the_publisher(make_bus: MakeBus) -> None:
    writer, far = make_bus(), make_bus()
    reader = far.subscribe(FACTS, "far", capacity=3)
    assert writer.offer_all(FACTS, [expired(n) for n in range(5)]) == 3
    assert not writer.offer(FACTS, expired(3)) and writer.room(FACTS) == 0
    assert [one.time_ns for one in reader.take(1)] == [0]
    assert writer.offer(FACTS, expired(3))
    assert [one.time_ns for one in reader.take()] == [1, 2, 3]


def test_exact_money_and_whole_views_come_back_equal(make_bus: MakeBus) -> None:
    writer, far = make_bus(), make_bus()
    fill = Fill(
        execution_id=ExecutionId("E1"), client_order_id=ClientOrderId("a"), instrument="AAPL.XNAS", side=Side.BUY,
        quantity=Decimal("0.10"), price=Decimal("100.123456789123456789"), fee=Money.of("1.00", "USD"), time_ns=2**62,
    )  # fmt: skip
    fills, jobs = far.subscribe(FILLS, "far"), far.subscribe(JOBS, "far")
    view = job("ada")[1]
    assert isinstance(view, JobView)
    writer.publish(FILLS, fill)
    writer.publish(JOBS, view)
    assert (list(fills.take()), list(jobs.take())) == ([fill], [view])
    assert OrderFilled in Event.__subclasses__()


def test_messages_of_a_reader_that_was_killed_are_read_by_the_one_that_shares_its_name(
    make_bus: MakeBus, redis_url: str
) -> None:
    first, writer = make_bus(claim_after_ms=200), make_bus()
    reader = first.subscribe(FACTS, "worker")
    writer.offer_all(FACTS, [expired(n) for n in range(10)])
    command = [sys.executable, "-m", "tests.integration.redis_reader_process", redis_url, "between:", "4"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().split() == ["0", "1", "2", "3"]
        os.kill(process.pid, signal.SIGKILL)
    found = taken_within(lambda: [one.time_ns for one in reader.take()], 10)
    assert sorted(found) == list(range(10)), "each once: those of the dead, and those that nobody had"


def test_a_reader_that_is_gone_for_long_is_forgotten_and_nobody_waits_for_it(make_bus: MakeBus, redis_url: str) -> None:
    gone, writer = make_bus(keeps_s=0.3), make_bus()
    reader = gone.subscribe(FACTS, "gone", capacity=1)
    assert writer.offer(FACTS, expired(0)) and not writer.offer(FACTS, expired(1))
    until = time.monotonic() + WITHIN_S
    while not writer.offer(FACTS, expired(1)):
        assert time.monotonic() < until
        time.sleep(0.05)
    with redis.Redis.from_url(redis_url) as client:
        assert list(client.scan_iter("between:facts:*:gone")) == []
    assert list(reader.take()) == []
    writer.publish(FACTS, expired(2))
    assert [one.time_ns for one in reader.take()] == [2], "it is known again when it comes back"


def test_a_lost_connection_is_made_again_and_a_server_that_is_gone_is_told(make_bus: MakeBus, redis_url: str) -> None:
    bus = make_bus()
    reader = bus.subscribe(FACTS, "here")
    bus.publish(FACTS, expired(0))
    with redis.Redis.from_url(redis_url) as client:
        client.client_kill_filter(_type="normal", skipme=True)
    assert [one.time_ns for one in reader.take()] == [0]
    nowhere = RedisLine("redis://:hunter2@127.0.0.1:1/0", tries=1)
    with pytest.raises(StorageError, match=r"expected a server at 127\.0\.0\.1:1/0") as found:
        nowhere.ask(lambda client: client.ping())
    assert "hunter2" not in str(found.value)


def test_rubbish_in_a_queue_is_put_aside_and_what_follows_is_read(make_bus: MakeBus, redis_url: str) -> None:
    bus, seen = make_bus(), list[int]()
    bus.handle(FACTS, "here", handler=lambda one: seen.append(getattr(one, "time_ns", -1)))
    with redis.Redis.from_url(redis_url) as client:
        for content in ({"e": b"OrderExpired\n\xc1"}, {"e": b"NoSuchEvent\n\x80"}, {"e": b""}, {"x": b"y"}):
            client.xadd("between:facts:queue:here", content)
    bus.publish(FACTS, expired(7))
    bus.drain()
    assert seen == [7]
    told = [letter.problem for letter in bus.dead_letters()]
    assert len(told) == 4 and all(one.startswith("DataError: topic facts carried something") for one in told)
    assert bus.metrics().subscriber("facts", "here").dead == 4


def test_two_servers_of_a_project_tell_the_same(redis_url: str, tmp_path: Path) -> None:
    """One of them watches for both; when it leaves, the other one does."""
    environment = {"TRADEWRIGHT_REDIS__URL": redis_url}

    async def story(first: Streaming, second: Streaming) -> None:
        key, firer = first.key("ada", Role.ADMIN), second.serving.app
        async with talking(first, key) as here, talking(second, key) as there:
            for talk in (here, there):
                await talk.subscribed("jobs")
            for number in range(3):
                wanted = JobWish(
                    kind="job_clean_up", message="m", content=b"{}", title=f"job {number}", actor="ada",
                    roles=frozenset({"admin"}), correlation_id="c",
                )  # fmt: skip
                await asyncio.to_thread(firer.state.jobs.submit, wanted)
                for talk in (here, there):
                    titles = [one["data"]["title"] for one in await talk.events(1)]
                    while f"job {number}" not in titles:  # states may be told again to whoever came later
                        titles += [one["data"]["title"] for one in await talk.events(1)]

    with streaming(tmp_path, environment=environment) as second:
        with streaming(tmp_path, environment=environment) as first:
            asyncio.run(story(first, second))

        async def alone() -> None:
            async with talking(second, second.key("bob", Role.ADMIN)) as talk:
                await talk.subscribed("jobs")
                jobs = second.serving.app.state.jobs
                page = await asyncio.to_thread(jobs.changed, 0)
                await asyncio.to_thread(jobs.cancel, page[0].id)
                while (await talk.events(1))[0]["data"]["life"] != "canceled":
                    pass

        asyncio.run(alone())
