"""A backtest over HTTP: asked for, watched, read, called off, removed, by the one id that its job has."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Thread
from typing import Any

import httpx2
import pytest
from proofs.asking.desk import furnish
from proofs.asking.served import Served, client_of, listening, served

from tradewright.adapters.system.clock import SystemClock
from tradewright.bootstrap.app import App
from tradewright.bootstrap.worker import Hand, Worker
from tradewright.interfaces.api import following

WISH = {"strategy": "moving_average", "symbols": ["AAPL"], "parameters": {"fast": 5, "slow": 35}}
WITHIN_S = 60.0


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Prices, and no worker."""
    folder = tmp_path_factory.mktemp("backtests")
    furnish(App(folder))
    with served(folder) as found:
        yield found


@pytest.fixture(scope="module")
def address(world: Served) -> Iterator[str]:
    """The same doors on a real port."""
    with listening(world.serving) as found:
        yield found


@contextmanager
def working(world: Served) -> Iterator[None]:
    """A worker is at the queue."""
    app = world.serving.app
    worker = Worker("w1", app.state.jobs, Hand(app.project), SystemClock())
    thread = Thread(target=worker.run)
    thread.start()
    try:
        yield
    finally:
        worker.leave()
        thread.join(WITHIN_S)
        assert not thread.is_alive()


def submit(world: Served, name: str, *, key: str = "admin", **wish: object) -> Any:
    body = {**WISH, **wish}
    return world.told(
        "POST", "/api/backtests", json=body, headers={"Idempotency-Key": name}, status=202, key=key
    )  # fmt: skip


Event = Mapping[str, Any]


def events(response: httpx2.Response) -> Iterator[Event]:
    """What a stream of events tells; comments and orders to the client are left out."""
    told: dict[str, Any] = {}
    for line in response.iter_lines():
        name, _, value = line.partition(": ")
        if not line and "event" in told:
            yield told
            told = {}
        elif name:
            told[name] = json.loads(value) if name == "data" else value


def followed(address: str, path: str, key: str, **headers: str) -> list[Event]:
    """Every event until the end."""
    with client_of(address, key) as client:
        wanted = {"Accept": following.MEDIA, **headers}
        with client.stream("GET", path, headers=wanted) as response:
            assert response.status_code == 200, response.read()
            assert response.headers["content-type"].startswith(following.MEDIA)
            return list(events(response))


def test_a_backtest_is_asked_for_followed_and_read_by_one_id(world: Served, address: str) -> None:
    sent = world.ask("POST", "/api/backtests", json=WISH, headers={"Idempotency-Key": "first"})
    assert sent.status_code == 202
    job = sent.json()["id"]
    path = f"/api/backtests/{job}"
    assert sent.headers["location"] == path
    assert submit(world, "first")["id"] == job, "the same wish again is the same job"
    waiting = world.told("GET", path)
    assert (waiting["status"]["life"], waiting["run"]) == ("queued", None)
    early = world.told("GET", f"{path}/results", status=409)
    assert early["code"] == "conflict" and "/progress" in early["remedy"]
    with working(world):
        told = followed(address, f"{path}/progress", world.keys["admin"])
    assert told[0]["event"] == "progress" and told[0]["data"]["life"] in {"queued", "running"}
    assert [one["event"] for one in told].count("end") == 1 and told[-1]["event"] == "end"
    numbers = [int(one["id"]) for one in told]
    assert numbers == sorted(set(numbers))
    done = told[-1]["data"]
    assert (done["life"], done["done"], done["total"]) == ("done", 3, 3)
    shown = world.told("GET", path)
    assert shown["run"]["run_id"] == shown["status"]["run_id"] == done["run_id"]
    for part in ("results", "trades", "fills", "equity", "report"):
        by_job, by_run = (world.ask("GET", f"/api/backtests/{one}/{part}") for one in (job, done["run_id"]))
        assert by_job.status_code == 200, by_job.text
        assert by_job.content == by_run.content
    verified = world.told("GET", f"{path}/verification")
    assert (verified["verdict"], verified["differences"]) == ("equal", []), verified
    again = followed(address, f"{path}/progress", world.keys["admin"], **{"Last-Event-ID": "1"})
    assert [one["event"] for one in again] == ["end"]
    with client_of(address, world.keys["admin"]) as client:
        seen = {"Accept": following.MEDIA, "Last-Event-ID": told[-1]["id"]}
        assert client.get(f"{path}/progress", headers=seen).status_code == 204


def test_one_that_waits_is_called_off_and_one_that_is_kept_removed(world: Served) -> None:
    job = submit(world, "second", parameters={"fast": 6, "slow": 40})["id"]
    assert world.told("DELETE", f"/api/backtests/{job}")["life"] == "canceled"
    assert world.told("GET", f"/api/backtests/{job}/progress")["life"] == "canceled"
    told = world.told("GET", f"/api/backtests/{job}/trades", status=409)
    assert told["detail"] == f"backtest {job} has no results" and told["found"] == "canceled"
    kept = world.told("GET", "/api/backtests?strategy=breakout")["items"][0]["run_id"]
    assert world.told("DELETE", f"/api/backtests/{kept}")["life"] == "removed"
    for method, path in (("GET", ""), ("GET", "/results"), ("DELETE", ""), ("GET", "/progress")):
        assert world.told(method, f"/api/backtests/{kept}{path}", status=404)["code"] == "not_found"


def test_another_ones_job_is_not_there(world: Served) -> None:
    job = submit(world, "third", parameters={"fast": 7, "slow": 40})["id"]
    world.told("DELETE", f"/api/backtests/{job}", key="trader", status=404)
    for path in (f"/api/backtests/{job}", f"/api/backtests/{job}/progress", f"/api/jobs/queue/{job}"):
        assert world.told("GET", path, key="viewer", status=404)["code"] == "not_found"
    mine = submit(world, "fourth", key="trader", parameters={"fast": 8, "slow": 40})["id"]
    world.told("GET", f"/api/backtests/{mine}", key="admin")
    assert [one["id"] for one in world.told("GET", "/api/jobs/queue", key="trader")["items"]] == [mine]
    for id in (job, mine):
        world.told("DELETE", f"/api/jobs/queue/{id}")


def test_a_key_that_is_revoked_ends_what_it_follows(world: Served, address: str) -> None:
    job = submit(world, "fifth", parameters={"fast": 9, "slow": 40})["id"]
    key = world.told("POST", "/api/auth/keys", json={"name": "brief", "roles": ["admin"]}, status=201)
    with client_of(address, key["key"]) as client:
        wanted = {"Accept": following.MEDIA}
        with client.stream("GET", f"/api/backtests/{job}/progress", headers=wanted) as response:
            told = events(response)
            assert next(told)["event"] == "progress"
            world.told("DELETE", f"/api/auth/keys/{key['about']['id']}")
            last = list(told)[-1]
    assert last["event"] == "problem" and last["data"]["code"] == "not_identified"
    world.told("DELETE", f"/api/backtests/{job}")


def test_a_key_follows_so_many_things_at_once_and_no_more(world: Served, address: str) -> None:
    job = submit(world, "sixth", parameters={"fast": 10, "slow": 40})["id"]
    path, wanted = f"/api/backtests/{job}/progress", {"Accept": following.MEDIA}
    with client_of(address, world.keys["admin"]) as client:
        held = [client.stream("GET", path, headers=wanted) for _ in range(following.MOST_OF_A_KEY)]
        for one in held:
            assert one.__enter__().status_code == 200
        assert client.get(path, headers=wanted).json()["code"] == "too_often"
        assert client.get(path).json()["life"] == "queued", "one answer is always there"
        for one in held:
            one.__exit__(None, None, None)
        until = time.monotonic() + WITHIN_S
        world.told("DELETE", f"/api/backtests/{job}")
        while client.get(path, headers=wanted).status_code != 200:
            assert time.monotonic() < until, "the places were not given back"
            time.sleep(0.05)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"strategy": "nosuch"}, ""),
        ({"strategy": "/etc/passwd:X"}, ""),
        ({"symbols": []}, "body.symbols"),
        ({"parameters": {"fast": 50, "slow": 10}}, ""),
        ({"timeframe": "1x"}, "body.timeframe"),
        ({"start": "2012-02-30"}, ""),
        ({"cash": "-5"}, ""),
        ({"cash": 1e400}, ""),
        ({"costs": "Nonsense(1)"}, ""),
        ({"engine": "quick"}, "body.engine"),
        ({"nosuch": 1}, "body.nosuch"),
    ],
    ids=lambda one: str(one) if isinstance(one, str) else "-".join(one),
)
def test_what_cannot_be_run_is_told_at_once(world: Served, change: dict[str, object], place: str) -> None:
    body = json.dumps({**WISH, **change}).replace("Infinity", "1e400")
    found = world.ask(
        "POST", "/api/backtests", content=body, headers={"Idempotency-Key": "wrong", "Content-Type": "application/json"}
    )
    told = found.json()
    assert found.status_code in {400, 404, 422}, told
    assert told["detail"] and (not place or told["errors"][0]["place"] == place), told
    assert not [one for one in world.told("GET", "/api/jobs/queue?life=queued")["items"] if one["title"] == "wrong"]


def test_a_job_that_fails_says_why(world: Served, address: str) -> None:
    job = submit(world, "seventh", symbols=["NOSUCH"])["id"]
    with working(world):
        told = followed(address, f"/api/jobs/queue/{job}/progress", world.keys["admin"])
    assert told[-1]["data"]["life"] == "failed"
    error = world.told("GET", f"/api/backtests/{job}")["status"]["error"]
    assert "NOSUCH" in error["problem"] and error["kind"]


def test_what_is_done_at_its_time_is_listed_rests_and_is_done_now(world: Served) -> None:
    from_scratch = world.told("GET", "/api/jobs")["items"]
    assert from_scratch == [], "nothing is planned before the platform has run"
    assert world.told("GET", "/api/jobs/nosuch", status=404)["code"] == "not_found"
    assert world.told("GET", "/api/jobs/waiting")["waiting"] == {}


def test_a_server_that_is_about_to_end_ends_what_is_followed(world: Served, address: str) -> None:
    job = submit(world, "eighth", parameters={"fast": 11, "slow": 40})["id"]
    leaving = world.serving.app.leaving
    with client_of(address, world.keys["admin"]) as client:
        wanted = {"Accept": following.MEDIA}
        with client.stream("GET", f"/api/backtests/{job}/progress", headers=wanted) as response:
            told = events(response)
            assert next(told)["event"] == "progress"
            leaving.set()
            assert list(told) == [], "no end is told: it is not over"
    leaving.clear()
    world.told("DELETE", f"/api/backtests/{job}")
