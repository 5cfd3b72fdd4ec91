"""`tradewright up` as a user runs it: a key shown once, jobs done, one a project, gone without a trace."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from proofs.asking.served import free_port
from tests.integration.cli_tools import COMMAND, asked, run

from tradewright.application.access.messages import MakeFirstKey
from tradewright.application.access.views import FirstKey
from tradewright.application.jobs.messages import JobShown
from tradewright.application.jobs.views import JobView
from tradewright.application.schedules.messages import TriggerSchedule
from tradewright.bootstrap.app import open_app

WITHIN_S = 180.0
KEY = re.compile(r"tw_[A-Za-z0-9._-]+")


@contextmanager
def running(folder: Path, *more: str) -> Iterator[tuple["subprocess.Popen[str]", dict[str, Any]]]:
    """A platform, once it answers, with what it said."""
    port = str(free_port())
    with subprocess.Popen(
        [*COMMAND, "up", "--port", port, "--workers", "1", "--json", *more],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            yield process, told_by(process)
            process.send_signal(signal.SIGINT)
            process.wait(WITHIN_S)
        finally:
            process.kill()


def told_by(process: "subprocess.Popen[str]") -> dict[str, str]:
    """What it says of itself, once it answers and works."""
    assert process.stdout is not None
    said = ""
    while not said.endswith("}\n"):
        line = process.stdout.readline()
        assert line, said
        said += line
    told: dict[str, str] = json.loads(said)
    until = time.monotonic() + WITHIN_S
    while not (answers(told["url"]) and workers_of(process.pid)):
        assert time.monotonic() < until and process.poll() is None
        time.sleep(0.05)
    return told


def answers(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/health", trust_env=False).status_code == 200
    except httpx2.TransportError:
        return False


def status(url: str, key: str) -> int:
    headers = {"Authorization": f"Bearer {key}"}
    found = httpx2.get(f"{url}/api/backtests", headers=headers, trust_env=False, timeout=WITHIN_S)
    return int(found.status_code)


def until_over(folder: Path, job: str) -> JobView:
    app, until = open_app(folder), time.monotonic() + WITHIN_S
    while not (found := app.ask(JobShown(job), answer=JobView)).is_final:
        assert time.monotonic() < until, found
        time.sleep(0.1)
    app.state.close()
    return found


def workers_of(process: int) -> set[int]:
    found = set()
    for task in Path(f"/proc/{process}/task").iterdir():
        with contextlib.suppress(OSError):  # a thread that has ended just now
            found |= {int(one) for one in (task / "children").read_text().split()}
    return found


def wait_for_end(processes: set[int]) -> None:
    until = time.monotonic() + WITHIN_S
    while any(Path(f"/proc/{one}/cmdline").exists() and Path(f"/proc/{one}/cmdline").read_bytes() for one in processes):
        assert time.monotonic() < until
        time.sleep(0.05)


def test_one_command_serves_a_key_is_shown_once_and_scheduled_work_is_done(tmp_path: Path) -> None:
    with running(tmp_path) as (process, told):
        key = told["first_key"]
        assert KEY.fullmatch(key)
        assert (status(told["url"], key), status(told["url"], key + "x")) == (200, 401)
        app, until = open_app(tmp_path), time.monotonic() + WITHIN_S
        while not app.state.schedules.all():  # the scheduler ships them at its first look
            assert time.monotonic() < until
            time.sleep(0.1)
        job = app.ask(TriggerSchedule("job_clean_up"), answer=JobView)
        app.state.close()
        assert (until_over(tmp_path, job.id).life, until_over(tmp_path, job.id).result) == ("done", {"forgotten": "0"})
        workers = workers_of(process.pid)
        assert len(workers) == 1
    assert process.returncode in {0, 130}
    wait_for_end(workers)
    with running(tmp_path) as (_, again):
        assert again["first_key"] is None
        assert status(again["url"], key) == 200


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc")
def test_a_worker_that_is_killed_comes_back_and_a_killed_platform_leaves_nothing(tmp_path: Path) -> None:
    with running(tmp_path) as (process, _):
        (first,) = workers_of(process.pid)
        os.kill(first, signal.SIGKILL)
        until = time.monotonic() + WITHIN_S
        while not (now := workers_of(process.pid) - {first}):
            assert time.monotonic() < until
            time.sleep(0.05)
        process.kill()
        wait_for_end(now)
    with running(tmp_path) as (_, again):
        assert again["first_key"] is None


@pytest.mark.slow
def test_two_platforms_of_a_project_and_a_port_in_use_are_refused(tmp_path: Path) -> None:
    with running(tmp_path) as (process, told):
        port = told["url"].rpartition(":")[2]
        taken = asked("up", "--port", port, folder=tmp_path, code=2)["error"]
        assert "nothing can listen" in taken["message"]
        second = asked("up", "--port", str(free_port()), folder=tmp_path, code=1)["error"]
        assert "running already" in second["message"]
        assert str(process.pid) in json.dumps(second)


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"API_HOST": "0.0.0.0"}, "api.behind_proxy"),
        ({"TRADEWRIGHT_API__TLS_CERTIFICATE": "cert.pem"}, "api.tls_key"),
        (
            {"TRADEWRIGHT_API__TLS_CERTIFICATE": "cert.pem", "TRADEWRIGHT_API__TLS_KEY": "key.pem"},
            "names no file",
        ),
        ({"TRADEWRIGHT_DATABASE__URL": "postgresql://tw:hunter2@127.0.0.1:1/tw"}, "127.0.0.1"),
    ],
)
def test_what_would_be_unsafe_or_cannot_work_does_not_start(
    tmp_path: Path, variables: dict[str, str], told: str
) -> None:
    done = run("up", "--port", str(free_port()), folder=tmp_path, **variables)
    assert done.returncode in {1, 2}
    assert told in done.stderr
    assert "hunter2" not in done.stderr


def test_a_platform_in_the_background_is_started_shown_and_ended(tmp_path: Path) -> None:
    told = asked("up", "--detach", "--port", str(free_port()), "--workers", "0", "--no-scheduler", folder=tmp_path)
    try:
        assert KEY.fullmatch(told["first_key"]) and status(told["url"], told["first_key"]) == 200
        assert not list(tmp_path.rglob("platform.out")), "it would keep the key"
        until = time.monotonic() + WITHIN_S
        while not (parts := {one["name"]: one for one in asked("status", folder=tmp_path)["platform"]}):
            assert time.monotonic() < until
            time.sleep(0.1)
        assert {name for name, one in parts.items() if one["is_critical"]} == {"database", "platform"}
        assert {parts[name]["state"] for name in ("platform", "database", "watch")} == {"ok"}
        shown = run("status", folder=tmp_path).stdout
        assert "Platform" in shown and "database" in shown and "answers" in shown
        second = asked("up", "--detach", "--port", str(free_port()), folder=tmp_path, code=1)["error"]
        assert "running already" in second["message"]
    finally:
        (ended,) = asked("down", folder=tmp_path)["ended"]
    assert (ended["service"], ended["url"]) == ("all", told["url"]) and not answers(told["url"])
    assert asked("status", folder=tmp_path)["platform"] == [], "it has said goodbye"
    gone = asked("down", folder=tmp_path, code=1)["error"]
    assert "no platform" in gone["message"]


def test_a_service_is_a_process_with_its_own_routes_and_leaves_in_good_order(tmp_path: Path) -> None:
    assert "no service dta" in asked("serve", "dta", folder=tmp_path, code=2)["error"]["message"]
    key = open_app(tmp_path).ask(MakeFirstKey(), answer=FirstKey).made
    assert key is not None
    with subprocess.Popen(
        [*COMMAND, "serve", "scheduler", "--port", str(free_port()), "--json"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            said = ""
            while not said.endswith("}\n"):
                said += process.stdout.readline()
            told, until = json.loads(said), time.monotonic() + WITHIN_S
            assert (told["service"], told["first_key"]) == ("scheduler", None), "the gateway alone shows a key"
            while not answers(told["url"]):
                assert time.monotonic() < until
                time.sleep(0.05)
            headers = {"Authorization": f"Bearer {key.key}"}
            client = httpx2.Client(base_url=told["url"], headers=headers, trust_env=False, timeout=WITHIN_S)
            while "scheduler" not in (parts := {one["name"] for one in client.get("/status").json()["components"]}):
                assert time.monotonic() < until
                time.sleep(0.1)
            assert "scheduler service" in parts
            assert client.get("/api/jobs").status_code == 200 and client.get("/api/symbols").status_code == 404
            client.close()
            (found,) = asked("down", folder=tmp_path)["ended"]
            assert (found["service"], found["process"]) == ("scheduler", process.pid)
            assert process.wait(WITHIN_S) in {0, 143}
        finally:
            process.kill()


DYING = """
import sys
from tradewright.bootstrap import platform
from tradewright.interfaces.cli.main import main

def dies(self, leaving):
    raise RuntimeError("it cannot live")

platform.Workers.keep = dies
main(["up", "--port", sys.argv[1], "--workers", "1", "--no-scheduler", "--json"])
"""


@pytest.mark.slow
def test_a_critical_part_that_keeps_dying_ends_the_platform_with_a_message(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", DYING, str(free_port())],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=WITHIN_S,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "keeper of workers died 5 times in a minute: RuntimeError: it cannot live" in done.stdout
