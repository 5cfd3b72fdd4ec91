"""The shipped example traded once more as people trade it: worker, venue and guard in processes, the data imported."""

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
from tradewright.engine.session.apply import apply
from tradewright.engine.session.facts import OrderIntended, catalogue
from tradewright.engine.session.state import SessionState
from tradewright.ports.disk import Disk

FIRST = "2004-08-27"
"""The first day after the warm-up of the example."""


@pytest.fixture(scope="module")
def traded(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with project(tmp_path_factory.mktemp("parity")) as folder:
        open_app(folder).ask(ImportDemo(), answer=object)
        told = [part for name, value in PARAMETERS.items() for part in ("--param", f"{name}={value}")]
        market = ("--symbols", ",".join(SYMBOLS), "--from", FIRST, "--to", LAST, "--speed", "max")
        ended = asked("trade", "start", STRATEGY, *told, *market, "--costs", COSTS, folder=folder)
        yield folder, str(ended["line"]["session"])


def told(disk: Disk) -> tuple[list[object], list[object], SessionState]:
    """Order intents, fills and state, without what names a session."""
    state, intents = SessionState(), list[object]()
    for record in read(disk, catalogue()):
        apply(state, record.fact)
        if isinstance(record.fact, OrderIntended):
            fact = record.fact
            intents.append((fact.slice, fact.request, fact.role, fact.wished, fact.bound))
    fills: list[object] = [
        (fill.instrument, fill.signed_quantity, fill.price, fill.fee, fill.time_ns)
        for fill in state.executions.values()
    ]
    return intents, fills, state


def test_the_session_in_processes_is_its_backtest(traded: tuple[Path, str]) -> None:
    folder, session = traded
    view = asked("trade", "parity", session, folder=folder)
    assert view["is_equal"] and view["differences"] == [] and view["fills"] > 10


def test_the_session_in_processes_is_the_example(traded: tuple[Path, str]) -> None:
    folder, session = traded
    intents, fills, state = told(RealDisk(folder / ".tradewright/paper/sessions" / session / "journal"))
    expected_intents, expected_fills, expected = told(example_disk())
    assert intents == expected_intents and fills == expected_fills
    assert state.cash == expected.cash and state.net_positions() == expected.net_positions()
    assert state.positions == expected.positions
