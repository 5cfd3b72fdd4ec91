"""Schedules of one's own over HTTP: made once, told back, changed, removed; refused in words, written in the audit."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from proofs.asking.served import Served, served

from tradewright.adapters.system.clock import ManualClock
from tradewright.application.messages import Role
from tradewright.bootstrap.app import App
from tradewright.bootstrap.job_child import Child
from tradewright.bootstrap.scheduling import scheduler_of, ship
from tradewright.ports.jobs import JobFilter
from tradewright.ports.paging import Slot

WISHES = {"strategy": "moving_average", "symbols": ["AAPL"], "parameters": {"fast": 20, "slow": 50}, "cash": "5000"}
NIGHTLY = {"id": "nightly", "does": "backtest", "rule": "XNYS close+1h", "wishes": WISHES}
CHECK = {"id": "check", "does": "data_quality", "rule": "every 1h"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path) as found:
        ship(found.serving.app.state.schedules, 0)
        yield found


def made(world: Served, body: dict[str, Any], **more: Any) -> Any:
    return world.told("POST", "/api/jobs", json=body, status=201, **more)


def test_one_is_made_told_back_changed_and_removed_and_each_step_is_audited(world: Served) -> None:
    one = made(world, NIGHTLY)
    assert (one["id"], one["does"], one["title"]) == ("nightly", "MakeBacktest", "moving_average on AAPL")
    assert one["wishes"]["parameters"] == {"fast": 20, "slow": 50} and one["wishes"]["cash"] == "5000"
    assert one["next"] and one["changed_by"] == "admin"
    assert one in world.told("GET", "/api/jobs")["items"]
    two = world.told("PATCH", "/api/jobs/nightly", json={"wishes": {**WISHES, "symbols": ["MSFT"]}})
    assert two["wishes"]["symbols"] == ["MSFT"] and two["rule"] == "XNYS close+1h"
    assert world.told("DELETE", "/api/jobs/nightly")["id"] == "nightly"
    assert world.told("GET", "/api/jobs/nightly", status=404)["code"] == "not_found"
    said = [one["message"] for one in world.told("GET", "/api/audit")["items"]]
    assert [one for one in said if one.endswith("Schedule")] == ["RemoveSchedule", "ChangeSchedule", "AddSchedule"]


def test_a_wish_that_comes_again_with_its_key_is_one_schedule_and_another_is_refused(world: Served) -> None:
    headers = {"Idempotency-Key": "n-1"}
    first = made(world, NIGHTLY, headers=headers)
    assert made(world, NIGHTLY, headers=headers) == first
    told = world.told("POST", "/api/jobs", json=NIGHTLY, status=409)
    assert told["code"] == "conflict" and "jobs remove nightly" in told["remedy"]


def test_of_many_who_add_the_same_word_at_once_one_is_first(world: Served) -> None:
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: world.ask("POST", "/api/jobs", json=CHECK).status_code, range(6)))
    assert sorted(found) == [201, *[409] * 5]


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        (CHECK | {"does": "shell"}, 422, "one of backtest"),
        (CHECK | {"rule": ""}, 422, "XNYS close"),
        (CHECK | {"after": "backup"}, 422, "both"),
        (CHECK | {"rule": "", "after": "nobody"}, 404, "nobody"),
        (CHECK | {"rule": "cron 61 * * * *"}, 422, "minute hour"),
        (CHECK | {"timezone": "Mars/Olympus"}, 422, "America/New_York"),
        (CHECK | {"id": "waiting"}, 422, "none of queue, waiting"),
        (CHECK | {"grace_s": -1}, 422, "grace_s"),
        (CHECK | {"wishes": {"path": "/etc"}}, 422, "path"),
        (NIGHTLY | {"wishes": {**WISHES, "strategy": "../../idea.py:Idea"}}, 422, "upload a file"),
        (NIGHTLY | {"wishes": {**WISHES, "costs": "Free("}}, 422, ""),
        (NIGHTLY | {"wishes": {**WISHES, "cash": "much"}}, 422, ""),
        (NIGHTLY | {"wishes": {**WISHES, "symbols": []}}, 422, "at least one symbol"),
        (NIGHTLY | {"wishes": {**WISHES, "strategy": "shelf:nobody"}}, 404, "nobody"),
        (CHECK | {"does": "deployment_pause", "wishes": {"deployment": "dp_none"}}, 404, "dp_none"),
        (CHECK | {"does": "deployment_pause"}, 422, "which deployment"),
    ],
)  # fmt: skip
def test_what_its_job_could_only_refuse_is_refused_at_once(
    world: Served, body: dict[str, Any], status: int, told: str
) -> None:
    before = world.told("GET", "/api/jobs")
    found = world.ask("POST", "/api/jobs", json=body)
    assert (found.status_code, told in found.text) == (status, True), found.text
    assert world.told("GET", "/api/jobs") == before


def test_what_is_shipped_is_paused_not_removed_and_what_is_followed_goes_last(world: Served) -> None:
    told = world.told("DELETE", "/api/jobs/backup", status=409)
    assert "jobs pause backup" in told["remedy"]
    made(world, CHECK)
    made(world, CHECK | {"id": "then", "rule": "", "after": "check"})
    assert "then follow check" in world.told("DELETE", "/api/jobs/check", status=409)["detail"]
    world.told("DELETE", "/api/jobs/then")
    world.told("DELETE", "/api/jobs/check")


def test_nobody_but_an_admin_makes_or_removes_one(world: Served) -> None:
    world.made("desk", Role.TRADER, Role.RISK, accounts=("desk1",))
    for key in ("viewer", "trader", "risk", "desk"):
        assert world.ask("POST", "/api/jobs", key=key, json=CHECK).status_code == 403
        assert world.ask("DELETE", "/api/jobs/backup", key=key).status_code == 403


def test_an_own_schedule_comes_once_and_a_worker_does_what_it_asks_for(tmp_path: Path) -> None:
    with served(tmp_path) as world:
        app: App = world.serving.app
        made(world, CHECK | {"rule": "every 1s"})
        next_ns = app.state.schedules.find("check").next_ns
        assert next_ns is not None
        scheduler = replace(scheduler_of(app.state), clock=ManualClock(next_ns))
        assert [one.schedule for one in scheduler.step() if one.job] == ["check"]
        assert not scheduler.step()
        scheduler.leave()
        (job,) = app.state.jobs.all(JobFilter(kind="data_quality"), Slot(10)).items
        assert (job.wish.subject, job.wish.actor) == ("check", "schedule")
        said = list[bytes]()

        class Told:
            def write(self, line: bytes) -> None:
                said.append(line)

            def flush(self) -> None: ...

        Child(app, Told()).do(job.wish)  # type: ignore[arg-type]
        assert b"series" in b"".join(said), said
