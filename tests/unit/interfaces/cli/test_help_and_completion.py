import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.integration.cli_tools import run, run_process

import tradewright
from tradewright.interfaces.cli.main import app
from tradewright.trading.strategies.registry import REGISTRY


def commands(group: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command with its words."""
    group = typer.main.get_command(app) if group is None else group
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


ALL = list(commands())


def test_every_command_of_the_plan_is_there() -> None:
    planned = """init doctor check-config demo status; data import; data export; data validate; data quality; data list;
        data show; data compact; data versions; data clean; data sql; strategy list; strategy show; strategy new;
        live start; live stop; live pause; live resume; live change; live list; live show;
        signals generate; signals list;
        strategy check;
        strategy upload; strategy validate; strategy versions; strategy source; strategy change; strategy delete;
        backtest run; backtest list; backtest show; backtest report; backtest compare; indicators list;
        trade start; trade stop; trade pause; trade resume; trade list; trade show; trade orders; trade order;
        trade send; trade change; trade cancel; trade positions; trade close; trade portfolio; trade journal;
        trade parity; risk limits; risk show; risk size; risk kill; risk release; risk state; risk arm;
        risk disarm; broker list; broker connect; broker test; db status; db upgrade; db downgrade; db backup;
        db restore; db prices; keys create; keys list; keys rotate; keys revoke; keys people; keys person; jobs list;
        jobs show; jobs add; jobs remove; jobs trigger; jobs pause; jobs resume; jobs change; jobs queue; jobs cancel;
        up; down; serve; symbols list; symbols show; symbols add; symbols remove; watchlist list; watchlist show;
        watchlist add; watchlist set; watchlist remove"""
    words = [tuple(part.split()) for part in planned.replace("init doctor check-config demo status", "").split(";")[1:]]
    single = [("init",), ("doctor",), ("check-config",), ("demo",), ("status",), ("logs",)]
    assert {*words, *single} == {path for path, _ in ALL}


@pytest.mark.parametrize(("path", "command"), ALL, ids=[" ".join(path) for path, _ in ALL])
def test_help_says_what_a_command_does_and_shows_an_example(
    path: tuple[str, ...], command: Any, tmp_path: Path
) -> None:
    assert command.help and command.help[0].isupper()
    assert "tradewright " in command.epilog
    assert any(option.name == "json" for option in command.params)
    done = run(*path, "--help", folder=tmp_path)
    assert done.returncode == 0
    assert "Example" in done.stdout


@pytest.mark.parametrize(
    "group", ["", "data", "strategy", "backtest", "db", "indicators", "jobs", "keys", "symbols", "watchlist"]
)
def test_help_of_a_group_shows_an_example_too(group: str, tmp_path: Path) -> None:
    assert "Example" in run(*group.split(), "--help", folder=tmp_path).stdout


def test_a_group_without_a_command_shows_its_help(tmp_path: Path) -> None:
    done = run("data", folder=tmp_path)
    assert done.returncode == 2
    assert "import" in done.stdout and done.stderr == ""


def test_the_version_is_told(tmp_path: Path) -> None:
    assert run("--version", folder=tmp_path).stdout.startswith("tradewright 0.")


def test_the_shell_completes_commands_and_strategies(tmp_path: Path) -> None:
    for words, expected in (("tradewright ba", ["backtest"]), ("tradewright backtest run ", list(REGISTRY))):
        done = run_process(
            folder=tmp_path,
            _TRADEWRIGHT_COMPLETE="complete_bash",
            COMP_WORDS=words,
            COMP_CWORD=str(len(words.split(" ")) - 1),
        )
        assert done.stdout.split() == expected


def test_options_go_before_a_command_and_a_traceback_anywhere(tmp_path: Path) -> None:
    done = run("--project", str(tmp_path / "x"), "status", "--traceback", "--json", folder=tmp_path)
    assert str(tmp_path / "x") in done.stdout


def test_a_reader_that_leaves_early_is_no_failure_worth_a_traceback(tmp_path: Path) -> None:
    done = run_process("indicators", "list", "--nothing", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


def test_the_reference_names_every_command_and_every_option_of_a_run() -> None:
    page = (Path(__file__).parents[4] / "docs" / "reference" / "cli.md").read_text()
    for path, _ in ALL:
        assert f"`{' '.join(path)}" in page, path
    (run_command,) = [command for path, command in ALL if path == ("backtest", "run")]
    for option in run_command.params:
        for word in option.opts:
            assert not word.startswith("--") or f"`{word}" in page or f", `{word}" in page, word


def test_the_package_runs_as_a_module(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tradewright", "--version"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == f"tradewright {tradewright.__version__}\n"
