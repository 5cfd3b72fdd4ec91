"""Killed, cut off, canceled or out of space at any step, a session starts again and its books are the venue's."""

import asyncio
import random
from collections.abc import Callable
from decimal import Decimal

import pytest
from tests.unit.engine.journal.faulty_disk import Content, FaultyDisk
from tests.unit.engine.session.little_core import AAPL, LittleCore
from tests.unit.engine.session.memory_ports import Below, Scene, places_on
from tests.unit.engine.session.real_core import real_core

from tradewright.domain.errors import StorageError
from tradewright.domain.orders.life import OrderLife
from tradewright.engine.runtime.journal.reader import read, replay, verify
from tradewright.engine.session.apply import apply
from tradewright.engine.session.exits import Exit, ExitCause
from tradewright.engine.session.facts import OrderIntended, catalogue
from tradewright.engine.session.shell import TradingCore
from tradewright.engine.session.state import SessionState, encoded, state_digest
from tradewright.ports import broker

CORES: list[Callable[[SessionState], TradingCore]] = [LittleCore, real_core]
ORDERS = 50


class Killed(BaseException):
    """The process is gone; nothing of it runs any more that touches the disk."""


class DeadlyDisk(FaultyDisk):
    """Kills the process at an operation, and answers to nothing afterwards."""

    kill_at = 0

    def step(self, kind: str) -> None:
        super().step(kind)
        if self.kill_at and len(self.steps) >= self.kill_at:
            raise Killed


def run(scene: Scene, disk: FaultyDisk) -> Exit | None:
    """One run; None where it could not even begin."""

    async def story() -> Exit | None:
        try:
            books = scene.books(places_on(disk))
        except StorageError:
            return None
        return await scene.session(books).run()

    return asyncio.run(story())


def killed(scene: Scene, disk: DeadlyDisk) -> bool:
    """Whether the process died at its operation."""
    try:
        run(scene, disk)
    except BaseException as end:  # noqa: BLE001 - the death of the process comes in a group of failures
        assert "Killed" in repr(end), repr(end)
        return True
    return False


def check(scene: Scene, disk: FaultyDisk) -> None:
    """The journal is sound, its facts give the state, and the books are the venue's."""
    assert verify(Below(disk, "journal")).is_sound
    state = SessionState()
    replay(read(Below(disk, "journal"), catalogue()), apply, state=state)
    books = scene.books(places_on(disk.copy()))
    books.state.epoch = state.epoch
    assert state_digest(books.state) == state_digest(state)
    assert encoded(books.state) == encoded(state)
    books.close()
    venue = scene.venue
    assert {one for one in state.orders if state.orders[one].order.life is OrderLife.FILLED} == set(venue.orders)
    held, cash = venue.account()
    assert state.net_positions().get(AAPL, Decimal(0)) == held.get(AAPL, Decimal(0))
    assert state.cash == cash
    assert state.is_over
    assert state.slice == state.answered == scene.slices


def places_of_failure(core: Callable[[SessionState], TradingCore], slices: int) -> int:
    disk = FaultyDisk()
    scene = Scene(make_core=core, slices=slices)
    assert run(scene, disk) is not None
    check(scene, disk)
    return len(disk.steps)


def sample(total: int, step: int) -> list[int]:
    """Most of the opening and of the end, and one of every few operations in between."""
    chance = random.Random(step)
    middle = (min(total, one + chance.randrange(step)) for one in range(30, total, step))
    return sorted({*range(1, 30, 1 + step // 20), *middle, *range(total - 10, total + 1, 1 + step // 20)})


@pytest.mark.parametrize("core", CORES)
def test_a_session_killed_at_a_disk_operation_goes_on_and_sends_nothing_twice(
    core: Callable[[SessionState], TradingCore],
) -> None:
    total = places_of_failure(core, ORDERS)
    deaths = 0
    for number in sample(total, step=8 if core is LittleCore else 80):
        disk = DeadlyDisk(seed=number)
        disk.kill_at = number
        scene = Scene(make_core=core, slices=ORDERS)
        deaths += killed(scene, disk)
        after = disk.crashed(share=(number % 5) / 4)
        scene = scene.again()
        end = run(scene, after)
        assert end is not None, number
        assert end.cause is ExitCause.ORDERLY, (number, end)
        check(scene, after)
    assert deaths > 10


@pytest.mark.parametrize("core", CORES)
def test_a_session_whose_disk_fails_once_ends_or_goes_on_and_is_right_after_a_restart(
    core: Callable[[SessionState], TradingCore],
) -> None:
    total = places_of_failure(core, 8)
    for number in range(1, total + 1, 1 if core is LittleCore else 4):
        problem = "Input/output error" if number % 8 < 4 else "No space left on device"
        disk = FaultyDisk(fail_at=number, problem=problem, seed=number)
        scene = Scene(make_core=core, slices=8)
        end = run(scene, disk)
        if end is not None and end.cause is not ExitCause.ORDERLY:
            assert end.cause in {ExitCause.FAILED, ExitCause.REFUSED}, (number, end)
            assert end.problem is not None
        if end is None or end.cause is not ExitCause.ORDERLY:
            after = disk.crashed()
            scene = scene.again()
            end = run(scene, after)
            assert end is not None, number
            assert end.cause is ExitCause.ORDERLY, (number, end)
            check(scene, after)


@pytest.mark.parametrize("core", CORES)
def test_no_order_leaves_before_its_intent_is_on_the_platter(core: Callable[[SessionState], TradingCore]) -> None:
    disk = FaultyDisk()
    scene = Scene(make_core=core, slices=ORDERS)
    looked = 0

    def look(command: broker.Command) -> None:
        nonlocal looked
        if isinstance(command, broker.SubmitOrder):
            kept = FaultyDisk()
            kept.names = {
                name: Content(bytearray(one.kept), bytearray(one.kept)) for name, one in disk.kept_names.items()
            }
            facts = [record.fact for record in read(Below(kept, "journal"), catalogue())]
            intents = [one for one in facts if isinstance(one, OrderIntended)]
            assert (command.ticket.client_order_id, command.ticket.request) in [
                (one.client_order_id, one.request) for one in intents
            ]
            looked += 1

    scene.venue.at_send = look
    run(scene, disk)
    assert looked == ORDERS


@pytest.mark.parametrize("core", CORES)
def test_a_session_canceled_at_any_await_leaves_no_half_of_a_group(core: Callable[[SessionState], TradingCore]) -> None:
    async def canceled(scene: Scene, disk: FaultyDisk, turns: int) -> bool:
        task = asyncio.create_task(scene.session(scene.books(places_on(disk))).run())
        for _ in range(turns):
            await asyncio.sleep(0)
        if task.done():
            return False
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return True

    for turns in range(1, 500, 1 if core is LittleCore else 4):
        disk, scene = FaultyDisk(), Scene(make_core=core, slices=8)
        was_canceled = asyncio.run(canceled(scene, disk, turns))
        assert not disk.held
        if not was_canceled:
            assert turns > 30
            break
        scene = scene.again()
        end = run(scene, disk)
        assert end is not None
        assert end.cause is ExitCause.ORDERLY, (turns, end)
        check(scene, disk)
    else:
        raise AssertionError("the session never came to its end")
