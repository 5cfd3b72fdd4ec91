"""What the status page says works, works: every command of its table is run on the demo's data."""

import re
import shlex
import shutil
from pathlib import Path

import pytest
from tests.integration.cli_tools import run

ROOT = Path(__file__).resolve().parents[2]
LINES = re.findall(
    r"^\| ([A-Z]+\d+) \|.*\| `([^`]+)` \|$", (ROOT / "docs" / "status.md").read_text("utf-8"), re.MULTILINE
)
COMMANDS = [(product_id, command) for product_id, command in LINES if command.startswith("tradewright ")]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("status")
    shown = run("demo", ".", folder=folder)
    assert shown.returncode == 0, shown.stderr
    shutil.copy(ROOT / "examples" / "data" / "ibm.csv", folder / "prices.csv")
    return folder


@pytest.mark.parametrize(("product_id", "command"), COMMANDS, ids=[product_id for product_id, _ in COMMANDS])
def test_what_is_said_to_work_works(product_id: str, command: str, project: Path) -> None:
    done = run(*shlex.split(command)[1:], folder=project)
    assert done.returncode == 0, done.stderr + done.stdout
    assert done.stdout.strip(), f"{product_id}: {command} shows nothing"


def test_other_lines_name_examples_and_targets_that_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    others = [command for _, command in LINES if not command.startswith("tradewright ")]
    for command in others:
        kind, _, rest = command.partition(" ")
        assert (kind == "make" and f"\n{rest}:" in makefile) or (ROOT / rest).is_file(), command
    assert len(COMMANDS) >= 15 and others
