"""The command line, in this process (quick) or in one of its own (real), and prices to give it."""

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import polars as pl
import pytest

from tradewright.interfaces.cli.main import main

COMMAND = (sys.executable, "-c", "from tradewright.__main__ import main; main()")


@dataclass(frozen=True)
class Done:
    """What a command left."""

    returncode: int
    stdout: str
    stderr: str


def run(*arguments: str, folder: Path, **environment: str) -> Done:
    """One command in this process, from a working folder."""
    out, err = io.StringIO(), io.StringIO()
    shown = (contextlib.redirect_stdout(out), contextlib.redirect_stderr(err))
    with _placed(folder, environment), shown[0], shown[1], pytest.raises(SystemExit) as left:
        main(arguments)
    code = left.value.code
    return Done(code if isinstance(code, int) else 0, out.getvalue(), err.getvalue())


def run_process(*arguments: str, folder: Path, **environment: str) -> Done:
    """One command in a process of its own."""
    done = subprocess.run(
        [*COMMAND, *arguments], cwd=folder, env=_plain() | environment, capture_output=True, text=True, check=False
    )
    return Done(done.returncode, done.stdout, done.stderr)


def asked(*arguments: str, folder: Path, code: int = 0) -> dict[str, Any]:
    """The one JSON object of a command; nothing else may be printed."""
    done = run(*arguments, "--json", folder=folder)
    assert done.returncode == code, done.stderr + done.stdout
    answer = json.loads(done.stdout, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert isinstance(answer, dict)
    return answer


def prices(folder: Path, name: str = "prices.csv", *, bars: int = 700) -> Path:
    """A random walk on weekdays."""
    steps = np.random.default_rng(7).normal(0.0004, 0.012, bars)
    close = 100 * np.exp(np.cumsum(steps))
    days = [date(2015, 1, 1) + timedelta(days=n) for n in range(2 * bars)]
    days = [day for day in days if day.weekday() < 5][:bars]
    frame = pl.DataFrame(
        {"Date": days, "Open": close, "High": close * 1.01, "Low": close * 0.99, "Close": close, "Volume": close * 100}
    )
    frame.write_csv(folder / name)
    return folder / name


@contextlib.contextmanager
def _placed(folder: Path, environment: dict[str, str]) -> Iterator[None]:
    with contextlib.chdir(folder), mock.patch.dict(os.environ, _plain() | environment, clear=True):
        yield


def _plain() -> dict[str, str]:
    kept = {"TRADEWRIGHT_KERNEL_CACHE"}
    return {name: value for name, value in os.environ.items() if not name.startswith("TRADEWRIGHT") or name in kept}
