"""The shelf over HTTP: uploads with hostile names, checks with lines, versions, runs by id and version."""

import json
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
from proofs.asking.desk import ended_with_its_processes, furnish, life_of, waits
from proofs.asking.served import Served, served
from tests.contracts.strategy_hosts import needs_walls
from tests.unit.application.shelf.hostile_names import NAMES

from tradewright.adapters.system.clock import SystemClock
from tradewright.application.backtests.finished import FinishedBacktest
from tradewright.application.backtests.messages import Account, Market, RunBacktest
from tradewright.application.backtests.views import BacktestView
from tradewright.application.backtests.wishes import SubmitBacktest
from tradewright.application.jobs.views import JobView
from tradewright.application.trading.messages import LaunchSession, StartSession
from tradewright.application.trading.parity import ParityView, SessionParity
from tradewright.application.trading.views import SessionLine
from tradewright.bootstrap.worker import Hand, Worker
from tradewright.domain.errors import Conflict, InputError, NotFound
from tradewright.interfaces.api.routers.strategies import CROSSING
from tradewright.trading.strategies.registry import REGISTRY

CHILD = "tradewright.bootstrap.job_child"
RAISING = CROSSING.replace("        return", "        raise ValueError('no idea')\n        return")
BROKEN = CROSSING.replace("def generate_signals(self, bars):", "def generate_signals(self, bars)")
FORBIDDEN = f"import os\n{CROSSING}"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("shelf")
    with served(folder) as found, ended_with_its_processes(folder):
        furnish(found.serving.app)
        yield found


def registered(world: Served, name: str, source: str = CROSSING, *, status: int = 201, **more: Any) -> Any:
    return world.told("POST", "/api/strategies", json={"name": name, "source": source, **more}, status=status)


def form(file_name: str, content: bytes, **fields: str) -> tuple[bytes, str]:
    """A form whose file has this very name, whatever letters are in it."""
    parts = [
        f'--edge\r\nContent-Disposition: form-data; name="{one}"\r\n\r\n{told}\r\n' for one, told in fields.items()
    ]
    quoted = file_name.encode("utf-8", "replace").replace(b'"', b"%22")
    head = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="' + quoted + b'"\r\n\r\n'
    return "".join(parts).encode() + head + content + b"\r\n--edge--\r\n", "multipart/form-data; boundary=edge"


def files_of(world: Served) -> set[str]:
    folder = world.serving.app.project
    found = (str(one.relative_to(folder)) for one in folder.parent.rglob("*") if one.is_relative_to(folder))
    return {one for one in found if "state.sqlite" not in one}


@pytest.mark.parametrize(
    "names", [NAMES[::8], pytest.param(NAMES, marks=pytest.mark.slow)], ids=["every eighth", "all five hundred"]
)
def test_hostile_file_names_reach_no_file_and_break_nothing(world: Served, names: tuple[str, ...]) -> None:
    word = f"hostile{len(names)}"
    before, around = files_of(world), sorted(world.serving.app.project.parent.iterdir())
    kept = 0
    for number, name in enumerate(names):
        body, kind = form(name, CROSSING.encode(), name=f"{word} {number}", is_draft="true")
        found = world.ask("POST", "/api/strategies/upload", content=body, headers={"Content-Type": kind})
        assert found.status_code in {201, 400, 422}, (name[:40], found.text)
        kept += found.status_code == 201
    assert kept > 0.8 * len(names)
    assert files_of(world) == before
    assert sorted(world.serving.app.project.parent.iterdir()) == around
    cursor, shown = "", set()
    while True:
        page = world.told("GET", "/api/strategies", params={"name": word, "cursor": cursor, "limit": "300"})
        shown |= {one["id"] for one in page["items"]}
        if not (cursor := page["cursor"]):
            break
    assert len(shown) == kept
    sheet = world.told("GET", f"/api/strategies/{sorted(shown)[0]}")
    assert sheet["entry"]["life"] == "draft" and not sheet["versions"][0]["is_fit"]
    assert {one["digest"] for one in sheet["versions"]} == {sheet["entry"]["digest"]}


def test_built_in_strategies_stand_in_the_same_list_and_pages_join(world: Served) -> None:
    registered(world, "listed a", is_draft=True, tags=["pages"])
    registered(world, "listed b", is_draft=True)
    items, cursor = [], ""
    while True:
        page = world.told("GET", "/api/strategies", params={"limit": "3", "cursor": cursor})
        assert len(page["items"]) <= 3
        items += [one["id"] for one in page["items"]]
        if not (cursor := page["cursor"]) or len(items) > 600:
            break
    assert items[: len(REGISTRY)] == list(REGISTRY)
    assert len(items) == len(set(items))
    tagged = world.told("GET", "/api/strategies", params={"tag": "pages"})["items"]
    assert [one["name"] for one in tagged] == ["listed a"]
    ours = world.told("GET", "/api/strategies", params={"kind": "built_in"})["items"]
    assert [one["id"] for one in ours] == list(REGISTRY)
    assert {one["name"] for one in ours[0]["parameters"]} == {"fast", "slow", "short"}
    assert world.told("GET", "/api/strategies/moving_average")["speaks"] == "columns"


@needs_walls
@pytest.mark.parametrize(
    ("source", "code", "line"),
    [
        (BROKEN, "syntax", 10),
        (FORBIDDEN, "forbidden-import", 1),
        (RAISING, "raised", 11),
        ("x = 1\n", "no-strategy", 0),
    ],
    ids=["syntax", "import", "raises", "none"],
)
def test_what_the_check_finds_is_told_with_its_line_and_nothing_is_kept(
    world: Served, source: str, code: str, line: int
) -> None:
    problem = registered(world, f"unfit {code}", source, status=422)
    assert problem["code"] == "unfit_strategy"
    found = [one for one in problem["errors"] if one["problem"].startswith(f"{code}:")]
    assert [one["place"] for one in found] == [f"line {line}" if line else "file"], problem
    assert world.told("GET", "/api/strategies", params={"name": f"unfit {code}"})["items"] == []


@needs_walls
def test_a_draft_is_run_by_nobody_until_it_has_passed(world: Served) -> None:
    bad = registered(world, "bad draft", RAISING, is_draft=True)["entry"]["id"]
    good = registered(world, "good draft", is_draft=True)["entry"]["id"]
    for one in (bad, good):
        with pytest.raises(Conflict, match="has not passed the check"):
            world.serving.app.ask(SubmitBacktest(strategy=one, symbols=("AAPL",)), answer=JobView)
    assert world.told("POST", f"/api/strategies/{bad}/validate", status=422)["errors"][0]["place"] == "line 11"
    kept = world.told("GET", f"/api/strategies/{bad}")
    assert kept["entry"]["life"] == "draft"
    assert [one["line"] for one in kept["versions"][0]["findings"] if one["is_fatal"]] == [11]
    sheet = world.told("POST", f"/api/strategies/{good}/validate")
    assert sheet["entry"]["life"] == "ready" and sheet["entry"]["class_name"] == "Crossing"
    assert sheet["entry"]["parameters"][0] | {"description": ""} == {
        "name": "window", "type": "int", "default": 20, "low": 2, "high": 200, "choices": [], "description": "",
    }  # fmt: skip


@needs_walls
def test_an_upload_sent_twice_with_one_key_is_one_strategy(world: Served) -> None:
    body, kind = form("../../twice.py", CROSSING.encode(), name="twice", tags="trend,daily")
    headers = {"Content-Type": kind, "Idempotency-Key": "upload-1"}
    answers = [world.told("POST", "/api/strategies/upload", content=body, headers=headers, status=201) for _ in "ab"]
    assert answers[0] == answers[1]
    assert answers[0]["versions"][0]["file_name"] == "twice.py"
    assert answers[0]["entry"]["tags"] == ["daily", "trend"]
    del headers["Idempotency-Key"]
    taken = world.told("POST", "/api/strategies/upload", content=body, headers=headers, status=409)
    assert "belongs to another strategy" in taken["detail"]


@needs_walls
def test_a_new_version_leaves_the_old_one_and_each_is_run_by_its_number(world: Served) -> None:
    made = registered(world, "versions")["entry"]["id"]
    other = CROSSING.replace("tw.parameter(20", "tw.parameter(35")
    problem = world.told("PATCH", f"/api/strategies/{made}", json={"source": BROKEN}, status=422)
    assert problem["code"] == "unfit_strategy"
    sheet = world.told("PATCH", f"/api/strategies/{made}", json={"source": other, "description": "Slower."})
    assert [one["version"] for one in sheet["versions"]] == [2, 1]
    first = world.ask("GET", f"/api/strategies/{made}/source", params={"version": "1"})
    assert first.text == CROSSING and first.headers["content-disposition"].endswith(f'"{made}-1.py"')
    assert world.ask("GET", f"/api/strategies/{made}/source").text == other
    old = backtested(world, f"{made}@1")
    assert (old["parameters"], old["strategy"]) == ({"window": 20}, f"shelf:{made}@1")
    new = ran_here(world, made)
    assert (new.parameters, new.strategy) == ({"window": 35}, f"shelf:{made}@2")
    assert ran_here(world, "shelf:versions@1").run_id == old["run_id"]
    body, key = {"strategy": f"{made}@1", "symbols": ["AAPL"]}, {"Idempotency-Key": "shelved"}
    job = world.told("POST", "/api/backtests", json=body, headers=key, status=202)
    assert job["title"].startswith(f"shelf:{made}@1 on AAPL")
    with pytest.raises(InputError, match="no version 9"):
        world.serving.app.ask(SubmitBacktest(strategy=f"{made}@9", symbols=("AAPL",)), answer=JobView)


def ran_here(world: Served, named: str) -> BacktestView:
    """The same in this process."""
    market, account = Market(symbols=("AAPL", "MSFT")), Account(cash=1e5)
    wish = RunBacktest(strategy=named, market=market, account=account)
    return world.serving.app.ask(wish, answer=FinishedBacktest).view


def backtested(world: Served, named: str) -> Any:
    """What a worker makes of the job, in a child of its own."""
    app = world.serving.app
    job = app.ask(SubmitBacktest(strategy=named, symbols=("AAPL", "MSFT")), answer=JobView)
    worker = Worker("w1", app.state.jobs, Hand(app.project, CHILD), SystemClock())
    thread = Thread(target=worker.run)
    thread.start()
    try:
        for _ in range(600):
            found = app.state.jobs.find(job.id)
            if found.life.is_final:
                break
            thread.join(0.1)
    finally:
        worker.leave()
        thread.join()
    assert found.result is not None, found.error
    return world.told("GET", f"/api/backtests/{found.result['run_id']}")["run"]


@needs_walls
def test_a_session_runs_the_very_bytes_that_were_chosen(world: Served) -> None:
    made = registered(world, "Session Idea")["entry"]
    wish = StartSession(
        strategy=f"shelf:{made['name']}",
        symbols=("AAPL",),
        first="2015-06-01",
        account="shelf",
        parameters={"window": "9"},
    )
    app = world.serving.app
    line = app.ask(wish, answer=SessionLine)
    assert line.strategy == f"sha256:{made['digest']}:Crossing"
    kept = app.trading.sessions.find(line.session)
    assert kept.terms.strategy_name == "session_idea" and kept.terms.parameters == {"window": 9}
    source = kept.folder / f"{made['digest']}.py"
    assert source.read_text() == CROSSING
    source.unlink()  # as if its start was cut off
    app.trading.bring_source(kept)
    assert source.read_text() == CROSSING
    with pytest.raises(InputError, match="window"):
        app.ask(StartSession(strategy=made["id"], symbols=("AAPL",), first="2015-06-01", account="shelf2",
                             parameters={"window": "1"}), answer=SessionLine)  # fmt: skip


def test_a_deleted_strategy_keeps_its_history_and_takes_no_run(world: Served) -> None:
    made = registered(world, "gone", is_draft=True)["entry"]["id"]
    assert world.told("DELETE", f"/api/strategies/{made}")["entry"]["life"] == "deleted"
    assert world.told("GET", f"/api/strategies/{made}")["versions"][0]["version"] == 1
    assert world.told("DELETE", f"/api/strategies/{made}", status=409)
    with pytest.raises(Conflict, match="was deleted"):
        world.serving.app.ask(SubmitBacktest(strategy=made, symbols=("AAPL",)), answer=JobView)
    assert registered(world, "gone", is_draft=True)["entry"]["id"] != made
    assert world.told("GET", "/api/strategies", params={"life": "deleted"})["items"][0]["id"] == made


@pytest.mark.slow
@needs_walls
def test_a_session_of_an_uploaded_strategy_is_compared_with_the_bytes_that_traded_behind_the_same_walls(
    world: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, app = registered(world, "Compared Idea")["entry"], world.serving.app
    wish = StartSession(
        strategy=f"shelf:{made['name']}@1", symbols=("AAPL",), first="2015-06-01", account="compared",
        parameters={"window": "9"}, speed="max",
    )  # fmt: skip
    session = app.ask(wish, answer=SessionLine).session
    app.ask(LaunchSession(session), answer=SessionLine)
    waits(lambda: life_of(app, session) not in {"starting", "running"}, within_s=180)
    kept = app.trading.sessions.find(session)

    def compared() -> ParityView:
        found = app.ask(SessionParity(session), answer=ParityView)
        assert found.is_equal and found.unexplained == 0, found.differences
        assert found.slices > 50 and found.orders > 0
        return found

    first = compared()
    source = kept.folder / f"{made['digest']}.py"
    source.write_text("raise SystemExit('not what traded')")
    world.told("DELETE", f"/api/strategies/{made['id']}")
    assert compared() == first  # what the shelf keeps of a deleted strategy, never what lies there changed

    class Empty:
        def source(self, digest: str) -> bytes:
            raise InputError(f"there is no strategy file with digest {digest}")

    monkeypatch.setitem(app.state.__dict__, "shelf", Empty())
    with pytest.raises(NotFound, match=r"the version of the strategy that session .* ran is gone"):
        app.ask(SessionParity(session), answer=ParityView)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "../x", "source": CROSSING}, 422),
        ({"name": "x"}, 422),
        ({"name": "x", "source": ""}, 422),
        ({"name": "moving_average", "source": CROSSING}, 409),
        ({"name": "x", "source": CROSSING, "tags": ["No Tag"]}, 422),
        ({"name": "x", "source": CROSSING, "path": "/etc/passwd"}, 422),
        ({"name": "x", "source": "x" * (1 << 20)}, 413),
    ],
    ids=["name", "no source", "empty", "built in", "tag", "unknown", "large"],
)
def test_wrong_input_is_told_and_keeps_nothing(world: Served, body: dict[str, Any], status: int) -> None:
    found = world.ask("POST", "/api/strategies", json=body)
    assert found.status_code == status, found.text
    assert json.loads(found.content)["detail"]


def test_bytes_that_are_no_text_are_refused_before_python_sees_them(world: Served) -> None:
    for content, told in ((b"\xff\xfe", "encoding"), (b"a\0b", "nul")):
        body, kind = form("x.py", content, name="bytes")
        problem = world.told("POST", "/api/strategies/upload", content=body, headers={"Content-Type": kind}, status=422)
        assert problem["errors"][0]["problem"].startswith(told)
    body, kind = form("x.py", b"#" * ((1 << 20) + 1), name="bytes")
    problem = world.told("POST", "/api/strategies/upload", content=body, headers={"Content-Type": kind}, status=422)
    assert "1,048,576" in problem["expected"]
