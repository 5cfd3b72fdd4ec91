"""G21: from the call of a kill to a gate that lets nothing through, in one process under data at full speed."""

import asyncio
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from proofs.desk.desk import WARM_UP, Desk
from tradewright.adapters.disk.disk import RealDisk
from tradewright.engine.session.inputs import SetTradingState
from tradewright.engine.session.shell import Session
from tradewright.ports.broker import Command, SubmitOrder
from tradewright.ports.kill import KillNote
from tradewright.trading.risk.states import TradingState

SLICES = 1_000_000
"""More than a proof will see."""
PATIENCE_S = 20.0


@dataclass(slots=True)
class Shut:
    """What was found."""

    gate_ms: list[float] = field(default_factory=list)
    """From the call to its return: nothing with risk is sent any more."""
    core_ms: list[float] = field(default_factory=list)
    """To the core's own state, and its cancels handed over."""
    leaked: int = 0
    """Orders that were handed to the broker after a kill had returned."""
    handed: int = 0
    """Orders that were handed over in all."""


async def killed_again_and_again(folder: Path, trials: int) -> Shut:
    """A session that trades as fast as it can, killed and released."""
    desk, found = Desk(slices=SLICES), Shut()
    books = desk.books(lambda name: RealDisk(folder / name))
    session = desk.session(books)
    _count(session, found)
    running = asyncio.create_task(session.run())
    try:
        await _until(lambda: session.core.state.slice > WARM_UP + 5)
        for number in range(trials):
            await _trial(session, found, number)
    finally:
        session.terminate("the proof")
        session.terminate("the proof")
        await running
    return found


async def _trial(session: Session, found: Shut, number: int) -> None:
    note = KillNote("proof", f"trial {number}", number + 1)
    began = time.perf_counter()
    session.kill(note)
    found.gate_ms.append((time.perf_counter() - began) * 1000)
    handed = found.handed
    await _until(lambda: session.core.state.shut.get("") is not None)
    found.core_ms.append((time.perf_counter() - began) * 1000)
    target = session.core.state.slice + 2
    await _until(lambda: session.core.state.slice >= target)  # two more slices of wishes, all refused
    found.leaked += found.handed - handed
    session.release()
    opening = SetTradingState(number=0, who="proof", state=TradingState.ACTIVE, reason="the next trial")
    for _ in itertools.count():
        if (await session.ask(opening)).is_done:
            return
        await asyncio.sleep(0.005)


def _count(session: Session, found: Shut) -> None:
    """Orders as they are handed over: what was on its way before a kill arrives after it."""
    plain = session.world.broker.enqueue

    def counted(command: Command) -> None:
        found.handed += isinstance(command, SubmitOrder)
        plain(command)

    setattr(session.world.broker, "enqueue", counted)  # noqa: B010 - a method of a protocol is not assigned to


async def _until(is_true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not is_true():
            await asyncio.sleep(0)
