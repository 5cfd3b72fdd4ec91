"""`tradewright doctor` looks at the world; with --production it goes through the list, and its exit code says so."""

import json
import os
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.integration.cli_tools import asked, run

from tradewright.adapters.database.opening import opened
from tradewright.adapters.database.place import file
from tradewright.application.projects.views import Verdict
from tradewright.bootstrap.app import App
from tradewright.bootstrap.production import production
from tradewright.bootstrap.scheduling import ship

SECRET_FILE = '[sources.twelve_data]\nkey = { file = "key" }\n'


def checks(folder: Path, *more: str, **environment: str) -> dict[str, dict[str, Any]]:
    """What doctor found, by the names of its checks."""
    done = run("doctor", "--json", *more, folder=folder, **environment)
    found = json.loads(done.stdout)
    assert done.returncode == (0 if found["healthy"] else 1)
    return {one["name"]: one for one in found["checks"]}


def test_a_fresh_project_is_healthy_and_nothing_is_made(tmp_path: Path) -> None:
    found = checks(tmp_path)
    names = {"database", "Redis", "calendars", "sandbox", "ports"}
    assert names <= set(found) and all(found[one]["verdict"] != "problem" for one in names)
    assert "none yet" in found["database"]["found"]
    assert not list(tmp_path.rglob("*.sqlite"))


def test_a_file_of_a_secret_that_others_can_read_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("x")
    (tmp_path / "tradewright.toml").write_text(SECRET_FILE.replace('"key"', f'"{tmp_path / "key"}"'))
    (tmp_path / "key").chmod(0o644)
    assert checks(tmp_path)["sources.twelve_data.key"]["remedy"].startswith("chmod 600")
    (tmp_path / "key").chmod(0o600)
    assert checks(tmp_path)["sources.twelve_data.key"]["verdict"] == "ok"
    (tmp_path / "key").unlink()
    assert checks(tmp_path)["sources.twelve_data.key"]["verdict"] == "problem"


def test_a_redis_and_a_database_that_do_not_answer_are_problems_without_their_passwords(tmp_path: Path) -> None:
    found = checks(
        tmp_path,
        REDIS_URL="redis://:hunter-two@127.0.0.1:9/0",
        DATABASE_URL="postgresql://tw:hunter-two@127.0.0.1:9/tw",
    )
    assert (found["Redis"]["verdict"], found["database"]["verdict"]) == ("problem", "problem")
    assert "hunter" not in str(found)


def test_tables_of_another_version_are_told_with_the_way_out(tmp_path: Path) -> None:
    opened(file(tmp_path / ".tradewright" / "state.sqlite")).close()
    assert checks(tmp_path)["database"]["verdict"] == "ok"
    done = run("db", "downgrade", "0001", "--yes", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert checks(tmp_path)["database"]["remedy"] == "tradewright db upgrade"


def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert checks(tmp_path, API_PORT=port)["ports"]["verdict"] == "warning"


@pytest.mark.parametrize(
    ("name", "environment"),
    [
        ("TLS", {"API_HOST": "0.0.0.0"}),
        ("TLS", {"TRADEWRIGHT_API_BEHIND_PROXY": "true"}),
        ("log", {"LOG_LEVEL": "debug"}),
        ("debugging", {"TRADEWRIGHT_FAIL_POINT": "x"}),
        ("passwords", {"REDIS_URL": "redis://:changeme@127.0.0.1:9/0"}),
        ("passwords", {"REDIS_URL": "redis://cache:6379/0"}),
        ("backups", {}),
        ("limits", {}),
    ],
    ids=["no TLS", "no name", "debug", "fail point", "common password", "no password", "no backup", "no limits"],
)
def test_each_point_of_the_list_can_fail(tmp_path: Path, name: str, environment: dict[str, str]) -> None:
    app = App(tmp_path, environment=environment)
    found = next(one for one in production(app, environment) if one.name == name)
    assert found.verdict is Verdict.PROBLEM and found.remedy


def test_a_project_that_is_ready_passes_the_list(tmp_path: Path) -> None:
    asked("risk", "limits", "--set", "position=0.04", "--why", "ours", folder=tmp_path)
    asked("keys", "create", "desk", "--role", "admin", "--days", "90", folder=tmp_path)
    asked("db", "backup", folder=tmp_path)
    found = checks(
        tmp_path, "--production", TRADEWRIGHT_API_BEHIND_PROXY="true", TRADEWRIGHT_API_HOSTS="desk.example.com"
    )
    assert {one["name"] for one in found.values() if one["verdict"] == "problem"} == set()
    for backup in (tmp_path / ".tradewright" / "backups").iterdir():
        os.utime(backup, (1, 1))
    assert checks(tmp_path, "--production")["backups"]["verdict"] == "problem"
    app = App(tmp_path)
    ship(app.state.schedules, 1)
    app.state.schedules.keep(replace(app.state.schedules.find("job_clean_up"), is_paused=True))
    app.state.close()
    assert checks(tmp_path, "--production")["retention"]["remedy"] == "tradewright jobs resume job_clean_up"
    asked("keys", "create", "old", "--role", "viewer", folder=tmp_path)
    assert "old" in checks(tmp_path, "--production")["keys"]["found"]
