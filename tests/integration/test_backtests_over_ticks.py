"""`tw.backtest` over ticks: tables, statistics, tear sheet and name of the run, on small streams and on real data."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.shared_data import shared

import tradewright as tw
from tradewright.domain.errors import DataError, InputError

SECOND = 1_000_000_000
START = 1_600_000_000 * SECOND


class Maker(tw.CompiledStrategy):
    """A bid below the last trade, an offer above what it holds."""

    gap: float = tw.parameter(0.001)
    is_patient: bool = tw.parameter(False)
    order: int = tw.state(0)
    price: float = tw.state(0.0)

    def on_tick(self, desk: Any, tick: Any) -> None:
        """One order at a time."""
        if tick.kind != tw.TRADE or desk.is_working(self.order):
            return
        if desk.position() <= 0:
            self.price = tick.price * (1 - self.gap)
            self.order = desk.buy(1.0, limit=self.price, post_only=self.is_patient)
        else:
            self.order = desk.sell(1.0, limit=self.price * (1 + 2 * self.gap), post_only=self.is_patient)


def walk(rows: int = 3_000) -> pl.DataFrame:
    random = np.random.default_rng(7)
    return pl.DataFrame(
        {
            "time": START + np.cumsum(random.integers(1, 2 * SECOND, rows)),
            "price": np.round(100 * np.exp(np.cumsum(random.normal(0, 5e-4, rows))), 2),
            "size": random.integers(1, 20, rows),
            "side": np.where(random.random(rows) < 0.5, "buy", "sell"),
        }
    )


def test_a_run_over_trades_has_everything_a_run_has(tmp_path: Path) -> None:
    trades = tw.load_trades(walk(), symbol="AAA.SIM")
    result = tw.backtest(Maker(gap=0.001), trades, lot=0, costs=tw.Commission(bps=1), engine="runtime")
    assert result.engine == "runtime"
    assert result.stats["fills"] == len(result.fills) > 5
    assert result.equity.height == len(result.bars)
    times = result.fills.get_column("time").dt.timestamp("ns").to_numpy()
    assert set(times) <= set(trades.time)
    assert result.view.fill_rule == "at events"
    ticks = result.view.assumptions["ticks"]
    assert isinstance(ticks, dict)
    assert ticks["sampled"] == "1m"
    assert result.to_html(tmp_path / "sheet.html").stat().st_size > 10_000


def test_the_name_of_a_run_knows_its_ticks_and_its_terms() -> None:
    trades = tw.load_trades(walk(300), symbol="AAA.SIM")
    run = tw.backtest(Maker(), trades, lot=0, engine="runtime").run_id
    assert tw.backtest(Maker(), trades, lot=0, engine="runtime").run_id == run
    assert tw.backtest(Maker(), trades, lot=0, engine="runtime", order_latency_ns=5).run_id != run
    assert tw.backtest(Maker(), trades.rows(0, 299), lot=0, engine="runtime").run_id != run
    assert tw.backtest(Maker(gap=0.01), trades, lot=0, engine="runtime").run_id != run


def walked_bars() -> tw.Bars:
    days: dict[str, list[object]] = {name: [2.0, 3.0] for name in ("open", "high", "low", "close")}
    days["time"] = ["2020-01-02", "2020-01-03"]
    return tw.load_bars(days, symbol="AAA.SIM")


def test_what_does_not_fit_together_is_refused() -> None:
    trades = tw.load_trades(walk(10), symbol="AAA.SIM")
    with pytest.raises(InputError, match=r"tw\.CompiledStrategy"):
        tw.backtest(tw.MovingAverage(), trades)
    with pytest.raises(InputError, match="no benchmark"):
        tw.backtest(Maker(), trades, benchmark="SPY")
    with pytest.raises(InputError, match="of runs over ticks"):
        tw.backtest(tw.MovingAverage(), {"time": [1], "close": [2]}, order_latency_ns=5)
    with pytest.raises(InputError, match="a strategy for ticks"):
        tw.backtest(Maker(), walked_bars())
    with pytest.raises(InputError, match="carries nothing"):
        tw.backtest(Maker(), trades, interest=0.05)
    with pytest.raises(InputError, match="turbo"):
        tw.backtest(Maker(), trades, engine="turbo")


@pytest.mark.parametrize("unit", [1, 1_000, 1_000_000, 1_000_000_000], ids=["ns", "us", "ms", "s"])
def test_stamps_are_read_in_any_unit(unit: int) -> None:
    table = {"timestamp": [START // unit, START // unit + 1], "price": [1.0, 2.0], "amount": [1.0, 1.0]}
    assert tw.load_trades(table, symbol="AAA.SIM").time.tolist() == [START, START + unit]


def test_columns_that_are_not_there_are_asked_for() -> None:
    with pytest.raises(InputError, match="no column is the price"):
        tw.load_trades({"time": [1], "cost": [2.0], "size": [1.0]}, symbol="AAA.SIM")
    found = tw.load_trades({"time": [1], "cost": [2.0], "size": [1.0]}, symbol="A.B", columns={"price": "cost"})
    assert found.price.tolist() == [2.0]
    with pytest.raises(DataError, match="side cannot be read"):
        tw.load_trades({"time": [1], "price": [2.0], "size": [1.0], "side": ["up"]}, symbol="AAA.SIM")


def test_candles_of_real_trades_are_the_exchanges_own() -> None:
    folder = shared("data/crypto/freqtrade")
    trades = tw.load_trades(
        folder / "XRP_ETH-trades.parquet", symbol="XRPETH.BINANCE", currency="ETH", columns={"quantity": "amount"}
    )
    assert len(trades) == 12_477
    bars = tw.backtest(Maker(), trades, lot=0, engine="runtime").bars
    theirs = pl.read_ipc(folder / "XRP_ETH-1m.feather").filter(pl.col("volume") > 0)
    opened = theirs.get_column("date").dt.timestamp("ns").to_numpy()
    at = np.searchsorted(bars.time, opened + 60 * SECOND)
    whole = (at < len(bars)) & (bars.time[np.minimum(at, len(bars) - 1)] == opened + 60 * SECOND)
    assert whole.sum() > 2_000
    for name, ours in (("open", bars.open), ("high", bars.high), ("low", bars.low), ("close", bars.close)):
        assert np.array_equal(theirs.get_column(name).to_numpy()[whole], ours[at[whole]]), name


def test_a_maker_on_real_quotes_and_trades_fills_only_where_trades_reached() -> None:
    folder = shared("data/microstructure/nautilus/binance")
    trades = tw.load_trades(folder / "btcusdt-trades.parquet", symbol="BTCUSDT.BINANCE")
    quotes = tw.load_quotes(folder / "btcusdt-quotes.parquet", symbol="BTCUSDT.BINANCE")
    both = tw.merged([quotes, trades])
    result = tw.backtest(Maker(gap=0.00005, is_patient=True), both, lot=0, cash=1e6, engine="runtime", sampled="1s")
    fills = result.fills
    assert fills.height > 0
    moments = fills.get_column("time").dt.timestamp("ns").to_numpy()
    for moment, price, side in zip(moments, fills["price"], fills["side"], strict=True):
        now = both.time == moment
        reached = both.price[now & (both.kind == 0)]
        offered = both.ask[now & (both.kind == 1)] if side == "BUY" else both.price[now & (both.kind == 1)]
        met = np.concatenate((reached, offered))
        assert (met <= price).any() if side == "BUY" else (met >= price).any()
