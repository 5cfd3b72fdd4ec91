"""Every benchmark runs at small size and does the work it says; nothing here is timed."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks import data
from benchmarks.lines import LINES
from benchmarks.sizes import SIZES, Size
from tests.shared_data import shared

ROOT = Path(__file__).resolve().parents[2]
SMALL = SIZES[Size.SMALL]

pytestmark = pytest.mark.slow


def run(arguments: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env=os.environ | {"PEERS_DIR": str(folder)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("benchmarks")


@pytest.fixture(scope="module")
def rows(folder: Path) -> dict[str, dict[str, Any]]:
    """Every line, measured once."""
    done = run(["benchmarks", "--size", "small", "--reps", "1", "--json"], folder)
    assert done.returncode == 0, done.stderr
    return {row["id"]: row for row in json.loads(done.stdout)["rows"]}


def test_every_line_is_measured(rows: dict[str, dict[str, Any]]) -> None:
    assert list(rows) == [line.id for line in LINES]
    assert all(row["runs_s"] and row["units"] > 0 and row["peak_mb"] > 5 for row in rows.values())


def test_both_speeds_have_the_same_fills_and_the_same_money(rows: dict[str, dict[str, Any]]) -> None:
    answers = [rows[name]["answers"] for name in ("P1.kernel", "P1.backtest", "P1.statistics", "P2.callback")]
    assert answers[0]["fills"] > 20
    assert {(one["final_equity"], one["fills"]) for one in answers} == {
        (answers[0]["final_equity"], answers[0]["fills"])
    }


def test_the_rotation_is_the_same_with_and_without_the_public_face(rows: dict[str, dict[str, Any]]) -> None:
    assert rows["P5.kernel"]["answers"] == rows["P5.rotation"]["answers"] == rows["P5.statistics"]["answers"]
    assert rows["P5.kernel"]["answers"]["fills"] > 50


def test_the_sweep_tells_each_combination(rows: dict[str, dict[str, Any]]) -> None:
    assert rows["P3.sweep"]["answers"]["combinations"] == SMALL.combinations[0] * SMALL.combinations[1]


def test_warm_and_cold_starts_end_with_the_same_result(rows: dict[str, dict[str, Any]]) -> None:
    assert rows["P6.warm"]["answers"] == rows["P6.cold"]["answers"]
    assert rows["P6.warm"]["answers"]["bars"] == SMALL.days


def test_the_store_gives_back_what_was_put_in(rows: dict[str, dict[str, Any]]) -> None:
    days, width = SMALL.panel
    assert rows["P7.range"]["answers"] == pytest.approx(rows["P7.bars"]["answers"])
    assert rows["P7.range"]["answers"]["rows"] == days
    assert rows["P7.full"]["answers"]["rows"] == days * width
    assert rows["P7.append"]["answers"]["rows"] == width
    assert rows["P7.import"]["answers"]["rows"] == SMALL.imported
    assert all(rows[name]["bare_s"] for name in ("P7.range", "P7.full", "P7.append", "P7.import"))


def test_the_bus_hands_over_what_was_published(rows: dict[str, dict[str, Any]]) -> None:
    assert rows["P10.bus"]["answers"]["delivered"] == SMALL.events
    assert rows["P10.await"]["answers"]["delivered"] == SMALL.events
    assert rows["P10.redis"]["answers"]["delivered"] == SMALL.events
    assert rows["P10.bus"]["bare_s"] and rows["P10.redis"]["bare_s"]


def test_a_web_server_answers_and_tells_all_that_it_was_asked(rows: dict[str, dict[str, Any]]) -> None:
    assert rows["P12.reads"]["answers"]["answered"] == SMALL.reads
    assert rows["P12.stream"]["answers"]["answered"] == 10 * SMALL.news
    assert all(rows[name]["bare_s"] for name in ("P12.reads", "P12.stream"))


def test_a_live_day_is_small_and_loses_no_trade(rows: dict[str, dict[str, Any]]) -> None:
    answers = rows["P11.ticks"]["answers"]
    assert answers["believed"] == SMALL.live_ticks
    assert answers["slices"] > 1_000 and answers["signals"] > 10
    assert rows["P11.ticks"]["peak_mb"] < 200


def test_a_session_on_ticks_is_small_and_trades(rows: dict[str, dict[str, Any]]) -> None:
    answers = rows["P11.session"]["answers"]
    assert answers["slices"] == 2_440, "minutes of the two days in which there is a trade"
    assert answers["fills"] > 20
    assert 20 < rows["P11.session"]["peak_mb"] < 200


def test_nothing_is_left_behind(rows: dict[str, dict[str, Any]], folder: Path) -> None:
    assert [path.name for path in (folder / "small").iterdir()] == ["data"]


def test_a_table_is_printed_and_kept_where_it_is_asked_for(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "kept.json"
    done = run(["benchmarks", "P6.import", "--size", "small", "--reps", "1", "--output", str(file)], folder)
    assert done.returncode == 0, done.stderr
    assert "| P6.import | import tradewright |" in done.stdout
    assert [row["id"] for row in json.loads(file.read_text(encoding="utf-8"))["rows"]] == ["P6.import"]


def fake_limit(folder: Path, *, final: float, fills: int) -> Path:
    """The least that looks like the peers' scripts."""
    folder.mkdir()
    (folder / "common.py").write_text("", encoding="ascii")
    told = json.dumps({"version": "0", "run_s": 1.0, "final": final, "fills": fills})
    (folder / "ref_numba.py").write_text(f"print('RESULT {told}')\n", encoding="ascii")
    return folder


def test_peers_are_run_beside_us(folder: Path, tmp_path: Path) -> None:
    scripts = fake_limit(tmp_path / "scripts", final=1.0, fills=2)
    options = ["--size", "small", "--reps", "1", "--only", "limit", "--workloads", "P5"]
    done = run(["benchmarks.peers", *options, "--json"], folder, PEERS_SCRIPTS=str(scripts))
    assert done.returncode == 0, done.stderr
    rows = {row["id"]: row for row in json.loads(done.stdout)["rows"]}
    assert list(rows) == ["P5.statistics", "P5.rotation", "P5.kernel", "P5.limit-kernel"]
    assert (rows["P5.limit-kernel"]["final"], rows["P5.limit-kernel"]["fills"]) == (1.0, 2)


def test_the_data_is_the_peers_data(tmp_path: Path) -> None:
    generator = shared("peers/gen_data.py")
    environment = os.environ | {"PEERS_DIR": str(tmp_path), "PYTHONPYCACHEPREFIX": str(tmp_path / "pycache")}
    subprocess.run([sys.executable, str(generator)], env=environment, capture_output=True, check=True)
    data.write(tmp_path / "ours", Size.FULL)
    for name in data.FILES:
        ours, theirs = data.load(tmp_path / "ours", name), data.load(tmp_path / "data", name)
        assert ours.keys() == theirs.keys()
        assert all(np.array_equal(ours[column], theirs[column]) for column in ours)
    assert data.is_there(tmp_path / "ours")
