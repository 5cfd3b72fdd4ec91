"""Reads over HTTP through the cache: remembered, told anew when somebody has written, counted."""

import asyncio
import logging
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from proofs.asking.served import PATIENT, Served, served
from tests.contracts.store_rows import KNOWN, bars

from tradewright.adapters.rates.own import OwnRates
from tradewright.adapters.stores.delta import DeltaStore
from tradewright.application.access.messages import RevokeKey
from tradewright.application.access.views import KeyView
from tradewright.application.messages import Role
from tradewright.ports.rates import Rate
from tradewright.ports.stores import Table

PATH = "/api/data/latest/AAPL.XNAS"


def counted(world: Served, name: str) -> float:
    lines = world.ask("GET", "/metrics").text.splitlines()
    return float(next(line for line in lines if line.startswith(f"tradewright_cache_{name}_total")).split()[-1])


def test_a_read_is_remembered_until_somebody_writes_and_is_counted(tmp_path: Path) -> None:
    with served(tmp_path) as world:
        store = DeltaStore(world.serving.app.state_folder / "store")
        store.append(Table.BARS, bars("AAPL.XNAS", [1.0, 2.5]))
        first = world.told("GET", PATH)
        assert first["items"][0]["close"] == "2.5"
        hits = counted(world, "hits")
        assert world.told("GET", PATH) == first
        assert counted(world, "hits") == hits + 1
        store.append(Table.BARS, bars("AAPL.XNAS", [1.0, 3.5], known_at=KNOWN + 1))
        assert world.told("GET", PATH)["items"][0]["close"] == "3.5"
        assert counted(world, "misses") > 0 == counted(world, "failures")


@dataclass
class Where:
    """Counts, and whether they were asked for in the event loop or in a thread."""

    is_at_hand: bool = True
    in_loop: list[bool] = field(default_factory=list)
    own: OwnRates = field(default_factory=OwnRates)

    def take(self, subject: str, rate: Rate) -> int:
        try:
            asyncio.get_running_loop()
            self.in_loop.append(True)
        except RuntimeError:
            self.in_loop.append(False)
        return self.own.take(subject, rate)

    def last(self) -> bool:
        return self.in_loop[-1]


def with_bars(world: Served, closes: list[float], known_at: int = KNOWN) -> None:
    store = DeltaStore(world.serving.app.state_folder / "store")
    store.append(Table.BARS, bars("AAPL.XNAS", closes, known_at=known_at))


def watched(world: Served) -> Where:
    """Reads that were asked for before, so that everything is in memory."""
    where = Where()
    world.serving.__dict__["rates"] = where
    for _ in range(2):
        world.told("GET", PATH)
    return where


def test_a_read_whose_parts_are_all_in_memory_takes_no_thread_and_every_other_does(tmp_path: Path) -> None:
    with served(tmp_path) as world:
        with_bars(world, [1.0, 2.5])
        where = watched(world)
        first = world.told("GET", PATH)
        assert where.last() and first["items"][0]["close"] == "2.5"
        with_bars(world, [1.0, 3.5], known_at=KNOWN + 1)
        assert world.told("GET", PATH)["items"][0]["close"] == "3.5" and not where.last()
        assert world.told("GET", PATH)["items"][0]["close"] == "3.5" and where.last()
        where.is_at_hand = False
        world.told("GET", PATH)
        assert not where.last()
        where.is_at_hand = True
        world.told("GET", PATH, key="viewer")
        assert not where.last()
        world.told("GET", PATH, key="viewer")
        assert where.last()


def test_a_read_from_memory_passes_the_same_gate_as_every_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with served(tmp_path, terms=replace(PATIENT, per_key=8)) as world:
        with_bars(world, [1.0, 2.5])
        where = watched(world)
        with caplog.at_level(logging.DEBUG, "tradewright.audit"):
            found = world.ask("GET", PATH, headers={"X-Correlation-Id": "mine"})
        assert where.last() and found.headers["x-correlation-id"] == "mine"
        assert found.headers["x-content-type-options"] == "nosniff"
        said = [one for one in caplog.records if one.name == "tradewright.audit"]
        assert [one.getMessage() for one in said if one.__dict__["correlation_id"] == "mine"] == ["LatestBars"]
        known = world.ask("GET", PATH, headers={"If-None-Match": found.headers["etag"]})
        assert where.last() and known.status_code == 304 and known.content == b""
        assert known.headers["etag"] == found.headers["etag"] and known.headers["cache-control"] == "private, no-cache"
        assert world.ask("GET", PATH, key="").status_code == 401
        assert world.ask("GET", PATH, key=world.keys["admin"][:-2] + "AA").status_code == 401
        assert world.ask("GET", PATH, headers={"Idempotency-Key": "a"}).status_code == 400
        assert world.ask("GET", PATH, headers={"Host": "evil.example"}).status_code == 400
        statuses = [world.ask("GET", PATH).status_code for _ in range(8)]
        assert statuses == sorted(statuses) and set(statuses) == {200, 429}
        metrics = world.ask("GET", "/metrics", key="viewer").text
        assert 'route="/api/data/latest/{symbol}",status="429"' in metrics or "429" in metrics


def test_a_key_that_this_process_revokes_reads_nothing_more_from_memory(tmp_path: Path) -> None:
    with served(tmp_path) as world:
        with_bars(world, [1.0, 2.5])
        where = watched(world)
        key = world.made("short", Role.VIEWER)
        for _ in range(2):
            world.told("GET", PATH, key="short")
        assert where.last()
        gone = world.serving.app.ask(RevokeKey(key.partition(".")[0]), answer=KeyView)
        assert gone.state == "revoked"
        assert world.ask("GET", PATH, key="short").status_code == 401
