"""The command line among closed, full and plain outputs, signals, narrow terminals and chatty strategies."""

import contextlib
import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest
from tests.integration.cli_tools import COMMAND, asked, prices, run, run_process

SPEAKS = "import tradewright as tw\nprint('at import')\nclass Idea(tw.Strategy):\n"
SPEAKS += "    def generate_signals(self, bars):\n        print('at work')\n        return bars.close * 0 + 1\n"
LEAVES = "import sys\nimport tradewright as tw\nclass Idea(tw.Strategy):\n"
LEAVES += "    def on_bar(self, context, bar):\n        sys.exit(3)\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    prices(folder, bars=300)
    asked("data", "import", "prices.csv", "--symbol", "SPY.ARCX", folder=folder)
    asked("backtest", "run", "moving_average", "--symbol", "SPY", folder=folder)
    return folder


def shell(command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command line with redirections; `tw` is the program."""
    program = f"{sys.executable} -c 'from tradewright.__main__ import main; main()'"
    text = command.replace("tw ", f"{program} ", 1)
    plain = {name: value for name, value in os.environ.items() if not name.startswith("TRADEWRIGHT")}
    return subprocess.run(
        ["bash", "-c", text], cwd=folder, env=plain | environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("command", ["tw data list", "tw data list --json", "tw --help", "tw backtest show zz --json"])
def test_a_full_output_is_told_once_and_without_a_traceback(project: Path, command: str) -> None:
    done = shell(f"{command} >/dev/full", project)
    assert done.returncode in {1, 2}
    assert done.stderr.count("error:") == 1
    assert "Traceback" not in done.stderr and "Exception ignored" not in done.stderr


@pytest.mark.parametrize("command", ["tw data list", "tw data list --json", "tw data quality"])
def test_a_closed_output_is_no_output(project: Path, command: str) -> None:
    done = shell(f"{command} >&-", project)
    assert (done.returncode, done.stderr) == (0, "")


def test_closed_outputs_never_become_a_file_of_the_store(project: Path, tmp_path: Path) -> None:
    prices(tmp_path, bars=50)
    assert shell("tw data import prices.csv --symbol X.XNYS >&- 2>&-", tmp_path).returncode == 0
    assert asked("data", "list", folder=tmp_path)["series"][0]["rows"] == 50
    assert shell("tw backtest show zz >&- 2>&-", project).returncode == 2
    assert shell("tw backtest show zz 2>/dev/full", project).returncode == 2


def test_a_reader_that_leaves_is_no_error(project: Path) -> None:
    done = shell("tw strategy list --json | true", project)
    assert done.stderr == ""


@pytest.mark.slow
def test_letters_that_the_terminal_lacks_do_not_stop_a_command(project: Path) -> None:
    plain = {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    shown = shell("tw backtest show latest", project, **plain)
    assert shown.returncode == 0, shown.stderr
    assert "Final equity" in shown.stdout
    answer = shell("tw backtest show ÄÖ --json", project, **plain)
    assert answer.returncode == 2
    assert "\\u00c4" in answer.stdout
    assert "ÄÖ" in json.loads(answer.stdout)["error"]["message"]


def test_a_strategy_that_prints_does_not_spoil_the_one_object(project: Path) -> None:
    (project / "speaks.py").write_text(SPEAKS)
    done = run("backtest", "run", "./speaks.py", "--symbol", "SPY", "--no-report", "--json", folder=project)
    assert json.loads(done.stdout)["strategy"] == "Idea"
    assert done.stderr == "at import\nat work\n"
    told = run("strategy", "show", "./speaks.py", "--json", folder=project)
    assert json.loads(told.stdout)["summary"] == ""
    assert "at work" in run("backtest", "run", "./speaks.py", "--symbol", "SPY", "--no-report", folder=project).stdout


@pytest.mark.parametrize("asked_for", [(), ("--json",)])
def test_a_strategy_that_leaves_the_program_is_an_error_of_the_strategy(
    project: Path, asked_for: tuple[str, ...]
) -> None:
    (project / "leaves.py").write_text(LEAVES)
    done = run("backtest", "run", "./leaves.py", "--symbol", "SPY", *asked_for, folder=project)
    assert done.returncode == 1
    assert "sys.exit" in done.stdout + done.stderr
    if asked_for:
        assert json.loads(done.stdout)["error"]["code"] == "strategy_error"


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)], ids=str
)
def test_an_import_that_is_told_to_end_leaves_nothing_behind(tmp_path: Path, number: int, code: int) -> None:
    with (tmp_path / "big.csv").open("w") as file:
        file.write("time,open,high,low,close,volume\n")
        file.writelines(f"{1577836800 + 60 * row},10,12,9,11,{row % 97}\n" for row in range(400_000))
    program = subprocess.Popen(
        [*COMMAND, "data", "import", "big.csv", "--symbol", "BIG.BINANCE", "--json"],
        cwd=tmp_path,
        env={**os.environ, "TRADEWRIGHT_HOME": "", "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not has_open(program.pid, tmp_path / "big.csv") and program.poll() is None:
        time.sleep(0.001)
    program.send_signal(number)
    out, err = program.communicate()
    if program.returncode not in {code, -number}:  # quicker than the signal
        assert program.returncode == 0, err
        return
    assert "Traceback" not in err
    if number == signal.SIGINT and program.returncode == code and out:
        assert json.loads(out)["error"]["code"] == "interrupted"
    assert not list(tmp_path.glob("import-*"))
    again = run_process("data", "import", "big.csv", "--symbol", "BIG.BINANCE", "--json", folder=tmp_path)
    report = json.loads(again.stdout)["imports"][0]
    assert report["added"] + report["unchanged"] == 400_000


def has_open(process: int, path: Path) -> bool:
    """Whether the process reads the file."""
    files = Path(f"/proc/{process}/fd")
    with contextlib.suppress(OSError):  # closed, or gone, while it is looked at
        return any(one.readlink() == path for one in files.iterdir())
    return False


def on_terminal(width: int, *arguments: str, folder: Path) -> list[str]:
    """The lines of a command on a terminal of that width, without colours."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    plain = {name: value for name, value in os.environ.items() if not name.startswith("TRADEWRIGHT")}
    plain |= {"NO_COLOR": "1", "TERM": "xterm", "COLUMNS": str(width)}
    program = subprocess.Popen([*COMMAND, *arguments], cwd=folder, env=plain, stdout=theirs, stderr=subprocess.DEVNULL)
    os.close(theirs)
    text = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:
            break
        if not piece:
            break
        text += piece
    os.close(ours)
    assert program.wait() == 0
    return re.sub(r"\x1b\[[0-9;]*m", "", text.decode()).replace("\r\n", "\n").split("\n")


@pytest.mark.slow
@pytest.mark.parametrize("width", [40, 80])
@pytest.mark.parametrize("command", ["backtest show latest", "backtest list", "data quality"])
def test_no_figure_is_cut_on_any_terminal(project: Path, command: str, width: int) -> None:
    lines = on_terminal(width, *command.split(), folder=project)
    assert max(map(len, lines)) <= width
    assert not any("…" in line for line in lines)
    if command == "backtest show latest":
        stats = asked("backtest", "show", "latest", folder=project)["stats"]
        assert any(f"{stats['final_equity']:,.2f}" in line for line in lines)
        assert any(f"{stats['max_drawdown']:.2%}" in line for line in lines)
