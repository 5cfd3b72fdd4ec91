"""The quality of stored bars as a table: one line a series, with its score and the count of what was found."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from tradewright.interfaces.terminal.output import DASH
from tradewright.interfaces.terminal.tables import ScreenTable, table

if TYPE_CHECKING:
    from tradewright.application.data.quality import QualityView

GOOD, FAIR = 95, 80


WIDE = 100
"""Columns of a screen on which every series has one line."""


def quality_table(views: "Sequence[QualityView]", *, width: int = 160) -> ScreenTable:
    """One line a series; a score from 95 is green, below 80 red. A narrow screen is told what sessions are missing."""
    sessions = "sessions" if width >= WIDE else ">missing"
    headings = ["instrument", "data", ">bars", "from, to", sessions, ">score", ">errors", ">warnings", ">notes"]
    return table(headings, (_row(view, is_wide=width >= WIDE) for view in views))


def _row(view: "QualityView", *, is_wide: bool) -> list[object]:
    present, expected = view.sessions_present, view.sessions_expected
    whole = f"{present:,} of {DASH if expected is None else f'{expected:,}'}"
    missing = DASH if expected is None else f"{max(expected - present, 0):,}"
    style = "green" if view.score >= GOOD else "yellow" if view.score >= FAIR else "red"
    return [
        view.instrument,
        f"{view.timeframe} from {view.source}" if is_wide else f"{view.timeframe} {view.source}",
        view.rows,
        f"{view.first} {view.last}",
        whole if is_wide else missing,
        Text(f"{view.score:.1f}", style=style),
        Text(str(view.errors), style="red" if view.errors else ""),
        view.warnings,
        view.notes,
    ]
