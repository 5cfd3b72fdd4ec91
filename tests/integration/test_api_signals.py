"""Signals over HTTP and from the shell: made, kept once, found by filters; wrong ones refused."""

import csv
import json
from collections.abc import Iterator
from typing import Any

import pytest
from proofs.asking.desk import furnish
from proofs.asking.served import Served, served
from tests.contracts.strategy_hosts import needs_walls
from tests.integration.cli_tools import run

from tradewright.interfaces.api.routers.strategies import CROSSING


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("signals")) as found:
        furnish(found.serving.app)
        yield found


def made(world: Served, *, status: int = 201, **wish: Any) -> Any:
    body = {"strategy": "moving_average", "symbols": ["AAPL", "MSFT"], **wish}
    return world.told("POST", "/api/signals/generate", json=body, status=status)


def test_signals_are_made_of_the_newest_bars_and_kept_once(world: Served) -> None:
    first = made(world, parameters={"fast": 5, "slow": 20})["items"]
    assert [one["instrument"] for one in first] == ["AAPL.XNAS", "MSFT.XNAS"]
    latest = world.told("GET", "/api/data/latest/AAPL.XNAS")["items"][0]
    for one in first:
        assert one["bar"] == latest["time"]
        assert one["opinion"] in {"BUY", "SELL", "HOLD"} and 0 <= one["strength"] <= 1
        assert one["parameters"] == {"fast": 5, "slow": 20, "short": False}
    assert made(world, parameters={"fast": 5, "slow": 20})["items"] == first
    listed = world.told("GET", "/api/signals", params={"strategy": "moving_average"})["items"]
    assert sorted(one["id"] for one in listed) == sorted(one["id"] for one in first)
    old = world.told("POST", "/signals/generate", json={"strategy": "breakout", "symbols": ["AAPL"]}, status=201)
    assert old["items"][0]["strategy"] == "breakout"


def test_signals_of_a_day_in_the_past_know_nothing_later_and_are_found_by_filters(world: Served) -> None:
    opinions = set()
    for day in ("2015-06-01", "2015-06-30", "2015-09-01", "2016-02-01", "2016-06-01"):
        for one in made(world, end=day, parameters={"fast": 3, "slow": 10})["items"]:
            assert one["bar"] < f"{day}T23:59:59Z"
            opinions.add(one["opinion"])
    page = world.told("GET", "/api/signals", params={"until": "2015-07-01T00:00:00Z", "symbol": "AAPL.XNAS"})
    assert [one["bar"][:10] for one in page["items"]] == ["2015-06-30", "2015-06-01"]
    for word in opinions:
        found = world.told("GET", "/api/signals", params={"opinion": word})["items"]
        assert found and {one["opinion"] for one in found} == {word}
    half = world.told("GET", "/api/signals", params={"limit": "3"})
    rest = world.told("GET", "/api/signals", params={"limit": "1000", "cursor": half["cursor"]})
    names = [one["id"] for one in [*half["items"], *rest["items"]]]
    assert len(names) == len(set(names)) and rest["cursor"] == ""


@needs_walls
def test_a_strategy_of_the_shelf_gives_signals_behind_walls(world: Served) -> None:
    body = {"name": "signals", "source": CROSSING}
    shelved = world.told("POST", "/api/strategies", json=body, status=201)["entry"]
    found = made(world, strategy=f"{shelved['id']}@1", parameters={"window": 9})["items"][0]
    assert (found["strategy"], found["version"], found["digest"]) == (shelved["id"], 1, shelved["digest"])
    assert found["parameters"] == {"window": 9}
    raising = CROSSING.replace(
        "        return", "        if self.window == 3: raise ValueError('three')\n        return"
    )
    odd = world.told("POST", "/api/strategies", json={"name": "odd", "source": raising}, status=201)["entry"]["id"]
    problem = made(world, strategy=odd, parameters={"window": 3}, status=422)
    assert problem["code"] == "strategy_error" and "three" in str(problem)


@pytest.mark.parametrize(
    ("wish", "status", "told"),
    [
        ({"strategy": "nosuch"}, 404, "nosuch"),
        ({"strategy": "up_abcdefgh23"}, 404, "no strategy up_abcdefgh23"),
        ({"symbols": ["NOSUCH"]}, 404, "NOSUCH"),
        ({"symbols": []}, 422, "symbols"),
        ({"parameters": {"fats": 1}}, 422, "fats"),
        ({"end": "2015-01-05"}, 422, "too few bars"),
        ({"interval": "5m"}, 422, "5m"),
        ({"strategy": "./idea.py"}, 422, "strategy"),
    ],
    ids=["strategy", "shelf", "symbol", "none", "parameter", "early", "interval", "file"],
)
def test_what_gives_no_signal_says_why(world: Served, wish: dict[str, Any], status: int, told: str) -> None:
    problem = made(world, status=status, **wish)
    assert told in f"{problem['detail']} {problem['errors']}"


def test_the_shell_shows_them_as_a_table_as_json_and_as_csv(world: Served) -> None:
    folder = world.serving.app.project
    words = ("signals", "generate", "moving_average", "--symbols", "AAPL", "--param", "fast=4")
    shown = run(*words, folder=folder)
    assert shown.returncode == 0 and "moving_average" in shown.stdout
    told = json.loads(run(*words, "--json", folder=folder).stdout)["signals"]
    rows = list(csv.DictReader(run("signals", "list", "--csv", folder=folder).stdout.splitlines()))
    assert told[0]["id"] in {one["id"] for one in rows}
    assert {"instrument", "opinion", "strength", "target", "bar_ns"} <= set(rows[0])
    assert run("signals", "list", "--csv", "--json", folder=folder).returncode == 2
    assert run("signals", "list", "--opinion", "maybe", folder=folder).returncode == 2
