"""P3: the crossover for every pair of 25 fast and 40 slow windows, on 100,000 one-minute bars; figures of each.

Each row of the sweep equals the single run with its parameters, bit for bit; one of them is run to see it.
"""

import polars as pl

import tradewright as tw
from benchmarks.workloads.case import Answers, Case, Place, steady
from benchmarks.workloads.crossover import CASH, FEE_BPS, Crossover, backtest, minutes

FIGURES = ("final_equity", "sharpe", "max_drawdown", "round_trips", "fills")
FIRST_FAST, FIRST_SLOW, SLOW_STEP = 5, 40, 5


def _sweep(place: Place) -> Case:
    bars = minutes(place, place.sizes.sweep_minutes)
    fasts, slows = place.sizes.combinations
    grid = {
        "fast": [FIRST_FAST + k for k in range(fasts)],
        "slow": [FIRST_SLOW + SLOW_STEP * k for k in range(slows)],
    }

    def run() -> Answers:
        found = _swept(bars, grid)
        return {
            "combinations": float(len(found)),
            "final_equity": float(found["final_equity"][0]),
            "mean_final_equity": float(found["final_equity"].mean()),  # type: ignore[arg-type]
            "fills": float(found["fills"].sum()),
        }

    return steady(fasts * slows, run, check=lambda: _check(bars, grid))


def _swept(bars: tw.Bars, grid: dict[str, list[int]]) -> pl.DataFrame:
    return tw.sweep(Crossover, bars, grid=grid, cash=CASH, costs=tw.Commission(bps=FEE_BPS), lot=0, size_at="fill")


def _check(bars: tw.Bars, grid: dict[str, list[int]]) -> None:
    """One row and the single run with its parameters are the same numbers."""
    row = _swept(bars, {name: values[-1:] for name, values in grid.items()}).row(0, named=True)
    single = backtest(Crossover(fast=row["fast"], slow=row["slow"]), bars, "kernel").stats
    differing = [name for name in FIGURES if row[name] != single[name]]
    assert not differing, f"the sweep differs from the single run in {', '.join(differing)}"


CASES = {"P3.sweep": _sweep}
