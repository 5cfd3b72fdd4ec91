"""The targets of the daily work are there, name commands that exist, and those that are safe run."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import typer

from tradewright.interfaces.cli.main import app

ROOT = Path(__file__).resolve().parents[3]
TARGETS = (
    "help setup run demo test test-unit test-integration test-coverage check format lint type-check bench build "
    "init-db reset-db start stop restart dev prod debug status logs logs-service shell shell-db shell-redis health "
    "monitor stats check-env backtest backup restore migrate update clean clean-data"
).split()
TOOLS = frozenset({"curl", "docker", "psql", "redis-cli", "sqlite3", "if", "read"})
"""Programs of others that a target may call, and words of the shell."""

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not here")


def made(*words: str) -> "subprocess.CompletedProcess[str]":
    """Without looking whether the environment is of today."""
    fixed = ("-o", ".venv/.runtime", "-o", ".venv/.dev", "--no-print-directory")
    return subprocess.run(["make", *fixed, *words], cwd=ROOT, capture_output=True, text=True, check=False)


def commands(line: str) -> list[list[str]]:
    """Commands of ours in a line of the shell, without their options."""
    return [found.split() for found in re.findall(r"bin/tradewright ((?: ?[a-z][a-z-]*)+)", line)]


def is_a_command(words: list[str]) -> bool:
    """Whether the command line has it."""
    tree = typer.main.get_command(app)
    for word in words:
        if not hasattr(tree, "commands"):
            return True  # what follows are arguments
        if word not in tree.commands:
            return False
        tree = tree.commands[word]
    return not hasattr(tree, "commands")


@pytest.mark.parametrize("target", TARGETS)
def test_each_target_of_the_list_is_there_with_what_it_is_for(target: str) -> None:
    listed = re.findall(r"^  ([a-z-]+) +\S", made("help").stdout, re.MULTILINE)
    assert target in listed


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_calls_commands_that_exist(target: str) -> None:
    shown = made("-n", target, "ARGS=")
    assert shown.returncode == 0, shown.stderr
    for line in shown.stdout.replace("\\\n", " ").splitlines():
        for words in commands(line):
            assert is_a_command(words), line
        for name in re.findall(r"(?:^|&& |then |else )([a-z][a-z0-9-]+) ", line):
            assert name in TOOLS or shutil.which(name), line


def test_a_name_that_is_no_command_is_noticed() -> None:
    assert commands("@.venv/bin/tradewright --project x db upgrade") == []
    assert is_a_command(["db", "upgrade"]) and not is_a_command(["db"]) and not is_a_command(["database", "upgrade"])


def test_safe_targets_run(tmp_path: Path) -> None:
    project = f"PROJECT={tmp_path}"
    for target in ("init-db", "stats", "backup"):
        done = made(target, project)
        assert done.returncode == 0, f"{target}: {done.stdout}{done.stderr}"
        assert done.stdout.strip(), target
    assert made("restore", project, f"FILE={tmp_path / 'nothing.tar'}").returncode != 0
    assert made("health", "URL=http://127.0.0.1:9").returncode != 0
