"""A wish that comes several times at once is done once, also when the platform was started anew in between."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from proofs.asking.desk import desk
from proofs.asking.once import Once
from proofs.asking.served import PATIENT, QUICK, Served, client_of, listening

from tradewright.bootstrap.app import App
from tradewright.bootstrap.serving import Serving


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with desk(tmp_path_factory.mktemp("once")) as found:
        yield found


@pytest.mark.slow
def test_orders_that_come_three_times_at_once_are_sent_once(world: Served) -> None:
    once = Once()
    once.ask(world, 40)
    assert not once.findings, "\n".join(once.findings)
    assert once.intents == once.wishes == 40
    assert sum(once.answers.values()) == 120


def test_a_wish_that_comes_again_after_a_restart_gets_the_same_answer(world: Served) -> None:
    body = {"symbol": "AAPL", "side": "BUY", "quantity": "1", "account": "paper"}
    headers = {"Idempotency-Key": "restart"}
    first = world.ask("POST", "/api/orders", key="trader", json=body, headers=headers)
    app = App(world.serving.app.project)
    anew = Serving(app, given_terms=PATIENT, passwords=QUICK)
    with listening(anew) as address, client_of(address, world.keys["trader"]) as client:
        again = client.post("/api/orders", json=body, headers=headers)
        assert again.status_code == first.status_code
        told, known = again.json(), first.json()
        assert {**told, "correlation_id": ""} == {**known, "correlation_id": ""}
        other = client.post("/api/orders", json=body | {"quantity": "2"}, headers=headers)
        assert other.status_code == 422
    app.state.close()


def test_two_people_may_use_the_same_key(world: Served) -> None:
    headers = {"Idempotency-Key": "shared"}
    one = world.ask("POST", "/api/symbols", key="trader", json={"symbol": "ONE.XNAS"}, headers=headers)
    two = world.ask("POST", "/api/symbols", key="admin", json={"symbol": "TWO.XNAS"}, headers=headers)
    assert (one.status_code, two.status_code) == (201, 201)


def test_a_wish_that_failed_may_be_tried_again_with_its_key(world: Served) -> None:
    headers = {"Idempotency-Key": "again"}
    lists = {"name": "later", "symbols": ["LATER.XNAS"]}
    assert world.ask("POST", "/api/watchlists", json=lists, headers=headers).status_code == 404
    assert world.ask("POST", "/api/symbols", json={"symbol": "LATER.XNAS"}).status_code == 201
    assert world.ask("POST", "/api/watchlists", json=lists, headers=headers).status_code == 201
    again = world.ask("POST", "/api/watchlists", json=lists, headers=headers)
    assert again.status_code == 201 and again.json()["name"] == "later"


def test_a_project_is_where_its_state_is(world: Served) -> None:
    assert (Path(world.serving.app.state_folder) / "state.sqlite").is_file()
