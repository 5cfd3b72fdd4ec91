"""One engine at two speeds, and exact decimals: how a result can be checked by running it again.

`runtime` goes bar by bar in Python, `kernel` is compiled; both run the same step and agree to the last bit.
`numbers="exact"` counts in decimals instead of floats, as paper and live trading do.
"""

import tradewright as tw

bars = tw.load_bars("examples/data/ibm.csv", symbol="IBM")
strategy = tw.TrendFollowing()
costs = tw.Commission(bps=5) + tw.Spread(bps=4)

runtime = tw.backtest(strategy, bars, costs=costs, engine="runtime")
kernel = tw.backtest(strategy, bars, costs=costs, engine="kernel")
exact = tw.backtest(strategy, bars, costs=costs, numbers="exact")

for name, result in {"runtime": runtime, "kernel": kernel, "exact": exact}.items():
    print(f"{name:8} {result.stats['final_equity']!r}")
print("fills are equal:   ", runtime.fills.equals(kernel.fills))
print("equity is equal:   ", runtime.equity.equals(kernel.equity))
print("one name, one run: ", runtime.run_id == kernel.run_id)

same_orders = runtime.fills["quantity"].equals(exact.fills["quantity"])
distance = abs(runtime.stats["final_equity"] - exact.stats["final_equity"])
print("exact decimals:     the same orders" if same_orders else "other orders", f"- and {distance:.1e} off in cash")
