"""A deployed strategy in a real platform: uploaded, tested as a job, deployed, and trading on whatever is killed."""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.contracts.strategy_hosts import needs_walls
from tests.integration.cli_tools import asked, run
from tests.integration.test_up import running, until_over

from tradewright.adapters.files.shipped_data import ShippedFiles
from tradewright.application.backtests.wishes import SubmitBacktest
from tradewright.application.deployments.messages import DeploymentShown
from tradewright.application.deployments.views import DeploymentView
from tradewright.application.jobs.views import JobView
from tradewright.application.trading.messages import JournalVerify, SessionList
from tradewright.application.trading.views import JournalCheck
from tradewright.bootstrap.app import App, open_app
from tradewright.interfaces.api.routers.strategies import CROSSING

WITHIN_S = 90.0


def seen(app: App, deployment: str, holds: Callable[[DeploymentView], Any]) -> DeploymentView:
    """The deployment, once this holds."""
    until = time.monotonic() + WITHIN_S
    while not holds(found := app.ask(DeploymentShown(deployment), answer=DeploymentView)):
        assert time.monotonic() < until, found
        time.sleep(0.1)
    return found


@pytest.mark.slow
@needs_walls
def test_a_deployed_upload_goes_on_whatever_is_killed(tmp_path: Path) -> None:
    (tmp_path / "idea.py").write_text(CROSSING)
    assert run("data", "import", ShippedFiles().demo_bars(), folder=tmp_path).returncode == 0
    shelved = asked("strategy", "upload", "idea.py", folder=tmp_path)["entry"]
    assert run("strategy", "upload", "nosuch.py", folder=tmp_path).returncode == 2
    app = open_app(tmp_path)
    with running(tmp_path) as (platform, _):
        job = app.ask(SubmitBacktest(strategy=f"shelf:{shelved['name']}", symbols=("AAPL", "MSFT")), answer=JobView)
        done = until_over(tmp_path, job.id)
        assert done.result and done.result["run_id"], done
        made = asked(
            "live", "start", "shelf:idea", "--symbols", "AAPL,MSFT", "--from", "2001-01-02", "--speed", "10",
            "--account", "live", "--param", "window=9", folder=tmp_path,
        )  # fmt: skip
        assert (made["version"], made["digest"]) == (1, shelved["digest"])
        first = seen(app, made["id"], lambda one: one.process)
        assert first.process is not None
        os.kill(first.process, signal.SIGKILL)
        second = seen(app, made["id"], lambda one: one.process and one.process != first.process)
        assert (second.session, second.restarts) == (first.session, 1)
        platform.kill()
        platform.wait()
    assert seen(app, made["id"], lambda one: one.process).process == second.process, "traders outlive the platform"
    assert second.process is not None
    os.kill(second.process, signal.SIGKILL)
    with running(tmp_path):
        third = seen(app, made["id"], lambda one: one.process and not one.problem)
        assert third.session == first.session and third.process != second.process
        asked("live", "pause", made["id"], folder=tmp_path)
        until = time.monotonic() + WITHIN_S
        while asked("trade", "show", third.session, folder=tmp_path)["strategy_life"] != "paused":
            assert time.monotonic() < until
        refused = json.loads(run("strategy", "delete", "idea", "--json", folder=tmp_path).stdout)
        assert refused["error"]["code"] == "conflict"
        asked("live", "stop", made["id"], folder=tmp_path)
        seen(app, made["id"], lambda one: one.doing == "stopped")
    lines = app.ask(SessionList(), answer=tuple)
    assert [(one.session, one.life) for one in lines] == [(first.session, "stopped")]
    assert app.ask(JournalVerify(first.session), answer=JournalCheck).records > 0
    app.dismiss("live")
    app.state.close()
