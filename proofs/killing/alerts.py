"""G24: from the breach of a limit to its alert at a local sink, through the real core, shell and journal."""

import asyncio
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from proofs.desk.desk import WARM_UP, Desk
from proofs.killing.gate import SLICES
from tradewright.adapters.disk.disk import RealDisk
from tradewright.engine.session.effects import Alert
from tradewright.engine.session.inputs import AdoptLimits, SeeAlert, SetTradingState
from tradewright.engine.session.shell import Session
from tradewright.trading.risk.drawdown import DrawdownLevels
from tradewright.trading.risk.limits import shipped_limits
from tradewright.trading.risk.policy import LimitsPolicy
from tradewright.trading.risk.states import TradingState

CODE = "TRADING_SHUT"
PATIENCE_S = 20.0


class Sink(list[Alert]):
    """Where alerts arrive, with the time."""

    arrived = asyncio.Event()
    at_s = 0.0

    def append(self, alert: Alert) -> None:
        """One more."""
        super().append(alert)
        if alert.code == CODE and not alert.subject:
            self.at_s = time.perf_counter()
            self.arrived.set()


async def breached_again_and_again(folder: Path, trials: int) -> list[float]:
    """Milliseconds from the moment a limit is broken to the alert; the drawdown that is allowed is made too small."""
    sink = Sink()
    sink.arrived = asyncio.Event()
    desk = Desk(slices=SLICES, alerts=sink)
    session = desk.session(desk.books(lambda name: RealDisk(folder / name)))
    running = asyncio.create_task(session.run())
    took: list[float] = []
    try:
        async with asyncio.timeout(PATIENCE_S):
            while session.core.state.slice < WARM_UP + 20:
                await asyncio.sleep(0)
        took.extend([await _trial(desk, session, sink, number) for number in range(trials)])
    finally:
        session.terminate("the proof")
        session.terminate("the proof")
        await running
    return took


async def _trial(desk: Desk, session: Session, sink: Sink, number: int) -> float:
    """The drawdown that there is becomes more than is allowed."""
    usual = shipped_limits(frozenset(desk.instruments))
    levels = DrawdownLevels.stopping_at(Decimal("1e-9"))
    tight = LimitsPolicy(everywhere=replace(usual, version=2 + 2 * number, drawdown=levels))
    async with asyncio.timeout(PATIENCE_S):
        while not session.core.state.net_positions():
            await asyncio.sleep(0)
    sink.arrived.clear()
    began = time.perf_counter()
    await session.ask(AdoptLimits(number=0, who="proof", policy=tight))
    async with asyncio.timeout(PATIENCE_S):
        await sink.arrived.wait()
    loose = LimitsPolicy(everywhere=replace(usual, version=3 + 2 * number))
    await session.ask(AdoptLimits(number=0, who="proof", policy=loose))
    await session.ask(SeeAlert(number=0, who="proof", code=CODE))
    opening = SetTradingState(number=0, who="proof", state=TradingState.ACTIVE, reason="the next trial")
    while not (await session.ask(opening)).is_done:
        await asyncio.sleep(0.005)
    return (sink.at_s - began) * 1000
