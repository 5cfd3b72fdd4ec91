"""The world of a run: the venue and its market, the wire, the disk, whoever restarts a dead trader, and everything that
happens to them while the first phase lasts.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal

from simulator.checker.evidence import Finding
from simulator.checker.liveness import exposure
from simulator.disk import DiskFaults, Platter
from simulator.feed import FeedFaults, Tape
from simulator.log import Log
from simulator.loop import SimLoop
from simulator.network import SECOND, SETTLES_NS, Wire, WireFaults
from simulator.scenario import Scenario
from simulator.streams import stream
from simulator.trader import SimFence, Surroundings, Trader, wide_limits
from simulator.venue import oddities
from simulator.venue.book import Account, Listing
from simulator.venue.market import Market
from simulator.venue.venue import Venue, VenueHabits
from tradewright.domain.errors import BrokerError, StorageError
from tradewright.engine.session.exits import ExitCause
from tradewright.engine.session.inputs import Asked
from tradewright.ports.kill import KillNote
from tradewright.trading.risk.policy import LimitsPolicy

START_NS = 1_772_463_600_000_000_000
"""2026-03-02 15:00 UTC on the wall when a run begins."""
_TICKS = 3
"""Prices to a slice."""
_LIVES = 60


class SimWorld:
    """Everything around the traders of one run."""

    def __init__(self, scenario: Scenario) -> None:
        seed = scenario.seed
        self.scenario = scenario
        self.log = Log()
        self.loop = SimLoop(self.log, stream(seed, "order"), wall_ns=START_NS, names_sites=scenario.names_sites)
        self.listings = tuple(Listing(name) for name in scenario.instruments)
        self.market = Market(self.listings, stream(seed, "market"), scenario.slices_a_day, START_NS)
        self.account = Account({one.instrument: one for one in self.listings}, {"USD": Decimal(1_000_000)})
        self.venue = Venue(self.log, stream(seed, "venue"), self.market, self.account, scenario.venue, self._venue_ns)
        self.wire = Wire(
            self.loop, self.log, self.venue, stream(seed, "wire"), scenario.wire, latency_ns=scenario.latency_ns
        )
        self.wire.keeps_views = scenario.wire.stale_answers > 0
        self.venue.listeners.append(self.wire.stream)
        self.venue.later = self._later
        self.venue.settles_ns = SETTLES_NS
        self.tape = Tape(self.market)
        self.platter = Platter(self.log, stream(seed, "platter"))
        self.around = Surroundings(
            loop=self.loop, log=self.log, scenario=scenario, platter=self.platter, wire=self.wire, tape=self.tape,
            listings=self.listings, fence=SimFence(), disk_chance=stream(seed, "disk"),
            feed_chance=stream(seed, "feed"),
            policy=LimitsPolicy(
                everywhere=wide_limits(
                    scenario.instruments,
                    position=Decimal(scenario.position_share),
                    order_quantity=Decimal(scenario.order_quantity),
                )
            ),
        )  # fmt: skip
        self.deaths = stream(seed, "deaths")
        self.happening = stream(seed, "happenings")
        self.people = stream(seed, "people")
        self.traders: list[Trader] = []
        self.observed: list[Finding] = []
        self.asked: list[Asked] = []
        """What people asked for with a key."""
        self.is_first_phase = True
        self.is_over = False
        self.has_market = True

    def _venue_ns(self) -> int:
        return START_NS + self.log.now_ns

    def _later(self, after_ns: int, call: Callable[[], None]) -> None:
        self.loop.at(self.log.now_ns + after_ns, call)

    @property
    def trader(self) -> Trader | None:
        """The one that trades, or that did last."""
        return self.traders[-1] if self.traders else None

    # The market -----------------------------------------------------------------------------------------------------

    async def run_market(self) -> None:
        """Slices one after another, each of a few ticks; two for warming up first."""
        for _ in range(2):
            self.venue.tick(is_first=False, is_last=False)
            self.tape.tell(self.market.close_slice(self._venue_ns(), is_warm_up=True))
        pause = self.scenario.slice_ns / SECOND / _TICKS
        while True:
            if self.market.begins_day:
                await self._night()
            for at in range(_TICKS):
                await asyncio.sleep(pause)
                if not self.has_market:
                    return
                self.venue.tick(is_first=at == 0, is_last=at == _TICKS - 1)
                self.wire.remember()
                self.observe()
            self.tape.tell(self.market.close_slice(self._venue_ns()))

    async def _night(self) -> None:
        """Between two days nothing trades; what was to be told is told, and shares are split if they are to be."""
        self.venue.matching.expire(ends_day=True)
        happenings = self.scenario.happenings
        self.venue.is_open = False
        await asyncio.sleep(happenings.night)
        if self.is_first_phase and self.happening.random() < happenings.splits:
            self.venue.split_one()
            await asyncio.sleep(happenings.night)
        self.venue.is_open = True

    def observe(self) -> None:
        """Look whether everything of ours that the venue may still fill is counted."""
        trader = self.trader
        if trader is None or trader.is_over or trader.session is None or len(self.observed) > 20:
            return
        state = trader.session.core.state
        working = {
            one.client_order_id: one.remaining
            for one in self.account.working()
            if one.client_order_id
            and not one.parent
            and not one.request.closes_position
            and one.name not in self.venue.may_exceed
        }
        reserved = {name: state.orders[name].reservation().quantity for name in state.open if name in working}
        self.observed.extend(exposure(reserved, working))

    # Lives ----------------------------------------------------------------------------------------------------------

    async def run_traders(self) -> None:
        """Start a trader, and another one whenever it died or broke."""
        while not self.is_over and len(self.traders) < _LIVES:
            trader = Trader(self.around, f"trader-{len(self.traders) + 1}", disk_faults=self._disk_faults())
            self._doom(trader)
            self.traders.append(trader)
            trader.start()
            while not trader.is_over:
                await asyncio.sleep(0.05)
            self._look_back(trader)
            if trader.end is not None and trader.end.cause is ExitCause.ORDERLY:
                return
            await asyncio.sleep(self.deaths.choice([0.1, 0.5, 2.0]))

    def _disk_faults(self) -> DiskFaults:
        return replace(self.scenario.disk) if self.is_first_phase else DiskFaults()

    def _doom(self, trader: Trader) -> None:
        """Draw where this life ends, if it is to end by force."""
        scenario, number = self.scenario, len(self.traders)
        faults = trader.disk._faults
        if number == 0 and (scenario.dies_at_step or scenario.dies_at_operation):
            trader.process.dies_at_step = scenario.dies_at_step
            faults.dies_at, faults.dies_when = scenario.dies_at_operation, scenario.dies_when
        elif self.is_first_phase and 0 < number <= len(scenario.later_deaths):
            trader.process.dies_at_step = scenario.later_deaths[number - 1]
        elif self.is_first_phase and number < scenario.kills:
            if self.deaths.random() < 0.5:
                trader.process.dies_at_step = self.deaths.choice([30, 300, 3_000])
                trader.process.dies_at_step = 1 + self.deaths.randrange(trader.process.dies_at_step)
                self.log.hit("P1 killed at a step")
            else:
                faults.dies_at = 1 + self.deaths.randrange(self.deaths.choice([40, 400, 1_500]))
                faults.dies_when = self.deaths.choice(["before", "half", "after"])

    def _look_back(self, trader: Trader) -> None:
        """How a life ended: by force, by a fault that we made, or by a defect."""
        self.log.counts["lives"] += 1
        name = trader.process.name
        if trader.process.is_dead:
            self.log.counts["kills"] += 1
            return
        problem = trader.problem or (trader.end.problem if trader.end else None)
        if problem is not None and not self._is_ours(problem):
            self.observed.append(Finding("L5", f"{name} ended by {type(problem).__name__}: {problem}"))
        self.observed.extend(Finding("L5", f"{name}: {one}") for one in trader.process.problems)
        left = [one for one in trader.process.leaked if not one.startswith("person")]
        if left:
            self.observed.append(Finding("L5", f"{name} left tasks: {left}"))
        self.log.add("ended", name, cause=str(trader.end.cause if trader.end else "refused"), problem=str(problem))
        trader.process.is_dead = True

    def _is_ours(self, problem: Exception) -> bool:
        """Whether a fault that was injected explains it."""
        faults = self.scenario.disk
        return isinstance(problem, BrokerError) or (
            isinstance(problem, StorageError) and bool(faults.fails or faults.fills_up or faults.fails_at)
        )

    # What happens ---------------------------------------------------------------------------------------------------

    def start_happenings(self) -> None:
        """Begin everything that happens now and then."""
        happenings = self.scenario.happenings
        for pause, act in (
            (happenings.foreign, self.venue.trade_by_hand),
            (happenings.canceled_by_hand, self.venue.cancel_by_hand),
            (happenings.overfills, lambda: oddities.overfill_one(self.venue)),
            (happenings.resized_by_hand, lambda: oddities.resize_one(self.venue)),
            (happenings.busts, self.venue.bust_one),
            (happenings.dividends, self.venue.pay_dividend),
            (happenings.restarts, self._restart_venue),
            (happenings.mute, self._mute),
            (happenings.deaf, self._deafen),
            (happenings.breaks, self._break),
            (happenings.clock_jumps, self._jump),
            (happenings.stalls, self._stall),
            (happenings.kills, self._kill),
            (happenings.twin, self._start_twin),
            (happenings.switch, self._pull_switch),
        ):
            if pause:
                name = getattr(act, "__name__", "act")
                self.loop.spawn(None, self._now_and_then(pause, act), name=f"happening {name}")

    async def _now_and_then(self, pause: float, act: Callable[[], None]) -> None:
        while True:
            await asyncio.sleep(self.happening.expovariate(1 / pause))
            if not self.is_first_phase:
                return
            act()

    def _break_for(self, seconds: float, reason: str) -> None:
        if self.wire.is_up:
            self.wire.break_down(reason)
            self._later(int(seconds * SECOND), self.wire.mend)

    def _restart_venue(self) -> None:
        self._break_for(1 + 4 * self.happening.random(), "the venue restarts")
        self.venue.restart(wipes=self.happening.random() < self.scenario.happenings.wipes)

    def _break(self) -> None:
        self.log.hit("N13 connection broken")
        self._break_for(0.2 + 6 * self.happening.random(), "the connection broke")

    def _mute(self) -> None:
        self.wire.is_mute = True
        self._later(self.happening.randrange(1, 8) * SECOND, lambda: setattr(self.wire, "is_mute", False))

    def _deafen(self) -> None:
        self.wire.is_deaf = True
        self._later(self.happening.randrange(1, 8) * SECOND, lambda: setattr(self.wire, "is_deaf", False))

    def _jump(self) -> None:
        self.log.hit("M6 clock set")
        self.loop.set_wall(int(self.happening.choice([-0.4, -3, 0.5, 2.5, 30]) * SECOND))

    def _stall(self) -> None:
        self.log.hit("P8 loop stalled")
        self.loop.stall(self.happening.randrange(SECOND, 10 * SECOND))

    def _kill(self) -> None:
        trader = self.trader
        if trader is not None and not trader.is_over and len(self.traders) <= self.scenario.kills:
            self.log.hit("P1 killed at a moment")
            self.loop.kill(trader.process, loses_power=self.scenario.disk.loses_power)

    def _pull_switch(self) -> None:
        self.log.hit("H5 kill switch pulled")
        note = KillNote("risk officer", "simulated", START_NS + self.log.now_ns)
        self.around.fence.note = note
        self.log.add("switch_pulled")
        trader = self.trader
        if trader is not None and trader.session is not None and not trader.is_over and self.happening.random() < 0.5:
            trader.process.context.run(trader.session.kill, note)

    def _start_twin(self) -> None:
        """A second trader on the same account: it must be refused."""
        trader = self.trader
        if trader is None or trader.is_over or trader.session is None or trader.session.books.journal.poison:
            return
        self.log.hit("P10 second trader started")
        twin = Trader(self.around, f"twin of {trader.process.name}", disk_faults=DiskFaults())
        twin.start()

        def judge() -> None:
            if twin.session is not None and not trader.is_over:
                self.observed.append(Finding("I22", f"a second trader began while {trader.process.name} traded"))
            self.loop.kill(twin.process)

        self._later(SECOND // 100, judge)

    def calm(self) -> None:
        """The first phase is over: no fault strikes any more."""
        self.is_first_phase = False
        self.wire.faults = WireFaults()
        self.wire.is_mute = self.wire.is_deaf = False
        self.venue.habits = VenueHabits()
        scenario = self.scenario
        scenario.strategy.is_quiet = True
        scenario.strategy.delays = scenario.strategy.fails = scenario.strategy.hangs = 0.0
        _clear(scenario.feed)
        trader = self.trader
        if trader is not None:
            trader.process.dies_at_step = 0
            faults = trader.disk._faults
            faults.fails = faults.fills_up = faults.is_slow = 0.0
            faults.dies_at = faults.fails_at = 0

    def lives(self) -> Iterator[Trader]:
        """Every trader of the run."""
        return iter(self.traders)


def _clear(faults: FeedFaults) -> None:
    faults.repeats = faults.skips = faults.delays = faults.silences = 0.0
