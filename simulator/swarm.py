"""A swarm is many seeds in a row, each with its own mix of faults; it ends with what was hit, and how often."""

import itertools
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from unittest.mock import patch

from simulator.run import Result, run
from simulator.scenario import draw
from tradewright.domain.orders import order as orders
from tradewright.domain.orders.life import OrderLife
from tradewright.domain.orders.transitions import TRANSITIONS, IllegalStep, OrderEvent, Transition, transition


@dataclass
class Swarm:
    """What came of many seeds."""

    seeds: int = 0
    failed: list[Result] = field(default_factory=list)
    orders: int = 0
    unknown: int = 0
    kills: int = 0
    steps: int = 0
    hits: Counter[str] = field(default_factory=Counter)
    transitions: Counter[str] = field(default_factory=Counter)
    slowest_s: float = 0.0
    """The longest second phase, virtual."""

    def add(self, result: Result, taken: Counter[str]) -> None:
        """Count a run."""
        self.seeds += 1
        self.orders += result.orders
        self.unknown += result.unknown
        self.kills += result.kills
        self.steps += result.steps
        self.hits.update(result.hits)
        self.transitions.update(taken)
        self.slowest_s = max(self.slowest_s, result.settled_after_s)
        if result.findings:
            self.failed.append(result)

    def merge(self, other: "Swarm") -> None:
        """Count another part of the swarm."""
        self.seeds += other.seeds
        self.orders += other.orders
        self.unknown += other.unknown
        self.kills += other.kills
        self.steps += other.steps
        self.hits.update(other.hits)
        self.transitions.update(other.transitions)
        self.failed.extend(other.failed)
        self.slowest_s = max(self.slowest_s, other.slowest_s)


@contextmanager
def counted(taken: Counter[str]) -> Iterator[None]:
    """Count every step of the orders' table that is taken."""

    def counting(life: OrderLife | None, event: OrderEvent) -> Transition | IllegalStep:
        found = transition(life, event)
        name = f"{life.value if life else 'none'} + {event.value}"
        taken[name if isinstance(found, Transition) else f"illegal: {name}"] += 1
        return found

    with patch.object(orders, "transition", counting):
        yield


def swarm(seeds: Iterable[int], *, until: float | None = None) -> Swarm:
    """Run the seeds one after another, or those that come before a moment (of `time.monotonic`)."""
    total = Swarm()
    for seed in seeds:
        taken: Counter[str] = Counter()
        with counted(taken):
            result = run(draw(seed))
        result.journal = {}
        total.add(result, taken)
        if result.findings:
            tell(result)
        if until is not None and time.monotonic() >= until:
            break
    return total


def _part(first: int, count: int | None, step: int, seconds: float | None) -> Swarm:
    until = None if seconds is None else time.monotonic() + seconds
    seeds = itertools.count(first, step) if count is None else range(first, first + count * step, step)
    return swarm(seeds, until=until)


def fly(*, first: int, count: int | None, minutes: float | None, jobs: int) -> Swarm:
    """A swarm over so many processes."""
    seconds = None if minutes is None else minutes * 60
    if jobs <= 1:
        return _part(first, count, 1, seconds)
    each = None if count is None else -(-count // jobs)
    total = Swarm()
    with ProcessPoolExecutor(jobs) as pool:
        for part in pool.map(_part, [first + at for at in range(jobs)], [each] * jobs, [jobs] * jobs, [seconds] * jobs):
            total.merge(part)
    return total


def tell(result: Result) -> None:
    """A failed run, with the one command that shows it again."""
    print(f"seed {result.seed}: {len(result.findings)} findings; again: make sim SEED={result.seed}")
    for finding in result.findings[:8]:
        print(f"    {finding}")
    sys.stdout.flush()


def report(total: Swarm, *, seconds: float) -> None:
    """The counters of a swarm."""
    rate = total.seeds / seconds if seconds else 0.0
    print(f"{total.seeds} seeds, {len(total.failed)} with findings, in {seconds:.1f} s ({rate:.1f} seeds/s)")
    print(f"{total.orders} orders sent, {total.unknown} of unknown outcome, {total.kills} processes killed")
    print(f"{total.steps} steps; settled {total.slowest_s:.0f} virtual seconds after the faults at the latest")
    legal = {f"{life.value if life else 'none'} + {event.value}" for life, event in TRANSITIONS}
    taken = {name for name in total.transitions if not name.startswith("illegal")}
    illegal = sum(count for name, count in total.transitions.items() if name.startswith("illegal"))
    print(f"{len(taken & legal)} of {len(legal)} steps of the orders' table taken; {illegal} illegal ones refused")
    print(f"never taken: {', '.join(sorted(legal - taken)) or 'none'}")
    for name, count in sorted(total.hits.items()):
        print(f"  {count:7d}  {name}")


def hash_seed() -> str:
    """The seed of the interpreter's hashes, for the report of a repeated run."""
    return os.environ.get("PYTHONHASHSEED", "random")
