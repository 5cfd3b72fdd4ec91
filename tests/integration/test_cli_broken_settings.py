"""Settings that are broken today, and sessions that were started before: these are still there and can be ended."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.integration.cli_tools import asked, run
from tests.integration.trading_tools import QUICK, project, started

BROKEN = 'home = "state"\n[risk]\nmax_position = 99\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = tmp_path_factory.mktemp("broken")
    (made / "tradewright.toml").write_text('home = "state"\n', encoding="utf-8")
    (made / ".tradewright").symlink_to("state", target_is_directory=True)  # where the processes are looked for
    with project(made):
        asked("trade", "start", "moving_average", *QUICK, "--to", "2015-04-30", folder=made)
        yield made


@contextmanager
def broken(folder: Path) -> Iterator[None]:
    """A limit that is none, for a while."""
    path = folder / "tradewright.toml"
    before = path.read_text(encoding="utf-8")
    path.write_text(BROKEN, encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(before, encoding="utf-8")


@pytest.mark.parametrize(
    "command",
    ["list", "show", "orders", "positions --flat", "portfolio", "journal", "journal --verify", "parity"],
)
def test_a_session_can_be_looked_at_while_the_settings_are_broken(folder: Path, command: str) -> None:
    with broken(folder):
        done = run("trade", *command.split(), folder=folder)
        assert done.returncode == 0, done.stderr
        assert done.stdout
        assert "risk.max_position = 99" in done.stderr
        assert f"Answered all the same, by the defaults: paper, in {folder / 'state'}" in done.stderr
        told = run("trade", *command.split(), "--json", folder=folder)
        assert isinstance(json.loads(told.stdout), dict)


@pytest.mark.parametrize("command", ["start moving_average --symbols SPY --from 2016", "start --resume"])
def test_nothing_is_started_while_the_settings_are_broken(folder: Path, command: str) -> None:
    before = asked("trade", "list", folder=folder)["sessions"]
    with broken(folder):
        done = run("trade", *command.split(), folder=folder)
        assert (done.returncode, done.stdout) == (2, "")
        assert "risk.max_position = 99 (tradewright.toml): write a number above 0" in done.stderr
        assert "doctor" in done.stderr
    assert asked("trade", "list", folder=folder)["sessions"] == before


@pytest.mark.slow
def test_a_running_session_can_be_ended_while_the_settings_are_broken(folder: Path) -> None:
    session = started(folder, "slow", "--speed", "2")
    with broken(folder):
        assert "is killed by" in run("risk", "kill", "--account", "slow", "--reason", "x", folder=folder).stdout
        assert (folder / "state" / "paper" / "accounts" / "slow" / "kill").exists()
        assert asked("risk", "state", "--account", "slow", folder=folder)["is_killed"]
        assert asked("trade", "stop", session, folder=folder)["is_done"]
