"""One measurement, in this process: make the data ready, run once, run again and again, print one line of JSON.

`python -m benchmarks.worker P1.backtest --folder .peers --size small` shows it without the table.
"""

import argparse
import gc
import json
import resource
import sys
import time
from importlib import import_module
from pathlib import Path

from benchmarks.lines import LINES
from benchmarks.rows import Row
from benchmarks.running import MARK
from benchmarks.sizes import Size
from benchmarks.workloads.case import Case, Place

MOST_SECONDS = 60.0
"""Repetitions end after this long, but three are made."""


def measure(line_id: str, place: Place, repetitions: int | None) -> Row:
    """Make the case of a line and run it."""
    line = next(line for line in LINES if line.id == line_id)
    started = time.perf_counter()
    make = import_module(f"benchmarks.workloads.{line.module}").CASES[line.id]
    case: Case = make(place)
    load_s = time.perf_counter() - started
    try:
        first_s, answers = _timed(case)
        peak_after_first = _peak_mb(case)
        runs, bare = _repeated(case, line.repetitions if repetitions is None else repetitions)
        peak_mb = peak_after_first if bare else _peak_mb(case)
        case.check()
    finally:
        case.close()
    return Row(
        id=line.id,
        units=case.units,
        load_s=load_s,
        first_s=first_s,
        runs_s=tuple(runs) or (first_s,),
        bare_s=tuple(bare),
        peak_mb=peak_mb,
        answers=answers,
    )


def _timed(case: Case) -> tuple[float, dict[str, float]]:
    run = case.turn()
    started = time.perf_counter()
    answers = run()
    return time.perf_counter() - started, answers


def _repeated(case: Case, repetitions: int) -> tuple[list[float], list[float]]:
    """Times of ours and of the bare library, in turns, so that both see the same weather."""
    runs: list[float] = []
    bare: list[float] = []
    if case.bare_turn is not None:
        case.bare_turn()()  # once unmeasured, as ours has run once
    started = time.perf_counter()
    for _ in range(repetitions):
        gc.collect()
        runs.append(_timed(case)[0])
        if case.bare_turn is not None:
            run = case.bare_turn()
            at = time.perf_counter()
            run()
            bare.append(time.perf_counter() - at)
        if len(runs) >= 3 and time.perf_counter() - started > MOST_SECONDS:
            break
    return runs, bare


def _peak_mb(case: Case) -> float:
    """The largest memory of this process, or of those it started."""
    if case.peak_mb is not None:
        return case.peak_mb()
    if case.is_process:
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e6
    status = Path("/proc/self/status")
    if status.exists():  # ru_maxrss of a child includes its parent's memory before exec
        for text in status.read_text(encoding="ascii").splitlines():
            if text.startswith("VmHWM:"):
                return int(text.split()[1]) * 1024 / 1e6
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("line", choices=[line.id for line in LINES])
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--size", type=Size, choices=list(Size), default=Size.FULL)
    parser.add_argument("--reps", type=int, default=None)
    given = parser.parse_args()
    row = measure(given.line, Place(given.folder, given.size), given.reps)
    print(MARK + json.dumps(row.as_dict()), flush=True)


if __name__ == "__main__":
    main()
