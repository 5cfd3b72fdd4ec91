"""A report is what a proof found: numbers beside their goals as a table, and the same as a file that stays.

This file decides the form of both. Every file has the commit, the machine and when it was measured, so that a number
can be judged and measured again.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.machine import commit, machine, now

FOLDER = Path(__file__).resolve().parent / "results"


@dataclass(frozen=True, slots=True)
class Line:
    """One number and its goal."""

    what: str
    found: str
    goal: str = ""
    is_met: bool = True


@dataclass(slots=True)
class Report:
    """What a proof found so far."""

    proof: str
    """Its command."""
    goals: str
    """The lines of the scoreboard that it measures, as `G10`."""
    lines: list[Line] = field(default_factory=list)
    numbers: dict[str, object] = field(default_factory=dict)
    """Counts, seeds and times as plain values, for the file."""
    findings: list[str] = field(default_factory=list)
    """What must not be, each with how to see it again."""

    def say(self, what: str, found: object, *, goal: str = "", is_met: bool = True) -> None:
        """One more line."""
        self.lines.append(Line(what, str(found), goal, is_met))

    @property
    def is_good(self) -> bool:
        """Whether every goal was met and nothing was found."""
        return not self.findings and all(line.is_met for line in self.lines)

    def finish(self, *, is_kept: bool = True) -> int:
        """Print, keep, and give the exit code."""
        print(f"{self.goals}: {self.proof}")
        for line in table([(one.what, one.found, one.goal, "" if one.is_met else "not reached") for one in self.lines]):
            print(line)
        for finding in self.findings[:20]:
            print(f"  FOUND {finding}")
        if len(self.findings) > 20:
            print(f"  ... and {len(self.findings) - 20} more")
        if is_kept:
            self.keep()
        return 0 if self.is_good else 1

    def keep(self) -> Path:
        """Write the file `results/<proof>.json`."""
        content = {
            "proof": self.proof,
            "goals": self.goals,
            "commit": commit(),
            "measured": now(),
            "machine": machine(),
            "is_good": self.is_good,
            "lines": [
                {"what": one.what, "found": one.found, "goal": one.goal, "met": one.is_met} for one in self.lines
            ],
            "numbers": self.numbers,
            "findings": self.findings,
        }
        FOLDER.mkdir(exist_ok=True)
        path = FOLDER / f"{self.proof.replace(' ', '-')}.json"
        unfinished = path.with_suffix(".new")
        unfinished.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        unfinished.replace(path)
        return path


def table(rows: Iterable[Sequence[str]]) -> list[str]:
    """Rows with their columns under one another."""
    kept = [tuple(row) for row in rows]
    widths = [max(len(row[column]) for row in kept) for column in range(len(kept[0]))] if kept else []
    return [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in kept
    ]


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which that share of the others lies; nearest rank, NaN of nothing."""
    ordered = sorted(values)
    return (
        ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * share // 1).__int__() - 1))] if ordered else float("nan")
    )
