"""The command line as a person uses it: one project, from a file of prices to a tear sheet, in processes of its own."""

import io
from pathlib import Path

import polars as pl
import pytest
from tests.integration.cli_tools import asked, prices, run

STATS = [
    "final_equity",
    "total_return",
    "return_annual",
    "volatility_annual",
    "sharpe",
    "sortino",
    "calmar",
    "omega",
    "max_drawdown",
    "max_drawdown_days",
    "var_95",
    "cvar_95",
    "win_rate",
    "profit_factor",
    "expectancy",
    "sqn",
    "exposure",
    "turnover_annual",
    "round_trips",
    "fees",
    "best_day",
    "worst_day",
    "skew",
    "kurtosis",
    "tail_ratio",
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project folder with the bars of one instrument."""
    folder = tmp_path_factory.mktemp("project")
    prices(folder)
    assert asked("init", "--yes", folder=folder)["written"] == ["tradewright.toml", ".gitignore"]
    imported = asked("data", "import", "prices.csv", "--symbol", "SPY.ARCX", folder=folder)
    assert imported["imports"][0]["added"] == 700
    return folder


def test_a_backtest_prints_one_object_with_everything_in_it(project: Path) -> None:
    options = [
        "--symbol",
        "SPY",
        "--param",
        "fast=5",
        "--param",
        "slow=20",
        "--cash",
        "50000",
        "--commission-bps",
        "10",
        "--benchmark",
        "SPY",
    ]
    answer = asked("backtest", "run", "moving_average", *options, folder=project)
    expected = (
        "run_id strategy parameters symbols start end data_digest engine fill_rule stats fills round_trips report"
    )
    assert set(expected.split()) <= set(answer)
    assert set(STATS) <= set(answer["stats"])
    assert {"alpha", "beta", "information_ratio"} <= set(answer["stats"])
    assert answer["parameters"] == {"fast": 5, "slow": 20, "short": False}
    assert answer["symbols"] == ["SPY.ARCX"]
    assert Path(answer["report"]).read_text().lower().startswith("<!doctype html>")
    fill = answer["fills"][0]
    assert (fill["side"], fill["fee"]) == ("BUY", pytest.approx(fill["quantity"] * fill["price"] / 1000))
    assert len(answer["round_trips"]) == answer["stats"]["round_trips"] + answer["stats"]["open_round_trips"]
    paid = sum(fill["fee"] for fill in answer["fills"])
    assert answer["stats"]["fees"] == pytest.approx(paid)


def test_the_same_run_has_the_same_name_and_the_same_bytes(project: Path) -> None:
    command = ("backtest", "run", "breakout", "--symbol", "SPY", "--no-report")
    first = asked(*command, folder=project)
    folder = project / ".tradewright" / "runs" / first["run_id"]
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "made.json"}
    second = asked(*command, folder=project)
    after = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "made.json"}
    assert second["run_id"] == first["run_id"]
    assert before == after
    other = asked(*command, "--cash", "99999", folder=project)
    assert other["run_id"] != first["run_id"]


def test_runtime_and_kernel_keep_the_same_run(project: Path) -> None:
    command = ("backtest", "run", "moving_average", "--symbol", "SPY", "--no-report", "--engine")
    slow, fast = (asked(*command, engine, folder=project) for engine in ("runtime", "kernel"))
    assert (slow["engine"], fast["engine"]) == ("runtime", "kernel")
    for name in ("run_id", "stats", "fills", "round_trips"):
        assert slow[name] == fast[name], name


def test_kept_runs_are_listed_shown_compared_and_reported_again(project: Path) -> None:
    a = asked("backtest", "run", "moving_average", "--symbol", "SPY", folder=project)
    b = asked("backtest", "run", "moving_average", "--symbol", "SPY", "--param", "fast=10", folder=project)
    listed = asked("backtest", "list", folder=project)["runs"]
    assert {a["run_id"], b["run_id"]} <= {one["run_id"] for one in listed}
    shown = asked("backtest", "show", b["run_id"][:8], folder=project)
    assert shown["stats"] == b["stats"] and shown["fills"] == b["fills"]
    compared = asked("backtest", "compare", a["run_id"], b["run_id"], "-o", "compare.html", folder=project)
    assert compared["differences"]["fast"] == [20, 10]
    assert compared["stats"]["sharpe"] == [a["stats"]["sharpe"], b["stats"]["sharpe"]]
    assert (project / "compare.html").stat().st_size > 10_000
    Path(a["report"]).unlink()
    for output in ("sheet.html", "sheet.json", "tables"):
        written = asked("backtest", "report", a["run_id"], "-o", output, folder=project)
        assert Path(written["report"]) == project / output
    assert (project / "tables" / "fills.csv").exists()


def test_a_strategy_written_by_the_command_runs(project: Path) -> None:
    written = asked("strategy", "new", "my_idea", folder=project)
    shown = asked("strategy", "show", written["strategy"], folder=project)
    assert shown["name"] == "MyIdea"
    for named in ("./my_idea.py", "my_idea.py:MyIdea"):
        answer = asked("backtest", "run", named, "--symbol", "SPY", "--param", "fast=10", folder=project)
        assert answer["strategy"] == "MyIdea"
        assert answer["stats"]["round_trips"] > 0


def test_a_backtest_straight_from_a_file_needs_no_store(tmp_path: Path, project: Path) -> None:
    prices(tmp_path)
    command = ("backtest", "run", "moving_average", "--symbol", "SPY.ARCX", "--no-report")
    direct = asked(*command, "--file", "prices.csv", folder=tmp_path)
    stored = asked(*command, folder=project)
    assert direct["stats"] == stored["stats"]
    assert not (tmp_path / ".tradewright" / "store").exists()


def test_the_store_is_looked_at_asked_exported_and_kept_tidy(project: Path) -> None:
    assert asked("data", "list", folder=project)["series"][0]["instrument"] == "SPY.ARCX"
    shown = asked("data", "show", "SPY", "--limit", "3", folder=project)
    assert (len(shown["rows"]), shown["rows_in_all"]) == (3, 700)
    answer = asked("data", "sql", "SELECT count(*) AS bars FROM bars", folder=project)
    assert answer == {"columns": ["bars"], "rows": [{"bars": 700}]}
    assert asked("data", "export", "SPY", "out.parquet", folder=project)["rows"] == 700
    assert pl.read_parquet(project / "out.parquet").height == 700
    assert asked("data", "versions", folder=project)["versions"][0]["note"] == "import of prices.csv"
    assert asked("data", "quality", folder=project)["series"][0]["score"] > 50
    assert asked("data", "validate", folder=project)["sound"] is True
    assert set(asked("data", "compact", folder=project)) == {"files_before", "files_after"}
    assert asked("data", "clean", folder=project)["deleted"] == 0
    assert asked("data", "show", "SPY", "--limit", "1", folder=project)["rows_in_all"] == 700


def test_the_project_is_explained(project: Path) -> None:
    status = asked("status", folder=project)
    assert (status["bars"], status["instruments"], status["timeframes"]) == (700, 1, ["1d"])
    diagnosis = asked("doctor", folder=project)
    assert diagnosis["healthy"] is True
    assert {"backtest.cash", "statistics.ddof"} <= {line["name"] for line in diagnosis["settings"]}
    assert asked("check-config", folder=project)["healthy"] is True
    assert asked("init", "--yes", folder=project)["kept"] == ["tradewright.toml", ".gitignore"]
    (project / "deeper").mkdir(exist_ok=True)
    assert asked("status", folder=project / "deeper")["project"] == str(project)


def test_settings_of_the_file_hold_and_options_go_before_them(tmp_path: Path) -> None:
    prices(tmp_path)
    (tmp_path / "tradewright.toml").write_text("[backtest]\ncash = 5000.0\ncommission_bps = 20.0\n")
    command = ("backtest", "run", "moving_average", "--file", "prices.csv", "--symbol", "SPY.ARCX", "--no-report")
    from_file = asked(*command, folder=tmp_path)
    assert (from_file["cash"], from_file["assumptions"]["costs"]) == (5000, "Commission(bps=20.0)")
    from_option = asked(*command, "--cash", "7000", "--spread-bps", "1", folder=tmp_path)
    assert (from_option["cash"], from_option["assumptions"]["costs"]) == (7000, "Spread(bps=1.0)")


def test_tables_for_people_are_plain_when_piped(project: Path) -> None:
    asked("backtest", "run", "moving_average", "--symbol", "SPY", folder=project)
    for arguments in (
        ["backtest", "list"],
        ["backtest", "show", "latest"],
        ["data", "list"],
        ["data", "show", "SPY"],
        ["data", "quality"],
        ["data", "validate"],
        ["data", "versions"],
        ["data", "compact"],
        ["data", "clean"],
        ["data", "sql", "SELECT * FROM bars LIMIT 2"],
        ["strategy", "list"],
        ["strategy", "show", "breakout"],
        ["indicators", "list"],
        ["status"],
        ["doctor"],
        ["init", "--yes"],
        ["backtest", "report", "latest", "-o", "again.html"],
    ):
        done = run(*arguments, folder=project)
        assert done.returncode == 0, (arguments, done.stderr)
        assert done.stdout and "\x1b" not in done.stdout
        assert "Traceback" not in done.stderr


def test_an_import_tells_a_person_what_it_concluded_and_what_it_left_out(tmp_path: Path) -> None:
    lines = prices(tmp_path, bars=60).read_text().splitlines()
    lines[10] = lines[10].replace(lines[10].split(",")[2], "-1.0")
    (tmp_path / "odd.csv").write_text("\n".join(lines) + "\n")
    done = run("data", "import", "odd.csv", "--symbol", "SPY.ARCX", "--column", "volume=6", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    for words in ("59 rows of bars", "59 new", "note: ", "1 of 60 rows rejected", "rejected.csv"):
        assert words in done.stdout
    exported = run("data", "export", "SPY", "out.csv", folder=tmp_path)
    assert "59 rows" in exported.stdout
    assert (tmp_path / "out.csv").exists()
    limited = run("data", "sql", "SELECT * FROM bars", "--limit", "5", folder=tmp_path)
    assert "the first 5 of 59 rows" in limited.stderr


def test_bars_that_cannot_be_true_are_shown_and_leave_1(tmp_path: Path) -> None:
    frame = pl.read_csv(prices(tmp_path, bars=300)).with_columns(
        High=pl.when(pl.int_range(pl.len()).is_in([50, 150])).then(pl.col("Low") * 0.5).otherwise(pl.col("High"))
    )
    frame.write_csv(tmp_path / "odd.csv")
    run("data", "import", "odd.csv", "--symbol", "SPY.ARCX", folder=tmp_path)
    validated = run("data", "validate", "--limit", "1", folder=tmp_path)
    views = asked("data", "quality", folder=tmp_path)["series"]
    assert validated.returncode == (1 if views[0]["errors"] else 0)
    if len(views[0]["findings"]) > 1:
        assert "more; --limit shows them" in validated.stdout


def test_a_new_strategy_and_lists_are_told_to_a_person(project: Path) -> None:
    assert "Run it:  tradewright backtest run ./another.py" in run("strategy", "new", "another", folder=project).stdout
    assert "moving_average" in asked("strategy", "list", folder=project)["strategies"][0]["id"]
    assert "sma" in {one["name"] for one in asked("indicators", "list", folder=project)["indicators"]}
    runs = [
        asked("backtest", "run", name, "--symbol", "SPY", folder=project) for name in ("breakout", "mean_reversion")
    ]
    done = run("backtest", "compare", *(one["run_id"] for one in runs), folder=project)
    assert "Sharpe ratio" in done.stdout
    assert "breakout" in done.stdout and "mean_reversion" in done.stdout
    only = asked("backtest", "list", "--strategy", "breakout", folder=project)["runs"]
    assert {one["strategy"] for one in only} == {"breakout"}


def test_a_person_is_asked_for_what_matters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal("25000\n5\n"))
    done = run("init", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "tradewright.toml").read_text()
    assert "\ncash = 25000.0" in text and "\ncommission_bps = 5.0" in text
