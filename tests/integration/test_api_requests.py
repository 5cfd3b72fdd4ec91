"""Requests that mean harm, or are only wrong: each is answered in words, none by a defect."""

import json
import queue
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from proofs.asking.served import HOME, PATIENT, Served, served

from tradewright.application.messages import Role
from tradewright.bootstrap.app import App
from tradewright.bootstrap.serving import Serving
from tradewright.interfaces.api.app import ASKS
from tradewright.interfaces.api.bodies import MOST_BYTES, MOST_UPLOADED
from tradewright.settings import Settings

SITE = "https://desk.example.com"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    terms = replace(PATIENT, hosts=frozenset({"localhost", "127.0.0.1", "[::1]"}), origins=frozenset({SITE}))
    with served(tmp_path_factory.mktemp("requests"), terms=terms) as found:
        yield found


def sent(world: Served, content: bytes | str, **headers: str) -> Any:
    """A body as it is, to a route that makes something."""
    told = {"Content-Type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return world.ask("POST", "/api/symbols", content=content, headers=told)


DEEP = "[" * 30 + "]" * 30
BODIES = [
    ("no JSON", b"{", 400, "body"),
    ("a list", b"[]", 422, "body"),
    ("NaN", b'{"symbol": "A", "tick": NaN}', 400, "body"),
    ("infinity", b'{"symbol": "A", "tick": Infinity}', 400, "body"),
    ("beyond a float", b'{"symbol": "A", "tick": 1e999}', 400, "body"),
    ("many digits", b'{"symbol": "A", "tick": ' + b"1" * 100 + b"}", 400, "body"),
    ("money as a number", b'{"symbol": "A", "tick": 0.01}', 422, "body.tick"),
    ("an exponent", b'{"symbol": "A", "tick": "1e2"}', 422, "body.tick"),
    ("text beyond a float", b'{"symbol": "A", "tick": "1e999"}', 422, "body.tick"),
    ("text NaN", b'{"symbol": "A", "tick": "NaN"}', 422, "body.tick"),
    ("minus zero", b'{"symbol": "A", "tick": "-0.0"}', 422, "body.tick"),
    ("other digits", '{"symbol": "A", "tick": "١"}'.encode(), 422, "body.tick"),
    ("NUL", b'{"symbol": "A\\u0000"}', 400, "body.symbol"),
    ("a control character", b'{"symbol": "A", "name": "a\\u001bb"}', 422, "body.name"),
    ("half a letter", b'{"symbol": "A", "name": "\\ud800"}', 400, "body.name"),
    ("half a letter in a name", b'{"symbol": "A", "\\ud800": 1}', 400, "body.\\ud800"),
    ("no UTF-8", b'{"symbol": "\xff"}', 400, "body"),
    ("UTF-16", '{"symbol": "A"}'.encode("utf-16"), 400, "body"),
    ("the same name twice", b'{"symbol": "A", "symbol": "B"}', 400, "body.symbol"),
    ("too deep", f'{{"symbol": {DEEP}}}'.encode(), 400, "body"),
    ("far too deep", b'{"symbol": ' + b"[" * 400_000 + b"}", 400, "body"),
    ("too long", json.dumps({"symbol": "A" * 61}).encode(), 422, "body.symbol"),
    ("an unknown field", b'{"symbol": "A", "is_admin": true}', 422, "body.is_admin"),
    ("nothing", b"", 422, "body"),
    ("true for a text", b'{"symbol": true}', 422, "body.symbol"),
    ("null for what is needed", b'{"symbol": null}', 422, "body.symbol"),
    ("the name of a route", b'{"symbol": "IMPORT.XNAS"}', 422, ""),
]


@pytest.mark.parametrize(("content", "status", "place"), [one[1:] for one in BODIES], ids=[one[0] for one in BODIES])
def test_a_body_that_cannot_be_used_names_the_place(world: Served, content: bytes, status: int, place: str) -> None:
    found = sent(world, content)
    assert found.status_code == status, found.text
    told = found.json()
    assert found.headers["content-type"] == "application/problem+json"
    if place:
        assert told["errors"][0]["place"] == place
        assert place in told["detail"]
    assert told["correlation_id"] == found.headers["x-correlation-id"]


@pytest.mark.parametrize("media", ["text/plain", "application/xml", "application/json; charset=latin-1", ""])
def test_a_body_of_another_kind_is_refused(world: Served, media: str) -> None:
    assert sent(world, b'{"symbol": "A"}', Content_Type=media).status_code == 415


def test_a_body_that_is_too_large_is_refused_whatever_length_was_declared(world: Served) -> None:
    found = sent(world, b" " * (MOST_BYTES + 1))
    assert found.status_code == 413 and found.json()["code"] == "too_large"

    def undeclared() -> Iterator[bytes]:
        for _ in range(20):
            yield b" " * 65_536

    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {world.keys['admin']}"}
    assert world.client.post("/api/symbols", content=undeclared(), headers=headers).status_code == 413


def test_an_upload_that_is_too_large_or_no_form_is_refused(world: Served) -> None:
    path = "/api/data/import"
    large = {"file": ("a.csv", b"x" * (MOST_UPLOADED + 1))}
    assert world.ask("POST", path, files=large).status_code == 413
    for content, media, status in (
        (b"", "multipart/form-data", 400),
        (b"x", "multipart/form-data; boundary=a", 400),
        (
            b'--a\r\nContent-Disposition: form-data; name="x"\r\n\r\ny\r\n--a--\r\n',
            "multipart/form-data; boundary=a",
            422,
        ),
        (b"{}", "application/json", 415),
    ):
        found = world.ask("POST", path, content=content, headers={"Content-Type": media})
        assert found.status_code == status, found.text
    two = [("file", ("a.csv", b"x")), ("file", ("b.csv", b"x"))]
    assert world.ask("POST", path, files=two).status_code == 400
    wrong = {"file": ("../../etc/passwd.csv", b"Date,Close\n2020-01-02,1\n")}
    told = world.ask("POST", path, files=wrong, data={"symbol": "A.XNAS", "path": "/etc/passwd"})
    assert told.status_code == 422 and told.json()["errors"][0]["place"] == "body.path"
    assert world.ask("POST", path, files=wrong, data={"symbol": "A.XNAS"}).status_code in {201, 422}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("limit=0", 422), ("limit=1001", 422), ("limit=ten", 422), ("limit=1.0", 422), ("limit=%00", 422),
        ("limit=-0", 422), ("limit=1&limit=2", 422), ("unknown=1", 422), ("text=%ff", 400), ("text=%00", 422),
        ("text=" + "a" * 201, 422),
        ("cursor=!!", 422), ("cursor=abc", 422), ("life=dead", 422), ("&".join(f"a{n}=1" for n in range(200)), 400),
        ("text=" + "a" * 20_000, 400),
    ],
)  # fmt: skip
def test_a_query_that_cannot_be_used_is_told(world: Served, query: str, status: int) -> None:
    found = world.ask("GET", f"/api/symbols?{query}")
    assert found.status_code == status, found.text
    assert found.json()["errors"] or found.json()["found"] or found.json()["detail"]


def test_a_path_that_is_no_text_is_told(world: Served) -> None:
    for path, status in (("/api/symbols/%ff", 400), ("/api/symbols/%00", 422), ("/api/symbols/A%2fB", 404),
                         ("/api/symbols/" + "A" * 100, 422), ("/api/symbols/..", 404)):  # fmt: skip
        assert world.ask("GET", path).status_code == status, path


def test_every_internal_name_that_is_sent_as_an_extra_field_is_refused(world: Served) -> None:
    internal = set(
        "id actor roles accounts who created_ns created is_admin session_id digest door correlation_id idempotency_key "
        "version _id __class__ constructor password_hash".split()
    )
    for ask in ASKS:
        if not ask.body_part.fields or ask.upload:
            continue
        path = ask.full_path
        for name, value in ask.example.path.items():
            path = path.replace(f"{{{name}}}", value)
        for name in internal - set(ask.body_part.fields):
            headers = {"Idempotency-Key": "x"} if ask.needs_key else {}
            body = {**(ask.example.body or {}), name: "x"}
            found = world.ask(ask.method, path, json=body, headers=headers)
            assert found.status_code == 422, f"{path} {name}: {found.text}"
            assert f"body.{name}" in [one["place"] for one in found.json()["errors"]]


@pytest.mark.parametrize("key", ["", " ", "a b", "a" * 129, "ü", "a\tb"])
def test_an_idempotency_key_is_a_plain_name(world: Served, key: str) -> None:
    headers = [
        (b"Idempotency-Key", key.encode("latin-1")), (b"Content-Type", b"application/json"),
        (b"Authorization", f"Bearer {world.keys['admin']}".encode()),
    ]  # fmt: skip
    assert world.client.post("/api/symbols", content=b'{"symbol": "KEY.XNAS"}', headers=headers).status_code == 422


def test_an_order_without_an_idempotency_key_is_refused(world: Served) -> None:
    told = world.told("POST", "/api/orders", json={"symbol": "A", "side": "BUY", "quantity": "1"}, status=422)
    assert told["errors"][0]["place"] == "header.Idempotency-Key"


HOSTS = [
    *"evil.example localhost.evil.example evil.example:8000 localhost@evil.example 127.0.0.1.nip.io 0.0.0.0".split(),
    *"[::] 10.0.0.1 169.254.169.254 localhost,evil.example :8000 localhost:99999 localhost:abc LOCALHOST.".split(),
    *"localhost/ metadata.google.internal xn--lcalhost-54a http://localhost localhost# localhost?".split(),
    *("127.1", "2130706433", "0x7f000001", "localhost evil", ""),
]
ORIGINS = [
    *"https://evil.example http://evil.example null http://localhost.evil.example https://desk.example.com.evil".split(),
    *"http://desk.example.com https://desk.example.com:444 https://DESK.example.com file:// http://localhost:1".split(),
    *"https://localhost http://127.0.0.1 ws://localhost https://sub.desk.example.com //localhost localhost".split(),
    *"https://evil@desk.example.com https://desk.example.com/ https://desk.example.com# http://[::1]".split(),
    *"http://0.0.0.0 chrome-extension://abc moz-extension://abc http://localhost@evil.example".split(),
    "http://xn--lcalhost-54a",
]


@pytest.mark.parametrize("host", HOSTS)
def test_a_foreign_host_is_refused(world: Served, host: str) -> None:
    found = world.ask("GET", "/api/auth/me", headers={"Host": host})
    assert found.status_code == 400 and found.json()["code"] == "wrong_host"
    assert world.ask("GET", "/health", key="", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("origin", ORIGINS)
def test_a_foreign_page_may_ask_nothing(world: Served, origin: str) -> None:
    for method, path in (
        ("GET", "/api/auth/me"),
        ("POST", "/api/symbols"),
        ("OPTIONS", "/api/symbols"),
        ("GET", "/health"),
    ):
        found = world.ask(method, path, headers={"Origin": origin, "Access-Control-Request-Method": "POST"})
        assert found.status_code == 403 and found.json()["code"] == "wrong_origin"
        assert "access-control-allow-origin" not in found.headers


def test_a_listed_page_may_ask_and_no_cookie_is_ever_set(world: Served) -> None:
    headers = {"Origin": SITE, "Access-Control-Request-Method": "POST"}
    allowed = world.client.options("/api/orders", headers=headers)
    assert allowed.status_code == 204 and allowed.headers["access-control-allow-origin"] == SITE
    assert "Idempotency-Key" in allowed.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in allowed.headers
    found = world.ask("GET", "/api/auth/me", headers={"Origin": SITE})
    assert found.status_code == 200 and found.headers["access-control-allow-origin"] == SITE
    own = world.ask("GET", "/api/auth/me", headers={"Origin": HOME})
    assert own.status_code == 200 and "access-control-allow-origin" not in own.headers
    assert not {"set-cookie"} & {name for one in (allowed, found, own) for name in one.headers}
    stranger = {"Sec-Fetch-Site": "cross-site", "Content-Type": "application/json"}
    assert world.ask("POST", "/api/symbols", headers=stranger, content=b"{}").status_code == 403


def test_every_answer_tells_browsers_to_run_nothing_of_it(world: Served) -> None:
    for path, key in (
        ("/health", ""),
        ("/api/auth/me", "admin"),
        ("/api/auth/me", ""),
        ("/nowhere", ""),
        ("/docs", ""),
    ):
        headers = world.ask("GET", path, key=key).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "server" not in headers


def test_a_correlation_id_comes_back_and_stands_in_the_audit(world: Served) -> None:
    found = world.ask("POST", "/api/symbols", json={"symbol": "CORR.XNAS"}, headers={"X-Correlation-Id": "mine.1"})
    assert found.status_code == 201 and found.headers["x-correlation-id"] == "mine.1"
    assert world.told("GET", "/api/audit?correlation_id=mine.1")["items"][0]["message"] == "AddSymbol"
    assert world.ask("GET", "/health", headers={"X-Correlation-Id": "a b"}).status_code == 400
    assert len(world.ask("GET", "/health").headers["x-correlation-id"]) == 16


def test_a_read_that_has_not_changed_is_told_without_a_body(world: Served) -> None:
    first = world.ask("GET", "/api/strategies")
    tag = first.headers["etag"]
    for given in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        again = world.ask("GET", "/api/strategies", headers={"If-None-Match": given})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert world.ask("GET", "/api/strategies", headers={"If-None-Match": '"x"'}).status_code == 200


def test_a_method_that_is_not_answered_is_told_with_those_that_are(world: Served) -> None:
    found = world.ask("PUT", "/api/symbols")
    assert found.status_code == 405 and set(found.headers["allow"].split(", ")) == {"GET", "POST"}
    assert world.ask("GET", "/api/data/import").status_code == 405
    assert world.ask("DELETE", "/api/backtests/compare").status_code == 405
    for path in ("/api/symbols/", "/api", "/api/nowhere", "/admin", "/.env"):
        assert world.told("GET", path, status=404)["code"] == "unknown_path"


def test_a_strategy_is_asked_for_by_its_id_and_never_by_a_file(world: Served, tmp_path: Path) -> None:
    trap = tmp_path / "trap.py"
    trap.write_text("raise SystemExit('it was run')\n")
    for name in ("trap.py", "trap.py:Trap", str(trap), "..%2ftrap.py"):
        assert world.ask("GET", f"/api/strategies/{name}").status_code in {404, 422}


def test_the_loop_answers_while_a_handler_takes_its_time(tmp_path: Path) -> None:
    entered, leave = threading.Event(), threading.Event()
    with served(tmp_path, terms=replace(PATIENT, threads=2)) as world:
        keys = world.serving.app.state.keys
        inner = keys.people

        def slow() -> Any:
            entered.set()
            leave.wait(180)
            return inner()

        keys.people = slow  # type: ignore[method-assign]
        waiting = threading.Thread(target=lambda: world.ask("GET", "/api/auth/people"))
        waiting.start()
        try:
            assert entered.wait(30)
            assert world.ask("GET", "/health", key="").status_code == 200
            assert world.ask("GET", "/api/auth/me").status_code == 200
        finally:
            leave.set()
            waiting.join(30)
        assert not waiting.is_alive()


def test_more_requests_than_can_wait_are_told_to_come_again_but_not_the_urgent_ones(tmp_path: Path) -> None:
    at_work, leave = threading.Event(), threading.Event()
    with served(tmp_path, terms=replace(PATIENT, threads=1, waiting=1)) as world:
        keys = world.serving.app.state.keys
        inner, answers = keys.people, queue.Queue[Any]()

        def slow() -> Any:
            at_work.set()
            assert leave.wait(180)
            return inner()

        keys.people = slow  # type: ignore[method-assign]
        threads = [threading.Thread(target=lambda: answers.put(world.ask("GET", "/api/auth/people")))]
        threads += [threading.Thread(target=lambda: answers.put(world.ask("GET", "/api/auth/me"))) for _ in range(3)]
        threads[0].start()
        try:
            assert at_work.wait(180), "the only thread is taken"
            for one in threads[1:]:  # one waits for it, whichever it is
                one.start()
            for late in (answers.get(timeout=60), answers.get(timeout=60)):
                assert late.status_code == 503 and late.json()["code"] == "overloaded"
                assert late.headers["retry-after"] == "1"
            body = {"account": "spare", "reason": "busy"}
            assert world.ask("POST", "/api/risk/kill", json=body).status_code == 200
        finally:
            leave.set()
            for one in threads:
                one.join(180)
        assert [answers.get_nowait().status_code for _ in range(2)] == [200, 200]


def test_a_defect_tells_nothing_of_itself_but_where_it_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with served(tmp_path) as world:

        def broken() -> Any:
            raise ZeroDivisionError("secret of the inside")

        world.serving.app.state.keys.people = broken  # type: ignore[method-assign]
        told = world.told("GET", "/api/auth/people", status=500)
        assert told["code"] == "internal_error" and "secret" not in json.dumps(told)
        assert told["correlation_id"] in caplog.text and "secret of the inside" in caplog.text


def test_the_settings_say_where_it_is_reached_and_when_the_page_is_open(tmp_path: Path) -> None:
    from_settings = Serving(App(tmp_path, settings=Settings())).terms
    assert from_settings.shows_docs and "localhost" in from_settings.hosts and not from_settings.origins
    usual = Settings()
    proxied = structs.replace(usual, api=structs.replace(usual.api, behind_proxy=True))
    assert not Serving(App(tmp_path, settings=proxied)).terms.shows_docs, "a proxy may show it to everybody"
    with served(tmp_path, terms=replace(PATIENT, shows_docs=False)) as world:
        assert world.ask("GET", "/docs", key="").status_code == 401
        assert world.ask("GET", "/docs", key="viewer").status_code == 200


def test_a_viewer_reads_and_changes_nothing(world: Served) -> None:
    for ask in ASKS:
        role = world.serving.dispatcher.route(ask.message).role
        if role in {None, Role.VIEWER}:
            continue
        path = ask.full_path
        for name, value in ask.example.path.items():
            path = path.replace(f"{{{name}}}", value)
        assert world.ask(ask.method, path, key="viewer", json={}).status_code == 403, path
