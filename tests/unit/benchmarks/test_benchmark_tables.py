import json
from pathlib import Path

import pytest
from benchmarks import results
from benchmarks.__main__ import main
from benchmarks.lines import LINES, Goal, Measure, chosen
from benchmarks.rows import Row, row_of
from benchmarks.table import aligned, cells, quantity, seconds


def row(line: str = "P7.range", *, runs: tuple[float, ...] = (0.2, 0.1, 0.3), bare: tuple[float, ...] = ()) -> Row:
    return Row(id=line, units=100, load_s=0.5, first_s=1.0, runs_s=runs, bare_s=bare, peak_mb=200.0)


def test_a_row_tells_its_best_and_its_middle_run() -> None:
    assert (row().best_s, row().median_s, row().times_bare) == (0.1, 0.2, None)
    assert row(bare=(0.1, 0.1, 0.4)).times_bare == pytest.approx(2.0)


def test_a_row_survives_its_json() -> None:
    one = row(bare=(0.25,))
    assert row_of(json.loads(json.dumps(one.as_dict()))) == one


@pytest.mark.parametrize(
    ("goal", "reached", "is_met"),
    [
        (Goal(0.2, Measure.SECONDS), 0.2, True),
        (Goal(999, Measure.MICROSECONDS_EACH), 1000.0, False),
        (Goal(250, Measure.MEGABYTES), 200.0, True),
        (Goal(1.5, Measure.TIMES_BARE), 1.6, False),
    ],
)
def test_a_goal_compares_what_it_is_about(goal: Goal, reached: float, is_met: bool) -> None:
    one = row(bare=(0.125,))
    assert goal.reached(one) == pytest.approx(reached)
    assert goal.is_met(one) is is_met


def test_a_goal_beside_a_bare_library_is_missed_where_there_is_none() -> None:
    assert not Goal(1.5, Measure.TIMES_BARE).is_met(row())


def test_every_line_has_a_name_of_its_own_and_belongs_to_a_workload() -> None:
    names = [line.id for line in LINES]
    assert len(set(names)) == len(names)
    assert {line.workload for line in LINES} == {"P1", "P2", "P3", "P4", "P5", "P6", "P7", "P9", "P10", "P11", "P12"}


def test_lines_are_chosen_by_workload_or_by_name() -> None:
    assert chosen([]) == list(LINES)
    assert [line.id for line in chosen(["P2", "P1.kernel"])] == ["P1.kernel", "P2.callback", "P2.empty"]
    with pytest.raises(ValueError, match="P8: not measured here"):
        chosen(["P8"])


def test_an_unknown_line_ends_with_two_before_anything_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["P99"]) == 2
    assert "there are P1, P1.backtest" in capsys.readouterr().err


def test_a_line_of_the_table_judges_goals_at_full_size_only() -> None:
    line = next(line for line in LINES if line.id == "P7.range")
    one = row(bare=(0.1,))
    assert cells(line, one)[-2:] == ["<= 1.5 x bare", "NO (2)"]
    assert cells(line, one, judged=False)[-1] == ""


def test_a_line_of_the_table_compares_with_what_was_recorded() -> None:
    line = next(line for line in LINES if line.id == "P7.range")
    assert cells(line, row(), earlier=row(runs=(0.1,)))[3] == "200 ms (2.00x the recorded)"


@pytest.mark.parametrize(("value", "text"), [(1.234, "1.23 s"), (0.0456, "45.6 ms"), (7.891e-6, "7.89 us")])
def test_times_have_the_unit_that_a_person_reads(value: float, text: str) -> None:
    assert seconds(value) == text


@pytest.mark.parametrize(("value", "text"), [(2.5e9, "2.5G"), (1.26e6, "1.26M"), (45_600.0, "45.6k"), (7.0, "7")])
def test_rates_are_shortened(value: float, text: str) -> None:
    assert quantity(value) == text


def test_a_table_is_aligned_markdown() -> None:
    assert aligned(("a", "bb"), [("ccc", "d")]).splitlines() == ["| a   | bb |", "|-----|----|", "| ccc | d  |"]


def test_recording_some_lines_keeps_the_others(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "bench.json"
    results.record(file, [row("P1.kernel").as_dict(), row("P7.range").as_dict()], size="full")
    results.record(file, [row("P7.range", runs=(9.0,)).as_dict()], size="full")
    found = results.recorded(file)
    assert sorted(found) == ["P1.kernel", "P7.range"]
    assert found["P7.range"]["runs_s"] == [9.0]
    before = results.before(file, row("P7.range"))
    assert before is not None
    assert before.median_s == 9.0


def test_a_record_names_the_machine_and_no_place_or_host(tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    results.record(file, [row().as_dict()], size="full")
    content = json.loads(file.read_text(encoding="utf-8"))
    assert set(content) == {"versions", "size", "rows"}
    assert set(content["rows"][0]["machine"]) == {
        "processor", "cores", "memory_gb", "system", "python", "load_average",
    }  # fmt: skip
    assert str(tmp_path) not in file.read_text(encoding="utf-8")


def test_results_of_another_machine_are_not_compared(tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    results.record(file, [row().as_dict()], size="full")
    content = json.loads(file.read_text(encoding="utf-8"))
    content["rows"][0]["machine"]["processor"] = "another"
    file.write_text(json.dumps(content), encoding="utf-8")
    assert results.before(file, row()) is None
    assert results.before(file, row("P1.kernel")) is None
