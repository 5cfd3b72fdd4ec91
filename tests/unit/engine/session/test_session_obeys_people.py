"""People send, stop, kill and release; each command gets one answer, and a kill is there before it returns."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

import pytest
from tests import virtual_time
from tests.unit.engine.journal.faulty_disk import FaultyDisk
from tests.unit.engine.session.little_core import AAPL, LittleCore
from tests.unit.engine.session.memory_ports import MemoryHost, Scene, places_on

from tradewright.domain.orders.life import OrderLife
from tradewright.domain.orders.request import OrderRequest, Origin
from tradewright.domain.orders.side import Side
from tradewright.engine.session.books import Books
from tradewright.engine.session.effects import Answer
from tradewright.engine.session.exits import Exit, ExitCause
from tradewright.engine.session.facts import StrategyLife
from tradewright.engine.session.inputs import KillFound, SendOrder, SetStrategyLife, SetTradingState, StopSession
from tradewright.engine.session.shell import Busy, Session
from tradewright.engine.session.shell_answers import Answers, SessionEnded
from tradewright.engine.session.world import Pace
from tradewright.ports import broker, hosts
from tradewright.ports.kill import KillNote
from tradewright.trading.risk.states import TradingState

T = TypeVar("T")
BUY = OrderRequest(instrument=AAPL, side=Side.BUY, quantity=Decimal(1))
NOTE = KillNote("anna", "too fast", 1)


async def until(happened: Callable[[], bool]) -> None:
    for _ in range(5_000):
        if happened():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("it never happened")


def standing(scene: Scene, books: Books, story: Callable[[Session], Coroutine[object, object, T]]) -> tuple[T, Exit]:
    """A session without slices, while somebody does something with it."""
    scene.feed.is_closed = True

    async def whole() -> tuple[T, Exit]:
        session = scene.session(books)
        running = asyncio.create_task(session.run())
        await until(lambda: scene.feed.wanted is not None)
        told = await story(session)
        session.terminate("test")
        return told, await running

    return virtual_time.run(asyncio.wait_for(whole(), 10))


def still(**changes: object) -> Scene:
    return Scene(slices=0, pace=replace(Pace(beat_ns=1_000_000), **changes))  # type: ignore[arg-type]


def test_an_order_by_hand_is_answered_after_it_is_durable() -> None:
    disk, scene = FaultyDisk(), still()
    books = scene.books(places_on(disk))

    async def story(session: Session) -> tuple[Answer, int]:
        answer = await session.ask(SendOrder(number=0, who="anna", request=BUY))
        return answer, books.journal.committed

    (answer, committed), _ = standing(scene, books, story)
    assert (answer.is_done, answer.client_order_ids) == (True, ("o1",))
    assert committed >= 3
    assert "o1" in scene.venue.orders


def test_a_kill_shuts_the_gate_before_it_returns_and_cancels_pass() -> None:
    disk, scene = FaultyDisk(), still()
    books = scene.books(places_on(disk))

    async def story(session: Session) -> None:
        asking = asyncio.create_task(session.ask(SendOrder(number=0, who="anna", request=BUY)))
        await asyncio.sleep(0)
        session.kill(NOTE)
        session.kill(NOTE)
        await asking
        await until(lambda: books.state.orders["o1"].order.life is OrderLife.REJECTED)
        assert isinstance(session.core, LittleCore)
        assert [one for one in session.core.seen if isinstance(one, KillFound)] == [KillFound("anna", "too fast")]
        session.release()
        await session.ask(SendOrder(number=0, who="anna", request=BUY))

    standing(scene, books, story)
    assert "killed by anna: too fast" in books.state.orders["o1"].remark
    assert set(scene.venue.orders) == {"o2"}


def test_the_kill_switch_outside_is_seen_at_the_send_and_at_the_next_beat() -> None:
    disk, scene = FaultyDisk(), still()
    books = scene.books(places_on(disk))

    async def story(session: Session) -> None:
        assert isinstance(session.core, LittleCore)
        seen = session.core.seen
        scene.fence.note = NOTE
        await session.ask(SendOrder(number=0, who="anna", request=BUY))
        await until(lambda: KillFound("anna", "too fast") in seen)
        scene.fence.note = None
        await asyncio.sleep(0.01)
        scene.fence.note = NOTE
        await until(lambda: sum(isinstance(one, KillFound) for one in seen) == 2)

    standing(scene, books, story)
    assert not scene.venue.orders


def test_a_switch_that_was_pulled_before_the_start_is_seen_before_anything_else() -> None:
    disk, scene = FaultyDisk(), Scene(slices=2)
    scene.fence.note = NOTE
    books = scene.books(places_on(disk))

    async def story() -> LittleCore:
        core = LittleCore(books.state)
        await scene.session(books, core=core).run()
        return core

    core = virtual_time.run(story())
    assert isinstance(core.seen[1], KillFound)
    assert not scene.venue.orders


def test_a_session_that_is_killed_may_still_shrink_a_position_where_risk_says_so() -> None:
    from_risk = replace(BUY, reduces_only=True, origin=Origin.RISK)
    disk, scene = FaultyDisk(), still()
    books = scene.books(places_on(disk))

    async def story(session: Session) -> None:
        session.kill(NOTE)
        await session.ask(SendOrder(number=0, who="risk", request=from_risk))

    standing(scene, books, story)
    assert set(scene.venue.orders) == {"o1"}


def test_a_session_is_stopped_once_in_good_order_and_twice_at_once() -> None:
    disk, scene = FaultyDisk(), still()
    _, end = standing(scene, scene.books(places_on(disk)), lambda _: asyncio.sleep(0))
    assert (end.cause, end.reason) == (ExitCause.ORDERLY, "asked to end")

    async def twice(session: Session) -> None:
        session.terminate("SIGTERM")

    scene = still()
    _, end = standing(scene, scene.books(places_on(FaultyDisk())), twice)
    assert (end.cause, end.reason) == (ExitCause.AT_ONCE, "test would not wait")


def test_a_stop_that_takes_too_long_becomes_one_at_once() -> None:
    class Deaf(LittleCore):
        def _asked(self, now: int, given: object) -> object:  # type: ignore[override]
            return iter(())

    scene = replace(still(stop_within_ns=5_000_000), make_core=Deaf)
    _, end = standing(scene, scene.books(places_on(FaultyDisk())), lambda _: asyncio.sleep(0))
    assert (end.cause, end.reason) == (ExitCause.AT_ONCE, "stopping took too long")


def test_a_command_that_is_not_answered_is_told_that_the_session_ended() -> None:
    disk, scene = FaultyDisk(), still()
    books = scene.books(places_on(disk))

    async def story(session: Session) -> "asyncio.Task[Answer]":
        left = asyncio.create_task(session.ask(StopSession(number=0, who="anna", reason="never")))
        given_up = asyncio.create_task(session.ask(StopSession(number=0, who="anna", reason="never")))
        await asyncio.sleep(0.01)
        given_up.cancel()
        return left

    left, _ = standing(scene, books, story)
    assert isinstance(left.exception(), SessionEnded)


def test_people_are_sent_away_while_the_inbox_is_half_full() -> None:
    scene = replace(still(inbox=2), make_core=LittleCore)
    books = scene.books(places_on(FaultyDisk()))

    async def story(session: Session) -> None:
        session._inbox.put(KillFound("anna", ""))
        with pytest.raises(Busy, match="1 inputs that wait; try again"):
            await session.ask(SendOrder(number=0, who="anna", request=BUY))

    standing(scene, books, story)


def test_a_strategy_that_is_stopped_has_its_host_closed_while_the_session_goes_on() -> None:
    disk, scene = FaultyDisk(), still()
    books = scene.books(places_on(disk))

    async def story(session: Session) -> None:
        await session.ask(SetStrategyLife(number=0, who="anna", life=StrategyLife.STOPPED))
        await until(lambda: scene.host.is_closed)
        answer = await session.ask(SetTradingState(number=0, who="anna", state=TradingState.REDUCE_ONLY))
        assert answer.is_done

    standing(scene, books, story)


def test_a_timer_that_the_core_sets_rings_once() -> None:
    disk, scene = FaultyDisk(), still()
    books = scene.books(places_on(disk))

    async def story(session: Session) -> int:
        assert isinstance(session.core, LittleCore)
        core = session.core
        await until(lambda: any("TimerRang" in repr(one) for one in core.seen))
        await asyncio.sleep(0.03)
        return sum("TimerRang" in repr(one) for one in core.seen)

    rang, _ = standing(scene, books, story)
    assert rang == 1


def test_what_is_not_urgent_is_committed_within_its_time() -> None:
    disk, scene = FaultyDisk(), still(lazy_ns=5_000_000)
    books = scene.books(places_on(disk))

    async def story(session: Session) -> None:
        before = books.journal.committed
        scene.host.sink(hosts.HostReady("code", 0, speaks_weights=False))
        await until(lambda: books.journal.sequence > before)
        assert books.journal.committed == before
        await until(lambda: books.journal.committed == books.journal.sequence)
        assert session.metrics.commit.count

    standing(scene, books, story)


def test_a_strategy_is_shown_again_what_it_saw_and_another_answer_is_told() -> None:
    disk, scene = FaultyDisk(), Scene(slices=5)
    books = scene.books(places_on(disk))

    async def play(scene: Scene, books: Books) -> Exit:
        return await scene.session(books).run()

    virtual_time.run(play(scene, books))
    scene = scene.again()
    virtual_time.run(play(scene, scene.books(places_on(disk))))
    assert [(one.slice.number, one.is_again) for one in scene.host.shown] == [(number, True) for number in range(1, 6)]
    assert not scene.alerts
    scene = replace(scene.again(), slices=6)
    scene.host = MemoryHost(wishes=2)
    virtual_time.run(play(scene, scene.books(places_on(disk))))
    (alert,) = scene.alerts
    assert alert.code == "strategy_not_restored"
    assert "from slice 1 on" in alert.story
    assert [one.is_again for one in scene.host.shown] == [True] * 5 + [False]


def test_a_host_that_fails_while_it_is_restored_does_not_stop_the_session() -> None:
    disk, scene = FaultyDisk(), Scene(slices=3)
    books = scene.books(places_on(disk))

    class Dying(MemoryHost):
        def answer(self, number: int) -> hosts.HostEvent:
            return hosts.HostFailed(hosts.HostTrouble.DIED, number, "killed") if number == 2 else super().answer(number)

    async def play(scene: Scene, books: Books) -> Exit:
        return await scene.session(books).run()

    virtual_time.run(play(scene, books))
    scene = scene.again()
    scene.host = Dying()
    assert virtual_time.run(play(scene, scene.books(places_on(disk)))).cause is ExitCause.ORDERLY
    assert [one.slice.number for one in scene.host.shown] == [1, 2]


def test_an_answer_that_nobody_waits_for_is_no_problem() -> None:
    async def story() -> None:
        answers = Answers()
        answers.settle(Answer(7, True, "late"))
        heard: list[Answer] = []
        command = answers.expect(StopSession(number=0, who="anna"), heard.append)
        answers.settle(Answer(command.number, True, "once"))
        answers.settle(Answer(command.number, True, "twice"))
        assert [one.story for one in heard] == ["once"]
        answers.end("over")

    virtual_time.run(story())


def test_orders_are_measured_from_their_cause_to_the_wire() -> None:
    disk, scene = FaultyDisk(), Scene(slices=5)
    books = scene.books(places_on(disk))

    async def story() -> Session:
        session = scene.session(books)
        await session.run()
        return session

    metrics = virtual_time.run(story()).metrics
    assert metrics.to_wire.count == len([one for one in scene.venue.sends if isinstance(one, broker.SubmitOrder)]) == 5
    assert metrics.to_wire.quantile(0.5) > 0
    assert metrics.group.count == metrics.waiting.count
