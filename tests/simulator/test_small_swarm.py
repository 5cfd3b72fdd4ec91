"""A slice of the simulator for every check: some seeds, crashes and mutants; the long runs have their targets."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from simulator.__main__ import main
from simulator.run import run
from simulator.scenario import FAMILIES, NEWER, Scenario, draw
from simulator.zoo import hunt
from simulator.zoo.mutant import ELSEWHERE

from simulator import crash, swarm

ROOT = Path(__file__).resolve().parents[2]
SEEDS = range(40)
QUICK = ("2", "6", "7", "13", "16", "17", "21", "25", "26", "27a", "30", "36", "43", "44")
"""Mutants that a few seeds show."""
ONCE_FOUND = ((21678, False), (200942, True), (300710, True))
"""Seeds that found a defect, with or without the families of faults that came later: those make another run of them."""


@pytest.mark.slow
def test_no_seed_of_the_slice_finds_anything(capsys: pytest.CaptureFixture[str]) -> None:
    total = swarm.swarm(SEEDS)
    swarm.report(total, seconds=1.0)
    told = capsys.readouterr().out
    assert not total.failed, told
    assert total.orders > 800
    assert total.unknown > 10
    assert total.kills > 15
    assert sum(one.startswith("illegal") for one in total.transitions) == 0 or total.hits
    assert len(total.hits) > 30, told
    assert total.hits["B1 order left the books"] > 100, told


@pytest.mark.parametrize(("seed", "newer"), ONCE_FOUND)
def test_a_seed_that_found_a_defect_once_finds_nothing_now(seed: int, newer: bool) -> None:
    assert run(draw(seed, newer=newer)).findings == []


@pytest.mark.slow
def test_a_crash_at_many_places_leaves_nothing_behind(capsys: pytest.CaptureFixture[str]) -> None:
    for number in (0, 1, 10):
        total = crash.crash(bases=1, every=45, depth=1 + number % 2, first=number)
        crash.report(total, seconds=1.0)
        assert not total.failed, capsys.readouterr().out
        assert total.at_steps > 3
        assert total.at_operations > 5


@pytest.mark.slow
def test_planted_bugs_are_caught_soon(capsys: pytest.CaptureFixture[str]) -> None:
    caught = hunt.hunt(QUICK, seeds=20)
    hunt.report(caught)
    assert len(caught) == len(QUICK)
    assert [one.mutant.number for one in caught if not one.is_caught] == [], capsys.readouterr().out


def test_a_seed_is_the_same_run_whatever_the_interpreter_hashes() -> None:
    told = set()
    for hashing in ("0", "77"):
        command = [sys.executable, "-m", "simulator", "digests", "--first", "3", "--seeds", "2"]
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": hashing}, check=True, capture_output=True, text=True
        )
        told.add(done.stdout)
    here = "".join(f"{seed} {run(draw(seed)).digest}\n" for seed in (3, 4))
    assert told == {here}


def test_a_calm_run_trades_without_a_fault_or_a_finding() -> None:
    result = run(Scenario(1))
    assert (result.findings, result.kills, result.hits) == ([], 0, Counter())
    assert result.orders > 5


def test_a_scenario_follows_from_its_seed_and_every_family_is_drawn() -> None:
    assert draw(7) == draw(7)
    assert {family for seed in range(60) for family in draw(seed).families} == {*FAMILIES, *NEWER}


def test_one_seed_and_one_crash_can_be_told_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["one", "3"]) == 0
    assert "settled after" in capsys.readouterr().out
    assert main(["crash", "--base", "0", "--step", "20"]) == 0
    assert "0 findings" in capsys.readouterr().out


def test_every_bug_of_the_list_is_a_mutant_or_has_its_reason() -> None:
    numbers = {one.number.rstrip("ab") for one in hunt.MUTANTS} | {one.number for one in ELSEWHERE}
    assert {str(number) for number in range(1, 41)} <= numbers
