"""A disk that is full, for real: a session in a small file system of its own. Cancels go out, new risk does not."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.cli_tools import asked, run
from tests.integration.guard_tools import Seen
from tests.integration.trading_tools import end_processes, project, waits

SIZE = 64 << 20
"""Of the file system; a session's journal reserves 16 MiB at a time."""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with project(tmp_path) as made:
        sessions = made / ".tradewright" / "paper" / "sessions"
        sessions.mkdir(parents=True)
        mount = shutil.which("mount")
        command = [mount or "mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(sessions)]
        if mount is None or subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("this user may not make a file system; the same is shown on a disk in memory")
        try:
            yield made
        finally:
            end_processes(made)
            subprocess.run(["umount", "-l", str(sessions)], capture_output=True, check=False)


def test_a_full_disk_stops_new_risk_and_lets_cancels_out(folder: Path) -> None:
    seen = Seen(folder, "full", "--speed", "4")
    entry = seen.entry()
    filler = seen.place.parent / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 4096)
    assert os.statvfs(seen.place).f_bavail == 0
    waits(lambda: seen.components()["disk"])
    waits(lambda: seen.ask("risk", "show")["state"] == "reduce_only")
    refused = run("trade", "send", "BUY", "1", "SPY", "--session", seen.session, folder=folder)
    assert "trading_state" in refused.stderr
    assert entry in seen.working()
    asked("trade", "cancel", entry, "--session", seen.session, folder=folder)
    waits(lambda: entry not in seen.working())
    waits(lambda: not seen.components()["guard"])  # heart-beats are written over in place
    filler.unlink()
