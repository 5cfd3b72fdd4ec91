"""P10: events through the bus, within one process and over Redis, in portions as a feed brings them.

The bare library is an asyncio queue, filled and emptied without waiting and without any promise about readers; for
Redis it is the client with the same portions in pipelines: XADD, XREADGROUP, XACK and XDEL, the same bytes, no limits.
"""

import asyncio
from contextlib import ExitStack
from itertools import count

import redis

from benchmarks.redis_server import redis_of_our_own
from benchmarks.workloads.case import Answers, Case, Place, steady
from tradewright.adapters.buses.codec import Codec
from tradewright.adapters.buses.local import LocalBus
from tradewright.adapters.buses.redis_reader import entries_of
from tradewright.adapters.buses.redis_streams import RedisBus
from tradewright.adapters.system.clock import SystemClock
from tradewright.domain.market.quote import Quote
from tradewright.ports.bus import Topic

PORTION = 1_000
QUOTES = Topic("quotes", Quote)


def _quotes() -> list[Quote]:
    """One portion; making the events is not measured."""
    return [Quote(f"S{n % 10}.BINANCE", n, 100.0, 1.0, 100.5, 1.0) for n in range(PORTION)]


class _Reader:
    """Counts what it gets."""

    def __init__(self) -> None:
        self.delivered = 0

    def take(self, quote: Quote) -> None:
        self.delivered += 1


def _handled(place: Place) -> Case:
    quotes, portions = _quotes(), place.sizes.events // PORTION

    def run() -> Answers:
        bus, reader = LocalBus(), _Reader()
        bus.handle(QUOTES, "reader", handler=reader.take)
        for _ in range(portions):
            for quote in quotes:
                bus.publish(QUOTES, quote)
            bus.drain()
        return {"delivered": float(reader.delivered)}

    def bare() -> int:
        queue: asyncio.Queue[Quote] = asyncio.Queue()
        reader = _Reader()
        for _ in range(portions):
            for quote in quotes:
                queue.put_nowait(quote)
            while not queue.empty():
                reader.take(queue.get_nowait())
        return reader.delivered

    return Case(portions * PORTION, lambda: run, bare_turn=lambda: bare)


def _awaited(place: Place) -> Case:
    quotes, portions = _quotes(), place.sizes.events // PORTION

    async def story() -> int:
        bus, delivered = LocalBus(), 0
        reader = bus.subscribe(QUOTES, "reader", capacity=PORTION // 2)

        async def publish() -> None:
            for _ in range(portions):
                for quote in quotes:
                    await bus.deliver(QUOTES, quote)
            bus.close()

        publishing = asyncio.create_task(publish())
        async for _ in reader:
            delivered += 1
        await publishing
        return delivered

    return steady(portions * PORTION, lambda: {"delivered": float(asyncio.run(story()))})


def _over_redis(place: Place) -> Case:
    quotes, portions, stack, numbers = _quotes(), max(place.sizes.events // PORTION // 10, 3), ExitStack(), count(1)
    url = stack.enter_context(redis_of_our_own())
    client = stack.enter_context(redis.Redis.from_url(url))
    codec = Codec(QUOTES)

    def run() -> Answers:
        bus, reader = RedisBus(url, name="bench", clock=SystemClock(), prefix=f"{next(numbers)}:"), _Reader()
        bus.handle(QUOTES, "reader", handler=reader.take)
        for _ in range(portions):
            assert bus.offer_all(QUOTES, quotes) == PORTION
            bus.drain()
        bus.leave()
        return {"delivered": float(reader.delivered)}

    def bare() -> int:
        key, reader = f"bare-{next(numbers)}", _Reader()
        client.xgroup_create(key, "readers", mkstream=True)
        for _ in range(portions):
            adding = client.pipeline(transaction=False)
            for quote in quotes:
                adding.xadd(key, {"e": codec.written(quote)})
            adding.execute()
            entries = entries_of(client.xreadgroup("readers", "bench", {key: ">"}, count=PORTION))
            for _, content in entries:
                reader.take(codec.read(content))
            done = client.pipeline(transaction=False)
            done.xack(key, "readers", *(entry for entry, _ in entries))
            done.xdel(key, *(entry for entry, _ in entries))
            done.execute()
        client.delete(key)
        return reader.delivered

    return Case(portions * PORTION, lambda: run, bare_turn=lambda: bare, close=stack.close)


CASES = {"P10.bus": _handled, "P10.await": _awaited, "P10.redis": _over_redis}
"""How each line is made."""
