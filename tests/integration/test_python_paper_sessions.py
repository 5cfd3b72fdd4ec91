"""`tw.paper`: the whole core in a notebook, and what a person gets of it."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import tradewright as tw

DATA = Path(__file__).resolve().parents[2] / "examples" / "data" / "ibm.csv"
COSTS = tw.Commission(bps=5)


@pytest.fixture(scope="module")
def bars() -> tw.Bars:
    return tw.load_bars(DATA, symbol="IBM", start="2009")


@pytest.fixture(scope="module")
def result(bars: tw.Bars) -> tw.PaperResult:
    return tw.paper(tw.MovingAverage(fast=20, slow=50), bars, costs=COSTS)


class Raises(tw.Strategy):
    """Fails at its first bar."""

    def on_bar(self, context: Any, bar: Any) -> None:
        raise ValueError("nothing works")


def test_a_session_is_the_backtest_that_passes_the_same_gate(bars: tw.Bars, result: tw.PaperResult) -> None:
    tested = tw.backtest(tw.MovingAverage(fast=20, slow=50), bars, costs=COSTS, limits="default", numbers="exact")
    assert result.fills["quantity"].to_list() == tested.fills["quantity"].abs().to_list()
    assert result.fills["price"].to_list() == pytest.approx(tested.fills["price"].to_list())
    assert result.equity["equity"][-1] == pytest.approx(tested.equity["equity"][-1])
    assert (result.parity.is_equal, result.parity.fills) == (True, result.fills.height)


def test_tables_agree_with_the_exact_view(result: tw.PaperResult) -> None:
    counts, book = result.view.counts, result.view.portfolio
    assert counts is not None and book.equity is not None
    assert (result.fills.height, result.orders.height) == (counts.fills, counts.orders)
    assert result.equity["equity"][-1] == float(book.equity)
    assert book.equity == 100_000 + sum((one.net or Decimal(0)) for one in book.strategies)
    cut = result.orders.filter(pl.col("bound") != "")
    assert counts.bounds == {"position": cut.height}
    assert (cut["wished"] > cut["quantity"]).all()
    assert result.equity["time"].is_sorted() and result.equity.height == result.parity.slices


def test_a_result_prints_its_report(result: tw.PaperResult) -> None:
    text = repr(result)
    assert "sizes bound by         position" in text
    assert not [line for line in text.splitlines() if line != line.rstrip()]


def test_what_the_gate_refuses_is_listed_with_what_to_do(bars: tw.Bars) -> None:
    limits: Mapping[str, object] = {"based_on": "shipped", "limits": {"instruments": ["MSFT.XNAS"]}}
    refused = tw.paper(tw.MovingAverage(fast=20, slow=50), bars, limits=limits)
    assert refused.fills.is_empty()
    assert set(refused.refusals["control"]) == {"instruments"}
    assert refused.view.counts is not None and refused.view.counts.refusals == {"instruments": refused.refusals.height}
    assert all(refused.refusals["remedy"])


def test_what_a_strategy_raises_is_raised_with_its_line(bars: tw.Bars) -> None:
    with pytest.raises(tw.StrategyError, match=r"Raises\.on_bar raised ValueError in line \d+"):
        tw.paper(Raises, bars)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"cash": 0}, "cash cannot be used"),
        ({"cash": float("nan")}, "cash cannot be used"),
        ({"lot": 0}, "lot cannot be used"),
        ({"limits": None}, "a session needs limits"),
        ({"limits": "nowhere.toml"}, "limits cannot be read"),
        ({"limits": {"based_on": "shipped", "limits": {"position": 99}}}, "position"),
        ({"costs": "Commission(bps=-1)"}, "bps"),
    ],
)
def test_what_cannot_be_used_is_told(bars: tw.Bars, wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(tw.InputError, match=told):
        tw.paper(tw.MovingAverage(), bars, **wrong)


def test_bars_that_end_within_the_warm_up_cannot_be_traded(bars: tw.Bars) -> None:
    with pytest.raises(tw.DataError, match="more bars than the 50 of the warm-up, found 30"):
        tw.paper(tw.MovingAverage(fast=20, slow=50), bars.rows(0, 30))
