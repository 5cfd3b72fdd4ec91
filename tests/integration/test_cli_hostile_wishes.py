"""Wishes of a clumsy newcomer: each is answered by what was expected and what to do, or done and remarked on."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.integration.cli_tools import asked, prices, run

WIDE = "Date,AAPL,MSFT\n" + "".join(f"2020-01-{day:02},{100 + day},{50 + day}\n" for day in range(2, 31))
MILLISECONDS = "ms,o,h,l,c\n" + "".join(f"{34200000 + 60000 * row},1,2,1,2\n" for row in range(50))
COMMAS = "Date;Open;High;Low;Close\n" + "".join(f"2020-01-{day:02};1,234;2,345;1,111;1,999\n" for day in range(2, 9))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    prices(folder, bars=300)
    prices(folder, "late.csv", bars=300)
    for name, text in (("wide.csv", WIDE), ("ms.csv", MILLISECONDS), ("commas.csv", COMMAS), ("bare.csv", "Date,a\n")):
        (folder / name).write_text(text)
    asked("data", "import", "prices.csv", "--symbol", "SPY.ARCX", folder=folder)
    return folder


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("data import wide.csv", "--column open=..."),
        ("data import ms.csv --symbol X --column time=ms", "--date 2020-01-31"),
        ("data import ms.csv --symbol X --column time=ms --date today", "2020-01-31"),
        ("data import commas.csv --symbol X", '--numbers "1,234.56"'),
        ("data import commas.csv --symbol X --numbers european", "1.234,56"),
        ("data import prices.csv --symbol X --timeframe 1m", "--timeframe 1d"),
        ("data import prices.csv --symbol X --delimiter ab", "one character"),
        ("data import prices.csv --symbol X --wide AAPL", "AAPL:close=A"),
        ("data import prices.csv --symbol X --venue-of IBM", "IBM=XNYS"),
        ("data import prices.csv --symbol SPY.NYSE", "XNYS"),
        ("data import prices.csv --symbol X --skip-lines -1", "greater than or equal to 0"),
        ("data import bare.csv --symbol X", "has a header and no rows"),
        ("backtest run moving_average --symbol SPY --timezone UTC", "for files only"),
        ("backtest run moving_average --symbol SPY --cash 1e300", "at most 10,000,000,000,000"),
        ("backtest run moving_average --symbol SPY --cash nan", "above 0"),
        ("backtest run moving_average --symbol SPY --as-of 2001", "as known by 2001-12-31"),
        ("backtest run moving_average --symbol SPY --as-of 2001", "none of it known before"),
        ("backtest compare latest latest -o both.png", ".html"),
        ("--project prices.csv status", "no project folder"),
    ],
)
def test_what_cannot_be_done_is_told_in_the_words_of_the_shell(project: Path, arguments: str, told: str) -> None:
    error = asked(*arguments.split(), folder=project, code=2)["error"]
    assert told in f"{error['message']} {error['hint']}"
    assert "mapping=" not in str(error["hint"])


def words(text: str) -> list[str]:
    return text.split()


def imported(project: Path, *arguments: str) -> dict[str, Any]:
    answer: dict[str, Any] = asked("data", "import", *arguments, folder=project)["imports"][0]
    return answer


def test_every_form_of_a_file_can_be_told(project: Path) -> None:
    wide = imported(project, "wide.csv", "--wide", "AAPL=AAPL", "--wide", "MSFT:close=3", "--venue", "XNAS")
    assert [one["instrument"] for one in wide["series"]] == ["AAPL.XNAS", "MSFT.XNAS"]
    moved = imported(project, "wide.csv", "--wide", "AAPL=AAPL", "--wide", "MSFT=MSFT", "--venue", "XNAS",
                     "--venue-of", "MSFT=XNYS")  # fmt: skip
    assert moved["series"][1]["instrument"] == "MSFT.XNYS"
    clock = imported(project, "ms.csv", "--symbol", "X", "--column", "time=ms", "--date", "2020-01-02")
    assert clock["series"][0]["first"] == "2020-01-02T14:31:00Z"
    imported(
        project, "commas.csv", "--symbol", "DE.XNYS", "--venue", "XNYS", "--numbers", "1.234,56", "--delimiter", ";"
    )
    assert asked("data", "show", "DE", folder=project)["rows"][0]["close"] == 1.999
    tabbed = project / "tabs.txt"
    tabbed.write_text("a remark\n" + (project / "prices.csv").read_text().replace(",", "\t"))
    told = imported(project, "tabs.txt", "--symbol", "TAB", "--delimiter", "\\t", "--skip-lines", "1")
    assert told["rows_accepted"] == 300


def test_files_that_came_before_a_bad_one_are_told_too(project: Path) -> None:
    done = run("data", "import", "prices.csv", "bare.csv", "--symbol", "TWO", "--json", folder=project)
    answer = json.loads(done.stdout)
    assert done.returncode == 2
    assert answer["error"]["code"] == "input_error"
    assert [one["path"] for one in answer["imports"]] == ["prices.csv"]
    spoken = run("data", "import", "prices.csv", "bare.csv", "--symbol", "TWO", folder=project)
    assert "300 known already" in spoken.stdout
    assert "has a header and no rows" in spoken.stderr


def test_bars_that_cover_a_part_of_the_dates_are_remarked_on(project: Path) -> None:
    answer = asked(
        *words("backtest run moving_average --symbol SPY --start 2001 --benchmark SPY --no-report"), folder=project
    )
    assert "bars of SPY.ARCX begin on 2015-01-01, not on 2001-01-01" in answer["warnings"]
    shown = run(*words("backtest run moving_average --symbol SPY --start 2001 --no-report"), folder=project).stdout
    assert "note: bars of SPY.ARCX begin on 2015-01-01" in shown


def test_orders_that_were_refused_are_remarked_on(project: Path) -> None:
    answer = asked(*words("backtest run moving_average --symbol SPY --commission-bps 1e9 --no-report"), folder=project)
    assert answer["fills"] == []
    assert any("refused" in told for told in answer["warnings"])


def test_bars_are_in_the_money_of_their_venue(project: Path) -> None:
    imported(project, "prices.csv", "--symbol", "BHP.XASX")
    answer = asked("backtest", "run", "moving_average", "--symbol", "BHP", "--no-report", folder=project)
    assert answer["currency"] == "AUD"
    both = asked("backtest", "run", "moving_average", "--symbols", "SPY,BHP", "--no-report", folder=project)
    assert "prices are in USD, AUD; one account adds them up as if they were USD" in both["warnings"]


def test_an_old_run_can_be_made_again_after_corrections(tmp_path: Path) -> None:
    path = prices(tmp_path, bars=300)
    first = asked("data", "import", "prices.csv", "--symbol", "SPY", folder=tmp_path)["imports"][0]
    assert first["added"] == 300
    command = ("backtest", "run", "moving_average", "--symbol", "SPY", "--no-report")
    before = asked(*command, folder=tmp_path)
    known = asked("data", "sql", "SELECT max(known_at) AS at FROM bars", folder=tmp_path)["rows"][0]["at"]
    lines = path.read_text().splitlines()
    corrected = [*lines[:200], *(line.replace(",", ",1", 1).replace(",1", ",", 1) for line in lines[200:])]
    cells = corrected[150].split(",")
    cells[4] = str((float(cells[2]) + float(cells[3])) / 2.001)
    cells[4] = str(min(max(float(cells[4]), float(cells[3])), float(cells[2])))
    corrected[150] = ",".join(cells)
    path.write_text("\n".join(corrected) + "\n")
    assert asked("data", "import", "prices.csv", "--symbol", "SPY", folder=tmp_path)["imports"][0]["corrected"] == 1
    after = asked(*command, folder=tmp_path)
    assert after["data_digest"] != before["data_digest"]
    asked("data", "compact", folder=tmp_path)
    asked("data", "clean", "--keep-hours", "1", folder=tmp_path)
    again = asked(*command, "--as-of", known, folder=tmp_path)
    assert (again["data_digest"], again["fills"]) == (before["data_digest"], before["fills"])
    assert again["assumptions"]["as_of"] == known


def test_tables_of_a_run_do_not_lie_among_other_files(project: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    answer = asked(*words("backtest run moving_average --symbol SPY --report"), str(tmp_path), folder=project)
    assert Path(answer["report"]).parent == tmp_path
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.txt", Path(answer["report"]).name]
    fresh = tmp_path / "fresh"
    assert asked("backtest", "report", "latest", "-o", str(fresh), folder=project)["report"] == str(fresh)
    assert (fresh / "fills.csv").exists()


def test_a_new_strategy_says_how_it_is_run_from_here(tmp_path: Path) -> None:
    here = run("strategy", "new", "one", folder=tmp_path).stdout
    assert "tradewright backtest run ./one.py" in here
    (tmp_path / "sub").mkdir()
    there = run("--project", "sub", "strategy", "new", "two", folder=tmp_path).stdout
    assert "tradewright --project sub backtest run ./sub/two.py" in there


def test_an_instrument_without_rows_of_a_table_is_not_unknown(project: Path) -> None:
    error = asked("data", "show", "SPY", "--table", "trades", folder=project, code=2)["error"]
    assert error["code"] == "data_error"
    assert "no trades of SPY.ARCX" in error["message"] and "300 1d bars" in error["message"]
    unknown = asked("data", "show", "SPX", "--table", "trades", folder=project, code=2)["error"]
    assert unknown["code"] == "unknown_instrument"


def test_versions_tell_their_time_as_iso(project: Path) -> None:
    for version in asked("data", "versions", folder=project)["versions"]:
        assert version["time"].endswith("Z") and "T" in version["time"]


def test_a_run_that_is_damaged_is_named_by_doctor(tmp_path: Path) -> None:
    prices(tmp_path, bars=300)
    run_id = asked(*words("backtest run moving_average --file prices.csv --symbol SPY --no-report"), folder=tmp_path)[
        "run_id"
    ]
    (tmp_path / ".tradewright" / "runs" / run_id / "run.json").write_text("{")
    found = asked("doctor", folder=tmp_path, code=1)
    check = next(check for check in found["checks"] if check["name"] == "backtests")
    assert run_id in check["found"]
    assert "No runs of other" in run("backtest", "list", "--strategy", "other", folder=tmp_path).stdout
