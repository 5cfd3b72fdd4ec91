"""A project with prices, sessions in processes of their own, and their end whatever happens."""

import contextlib
import json
import math
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.integration.cli_tools import asked, run

FIRST = "2015-03-02"
LAST = "2016-11-30"
QUICK = ("--param", "fast=5", "--param", "slow=35", "--symbols", "SPY", "--from", FIRST)
BARS = 2000
"""At four bars a second a session lasts for eight minutes: however slow the machine, it outlives the test."""
PATIENCE_S = 180.0
TOO_LATE = "the disk took"
"""Why an order did not leave: on a machine that stood still, what was decided is too old by the time it is durable."""


@contextlib.contextmanager
def project(folder: Path) -> Iterator[Path]:
    """A folder with bars of SPY; every process that was started about it is ended afterwards."""
    waves(folder)
    asked("data", "import", "prices.csv", "--symbol", "SPY.ARCX", folder=folder)
    with ended_with_its_processes(folder):
        yield folder


def waves(folder: Path) -> None:
    """Prices that go up and down by three percent on weekdays: an order ten percent away is never filled."""
    days = [date(2015, 1, 1) + timedelta(days=n) for n in range(2 * BARS)]
    days = [day for day in days if day.weekday() < 5][:BARS]
    close = [100 + 3 * math.sin(n / 9) + 0.4 * math.sin(n * n) for n in range(BARS)]
    frame = pl.DataFrame({"Date": days, "Open": close, "High": close, "Low": close, "Close": close})
    frame = frame.with_columns(pl.col("High") * 1.01, pl.col("Low") * 0.99, Volume=pl.lit(10_000))
    frame.write_csv(folder / "prices.csv")


@contextlib.contextmanager
def ended_with_its_processes(folder: Path) -> Iterator[None]:
    """Every process that was started about the folder is ended afterwards."""
    try:
        yield
    finally:
        end_processes(folder)


def end_processes(folder: Path, *, but: str = "nothing") -> None:
    """End every process that was started about the folder, and wait until it is gone."""
    while found := {number for number, words in processes_about(folder).items() if but not in words}:
        for process in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)
                os.kill(process, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):  # what this process has started itself
                os.waitpid(process, 0)
        time.sleep(0.01)


def processes_about(folder: Path) -> dict[int, str]:
    """Processes that have the folder in their command line; not this one."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:  # it has ended just now
            continue
        if str(folder) in words and int(entry.parent.name) != os.getpid():
            found[int(entry.parent.name)] = words
    return found


def started(folder: Path, account: str, *more: str) -> str:
    """A session in the background."""
    line = asked("trade", "start", "moving_average", *QUICK, "--account", account, "--detach", *more, folder=folder)
    assert line["life"] == "running"
    return str(line["session"])


def line_of(folder: Path, session: str) -> dict[str, Any]:
    """The session in the list, which asks nobody."""
    found = asked("trade", "list", folder=folder)["sessions"]
    line: dict[str, Any] = next(one for one in found if one["session"] == session)
    return line


def process_of(folder: Path, session: str) -> int:
    """The number of a session's process."""
    return int(line_of(folder, session)["process"])


def killed_while_it_traded(folder: Path, paces: Iterable[str], *start: str) -> str:
    """A session that was killed among its first orders; one that is over by then is followed by a slower one."""
    for number, pace in enumerate(paces):
        wish = (*start, "--speed", pace, "--account", f"killed-{number}", "--detach")
        session = str(asked("trade", "start", *wish, folder=folder)["session"])
        waits(partial(_orders, folder, session))
        process = line_of(folder, session)["process"]
        if process is not None:
            os.kill(process, signal.SIGKILL)
            waits(partial(_runs_no_more, folder, session))
        line = line_of(folder, session)
        if line["life"] == "crashed":
            assert line["process"] is None
            return session
    raise AssertionError("every session was over before it could be killed")


def _orders(folder: Path, session: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = asked("trade", "orders", "--session", session, folder=folder)["orders"]
    return found


def _runs_no_more(folder: Path, session: str) -> bool:
    return bool(line_of(folder, session)["life"] != "running")


def sent(*terms: str, folder: Path, session: str, lives: tuple[str, ...]) -> str:
    """Send an order; its id once its life is one of these.

    Where the machine stood still for a moment, trading is shut for a moment, or the order has become too old to leave:
    then it is sent again.
    """
    until = time.monotonic() + PATIENCE_S
    while True:
        assert time.monotonic() < until, "it cannot be sent"
        done = run("trade", "send", *terms, "--session", session, "--json", folder=folder)
        if done.returncode and "trading_state" in done.stdout:
            continue
        assert done.returncode == 0, done.stderr + done.stdout
        name = str(json.loads(done.stdout)["orders"][0])
        order = waits(partial(life_of, name, folder=folder, session=session, lives=(*lives, "rejected")))
        if order["life"] in lives:
            return name
        assert TOO_LATE in order["remark"], order


def life_of(name: str, *, folder: Path, session: str, lives: tuple[str, ...]) -> dict[str, Any] | None:
    """The order, once its life is one of these."""
    orders = asked("trade", "orders", "--session", session, "--limit", "500", folder=folder)["orders"]
    return next((one for one in orders if one["order"] == name and one["life"] in lives), None)


def waits(until: Callable[[], Any], *, within_s: float = PATIENCE_S) -> Any:
    """The first answer that is true."""
    end = time.monotonic() + within_s
    while not (found := until()):
        if time.monotonic() > end:
            pytest.fail("it has not happened in time")
        time.sleep(0.1)
    return found
