"""The log of a session: one correlation id leads from the request of an order to its fill, through every process."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from proofs.asking.desk import desk, waits
from proofs.asking.served import Served
from tests.integration.cli_tools import COMMAND, asked, run

from tradewright.application.logs.messages import LogQuestion
from tradewright.ports.logs import LogLine, LogPage

NAME = "desk-7.order"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with desk(tmp_path_factory.mktemp("logs"), speed="0.5") as found:
        yield found


def lines_of(world: Served, **wanted: str) -> tuple[LogLine, ...]:
    return world.serving.app.ask(LogQuestion(**wanted), answer=LogPage).lines  # type: ignore[arg-type]


def test_one_correlation_id_leads_from_the_request_to_the_fill(world: Served) -> None:
    body = {"symbol": "AAPL", "side": "BUY", "quantity": "1", "account": "paper"}
    headers = {"X-Correlation-Id": NAME, "Idempotency-Key": "logged"}
    assert world.ask("POST", "/api/orders", json=body, headers=headers).status_code == 201
    told = waits(lambda: _filled(lines_of(world, correlation_id=NAME)), within_s=120)
    assert [one.message for one in told if one.service == "trader"] == ["SubmitOrder"]
    steps = [one.message for one in told if one.service == "projector"]
    assert steps[0] == "OrderIntended" and steps[-1] == "OrderFilled"
    assert {dict(one.fields).get("instrument") for one in told if one.service == "projector"} == {"AAPL.XNAS"}


def _filled(lines: tuple[LogLine, ...]) -> tuple[LogLine, ...] | None:
    return lines if any(one.message == "OrderFilled" for one in lines) else None


def test_one_correlation_id_leads_from_the_request_to_the_job_and_what_it_asks(world: Served) -> None:
    headers = {"X-Correlation-Id": f"{NAME}-job"}
    wish = {"strategy": "moving_average", "symbols": ["AAPL"]}
    assert world.ask("POST", "/api/backtests", json=wish, headers=headers).status_code == 202
    folder = str(world.serving.app.project)
    with subprocess.Popen([sys.executable, "-P", "-m", "tradewright.bootstrap.worker", folder, "0"]) as worker:
        try:
            told = waits(lambda: _done(lines_of(world, correlation_id=f"{NAME}-job")), within_s=120)
        finally:
            worker.terminate()
    assert {one.service for one in told} == {"worker"} and len({one.process for one in told}) == 2
    assert {"MakeBacktest", "done: moving_average on AAPL"} <= {one.message for one in told}


def _done(lines: tuple[LogLine, ...]) -> tuple[LogLine, ...] | None:
    return lines if any(one.message.startswith("done:") for one in lines) else None


def test_the_shell_shows_and_follows_the_log(world: Served) -> None:
    folder = world.serving.app.project
    lines = asked("logs", "--service", "venue", "--limit", "3", folder=folder)["lines"]
    assert 1 <= len(lines) <= 3 and lines[0]["service"] == "venue"
    assert "projector" in run("logs", "--since", "1h", folder=folder).stdout
    assert run("logs", "--service", "../venue", folder=folder).returncode == 2
    assert run("logs", "--since", "yesterday", folder=folder).returncode == 2
    with subprocess.Popen(
        [*COMMAND, "logs", "--follow", "--json", "--limit", "2"], cwd=folder, stdout=subprocess.PIPE, text=True
    ) as follower:
        try:
            assert follower.stdout is not None
            first = [json.loads(follower.stdout.readline()) for _ in range(2)]
            assert first[0]["time"] <= first[1]["time"]
        finally:
            follower.kill()


def test_files_of_the_log_belong_to_their_user_alone(world: Served) -> None:
    folder = Path(world.serving.app.state_folder) / "logs" / "paper"
    names = {one.name for one in folder.iterdir()}
    assert {"trading_system.log", "trader.log", "projector.log", "venue.log", "guard.log"} <= names
    assert {one.stat().st_mode & 0o777 for one in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
