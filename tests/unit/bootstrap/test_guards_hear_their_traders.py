"""A guard and a trader as two sides of a folder: beats, silence, kills, the way back; and the trader's care for it."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from tests import virtual_time
from tests.unit.application.trading.trading_samples import terms
from tests.unit.bootstrap.test_guards_at_the_venue import exchange, line_to, working
from tests.virtual_time import LoopClock

from tradewright.adapters.disk.disk import RealDisk
from tradewright.adapters.kill.notes import NotesFile
from tradewright.bootstrap.app import open_app
from tradewright.bootstrap.folders import session_disk
from tradewright.bootstrap.guard import Guard
from tradewright.bootstrap.guard_keeping import AGAIN_LOOKS, SILENT_LOOKS, TOLD, UNCONNECTED_LOOKS, GuardKeeper
from tradewright.bootstrap.guard_line import LOCK
from tradewright.bootstrap.looking import LIMITS_EVERY, Looks, silence_s
from tradewright.domain.errors import BrokerError, InputError
from tradewright.engine.session.effects import Alert, Answer
from tradewright.engine.session.facts import StrategyLife
from tradewright.engine.session.heartbeat import GUARD, Beat, GuardBeat, HeartBeat, read_beat, read_guard_beat
from tradewright.engine.session.inputs import SetTradingState
from tradewright.engine.session.supervisor import Component, Supervisor
from tradewright.ports.disk import Hold
from tradewright.ports.kill import GuardNote, GuardTerms, KillMode, KillNote
from tradewright.ports.sessions import KeptSession
from tradewright.simulation.paper.exchange import Exchange


class Trader:
    """A trader as its folder shows it."""

    def __init__(self, folder: Path, when_lost: KillMode = KillMode.CANCEL) -> None:
        self.parts = open_app(folder).trading
        made = replace(terms(), guard=GuardTerms(lost_after_s=0.5, when_lost=when_lost))
        self.kept: KeptSession = self.parts.sessions.create(made)
        self.parts.accounts.folder(made.account).mkdir(parents=True)
        self.hold: Hold = self.parts.sessions.hold(made.session)
        self.heart = HeartBeat(session_disk(self.kept))
        self.number = 0

    def beat(self, *, is_over: bool = False) -> None:
        self.number += 1
        self.heart.write(
            Beat(
                epoch=1, sequence=1, session_ns=1, monotonic_ns=self.number, wall_ns=self.number, is_over=is_over
            )
        )  # fmt: skip

    def codes(self) -> list[str]:
        return [one.code for one in NotesFile(session_disk(self.kept)).all()]

    def leave(self) -> None:
        self.heart.close()
        self.hold.release()


async def until(is_true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not is_true():
            await asyncio.sleep(0.02)


def guarded(trader: Trader, made: Exchange, story: Callable[[Guard], Any]) -> None:
    async def lived() -> None:
        guard = Guard(trader.parts, trader.kept, line=line_to(made), clock=LoopClock())
        running = asyncio.create_task(guard.run())
        await asyncio.sleep(0.15)
        trader.beat()
        await asyncio.sleep(0.15)
        await story(guard)
        async with asyncio.timeout(60):
            await running

    virtual_time.run(lived())


def test_a_silent_trader_is_canceled_around_told_of_and_welcomed_back(tmp_path: Path) -> None:
    trader, made = Trader(tmp_path), exchange(held=10)

    async def story(_: Guard) -> None:
        await until(lambda: "CLEARED" in trader.codes())
        assert working(made) == ["stop"]
        beat = read_guard_beat(session_disk(trader.kept))
        assert beat is not None
        assert (beat.process, beat.is_connected) == (os.getpid(), True)
        trader.beat()
        await until(lambda: "HEARTBEAT_BACK" in trader.codes())
        trader.beat(is_over=True)
        trader.leave()

    guarded(trader, made, story)
    assert trader.codes() == ["HEARTBEAT_LOST", "CLEARED", "HEARTBEAT_BACK"]


def test_a_trader_that_is_gone_is_cleaned_up_after_and_the_guard_leaves(tmp_path: Path) -> None:
    trader, made = Trader(tmp_path), exchange()

    async def story(_: Guard) -> None:
        trader.leave()

    guarded(trader, made, story)
    assert working(made) == []
    assert trader.codes() == ["HEARTBEAT_LOST", "CLEARED"]


def test_a_guard_that_is_to_close_kills_the_account_first(tmp_path: Path) -> None:
    trader, made = Trader(tmp_path, KillMode.FLATTEN), exchange(held=10)

    async def story(_: Guard) -> None:
        trader.leave()

    guarded(trader, made, story)
    note = trader.parts.accounts.killed(trader.kept.terms.account)
    assert note is not None
    assert (note.who, note.mode) == ("guard", KillMode.FLATTEN)
    assert trader.codes() == ["CLEARED", "CANNOT_FLATTEN"], "there is no journal to know the markets from"


def test_a_kill_that_a_living_trader_does_not_carry_out_is_carried_out(tmp_path: Path) -> None:
    trader, made = Trader(tmp_path), exchange()

    async def story(guard: Guard) -> None:
        trader.parts.accounts.kill(trader.kept.terms.account, KillNote("Ada", "odd", 1))
        await until(lambda: "CLEARED" in trader.codes())
        guard.is_over = True

    guarded(trader, made, story)
    assert working(made) == []
    trader.leave()


def test_beats_that_are_no_beats_are_none(tmp_path: Path) -> None:
    disk = RealDisk(tmp_path)
    assert read_beat(disk) is None
    (tmp_path / "heartbeat").write_bytes(b"\xff{")
    assert read_beat(disk) is None
    heart = HeartBeat(disk, GUARD)
    heart.write(GuardBeat(process=1, monotonic_ns=2, is_connected=False, doing="ä" * 5_000))
    heart.close()
    beat = read_guard_beat(disk)
    assert beat is not None
    assert set(beat.doing) == {"?"}
    assert (tmp_path / GUARD).stat().st_size == 512


@dataclass
class Watched:
    """A session as its guard's keeper sees it."""

    alerts: list[Alert] = field(default_factory=list)
    noticed: list[str] = field(default_factory=list)
    orders: list[SetTradingState] = field(default_factory=list)
    waiting: int = 0
    has_begun: bool = True

    def __post_init__(self) -> None:
        self.supervisor = Supervisor(order=self._order, tell=self.alerts.append, now_ns=lambda: 9, shut_by=lambda: "")
        self.core = SimpleNamespace(
            state=SimpleNamespace(slice=1, answered=1, is_over=False, life=StrategyLife.RUNNING)
        )

    def _order(self, command: SetTradingState, _: Callable[[Answer], None]) -> None:
        self.orders.append(command)

    def notice(self, code: str, subject: str, *, story: str) -> None:
        self.noticed.append(f"{code} {subject}: {story}")

    def problem(self, component: Component) -> str:
        return next(one.problem for one in self.supervisor.health() if one.component is component)


@dataclass
class Care:
    """A keeper, and a guard that does what the test says."""

    folder: Path
    starts: int = 0
    beats: int = 0
    lock: Hold | None = None

    def __post_init__(self) -> None:
        self.disk, self.watched = RealDisk(self.folder), Watched()
        self.heart = HeartBeat(self.disk, GUARD)
        kept = SimpleNamespace(folder=self.folder, terms=terms())
        self.keeper = GuardKeeper(cast(Any, self), cast(Any, kept), cast(Any, self.watched))

    def spawn(self, *_: object) -> int:
        self.starts += 1
        return 0

    def beat(self, *, is_connected: bool = True) -> None:
        self.beats += 1
        self.heart.write(GuardBeat(process=1, monotonic_ns=self.beats, is_connected=is_connected))

    def looks(self, count: int, *, is_connected: bool = True) -> str:
        for _ in range(count):
            self.beat(is_connected=is_connected)
            self.keeper.look()
        return self.watched.problem(Component.GUARD)


@pytest.fixture
def care(tmp_path: Path) -> Care:
    made = Care(tmp_path)
    made.lock = made.disk.hold(LOCK)
    return made


def test_a_session_waits_for_its_guard_and_does_not_trade_without(care: Care) -> None:
    async def up() -> None:
        asyncio.get_running_loop().call_later(0.1, care.beat)
        await care.keeper.up()

    virtual_time.run(up())
    assert care.starts == 1
    with pytest.raises(BrokerError, match="does not trade without"):
        virtual_time.run(Care(care.folder).keeper.up())


def test_a_guard_that_is_gone_is_started_again_and_counts_as_failed_until_it_beats(care: Care) -> None:
    assert care.looks(3) == ""
    assert care.lock is not None
    care.lock.release()
    assert "process is gone" in care.looks(1)
    care.looks(AGAIN_LOOKS - 1)
    assert care.starts == 1, "one at a time"
    assert care.watched.orders[0].reason.startswith("guard failed")
    care.lock = care.disk.hold(LOCK)
    assert care.looks(1) == ""


def test_a_guard_that_stands_still_or_has_no_connection_counts_as_failed(care: Care) -> None:
    for _ in range(SILENT_LOOKS):
        care.keeper.look()
    assert "stands still" in care.watched.problem(Component.GUARD)
    assert care.looks(1) == ""
    assert care.looks(UNCONNECTED_LOOKS - 1, is_connected=False) == ""
    assert "no connection" in care.looks(1, is_connected=False)


def test_a_guard_needs_no_connection_before_its_venue_is_up(care: Care) -> None:
    care.watched.has_begun = False
    assert care.looks(3 * UNCONNECTED_LOOKS, is_connected=False) == ""
    care.watched.has_begun = True
    assert care.looks(UNCONNECTED_LOOKS - 1, is_connected=False) == ""
    assert "no connection" in care.looks(1, is_connected=False)


def test_alarms_are_passed_on_once_also_after_a_restart(care: Care) -> None:
    notes = NotesFile(care.disk)
    for number, is_alarm in ((1, True), (2, False)):
        notes.add(GuardNote(number=number, time_ns=1, code="CLEARED", story=f"note {number}", is_alarm=is_alarm))
    care.looks(3)
    assert care.watched.noticed == ["GUARD_CLEARED paper: note 1"]
    assert (care.folder / TOLD).read_text("ascii") == "2\n"
    again = Care(care.folder)

    async def up() -> None:
        asyncio.get_running_loop().call_later(0.1, again.beat)
        await again.keeper.up()

    again.beats = 99
    virtual_time.run(up())
    again.looks(2)
    assert again.watched.noticed == []
    notes.add(GuardNote(number=3, time_ns=1, code="FLAT", story="note 3", is_alarm=True))
    again.looks(1)
    assert again.watched.noticed == ["GUARD_FLAT paper: note 3"]


def test_a_feed_that_says_nothing_for_too_long_has_failed() -> None:
    watched = Watched()
    feed = replace(terms().feed, speed="20")
    looks = Looks(cast(Any, watched), feed, lambda: cast(Any, None), 0.5)
    for _ in range(21):
        looks.look()
    assert watched.problem(Component.FEED) == "no slice for 10 s"
    assert (silence_s(feed), silence_s(replace(feed, speed="0.5"))) == (10.0, 40.0)
    assert silence_s(replace(feed, speed="60x")) is None
    watched.supervisor.recovered(Component.FEED)
    watched.core.state.slice = 2
    for _ in range(30):
        looks.look()
    assert watched.problem(Component.FEED) == "", "the strategy still thinks about it"
    watched.core.state.answered = 2
    watched.waiting = 1
    for _ in range(30):
        looks.look()
    assert watched.problem(Component.FEED) == ""


def test_limits_that_cannot_be_read_any_more_stop_new_risk() -> None:
    watched, problems = Watched(), [InputError("the trail is broken"), None]

    def policy() -> Any:
        if (problem := problems[0]) is not None:
            raise problem

    looks = Looks(cast(Any, watched), replace(terms().feed, speed="60x"), policy, 0.5)
    for _ in range(LIMITS_EVERY):
        looks.look()
    assert "cannot be read" in watched.problem(Component.RISK)
    problems.pop(0)
    for _ in range(LIMITS_EVERY):
        looks.look()
    assert watched.problem(Component.RISK) == ""
