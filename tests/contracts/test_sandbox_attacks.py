"""A slice of `python -m proofs sandbox`: nothing gets out or is left, and where a wall is missing nothing runs."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from proofs.sandboxing.attack import ESCAPED
from proofs.sandboxing.corpus import CORPUS, TOGETHER
from proofs.sandboxing.ground import Ground
from proofs.sandboxing.levels import REAL, WALLS, possible
from proofs.sandboxing.stage import ALL
from proofs.sandboxing.trial import tried, tried_together
from tests.contracts.strategy_hosts import needs_walls

pytestmark = needs_walls
ROOT = Path(__file__).resolve().parents[2]
OTHERS_REACH_US = all(one.stat().st_mode & 0o001 for one in (ROOT, *ROOT.parents))
NAMES = {one.name: one for one in CORPUS}


@pytest.fixture
def ground(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ground]:
    monkeypatch.setenv("BROKER_SECRET", "")
    made = Ground.made()
    yield made
    made.remove()


def test_the_corpus_is_as_large_as_the_goal_asks() -> None:
    assert len(CORPUS) >= 80
    assert len(NAMES) == len(CORPUS)


@pytest.mark.slow
def test_all_that_can_be_tried_in_one_process_is_held(ground: Ground) -> None:
    verdict = tried_together(TOGETHER, ground)
    assert verdict.findings == []
    assert verdict.met == len(TOGETHER)


GETS_OUT = (
    "read a secret of the engine",
    "read a file that everybody may read",
    "read its environment as the kernel has it",
    "read the engine's command line",
    "list the root folder",
    "read with polars",
    "import from an archive elsewhere",
    "read with a plain call of the kernel",
    "connect to a service of this machine",
    "connect to the socket of a service by its path",
    "connect to a socket without a path",
    "make a pair of sockets",
    "fork",
    "make a file in memory",
    "make itself important",
    "write a new file",
    "add to a file",
)
"""Harmless where they succeed."""


def test_the_same_programs_get_out_of_a_process_without_walls(ground: Ground) -> None:
    """Else their failure behind walls would say nothing, and the judge would be blind."""
    verdict = tried_together([NAMES[name] for name in GETS_OUT], ground, is_confined=False)
    escaped = [one for one in verdict.findings if one.startswith(ESCAPED)]
    is_root_alone = {"make itself important"}
    missing = [name for name in GETS_OUT if not any(name in one for one in escaped)]
    assert set(missing) <= is_root_alone
    told = " ".join(verdict.findings)
    for trace in ("victim is not as it was", "new is not as it was", "somebody came to", "a secret came out"):
        assert trace in told


@pytest.mark.parametrize(
    "name",
    [
        "loop for ever",
        "fork without end",
        "make files without end",
        "make folders in folders without end",
        "forge an answer about what it may not trade",
        "forge more wishes than may be",
        "forge a story that paints on a terminal",
        "send a pickle that would run code",
        "make a call in the manner of a processor of 32 bits",
        "stop itself",
    ],
)
def test_what_ends_the_strategy_ends_it_alone(name: str, ground: Ground) -> None:
    assert tried(NAMES[name], ground).findings == []


def staged(level: str, number: int) -> dict[str, object]:
    """The verdict of one attack at a level."""
    made = subprocess.run(
        [sys.executable, "-m", "proofs.sandboxing.stage", level],
        input=f"{number}\n",
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        timeout=200,
    )
    assert made.returncode == 0, made.stderr
    verdict: dict[str, object] = json.loads(made.stdout)
    return verdict


@pytest.mark.slow
@pytest.mark.parametrize("level", [level for level in REAL if level != "full"])
def test_nothing_gets_out_at_the_lower_levels(level: str) -> None:
    if level not in possible():
        pytest.skip("only root that may mount can show what another level is like")
    if not OTHERS_REACH_US:
        pytest.skip("the user of a lower level cannot get to this folder")
    verdict = staged(level, ALL)
    assert verdict["findings"] == []
    assert verdict["met"] == len(TOGETHER)


@pytest.mark.slow
@pytest.mark.parametrize("level", sorted(WALLS))
def test_where_a_wall_is_missing_nothing_runs_and_the_wall_is_named(level: str) -> None:
    if level not in possible():
        pytest.skip("this wall is not raised for this user")
    verdict = staged(level, 0)
    assert verdict["outcome"] == "refused"
    assert f"the wall {WALLS[level]!r} cannot be raised" in str(verdict["refused_by"])
