"""Who may come in over HTTP: keys, logins, guesses, roles; and that nothing of a secret is kept or told."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from proofs.asking.served import PATIENT, Served, served

from tradewright.adapters.system.clock import ManualClock
from tradewright.application.access import opaque
from tradewright.application.access.messages import MakeFirstKey, RemovePerson, RevokeKey
from tradewright.application.access.views import FirstKey, KeyView, PersonView
from tradewright.application.messages import Role
from tradewright.bootstrap.app import App

PASSWORD = "four words nobody says"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("access")) as found:
        yield found


def test_only_the_first_start_makes_the_admins_key(tmp_path: Path) -> None:
    app = App(tmp_path)
    made = app.ask(MakeFirstKey(), answer=FirstKey).made
    assert made is not None and made.about.roles == (Role.ADMIN,)
    assert app.ask(MakeFirstKey(), answer=FirstKey).made is None
    app.state.close()


def test_of_two_processes_that_start_at_once_one_makes_the_first_key(tmp_path: Path) -> None:
    apps = [App(tmp_path), App(tmp_path)]
    _ = apps[0].state.keys.is_empty()
    with ThreadPoolExecutor(2) as both:
        made = list(both.map(lambda app: app.ask(MakeFirstKey(), answer=FirstKey).made, apps))
    assert sum(one is not None for one in made) == 1
    for app in apps:
        app.state.close()


def test_a_key_is_taken_from_either_header_and_from_nowhere_else(world: Served) -> None:
    key = world.keys["viewer"]
    assert world.told("GET", "/api/auth/me", key="viewer")["name"] == "viewer"
    assert world.told("GET", "/api/auth/me", key="", headers={"X-API-Key": key})["roles"] == ["viewer"]
    for headers, path in (
        ({}, f"/api/auth/me?key={key}"),
        ({"Cookie": f"key={key}"}, "/api/auth/me"),
        ({"Authorization": f"Basic {key}"}, "/api/auth/me"),
        ({"Authorization": f"Bearer {key}", "X-API-Key": world.keys["admin"]}, "/api/auth/me"),
    ):
        told = world.told("GET", path, key="", headers=headers, status=401)
        assert told["code"] == "not_identified"


def test_every_key_that_opens_nothing_is_answered_alike(world: Served) -> None:
    good = world.keys["viewer"]
    wrong = ["", "x", good[:-1], good + "a", f"{good[:-2]}AA", good.upper(), good.replace(".", ""), "." * 60,
             world.keys["revoked"], world.keys["expired"], world.keys["garbage"], "tw_first." + "é" * 43]  # fmt: skip
    answers = set()
    for key in wrong:
        found = world.client.get("/api/auth/me", headers=[(b"X-API-Key", key.encode("latin-1", "replace"))])
        told = found.json()
        told.pop("correlation_id")
        answers.add((found.status_code, str(told)))
    assert len(answers) == 1
    assert next(iter(answers))[0] == 401


def test_a_revoked_key_opens_nothing_from_then_on(world: Served) -> None:
    made = world.told("POST", "/api/auth/keys", json={"name": "short", "roles": ["viewer"]}, status=201)
    assert world.ask("GET", "/api/auth/me", key=made["key"]).status_code == 200
    gone = world.told("DELETE", f"/api/auth/keys/{made['about']['id']}")
    assert gone["state"] == "revoked" and gone["revoked"]
    assert world.ask("GET", "/api/auth/me", key=made["key"]).status_code == 401


def test_a_rotated_key_goes_on_until_its_overlap_ends(tmp_path: Path) -> None:
    clock = ManualClock(1_800_000_000 * 10**9)
    with served(tmp_path, clock=clock) as world:
        old = world.told("POST", "/api/auth/keys", json={"name": "robot", "roles": ["trader"]}, status=201)
        path = f"/api/auth/keys/{old['about']['id']}/rotate"
        new = world.told("POST", path, json={"overlap_s": 60}, status=201)
        assert new["about"]["replaces"] == old["about"]["id"] and new["about"]["roles"] == ["trader"]
        clock.advance(59 * 10**9)
        assert world.ask("GET", "/api/auth/me", key=old["key"]).status_code == 200
        clock.advance(10**9)
        assert world.ask("GET", "/api/auth/me", key=old["key"]).status_code == 401
        assert world.ask("GET", "/api/auth/me", key=new["key"]).status_code == 200
        assert world.told("POST", path, json={}, status=409)["code"] == "conflict"


def test_somebody_logs_in_works_and_logs_out(world: Served) -> None:
    world.told("PUT", "/api/auth/people/ada", json={"password": PASSWORD, "roles": ["trader", "risk"]})
    one = world.told("POST", "/api/auth/login", key="", json={"name": "ada", "password": PASSWORD})
    two = world.told("POST", "/api/auth/login", key="", json={"name": "ada", "password": PASSWORD})
    assert one["roles"] == ["trader", "risk"] and one["key"] != two["key"]
    assert world.told("POST", "/api/auth/logout", key=one["key"], json={})["ended"] == 1
    assert world.ask("GET", "/api/auth/me", key=one["key"]).status_code == 401
    assert world.told("GET", "/api/auth/me", key=two["key"])["name"] == "ada"
    world.told("PUT", "/api/auth/people/ada", json={"roles": ["viewer"]})
    assert world.ask("GET", "/api/auth/me", key=two["key"]).status_code == 401
    world.told("DELETE", "/api/auth/people/ada")
    told = world.told("POST", "/api/auth/login", key="", json={"name": "ada", "password": PASSWORD}, status=401)
    assert told["detail"] == "name or password is wrong"


def test_a_wrong_password_and_a_name_that_nobody_has_are_answered_alike(tmp_path: Path) -> None:
    with served(tmp_path) as world:
        world.told("PUT", "/api/auth/people/ada", json={"password": PASSWORD, "roles": ["viewer"]})
        told = [
            world.told(
                "POST", "/api/auth/login", key="", json={"name": name, "password": "not at all right"}, status=401
            )
            for name in ("ada", "bob")
        ]
        for one in told:
            one.pop("correlation_id")
        assert told[0] == told[1]


def test_of_two_hundred_guesses_in_a_minute_at_most_ten_are_looked_at(tmp_path: Path) -> None:
    clock = ManualClock(1_800_000_000 * 10**9)
    with served(tmp_path, clock=clock) as world:
        world.told("PUT", "/api/auth/people/ada", json={"password": PASSWORD, "roles": ["viewer"]})
        looked_at, statuses = 0, set()
        for _ in range(200):
            found = world.ask("POST", "/api/auth/login", key="", json={"name": "ada", "password": "guess after guess"})
            looked_at += found.status_code == 401
            statuses.add(found.status_code)
            clock.advance(300 * 10**6)
        assert statuses == {401, 429}
        assert looked_at <= 10
        refused = world.ask("POST", "/api/auth/login", key="", json={"name": "ada", "password": PASSWORD})
        assert refused.status_code == 429 and int(refused.headers["Retry-After"]) >= 1
        clock.advance(1_000 * 10**9)
        world.told("POST", "/api/auth/login", key="", json={"name": "ada", "password": PASSWORD})


def test_no_secret_lies_in_the_state_nor_in_the_audit(tmp_path: Path) -> None:
    with served(tmp_path) as world:
        headers = {"Idempotency-Key": "k-1"}
        body = {"name": "robot", "roles": ["trader"]}
        made = world.told("POST", "/api/auth/keys", json=body, headers=headers, status=201)
        world.told("PUT", "/api/auth/people/ada", json={"password": PASSWORD, "roles": ["viewer"]})
        login = world.told("POST", "/api/auth/login", key="", json={"name": "ada", "password": PASSWORD})
        again = world.told("POST", "/api/auth/keys", json=body, headers=headers, status=409)
        assert "shown once" in again["found"]
        secrets = [made["key"].partition(".")[2], login["key"].partition(".")[2], PASSWORD]
        world.serving.app.state.close()
        kept = b"".join(path.read_bytes() for path in (tmp_path / ".tradewright").iterdir() if path.is_file())
        for secret in secrets:
            assert secret.encode() not in kept
        told = world.ask("GET", "/api/audit?limit=1000").text + world.ask("GET", "/api/auth/keys").text
        assert not any(secret in told for secret in secrets)


def test_the_audit_names_who_did_what_and_shows_tampering(tmp_path: Path) -> None:
    with served(tmp_path) as world:
        world.told("POST", "/api/auth/keys", json={"name": "a", "roles": ["viewer"]}, status=201)
        world.told("POST", "/api/auth/keys", key="viewer", json={"name": "b", "roles": ["admin"]}, status=403)
        found = world.told("GET", "/api/audit?message=CreateKey&limit=2")["items"]
        assert [(one["actor"], one["outcome"], one["door"]) for one in found] == [
            ("viewer", "unauthorized", "api"),
            ("admin", "done", "api"),
        ]
        assert world.told("GET", "/api/audit/check") == {"is_sound": True, "first_broken": None}
        world.serving.app.state.close()
        with sqlite3.connect(tmp_path / ".tradewright" / "state.sqlite") as connection:
            tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            audit = next(one for one in tables if "audit" in one)
            connection.execute(f"UPDATE {audit} SET actor = 'nobody' WHERE sequence = {found[1]['sequence']}")
        connection.close()
        told = world.told("GET", "/api/audit/check")
        assert told == {"is_sound": False, "first_broken": found[1]["sequence"]}


def test_an_admins_key_is_for_every_account_and_names_are_plain(world: Served) -> None:
    wrong = [
        {"name": "x", "roles": ["admin"], "accounts": ["one"]},
        {"name": "x", "roles": []},
        {"name": "x", "roles": ["viewer"], "accounts": []},
        {"name": "x", "roles": ["viewer"], "accounts": ["../etc"]},
        {"name": "x", "roles": ["king"]},
        {"name": "a/b", "roles": ["viewer"]},
        {"name": "x", "roles": ["viewer"], "days": 0},
        {"name": "x", "roles": ["viewer"], "id": "tw_mine"},
    ]
    for body in wrong:
        world.told("POST", "/api/auth/keys", json=body, status=422)


def test_too_many_requests_of_one_key_are_told_how_long_to_wait(tmp_path: Path) -> None:
    with served(tmp_path, terms=replace(PATIENT, per_key=5)) as world:
        found = [world.ask("GET", "/api/auth/me", key="viewer") for _ in range(8)]
        assert [one.status_code for one in found[:5]] == [200] * 5
        late = found[-1]
        assert late.status_code == 429 and 1 <= int(late.headers["Retry-After"]) <= 61
        assert world.ask("GET", "/api/auth/me", key="trader").status_code == 200


def test_strangers_are_counted_by_their_address(tmp_path: Path) -> None:
    with served(tmp_path, terms=replace(PATIENT, per_address=10)) as world:
        statuses = [world.ask("GET", "/api/auth/me", key="garbage").status_code for _ in range(15)]
        assert statuses[:10] == [401] * 10 and statuses[-1] == 429


def test_a_key_is_spelled_in_two_parts_and_read_back() -> None:
    class Seven:
        def token(self, length: int = 16) -> str:
            return "a" * length

        def below(self, limit: int) -> int:
            return 7

    made = opaque.made(Seven())
    assert made.spelled.startswith("tw_aaaaaaaaaaaa.") and opaque.read(made.spelled) == made
    assert opaque.fits(made, made.digest) and not opaque.fits(made, bytes(32))
    assert made.secret not in repr(made)


def test_a_key_that_another_process_revokes_opens_for_less_than_a_second(tmp_path: Path) -> None:
    clock = ManualClock(1_800_000_000 * 10**9)
    with served(tmp_path, clock=clock) as world:
        world.made("robot", Role.TRADER)
        assert world.ask("GET", "/api/auth/me", key="robot").status_code == 200
        other = App(tmp_path)  # as the command line, in a process of its own
        other.ask(RevokeKey(world.keys["robot"].partition(".")[0]), answer=KeyView)
        other.state.close()
        clock.advance(999_999_999)
        assert world.ask("GET", "/api/auth/me", key="robot").status_code == 200
        clock.advance(1)
        assert world.ask("GET", "/api/auth/me", key="robot").status_code == 401


def test_a_person_whom_another_process_changes_has_no_login_a_second_later(tmp_path: Path) -> None:
    clock = ManualClock(1_800_000_000 * 10**9)
    with served(tmp_path, clock=clock) as world:
        world.told("PUT", "/api/auth/people/ada", json={"password": PASSWORD, "roles": ["trader"]})
        login = world.told("POST", "/api/auth/login", key="", json={"name": "ada", "password": PASSWORD})
        assert world.ask("GET", "/api/auth/me", key=login["key"]).status_code == 200
        other = App(tmp_path)
        other.ask(RemovePerson("ada"), answer=PersonView)
        other.state.close()
        clock.advance(10**9)
        assert world.ask("GET", "/api/auth/me", key=login["key"]).status_code == 401


def test_a_key_that_expires_opens_nothing_from_that_moment_though_it_was_looked_at_just_before(tmp_path: Path) -> None:
    clock = ManualClock(1_800_000_000 * 10**9)
    with served(tmp_path, clock=clock) as world:
        made = world.told("POST", "/api/auth/keys", json={"name": "day", "roles": ["viewer"], "days": 1}, status=201)
        clock.advance(86_400 * 10**9 - 1)
        assert world.ask("GET", "/api/auth/me", key=made["key"]).status_code == 200
        clock.advance(1)
        assert world.ask("GET", "/api/auth/me", key=made["key"]).status_code == 401
