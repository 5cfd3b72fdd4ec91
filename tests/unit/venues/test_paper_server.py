"""The paper venue's server in the test's own process: who is let in, what is answered, when it leaves."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.contracts.brokers.broker_bench import Desk
from tests.contracts.brokers.paper_market import ScriptedMarket
from tests.unit.engine.engine_samples import NAMES, bars_of, flat_rows
from tests.unit.simulation.paper.paper_samples import terms

from tradewright.adapters.brokers.paper.broker import PaperBroker
from tradewright.adapters.brokers.paper.client import Place, Wire, reach
from tradewright.adapters.brokers.paper.translate import Replay, heard, hello
from tradewright.adapters.disk.disk import RealDisk
from tradewright.domain.errors import BrokerError, DataError, InputError, StorageError
from tradewright.ports.broker import BrokerEvent, Connected, Disconnected, NoAnswer, OrderReport
from tradewright.ports.feed import FeedEnded, FeedLost, Slice, Subscription
from tradewright.simulation.paper.exchange import Exchange
from tradewright.simulation.paper.faults import Faults
from tradewright.simulation.paper.history import HistorySource
from tradewright.simulation.paper.inputs import Input, MarketOpened, PlacedByHand
from tradewright.simulation.paper.venue import PaperVenue
from tradewright.venues.paper import connection, protocol
from tradewright.venues.paper.__main__ import HELD, main
from tradewright.venues.paper.server import PaperServer, Serving
from tradewright.venues.paper.source import StoreSource

WANTED = Subscription(instruments=NAMES[:1], interval="1d", warm_up_bars=1)


class Served(ScriptedMarket):
    """A server with its exchange, and brokers on it."""

    def __init__(self, folder: Path, keep: Any = None, **serving: Any) -> None:
        super().__init__(NAMES[0])
        self.folder = folder
        more = {} if keep is None else {"keep": keep}
        self.exchange = Exchange(PaperVenue(terms()), HistorySource(bars_of(flat_rows(6))), **more)
        self.server = PaperServer(folder, self.exchange, source_of=self.source, serving=Serving(**serving))
        self.task: asyncio.Task[None] | None = None

    def source(self, wanted: protocol.Subscribe) -> HistorySource:
        return HistorySource(bars_of(flat_rows(6)))

    def broker(self, stretch: str = "s") -> PaperBroker:
        return PaperBroker(self.place(), replay=Replay(stretch=stretch))

    def place(self) -> Place:
        return Place(folder=self.folder, account="main", starts=False)

    async def inject(self, given: Input) -> None:
        self.exchange.take(given)

    async def place_by_hand(self, request: Any) -> None:
        self.exchange.take(PlacedByHand(request))

    async def drop(self, broker: Any) -> None:
        broker.cut()

    def play(self, case: Callable[["Served"], Awaitable[None]]) -> None:
        """Serve while a case runs."""

        async def played() -> None:
            self.task = asyncio.get_running_loop().create_task(self.server.serve())
            while not (self.folder / "venue.sock").exists():
                await asyncio.sleep(0)
            try:
                await case(self)
            finally:
                self.server.leave()
                with contextlib.suppress(StorageError):
                    await self.task

        asyncio.run(played())

    async def raw(self) -> Wire:
        wire = await reach(self.place())
        wire.send(hello("main", "test"))
        heard(await wire.receive())
        return wire


def test_a_session_is_served_from_first_slice_to_last(tmp_path: Path) -> None:
    async def case(served: Served) -> None:
        broker = served.broker()
        seen: list[Any] = []
        await broker.connect(seen.append)
        await broker.subscribe(WANTED, seen.append)
        while not isinstance(seen[-1], FeedEnded):
            await asyncio.sleep(0.001)
            if isinstance(seen[-1], Slice):
                broker.acknowledge(seen[-1].number)
        await broker.close()
        assert [type(event).__name__ for event in seen] == ["Connected", *["Slice"] * 6, "FeedEnded"]

    Served(tmp_path).play(case)


def test_a_replay_that_somebody_else_takes_over_is_told_as_lost(tmp_path: Path) -> None:
    async def case(served: Served) -> None:
        first, second = served.broker("one"), served.broker("two")
        lost: list[Any] = []
        for broker, sink in ((first, lost.append), (second, lambda event: None)):
            await broker.connect(lambda event: None)
            await broker.subscribe(WANTED, sink)
        while not (lost and isinstance(lost[-1], FeedLost)):
            await asyncio.sleep(0.001)
        await first.close()
        await second.close()

    Served(tmp_path).play(case)


def test_a_replay_can_be_given_up_and_asked_for_again(tmp_path: Path) -> None:
    async def case(served: Served) -> None:
        wire = await served.raw()
        body = {"subscription": WANTED, "stretch": "s"}
        for _ in range(2):
            wire.send(msgspec.json.encode({"kind": "Subscribe", "body": body}))
            assert type(heard(await wire.receive())).__name__ == "Subscribed"
            assert isinstance(heard(await wire.receive()), Slice)
            wire.send(b'{"kind":"Unsubscribe"}')
            wire.send(b'{"kind":"Acknowledge","body":{"number":1}}')
        wire.cut()

    Served(tmp_path).play(case)


def test_a_refused_replay_leaves_the_connection_standing(tmp_path: Path) -> None:
    async def case(served: Served) -> None:
        broker = served.broker()
        await broker.connect(lambda event: None)
        with pytest.raises(InputError, match="does not have"):
            await broker.subscribe(Subscription(instruments=("Z.XNYS",), interval="1d", warm_up_bars=0), print)
        await broker.subscribe(WANTED, lambda event: None)
        await broker.close()
        with pytest.raises(BrokerError, match="not connected"):
            await broker.subscribe(WANTED, print)
        with pytest.raises(InputError, match="without a replay"):
            await PaperBroker(served.place()).subscribe(WANTED, print)

    Served(tmp_path).play(case)


def test_what_is_wrong_is_told_before_the_connection_ends(tmp_path: Path) -> None:
    async def case(served: Served) -> None:
        for content, told in (
            (b"[]", "cannot be read"),
            (b"{", "cannot be read"),
            (b'{"kind":"Hello","body":{"version":1,"account":"main","client":"x"}}', "hello once"),
            (b'{"kind":"RestsWiped"}', "no injected events"),
        ):
            wire = await served.raw()
            wire.send(content)
            said = heard(await wire.receive())
            assert told in getattr(said, "problem", "")
            wire.cut()

    Served(tmp_path).play(case)


@pytest.mark.parametrize(
    ("first", "told"),
    [
        (b'{"kind":"Unsubscribe"}', "no hello"),
        (b'{"kind":"Hello","body":{"version":9,"account":"main","client":"x"}}', "different versions"),
        (b'{"kind":"Hello","body":{"version":1,"account":"other","client":"x"}}', "another paper account"),
    ],
)
def test_a_stranger_is_turned_away_with_the_reason(tmp_path: Path, first: bytes, told: str) -> None:
    async def case(served: Served) -> None:
        wire = await reach(served.place())
        wire.send(first)
        assert told in getattr(heard(await wire.receive()), "problem", "")
        wire.cut()

    Served(tmp_path).play(case)


def test_an_order_that_cannot_be_read_is_rejected_by_its_id(tmp_path: Path) -> None:
    async def case(served: Served) -> None:
        wire = await served.raw()
        wire.send(b'{"kind":"SubmitOrder","body":{"client_order_id":"a","request":{"side":"UP"}}}')
        said = heard(await wire.receive())
        assert (type(said).__name__, getattr(said, "client_order_id", "")) == ("SubmitRejected", "a")
        wire.cut()

    Served(tmp_path).play(case)


def test_events_by_hand_are_taken_where_that_was_asked_for(tmp_path: Path) -> None:
    async def case(served: Served) -> None:
        wire = await served.raw()
        market = MarketOpened("x", ("A.XNYS",), "1d", 0)
        wire.send(msgspec.json.encode({"kind": "MarketOpened", "body": market}))
        wire.send(b'{"kind":"AskAccount","body":{"number":1}}')
        heard(await wire.receive())
        assert served.exchange.venue.tradable() == ("A.XNYS",)
        wire.cut()

    Served(tmp_path, is_injecting=True).play(case)


def test_faults_lose_the_connection_and_hold_reports_back(tmp_path: Path) -> None:
    async def case(served: Served) -> None:
        desk = Desk(served, served.broker(), "f")
        await desk.open()
        for given in served.opening():
            served.exchange.take(given)
        desk.send("a", limit_price=50)
        await desk.heard(Disconnected)
        await desk.heard(Connected, lambda event: desk.events[-1] is event and len(desk.events) > 1)
        await desk.broker.close()

    Served(tmp_path, faults=Faults(disconnect=1, late_acknowledgement=1)).play(case)


def test_a_late_report_comes_when_nothing_follows_it(tmp_path: Path) -> None:
    async def case(served: Served) -> None:
        desk = Desk(served, served.broker(), "f")
        await desk.open()
        for given in served.opening():
            served.exchange.take(given)
        desk.send("a", limit_price=50)
        desk.broker.enqueue(protocol_question())
        await desk.heard(NoAnswer)
        while not desk.reports("a"):
            await asyncio.sleep(0.001)
        await desk.broker.close()

    Served(tmp_path, faults=Faults(unanswered=1, late_acknowledgement=1)).play(case)


def protocol_question() -> Any:
    return msgspec.convert({"number": 1}, protocol.COMMANDS["AskAccount"])


def test_a_connection_lost_in_a_slice_ends_the_client_alone(tmp_path: Path) -> None:
    async def case(served: Served) -> None:
        broker = served.broker()
        desk = Desk(served, broker, "f")
        await desk.open()
        await broker.subscribe(WANTED, lambda event: broker.acknowledge(getattr(event, "number", 0)))
        desk.send("a", limit_price=50)
        await desk.heard(Disconnected)
        await desk.broker.close()

    Served(tmp_path, faults=Faults(disconnect=1, latency_slices=2)).play(case)


@pytest.mark.parametrize("disconnect", [0, 1])
def test_commands_take_their_time(tmp_path: Path, disconnect: float) -> None:
    async def case(served: Served) -> None:
        desk = Desk(served, served.broker(), "f")
        await desk.open()
        for given in served.opening():
            served.exchange.take(given)
        before = asyncio.get_running_loop().time()
        desk.send("a", limit_price=50)
        await (desk.heard(Disconnected) if disconnect else desk.heard(OrderReport))
        assert asyncio.get_running_loop().time() - before >= 0.02
        await desk.broker.close()

    Served(tmp_path, faults=Faults(latency_ms=20, disconnect=disconnect)).play(case)


def test_a_client_that_takes_nothing_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "LARGEST_BACKLOG", -1)

    async def case(served: Served) -> None:
        wire = await served.raw()
        wire.send(b'{"kind":"AskAccount","body":{"number":1}}')
        with pytest.raises(OSError, match="closed"):
            await wire.receive()
        wire.cut()

    Served(tmp_path).play(case)


def test_a_file_that_fails_ends_the_server_and_nothing_is_told(tmp_path: Path) -> None:
    def full(given: Input, events: list[BrokerEvent]) -> None:
        raise StorageError("no space left")

    async def case(served: Served) -> None:
        desk = Desk(served, served.broker(), "f")
        await desk.open()
        desk.send("a")
        assert served.task is not None
        with pytest.raises(StorageError, match="no space"):
            await served.task
        await desk.broker.close()
        assert desk.reports("a") == []

    Served(tmp_path, keep=full).play(case)


def test_a_server_leaves_after_a_while_alone(tmp_path: Path) -> None:
    async def case(served: Served) -> None:
        assert served.task is not None
        await served.task

    Served(tmp_path, idle_s=0.01).play(case)


def test_a_folder_that_takes_no_socket_is_told(tmp_path: Path) -> None:
    served = Served(tmp_path / ("long" * 40))
    served.folder.mkdir()
    with pytest.raises(StorageError, match="cannot listen"):
        asyncio.run(served.server.serve())


def run(folder: Path, *more: str) -> int:
    return main(["--folder", str(folder / "main"), "--account", "main", "--project", str(folder), *more])


def test_the_process_serves_an_account_and_leaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert (
        run(tmp_path, "--idle-minutes", "0.0005", "--costs", "PerShare(0.005, minimum=1)", "--lots", '{"A":"0.1"}') == 0
    )
    assert run(tmp_path, "--idle-minutes", "0.0005") == 0
    assert (tmp_path / "main" / "account.log").stat().st_size > 0


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (("--cash", "lots"), 2),
        (("--lots", "[]"), 2),
        (("--faults", "{"), 2),
        (("--costs", "Free()"), 2),
    ],
)
def test_wrong_options_end_with_their_code(tmp_path: Path, more: tuple[str, ...], code: int) -> None:
    assert run(tmp_path, *more) == code


def test_other_terms_and_another_server_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(tmp_path, "--idle-minutes", "0.0005") == 0
    assert run(tmp_path, "--cash", "5") == 2
    assert "cash 100000" in capsys.readouterr().err
    (tmp_path / "file").write_text("x")
    assert main(["--folder", str(tmp_path / "file" / "below"), "--account", "main"]) == 1
    hold = RealDisk(tmp_path / "main").hold("venue.lock")
    assert run(tmp_path) == HELD
    hold.release()


class TestStoreSource:
    """Which rows of the store a replay has."""

    def source(self, start: str = "", rows: int = 6) -> StoreSource:
        bars = bars_of(flat_rows(rows) if rows else [])
        return StoreSource(lambda instruments, interval, *, end: bars, start)

    def test_the_first_session_comes_right_after_the_warm_up(self) -> None:
        pieces = list(self.source("2011-01-29").slices(WANTED))
        assert [(one.session, one.is_warm_up) for one in pieces][:2] == [(15_002, True), (15_003, False)]
        assert pieces[0].next_open_ns is not None
        assert pieces[0].next_open_ns > pieces[0].time_ns

    def test_without_a_first_session_the_warm_up_is_what_comes_first(self) -> None:
        assert [one.is_warm_up for one in self.source().slices(WANTED)] == [True, *[False] * 5]

    @pytest.mark.parametrize("start", ["2011-01-26", "2050-01-01"])
    def test_too_little_history_is_told_with_what_there_is(self, start: str) -> None:
        with pytest.raises(DataError, match="2011-01-26 to"):
            self.source(start).slices(WANTED)

    def test_other_instruments_than_wanted_are_refused(self) -> None:
        with pytest.raises(InputError, match="instrument ids"):
            self.source().slices(Subscription(instruments=("AAA",), interval="1d", warm_up_bars=0))

    def test_a_first_day_that_is_none_is_refused(self) -> None:
        with pytest.raises(InputError, match="first day"):
            self.source("soon").slices(WANTED)
