"""A trading session on paper: the same strategy, now through orders, the risk gate, a journal and a simulated venue.

`tw.paper` runs in this process, as fast as it goes. In a shell `tradewright trade start` runs the same core in
processes that can be watched, commanded, killed and resumed.
"""

import polars as pl

import tradewright as tw

bars = tw.load_bars("examples/data/ibm.csv", symbol="IBM", start="2005")
session = tw.paper(tw.TrendFollowing(fast=10, slow=40), bars, cash=100_000, costs=tw.Commission(bps=5))
print(session)

print("\nThe last executions:")
for fill in session.fills.tail(4).iter_rows(named=True):
    print(f"{fill['time']:%Y-%m-%d}  {fill['side']:4} {fill['quantity']:4.0f} at {fill['price']:6.2f}")

worst = session.equity.select((pl.col("equity") / pl.col("equity").cum_max() - 1).min()).item()
print(f"\nDeepest drawdown {worst:.2%}; a position is at most 5% of equity, so nothing here is dramatic.")

book = session.view.portfolio  # money is exact: decimals, to the last digit
(result,) = book.strategies
print(f"Realized {result.realized}, fees {result.fees}: not a cent is lost")
assert book.equity == 100_000 + result.net
