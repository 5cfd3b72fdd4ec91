"""The hunt: plant each mutant, run seeds until the judge says something it does not say of the right engine."""

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.checker.evidence import Finding
from simulator.run import run
from simulator.scenario import Scenario, draw, switch_on
from simulator.streams import stream
from simulator.zoo import doubts, durability, fills, leaving
from simulator.zoo.mutant import ELSEWHERE, Mutant

MUTANTS: tuple[Mutant, ...] = (*doubts.MUTANTS, *fills.MUTANTS, *durability.MUTANTS, *leaving.MUTANTS)


@dataclass(frozen=True, slots=True)
class Catch:
    """What came of hunting one mutant."""

    mutant: Mutant
    rules: tuple[str, ...]
    """The invariants that it broke; none where it was not caught."""
    seeds: int
    """Seeds that were needed."""
    first: str = ""
    """What was found."""

    @property
    def is_caught(self) -> bool:
        """Whether the judge saw it."""
        return bool(self.rules)


def ground(mutant: Mutant, seed: int) -> Scenario:
    """The scenario of a seed, with the families of faults that the mutant needs."""
    made = draw(seed)
    chance = stream(seed, "zoo")
    for family in mutant.families:
        if family not in made.families:
            switch_on(made, family, chance)
            made.families = (*made.families, family)
    return made


def hunt(names: Sequence[str] = (), *, seeds: int = 1000, first: int = 0) -> list[Catch]:
    """Hunt the mutants of these numbers, or all."""
    found = []
    for mutant in MUTANTS:
        if not names or mutant.number in names:
            found.append(_hunted(mutant, seeds=seeds, first=first))
            print(line(found[-1]), flush=True)
    return found


def _hunted(mutant: Mutant, *, seeds: int, first: int) -> Catch:
    for at, seed in enumerate(range(first, first + seeds), start=1):
        with mutant.planted():
            told = _findings(mutant, seed)
        if told and not _findings(mutant, seed):
            return Catch(mutant, tuple(sorted({one.rule for one in told})), at, str(told[0]))
    return Catch(mutant, (), seeds)


def _findings(mutant: Mutant, seed: int) -> list[Finding]:
    return run(ground(mutant, seed)).findings


def line(caught: Catch) -> str:
    """One row of the table."""
    rules = ", ".join(caught.rules) or "NOT CAUGHT"
    return f"{caught.mutant.number:>4}  {caught.seeds:5d} seeds  {rules:28}  {caught.mutant.story}"


def report(caught: Sequence[Catch]) -> None:
    """The table, and what is caught elsewhere."""
    print(f"{sum(one.is_caught for one in caught)} of {len(caught)} mutants caught")
    for one in ELSEWHERE:
        print(f"{one.number:>4}  not by a seed: {one.story}; {one.where}")
