"""`python -m benchmarks.peers [--only vectorbt,nautilus] [--workloads P1 P5]`: ourselves beside the peers, in one run.

Absolute times move with the machine; the ratios of one run count. Ours and theirs are measured alike: a new process
each time, data read from the same files, one run to warm up, the next one counted; medians of several processes, which
take turns. Environments are made under `.peers`. The exit code is 1 when a peer that must agree with us does not, or
when anything could not run.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.lines import LINES, Line
from benchmarks.machine import commit, machine
from benchmarks.peers.contests import CONTESTS, Contest, Rival
from benchmarks.peers.environments import LIMIT, PACKAGES, EnvironmentMissingError, interpreter
from benchmarks.peers.running import PeerError, PeerRun, run_peer, scripts_folder
from benchmarks.peers.standing import HEADINGS, Standing, cells, is_same_work, ours, own_cells, theirs
from benchmarks.results import FOLDER, record
from benchmarks.rows import Row
from benchmarks.running import MeasurementError, base_folder, make_data, measured, warm_up
from benchmarks.sizes import Size
from benchmarks.table import aligned, seconds
from benchmarks.workloads.case import Place

SCRIPTS = {name: f"peer_{name}.py" for name in PACKAGES} | {LIMIT: "ref_numba.py"}


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, keep."""
    given = _parser().parse_args(arguments)
    place = Place(base_folder(), given.size)
    only = set(given.only.split(",")) if given.only else {*PACKAGES, LIMIT}
    contests = [one for one in CONTESTS if not given.workloads or one.workload in given.workloads]
    try:
        scripts = scripts_folder()
        make_data(place)
        warm_up([line for contest in contests for line in _lines(contest)], place)
    except (PeerError, MeasurementError) as problem:
        print(problem, file=sys.stderr)
        return 1
    table, kept, failures = [], [], []
    for contest in contests:
        match = Match(contest, place, scripts, repetitions=given.reps, only=only)
        match.play()
        table += match.table
        kept += [standing.as_dict() for standing in match.standings]
        failures += match.failures
    if given.json:
        print(json.dumps({"machine": machine(), "commit": commit(), "size": str(given.size), "rows": kept}))
    else:
        print(f"\n{_where()}\n\n{aligned(HEADINGS, table)}")
    output = given.output or (FOLDER / "peers.json" if given.size is Size.FULL else None)
    if output is not None and kept and not given.no_record:
        record(output, kept, size=str(given.size))
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


class Match:
    """One contest: ours and the rivals in turns."""

    def __init__(
        self, contest: Contest, place: Place, scripts: Path, *, repetitions: int | None, only: set[str]
    ) -> None:
        self.contest = contest
        self.table: list[list[str]] = []
        self.standings: list[Standing] = []
        self.failures: list[str] = []
        self._place = place
        self._scripts = scripts
        self._repetitions = repetitions
        self._only = only

    def play(self) -> None:
        """Everybody's runs; the table, the standings and what went wrong."""
        pythons = self._pythons()
        rows: dict[str, list[Row]] = {line: [] for line in self.contest.lines}
        runs: dict[Rival, list[PeerRun]] = {rival: [] for rival in self.contest.rivals if rival.peer in pythons}
        for turn in range(max(self._repetitions or 3, 1)):
            self._ours(rows)
            for rival, found in runs.items():
                if turn < min(self._repetitions or rival.repetitions, rival.repetitions):
                    self._theirs(rival, pythons[rival.peer], found)
        self._compare(rows, runs)

    def _pythons(self) -> dict[str, Path]:
        found: dict[str, Path] = {}
        for peer in dict.fromkeys(rival.peer for rival in self.contest.rivals if rival.peer in self._only):
            try:
                found[peer] = interpreter(peer, self._place.folder if peer == LIMIT else base_folder())
            except EnvironmentMissingError as problem:
                self.failures.append(str(problem))
        return found

    def _ours(self, rows: dict[str, list[Row]]) -> None:
        for line in _lines(self.contest):
            try:
                row = measured(line, self._place, 1)
            except MeasurementError as problem:
                self.failures.append(str(problem))
                continue
            rows[line.id].append(row)
            _tell(line.id, row.median_s)

    def _theirs(self, rival: Rival, python: Path, found: list[PeerRun]) -> None:
        script = self._scripts / SCRIPTS[rival.peer]
        arguments = self.contest.arguments(rival, self._place.sizes)
        try:
            run = run_peer(python, script, arguments, place=self._place, is_cold=self.contest.is_cold)
            run = run.timed_by(self.contest.units(rival, self._place.sizes))
        except PeerError as problem:
            self.failures.append(f"{self.contest.workload} {rival.name}: {problem}")
            return
        found.append(run)
        _tell(f"{self.contest.workload} {rival.name}", run.run_s)

    def _compare(self, rows: dict[str, list[Row]], runs: dict[Rival, list[PeerRun]]) -> None:
        contest = self.contest
        own = [ours(found) for found in rows.values() if found]
        if contest.is_process:  # the first run of a worker is a process like the others; all of them count
            own = [_as_process(standing) for standing in own]
        self.standings += own
        self.table += [own_cells(standing, is_process=contest.is_process) for standing in own]
        for rival, found in runs.items():
            if not found or not own:
                continue
            them = theirs(contest.workload, rival, found, units=contest.units(rival, self._place.sizes))
            self.standings.append(them)
            self.table.append(cells(own[0], them, rival, is_process=contest.is_process))
            if rival.is_equal and not is_same_work(own[0], them):
                self.failures.append(
                    f"{contest.workload} {rival.name} did other work: {them.final!r} after {them.fills} fills, "
                    f"ours {own[0].final!r} after {own[0].fills}"
                )


def _as_process(standing: Standing) -> Standing:
    found = standing.as_dict() | {"process_s": standing.run_s, "fills": -1}
    return Standing(**found)  # type: ignore[arg-type]


def _lines(contest: Contest) -> Sequence[Line]:
    return [line for line in LINES if line.id in contest.lines]


def _tell(what: str, run_s: float) -> None:
    print(f"{what}: {seconds(run_s)}", file=sys.stderr)


def _where() -> str:
    told = machine()
    return (
        f"{told['processor']}, {told['cores']} cores, {told['memory_gb']} GB, Python {told['python']}, "
        f"load {told['load_average']}, commit {commit() or 'unknown'}"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.peers", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="", help=f"some of {','.join((*PACKAGES, LIMIT))}")
    parser.add_argument("--workloads", nargs="*", choices=list(dict.fromkeys(one.workload for one in CONTESTS)))
    parser.add_argument("--size", type=Size, choices=list(Size), default=Size.FULL)
    parser.add_argument("--reps", type=int, default=None, help="processes of each, instead of up to three")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--output", type=Path, default=None, help="where to keep the rows (results/peers.json)")
    parser.add_argument("--no-record", action="store_true", help="keep nothing")
    return parser


if __name__ == "__main__":
    sys.exit(main())
