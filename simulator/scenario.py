"""A scenario is what a seed draws: which families of faults are on and how hard they strike, and how long it all lasts.

Swarm testing (Groce and others, ISSTA 2012): each family is on with a chance of one half, so that some runs have one
nasty fault alone and others many at once.
"""

import random
from dataclasses import dataclass, field

from simulator.disk import DiskFaults
from simulator.feed import FeedFaults
from simulator.network import WireFaults
from simulator.strategies import StrategyHabits
from simulator.streams import stream
from simulator.venue.venue import VenueHabits

SECOND = 1_000_000_000
FAMILIES = (
    "kills", "power", "disk_errors", "disk_slow", "requests", "replies", "events", "order", "late", "errors", "breaks",
    "questions", "stale", "rejects", "late_fills", "reuse", "foreign", "busts", "splits", "dividends", "restarts",
    "mute", "deaf", "feed", "strategy", "people", "switch", "clock", "twin",
)  # fmt: skip
NEWER = ("busy", "lies", "overfills", "resized", "changes", "fees", "pruning", "adjusts")
"""Families that came later; they are drawn from a stream of their own, so that what older seeds drew stays drawn."""

LATE_NS = 25 * SECOND
"""After so long nothing of an order that has ended comes any more that was not told before."""


@dataclass
class Happenings:
    """Mean pauses between what happens now and then, in seconds; 0: never."""

    foreign: float = 0.0
    overfills: float = 0.0
    resized_by_hand: float = 0.0
    canceled_by_hand: float = 0.0
    busts: float = 0.0
    splits: float = 0.0
    """Of nights."""
    night: float = 1.0
    """Seconds from the last trade of a day to what happens over night, and from that to the next trade."""
    dividends: float = 0.0
    restarts: float = 0.0
    wipes: float = 0.3
    """Of restarts."""
    mute: float = 0.0
    deaf: float = 0.0
    breaks: float = 0.0
    clock_jumps: float = 0.0
    stalls: float = 0.0
    people: float = 0.0
    looks_in: tuple[float, float] = (3.0, 4.0)
    """Somebody looks after the trader after the first, plus up to the second."""
    changes: bool = False
    """People change orders, protection and limits as well, and ask twice."""
    switch: float = 0.0
    twin: float = 0.0
    kills: float = 0.0


@dataclass
class Scenario:
    """One run, drawn from its seed."""

    seed: int
    families: tuple[str, ...] = ()
    first_phase_ns: int = 45 * SECOND
    slice_ns: int = SECOND
    instruments: tuple[str, ...] = ("ALFA.XSIM", "BETA.XSIM")
    slices_a_day: int = 20
    latency_ns: int = 20_000_000
    wire: WireFaults = field(default_factory=WireFaults)
    disk: DiskFaults = field(default_factory=DiskFaults)
    venue: VenueHabits = field(default_factory=VenueHabits)
    feed: FeedFaults = field(default_factory=FeedFaults)
    strategy: StrategyHabits = field(default_factory=StrategyHabits)
    happenings: Happenings = field(default_factory=Happenings)
    segment_bytes: int = 32_768
    snapshot_every: int = 100
    keeps_orders: int = 2_000
    """Orders that ended long ago and stay in the session's books."""
    keeps_days: int = 5
    """Days after which one ended long ago."""
    position_share: str = "0.2"
    """Limit on an instrument's notional, of equity."""
    order_quantity: str = "100000"
    """Limit on the units of one order."""
    calm_s: float = 12.0
    """Of the second phase, how long the market goes on."""
    look_s: float = 4.0
    """Pause between two looks whether all is settled."""
    kills: int = 0
    """How often a process is killed at a drawn step or operation."""
    names_sites: bool = False
    dies_at_step: int = 0
    """Of the first process; 0: as drawn."""
    later_deaths: tuple[int, ...] = ()
    """Steps at which the lives after the first one end."""
    dies_at_operation: int = 0
    dies_when: str = "before"


def draw(seed: int, *, newer: bool = True) -> Scenario:
    """The scenario of a seed; without the newer families it is what it was before there were any."""
    chance, later = stream(seed, "scenario"), stream(seed, "scenario, newer families")
    on = tuple(one for one in FAMILIES if chance.random() < 0.5)
    if newer:  # with everything on at once a session hardly ever comes to trade
        kept = later.choice([0.2, 0.5, 1.0])
        on = tuple(one for one in on if later.random() < kept)
    made = Scenario(
        seed=seed,
        families=on,
        first_phase_ns=chance.randrange(60, 120) * SECOND,
        slice_ns=chance.choice([SECOND, 3 * SECOND // 2, SECOND // 2]),
        slices_a_day=chance.choice([25, 50]),
        latency_ns=chance.choice([2, 20, 80]) * 1_000_000,
        segment_bytes=chance.choice([16_384, 65_536]),
        snapshot_every=chance.choice([20, 100, 1_000]),
        position_share=chance.choice(["0.2", "0.02"]),
    )
    made.strategy.largest = chance.choice([8, 90])
    for family in on:
        switch_on(made, family, chance)
    for family in NEWER if newer else ():
        if later.random() < (0.5 if family in {"busy", "pruning"} else 0.3):
            made.families = (*made.families, family)
            switch_on(made, family, later)
    return made


def _prune(made: Scenario, chance: random.Random) -> None:
    """Short days, and books that orders leave soon after they have ended: not sooner than anything late may come."""
    made.slices_a_day = min(made.slices_a_day, chance.choice([8, 12]))
    made.keeps_orders = chance.choice([0, 2, 10])
    day_ns = made.slices_a_day * made.slice_ns
    made.keeps_days = made.venue.takes_back_for = -(-LATE_NS // day_ns)
    made.first_phase_ns += 40 * SECOND


def switch_on(made: Scenario, family: str, chance: random.Random) -> None:
    """Switch a family of faults on, as hard as chance says."""
    rate = chance.choice([0.02, 0.05, 0.15, 0.4])
    pause = chance.choice([4.0, 8.0, 15.0])
    wire, happenings = made.wire, made.happenings
    match family:
        case "kills":
            made.kills = chance.randint(1, 5)
            happenings.kills = pause
        case "power":
            made.disk.loses_power = True
        case "disk_errors":
            made.disk.fails, made.disk.fills_up = rate / 40, rate / 80
        case "disk_slow":
            made.disk.is_slow = rate / 10
        case "pruning":
            _prune(made, chance)
        case "requests":
            wire.loses_requests, wire.repeats_requests, wire.refuses = rate, rate / 2, rate / 2
        case "replies":
            wire.loses_replies, wire.repeats_answers = rate, rate
        case "events":
            wire.loses_events, wire.repeats_events = rate, rate
        case "order":
            wire.reorders = rate
        case "late":
            wire.delays_requests = rate
        case "errors":
            wire.fails_with_effect = wire.fails_without_effect = rate / 2
        case "breaks":
            wire.breaks_after_send, happenings.breaks = rate / 4, pause * 2
        case "questions":
            wire.fails_questions, wire.cut_answers = rate, rate
        case "stale":
            wire.stale_answers, wire.hides_fresh_orders = rate, rate
        case _:
            _switch_on_more(made, family, rate, pause)


def _switch_on_more(made: Scenario, family: str, rate: float, pause: float) -> None:
    happenings = made.happenings
    match family:
        case "rejects":
            made.venue.rejects, made.venue.rejects_cancels = rate, rate
        case "late_fills":
            made.venue.fills_late = min(1.0, rate * 3)
        case "reuse":
            made.venue.reuses_ids = True
        case "foreign":
            happenings.foreign, happenings.canceled_by_hand = pause * 2, pause * 2
        case "splits":
            happenings.splits, happenings.night, made.slices_a_day = 0.7, 5.0, 12
            made.first_phase_ns += 20 * SECOND
        case "busts" | "dividends" | "mute" | "deaf" | "people" | "kills":
            setattr(happenings, family, pause)
        case "restarts":
            happenings.restarts = pause * 2
        case "switch":
            happenings.switch = pause * 6
        case "twin":
            happenings.twin = pause
        case "clock":
            happenings.clock_jumps, happenings.stalls = pause, pause * 2
        case "feed":
            feed = made.feed
            feed.repeats, feed.skips, feed.delays, feed.silences = rate, rate / 2, rate, rate / 10
        case "busy":
            made.instruments = ("ALFA.XSIM", "BETA.XSIM", "GAMA.XSIM", "DELT.XSIM")
            made.strategy.targets, made.strategy.orders, made.strategy.brackets = 0.7, 0.9, 0.3
            happenings.looks_in = (0.5, 1.0)
        case "lies":
            made.venue.fills_rejected = made.venue.mislays = min(rate, 0.15)
        case "overfills":
            happenings.overfills = pause * 2
        case "resized":
            happenings.resized_by_hand = pause
        case "changes":
            happenings.changes, happenings.people = True, happenings.people or pause
        case "adjusts":
            made.venue.adjusts_at_splits, made.order_quantity = True, "100"
            made.strategy.largest = 90
            if not happenings.splits:
                _switch_on_more(made, "splits", rate, pause)
        case "fees":
            made.venue.fee_currencies = ("USD", "EUR", "BNB")
        case "strategy":
            made.strategy.delays, made.strategy.fails, made.strategy.hangs = rate, rate / 40, rate / 40
