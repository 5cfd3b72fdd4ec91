"""Deployments over HTTP: what is refused at once, whose they are, and what is written down; nothing trades here."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from proofs.asking.desk import furnish
from proofs.asking.served import Served, served

from tradewright.application.jobs.views import JobView
from tradewright.application.messages import Role
from tradewright.application.schedules.messages import TriggerSchedule
from tradewright.bootstrap.job_child import Child
from tradewright.interfaces.api.routers.strategies import CROSSING
from tradewright.ports.deployments import Wanted
from tradewright.ports.jobs import JobLife
from tradewright.ports.schedules import Schedule

NOBODYS = "dp_nobodys222"
WISH = {"symbols": ["AAPL"], "first": "2015-06-01", "speed": "1"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("deployments")) as found:
        furnish(found.serving.app)
        found.made("desk a", Role.TRADER, accounts=("a",))
        found.made("desk b", Role.TRADER, accounts=("b",))
        yield found


def started(world: Served, account: str, *, status: int = 202, key: str = "admin", path: str = "", **more: Any) -> Any:
    path = path or "/api/strategies/moving_average/start"
    return world.told("POST", path, json={**WISH, "account": account, **more}, status=status, key=key)


def test_what_is_wanted_is_written_down_and_shown(world: Served) -> None:
    made = started(world, "shown", parameters={"fast": 5, "slow": 30})
    assert (made["wanted"], made["doing"], made["symbols"]) == ("running", "not started", ["AAPL.XNAS"])
    assert made["parameters"] == {"fast": 5, "slow": 30, "short": False}
    assert world.told("GET", f"/api/live/{made['id']}") == made
    listed = world.told("GET", "/api/live", params={"account": "shown"})["items"]
    assert listed == [made]
    named = {"account": "shown"}
    for word, wanted in (("pause", "paused"), ("resume", "running"), ("stop", "stopped"), ("stop", "stopped")):
        found = world.told("POST", f"/api/strategies/moving_average/{word}", json=named, status=202)
        assert (found["id"], found["wanted"]) == (made["id"], wanted)
    for word in ("pause", "resume"):
        told = world.told("POST", f"/api/strategies/moving_average/{word}", json=named, status=409)
        assert "is stopped" in told["detail"]
    again = world.told("POST", "/api/strategies/moving_average/start", json={"deployment": made["id"]}, status=202)
    assert (again["id"], again["wanted"]) == (made["id"], "running")


def test_other_parameters_are_for_a_stopped_one_and_are_checked(world: Served) -> None:
    made = started(world, "changed")["id"]
    path = f"/api/live/{made}"
    assert world.told("PATCH", path, json={"parameters": {"fast": 9}}, status=409)["code"] == "conflict"
    world.told("POST", "/api/strategies/moving_average/stop", json={"deployment": made}, status=202)
    assert "fats" in world.told("PATCH", path, json={"parameters": {"fats": 9}}, status=422)["detail"]
    assert world.told("PATCH", path, json={"parameters": {}}, status=422)
    changed = world.told("PATCH", path, json={"parameters": {"fast": 9}})
    assert changed["parameters"]["fast"] == 9 and changed["session"] == ""


@pytest.mark.parametrize(
    ("path", "wish", "status", "told"),
    [
        ("nosuch", {}, 404, "nosuch is not known"),
        ("up_abcdefgh23", {}, 404, "no strategy up_abcdefgh23"),
        ("moving_average", {"symbols": ["NOSUCH"]}, 404, "NOSUCH"),
        ("moving_average", {"parameters": {"fats": 5}}, 422, "fats"),
        ("moving_average", {"first": "1901"}, 422, ""),
        ("moving_average", {"first": ""}, 422, "first day"),
        ("moving_average", {"speed": "fast"}, 422, "speed"),
        ("moving_average", {"feed": "tape"}, 422, "feed"),
        ("moving_average", {"account": "../x"}, 422, "account"),
        ("moving_average", {"symbols": []}, 404, "is not deployed on wrong"),
    ],
    ids=["strategy", "shelf", "symbol", "parameter", "early", "no day", "speed", "feed", "account", "nothing"],
)
def test_what_cannot_be_started_is_refused_at_once(
    world: Served, path: str, wish: dict[str, Any], status: int, told: str
) -> None:
    wish = {"account": "wrong", **wish}
    problem = started(world, wish.pop("account"), status=status, path=f"/api/strategies/{path}/start", **wish)
    assert told in f"{problem['detail']} {problem['errors']}"
    assert world.told("GET", "/api/live", params={"account": "wrong"})["items"] == []


def test_an_account_has_one_deployment_and_what_is_ambiguous_is_asked_for(world: Served) -> None:
    path = "/api/strategies/mean_reversion"
    first = started(world, "one", path=f"{path}/start")["id"]
    taken = started(world, "one", status=409)
    assert "has a deployment already" in taken["detail"] and first in taken["found"]
    second = started(world, "two", path=f"{path}/start")["id"]
    several = world.told("POST", f"{path}/stop", json={}, status=409)
    assert {first, second} <= set(several["found"].split(", "))
    assert world.told("POST", f"{path}/stop", json={"deployment": second}, status=202)["account"] == "two"
    assert world.told("POST", f"{path}/stop", json={}, status=202)["id"] == first


def test_one_key_sent_twice_deploys_once(world: Served) -> None:
    body, headers = {**WISH, "account": "once"}, {"Idempotency-Key": "deploy-1"}
    path = "/api/strategies/breakout/start"
    answers = [world.told("POST", path, json=body, headers=headers, status=202) for _ in "ab"]
    assert answers[0] == answers[1]
    assert len(world.told("GET", "/api/live", params={"account": "once"})["items"]) == 1


def test_deployments_of_others_are_not_there(world: Served) -> None:
    mine = started(world, "a", key="desk a")["id"]
    for method, path, body in (
        ("GET", f"/api/live/{mine}", None),
        ("PATCH", f"/api/live/{mine}", {"parameters": {"fast": 3}}),
        ("POST", "/api/strategies/moving_average/stop", {"deployment": mine}),
        ("POST", "/api/strategies/moving_average/pause", {"deployment": mine}),
        ("POST", "/api/strategies/moving_average/stop", {"account": "a"}),
    ):
        theirs = world.ask(method, path, key="desk b", json=body)
        other = None if body is None else {**body, **({"deployment": NOBODYS} if "deployment" in body else {})}
        nobodys = world.ask(method, path.replace(mine, NOBODYS), key="desk b", json=other)
        assert theirs.status_code == nobodys.status_code == 404, theirs.text
        assert theirs.json()["detail"].replace(mine, NOBODYS) == nobodys.json()["detail"]
    assert mine not in str(world.told("GET", "/api/live", key="desk b"))
    assert started(world, "a", key="desk b", status=404)
    assert started(world, "b", key="desk b")["account"] == "b"
    assert world.told("GET", f"/api/live/{mine}", key="desk a")["wanted"] == "running"


def test_what_is_deployed_cannot_be_deleted(world: Served) -> None:
    body = {"name": "deployed", "source": CROSSING, "is_draft": True}
    made = world.told("POST", "/api/strategies", json=body, status=201)["entry"]["id"]
    refused = started(world, "draft", status=409, path=f"/api/strategies/{made}/start")
    assert "has not passed the check" in refused["detail"]
    app = world.serving.app
    row = app.state.deployments.find(started(world, "stand")["id"])
    app.state.deployments.change(replace(row, strategy=made, changed_ns=2), was_ns=row.changed_ns)
    assert "is deployed" in world.told("DELETE", f"/api/strategies/{made}", status=409)["detail"]
    world.told("POST", f"/api/strategies/{made}/stop", json={}, status=202)
    assert world.told("DELETE", f"/api/strategies/{made}")["entry"]["life"] == "deleted"


def test_a_schedule_may_stop_and_start_a_deployment(world: Served) -> None:
    made = started(world, "timed")["id"]
    app = world.serving.app
    for name, wanted in (("StopDeployment", Wanted.STOPPED), ("StartDeployment", Wanted.RUNNING)):
        schedule = Schedule(
            id=name.lower(),
            title=name,
            rule="XNYS close",
            timezone="UTC",
            message=f"tradewright.application.deployments.messages:{name}",
            content=b'{"deployment": "%s"}' % made.encode(),
            changed_ns=1,
            changed_by="test",
        )
        app.state.schedules.keep(schedule)
        job = app.ask(TriggerSchedule(schedule.id), answer=JobView)
        assert app.state.jobs.find(job.id).life is JobLife.QUEUED
        Child(app, BytesIO()).do(app.state.jobs.find(job.id).wish)
        assert app.state.deployments.find(made).wanted is wanted
