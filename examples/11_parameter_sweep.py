"""A sweep: try every combination of some parameters, and ask how much of the best one is luck.

The best of many tries looks good by chance. Look at its neighbours, at years it has not seen, and at what the best of
so many worthless ideas would have shown.
"""

import polars as pl

import tradewright as tw

FILE = "examples/data/ibm.csv"
chosen_on = tw.load_bars(FILE, symbol="IBM", end="2008")
unseen = tw.load_bars(FILE, symbol="IBM", start="2009")
costs = tw.Commission(bps=5) + tw.Spread(bps=4)

grid = {"fast": range(5, 55, 5), "slow": range(20, 220, 20)}  # combinations with fast >= slow are left out
table = tw.sweep(tw.MovingAverage, chosen_on, grid=grid, costs=costs).sort("sharpe", descending=True, nulls_last=True)
best = table.row(0, named=True)
print(f"{len(table)} combinations, the best five:")
print(table.select("fast", "slow", "sharpe", "max_drawdown", "round_trips").head(5))

# A good combination among bad neighbours is an accident.
near = table.filter((pl.col("fast") - best["fast"]).abs() <= 5, (pl.col("slow") - best["slow"]).abs() <= 20)
print(f"Sharpe of the best {best['sharpe']:.2f}, of it and its neighbours on average {near['sharpe'].mean():.2f}")

strategy = tw.MovingAverage(fast=best["fast"], slow=best["slow"])
seen = tw.backtest(strategy, chosen_on, costs=costs)
print("the row equals the single backtest:", seen.stats["final_equity"] == best["final_equity"])

returns = seen.equity["equity"].pct_change().drop_nulls()
variance = table["sharpe"].var() / 252  # of Sharpe ratios per day, as the formula wants them
luck = tw.metrics.deflated_sharpe(returns, trials=len(table), sharpe_variance=variance)
print(f"probability that it is better than the best of {len(table)} worthless ones: {luck:.0%}")
print(f"Sharpe in the years after: {tw.backtest(strategy, unseen, costs=costs).stats['sharpe']:.2f}")
