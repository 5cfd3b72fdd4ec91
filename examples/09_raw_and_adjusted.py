"""Prices as they were traded, prices adjusted for splits and dividends, and what was known when.

The bars are those of `tradewright demo`, in a project folder of their own. AAPL split 2:1 on 2005-02-28.
"""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

import tradewright as tw

TRADEWRIGHT = Path(sys.executable).with_name("tradewright")
PROJECT = "examples/out/corrected"
subprocess.run([TRADEWRIGHT, "demo", PROJECT], check=True, stdout=subprocess.DEVNULL)
os.chdir(PROJECT)

raw = tw.load_bars("AAPL", start="2004", end="2006")
adjusted = tw.load_bars("AAPL", start="2004", end="2006", prices="adjusted")
print("Around the split:", [action for action in raw.actions if action.value == 2.0])
around = slice(288, 292)
print(pl.DataFrame({"raw": raw.close[around], "adjusted": adjusted.close[around]}))

# Raw is the default: orders and fills are in the prices of their day, and the engine splits the position and pays the
# dividends on their dates. A strategy sees prices without the jumps of splits either way.
for bars in (raw, adjusted):
    result = tw.backtest(tw.MovingAverage(), bars, lot=0)
    first = result.fills.row(0, named=True)
    print(f"{bars.prices:8}  bought at {first['price']:6.2f}, total return {result.stats['total_return']:.2%}")

# A correction is kept beside what it corrects. Read as of a moment, the bars are those that were known by then.
before = datetime.now(UTC)
session = pl.Series(raw.session).cast(pl.Date)[-1]
Path("correction.csv").write_text(f"Date,Open,High,Low,Close,Volume\n{session},86.29,86.58,81.9,84.24,44225700\n")
words = ("data", "import", "correction.csv", "--symbol", "AAPL.XNAS", "--source", "wiki")
subprocess.run([TRADEWRIGHT, *words], check=True)

now = tw.load_bars("AAPL", start="2004", end="2006")
then = tw.load_bars("AAPL", start="2004", end="2006", as_of=before.isoformat())
print(f"close of {session}: known now {now.close[-1]}, known before {then.close[-1]}")
print("the same rows have the same digest:", then.digest == raw.digest)
print("other rows have another:", now.digest != raw.digest)
