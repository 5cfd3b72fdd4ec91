"""The review of a run's money: does it rest on one trade, a few days, one instrument, one year, or free trading?"""

import math
from collections.abc import Iterator
from typing import Final

import polars as pl

from tradewright.application.backtests.review_remark import ReviewRemark, Severity, column
from tradewright.application.backtests.views import BacktestView

LUCKY_PART: Final = 0.05
"""The best round trips that are taken away: this part of them, one at least."""
LUCKY_SHARE: Final = 0.5
"""Of the profit that may rest on them."""
BEST_SESSIONS: Final = 10
LEAST_SESSIONS: Final = 100
ONE_INSTRUMENT: Final = 0.8
"""Of the profits that one of several instruments may earn."""
ONE_YEAR: Final = 0.5
"""Of the whole gain that one of three or more years may earn."""
DEAR, VERY_DEAR = 4.0, 2.0
"""Times the costs at which nothing is left: below the first a warning, up to the second serious."""


def reviewed_money(view: BacktestView) -> Iterator[ReviewRemark]:
    """All remarks on where the money came from."""
    yield from _luck(view)
    yield from _days(view)
    yield from _instruments(view)
    yield from _years(view)
    yield from _costs(view)


def _luck(view: BacktestView) -> Iterator[ReviewRemark]:
    pnl = column(view.round_trips, "pnl").drop_nulls().sort(descending=True)
    total = float(pnl.sum()) if len(pnl) else 0.0
    if len(pnl) < 2 or total <= 0:
        return
    best = max(1, math.ceil(len(pnl) * LUCKY_PART))
    without = total - float(pnl[:best].sum())
    facts = {"best": best, "profit": total, "without": without}
    trips = "the best round trip" if best == 1 else f"the best {best} of {len(pnl)} round trips"
    if without <= 0:
        told = f"without {trips} the profit of {total:,.0f} is a loss of {-without:,.0f}"
        yield ReviewRemark("one-lucky-trade", Severity.SERIOUS, told, "look at those trades one by one", facts)
    elif without < total * (1 - LUCKY_SHARE):
        told = f"without {trips} {without:,.0f} is left of a profit of {total:,.0f}"
        yield ReviewRemark("one-lucky-trade", Severity.WARNING, told, "look at those trades one by one", facts)


def _days(view: BacktestView) -> Iterator[ReviewRemark]:
    if view.equity.is_empty() or not {"session", "equity"} <= set(view.equity.columns):
        return
    daily = view.equity.group_by("session", maintain_order=True).agg(pl.col("equity").last()).get_column("equity")
    if len(daily) < LEAST_SESSIONS or view.cash <= 0:
        return
    before = pl.concat([pl.Series("equity", [float(view.cash)]), daily.cast(pl.Float64)[:-1]])
    growth = (daily / before).filter(before > 0).sort(descending=True)
    total, without = float(growth.product()) - 1.0, float(growth[BEST_SESSIONS:].product()) - 1.0
    if total > 0 >= without:
        told = f"without the best {BEST_SESSIONS} of {len(daily):,} sessions a return of {total:.1%} is {without:.1%}"
        facts = {"return": total, "without": without}
        yield ReviewRemark("few-days", Severity.WARNING, told, "expect to miss some of them", facts)


def _instruments(view: BacktestView) -> Iterator[ReviewRemark]:
    if len(view.symbols) < 2 or view.round_trips.is_empty():
        return
    by = view.round_trips.group_by("symbol").agg(pl.col("pnl").sum()).sort("pnl", "symbol", descending=True)
    gains = by.filter(pl.col("pnl") > 0)
    total = float(gains["pnl"].sum())
    if total <= 0:
        return
    share = float(gains["pnl"][0]) / total
    if share > ONE_INSTRUMENT:
        told = f"{gains['symbol'][0]} earned {share:.0%} of what {len(view.symbols)} instruments earned"
        yield ReviewRemark(
            "one-instrument", Severity.WARNING, told, "test without it", {"share": share}
        )  # fmt: skip


def _years(view: BacktestView) -> Iterator[ReviewRemark]:
    sessions, equity = column(view.equity, "session"), column(view.equity, "equity")
    if not len(sessions) or sessions.dtype != pl.Date:
        return
    ends = pl.DataFrame({"year": sessions.dt.year(), "equity": equity}).group_by("year", maintain_order=True).last()
    gains = ends["equity"].diff().fill_null(float(ends["equity"][0]) - view.cash)
    total = float(gains.sum())
    if len(ends) < 3 or total <= 0:
        return
    share, year = float(gains.max()) / total, ends["year"][int(gains.arg_max() or 0)]  # type: ignore[arg-type]
    if share > ONE_YEAR:
        told = f"{year} earned {share:.0%} of the gain of {len(ends)} years"
        yield ReviewRemark("one-year", Severity.WARNING, told, "look what the other years were like", {"share": share})


def _costs(view: BacktestView) -> Iterator[ReviewRemark]:
    """The fills as they are, priced dearer."""
    quantity, price = column(view.fills, "quantity"), column(view.fills, "price")
    if not len(quantity) or view.equity.is_empty():
        return
    traded = float((quantity * price).abs().sum())
    gain = float(column(view.equity, "equity")[-1]) - view.cash
    paid = float(column(view.fills, "fee").sum() or 0.0) + float(column(view.fills, "slippage").sum() or 0.0)
    if paid <= 0:
        told = "it trades for free"
        if gain > 0 < traded:
            told += f"; at {gain / traded * 1e4:.1f} bps of what is traded nothing is left"
        bps = gain / traded * 1e4 if traded else 0.0
        yield ReviewRemark("no-costs", Severity.WARNING, told, "say costs, then double them", {"break_even_bps": bps})
        return
    if gain <= 0:
        return
    times = 1.0 + gain / paid
    facts = {"costs": paid, "gain": gain, "at_twice": gain - paid, "break_even_times": times}
    told = f"at twice the costs {gain - paid:,.0f} is left of {gain:,.0f}; at {times:.1f} times nothing is left"
    if times <= VERY_DEAR:
        yield ReviewRemark("cost-sensitive", Severity.SERIOUS, told, "trade less, or find a larger edge", facts)
    elif times < DEAR:
        yield ReviewRemark("cost-sensitive", Severity.WARNING, told, "be sure of the costs", facts)
