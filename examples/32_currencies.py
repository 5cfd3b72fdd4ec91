"""An account in euros that holds a share in dollars: what came from the price, the currency, dividends, interest.

The share's prices come with the project; the rates of exchange are made up, one a session.
"""

import numpy as np
import polars as pl

import tradewright as tw

whole = tw.load_bars("examples/data/ibm.csv", symbol="IBM.XNYS", start="2004", end="2006")

# Rates of exchange are bars of a pair, named by its two currencies; turned round or crossed through a third where there
# is no direct one. A rate is known once its bar has closed.
sessions = pl.Series(whole.session).cast(pl.Date)
walk = 1.25 * np.exp(np.cumsum(np.random.default_rng(3).normal(0, 0.005, len(whole))))
rates = pl.DataFrame({"date": sessions, "open": walk, "high": walk, "low": walk, "close": walk, "volume": 1.0})
eurusd = tw.load_bars(rates, symbol="EURUSD.FX", timeframe="1d")
bars = whole.rows(5, len(whole))  # a run needs a rate that is known before its first bar closes

dollars = tw.backtest(tw.MovingAverage(), bars)
euros = tw.backtest(tw.MovingAverage(), bars, currency="EUR", rates={"EURUSD": eurusd}, interest=0.02)
print(f"in dollars, without interest: {dollars.stats['final_equity']:,.2f}")
print(f"in euros: {euros.stats['final_equity']:,.2f}")
print(f"  of that from rates of exchange: {euros.stats['currency_pnl']:,.2f}")
print(f"  of that interest on cash: {euros.stats['interest']:,.2f}")

# A rate that is missing is an error that names the pair and the remedy, never a rate of one.
try:
    tw.backtest(tw.MovingAverage(), bars, currency="CHF", rates={"EURUSD": eurusd})
except tw.DataError as problem:
    print(problem)
