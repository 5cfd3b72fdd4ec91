"""Tables in, tables out: pandas, Polars and numpy are all taken; and how the statistics are counted is yours to say."""

import pandas as pd
import polars as pl

import tradewright as tw

FILE = "examples/data/ibm.csv"
by_polars = pl.read_csv(FILE, try_parse_dates=True)
by_pandas = pd.read_csv(FILE, index_col="Date", parse_dates=True)
by_numpy = {name: by_polars[name].to_numpy() for name in by_polars.columns}

loaded = [tw.load_bars(table, symbol="IBM") for table in (FILE, by_polars, by_pandas, by_numpy)]
print("the same bars from a file, Polars, pandas and numpy:", len({bars.digest for bars in loaded}) == 1)

bars = loaded[0]
result = tw.backtest(tw.MeanReversion(), bars, benchmark=bars)
print(result.equity.select("session", "equity", "benchmark").tail(2))
print("as numpy:", result.equity["equity"].to_numpy()[-2:], " as pandas:", type(result.fills.to_pandas()).__name__)

# The conventions of a run: they are kept with it and printed on its tear sheet.
other = tw.backtest(tw.MeanReversion(), bars, risk_free=0.02, periods_per_year=260, ddof=0)
for name in ("sharpe", "volatility_annual", "return_annual"):
    print(f"{name:18} {result.stats[name]:8.4f} by default {other.stats[name]:8.4f} with own conventions")
print("alpha and beta against the benchmark:", round(result.stats["alpha"], 4), round(result.stats["beta"], 4))

# The same measures on any returns of yours, as lists, numpy, Polars or pandas.
returns = by_pandas["Close"].pct_change()  # the first is NaN: a period without an observation
print("Sharpe of the price: ", round(tw.metrics.sharpe(returns, periods_per_year=252), 4))
print("worst day in twenty: ", round(tw.metrics.value_at_risk(returns), 4))
