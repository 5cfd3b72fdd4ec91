"""Measurements as text: columns under headings, numbers with a unit a person reads."""

from collections.abc import Sequence

from benchmarks.lines import Line
from benchmarks.rows import Row

HEADINGS = ("", "what", "best", "median", "rate", "peak memory", "goal", "reached")


def aligned(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Markdown, which reads well in a terminal too."""
    table = [headings, *rows]
    widths = [max(len(row[k]) for row in table) for k in range(len(headings))]
    texts = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in table
    ]
    texts.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(texts)


def cells(line: Line, row: Row, *, earlier: Row | None = None, judged: bool = True) -> list[str]:
    """One line of the table; `earlier` is the same line as recorded; goals are for the full size."""
    change = "" if earlier is None else f" ({row.median_s / earlier.median_s:.2f}x the recorded)"
    return [
        line.id,
        line.what,
        seconds(row.best_s),
        seconds(row.median_s) + change,
        f"{quantity(row.units / row.median_s)} {line.unit}/s",
        f"{row.peak_mb:.0f} MB",
        ", ".join(str(goal) for goal in line.goals),
        verdict(line, row) if judged else "",
    ]


def verdict(line: Line, row: Row) -> str:
    """Whether each goal is met, with what was reached."""
    return ", ".join(f"{'yes' if goal.is_met(row) else 'NO'} ({goal.reached(row):.3g})" for goal in line.goals)


def seconds(value: float) -> str:
    """`1.23 s`, `45.6 ms`, `7.89 us`."""
    for factor, unit in ((1.0, "s"), (1e3, "ms")):
        if value * factor >= 1.0:
            return f"{value * factor:.3g} {unit}"
    return f"{value * 1e6:.3g} us"


def quantity(value: float) -> str:
    """`12.3M`, `45.6k`, `7.89`."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"
