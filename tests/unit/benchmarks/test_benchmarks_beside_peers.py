import sys
from pathlib import Path

import pytest
from benchmarks.peers import environments
from benchmarks.peers.__main__ import main
from benchmarks.peers.contests import CONTESTS, Rival
from benchmarks.peers.environments import LIMIT, PACKAGES, interpreter
from benchmarks.peers.running import PeerError, PeerRun, run_peer, scripts_folder
from benchmarks.peers.standing import Standing, cells, is_same_work, ours, own_cells, theirs
from benchmarks.rows import Row
from benchmarks.sizes import SIZES, Size
from benchmarks.workloads.case import Place

FULL = SIZES[Size.FULL]


def standing(*, run_s: float, final: float = 100.0, fills: int = 2) -> Standing:
    return Standing(
        id="P1.statistics", who="x", units=10, run_s=run_s, process_s=1.0, peak_mb=100.0, final=final, fills=fills
    )


@pytest.mark.parametrize(
    ("workload", "peer", "arguments", "units"),
    [
        ("P1", "vectorbt", ["w1", "--n", "1000000"], 1_000_000),
        ("P2", "backtrader", ["w1", "--n", "100000"], 100_000),
        ("P3", "vectorbt", ["w2", "--n", "100000", "--combos", "1000", "--variant", "auto-50"], 1_000),
        ("P3", "backtrader", ["w2", "--n", "100000", "--combos", "2"], 2),
        ("P5", "vectorbt", ["w4"], 1_260_000),
        ("P6", "vectorbt", ["w5"], 1),
    ],
)
def test_a_rival_is_told_what_to_run(workload: str, peer: str, arguments: list[str], units: int) -> None:
    contest = next(one for one in CONTESTS if one.workload == workload)
    rival = next(one for one in contest.rivals if one.peer == peer)
    assert contest.arguments(rival, FULL) == arguments
    assert contest.units(rival, FULL) == units


def test_every_rival_can_be_installed_or_is_the_limit() -> None:
    assert {rival.peer for contest in CONTESTS for rival in contest.rivals} == {*PACKAGES, LIMIT}


def test_same_work_means_the_same_cent_and_the_same_number_of_fills() -> None:
    us = standing(run_s=1.0)
    assert is_same_work(us, standing(run_s=5.0, final=100.004))
    assert not is_same_work(us, standing(run_s=5.0, final=100.01))
    assert not is_same_work(us, standing(run_s=5.0, fills=3))
    assert not is_same_work(us, standing(run_s=5.0, final=float("nan")))


def test_the_table_tells_ratios_goals_and_equality() -> None:
    us, them = standing(run_s=0.1), standing(run_s=1.5)
    rival = Rival(peer="vectorbt", run_times=10, process_times=2, is_equal=True)
    told = cells(us, them, rival, is_process=False)
    assert told[6:] == [
        "15x as fast (goal 10x: yes)",
        "1x as fast (goal 2x: NO)",
        "1.00 of it",
        "100.00, 2 fills: equal",
    ]
    other = cells(us, standing(run_s=0.05, fills=1), rival, is_process=False)
    assert (other[6], other[-1]) == ("0.5x as fast (goal 10x: NO)", "100.00, 1 fills: NOT EQUAL")


def test_only_processes_are_compared_where_the_start_is_measured() -> None:
    told = cells(standing(run_s=0.1), standing(run_s=1.5), Rival(peer="nautilus"), is_process=True)
    assert (told[2], told[3], told[6]) == ("", "", "")
    assert own_cells(standing(run_s=0.1), is_process=True)[2] == ""


def test_medians_of_several_processes_count() -> None:
    rows = [
        Row(id="P5.kernel", units=4, load_s=0, first_s=1, runs_s=(s,), peak_mb=s, process_s=s) for s in (1.0, 9.0, 2.0)
    ]
    assert (ours(rows).run_s, ours(rows).process_s, ours(rows).peak_mb, ours(rows).fills) == (2.0, 2.0, 2.0, -1)
    runs = [PeerRun(s, s, s, "1.0", 5.0, 7, 0.0) for s in (3.0, 1.0, 2.0)]
    found = theirs("P5", Rival(peer="vectorbt", label="Rust, fast"), runs, units=4)
    assert (found.id, found.who, found.run_s) == ("P5.vectorbt-Rust-fast", "vectorbt 1.0 Rust, fast", 2.0)


def test_a_rate_tells_short_times_better_than_the_time() -> None:
    run = PeerRun(0.0, 1.0, 1.0, "", 0.0, 0, rate=2e9)
    assert run.timed_by(1_000).run_s == 5e-7
    assert PeerRun(3.0, 1.0, 1.0, "", 0.0, 0, rate=0.0).timed_by(10).run_s == 3.0


def test_missing_scripts_are_told_with_the_place_where_they_are_expected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PEERS_SCRIPTS", str(tmp_path / "nowhere"))
    with pytest.raises(PeerError, match=r"peers' scripts are missing: expected common\.py"):
        scripts_folder()
    assert main(["--size", "small"]) == 1
    assert "PEERS_SCRIPTS" in capsys.readouterr().err


def test_a_peer_is_run_watched_and_understood(tmp_path: Path) -> None:
    script = tmp_path / "peer.py"
    script.write_text(
        "import os, sys\n"
        "print('something')\n"
        'print(\'RESULT {"version": "7", "run_s": 0.5, "final": 12.25, "fills": 3, "rate": 8.0}\')\n'
        "assert sys.argv[1:] == ['w4'] and os.environ['PEERS_DIR'] and 'PYTHONPATH' not in os.environ\n",
        encoding="utf-8",
    )
    run = run_peer(Path(sys.executable), script, ["w4"], place=Place(tmp_path, Size.SMALL))
    assert (run.run_s, run.version, run.final, run.fills, run.rate) == (0.5, "7", 12.25, 3, 8.0)
    assert run.process_s > 0
    assert run.peak_mb > 1


def test_a_peer_that_fails_says_what_it_said_last(tmp_path: Path) -> None:
    script = tmp_path / "peer.py"
    script.write_text("raise SystemExit('no data here')\n", encoding="utf-8")
    with pytest.raises(PeerError, match="ended with 1: no data here"):
        run_peer(Path(sys.executable), script, [], place=Place(tmp_path, Size.SMALL))


@pytest.mark.slow
def test_an_environment_that_is_ready_is_used_and_a_broken_one_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environments, "PACKAGES", {"none": ("./there-is-no-such-package",)})
    python = tmp_path / "none" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("", encoding="ascii")
    (tmp_path / "none" / ".ready").write_text("./there-is-no-such-package", encoding="utf-8")
    assert interpreter("none", tmp_path) == python
    assert interpreter(LIMIT, tmp_path) == Path(sys.executable)
    (tmp_path / "none" / ".ready").write_text("something else", encoding="utf-8")
    with pytest.raises(environments.EnvironmentMissingError, match="none cannot be installed"):
        interpreter("none", tmp_path)
