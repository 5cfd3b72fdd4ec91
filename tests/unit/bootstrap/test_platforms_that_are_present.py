"""Platforms of a project are found while they run; one that was killed is not."""

import signal
import subprocess
import sys
from pathlib import Path

from tradewright.bootstrap.presence import FOLDER, Present, announced, present_ones

HOLDS = """
import sys, os
from pathlib import Path
from tradewright.bootstrap.presence import Present, announced
with announced(Path(sys.argv[1]), Present(process=os.getpid(), service="all", url="http://x", started_ns=7)):
    print("there", flush=True)
    sys.stdin.read()
"""

LOOKS = """
import sys
from pathlib import Path
from tradewright.bootstrap.presence import present_ones
print([one.process for one in present_ones(Path(sys.argv[1]))])
"""


def test_one_is_found_until_it_ends(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdin is not None and other.stdout is not None
        other.stdout.readline()
        assert present_ones(tmp_path) == [Present(process=other.pid, service="all", url="http://x", started_ns=7)]
        other.stdin.close()
        other.wait(30)
    assert present_ones(tmp_path) == [] and not list((tmp_path / FOLDER).iterdir())


def test_one_that_was_killed_is_gone_with_its_file(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        other.send_signal(signal.SIGKILL)
        other.wait(30)
    assert (tmp_path / FOLDER / str(other.pid)).is_dir()
    assert present_ones(tmp_path) == []
    assert not list((tmp_path / FOLDER).iterdir())


def test_a_process_that_announces_itself_is_found_by_others_and_nobody_before(tmp_path: Path) -> None:
    assert present_ones(tmp_path) == []
    with announced(tmp_path, Present(process=1234567, service="data", url="http://y", started_ns=1)):
        found = subprocess.run([sys.executable, "-c", LOOKS, str(tmp_path)], capture_output=True, text=True, check=True)
        assert found.stdout.strip() == "[1234567]"
