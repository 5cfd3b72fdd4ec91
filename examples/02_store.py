"""The store: import a file once, then ask for bars by symbol and dates.

A project folder holds market data (in `.tradewright`), settings and tear sheets. Python and the command line work in
the same one: the nearest folder, from where you are upwards, that has a `tradewright.toml`.
"""

import os
import subprocess
import sys
from pathlib import Path

import tradewright as tw


def tradewright(*words):
    """Run a command as you would in a shell."""
    print("$ tradewright", *words)
    subprocess.run([Path(sys.executable).with_name("tradewright"), *words], check=True)


prices = Path("examples/data/ibm.csv").resolve()
project = Path("examples/project")
project.mkdir(exist_ok=True)
os.chdir(project)

tradewright("init", "--yes")  # writes tradewright.toml; a file that is there is kept
tradewright("data", "import", str(prices), "--symbol", "IBM", "--venue", "XNYS")  # a second time adds nothing
tradewright("data", "validate", "IBM")
tradewright("data", "sql", "SELECT year(session) AS year, max(high) AS high FROM bars GROUP BY year ORDER BY year")

# Dates are session dates, both inclusive; a year or a month means all of it.
bars = tw.load_bars("IBM", start="2005", end="2009-06")
result = tw.backtest(tw.MeanReversion(), bars)
result.keep()  # beside the runs of `tradewright backtest run`

print(f"{len(bars)} bars of {bars.instruments[0]}, digest {bars.digest[:12]}")
tradewright("backtest", "list")
