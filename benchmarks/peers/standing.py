"""How one rival stands beside us: ratios, goals, and whether it did the same work."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.peers.contests import Rival
from benchmarks.peers.running import PeerRun
from benchmarks.rows import Row
from benchmarks.table import quantity, seconds

HEADINGS = ("", "who", "run", "per unit", "process", "peak memory", "our run", "our process", "our memory", "same work")
CENT = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Medians of a rival's runs, or of ours."""

    id: str
    who: str
    units: int
    run_s: float
    process_s: float
    peak_mb: float
    final: float
    fills: int

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        names = ("id", "who", "units", "run_s", "process_s", "peak_mb", "final", "fills")
        return {name: getattr(self, name) for name in names}


def ours(rows: Sequence[Row]) -> Standing:
    """Several processes of one of our lines."""
    answers = rows[-1].answers
    return Standing(
        id=rows[0].id,
        who="tradewright",
        units=rows[0].units,
        run_s=statistics.median(row.median_s for row in rows),
        process_s=statistics.median(row.process_s for row in rows),
        peak_mb=statistics.median(row.peak_mb for row in rows),
        final=answers.get("final_equity", float("nan")),
        fills=int(answers.get("fills", -1)),
    )


def theirs(workload: str, rival: Rival, runs: Sequence[PeerRun], *, units: int) -> Standing:
    """Several processes of one rival."""
    return Standing(
        id=f"{workload}.{rival.name.replace(' ', '-').replace(',', '')}",
        who=f"{rival.peer} {runs[-1].version} {rival.label}".strip(),
        units=units,
        run_s=statistics.median(run.run_s for run in runs),
        process_s=statistics.median(run.process_s for run in runs),
        peak_mb=statistics.median(run.peak_mb for run in runs),
        final=runs[-1].final,
        fills=runs[-1].fills,
    )


def is_same_work(us: Standing, them: Standing) -> bool:
    """Final equity to the cent, and the same number of fills."""
    return abs(us.final - them.final) < CENT and us.fills == them.fills


def cells(us: Standing, them: Standing, rival: Rival, *, is_process: bool) -> list[str]:
    """One line of the table."""
    run = _judged(_each(them) / _each(us), rival.run_times)
    process = _judged(them.process_s / us.process_s, rival.process_times) if them.units == us.units else ""
    return [
        us.id.partition(".")[0],
        them.who,
        "" if is_process else seconds(them.run_s),
        "" if is_process else seconds(_each(them)),
        seconds(them.process_s),
        f"{them.peak_mb:.0f} MB",
        "" if is_process else run,
        process,
        f"{us.peak_mb / them.peak_mb:.2f} of it",
        _work(us, them, rival),
    ]


def own_cells(us: Standing, *, is_process: bool) -> list[str]:
    """Our own line of the table."""
    return [
        us.id,
        us.who,
        "" if is_process else seconds(us.run_s),
        "" if is_process else seconds(_each(us)),
        seconds(us.process_s),
        f"{us.peak_mb:.0f} MB",
        "",
        "",
        "",
        "" if us.fills < 0 else f"{us.final:.2f}, {us.fills} fills",
    ]


def _each(standing: Standing) -> float:
    return standing.run_s / standing.units


def _judged(times: float, wanted: float | None) -> str:
    told = f"{quantity(times)}x as fast" if times >= 1 else f"{times:.2g}x as fast"
    if wanted is None:
        return told
    return f"{told} (goal {wanted:g}x: {'yes' if times >= wanted else 'NO'})"


def _work(us: Standing, them: Standing, rival: Rival) -> str:
    if them.fills < 0:
        return ""
    told = f"{them.final:.2f}, {them.fills} fills"
    if not rival.is_equal:
        return told
    return f"{told}: {'equal' if is_same_work(us, them) else 'NOT EQUAL'}"
