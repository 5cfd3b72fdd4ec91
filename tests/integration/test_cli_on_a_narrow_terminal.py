"""Trading as a newcomer sees it: a terminal of 80 columns, a running session, wishes that do not fit, and Ctrl-C."""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.cli_tools import COMMAND, asked, run
from tests.integration.trading_tools import PATIENCE_S, QUICK, project, started, waits

WIDTH = 80


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project with a session that runs for long, on account desk."""
    with project(tmp_path_factory.mktemp("narrow")) as made:
        started(made, "desk", "--speed", "8")
        waits(lambda: (asked("trade", "portfolio", folder=made)["equity"] or "0") != "0")
        yield made


class Terminal:
    """A command on a terminal of its own; what it writes is kept without colours."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, WIDTH, 0, 0))
        plain = {name: value for name, value in os.environ.items() if not name.startswith("TRADEWRIGHT")}
        plain |= {"NO_COLOR": "1", "TERM": "xterm", "COLUMNS": str(WIDTH)}
        self._program = subprocess.Popen(
            [*COMMAND, *arguments], cwd=folder, env=plain, stdin=theirs, stdout=theirs, stderr=theirs
        )
        os.close(theirs)
        self._text = b""

    def until(self, told: str) -> None:
        """Read until that is on the screen."""
        while told not in self.text:
            assert self._read(), f"{told} was not shown: {self.text}"

    def interrupt(self) -> None:
        """Ctrl-C."""
        self._program.send_signal(signal.SIGINT)

    def ended(self) -> int:
        """Read to the end; the exit code."""
        while self._read():
            pass
        os.close(self._ours)
        return self._program.wait(timeout=PATIENCE_S)

    @property
    def text(self) -> str:
        """All that was written."""
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self._text.decode(errors="replace")).replace("\r\n", "\n")

    def _read(self) -> bool:
        try:
            piece = os.read(self._ours, 65536)
        except OSError:
            return False
        self._text += piece
        return bool(piece)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "row"),
    [
        ("risk limits", r"^position +0\.05 +0\.05 +0\.0001 +10$"),
        ("risk limits", r"^instruments: what a session was asked to trade"),
        ("risk show", r"^orders_per_minute +passed +1 +60 *$"),
        ("trade portfolio", r"^ +equity +today +cash +gross exposure +drawdown"),
        ("broker list", r"^paper +yes +paper"),
    ],
)
def test_a_table_stands_on_a_narrow_terminal(folder: Path, command: str, row: str) -> None:
    shown = Terminal(folder, *command.split())
    assert shown.ended() == 0
    lines = shown.text.split("\n")
    assert max(map(len, lines)) <= WIDTH
    assert any(re.match(row, line) for line in lines), shown.text
    assert "…" not in shown.text


def test_numbers_of_controls_are_rounded_for_people_only(folder: Path) -> None:
    shown = run("risk", "show", "--symbol", "SPY", folder=folder).stdout
    assert not re.search(r"\d\.\d{7,}", shown)
    exact = [one["value"] for one in asked("risk", "show", folder=folder)["controls"]]
    assert any(re.search(r"\d\.\d{7,}", one) for one in exact)


def test_an_order_that_is_refused_has_a_line_for_each_control(folder: Path) -> None:
    done = run("trade", "send", "BUY", "100000", "SPY", folder=folder)
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    assert lines[0] == "error: risk refused it:"
    assert sum(line.startswith("  order_notional: ") for line in lines) == 1
    assert sum(line.startswith("  position: ") for line in lines) == 1
    told = asked("trade", "send", "BUY", "100000", "SPY", folder=folder, code=2)["error"]["message"]
    assert "\n" not in told


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ("trade close XYZ", "the session has no XYZ: expected one of SPY.ARCX"),
        ("trade send BUY 1 XYZ", "the session has no XYZ"),
        ("risk show --symbol XYZ", "the session has no XYZ"),
        ("trade cancel", "found neither"),
        ("trade cancel --all tw00", "found both"),
        ("trade close", "found neither"),
        ("risk size SPY --method risk_part=0.01", "give it: --stop"),
        ("risk size SPY --method volatility_target=0.1", "give it: --volatility"),
    ],
)
def test_a_wish_that_a_session_cannot_fulfil_says_what_there_is(folder: Path, wish: str, told: str) -> None:
    done = run(*wish.split(), folder=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert "data import" not in done.stderr


def test_a_journal_without_a_match_says_so(folder: Path) -> None:
    done = run("trade", "journal", "--correlation", "nosuch", folder=folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "No facts match.\n")


def test_an_interrupt_of_the_live_table_ends_the_session_in_good_order(folder: Path) -> None:
    shown = Terminal(folder, "trade", "start", "moving_average", *QUICK, "--speed", "8", "--account", "live-table")
    shown.until("Ctrl-C ends it")
    shown.until("books agree")
    shown.interrupt()
    assert shown.ended() == 0
    assert "signal SIGINT: asked to end" in shown.text
    assert "Traceback" not in shown.text
    kept = next(one for one in asked("trade", "list", folder=folder)["sessions"] if one["account"] == "live-table")
    assert (kept["life"], kept["end"]) == ("stopped", "signal SIGINT: asked to end")


def test_where_no_session_runs_a_list_of_running_ones_says_so(tmp_path: Path) -> None:
    done = run("trade", "list", "--running", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert "No session runs" in done.stderr
