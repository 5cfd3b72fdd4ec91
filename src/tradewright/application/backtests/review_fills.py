"""The review of a run's fills: would anybody have got them, and how much money do they carry?"""

from collections.abc import Iterator
from typing import Final

import numpy as np
import polars as pl

from tradewright.application.backtests.review_remark import ReviewRemark, Severity, column
from tradewright.application.backtests.views import BacktestView
from tradewright.engine.assumptions import FillRule

THIN, VERY_THIN = 0.1, 0.5
"""Parts of a bar's volume that a fill takes: above the first it is thin, above the second nobody would get it."""
THIN_FILLS: Final = 0.01
"""Of the fills that may be thin before it is a warning."""
CARRIED: Final = 0.95
"""Capacity is told for this part of the fills."""
ROOM: Final = 10.0
"""Times the cash of the run that should find room."""
RUINED: Final = 0.0


def reviewed_fills(view: BacktestView) -> Iterator[ReviewRemark]:
    """All remarks on the fills."""
    if not view.fills.is_empty():
        yield from _same_bar(view)
        yield from _liquidity(view)
        yield from _margin(view)
    equity = column(view.equity, "equity")
    if len(equity) and float(equity.min()) <= RUINED:  # type: ignore[arg-type]
        lowest = float(equity.min())  # type: ignore[arg-type]
        told = f"equity fell to {lowest:,.0f}: the account was ruined"
        yield ReviewRemark("ruin", Severity.SERIOUS, told, "take less leverage", {"lowest": lowest})


def _same_bar(view: BacktestView) -> Iterator[ReviewRemark]:
    if view.fill_rule != FillRule.SIGNAL_CLOSE:
        return
    asked = view.fills.filter(pl.col("reason").is_in(["order", "target"])).height
    told = f"{asked:,} fills at the very close that decided them"
    yield ReviewRemark("same-bar", Severity.WARNING, told, "use next-open fills", {"fills": asked})


def _margin(view: BacktestView) -> Iterator[ReviewRemark]:
    called = view.fills.filter(pl.col("reason") == "liquidation").height
    if called:
        told = f"{called:,} fills closed positions because the account could not carry them"
        yield ReviewRemark("margin-call", Severity.SERIOUS, told, "take less leverage", {"fills": called})


def _liquidity(view: BacktestView) -> Iterator[ReviewRemark]:
    if not {"time", "symbol", "volume"} <= set(view.prices.columns):
        return
    bars = view.prices.select("time", "symbol", "high", "low", "volume")
    met = view.fills.select("time", "symbol", "quantity").join(bars, on=["time", "symbol"], how="left")
    volume = met["volume"].fill_null(0.0).fill_nan(0.0).to_numpy()
    if not float(np.sum(volume)):
        told = "the bars have no volume, so nobody knows whether the fills were there to be had"
        yield ReviewRemark("no-volume", Severity.NOTE, told, "test on bars with volume", {})
        return
    quantity = met["quantity"].to_numpy()
    stale = int(((volume == 0) | (met["high"] == met["low"]).fill_null(value=True).to_numpy()).sum())
    if stale:
        told = f"{stale:,} of {met.height:,} fills on bars without volume or without a move"
        yield ReviewRemark("stale-bars", Severity.WARNING, told, "look at those bars", {"fills": stale})
    traded = volume > 0
    share = quantity[traded] / volume[traded]
    if not len(share):
        return
    yield from _thin(share)
    most = float(np.quantile(share, CARRIED))
    if most <= 0:
        return
    capacity = view.cash * THIN / most
    if capacity < view.cash * ROOM:
        told = f"from {capacity:,.0f} {view.currency} on one fill in twenty takes more than {THIN:.0%} of the volume"
        severity = Severity.WARNING if capacity < view.cash else Severity.NOTE
        yield ReviewRemark("capacity", severity, told, "plan for no more money than that", {"capacity": capacity})


def _thin(share: np.ndarray) -> Iterator[ReviewRemark]:
    thin, very = int((share > THIN).sum()), int((share > VERY_THIN).sum())
    facts = {"fills": thin, "very_thin": very, "largest_share": float(share.max())}
    told = (
        f"{thin:,} of {len(share):,} fills take more than {THIN:.0%} of a bar's volume, the largest {share.max():.0%}"
    )
    remedy = "set participation, so that larger orders fill in parts"
    if very:
        yield ReviewRemark("thin-bars", Severity.SERIOUS, told, remedy, facts)
    elif thin > THIN_FILLS * len(share):
        yield ReviewRemark("thin-bars", Severity.WARNING, told, remedy, facts)
