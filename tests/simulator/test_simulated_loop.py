"""The seeded loop: the same seed is the same run, a killed process never runs again, time jumps."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from simulator.log import Log
from simulator.loop import Process, SimClock, SimLoop, Stuck
from simulator.streams import Chance, stream


def looped(seed: int, work: Callable[[SimLoop], Awaitable[None]]) -> SimLoop:
    loop = SimLoop(Log(), stream(seed, "order"), wall_ns=1_000)

    async def boss() -> None:
        await work(loop)

    try:
        loop.run_until_complete(loop.spawn(None, boss(), name="boss"))
    finally:
        loop.tear_down()
    return loop


def test_time_jumps_to_the_next_timer_and_the_wall_can_be_set() -> None:
    seen: list[tuple[int, int]] = []

    async def work(loop: SimLoop) -> None:
        clock = SimClock(loop)
        await asyncio.sleep(3600)
        seen.append((clock.monotonic_ns(), clock.now_ns()))
        loop.set_wall(-500)
        loop.stall(7)
        seen.append((clock.monotonic_ns(), clock.now_ns()))

    looped(1, work)
    hour = 3600 * 10**9
    assert seen == [(hour, hour + 1_000), (hour + 7, hour + 507)]


def test_the_order_of_the_ready_follows_the_seed() -> None:
    def order(seed: int) -> tuple[list[int], str]:
        ran: list[int] = []

        async def one(number: int) -> None:
            ran.append(number)

        async def work(loop: SimLoop) -> None:
            await asyncio.gather(*(loop.spawn(None, one(number), name=str(number)) for number in range(8)))

        return ran, looped(seed, work).log.digest

    assert order(3) == order(3)
    assert len({tuple(order(seed)[0]) for seed in range(12)}) > 6


def test_nothing_of_a_killed_process_runs_again_not_even_its_end() -> None:
    told: list[str] = []

    async def life() -> None:
        try:
            await asyncio.sleep(1)
            told.append("lived")
        finally:
            told.append("put away")

    async def work(loop: SimLoop) -> None:
        process = Process("p")
        loop.spawn(process, life(), name="life")
        await asyncio.sleep(0.5)
        loop.kill(process)
        await asyncio.sleep(5)
        assert (told, process.leaked) == ([], ["life"])

    looped(1, work)


def test_a_process_dies_before_the_step_that_was_drawn() -> None:
    counted: list[int] = []

    async def life() -> None:
        for number in range(100):
            counted.append(number)
            await asyncio.sleep(0.1)

    async def work(loop: SimLoop) -> None:
        process = Process("p")
        process.dies_at_step = 10
        loop.spawn(process, life(), name="life")
        await asyncio.sleep(60)
        assert process.is_dead

    loop = looped(1, work)
    assert 1 < len(counted) < 10
    assert [entry.kind for entry in loop.log.entries] == ["killed"]


def test_an_exception_that_nobody_takes_is_counted_for_its_process() -> None:
    async def work(loop: SimLoop) -> None:
        process = Process("p")
        loop.at(5, _raise, process=process)
        loop.at(5, _raise)
        await asyncio.sleep(1)
        assert len(process.problems) == 1
        assert len(loop.problems) == 1

    looped(1, work)


def _raise() -> None:
    raise ValueError("nobody takes this")


def test_a_loop_without_anything_to_come_says_so_and_has_no_threads() -> None:
    loop = SimLoop(Log(), stream(1, "order"), wall_ns=0)
    with pytest.raises(Stuck):
        loop.run_until_complete(loop.spawn(None, _wait_for_ever(), name="wait"))
    with pytest.raises(AssertionError, match="thread"):
        loop.run_in_executor(None, print)
    loop.tear_down()


async def _wait_for_ever() -> None:
    await asyncio.get_running_loop().create_future()


def test_a_draw_in_one_stream_shifts_no_other() -> None:
    disk, wire = stream(5, "disk"), stream(5, "wire")
    for _ in range(10):
        disk.random()
    assert wire.random() == stream(5, "wire").random()
    chance = Chance(stream(5, "names"))
    assert len(chance.token(20)) == 20
    assert chance.below(1) == 0
    with pytest.raises(ValueError, match="above 0"):
        chance.below(0)
