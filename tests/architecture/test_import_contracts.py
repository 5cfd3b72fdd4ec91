"""The floors hold, and each contract that says so catches a planted fault."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.architecture.source import PACKAGE, ROOT

FAULTS = {
    "floors": ("quant/planted.py", "import tradewright.trading.bars\n"),
    "pure-nouns": ("domain/planted.py", "import numpy\n"),
    "adapters-keep-to-themselves": ("adapters/disk/planted.py", "import tradewright.quant.compiled\n"),
    "adapters-are-strangers": ("adapters/disk/planted.py", "import tradewright.adapters.stores\n"),
    "databases-behind-one-door": ("application/planted.py", "import sqlalchemy\n"),
    "decisions-without-a-world": ("trading/planted.py", "import socket\n"),
    "doors": ("interfaces/cli/planted.py", "import tradewright.engine.runtime\n"),
    "wiring": ("application/planted.py", "import tradewright.bootstrap\n"),
    "world-behind-bootstrap": ("interfaces/cli/planted.py", "import tradewright.adapters.disk\n"),
    "simulation-behind-bootstrap": ("application/planted.py", "import tradewright.simulation.broker\n"),
    "no-circles": (
        "application/planted.py",
        "import tradewright.application.backtests.planted\n",
        "application/backtests/planted.py",
        "import tradewright.application.planted\n",
    ),
}
"""By contract: a file of the package and what is planted in it, as pairs."""


def lint(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """import-linter on the package in `folder`."""
    program = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache", "--config", str(ROOT / ".importlinter"), *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(PACKAGE, folder / "tradewright", ignore=shutil.ignore_patterns("__pycache__", "*.nbi", "*.nbc"))
    return folder


def contracts() -> list[str]:
    lines = (ROOT / ".importlinter").read_text(encoding="utf-8").splitlines()
    return [line.split(":")[2].rstrip("]") for line in lines if line.startswith("[importlinter:contract:")]


def test_every_contract_is_kept() -> None:
    result = lint(ROOT / "src")
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_contract_has_its_planted_fault() -> None:
    assert sorted(contracts()) == sorted(FAULTS)


@pytest.mark.parametrize("contract", sorted(FAULTS))
def test_a_planted_fault_is_caught(contract: str, copy: Path) -> None:
    planted = FAULTS[contract]
    places = [copy / "tradewright" / name for name in planted[::2]]
    for place, text in zip(places, planted[1::2], strict=True):
        place.write_text(f'"""Planted."""\n\n{text}', encoding="utf-8")
    try:
        result = lint(copy, "--contract", contract)
    finally:
        for place in places:
            place.unlink()
    assert result.returncode == 1, result.stdout + result.stderr
    assert "planted" in result.stdout, result.stdout
