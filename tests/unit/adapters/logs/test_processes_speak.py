"""What a process says goes where it belongs, with what it was part of, and without the values of a stack."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROGRAM = """
import logging, sys, threading, warnings
from pathlib import Path
from tradewright.adapters.logs.files import Bounds
from tradewright.adapters.logs.handler import LogTerms, bound, speak
speak(LogTerms(service="desk", folder=Path(sys.argv[1]), level=logging.INFO, is_json=True,
               bounds=Bounds(1_000_000, 10_000_000), secrets=frozenset({"hunter-two"}), errors=sys.stderr))
log = logging.getLogger("tradewright.desk")
"""


def lines_of(folder: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / name).read_text("utf-8").splitlines()]


def spoken(folder: Path, program: str) -> "subprocess.CompletedProcess[str]":
    text = PROGRAM + program
    return subprocess.run([sys.executable, "-c", text, str(folder)], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, "subprocess.CompletedProcess[str]"]:
    folder = tmp_path_factory.mktemp("world") / "logs"
    done = spoken(
        folder,
        """
log.debug("not said")
log.info("login with %s", "hunter-two", extra={"order": "o-1", "request": {"all": "of it"}})
with bound({"correlation_id": "asked-1"}):
    thread = threading.Thread(target=log.info, args=("in a thread",))
    log.warning("within")
log.info("after")
log.info("a number: %d", "hunter-two")
warnings.warn("old ways")
logging.getLogger("library").info("chatter")
def fails(password):
    inner = "value-of-a-local"
    raise RuntimeError("it broke with hunter-two")
def in_thread():
    fails("hunter-two")
thread = threading.Thread(target=in_thread, name="helper")
thread.start()
thread.join()
fails("hunter-two")
""",
    )
    return folder, done


def test_everything_goes_to_one_file_a_service_to_its_own_and_errors_to_a_third(
    world: tuple[Path, "subprocess.CompletedProcess[str]"],
) -> None:
    folder, done = world
    everything = lines_of(folder, "trading_system.log")
    assert everything == lines_of(folder, "desk.log")
    assert [one["level"] for one in lines_of(folder, "error.log")] == ["critical", "critical"]
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == len(everything)
    assert [one["message"] for one in everything[:3]] == ["login with [hidden]", "within", "after"]
    assert not any("chatter" in one["message"] or "not said" in one["message"] for one in everything)
    assert any("old ways" in one["message"] for one in everything)


def test_a_service_leaves_no_core_behind(tmp_path: Path) -> None:
    program = "import resource, sys\nfrom pathlib import Path\nfrom tradewright.bootstrap.app import open_app\n"
    program += "from tradewright.bootstrap.logs import speak\nspeak(open_app(Path(sys.argv[1])), 'desk')\n"
    program += "print(resource.getrlimit(resource.RLIMIT_CORE)[0])"
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("0\n", "")


def test_fields_are_those_that_are_listed(world: tuple[Path, "subprocess.CompletedProcess[str]"]) -> None:
    first = lines_of(world[0], "desk.log")[0]
    assert first["order"] == "o-1" and "request" not in first


def test_what_is_said_within_a_message_carries_its_correlation_id(
    world: tuple[Path, "subprocess.CompletedProcess[str]"],
) -> None:
    lines = {one["message"]: one for one in lines_of(world[0], "desk.log")}
    assert lines["within"]["correlation_id"] == "asked-1"
    assert "correlation_id" not in lines["after"]


def test_a_stack_is_told_without_values_and_a_wrong_line_without_its_content(
    world: tuple[Path, "subprocess.CompletedProcess[str]"],
) -> None:
    folder, done = world
    stack = lines_of(folder, "error.log")[-1]["exception"]
    assert "RuntimeError: it broke with [hidden]" in stack and "in fails" in stack
    everything = (folder / "trading_system.log").read_text("utf-8") + done.stderr
    assert "hunter-two" not in everything
    assert "value-of-a-local" not in everything
    assert any(one["message"] == "a line could not be made: TypeError" for one in lines_of(folder, "desk.log"))
