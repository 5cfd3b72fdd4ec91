"""The simulator's command line: `python -m simulator swarm|one|crash|twice|zoo`, see `--help`."""

import argparse
import os
import subprocess
import sys
import time

from simulator import crash as crashing
from simulator import swarm as swarming
from simulator.run import run
from simulator.scenario import draw
from simulator.zoo import hunt


def main(arguments: list[str] | None = None) -> int:
    """Run what was asked; 1 where anything was found."""
    asked = _parser().parse_args(arguments)
    began = time.monotonic()
    match asked.command:
        case "one":
            return _one(asked.seed)
        case "swarm":
            total = swarming.fly(first=asked.first, count=asked.seeds, minutes=asked.minutes, jobs=asked.jobs)
            swarming.report(total, seconds=time.monotonic() - began)
            return 1 if total.failed else 0
        case "crash":
            return _crash(asked, began)
        case "digests":
            for seed in range(asked.first, asked.first + asked.seeds):
                print(seed, run(draw(seed)).digest)
            return 0
        case "twice":
            return _twice(asked.first, asked.seeds)
        case _:
            caught = hunt.hunt(asked.names, seeds=asked.seeds)
            hunt.report(caught)
            return 0 if all(one.is_caught for one in caught) else 1


def _one(seed: int) -> int:
    scenario = draw(seed)
    print(f"seed {seed}: {', '.join(scenario.families)}")
    result = run(scenario)
    for finding in result.findings:
        print(f"    {finding}")
    print(f"{result.orders} orders, {result.lives} lives, {result.kills} killed, {result.steps} steps")
    print(f"settled after {result.settled_after_s:.0f} s, trace {result.digest}")
    for name, count in sorted(result.hits.items()):
        print(f"  {count:5d}  {name}")
    return 1 if result.findings else 0


def _crash(asked: argparse.Namespace, began: float) -> int:
    if asked.step or asked.operation:
        result = crashing.once(
            asked.base, step=asked.step, operation=asked.operation, when=asked.when, depth=asked.depth
        )
        for finding in result.findings:
            print(f"    {finding}")
        print(f"{len(result.findings)} findings, trace {result.digest}")
        return 1 if result.findings else 0
    total = crashing.crash(bases=asked.bases, every=asked.every, depth=asked.depth, first=asked.base)
    crashing.report(total, seconds=time.monotonic() - began)
    return 1 if total.failed else 0


def _twice(first: int, seeds: int) -> int:
    """The same seeds in two fresh processes whose hashes differ: the traces must be the same."""
    told = []
    for hashing in ("1", "4242"):
        command = [sys.executable, "-m", "simulator", "digests", "--first", str(first), "--seeds", str(seeds)]
        surroundings = {**os.environ, "PYTHONHASHSEED": hashing}
        told.append(subprocess.run(command, env=surroundings, check=True, capture_output=True, text=True).stdout)
    differing = [one for one, other in zip(*(text.splitlines() for text in told), strict=True) if one != other]
    print(f"{seeds} seeds twice, {len(differing)} differ")
    for line in differing[:10]:
        print(f"    seed {line.split()[0]}")
    return 1 if differing else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("one", help="one seed, told in full")
    one.add_argument("seed", type=int)
    swarm = commands.add_parser("swarm", help="many seeds")
    swarm.add_argument("--seeds", type=int)
    swarm.add_argument("--minutes", type=float)
    swarm.add_argument("--first", type=int, default=0)
    swarm.add_argument("--jobs", type=int, default=1)
    crash = commands.add_parser("crash", help="die at every step and every disk operation")
    crash.add_argument("--bases", type=int, default=1)
    crash.add_argument("--every", type=int, default=1)
    crash.add_argument("--depth", type=int, default=1)
    crash.add_argument("--base", type=int, default=0)
    crash.add_argument("--step", type=int, default=0)
    crash.add_argument("--operation", type=int, default=0)
    crash.add_argument("--when", default="before")
    for name, told in (("twice", "the same seeds twice"), ("digests", "the trace of each seed")):
        repeated = commands.add_parser(name, help=told)
        repeated.add_argument("--seeds", type=int, default=20)
        repeated.add_argument("--first", type=int, default=0)
    zoo = commands.add_parser("zoo", help="plant known bugs and see them caught")
    zoo.add_argument("names", nargs="*")
    zoo.add_argument("--seeds", type=int, default=1000)
    return parser


if __name__ == "__main__":
    sys.exit(main())
