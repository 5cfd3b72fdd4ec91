"""A session in processes whose old orders leave the trader's memory: it trades as ever, and every order is told."""

from pathlib import Path
from typing import Any

import pytest
from tests.integration.cli_tools import asked
from tests.integration.trading_tools import project

from tradewright.adapters.disk.disk import RealDisk
from tradewright.application.data.demo import ImportDemo
from tradewright.bootstrap.app import open_app
from tradewright.bootstrap.example_session import COSTS, LAST, PARAMETERS, STRATEGY, SYMBOLS, example_disk
from tradewright.engine.runtime.journal.reader import read
from tradewright.engine.session.facts import OrderAdopted, OrderFilled, OrderIntended, Pruned, catalogue
from tradewright.ports.disk import Disk

FIRST = "2004-08-27"
"""The first day after the warm-up of the example."""
KEPT = """
[trading]
keep_orders = 0
keep_days = 1
"""


@pytest.fixture(scope="module")
def traded(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with project(tmp_path_factory.mktemp("old")) as folder:
        (folder / "tradewright.toml").write_text(KEPT, encoding="utf-8")
        open_app(folder).ask(ImportDemo(), answer=object)
        told = [part for name, value in PARAMETERS.items() for part in ("--param", f"{name}={value}")]
        market = ("--symbols", ",".join(SYMBOLS), "--from", FIRST, "--to", LAST, "--speed", "max")
        ended = asked("trade", "start", STRATEGY, *told, *market, "--costs", COSTS, folder=folder)
        yield folder, str(ended["line"]["session"])


def journal_of(traded: tuple[Path, str]) -> Disk:
    folder, session = traded
    return RealDisk(folder / ".tradewright/paper/sessions" / session / "journal")


def facts_of(disk: Disk, *kinds: type) -> list[Any]:
    return [record.fact for record in read(disk, catalogue()) if isinstance(record.fact, kinds)]


@pytest.mark.slow
def test_it_trades_as_if_none_had_left(traded: tuple[Path, str]) -> None:
    folder, session = traded
    ours, theirs = (
        [(fill.instrument, fill.signed_quantity, fill.price, fill.time_ns) for fill in (one.fill for one in found)]
        for found in (facts_of(journal_of(traded), OrderFilled), facts_of(example_disk(), OrderFilled))
    )
    assert ours == theirs and facts_of(journal_of(traded), Pruned)
    view = asked("trade", "parity", session, folder=folder)
    assert view["is_equal"] and view["differences"] == []
    assert asked("trade", "journal", "--verify", "--session", session, folder=folder)["is_sound"]


def test_every_order_is_told_with_its_story(traded: tuple[Path, str]) -> None:
    folder, session = traded
    born = {one.client_order_id for one in facts_of(journal_of(traded), OrderIntended, OrderAdopted)}
    shown = asked("trade", "show", session, folder=folder)
    assert 5 < shown["dropped"] <= len(born)
    told = asked("trade", "orders", "--session", session, "--limit", "1000", folder=folder)["orders"]
    assert {one["order"] for one in told} == born and len(told) == len(born)
    assert [one["born_ns"] for one in told] == sorted((one["born_ns"] for one in told), reverse=True)
    oldest = asked("trade", "order", told[-1]["order"], "--session", session, folder=folder)
    assert oldest["order"] == told[-1] and len(oldest["facts"]) > 1
