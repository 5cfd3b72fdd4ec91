"""Ctrl-C while the program is still being loaded, and while it is already leaving."""

import json
import os
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.integration.cli_tools import asked, run_process
from tests.integration.trading_tools import FIRST, project, waits

from tradewright.interfaces.cli.interrupts import leave_at_once, tidied_up

ROOT = Path(__file__).parents[2]
SWALLOWS = "import pathlib, time\npathlib.Path('reached').touch()\n"
SWALLOWS += "try:\n    time.sleep(600)\nexcept BaseException:\n    raise SystemExit(0)\n"
"""A library that takes long to load, and takes an interrupt for nothing."""
LINGERS = "import atexit, pathlib, time\nimport tradewright as tw\nclass Idea(tw.Strategy):\n"
LINGERS += "    def generate_signals(self, bars):\n        return bars.close * 0\n"
LINGERS += "@atexit.register\ndef linger():\n    pathlib.Path('reached').touch()\n    time.sleep(600)\n"

IDEA = "import tradewright as tw\nclass Idea(tw.Strategy):\n    def on_bar(self, context, bar):\n        pass\n"
SLOW = "import pathlib, time\npathlib.Path('reached').touch()\nfor _ in range(600):\n    time.sleep(0.1)\n"
"""Loads for a minute, whatever it is told."""
SLOW_WORKER = "import __main__, pathlib, time\nif 'worker' in str(__main__.__spec__):\n"
SLOW_WORKER += "    while not pathlib.Path({go!r}).exists():\n        time.sleep(0.02)\n"
INSIDE = "exec('import os, signal, time; os.kill(os.getpid(), signal.SIGINT); time.sleep(9)')\n"
"""Where an interrupt comes while text is run, the interpreter wants to end by the signal."""


def script() -> tuple[str, ...]:
    """What the installed script does, as the project's file says."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    module, _, function = project["scripts"]["tradewright"].partition(":")
    return sys.executable, "-c", f"import sys\nfrom {module} import {function}\nsys.exit({function}())"


WAYS = {"script": script(), "module": (sys.executable, "-m", "tradewright")}


def interrupted(command: tuple[str, ...], folder: Path) -> tuple[int, str, str]:
    """Exit code and outputs of a command that gets a Ctrl-C once the file `reached` is there."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder / "libraries"), str(ROOT / "src")])}
    program = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        waits((folder / "reached").exists)
        program.send_signal(signal.SIGINT)
        out, err = program.communicate(timeout=60)
    finally:
        program.kill()
    return program.returncode, out, err


@pytest.fixture
def slow_to_load(tmp_path: Path) -> Path:
    """A folder in which the first library that the program loads never ends to be loaded."""
    (tmp_path / "libraries").mkdir()
    (tmp_path / "libraries" / "typer.py").write_text(SWALLOWS, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("way", WAYS)
def test_an_interrupt_while_libraries_are_loaded_is_one_line(way: str, slow_to_load: Path) -> None:
    told = interrupted((*WAYS[way], "trade", "list"), slow_to_load)
    assert told == (130, "", "error: interrupted; nothing half-written is left\n")


def test_an_interrupt_while_libraries_are_loaded_is_one_object_for_a_program(slow_to_load: Path) -> None:
    code, out, err = interrupted((*WAYS["module"], "trade", "list", "--json"), slow_to_load)
    assert (code, err) == (130, "")
    error = {"code": "interrupted", "message": "interrupted; nothing half-written is left", "hint": None}
    assert json.loads(out) == {"error": error}


def test_an_interrupt_after_the_last_word_adds_none(tmp_path: Path) -> None:
    (tmp_path / "lingers.py").write_text(LINGERS, encoding="utf-8")
    code, out, err = interrupted((*WAYS["module"], "strategy", "show", "./lingers.py", "--json"), tmp_path)
    assert (code, err) == (130, "")
    assert json.loads(out)["id"].endswith(":Idea")


def test_the_script_and_the_module_run_a_command(tmp_path: Path) -> None:
    for way in WAYS.values():
        done = subprocess.run([*way, "--version"], cwd=tmp_path, capture_output=True, text=True, check=True)
        assert done.stdout.startswith("tradewright ")
    assert run_process("--version", folder=tmp_path).stdout == done.stdout


def test_an_interrupt_within_text_that_is_run_ends_with_the_code_too(tmp_path: Path) -> None:
    (tmp_path / "inside.py").write_text(INSIDE, encoding="utf-8")
    done = run_process("strategy", "show", "./inside.py", folder=tmp_path)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "error: interrupted; nothing half-written is left\n"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project with prices and strategies that take long to load."""
    with project(tmp_path_factory.mktemp("interrupted")) as made:
        (made / "idea.py").write_text(IDEA, encoding="utf-8")
        (made / "slow.py").write_text(SLOW + IDEA, encoding="utf-8")
        (made / "slow_worker.py").write_text(SLOW_WORKER.format(go=str(made / "go")) + IDEA, encoding="utf-8")
        yield made


@contextmanager
def starting(folder: Path, strategy: str, *more: str) -> Iterator[subprocess.Popen[str]]:
    """A session that is being started."""
    wish = ("trade", "start", strategy, "--symbols", "SPY", "--from", FIRST, "--speed", "1", *more)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TRADEWRIGHT")}
    program = subprocess.Popen(
        [*WAYS["script"], *wish], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield program
    finally:
        program.kill()


def told(program: subprocess.Popen[str], what: str) -> str:
    """The line of stderr in which that is said."""
    assert program.stderr is not None
    for line in program.stderr:
        if what in line:
            return line
    pytest.fail(f"{what} was not told")


def session_on(folder: Path, account: str) -> dict[str, object] | None:
    found = asked("trade", "list", folder=folder)["sessions"]
    return next((one for one in found if one["account"] == account), None)


def test_an_interrupt_right_after_a_session_was_announced_ends_it_in_good_order(desk: Path) -> None:
    with starting(desk, "./idea.py", "--account", "early") as program:
        told(program, "Ctrl-C ends it")
        program.send_signal(signal.SIGINT)
        out, err = program.communicate(timeout=60)
    assert program.returncode == 0, err
    assert "Traceback" not in err
    assert "asked to end" in out
    kept = session_on(desk, "early")
    assert kept is not None
    assert kept["life"] == "stopped"


def test_a_second_interrupt_while_a_session_is_prepared_leaves_nothing(desk: Path) -> None:
    with starting(desk, "./slow.py", "--account", "never") as program:
        waits((desk / "reached").exists, within_s=30)
        program.send_signal(signal.SIGINT)
        told(program, "once more ends at once")
        program.send_signal(signal.SIGINT)
        out, err = program.communicate(timeout=30)
    assert (program.returncode, out, err) == (130, "", "")
    assert session_on(desk, "never") is None


@pytest.mark.slow
def test_an_interrupt_of_a_start_in_the_background_ends_what_was_started(desk: Path) -> None:
    with starting(desk, "./slow_worker.py", "--account", "back", "--detach") as program:
        waits(lambda: (kept := session_on(desk, "back")) is not None and kept["life"] == "running", within_s=30)
        program.send_signal(signal.SIGINT)
        told(program, "once more ends at once")
        (desk / "go").touch()
        out, err = program.communicate(timeout=60)
    assert (program.returncode, out) == (130, ""), err
    assert "Traceback" not in err

    def stopped() -> bool:
        kept = session_on(desk, "back")
        return kept is not None and kept["life"] == "stopped"

    waits(stopped, within_s=30)


@contextmanager
def interrupts(handler: object) -> Iterator[None]:
    """A handler of Ctrl-C for a while."""
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, handler)  # type: ignore[arg-type]
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_process_that_ignores_interrupts_goes_on_ignoring_them() -> None:
    with interrupts(signal.SIG_IGN):
        leave_at_once()
        with tidied_up():
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_a_command_gets_an_interrupt_as_an_exception() -> None:
    with interrupts(signal.default_int_handler):
        leave_at_once()
        assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
        with pytest.raises(KeyboardInterrupt), tidied_up():
            signal.raise_signal(signal.SIGINT)
