"""One run of the simulator: a first phase with faults, a second without, and then the judge."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from simulator import people
from simulator.checker.evidence import Evidence, Finding
from simulator.checker.liveness import liveness
from simulator.checker.safety import safety
from simulator.disk import DiskFaults, SimDisk
from simulator.loop import Process
from simulator.network import SECOND
from simulator.scenario import Scenario
from simulator.trader import JOURNAL, Trader
from simulator.world import SimWorld
from tradewright.engine.runtime.journal.reader import read, replay
from tradewright.engine.session.apply import apply
from tradewright.engine.session.facts import catalogue
from tradewright.engine.session.inputs import StopSession
from tradewright.engine.session.state import SessionState, state_digest

BUDGET_S = 120
"""Virtual seconds that the second phase may take."""


@dataclass
class Result:
    """What came of a run."""

    seed: int
    findings: list[Finding]
    digest: str
    """Over everything that happened."""
    hits: Counter[str] = field(default_factory=Counter)
    orders: int = 0
    unknown: int = 0
    kills: int = 0
    lives: int = 0
    steps: int = 0
    settled_after_s: float = 0.0
    first_steps: int = 0
    """Steps of the first process."""
    first_operations: list[str] = field(default_factory=list)
    sites: list[str] = field(default_factory=list)
    journal: dict[str, bytes] = field(default_factory=dict)


def run(scenario: Scenario) -> Result:
    """Run a scenario to its end and judge it."""
    world = SimWorld(scenario)
    played = _Play(world)
    loop = world.loop
    try:
        loop.run_until_complete(loop.spawn(None, played.play(), name="play"))
        return played.result()
    finally:
        loop.tear_down()


class _Play:
    """The two phases of one run."""

    def __init__(self, world: SimWorld) -> None:
        self.world = world
        self.settled_after_s = 0.0
        self.evidence: Evidence | None = None
        self.unsettled: list[Finding] = []

    async def play(self) -> None:
        world, loop = self.world, self.world.loop
        loop.spawn(None, world.run_market(), name="market")
        traders = loop.spawn(None, world.run_traders(), name="traders")
        world.start_happenings()
        loop.spawn(None, self._staff(), name="staff")
        await asyncio.sleep(world.scenario.first_phase_ns / SECOND)
        world.calm()
        await self._settle()
        self.evidence = self._evidence()
        self.unsettled = liveness(self.evidence)
        world.is_over = True
        await self._stop()
        traders.cancel()
        self._replay()

    async def _staff(self) -> None:
        """A person beside every life of the trader, dying with it."""
        seen: set[str] = set()
        while self.world.is_first_phase:
            trader = self.world.trader
            if trader is not None and trader.process.name not in seen:
                seen.add(trader.process.name)
                self.world.loop.spawn(trader.process, people.attend(self.world, trader), name="person attending")
                if self.world.scenario.happenings.people:
                    self.world.loop.spawn(trader.process, people.work(self.world, trader), name="person at work")
            await asyncio.sleep(0.5)

    async def _settle(self) -> None:
        """Wait until the books agree with the venue's, at most the budget."""
        world = self.world
        began = world.log.now_ns
        await asyncio.sleep(world.scenario.calm_s)
        world.has_market = False
        while world.log.now_ns - began < BUDGET_S * SECOND:
            trader = world.trader
            if trader is not None and not trader.is_over:
                world.loop.spawn(trader.process, people.restore(world, trader), name="person restoring")
            await asyncio.sleep(world.scenario.look_s)
            if not liveness(self._evidence()):
                break
        self.settled_after_s = (world.log.now_ns - began) / SECOND

    def _evidence(self) -> Evidence:
        world = self.world
        trader = world.trader
        return Evidence(
            entries=world.log.entries,
            truth=world.venue.truth(),
            journal={},
            believed=None if trader is None or trader.is_over else trader.believed(),
            observed=world.observed,
            position_share=world.scenario.position_share,
            order_quantity=world.scenario.order_quantity,
        )

    async def _stop(self) -> None:
        trader = self.world.trader
        if trader is None or trader.session is None or trader.is_over:
            return
        stop = StopSession(number=0, who="judge", orders="keep_all", reason="the run is over")
        self.world.loop.spawn(trader.process, people.ask(self.world, trader, stop), name="person stopping")
        if not await _is_over_within(trader, seconds=20):
            self.world.observed.append(Finding("L5", "the session did not end when it was asked to"))

    def _replay(self) -> None:
        """Read the journal as a restart would, and compare the state."""
        world, evidence = self.world, self.evidence
        assert evidence is not None, "judged before"
        evidence.journal = {
            path.removeprefix(f"{JOURNAL}/"): bytes(content.seen)
            for path, content in world.platter.names.items()
            if path.startswith(f"{JOURNAL}/")
        }
        reader = SimDisk(world.loop, world.platter, Process("reader"), faults=DiskFaults(), chance=world.deaths)
        state = SessionState()
        try:
            replay(read(reader.within(JOURNAL), catalogue()), apply, state=state)
        except Exception as problem:  # noqa: BLE001 - a journal that cannot be read is a finding
            world.observed.append(Finding("I20", f"the journal cannot be replayed: {type(problem).__name__} {problem}"))
            return
        trader = world.trader
        if trader is not None and trader.session is not None and trader.end is not None:
            live = state_digest(trader.session.core.state)
            evidence.digests = [("at the end", live, state_digest(state))]
            evidence.believed = trader.believed()

    def result(self) -> Result:
        world, evidence = self.world, self.evidence
        assert evidence is not None, "a run that was played has evidence"
        evidence.problems = [f"the simulator itself: {one}" for one in world.loop.problems]
        found = [*safety(evidence), *self.unsettled]
        if evidence.believed is not None and evidence.believed.drops:
            world.log.hits["B1 order left the books"] = evidence.believed.drops
        first: Trader | None = world.traders[0] if world.traders else None
        return Result(
            seed=world.scenario.seed,
            findings=found,
            digest=world.log.digest,
            hits=world.log.hits,
            orders=sum(entry.kind == "sent" for entry in world.log.entries),
            unknown=world.log.hits["N2 outcome unknown"],
            kills=world.log.counts["kills"],
            lives=len(world.traders),
            steps=world.loop.steps,
            settled_after_s=self.settled_after_s,
            first_steps=first.process.steps if first else 0,
            first_operations=first.disk.operations if first else [],
            sites=world.loop.sites,
            journal=dict(evidence.journal),
        )


async def _is_over_within(trader: Trader, *, seconds: int) -> bool:
    for _ in range(seconds * 20):
        if trader.is_over:
            return True
        await asyncio.sleep(0.05)
    return trader.is_over
