"""`tradewright db` from the shell: what it shows, what it asks first, and that backups come back."""

import shutil
from pathlib import Path

import pytest
from tests.integration.cli_tools import asked, run

from tradewright.adapters.database.versions import NEWEST


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "project"
    made.mkdir()
    return made


def test_status_looks_and_makes_nothing(folder: Path) -> None:
    shown = run("db", "status", folder=folder)
    assert shown.returncode == 0 and "made when first needed" in shown.stdout
    told = asked("db", "status", folder=folder)
    assert (told["kind"], told["version"], told["is_current"], told["backups"]) == ("SQLite", "0000", False, [])
    assert not (folder / ".tradewright" / "state.sqlite").exists()


def test_upgrade_makes_tables_and_backs_up_only_what_is_there(folder: Path) -> None:
    assert asked("db", "upgrade", folder=folder) == {"before": "0000", "after": NEWEST, "backup": ""}
    again = run("db", "upgrade", folder=folder)
    assert f"of version {NEWEST} already" in again.stdout and "backed up" not in again.stderr
    told = asked("db", "status", folder=folder)
    assert told["is_current"] and [one["version"] for one in told["steps"] if one["is_applied"]][-1] == NEWEST


def test_downgrade_asks_first_and_backs_up(folder: Path) -> None:
    asked("db", "upgrade", folder=folder)
    refused = run("db", "downgrade", "0000", folder=folder)
    assert refused.returncode == 2 and "expected --yes" in refused.stderr
    assert asked("db", "status", folder=folder)["version"] == NEWEST
    gone = asked("db", "downgrade", "0000", "--yes", folder=folder)
    assert (gone["before"], gone["after"]) == (NEWEST, "0000")
    back = asked("db", "restore", gone["backup"], "--yes", folder=folder)
    assert (back["version"], back["problems"]) == (NEWEST, [])
    assert asked("db", "status", folder=folder)["is_current"]
    unknown = run("db", "downgrade", "12", "--yes", folder=folder)
    assert unknown.returncode == 2 and "no such version of the tables" in unknown.stderr


def test_a_backup_comes_back_in_another_project(folder: Path, tmp_path: Path) -> None:
    (folder / "tradewright.toml").write_text('[log]\nlevel = "warning"\n', encoding="utf-8")
    asked("db", "upgrade", folder=folder)
    (folder / ".tradewright" / "runs" / "r").mkdir(parents=True)
    (folder / ".tradewright" / "runs" / "r" / "run.json").write_text("{}", encoding="utf-8")
    made = run("db", "backup", "friday.tar", folder=folder)
    assert made.returncode == 0 and "3 files" in made.stdout and "friday.tar" in made.stdout
    other = tmp_path / "other"
    other.mkdir()
    shutil.move(folder / "friday.tar", other)
    told = run("db", "restore", "friday.tar", folder=other)
    assert told.returncode == 0 and "3 files" in told.stdout, told.stderr
    assert (other / ".tradewright" / "runs" / "r" / "run.json").read_text("utf-8") == "{}"
    assert (other / "tradewright.toml").is_file()
    refused = run("db", "restore", "friday.tar", folder=other)
    assert refused.returncode == 2 and "restore with --yes" in refused.stderr
    assert asked("db", "restore", "friday.tar", "--yes", folder=other)["files"] == 3


def test_a_server_is_shown_without_its_password(folder: Path, postgres_url: str) -> None:
    shown = run("db", "status", folder=folder, TRADEWRIGHT_DATABASE_URL=postgres_url)
    assert shown.returncode == 0 and "PostgreSQL" in shown.stdout and "hunter2" not in shown.stdout
    made = run("db", "upgrade", "--json", folder=folder, TRADEWRIGHT_DATABASE_URL=postgres_url)
    assert made.returncode == 0 and f'"after": "{NEWEST}"' in made.stdout
    wrong = run("db", "status", folder=folder, TRADEWRIGHT_DATABASE_URL=postgres_url.replace("hunter2", "wrong"))
    assert wrong.returncode == 1 and "check user and password" in wrong.stderr
    assert "wrong" not in wrong.stderr and "hunter2" not in wrong.stderr
