import io
import json
import math
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from tradewright.interfaces.terminal import output
from tradewright.interfaces.terminal.output import moment, number, plain, print_json
from tradewright.interfaces.terminal.tables import frame_table, table


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Thing:
    name: str
    value: float


def rendered(shown: object) -> str:
    stream = io.StringIO()
    Console(file=stream, width=120).print(shown)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (math.nan, None),
        (-math.inf, None),
        (1.5, 1.5),
        (True, True),
        (Colour.RED, "red"),
        (Decimal("1.10"), "1.10"),
        (Path("a/b"), "a/b"),
        (date(2020, 1, 2), "2020-01-02"),
        (datetime(2020, 1, 2, 3, tzinfo=UTC), "2020-01-02T03:00:00Z"),
        (Thing("a", math.nan), {"name": "a", "value": None}),
        ({"a": (1, 2)}, {"a": [1, 2]}),
        (pl.DataFrame({"a": [1.0, None]}), [{"a": 1.0}, {"a": None}]),
        (np.array([1.0, math.nan]), [1.0, None]),
        (np.float64(2.5), 2.5),
        (np.int64(2), 2),
        (3 + 4j, "(3+4j)"),
    ],
)
def test_values_become_json_values(value: object, expected: object) -> None:
    assert plain(value) == expected


@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=10,
    )
)
@settings(max_examples=60, deadline=None)
def test_whatever_is_shown_is_json_without_nan(value: object) -> None:
    json.dumps(plain(value), allow_nan=False)


def test_one_object_is_printed_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"a": math.nan, "b": [1]})
    assert json.loads(capsys.readouterr().out) == {"a": None, "b": [1]}


def test_numbers_read_as_people_write_them() -> None:
    assert number(1234567.891) == "1,234,567.89"
    assert number(1234567) == "1,234,567"
    assert number(None) == number(math.nan) == "-"
    assert number(True) == "yes"


def test_a_table_of_a_frame_keeps_digits_and_shows_a_dash_for_nothing() -> None:
    frame = pl.DataFrame(
        {"time": [datetime(2020, 1, 2, 21)], "price": [68.28673558], "side": [None], "rows": [1]},
        schema_overrides={"side": pl.String},
    )
    text = rendered(frame_table(frame))
    assert "2020-01-02 21:00:00" in text
    assert "68.28673558" in text
    assert " -" in text


def test_markup_in_data_is_shown_as_it_is() -> None:
    assert "[red]x[/red]" in rendered(table(["a"], [["[red]x[/red]"]]))


def test_a_moment_is_told_to_the_second() -> None:
    assert moment(1_600_000_000_123_456_789) == "2020-09-13 12:26:40"


def test_no_progress_is_shown_where_no_terminal_is(capsys: pytest.CaptureFixture[str]) -> None:
    with output.progress("working") as report:
        report(1, 2)
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""


def test_progress_is_shown_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: True)
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setattr(output, "notes", lambda: Console(file=stream, force_terminal=True, width=100))
    with output.progress("working") as report:
        report(1, 2)
    assert "working" in stream.getvalue()


def test_results_are_wide_when_they_are_piped() -> None:
    assert output.screen().width == output.PIPED
