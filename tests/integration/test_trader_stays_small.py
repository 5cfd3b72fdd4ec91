"""The process that trades is small and loads none of the libraries of research, whatever it has done so far."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.cli_tools import asked
from tests.integration.trading_tools import process_of, project, started, waits

HEAVY = ("numba", "llvmlite", "pandas", "duckdb", "polars", "pyarrow", "scipy", "deltalake")
MOST_MB = 100
"""Measured: 54 MB with ten symbols; the goal for a whole day is 200 MB."""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with project(tmp_path) as found:
        yield found


@pytest.mark.parametrize("process", ["trader", "strategy_worker", "guard", "projector"])
def test_a_process_of_a_session_begins_without_libraries_of_research(process: str) -> None:
    script = f"import sys, tradewright.bootstrap.{process}; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="memory is looked up in /proc")
def test_a_trader_that_trades_has_loaded_none_of_them(folder: Path) -> None:
    session = started(folder, "small", "--speed", "60")
    process = process_of(folder, session)
    waits(lambda: asked("trade", "show", session, folder=folder)["counts"]["fills"])
    maps = Path(f"/proc/{process}/maps").read_text("ascii")
    status = Path(f"/proc/{process}/status").read_text("ascii")
    assert [name for name in HEAVY if f"/{name}/" in maps or f"/_{name}" in maps] == []
    (peak_kb,) = [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")]
    assert peak_kb < MOST_MB * 1024
    asked("trade", "stop", session, folder=folder)
