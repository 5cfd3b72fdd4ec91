"""What a client gets over a WebSocket: snapshots, news, what it missed; and what becomes of one that asks nonsense."""

import asyncio
import gc
import json
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import websockets
from tests.integration.stream_tools import WITHIN_S, Streaming, bar, refusals, streaming, talking

from tradewright.application.health.checking import Component
from tradewright.application.watching.news import News
from tradewright.application.watching.signals import SignalsWatch
from tradewright.bootstrap.newsroom import Watches
from tradewright.interfaces.api.metrics_text import metrics_text
from tradewright.interfaces.stream.terms import StreamTerms

TERMS = StreamTerms(subscriptions=3, mistakes=6, messages_per_s=200, burst=200, sent_within_s=1.0)
STEADY = 200


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Streaming]:
    with streaming(tmp_path_factory.mktemp("news"), terms=TERMS) as found:
        yield found


def test_who_comes_back_gets_what_came_since_or_is_told_to_begin_anew(place: Streaming) -> None:
    key = place.key("returning")

    async def story() -> None:
        async with talking(place, key) as talk:
            shown = await talk.subscribed("risk")
            place.tell(*refusals(0, 3))
            last = (await talk.events(3))[-1]["seq"]
        place.tell(*refusals(3, 4))
        async with talking(place, key) as talk:
            told = await talk.subscribed("risk", after={"stream": shown["stream"], "seq": last})
            assert told["is_resumed"]
            assert [one["data"]["subject"] for one in await talk.events(4)] == ["o3", "o4", "o5", "o6"]
        async with talking(place, key) as talk:
            told = await talk.subscribed("risk", after={"stream": "of another server", "seq": last})
            assert not told.get("is_resumed") and len(told["items"]) == 7

    asyncio.run(story())


def test_news_that_break_go_on_by_themselves_and_whoever_listened_is_told_the_whole_anew(tmp_path: Path) -> None:
    with streaming(tmp_path, terms=TERMS) as place:
        newsroom = place.serving.newsroom
        newsroom.pause_s = 0.05
        made, broken = newsroom.fresh, [True]

        class Broken(SignalsWatch):
            def step(self) -> Iterator[News]:
                if broken[0]:
                    raise ZeroDivisionError("nobody thought of this")
                return iter(())

        def fresh() -> Watches:
            watches = made()
            watches.signals = Broken(place.serving.app.state.signals, place.serving.clock)
            return watches

        def metric() -> float:
            numbers = metrics_text((), place.serving.app.health.meters, service="all").decode().splitlines()
            return float(next(one for one in numbers if one.startswith("tradewright_news_failures_total ")).split()[1])

        def component() -> Component:
            place.serving.app.health.watch.look()
            return next(one for one in place.serving.app.health.watch.components() if one.name == "news")

        async def story() -> None:
            async with talking(place, key) as talk:
                shown = await talk.subscribed("risk")
                place.tell(*refusals(0, 2))
                last = (await talk.events(2))[-1]["seq"]
                assert component().is_ok and metric() == 0
                newsroom.fresh, newsroom._watches = fresh, None
                assert await talk.ended() == (4410, "news may have been missed: come in again, without `after`")
            until = time.monotonic() + WITHIN_S
            while newsroom.failures < 3:
                assert time.monotonic() < until, "it has not tried again"
                await asyncio.sleep(0.02)
            found = component()
            assert not found.is_ok and "nobody thought of this" in found.story and metric() >= 3
            broken[0] = False
            async with talking(place, key) as talk:
                told = await talk.subscribed("risk", after={"stream": shown["stream"], "seq": last})
                assert not told.get("is_resumed") and told["items"] == [] and told["stream"] != shown["stream"]
                place.tell(*refusals(2, 1))
                assert [one["data"]["subject"] for one in await talk.events(1)] == ["o2"]
            assert component().is_ok and newsroom.problem == ""

        key = place.key("faithful")
        asyncio.run(story())


def test_what_cannot_be_used_is_told_with_its_name_and_too_much_of_it_ends_it(place: Streaming) -> None:
    async def story() -> None:
        async with talking(place, place.key("clumsy")) as talk:
            for said, code, told in (
                ({"op": "subscribe", "topic": "nosuch"}, "not_found", "there is no such topic"),
                ({"op": "subscribe", "topic": "scans"}, "not_found", "no such topic yet"),
                ({"op": "subscribe", "topic": "orders", "filters": {"price": "1"}}, "input_error", "no filter price"),
                ({"op": "auth", "key": "again"}, "input_error", "we know who you are"),
                ({"op": "jump"}, "input_error", "cannot be used"),
            ):
                answer = await talk.said(id="mine", **said)
                assert (answer["type"], answer["id"], answer["code"]) == ("error", "mine", code)
                assert told in answer["detail"]
            await talk.socket.send("[]")
            assert await talk.ended() == (4400, "6 messages could not be used")
        async with talking(place, place.key("eager")) as talk:
            for symbol in ("A", "B", "C"):
                await talk.subscribed("bars", filters={"symbol": symbol})
            assert (await talk.said(op="subscribe", topic="bars"))["detail"] == "too many subscriptions"
            assert (await talk.said(op="unsubscribe", topic="bars", filters={"symbol": "A"}))["ended"] == 1
            await talk.subscribed("risk")
            assert (await talk.said(op="unsubscribe", topic="bars"))["ended"] == 2

    asyncio.run(story())


def test_too_many_messages_and_too_large_ones_end_a_connection(place: Streaming) -> None:
    async def story() -> None:
        async with talking(place, place.key("flood")) as talk:
            for _ in range(2 * TERMS.burst):
                await talk.socket.send(json.dumps({"op": "ping"}))
            assert (await talk.ended())[0] == 4429
        async with talking(place, place.key("giant")) as talk:
            await talk.socket.send("x" * 70_000)
            assert (await talk.ended())[0] == 1009
        async with talking(place, place.key("crumbs")) as talk:
            await talk.socket.send(b"" for _ in ())  # nothing is sent
            with pytest.raises(websockets.ConnectionClosed):
                await talk.socket.send("{" if not part else "" for part in range(10_000))
                await talk.heard()
            assert (await talk.ended())[0] in {1009, 1006}
        async with talking(place, place.key("after")) as talk:
            assert (await talk.said(op="ping"))["type"] == "pong"

    asyncio.run(story())


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="looks at memory through /proc")
def test_a_client_that_never_reads_is_cut_and_costs_the_others_nothing(place: Streaming) -> None:
    """Happenings with a megabyte of words: what waits is bounded, whoever reads gets each of them, soon."""
    words = "x" * 5_000

    async def story() -> tuple[int, int]:
        with Deaf(place, "deaf") as mute:
            async with talking(place, place.key("reader")) as talk:
                await talk.subscribed("risk")
                deaf_client = next(one for one in place.stream.clients if one.actor.name == "deaf")
                await until(lambda: bool(deaf_client.subscriptions))
                before = resident()
                for number in range(0, 10 * STEADY, 10):
                    await asyncio.to_thread(place.tell, *refusals(number, 10, words=words))
                    found = await talk.events(10)
                    assert [one["data"]["sequence"] for one in found] == list(range(number, number + 10))
                grown = resident() - before
                await until(lambda: deaf_client not in place.stream.clients)
                assert deaf_client.end is not None and deaf_client.end[0] == 4413
                assert place.serving.app.health.meters.websocket_cut == 1
                assert deaf_client.outbox.held == 0
                assert mute.fileno() > 0
                return grown, len(place.stream.clients)

    grown, left = asyncio.run(story())
    assert left == 1
    kept = 10 * STEADY * (len(words) + 600)
    assert grown < 3 * kept + 32 * 1_048_576, f"{grown} bytes for {kept} that are remembered for those who come back"


class Deaf:
    """A connection that subscribes and reads nothing; small buffers, so that it is noticed soon."""

    def __init__(self, place: Streaming, name: str) -> None:
        self.place, self.key = place, place.key(name)

    def __enter__(self) -> socket.socket:
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        self.socket.connect(("127.0.0.1", self.place.port))
        lines = (
            "GET /ws HTTP/1.1", f"Host: 127.0.0.1:{self.place.port}", "Connection: Upgrade", "Upgrade: websocket",
            "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "", "",
        )  # fmt: skip
        self.socket.sendall("\r\n".join(lines).encode())
        self.socket.recv(4_096)
        for said in ({"op": "auth", "key": self.key}, {"op": "subscribe", "topic": "risk"}):
            self.socket.sendall(masked(json.dumps(said).encode()))
        until_ = time.monotonic() + WITHIN_S
        while not any(one.actor.name == "deaf" for one in self.place.stream.clients):
            assert time.monotonic() < until_
            time.sleep(0.01)
        return self.socket

    def __exit__(self, *_: object) -> None:
        self.socket.close()


def masked(content: bytes) -> bytes:
    """A text frame of a client, with a mask of zeros."""
    return b"\x81" + bytes([0x80 | 126]) + len(content).to_bytes(2, "big") + bytes(4) + content


async def until(is_so: object) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not is_so():  # type: ignore[operator]
            await asyncio.sleep(0.01)


def resident() -> int:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_bars_that_come_faster_than_they_are_read_arrive_as_the_newest(place: Streaming) -> None:
    async def story() -> None:
        async with talking(place, place.key("chart")) as talk:
            await talk.subscribed("bars")
            for close in range(300):
                place.tell(*(bar(f"S{n}", close) for n in range(100)))
            newest: dict[str, str] = {}
            numbers: list[int] = []
            while len(newest) < 100 or set(newest.values()) != {"299"}:
                for one in await talk.events(1):
                    newest[one["data"]["instrument"]] = one["data"]["close"]
                    numbers.append(one["seq"])
            assert numbers == sorted(numbers)
            assert len(talk.welcome["topics"]) > 10

    asyncio.run(story())
