"""Says how much of each room the tests run, and fails where that is too little (`make test-coverage` calls it).

Counts lines and branches together, from the data of the last run; combines what worker processes left behind.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "src/tradewright/"
STRICT = {"domain": 95.0, "engine": 95.0, "quant": 95.0}
ANY_ROOM = 85.0
OVERALL = 90.0


@dataclass(frozen=True, slots=True)
class Room:
    """A top folder of the package (or a module beside them) and what was run of it."""

    name: str
    floor: float
    wanted: int
    """Lines and branches that could be run."""
    run: int

    @property
    def percent(self) -> float:
        """Of lines and branches; 100 where there is nothing to run."""
        return 100 * self.run / self.wanted if self.wanted else 100.0

    @property
    def is_enough(self) -> bool:
        """Whether the floor is reached."""
        return self.percent >= self.floor


def rooms_of(report: Mapping[str, Mapping[str, Mapping[str, Mapping[str, int]]]]) -> list[Room]:
    """The rooms of a `coverage json` report, by name, and `overall` at the end."""
    found: dict[str, tuple[int, int]] = {}
    for path, file in report["files"].items():
        inside = path.replace("\\", "/").partition(PACKAGE)[2]
        if not inside:
            continue
        name = inside.partition("/")[0].removesuffix(".py")
        summary = file["summary"]
        wanted = summary["num_statements"] + summary.get("num_branches", 0)
        run = summary["covered_lines"] + summary.get("covered_branches", 0)
        before = found.get(name, (0, 0))
        found[name] = before[0] + wanted, before[1] + run
    rooms = [Room(name, STRICT.get(name, ANY_ROOM), *counts) for name, counts in sorted(found.items())]
    total = Room("overall", OVERALL, sum(room.wanted for room in rooms), sum(room.run for room in rooms))
    return [*rooms, total]


def table(rooms: list[Room]) -> str:
    """One line a room: what was run, what must be."""
    lines = [f"{'room':<14}{'lines+branches':>16}{'run':>9}{'floor':>8}"]
    for room in rooms:
        verdict = "" if room.is_enough else "  <- too little"
        lines.append(f"{room.name:<14}{room.wanted:>16,}{room.percent:>8.1f}%{room.floor:>7.0f}%{verdict}")
    return "\n".join(lines)


def main() -> int:
    """Combine, measure, print, judge."""
    coverage = [sys.executable, "-m", "coverage"]
    if any(ROOT.glob(".coverage.*")):
        subprocess.run([*coverage, "combine", "--append", "--quiet"], cwd=ROOT, check=True)
    done = subprocess.run(
        [*coverage, "json", "--quiet", "-o", "-"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        print(done.stdout + done.stderr + "no coverage data; run make test-coverage", file=sys.stderr)
        return 1
    rooms = rooms_of(json.loads(done.stdout))
    print(table(rooms))
    missing = sorted(set(STRICT) - {room.name for room in rooms})
    if missing:
        print(f"nothing was measured in {', '.join(missing)}", file=sys.stderr)
    return 1 if missing or not all(room.is_enough for room in rooms) else 0


if __name__ == "__main__":
    sys.exit(main())
