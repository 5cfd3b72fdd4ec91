"""A slice of the proof that a platform taken apart loses nothing; `python -m proofs platform` runs it whole."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="kills processes as Linux does")
def test_killed_processes_of_a_platform_lose_nothing_and_do_nothing_twice() -> None:
    command = [sys.executable, "-m", "proofs", "platform", "--no-record", "--on", "sqlite", "--each", "1"]
    done = subprocess.run(
        [*command, "--only", "data,worker,gateway", "--callers", "2"],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join((str(ROOT), *os.environ.get("PYTHONPATH", "").split(os.pathsep))),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
