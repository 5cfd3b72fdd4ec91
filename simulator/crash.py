"""Crash everywhere: small runs, each ended at one step of the loop or one operation of the disk, started again, judged.

This file decides the base runs (short, without other faults, or with one family) and that every step and every
operation of the first life is a place to die, before, half-way and after; with depth, the lives that follow die too.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from simulator.run import Result, run
from simulator.scenario import SECOND, Scenario, draw
from simulator.streams import stream
from simulator.swarm import tell

_ALONE = ("", "requests", "replies", "events", "order", "late", "errors", "rejects", "late_fills", "people", "power")


@dataclass
class Crashes:
    """What came of many crashes."""

    runs: int = 0
    failed: list[Result] = field(default_factory=list)
    at_steps: int = 0
    at_operations: int = 0
    kills: int = 0
    sites: set[str] = field(default_factory=set)
    """Places of the package where a process waited or was called, over the base runs."""
    struck: set[str] = field(default_factory=set)
    """Of these, where one died."""
    operations: Counter[str] = field(default_factory=Counter)


def base(number: int) -> Scenario:
    """A short run with at most one family of faults."""
    family = _ALONE[number % len(_ALONE)]
    drawn = draw(10_000 + number)
    made = Scenario(
        seed=10_000 + number,
        first_phase_ns=6 * SECOND,
        slice_ns=SECOND // 2,
        calm_s=1.0,
        look_s=1.0,
        segment_bytes=16_384,
        snapshot_every=20,
        families=(family,) if family else (),
        latency_ns=drawn.latency_ns,
    )
    match family:
        case "requests":
            made.wire.loses_requests = 0.2
        case "replies":
            made.wire.loses_replies = 0.2
        case "events":
            made.wire.loses_events = 0.2
        case "order":
            made.wire.reorders = 0.4
        case "late":
            made.wire.delays_requests = 0.2
        case "errors":
            made.wire.fails_with_effect = made.wire.fails_without_effect = 0.15
        case "rejects":
            made.venue.rejects = made.venue.rejects_cancels = 0.3
        case "late_fills":
            made.venue.fills_late = 0.8
        case "people":
            made.happenings.people = 1.5
        case "power":
            made.disk.loses_power = True
    return made


def crash(*, bases: int, every: int = 1, depth: int = 1, first: int = 0, operations: bool = True) -> Crashes:
    """Run every base to its end, then once for every (or every n-th) place to die."""
    total = Crashes()
    for number in range(first, first + bases):
        whole = run(replace(base(number), names_sites=True))
        total.sites.update(whole.sites)
        total.operations.update(whole.first_operations)
        if whole.findings:
            total.failed.append(whole)
            tell(whole)
            continue
        for scenario, site in _places(number, whole, every=every, depth=depth, operations=operations):
            _count(total, run(scenario), scenario, site)
    return total


def _places(number: int, whole: Result, *, every: int, depth: int, operations: bool) -> Iterator[tuple[Scenario, str]]:
    chance = stream(number, "places")
    start = 1 + chance.randrange(every)
    for step in range(start, len(whole.sites) + 1, every):
        made = base(number)
        made.dies_at_step = step
        _doom_the_rest(made, depth, number, step)
        yield made, whole.sites[step - 1]
    if not operations:
        return
    for at in range(start, len(whole.first_operations) + 1, every):
        for when in ("before", "half", "after"):
            if when == "half" and whole.first_operations[at - 1] != "write":
                continue
            made = base(number)
            made.dies_at_operation, made.dies_when = at, when
            _doom_the_rest(made, depth, number, at)
            yield made, ""


def _doom_the_rest(made: Scenario, depth: int, number: int, place: int) -> None:
    """With depth, the next lives die early, while they recover."""
    if depth > 1:
        chance = stream(number, f"depth {place}")
        made.later_deaths = tuple(1 + chance.randrange(120) for _ in range(depth - 1))


def _count(total: Crashes, result: Result, scenario: Scenario, site: str) -> None:
    total.runs += 1
    total.kills += result.kills
    total.at_steps += bool(scenario.dies_at_step)
    total.at_operations += bool(scenario.dies_at_operation)
    if site:
        total.struck.add(site)
    if result.findings:
        result.journal = {}
        total.failed.append(result)
        place = (
            f"STEP={scenario.dies_at_step}"
            if scenario.dies_at_step
            else f"OPERATION={scenario.dies_at_operation} WHEN={scenario.dies_when}"
        )
        deaths = f" DEPTH={1 + len(scenario.later_deaths)}" if scenario.later_deaths else ""
        number = scenario.seed - 10_000
        print(f"base {number}, {place}: again: make sim-crash BASE={number} {place}{deaths}")
        for finding in result.findings[:6]:
            print(f"    {finding}")


def once(number: int, *, step: int, operation: int, when: str, depth: int) -> Result:
    """One crash again."""
    made = base(number)
    made.dies_at_step, made.dies_at_operation, made.dies_when = step, operation, when
    _doom_the_rest(made, depth, number, step or operation)
    return run(made)


def report(total: Crashes, *, seconds: float) -> None:
    """The counters."""
    rate = total.runs / seconds if seconds else 0.0
    print(f"{total.runs} crash runs, {len(total.failed)} with findings, in {seconds:.1f} s ({rate:.1f} runs/s)")
    print(f"{total.at_steps} at steps, {total.at_operations} at disk operations, {total.kills} processes killed")
    print(f"{len(total.struck)} of {len(total.sites)} await sites and callbacks struck")
    for site in sorted(total.sites - total.struck):
        print(f"  not struck: {site}")
    print(", ".join(f"{count} {name}" for name, count in sorted(total.operations.items())))
