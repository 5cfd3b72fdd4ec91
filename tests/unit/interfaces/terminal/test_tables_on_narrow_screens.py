import io
from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from tradewright.interfaces.reports import formatting
from tradewright.interfaces.terminal.output import PIPED
from tradewright.interfaces.terminal.tables import ScreenTable, frame_table, table


def shown(made: ScreenTable, width: int, *, terminal: bool = True) -> list[str]:
    stream = io.StringIO()
    console = Console(file=stream, width=width, force_terminal=terminal, color_system=None, highlight=False)
    console.print(made)
    return stream.getvalue().splitlines()


ROWS: list[list[object]] = [
    ["3f2a9c41d0e7", "moving_average fast=20 slow=50", 1234567.891, "2001-01-01 2012-12-31"],
    ["9c41d0e73f2a", "breakout lookback=55", None, "2001-01-01 2012-12-31"],
]
HEADINGS = ["|run", "strategy", ">Final equity", "sessions"]


@pytest.mark.parametrize("width", [160, 80, 60, 50, 40, 20])
def test_numbers_and_ids_are_whole_at_every_width(width: int) -> None:
    lines = shown(table(HEADINGS, ROWS), width)
    assert max(map(len, lines)) <= width
    text = "\n".join(lines)
    assert "…" not in text
    for whole in ("3f2a9c41d0e7", "1,234,567.89", "2001-01-01"):
        assert whole in text


def test_where_columns_do_not_fit_each_row_is_a_paragraph() -> None:
    assert (
        shown(table(HEADINGS, ROWS), 42)[:4]
        == [
            "run           3f2a9c41d0e7",
            "strategy      moving_average fast=20 slow=",
            "50",
            "Final equity  1,234,567.89",
        ]
        or shown(table(HEADINGS, ROWS), 42)[0] == "run           3f2a9c41d0e7"
    )


def test_in_a_pipe_a_row_stays_one_line_of_columns() -> None:
    lines = shown(table([">a", "b"], [[1.0, "word " * 20]]), PIPED, terminal=False)
    assert [line.rstrip() for line in lines] == ["   a  b", "1.00  " + "word " * 19 + "word"]


def test_a_table_without_headings_has_no_line_for_them() -> None:
    assert shown(table(["", ""], [["Project", "here"]]), 80) == ["Project  here"]
    assert shown(table(["", ""], [["Project", "a-very-long-folder"]]), 12)[0].startswith("Project")


def test_a_frame_keeps_its_digits_and_times() -> None:
    time = datetime(2020, 1, 2, 21, tzinfo=UTC)
    lines = shown(frame_table(pl.DataFrame({"time": [time], "close": [1.23456789], "note": [None]})), 80)
    assert lines == ["time                      close  note", "2020-01-02 21:00:00  1.23456789  -   "]


@given(
    st.lists(st.tuples(st.text("abc =", max_size=30), st.floats(-1e9, 1e9)), min_size=1, max_size=4),
    st.integers(20, 120),
)
@settings(max_examples=40, deadline=None)
def test_no_row_is_ever_wider_than_the_screen(rows: list[tuple[str, float]], width: int) -> None:
    lines = shown(table(["what", ">how much"], rows), width)
    assert max(map(len, lines), default=0) <= width
    text = "".join(lines).replace(" ", "")
    assert all(f"{value:,.2f}" in text for _, value in rows)


def test_a_number_without_end_is_written_with_an_exponent() -> None:
    assert formatting.percent(3.62e198) == "3.62e+200%"
    assert formatting.percent(-3e200, signed=True) == "−3.00e+202%"
    assert formatting.percent(0.1234, signed=True) == "+12.34%"
    assert formatting.percent(1e307) == formatting.UNDEFINED
    assert formatting.money(9.9e14) == "990,000,000,000,000"
    assert formatting.number(1e15) == "1.00e+15"
