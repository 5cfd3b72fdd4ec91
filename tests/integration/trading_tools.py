"""A project with prices, sessions in processes of their own, and their end whatever happens."""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.integration.cli_tools import asked, prices

FIRST = "2015-03-02"
QUICK = ("--param", "fast=5", "--param", "slow=35", "--symbols", "SPY", "--from", FIRST)


@contextlib.contextmanager
def project(folder: Path) -> Iterator[Path]:
    """A folder with bars of SPY; every process that was started about it is ended afterwards."""
    prices(folder, bars=500)
    asked("data", "import", "prices.csv", "--symbol", "SPY.ARCX", folder=folder)
    with ended_with_its_processes(folder):
        yield folder


@contextlib.contextmanager
def ended_with_its_processes(folder: Path) -> Iterator[None]:
    """Every process that was started about the folder is ended afterwards."""
    try:
        yield
    finally:
        for kept in folder.glob(".tradewright/paper/sessions/*/running"):
            _end(kept)
        for kept in folder.glob(".tradewright/paper/sessions/*/guard.lock"):
            _end(kept)
        for kept in folder.glob(".tradewright/paper/accounts/*/venue/venue.lock"):
            _end(kept)


def started(folder: Path, account: str, *more: str) -> str:
    """A session in the background."""
    line = asked("trade", "start", "moving_average", *QUICK, "--account", account, "--detach", *more, folder=folder)
    assert line["life"] == "running"
    return str(line["session"])


def process_of(folder: Path, session: str) -> int:
    """The number of a session's process."""
    found = asked("trade", "list", folder=folder)["sessions"]
    return int(next(one["process"] for one in found if one["session"] == session))


def waits(until: Callable[[], Any], *, within_s: float = 15.0) -> Any:
    """The first answer that is true."""
    end = time.monotonic() + within_s
    while not (found := until()):
        if time.monotonic() > end:
            pytest.fail("it has not happened in time")
        time.sleep(0.1)
    return found


def _end(lock: Path) -> None:
    """Continue and kill the process that holds the file, if it is alive."""
    with contextlib.suppress(ValueError, OSError, ProcessLookupError):
        process = int(lock.read_text("ascii").strip())
        if process == os.getpid():  # a session that ran in the foreground of a test
            return
        os.kill(process, signal.SIGCONT)
        os.kill(process, signal.SIGKILL)
