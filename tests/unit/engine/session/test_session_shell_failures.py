"""What breaks around a session ends it or shuts it, is told, and never leaves half of anything."""

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.engine.journal.faulty_disk import FaultyDisk
from tests.unit.engine.session.little_core import AAPL, LittleCore
from tests.unit.engine.session.memory_ports import Below, MovingClock, Scene, places_on, real_places, slice_of

from tradewright.domain.errors import BrokerError, StorageError
from tradewright.domain.orders.life import OrderLife
from tradewright.domain.orders.request import OrderRequest
from tradewright.engine.runtime.journal.problems import JournalPoisoned
from tradewright.engine.runtime.journal.reader import read
from tradewright.engine.session.effects import Effect
from tradewright.engine.session.exits import Exit, ExitCause
from tradewright.engine.session.facts import Fact, IncidentRaised, StrategyProposed, TradingStateChanged, catalogue
from tradewright.engine.session.heartbeat import HeartBeat, read_beat
from tradewright.engine.session.shell import Session
from tradewright.engine.session.world import Pace
from tradewright.ports import broker, feed, hosts
from tradewright.trading.risk.states import TradingState


def facts_on(disk: FaultyDisk) -> list[object]:
    return [record.fact for record in read(Below(disk, "journal"), catalogue())]


def run(scene: Scene, disk: FaultyDisk, *, core: Callable[[Session], None] = lambda _: None) -> Exit:
    async def story() -> Exit:
        session = scene.session(scene.books(places_on(disk)))
        core(session)
        return await session.run()

    return asyncio.run(story())


def played(story: Coroutine[object, object, None]) -> None:
    asyncio.run(asyncio.wait_for(story, 60))


async def until(happened: Callable[[], bool]) -> None:
    for _ in range(5_000):
        if happened():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("it never happened")


def test_a_core_that_breaks_ends_the_session_and_half_of_its_facts_is_not_kept() -> None:
    disk = FaultyDisk()
    scene = Scene(make_core=lambda state: LittleCore(state, raises_at=3))
    end = run(scene, disk)
    assert end.cause is ExitCause.FAILED
    assert isinstance(end.problem, AssertionError)
    kept = facts_on(disk)
    assert [one.slice for one in kept if isinstance(one, StrategyProposed)] == [1, 2]
    incident = kept[-1]
    assert isinstance(incident, IncidentRaised)
    assert (incident.code, incident.subject) == ("session_failed", "Proposed")
    assert "the core breaks" in incident.story
    assert [one.code for one in scene.alerts] == ["session_failed"]
    assert not disk.held
    again = replace(scene.again(), make_core=LittleCore)
    assert run(again, disk).cause is ExitCause.ORDERLY
    assert len(again.venue.orders) == 5


def test_an_adapter_that_breaks_while_an_effect_is_carried_out_ends_the_session() -> None:
    disk, scene = FaultyDisk(), Scene()
    scene.broker.breaks = RuntimeError("a bug in the adapter")
    end = run(scene, disk)
    assert (end.cause, str(end.problem)) == (ExitCause.FAILED, "a bug in the adapter")
    assert isinstance(facts_on(disk)[-1], IncidentRaised)


def test_a_command_that_is_proven_unsent_comes_back_as_a_fact() -> None:
    disk, scene = FaultyDisk(), Scene(slices=1)
    scene.broker.refuses = "no connection"
    books = scene.books(places_on(disk))

    async def story() -> None:
        assert (await scene.session(books).run()).cause is ExitCause.ORDERLY

    played(story())
    (order,) = books.state.orders.values()
    assert order.order.life is OrderLife.REJECTED
    assert "no connection" in order.remark
    assert scene.venue.sends == []


def test_a_broker_that_cannot_be_reached_refuses_the_start() -> None:
    disk, scene = FaultyDisk(), Scene()
    scene.broker.connect_problem = BrokerError("the paper venue cannot be reached", remedy="see its log")
    end = run(scene, disk)
    assert end.cause is ExitCause.REFUSED
    assert end.reason == "the paper venue cannot be reached; see its log"
    assert not disk.held


def test_a_strategy_that_cannot_be_loaded_refuses_a_new_session_and_not_a_resumed_one() -> None:
    disk, scene = FaultyDisk(), Scene()
    failure = hosts.HostFailed(hosts.HostTrouble.REFUSED, 0, "there is no strategy of that name")
    scene.host.failure = failure
    end = run(scene, disk)
    assert end.cause is ExitCause.REFUSED
    assert "there is no strategy of that name" in end.reason
    scene = scene.again()
    scene.host.failure = failure
    seen: list[str] = []

    async def story() -> None:
        session = scene.session(scene.books(places_on(disk)))
        running = asyncio.create_task(session.run())
        await until(lambda: scene.feed.wanted is not None)
        assert scene.feed.wanted is not None
        assert scene.feed.wanted.warm_up_bars == 0
        seen.extend(f"{one.component} {one.is_ok}" for one in session.supervisor.health())
        session.terminate("test")
        assert (await running).cause is ExitCause.ORDERLY

    played(story())
    assert "strategy False" in seen
    assert "broker True" in seen


def test_an_inbox_that_is_full_ends_the_session_and_loses_nothing_in_silence() -> None:
    disk = FaultyDisk()
    scene = Scene(pace=Pace(inbox=10, beat_ns=50_000_000))

    def flood(session: Session) -> None:
        for number in range(11):
            session._inbox.put(slice_of(number))

    end = run(scene, disk, core=flood)
    assert end.cause is ExitCause.FAILED
    assert "inbox is full: expected at most 10 inputs that wait, found one more: Slice" in end.reason


def test_two_sessions_on_one_account_the_second_is_refused_and_told_by_whom(tmp_path: Path) -> None:
    scene = Scene()
    first = scene.books(real_places(tmp_path))
    with pytest.raises(StorageError, match=f"is held by another process.*process {os.getpid()}"):
        scene.books(replace(real_places(tmp_path), journal=real_places(tmp_path / "other").journal))
    first.close()
    scene.books(real_places(tmp_path)).close()


def test_a_second_writer_of_the_journal_fences_the_first_off() -> None:
    """The hold lies, as a broken lock service would; the epoch does not."""
    disk, scene = FaultyDisk(), Scene(slices=50)

    async def story() -> None:
        session = scene.session(scene.books(places_on(disk)))
        running = asyncio.create_task(session.run())
        await until(lambda: len(scene.venue.orders) >= 3)
        disk.held.clear()
        other = scene.again().books(places_on(disk))
        sent = len(scene.venue.orders)
        end = await running
        assert end.cause is ExitCause.FAILED
        assert isinstance(end.problem, JournalPoisoned)
        assert len(scene.venue.orders) == sent
        assert other.journal.epoch == 2
        other.close()

    played(story())


def test_without_the_hold_on_the_account_nothing_with_risk_is_sent() -> None:
    disk, scene = FaultyDisk(), Scene(slices=3)
    books = scene.books(places_on(disk))
    disk.held["account/hold"] = -1

    async def story() -> None:
        await scene.session(books).run()

    played(story())
    assert not scene.venue.orders
    assert {one.order.life for one in books.state.orders.values()} == {OrderLife.REJECTED}
    assert all("not held by this process" in one.remark for one in books.state.orders.values())


@pytest.mark.parametrize("slow_commit_ns", [1_000_000, None])
def test_a_slow_commit_lets_no_new_risk_out_unless_the_market_waits(slow_commit_ns: int | None) -> None:
    disk = FaultyDisk()
    scene = Scene(slices=2, pace=Pace(slow_commit_ns=slow_commit_ns, beat_ns=1_000_000))
    books = scene.books(places_on(disk))

    class SlowOnce(MovingClock):
        """The first commit with an order in it takes five seconds."""

        def monotonic_ns(self) -> int:
            if books.state.intents == 1 and self.monotonic < 5_000_000_000:
                self.monotonic += 5_000_000_000
            return super().monotonic_ns()

    scene.clock = SlowOnce()
    clock = scene.clock
    real = books.journal.commit

    def commit() -> int:
        done = real()
        if books.state.intents == 1 and not books.state.orders["o1"].order.life.is_final:
            clock.monotonic += 2_000_000
        return done

    async def story() -> None:
        session = scene.session(books)
        object.__setattr__(scene, "clock", clock)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(type(books.journal), "commit", lambda _: commit())
            await session.run()

    played(story())
    if slow_commit_ns is None:
        assert "the disk took" not in books.state.orders["o1"].remark
        assert set(scene.venue.orders) == {"o1", "o2"}
        return
    assert "the disk took" in books.state.orders["o1"].remark
    changes = [one for one in facts_on(disk) if isinstance(one, TradingStateChanged)]
    assert changes[0].state == TradingState.REDUCE_ONLY
    assert changes[0].who == "supervisor"


def test_a_disk_without_room_for_the_next_segment_shuts_new_risk_and_opens_it_again() -> None:
    disk, scene = FaultyDisk(), Scene(slices=10_000, pace=Pace(beat_ns=1_000_000))
    books = scene.books(places_on(disk))
    is_full = True
    real = FaultyDisk.step

    def step(self: FaultyDisk, kind: str) -> None:
        if kind == "preallocate" and is_full:
            raise StorageError("the file cannot be enlarged", found="No space left on device")
        real(self, kind)

    async def story() -> None:
        nonlocal is_full
        core = LittleCore(books.state)
        session = scene.session(books, core=core)
        running = asyncio.create_task(session.run())
        await until(lambda: core.shut is TradingState.REDUCE_ONLY)
        assert "No space left" in session.supervisor.problem
        is_full = False
        await until(lambda: core.shut is TradingState.ACTIVE)
        assert not session.supervisor.problem
        session.terminate("test")
        await running

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FaultyDisk, "step", step)
        played(story())


def test_a_recording_that_cannot_be_written_shuts_new_risk_for_this_run() -> None:
    disk, scene = FaultyDisk(), Scene(slices=10_000, pace=Pace(beat_ns=1_000_000))
    books = scene.books(places_on(disk))
    books.recording.problem = "No space left on device"

    async def story() -> None:
        core = LittleCore(books.state)
        session = scene.session(books, core=core)
        running = asyncio.create_task(session.run())
        await until(lambda: core.shut is TradingState.REDUCE_ONLY)
        assert "the recording ends here" in session.supervisor.problem
        session.terminate("test")
        await running

    played(story())


def test_the_last_heart_beat_says_whether_the_session_ended_by_itself() -> None:
    disk, scene = FaultyDisk(), Scene()
    run(scene, disk)
    beat = read_beat(Below(disk, "session"))
    assert beat is not None
    assert beat.is_over
    assert beat.epoch == 1
    run(replace(scene.again(), make_core=lambda state: LittleCore(state, raises_at=6), slices=7), disk)
    beat = read_beat(Below(disk, "session"))
    assert beat is not None
    assert (beat.is_over, beat.epoch) == (False, 2)
    heart = HeartBeat(Below(disk, "session"))
    heart.close()
    disk.names["session/heartbeat"].seen[:] = b"{"
    assert read_beat(Below(disk, "session")) is None


def test_what_fails_while_everything_is_put_away_is_told_and_stops_nothing() -> None:
    disk, scene = FaultyDisk(), Scene()

    async def close() -> None:
        raise BrokerError("the socket would not close")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scene.broker, "close", close)
        end = run(scene, disk)
    assert end.cause is ExitCause.ORDERLY
    assert end.notes == ("BrokerError: the socket would not close",)
    assert scene.feed.is_closed
    assert not disk.held


def test_a_feed_that_is_lost_shuts_new_risk_until_a_slice_comes() -> None:
    disk, scene = FaultyDisk(), Scene(slices=0, pace=Pace(beat_ns=1_000_000))
    books = scene.books(places_on(disk))
    scene.feed.is_closed = True  # it sends nothing by itself

    async def story() -> None:
        core = LittleCore(books.state)
        session = scene.session(books, core=core)
        running = asyncio.create_task(session.run())
        await until(lambda: scene.feed.wanted is not None)
        scene.feed.sink(feed.FeedLost("the socket is closed"))
        scene.broker.sink(broker.Disconnected("gone"))
        await until(lambda: core.shut is TradingState.REDUCE_ONLY)
        assert "feed: the socket is closed" in session.supervisor.problem
        assert "broker: gone" in session.supervisor.problem
        scene.feed.sink(slice_of(1))
        scene.broker.sink(broker.Connected())
        await until(lambda: core.shut is TradingState.ACTIVE)
        session.terminate("test")
        await running

    played(story())
    assert {"component_failed", "component_recovered"} <= {one.code for one in scene.alerts}
    assert AAPL in books.state.marks


def test_a_signal_in_the_middle_of_a_group_leaves_nothing_of_it() -> None:
    class Signal(BaseException):
        """As a KeyboardInterrupt comes: anywhere."""

    class Interrupted(LittleCore):
        def order(self, now: int, request: OrderRequest, *, number: int = 0) -> Iterator[Fact | Effect]:
            if self.state.slice == 3:
                raise Signal
            return super().order(now, request, number=number)

    disk, scene = FaultyDisk(), replace(Scene(), make_core=Interrupted)
    with pytest.raises(BaseException) as raised:
        run(scene, disk)
    assert "Signal" in repr(raised.value)
    assert [one.slice for one in facts_on(disk) if isinstance(one, StrategyProposed)] == [1, 2]
    assert not disk.held
    assert run(replace(scene.again(), make_core=LittleCore), disk).cause is ExitCause.ORDERLY
