"""`tradewright jobs` in a project: schedules that are shipped, the queue, and what a wrong wish is told."""

from datetime import UTC, datetime
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
        (("add", "mine", "--does", "nothing", "--rule", "every 1h"), "one of backtest, backup"),
        (("add", "mine", "--does", "backup"), "XNYS close+1h"),
        (("add", "mine", "--does", "backup", "--rule", "every 1h", "--after", "backup"), "both"),
        (("add", "mine", "--does", "backup", "--rule", "cron 0 25 * * *"), "minute hour"),
        (("add", "mine", "--does", "backup", "--rule", "every 1h", "--timezone", "Mars"), "America/New_York"),
        (("add", "mine", "--does", "backup", "--after", "nobody"), "no schedule nobody"),
        (("add", "queue", "--does", "backup", "--rule", "every 1h"), "waiting"),
        (("add", "Mine!", "--does", "backup", "--rule", "every 1h"), "small letters"),
        (("add", "backup", "--does", "backup", "--rule", "every 1h"), "there is a schedule backup already"),
        (("add", "mine", "--does", "backup", "--rule", "every 1h", "--with", "keeps=3"), "keep"),
        (("add", "mine", "--does", "backup", "--rule", "every 1h", "--with", "keep=many"), "int"),
        (("add", "mine", "--does", "backtest", "--rule", "every 1h", "--with", "symbols=AAPL"), "no strategy"),
        (
            (
                "add",
                "mine",
                "--does",
                "backtest",
                "--rule",
                "every 1h",
                "--with",
                "strategy=guess",
                "--with",
                "symbols=A",
            ),
            "guess",
        ),
        (
            ("add", "mine", "--does", "deployment_stop", "--rule", "every 1h", "--with", "deployment=dp_nobody"),
            "dp_nobody",
        ),
        (("remove", "backup"), "jobs pause backup"),
        (("remove", "nobody"), "nobody"),
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


BACKTEST = ("--does", "backtest", "--with", "strategy=moving_average", "--with", "symbols=AAPL,MSFT")


def test_a_schedule_of_ones_own_is_added_changed_triggered_and_removed(project: Path) -> None:
    more = ("--with", "parameters.fast=20", "--with", "parameters.slow=50", "--with", "cash=50000")
    made = asked("jobs", "add", "nightly", "--rule", "XNYS close+1h", *BACKTEST, *more, folder=project)
    assert (made["title"], made["does"], made["changed_by"]) == (
        "moving_average on AAPL, MSFT",
        "MakeBacktest",
        "owner",
    )
    assert made["wishes"]["symbols"] == ["AAPL", "MSFT"] and made["wishes"]["cash"] == "50000"
    assert made["wishes"]["parameters"] == {"fast": 20, "slow": 50}
    asked("jobs", "add", "look", "--does", "data_quality", "--after", "nightly", folder=project)
    assert "moving_average on AAPL, MSFT" in run("jobs", "list", folder=project).stdout
    changed = asked("jobs", "change", "nightly", "--rule", "cron 30 2 * * *", "--timezone", "America/New_York",
                    "--with", "strategy=breakout", "--with", "symbols=IBM", folder=project)  # fmt: skip
    assert changed["wishes"]["strategy"] == "breakout" and changed["wishes"]["cash"] == "100000"
    job = asked("jobs", "trigger", "nightly", folder=project)
    waiting = asked("jobs", "queue", folder=project)["jobs"]
    assert [(one["kind"], one["after"]) for one in waiting] == [("data_quality", job["id"]), ("backtest", "")]
    refused = run("jobs", "remove", "nightly", folder=project)
    assert refused.returncode == 2 and "look follow nightly" in refused.stderr
    assert asked("jobs", "remove", "look", folder=project)["after"] == "nightly"
    assert asked("jobs", "remove", "nightly", folder=project)["id"] == "nightly"
    assert {one["id"] for one in asked("jobs", "list", folder=project)["jobs"]} & {"nightly", "look"} == set()


def test_what_is_refused_leaves_no_schedule_behind(project: Path) -> None:
    before = asked("jobs", "list", folder=project)
    assert run("jobs", "add", "mine", "--rule", "now and then", *BACKTEST, folder=project).returncode == 2
    assert run("jobs", "change", "backup", "--with", "keep=none at all", folder=project).returncode == 2
    assert asked("jobs", "list", folder=project) == before


def test_a_moment_that_a_clock_leaves_out_or_has_twice_comes_once_for_an_own_schedule_too(project: Path) -> None:
    new_york = ("--timezone", "America/New_York")
    for name, rule in (("autumn", "cron 30 1 1 11 *"), ("spring", "cron 30 2 14 3 *")):
        asked("jobs", "add", name, "--does", "data_quality", "--rule", rule, *new_york, folder=project)
    app = open_app(project)
    firer = scheduler_of(app.state).firer
    seconds = {}
    for name, day in (("autumn", datetime(2026, 10, 31, tzinfo=UTC)), ("spring", datetime(2027, 3, 13, tzinfo=UTC))):
        first = firer.next_ns(app.state.schedules.find(name), int(day.timestamp()) * 10**9)
        assert first is not None
        following = firer.next_ns(app.state.schedules.find(name), first)
        assert following is not None
        seconds[name] = first // 10**9, following - first
    app.state.close()
    assert seconds["autumn"][0] == int(datetime(2026, 11, 1, 5, 30, tzinfo=UTC).timestamp())
    assert seconds["spring"][0] == int(datetime(2027, 3, 14, 7, 30, tzinfo=UTC).timestamp())
    assert all(gap > 360 * 86_400 * 10**9 for _, gap in seconds.values())
