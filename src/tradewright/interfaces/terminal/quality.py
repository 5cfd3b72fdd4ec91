"""The quality of stored bars as a table: one line a series, with its score and the count of what was found."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from tradewright.interfaces.terminal.output import DASH
from tradewright.interfaces.terminal.tables import ScreenTable, table

if TYPE_CHECKING:
    from tradewright.application.data.quality import QualityView

GOOD, FAIR = 95, 80


def quality_table(views: "Sequence[QualityView]") -> ScreenTable:
    """One line a series; a score from 95 is green, below 80 red."""
    headings = ["instrument", "data", ">bars", "from, to", "sessions", ">score", ">errors", ">warnings", ">notes"]
    return table(headings, (_row(view) for view in views))


def _row(view: "QualityView") -> list[object]:
    expected = DASH if view.sessions_expected is None else f"{view.sessions_expected:,}"
    style = "green" if view.score >= GOOD else "yellow" if view.score >= FAIR else "red"
    return [
        view.instrument,
        f"{view.timeframe} from {view.source}",
        view.rows,
        f"{view.first} {view.last}",
        f"{view.sessions_present:,} of {expected}",
        Text(f"{view.score:.1f}", style=style),
        Text(str(view.errors), style="red" if view.errors else ""),
        view.warnings,
        view.notes,
    ]
