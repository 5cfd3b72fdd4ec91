"""Reads over HTTP through the cache: remembered, told anew when somebody has written, counted."""

from pathlib import Path

from proofs.asking.served import Served, served
from tests.contracts.store_rows import KNOWN, bars

from tradewright.adapters.stores.delta import DeltaStore
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
