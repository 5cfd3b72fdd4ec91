"""Markup, numbers and thinning, each by itself."""

import json

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewright.interfaces.reports import formatting as f
from tradewright.interfaces.reports.figures import written
from tradewright.interfaces.reports.markup import Markup, join, json_text, tag
from tradewright.interfaces.reports.statistics import described, grouped
from tradewright.interfaces.reports.thinning import joined_bars, kept_rows
from tradewright.quant.performance.summary import buy_and_hold_statistics


@settings(max_examples=80, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_embedded_json_reads_back_and_cannot_leave_its_element(value: object) -> None:
    text = json_text(value)
    assert json.loads(text) == value
    assert not set(text) & set("<>&\u2028\u2029")


def test_json_with_nan_is_refused() -> None:
    with pytest.raises(ValueError, match="Out of range"):
        json_text([float("nan")])


def test_children_and_attributes_are_escaped_unless_they_are_markup() -> None:
    assert tag("p", "a < b", Markup("<i></i>"), title='"x"') == '<p title="&quot;x&quot;">a &lt; b<i></i></p>'
    assert join("a", None, 1) == "a1"
    assert tag("input", type="checkbox", checked=True, disabled=False) == '<input type="checkbox" checked>'


@pytest.mark.parametrize(
    ("written_as", "expected"),
    [
        (f.percent(0.12345), "12.35%"),
        (f.percent(-0.00001), "0.00%"),
        (f.percent(-0.5, signed=True), "−50.00%"),
        (f.percent(0.5, signed=True), "+50.00%"),
        (f.percent(None), "–"),
        (f.number(float("nan")), "–"),
        (f.number(float("inf")), "–"),
        (f.money(1234.5), "1,234.50"),
        (f.money(12_345_678.9), "12,345,679"),
        (f.count(True), "–"),
        (f.price(0.00001234), "0.00001234"),
        (f.price(101.5), "101.50"),
        (f.price("x"), "–"),
        (f.day(None), "–"),
    ],
)
def test_numbers_read_with_sign_unit_and_dash(written_as: str, expected: str) -> None:
    assert written_as == expected


def test_settings_read_as_words() -> None:
    settings_of_a_run: list[object] = [None, True, False, (1, None), [], 0.1, 1e9]
    assert [written(value) for value in settings_of_a_run] == [
        "none", "yes", "no", "1, none", "none", "0.1", "1000000000.0",
    ]  # fmt: skip


def test_groups_come_in_reading_order_and_end_with_the_unknown() -> None:
    titles = [title for title, _ in grouped({"odd_one": 1, "sharpe": 1.0, "total_return": 0.1})]
    assert titles == ["Return", "Return for risk", "Further statistics"]
    assert described("odd_one").show(3) == "3"
    assert described("max_drawdown_days").show(None) == "–"


def test_every_statistic_that_a_benchmark_has_is_described() -> None:
    prices, sessions = np.linspace(100.0, 130.0, 300), np.arange(11_000, 11_300)
    names = buy_and_hold_statistics(prices, sessions, cash=1_000.0)
    assert [name for name in names if not described(name).meaning] == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), min_size=1, max_size=400), st.integers(4, 60))
def test_thinning_keeps_extremes_ends_and_the_limit(values: list[float], most: int) -> None:
    series = np.array(values)
    rows = kept_rows([series], most)
    assert len(rows) <= max(most, 4)
    assert rows[0] == 0
    assert rows[-1] == len(series) - 1
    assert np.all(np.diff(rows) > 0)
    if not np.isnan(series).all():
        assert np.nanmax(series[rows]) == np.nanmax(series)
        assert np.nanmin(series[rows]) == np.nanmin(series)


def test_joining_bars_opens_with_the_first_and_closes_with_the_last() -> None:
    bars = pl.DataFrame(
        {
            "time": [1, 2, 3, 4, 5],
            "open": [1.0, 2.0, 3.0, 4.0, 5.0],
            "high": [1.5, 9.0, 3.5, 4.5, 5.5],
            "low": [0.5, 1.5, 2.5, 0.1, 4.5],
            "close": [1.1, 2.1, 3.1, 4.1, 5.1],
            "volume": [1.0, 1.0, 1.0, 1.0, 1.0],
        }
    )
    joined, together = joined_bars(bars, 2)
    assert together == 3
    assert joined.select("time", "open", "high", "low", "close", "volume", "row").rows() == [
        (3, 1.0, 9.0, 0.5, 3.1, 3.0, 2),
        (5, 4.0, 5.5, 0.1, 5.1, 2.0, 4),
    ]
    same, one = joined_bars(bars, 5)
    assert (one, same["row"].to_list()) == (1, [0, 1, 2, 3, 4])
