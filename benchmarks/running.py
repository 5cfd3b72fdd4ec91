"""Starting workers: one process a measurement, watched from outside. Imports nothing heavy (see `lines.py`)."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.lines import Line
from benchmarks.machine import ROOT
from benchmarks.rows import Row, row_of
from benchmarks.sizes import Size
from benchmarks.workloads.case import Place

MARK = "MEASURED "
COMPILED = {"crossover", "sweep", "rotation"}
"""Modules whose first run in a checkout compiles; that run is made once beforehand, at small size."""


class MeasurementError(Exception):
    """A worker failed; the text says which and what it said last."""


def base_folder() -> Path:
    """Where environments and data are kept: `PEERS_DIR`, or `.peers` in the checkout."""
    return Path(os.environ.get("PEERS_DIR") or ROOT / ".peers").absolute()


def environment() -> dict[str, str]:
    """Ours, with byte code kept as a user's Python keeps it."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def make_data(place: Place) -> None:
    """Generate the market in a process of its own, if it is not there."""
    if not place.data.is_dir() or not any(place.data.iterdir()):
        print(f"generating {place.size} data ...", file=sys.stderr)
    _called([sys.executable, "-m", "benchmarks.data", str(place.data), "--size", place.size])


def warm_up(lines: list[Line], place: Place) -> None:
    """Let everything be compiled that these lines compile, so that no measured process does (full size only)."""
    if place.size is Size.SMALL:
        return
    small = Place(place.folder, Size.SMALL)
    make_data(small)
    for line in lines:
        if line.module in COMPILED:
            measured(line, small, 0)


def measured(line: Line, place: Place, repetitions: int | None) -> Row:
    """One line, measured in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.worker", line.id, "--folder", str(place.folder), "--size", place.size]
    if repetitions is not None:
        command += ["--reps", str(repetitions)]
    started = time.perf_counter()
    told = _called(command)
    process_s = time.perf_counter() - started
    for text in told.splitlines():
        if text.startswith(MARK):
            return row_of(json.loads(text.removeprefix(MARK)) | {"process_s": process_s})
    raise MeasurementError(f"{line.id} printed no measurement: {told[-500:]}")


def _called(command: list[str]) -> str:
    done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise MeasurementError(f"{' '.join(command[2:5])} ended with {done.returncode}:\n{done.stderr.strip()[-2000:]}")
    return done.stdout
