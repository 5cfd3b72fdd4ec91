"""The review of a run: every remark just below, at and above its threshold, on runs that are written by hand."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tradewright.application.backtests.crises import CRISES
from tradewright.application.backtests.review import review
from tradewright.application.backtests.review_remark import ReviewRemark, Severity
from tradewright.application.backtests.views import BacktestView
from tradewright.trading.strategies.registry import REGISTRY

ROOT = Path(__file__).resolve().parents[4]
SOURCES = sorted((ROOT / "src" / "tradewright" / "application" / "backtests").glob("review*.py"))
SERIOUS, WARNING, NOTE = Severity.SERIOUS, Severity.WARNING, Severity.NOTE
FIRST = date(2003, 1, 1)
QUIET = {"look-ahead-unchecked", "in-sample"}
"""What is said of every run."""


def a_view(
    equity: list[float], *, first: date = FIRST, step: int = 1, stats: dict[str, Any] | None = None, **more: Any
) -> BacktestView:
    days = [first + timedelta(days=n * step) for n in range(len(equity))]
    empty = pl.DataFrame()
    plain: dict[str, Any] = {
        "run_id": "abc123", "strategy": "own", "strategy_expression": "Own()", "parameters": {}, "symbols": ("A.XNYS",),
        "timeframe": "1d", "start": days[0].isoformat(), "end": days[-1].isoformat(), "currency": "USD", "cash": 1000.0,
        "data_digest": "d", "engine": "runtime", "engine_version": "0", "fill_rule": "next-open", "assumptions": {},
        "benchmark": None, "benchmark_stats": {}, "fills": empty, "round_trips": empty, "prices": empty,
        "rejections": empty, "stats": {"round_trips": 100} | (stats or {}),
        "equity": pl.DataFrame({"session": days, "equity": equity}),
    }  # fmt: skip
    return BacktestView(**(plain | more))


def of(view: BacktestView, code: str) -> list[ReviewRemark]:
    return [one for one in review(view) if one.code == code]


def severity_of(view: BacktestView, code: str) -> Severity | None:
    found = of(view, code)
    assert len(found) <= 1, found
    return found[0].severity if found else None


def fills(*rows: tuple[float, float, float], reason: str = "target", volume: float = 1000.0) -> dict[str, Any]:
    """Fills of (quantity, price, fee), each on a bar of its own."""
    times = [datetime(2003, 1, 1, 21, tzinfo=UTC) + timedelta(days=n) for n in range(len(rows))]
    quantity, price, fee = zip(*rows, strict=True)
    made = {"time": times, "symbol": ["A.XNYS"] * len(rows), "quantity": quantity, "price": price, "fee": fee}
    bars = {"time": times, "symbol": ["A.XNYS"] * len(rows), "high": [11.0] * len(rows), "low": [9.0] * len(rows)}
    return {
        "fills": pl.DataFrame(made | {"slippage": [0.0] * len(rows), "reason": [reason] * len(rows)}),
        "prices": pl.DataFrame(bars | {"volume": [volume] * len(rows)}),
    }


def trips(*pnl: float, symbols: tuple[str, ...] = ("A.XNYS",)) -> dict[str, Any]:
    names = [symbols[n % len(symbols)] for n in range(len(pnl))]
    return {"round_trips": pl.DataFrame({"symbol": names, "pnl": list(pnl)})}


def test_a_quiet_run_is_told_only_what_is_told_of_every_run() -> None:
    assert {one.code for one in review(a_view([1000.0, 1000.0]))} == QUIET | {"no-crisis"}


def test_the_gravest_comes_first() -> None:
    found = [one.severity for one in review(a_view([1000.0, -5.0], stats={"round_trips": 20}))]
    assert found == sorted(found, key=list(Severity).index) and found[0] is SERIOUS


@pytest.mark.parametrize(("count", "expected"), [(9, SERIOUS), (10, WARNING), (29, WARNING), (30, None), (31, None)])
def test_too_few_trades(count: int, expected: Severity | None) -> None:
    assert severity_of(a_view([1000.0], stats={"round_trips": count}), "too-few-trades") is expected


@pytest.mark.parametrize(
    ("sharpe", "sessions", "expected"), [(2.99, 60, None), (3.0, 60, None), (3.01, 60, SERIOUS), (3.01, 59, None)]
)
def test_a_sharpe_ratio_that_is_too_good(sharpe: float, sessions: int, expected: Severity | None) -> None:
    assert severity_of(a_view([1000.0] * sessions, stats={"sharpe": sharpe}), "too-good") is expected


@pytest.mark.parametrize(
    ("pnl", "expected"),
    [
        ((100.0, -101.0, 1.0), None),  # no profit
        ((100.0, -60.0, -40.0, 1.0), SERIOUS),  # -99 without the best of 4
        ((49.0, 26.0, 26.0), None),  # 52 of 101 are left
        ((50.0, 25.0, 25.0), None),  # exactly the half
        ((51.0, 25.0, 25.0), WARNING),  # 50 of 101
        ((10.0,) * 19 + (1.0, 9.0), None),
        ((100.0,), None),  # one trade is too few, and told as that
    ],
)
def test_a_profit_that_rests_on_the_best_trades(pnl: tuple[float, ...], expected: Severity | None) -> None:
    assert severity_of(a_view([1000.0], **trips(*pnl)), "one-lucky-trade") is expected


def test_one_in_twenty_round_trips_counts_as_the_best_rounded_up() -> None:
    (found,) = of(a_view([1000.0], **trips(*([100.0] * 2 + [-2.0] * 19))), "one-lucky-trade")
    assert (found.facts["best"], found.facts["without"]) == (2, -38.0)


@pytest.mark.parametrize(("sessions", "last", "expected"), [(100, 1.0, WARNING), (99, 1.0, None), (100, 1.2, None)])
def test_a_return_that_rests_on_ten_days(sessions: int, last: float, expected: Severity | None) -> None:
    equity = [1000.0 * 1.01 ** min(n, 10) for n in range(sessions - 1)]
    assert severity_of(a_view([*equity, equity[-1] * last]), "few-days") is (expected if last == 1.0 else None)


@pytest.mark.parametrize(("first", "expected"), [(79.0, None), (80.0, None), (81.0, WARNING)])
def test_one_instrument_that_earned_it_all(first: float, expected: Severity | None) -> None:
    view = a_view([1000.0], symbols=("A.XNYS", "B.XNYS"), **trips(first, 100.0 - first, symbols=("A.XNYS", "B.XNYS")))
    assert severity_of(view, "one-instrument") is expected


@pytest.mark.parametrize(("best", "expected"), [(49.0, None), (50.0, None), (51.0, WARNING)])
def test_one_year_that_earned_it_all(best: float, expected: Severity | None) -> None:
    rest = (100.0 - best) / 2
    ends = [1000.0 + rest, 1000.0 + rest + best, 1100.0]
    assert severity_of(a_view(ends, first=date(2003, 6, 1), step=365), "one-year") is expected
    assert severity_of(a_view(ends[1:], first=date(2003, 6, 1), step=365), "one-year") is None


@pytest.mark.parametrize(
    ("fee", "expected"), [(33.0, None), (100 / 3, None), (34.0, WARNING), (99.0, WARNING), (100.0, SERIOUS)]
)
def test_costs_that_eat_the_gain(fee: float, expected: Severity | None) -> None:
    view = a_view([1000.0, 1100.0], **fills((10, 10.0, fee)))
    assert severity_of(view, "cost-sensitive") is expected


def test_trading_for_free_is_told_with_the_cost_at_which_nothing_is_left() -> None:
    (found,) = of(a_view([1000.0, 1010.0], **fills((50, 10.0, 0.0), (50, 10.0, 0.0))), "no-costs")
    assert found.facts["break_even_bps"] == pytest.approx(100.0)  # 10 of 1,000 that were traded
    assert not of(a_view([1000.0, 1010.0], **fills((50, 10.0, 0.01))), "no-costs")


@pytest.mark.parametrize(
    ("quantity", "expected"), [(100.0, None), (101.0, WARNING), (500.0, WARNING), (501.0, SERIOUS)]
)
def test_fills_that_take_too_much_of_a_bar(quantity: float, expected: Severity | None) -> None:
    assert severity_of(a_view([1000.0], **fills((quantity, 10.0, 1.0))), "thin-bars") is expected


def test_one_thin_fill_of_a_hundred_is_no_warning_and_two_are() -> None:
    plain = [(1.0, 10.0, 1.0)]
    assert severity_of(a_view([1000.0], **fills(*plain * 99, (200.0, 10.0, 1.0))), "thin-bars") is None
    assert severity_of(a_view([1000.0], **fills(*plain * 98, *[(200.0, 10.0, 1.0)] * 2)), "thin-bars") is WARNING


@pytest.mark.parametrize(("quantity", "expected"), [(10.0, None), (10.1, NOTE), (99.0, NOTE), (101.0, WARNING)])
def test_the_money_that_the_fills_carry(quantity: float, expected: Severity | None) -> None:
    view = a_view([1000.0], **fills((quantity, 10.0, 1.0)))
    assert severity_of(view, "capacity") is expected
    if expected is not None:
        assert of(view, "capacity")[0].facts["capacity"] == pytest.approx(1000.0 * 100.0 / quantity)


def test_fills_on_bars_that_did_not_move_or_trade_are_counted() -> None:
    made = fills((1, 10.0, 1.0), (1, 10.0, 1.0), (1, 10.0, 1.0))
    bars = made["prices"].with_columns(pl.Series("volume", [1000.0, 0.0, 1000.0]), pl.Series("high", [11.0, 11.0, 9.0]))
    (found,) = of(a_view([1000.0], **(made | {"prices": bars})), "stale-bars")
    assert found.facts["fills"] == 2 and found.severity is WARNING
    assert not of(a_view([1000.0], **made), "stale-bars")


def test_bars_without_volume_are_told_once() -> None:
    view = a_view([1000.0], **fills((1, 10.0, 1.0), volume=0.0))
    assert severity_of(view, "no-volume") is NOTE and not of(view, "stale-bars") and not of(view, "thin-bars")


def test_fills_at_the_close_that_decided_them() -> None:
    view = a_view([1000.0], **fills((1, 10.0, 1.0)))
    assert severity_of(view, "same-bar") is None
    assert severity_of(replace(view, fill_rule="signal-close"), "same-bar") is WARNING


def test_positions_that_the_account_could_not_carry() -> None:
    assert severity_of(a_view([1000.0], **fills((1, 10.0, 1.0), reason="liquidation")), "margin-call") is SERIOUS


@pytest.mark.parametrize(("lowest", "expected"), [(0.01, None), (0.0, SERIOUS), (-1.0, SERIOUS)])
def test_ruin(lowest: float, expected: Severity | None) -> None:
    assert severity_of(a_view([1000.0, lowest, 5.0]), "ruin") is expected


@pytest.mark.parametrize(("edge", "inwards"), [("low", 1), ("high", -1)])
def test_a_parameter_at_the_edge_of_its_range(edge: str, inwards: int) -> None:
    last = int(getattr(REGISTRY["moving_average"].parameters["fast"], edge))
    for fast, expected in ((last, WARNING), (last + inwards, None)):
        view = a_view([1000.0], strategy="moving_average", parameters={"fast": fast, "slow": 300, "short": False})
        assert severity_of(view, "edge-of-range") is expected


def test_a_default_at_the_edge_was_chosen_by_nobody() -> None:
    view = a_view([1000.0], strategy="momentum_rotation", parameters={"lookback": 126, "every": 21, "top": 2})
    assert severity_of(view, "edge-of-range") is None


def prices_of(ends: dict[str, date]) -> pl.DataFrame:
    rows = [
        {"symbol": name, "time": datetime(day.year, day.month, day.day, tzinfo=UTC)}
        for name, end in ends.items()
        for day in (FIRST, end)
    ]
    return pl.DataFrame(rows)


@pytest.mark.parametrize(("missed", "sessions", "expected"), [(10, 252, NOTE), (11, 252, None), (10, 251, None)])
def test_a_universe_in_which_nobody_dies(missed: int, sessions: int, expected: Severity | None) -> None:
    last = FIRST + timedelta(days=sessions - 1)
    prices = prices_of({"A.XNYS": last, "B.XNYS": last - timedelta(days=missed)})
    view = a_view([1000.0] * sessions, symbols=("A.XNYS", "B.XNYS"), prices=prices)
    assert severity_of(view, "survivors-only") is expected


def test_a_crisis_is_measured_from_close_to_close_where_the_run_holds_all_of_it() -> None:
    flash = next(one for one in CRISES if one.name == "Flash crash")
    inside = a_view([1000.0, 1000.0, 950.0, 990.0], first=flash.first - timedelta(days=1))
    (found,) = of(inside, "crisis")
    assert found.facts["return"] == pytest.approx(-0.05) and "2010-05-05 to 2010-05-06" in found.found
    assert "SEC and CFTC" in found.found and not of(inside, "no-crisis")
    assert of(a_view([1000.0, 950.0], first=flash.last), "crisis") == []
    assert len(of(a_view([1000.0, 950.0], first=flash.first), "crisis")) == 1


def test_crises_are_dated_in_order_and_have_a_source() -> None:
    assert [one.first for one in CRISES] == sorted(one.first for one in CRISES)
    assert all(one.first < one.last and one.source for one in CRISES)


def test_the_page_on_reviews_names_every_remark() -> None:
    page = (ROOT / "docs" / "concepts" / "review.md").read_text(encoding="utf-8")
    sources = "".join(path.read_text(encoding="utf-8") for path in SOURCES)
    codes = set(re.findall(r'ReviewRemark\(\s*"([a-z-]+)"', sources))
    assert len(codes) >= 18
    assert codes == set(re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE))
