"""Your first backtest: a file of prices, a strategy, a tear sheet.

Run it from the project's folder: .venv/bin/python examples/01_first_backtest.py
"""

import tradewright as tw

bars = tw.load_bars("examples/data/ibm.csv", symbol="IBM")
result = tw.backtest(tw.MovingAverage(fast=20, slow=50), bars, cash=100_000)
result.to_html("examples/out/ibm.html")

print(result)
