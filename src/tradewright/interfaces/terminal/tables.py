"""Tables for people: aligned, without frames, and never with a number cut off.

Numbers stand right-aligned in the unit their heading names. Where the columns do not fit side by side, text is folded
at words; where that is not enough, each row becomes a paragraph.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from tradewright.interfaces.terminal.output import DASH, number

if TYPE_CHECKING:
    import polars as pl

GAP = 2
"""Blanks between columns."""
LONGEST_WORD = 30
"""A longer word of a text, as a path, may be broken."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, its side, and how narrow and how wide it can be."""

    heading: str
    is_right: bool
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class ScreenTable:
    """Rows under headings, laid out when it is known how wide the screen is."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Text, ...], ...]

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """From the narrowest to the natural width."""
        gaps = GAP * (len(self.columns) - 1)
        least, most = (sum(widths) + gaps for widths in zip(*((c.least, c.most) for c in self.columns), strict=True))
        return Measurement(least, most).with_maximum(options.max_width)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The table, or its rows as paragraphs of `heading  value`."""
        room = options.max_width - GAP * (len(self.columns) - 1)
        least = sum(column.least for column in self.columns)
        if least > room and console.is_terminal:
            yield from self._paragraphs()
        else:
            width = max(options.max_width, least + options.max_width - room)
            yield from console.render(self._laid_out(max(room, least)), options.update(width=width))

    def _laid_out(self, room: int) -> Table:
        headings = any(column.heading for column in self.columns)
        made = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="dim", show_header=headings)
        for column, width in zip(self.columns, self._widths(room), strict=True):
            made.add_column(
                column.heading, justify="right" if column.is_right else "left", width=width, overflow="fold"
            )
        for row in self.rows:
            made.add_row(*row)
        return made

    def _widths(self, room: int) -> list[int]:
        """Natural widths; what is too much is taken from the widest column that can give."""
        widths = [column.most for column in self.columns]
        for _ in range(sum(widths) - room):
            giving = [place for place, column in enumerate(self.columns) if widths[place] > column.least]
            widths[max(giving, key=lambda place: widths[place])] -= 1
        return widths

    def _paragraphs(self) -> Iterator[Text]:
        width = max(cell_len(column.heading) for column in self.columns)
        for row in self.rows:
            for column, cell in zip(self.columns, row, strict=True):
                if cell.plain.strip():
                    heading = f"{column.heading:<{width}}  " if width else ""
                    yield Text.assemble((heading, "dim"), cell, overflow="fold")
            yield Text()


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> ScreenTable:
    """A table; a heading that begins with `>` is of numbers (right), with `|` of text that is never folded."""
    cells = tuple(tuple(cell if isinstance(cell, Text) else Text(number(cell)) for cell in row) for row in rows)
    columns = (_column(heading, [row[place].plain for row in cells]) for place, heading in enumerate(headings))
    return ScreenTable(tuple(columns), cells)


def _column(heading: str, texts: Sequence[str]) -> Column:
    name, is_whole = heading.lstrip(">|"), heading[:1] in {">", "|"}
    lines = [line for text in texts for line in text.split("\n")]
    words = [word for line in lines for word in line.split()]
    folded = min(max(map(cell_len, words), default=0), LONGEST_WORD)
    longest = max(map(cell_len, lines), default=0)
    least = max([longest if is_whole else folded, *map(cell_len, name.split())], default=0)
    return Column(name, heading.startswith(">"), max(least, 1), max(longest, least, cell_len(name), 1))


def frame_table(frame: "pl.DataFrame") -> ScreenTable:
    """A Polars frame as a table; numbers stand right and keep their digits."""
    headings = [f">{name}" if kind.is_numeric() else name for name, kind in frame.schema.items()]
    return table(headings, ([_cell(value) for value in row] for row in frame.iter_rows()))


def _cell(value: object) -> str:
    if value is None:
        return DASH
    if isinstance(value, datetime):
        return value.isoformat(sep=" ").replace("+00:00", "").removesuffix(".000000")
    if isinstance(value, float):
        return f"{value:,.10g}"
    return str(value)
