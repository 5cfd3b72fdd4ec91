"""`tradewright jobs` in a project: schedules that are shipped, the queue, and what a wrong wish is told."""

from pathlib import Path

import pytest
from tests.integration.cli_tools import asked, run

from tradewright.application.backtests.wishes import SubmitBacktest
from tradewright.application.jobs.views import JobView
from tradewright.bootstrap.app import open_app
from tradewright.bootstrap.scheduling import scheduler_of


@pytest.fixture
def project(tmp_path: Path) -> Path:
    app = open_app(tmp_path)
    scheduler = scheduler_of(app.state)
    scheduler.step()
    scheduler.leave()
    app.state.close()
    return tmp_path


def test_nothing_is_scheduled_in_a_new_folder(tmp_path: Path) -> None:
    done = run("jobs", "list", folder=tmp_path)
    assert "tradewright up" in done.stdout
    assert asked("jobs", "list", folder=tmp_path) == {"jobs": []}
    assert "The queue is empty" in run("jobs", "queue", folder=tmp_path).stdout


def test_what_is_shipped_is_listed_with_its_next_moment(project: Path) -> None:
    found = {one["id"]: one for one in asked("jobs", "list", folder=project)["jobs"]}
    assert found["store_clean_up"]["after"] == "store_compaction"
    assert found["job_clean_up"]["is_paused"] is False
    assert "after store_compaction" in run("jobs", "list", folder=project).stdout


def test_one_is_triggered_watched_and_called_off(project: Path) -> None:
    job = asked("jobs", "trigger", "store_compaction", folder=project)
    waiting = asked("jobs", "queue", folder=project)["jobs"]
    assert [one["kind"] for one in waiting] == ["store_clean_up", "store_compaction"]
    assert waiting[0]["after"] == job["id"]
    assert asked("jobs", "queue", job["id"], folder=project)["life"] == "queued"
    assert asked("jobs", "cancel", job["id"], folder=project)["life"] == "canceled"
    shown = asked("jobs", "show", "store_compaction", folder=project)
    assert [one["job"] for one in shown["firings"]] == [job["id"]]
    assert "canceled" in run("jobs", "queue", job["id"], folder=project).stdout


def test_one_rests_and_comes_again_by_another_rule(project: Path) -> None:
    assert asked("jobs", "pause", "job_clean_up", folder=project)["next_ns"] is None
    assert "paused" in run("jobs", "list", folder=project).stdout
    changed = asked("jobs", "change", "job_clean_up", "--rule", "cron 0 5 * * sat", folder=project)
    assert (changed["rule"], changed["changed_by"]) == ("cron 0 5 * * sat", "owner")
    assert asked("jobs", "resume", "job_clean_up", folder=project)["next_ns"] > 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("show", "job_clean"), "did you mean job_clean_up"),
        (("change", "job_clean_up", "--rule", "now and then"), "XNYS open+5m"),
        (("change", "job_clean_up", "--timezone", "Mars"), "America/New_York"),
        (("change", "store_clean_up", "--rule", "every 1h"), "follows store_compaction"),
        (("queue", "nobody"), "nobody"),
        (("queue", "--life", "happy"), "queued, running, done, failed, canceled"),
        (("cancel", "nobody"), "nobody"),
    ],
)
def test_a_wrong_wish_is_told_what_can_be_done(project: Path, words: tuple[str, ...], told: str) -> None:
    done = run("jobs", *words, folder=project)
    assert done.returncode == 2
    assert told in done.stderr


def test_a_backtest_waits_in_the_queue_with_its_title(project: Path) -> None:
    app = open_app(project)
    app.ask(SubmitBacktest(strategy="moving_average", symbols=("AAPL", "MSFT")), answer=JobView)
    app.state.close()
    assert "moving_average on AAPL, MSFT" in run("jobs", "queue", "--kind", "backtest", folder=project).stdout
