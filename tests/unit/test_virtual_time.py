"""The loop of tests that need no real time: it jumps, it keeps the order of timers, and it waits for threads."""

import asyncio
import time

from tests import virtual_time
from tests.virtual_time import LoopClock


def test_an_hour_passes_at_once_and_timers_ring_in_their_order() -> None:
    async def story() -> tuple[list[str], int]:
        rang: list[str] = []
        loop = asyncio.get_running_loop()
        for name, after_s in (("later", 3600.0), ("soon", 0.001), ("now", 0.0)):
            loop.call_later(after_s, rang.append, name)
        await asyncio.sleep(3600.5)
        return rang, LoopClock().monotonic_ns()

    assert virtual_time.run(story()) == (["now", "soon", "later"], 3_600_500_000_000)


def test_no_time_passes_while_something_is_ready() -> None:
    async def story() -> float:
        for _ in range(1000):
            await asyncio.sleep(0)
        return asyncio.get_running_loop().time()

    assert virtual_time.run(story()) == 0.0


def test_a_thread_is_waited_for() -> None:
    async def story() -> str:
        await asyncio.to_thread(time.sleep, 0.01)
        return "done"

    assert virtual_time.run(story()) == "done"
