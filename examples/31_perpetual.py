"""A perpetual: funding every eight hours, interest on the cash beside it, and what a short of it earned.

The prices are made up (a walk whose seed is fixed), so that every number can be computed again.
"""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

import tradewright as tw

HOURS = 30 * 24
random = np.random.default_rng(7)
close = np.round(40_000 * np.exp(np.cumsum(random.normal(0, 0.004, HOURS))), 1)
opened = np.concatenate(([40_000.0], close[:-1]))
times = [datetime(2024, 3, 1, tzinfo=UTC) + timedelta(hours=n + 1) for n in range(HOURS)]
prices = pl.DataFrame(
    {
        "time": times, "open": opened, "high": np.maximum(opened, close), "low": np.minimum(opened, close),
        "close": close, "volume": 100.0,
    }
)  # fmt: skip
bars = tw.load_bars(prices, symbol="BTCUSDT.BINANCE", timeframe="1h")

# Funding is a table: instrument, time, rate, mark_price. With `tradewright data import FILE --table funding` the store
# has it, and `funding=True` is enough. A positive rate is paid by longs.
moments = [datetime(2024, 3, 1, tzinfo=UTC) + timedelta(hours=8 * n) for n in range(91)]
funding = pl.DataFrame(
    {
        "instrument": ["BTCUSDT.BINANCE"] * 91,
        "time": moments,
        "rate": np.round(random.normal(0.0002, 0.0001, 91), 6),
        "mark_price": np.concatenate(([40_000.0], close[7::8])),
    }
)


class ShortForFunding(tw.Strategy):
    """Half of equity short, all the time."""

    speaks = tw.Speaks.WEIGHTS

    def generate_signals(self, bars: tw.Bars) -> np.ndarray:
        return np.where(np.arange(len(bars)) == 0, -0.5, np.nan)


plain = tw.backtest(ShortForFunding, bars, lot=0.001)
result = tw.backtest(ShortForFunding, bars, lot=0.001, funding=funding, interest=0.04)
print(f"without funding: {plain.stats['final_equity']:,.2f}")
print(f"with it:         {result.stats['final_equity']:,.2f}, funding {result.stats['funding']:,.2f}")
print(f"interest on what is not proceeds of the short: {result.stats['interest']:,.2f}")
print(result.carried.group_by("kind").agg(pl.len(), pl.col("amount").sum()).sort("kind"))
