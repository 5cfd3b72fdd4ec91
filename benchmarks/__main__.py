"""`python -m benchmarks [P1 P5.kernel ...]`: measure ourselves, print a table, keep it.

Each line is measured in a process of its own. Full size is what the goals are for; `--size small` shows that everything
runs. The exit code says whether it ran, not whether goals were met: times depend on the machine.
"""

import argparse
import json
import sys
from pathlib import Path

from benchmarks.lines import LINES, Line, chosen
from benchmarks.machine import commit, machine, versions
from benchmarks.results import FOLDER, before, record
from benchmarks.rows import Row
from benchmarks.running import MeasurementError, base_folder, make_data, measured, warm_up
from benchmarks.sizes import Size
from benchmarks.table import HEADINGS, aligned, cells, seconds
from benchmarks.workloads.case import Place


def main(arguments: list[str] | None = None) -> int:
    """Measure what is asked for; 1 when a measurement failed."""
    given = _parser().parse_args(arguments)
    try:
        lines = chosen(given.lines)
    except ValueError as problem:
        print(problem, file=sys.stderr)
        return 2
    place = Place(base_folder(), given.size)
    output: Path | None = given.output or (FOLDER / "bench.json" if given.size is Size.FULL else None)
    rows, failures = _measure(lines, place, given.reps)
    if given.json:
        found = {"machine": machine(), "versions": versions(), "commit": commit()}
        print(json.dumps(found | {"size": str(given.size), "rows": [row.as_dict() for row in rows]}))
    else:
        _print_table(rows, place.size, output)
    if output is not None and rows and not given.no_record:
        record(output, [row.as_dict() for row in rows], size=str(given.size))
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    known = ", ".join(dict.fromkeys(line.workload for line in LINES))
    parser.add_argument(
        "lines", nargs="*", metavar="LINE", help=f"{known}, or one line as P1.kernel; all when none is named"
    )
    parser.add_argument("--size", type=Size, choices=list(Size), default=Size.FULL)
    parser.add_argument("--reps", type=int, default=None, help="repetitions, instead of each line's own number")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument(
        "--output", type=Path, default=None, help="where to keep the rows (benchmarks/results/bench.json)"
    )
    parser.add_argument("--no-record", action="store_true", help="keep nothing")
    return parser


def _measure(lines: list[Line], place: Place, repetitions: int | None) -> tuple[list[Row], list[str]]:
    rows, failures = [], []
    try:
        make_data(place)
        warm_up(lines, place)
    except MeasurementError as problem:
        return [], [str(problem)]
    for line in lines:
        try:
            row = measured(line, place, repetitions)
        except MeasurementError as problem:
            failures.append(str(problem))
            continue
        print(f"{line.id}: {seconds(row.median_s)}", file=sys.stderr)
        rows.append(row)
    return rows, failures


def _print_table(rows: list[Row], size: Size, output: Path | None) -> None:
    by_id = {line.id: line for line in LINES}
    told = machine()
    print(
        f"\n{told['processor']}, {told['cores']} cores, {told['memory_gb']} GB, Python {told['python']}, "
        f"load {told['load_average']}, commit {commit() or 'unknown'}\n"
    )
    texts = [
        cells(
            by_id[row.id],
            row,
            earlier=None if output is None else before(output, row),
            judged=size is Size.FULL,
        )
        for row in rows
    ]
    print(aligned(HEADINGS, texts))


if __name__ == "__main__":
    sys.exit(main())
