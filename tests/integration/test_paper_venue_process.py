"""The paper venue's process is killed at any moment, started twice, left alone, given nonsense; the account stands."""

import asyncio
import contextlib
import itertools
import os
import random
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.contracts.brokers.broker_bench import PATIENCE_S, Desk
from tests.contracts.brokers.paper_market import ScriptedMarket
from tests.contracts.brokers.paper_process import VenueProcess, Wire

from tradewright.adapters.brokers.paper.broker import PaperBroker
from tradewright.adapters.brokers.paper.client import Place
from tradewright.adapters.brokers.paper.translate import Replay
from tradewright.domain.errors import BrokerError, DataError, InputError, NotSent
from tradewright.ports.broker import (
    AskAccount,
    BrokerEvent,
    Disconnected,
    Executed,
    NoAnswer,
    OrderReport,
    SubmitRejected,
)
from tradewright.ports.feed import FeedEnded, FeedLost, Slice, Subscription
from tradewright.simulation.paper.inputs import SlicePlayed

WANTED = Subscription(instruments=("AAA.XNYS",), interval="1d", warm_up_bars=2)
HELD = 75
TRIES = 20
DAYS = (2, 3, 6, 7, 8, 9, 10, 13, 14, 15, 16, 17, 21, 22, 23, 24)


@pytest.fixture
def venue(tmp_path: Path) -> Iterator[VenueProcess]:
    made = VenueProcess(tmp_path / "main", injections="", project=str(tmp_path), file=str(history(tmp_path)))
    yield made
    made.end()


def history(folder: Path) -> Path:
    """A file of daily bars that go up by one a day."""
    rows = [f"2020-01-{day:02d},AAA,{100 + n},{102 + n},{99 + n},{101 + n},1000" for n, day in enumerate(DAYS)]
    path = folder / "bars.csv"
    path.write_text("\n".join(("date,symbol,open,high,low,close,volume", *rows)) + "\n", encoding="utf-8")
    return path


class OneInstrument(ScriptedMarket):
    """The market of the tests that kill: moved over a connection of its own."""

    def __init__(self, venue: VenueProcess) -> None:
        super().__init__("AAA.XNYS")
        self.venue = venue
        for given in self.opening():
            venue.inject(given)

    def broker(self) -> PaperBroker:
        return self.venue.broker()

    async def inject(self, given: Any) -> None:
        await asyncio.to_thread(self.venue.inject, given)

    async def place_by_hand(self, request: Any) -> None:
        raise NotImplementedError

    async def drop(self, broker: Any) -> None:
        broker.cut()


@pytest.mark.parametrize("seed", range(4))
def test_nothing_that_was_acknowledged_is_lost_when_the_venue_is_killed(venue: VenueProcess, seed: int) -> None:
    chance = random.Random(seed)
    venue.start()
    market = OneInstrument(venue)
    told: list[BrokerEvent] = []

    async def trade_until_killed() -> None:
        desk = Desk(market, venue.broker(), f"k{seed}", events=told)
        await desk.open()
        desk.send("first", 1, limit_price=99)
        await desk.heard(OrderReport)
        process, after_s = venue.process, chance.uniform(0.0, 0.08)
        kill = asyncio.get_running_loop().call_later(after_s, os.kill, process, signal.SIGKILL)
        try:
            for n in itertools.count():
                desk.send(f"o{n}", chance.choice([1, 2, -1]), limit_price=chance.choice([99, 100, 101]))
                if n % 3 == 0:
                    desk.cancel(f"o{chance.randrange(n + 1)}")
                await asyncio.sleep(0)
                if n % 20 == 19:
                    piece = market.piece((100.0, 101.0, 99.0, 100.0), is_last=True)
                    assert isinstance(piece, SlicePlayed)
                    await asyncio.to_thread(venue.inject, piece)
        except (NotSent, OSError):
            pass
        kill.cancel()
        while not any(isinstance(event, Disconnected) for event in told):
            await asyncio.sleep(0.001)
        await desk.broker.close()

    asyncio.run(trade_until_killed())
    before = told[: next(n for n, event in enumerate(told) if isinstance(event, Disconnected))]

    async def look() -> None:
        desk = Desk(market, venue.broker(), f"k{seed}")
        await desk.open()
        known = {fill.execution_id: fill for fill in (await desk.fills_since(0)).fills}
        for event in before:
            if isinstance(event, Executed):
                assert known[event.fill.execution_id] == event.fill
            if isinstance(event, OrderReport) and event.client_order_id is not None:
                report = await desk.order(event.client_order_id.removeprefix(f"k{seed}-"))
                assert report is not None
                assert report.venue_order_id == event.venue_order_id
                assert report.filled >= event.filled
                assert event.life.value == "working" or report.life is event.life
        account = await desk.account()
        spent = sum((fill.signed_quantity * fill.price + fill.fee.amount for fill in known.values()), Decimal(0))
        assert account.cash == {"USD": Decimal(100_000) - spent}
        held = sum((fill.signed_quantity for fill in known.values()), Decimal(0))
        assert account.positions.get("AAA.XNYS", Decimal(0)) == held
        await desk.broker.close()

    asyncio.run(look())
    assert any(isinstance(event, OrderReport) for event in before)


def test_a_replay_goes_on_where_the_trading_session_stood_when_the_venue_was_killed(venue: VenueProcess) -> None:
    async def follow() -> tuple[list[int], list[Any]]:
        broker = venue.broker("s1")
        seen: list[Any] = []
        events: list[Any] = []
        await broker.connect(events.append)
        await broker.subscribe(WANTED, seen.append)
        dealt_with: list[int] = []
        while not any(isinstance(event, FeedEnded) for event in seen):
            await asyncio.sleep(0.001)
            slices = [event for event in seen if isinstance(event, Slice)]
            if slices and slices[-1].number > len(dealt_with):
                number = slices[-1].number
                dealt_with.append(number)
                if number == 6:
                    os.kill(venue.process, signal.SIGKILL)
                broker.acknowledge(number)
        await broker.close()
        return dealt_with, seen

    dealt_with, seen = asyncio.run(follow())
    assert dealt_with == list(range(1, len(DAYS) + 1))
    assert [event for event in seen if isinstance(event, FeedLost)]
    assert [event.is_warm_up for event in seen if isinstance(event, Slice)][:3] == [True, True, False]


def test_a_session_is_resumed_and_another_one_begins_anew(venue: VenueProcess) -> None:
    def numbers(stretch: str, after: int) -> list[int]:
        async def play() -> list[int]:
            broker = venue.broker(stretch)
            seen: list[Any] = []
            await broker.connect(lambda event: None)
            try:
                await broker.subscribe(replace(WANTED, after=after), seen.append)
                while not any(isinstance(event, FeedEnded) for event in seen):
                    await asyncio.sleep(0.001)
                    if seen and isinstance(seen[-1], Slice):
                        broker.acknowledge(seen[-1].number)
            finally:
                await broker.close()
            return [event.number for event in seen if isinstance(event, Slice)]

        return asyncio.run(play())

    whole = list(range(1, len(DAYS) + 1))
    assert numbers("s1", 0) == whole
    assert numbers("s1", 10) == whole[10:]
    assert numbers("s2", 0) == whole
    with pytest.raises(InputError, match="cannot go on"):
        numbers("s3", 5)


def test_a_replay_of_what_is_not_there_says_what_is(venue: VenueProcess) -> None:
    async def ask(replay: Replay, wanted: Subscription) -> None:
        broker = PaperBroker(venue.place(), replay=replay)
        await broker.connect(lambda event: None)
        try:
            await broker.subscribe(wanted, lambda event: None)
        finally:
            await broker.close()

    stranger = Subscription(instruments=("ZZZ.XNYS",), interval="1d", warm_up_bars=0)
    with pytest.raises(InputError, match="ZZZ"):
        asyncio.run(ask(Replay(stretch="s"), stranger))
    with pytest.raises(DataError, match="too little history"):
        asyncio.run(ask(Replay(stretch="s", start="2020-01-03"), WANTED))
    with pytest.raises(InputError, match="speed"):
        asyncio.run(ask(Replay(stretch="s", speed="quickly"), WANTED))
    with pytest.raises(InputError, match="first day"):
        asyncio.run(ask(Replay(stretch="s", start="soon"), WANTED))


def test_a_second_server_of_an_account_is_refused(venue: VenueProcess) -> None:
    venue.start()
    command = [sys.executable, "-m", "tradewright.venues.paper", "--folder", str(venue.folder), "--account", "main"]
    second = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert second.returncode == HELD
    assert f"process {venue.process}" in second.stderr


def test_folder_and_socket_are_for_their_owner_alone(venue: VenueProcess) -> None:
    venue.start()
    assert stat.S_IMODE(venue.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((venue.folder / "venue.sock").stat().st_mode) == 0o600


def test_the_venue_leaves_when_nobody_was_there_for_a_while(tmp_path: Path) -> None:
    venue = VenueProcess(tmp_path / "main", **{"idle-minutes": "0.005"}, project=str(tmp_path))
    for _ in range(TRIES):
        with contextlib.suppress(BrokerError):  # on a slow machine it may have left before it was reached
            venue.start()
            break
    assert "is served" in (venue.folder / "venue.log").read_text()
    end = time.monotonic() + PATIENCE_S
    while venue.started() and time.monotonic() < end:
        time.sleep(0.01)
    assert not venue.started()
    assert not (tmp_path / "main" / "venue.sock").exists()


def test_a_venue_that_is_told_to_leave_leaves_in_good_order(venue: VenueProcess) -> None:
    venue.start()
    venue.kill(signal.SIGTERM)
    assert not (venue.folder / "venue.sock").exists()
    assert "Traceback" not in (venue.folder / "venue.log").read_text()


def test_terms_that_are_not_those_of_the_opening_are_refused_with_both(venue: VenueProcess) -> None:
    venue.start()
    venue.kill()
    venue.options = {**venue.options, "cash": "5000"}
    with pytest.raises(BrokerError, match=r"other terms: cash.*expected cash 100000.*found cash 5000"):
        venue.start()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"cash": "much"}, "--cash cannot be read"),
        ({"costs": "Free()"}, "Free"),
        ({"faults": "{"}, "--faults cannot be read"),
        ({"lots": "[]"}, "--lots cannot be read"),
        ({"leverage": "0"}, "leverage"),
    ],
)
def test_wrong_options_are_told_to_whoever_wanted_the_venue(tmp_path: Path, options: dict[str, str], told: str) -> None:
    venue = VenueProcess(tmp_path / "main", project=str(tmp_path), **options)
    with pytest.raises(BrokerError, match="ended with code 2") as raised:
        venue.start()
    assert told in str(raised.value)


def test_a_guard_does_not_start_a_venue(tmp_path: Path) -> None:
    broker = PaperBroker(Place(folder=tmp_path, account="main", starts=False))
    with pytest.raises(BrokerError, match="is not served"):
        asyncio.run(broker.connect(lambda event: None))


def test_an_account_of_another_name_is_refused(venue: VenueProcess) -> None:
    venue.start()
    broker = PaperBroker(Place(folder=venue.folder, account="other", starts=False))
    with pytest.raises(InputError, match="another paper account"):
        asyncio.run(broker.connect(lambda event: None))


def test_nonsense_ends_the_connection_and_not_the_venue(venue: VenueProcess) -> None:
    venue.start()
    for content in (
        b"{",
        b"[1]",
        b'{"kind":"Nothing"}',
        b'{"kind":"AskOrder","body":{"number":"x"}}',
        b'{"kind":"Hello","body":{"version":1,"account":"main","client":"again"}}',
    ):
        with Wire(venue.folder) as wire:
            wire.send_bytes(content)
            assert wire.receive()["kind"] == "Refused"
    with Wire(venue.folder) as wire:
        wire.socket.sendall(b"\xff\xff\xff\xff")
        assert "too long" in wire.receive()["body"]["problem"]
    with Wire(venue.folder) as wire:
        assert wire.ask(AskAccount(3))["number"] == 3


def test_an_order_that_cannot_be_read_is_rejected_by_its_id(venue: VenueProcess) -> None:
    venue.start()
    with Wire(venue.folder) as wire:
        wire.send("SubmitOrder", {"client_order_id": "a", "request": {"instrument": "AAA.XNYS", "side": "SIDEWAYS"}})
        frame = wire.receive()
        assert (frame["kind"], frame["body"]["client_order_id"]) == ("SubmitRejected", "a")


def test_events_are_injected_only_where_that_was_asked_for(tmp_path: Path) -> None:
    venue = VenueProcess(tmp_path / "main", project=str(tmp_path))
    venue.start()
    try:
        with Wire(venue.folder) as wire:
            wire.send("RestsWiped", {})
            assert "--injections" in wire.receive()["body"]["remedy"]
    finally:
        venue.end()


def test_a_damaged_account_is_not_served(venue: VenueProcess) -> None:
    venue.start()
    OneInstrument(venue)
    venue.kill()
    path = venue.folder / "account.log"
    content = bytearray(path.read_bytes())
    content[30] ^= 1
    path.write_bytes(content)
    with pytest.raises(BrokerError, match="damaged"):
        venue.start()


def test_faults_of_the_line_are_those_that_were_asked_for(tmp_path: Path) -> None:
    faults = '{"seed":1,"reject":1,"unanswered":1}'
    venue = VenueProcess(tmp_path / "main", injections="", project=str(tmp_path), faults=faults)

    async def trade() -> list[BrokerEvent]:
        desk = Desk(OneInstrument(venue), venue.broker(), "f")
        await desk.open()
        desk.send("a")
        await desk.heard(SubmitRejected)
        desk.broker.enqueue(AskAccount(9))
        await desk.heard(NoAnswer)
        await desk.broker.close()
        return desk.events

    venue.start()
    try:
        assert len(asyncio.run(trade())) == 3
    finally:
        venue.end()
