"""Every indicator that TA-Lib has, on ten years of real daily bars of five stocks, to 1e-8.

Where TA-Lib begins an average later than we do, the comparison starts after the difference has faded (`after`).
"""

import csv
import gzip
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pytest
import talib
from talib._ta_lib import MA_Type
from tests.shared_data import shared

from tradewright import indicators as ind
from tradewright.quant.arrays import Array

pytestmark = pytest.mark.oracle

Columns = dict[str, Array]
Lines = Sequence[Array]


@dataclass(frozen=True, slots=True)
class Case:
    """One comparison: ours and TA-Lib's lines of the same columns."""

    name: str
    ours: Callable[[Columns], Lines]
    theirs: Callable[[Columns], Lines]
    after: int = 0
    """First row that is compared."""
    earlier: bool = False
    """True where ours has values on rows where TA-Lib has none yet."""


def hlc(bars: Columns) -> tuple[Array, Array, Array]:
    return bars["high"], bars["low"], bars["close"]


def hl(bars: Columns) -> tuple[Array, Array]:
    return bars["high"], bars["low"]


def cv(bars: Columns) -> tuple[Array, Array]:
    return bars["close"], bars["volume"]


def close(bars: Columns) -> Array:
    return bars["close"]


def supertrend_of_talib(bars: Columns) -> Lines:
    """TA-Lib's direction is a whole number, 0 during warm-up."""
    line, trend = talib.SUPERTREND(*hlc(bars))
    return [line, np.where(trend == 0, np.nan, trend.astype(float))]


CASES = [
    Case("sma", lambda b: [ind.sma(close(b), 20)], lambda b: [talib.SMA(close(b), 20)]),
    Case("sma of 200", lambda b: [ind.sma(close(b), 200)], lambda b: [talib.SMA(close(b), 200)]),
    Case("ema", lambda b: [ind.ema(close(b), 20)], lambda b: [talib.EMA(close(b), 20)]),
    Case("wma", lambda b: [ind.wma(close(b), 20)], lambda b: [talib.WMA(close(b), 20)]),
    Case("rma", lambda b: [ind.rma(close(b), 14)], lambda b: [talib.RMA(close(b), 14)]),
    Case("dema", lambda b: [ind.dema(close(b), 20)], lambda b: [talib.DEMA(close(b), 20)]),
    Case("tema", lambda b: [ind.tema(close(b), 20)], lambda b: [talib.TEMA(close(b), 20)]),
    Case("hma", lambda b: [ind.hma(close(b), 20)], lambda b: [talib.HMA(close(b), 20)]),
    Case("kama", lambda b: [ind.kama(close(b), 30)], lambda b: [talib.KAMA(close(b), 30)]),
    Case("vwma", lambda b: [ind.vwma(*cv(b), window=20)], lambda b: [talib.VWMA(*cv(b), 20)]),
    Case("rsi", lambda b: [ind.rsi(close(b), 14)], lambda b: [talib.RSI(close(b), 14)]),
    Case("macd", lambda b: ind.macd(close(b)), lambda b: talib.MACD(close(b)), earlier=True),
    Case("macd 5/35/5", lambda b: ind.macd(close(b), fast=5, slow=35, signal=5),
         lambda b: talib.MACD(close(b), 5, 35, 5), earlier=True),
    Case("bollinger", lambda b: ind.bollinger(close(b), 20), lambda b: talib.BBANDS(close(b), 20)),
    Case("standard deviation", lambda b: [ind.standard_deviation(close(b), 10)],
         lambda b: [talib.STDDEV(close(b), 10)]),
    Case("true range", lambda b: [ind.true_range(*hlc(b))], lambda b: [talib.TRANGE(*hlc(b))]),
    Case("atr", lambda b: [ind.atr(*hlc(b))], lambda b: [talib.ATR(*hlc(b))]),
    Case("natr", lambda b: [ind.natr(*hlc(b))], lambda b: [talib.NATR(*hlc(b))]),
    Case("adx", lambda b: ind.adx(*hlc(b)),
         lambda b: [talib.ADX(*hlc(b)), talib.PLUS_DI(*hlc(b)), talib.MINUS_DI(*hlc(b))]),
    Case("slow stochastic", lambda b: ind.stochastic(*hlc(b), window=14), lambda b: talib.STOCH(*hlc(b), 14),
         earlier=True),
    Case("fast stochastic", lambda b: ind.stochastic(*hlc(b), window=5, smooth=1), lambda b: talib.STOCHF(*hlc(b), 5),
         earlier=True),
    Case("full stochastic", lambda b: ind.stochastic(*hlc(b), window=21, smooth=5, signal=4),
         lambda b: talib.STOCH(*hlc(b), 21, 5, MA_Type.SMA, 4, MA_Type.SMA), earlier=True),
    Case("stochastic rsi", lambda b: ind.stoch_rsi(close(b), 5), lambda b: talib.STOCHRSI(close(b), 14, 5, 3),
         earlier=True),
    Case("williams %r", lambda b: [ind.williams_r(*hlc(b))], lambda b: [talib.WILLR(*hlc(b))]),
    Case("donchian", lambda b: ind.donchian(*hl(b)), lambda b: talib.DONCHIAN(*hl(b), 20)),
    Case("keltner", lambda b: ind.keltner(*hlc(b)), lambda b: talib.KC(*hlc(b)), after=420),
    Case("vwap", lambda b: [ind.vwap(*hlc(b), b["volume"])], lambda b: [talib.VWAP(*hlc(b), b["volume"])]),
    Case("obv", lambda b: [ind.obv(*cv(b))], lambda b: [talib.OBV(*cv(b))]),
    Case("cci", lambda b: [ind.cci(*hlc(b), window=14)], lambda b: [talib.CCI(*hlc(b))]),
    Case("mfi", lambda b: [ind.mfi(*hlc(b), b["volume"])], lambda b: [talib.MFI(*hlc(b), b["volume"])]),
    Case("supertrend", lambda b: ind.supertrend(*hlc(b)), supertrend_of_talib),
    Case("roc", lambda b: [ind.roc(close(b), 10)], lambda b: [talib.ROC(close(b), 10)]),
    Case("momentum", lambda b: [ind.momentum(close(b), 10)], lambda b: [talib.MOM(close(b), 10)]),
    Case("psar", lambda b: [ind.psar(*hl(b))], lambda b: [talib.SAR(*hl(b), 0.02, 0.2)]),
    Case("aroon", lambda b: ind.aroon(*hl(b)),
         lambda b: [*talib.AROON(*hl(b), 25)[::-1], talib.AROONOSC(*hl(b), 25)]),
    Case("trix", lambda b: [ind.trix(close(b), 15)], lambda b: [talib.TRIX(close(b), 15)]),
    Case("ultimate oscillator", lambda b: [ind.ultimate_oscillator(*hlc(b))], lambda b: [talib.ULTOSC(*hlc(b))]),
    Case("accumulation", lambda b: [ind.accumulation(*hlc(b), b["volume"])],
         lambda b: [talib.AD(*hlc(b), b["volume"])]),
    Case("chaikin oscillator", lambda b: [ind.chaikin_oscillator(*hlc(b), b["volume"])],
         lambda b: [talib.ADOSC(*hlc(b), b["volume"])], earlier=True),
    Case("chaikin money flow", lambda b: [ind.cmf(*hlc(b), b["volume"])], lambda b: [talib.CMF(*hlc(b), b["volume"])]),
    Case("vortex", lambda b: ind.vortex(*hlc(b)), lambda b: talib.VORTEX(*hlc(b))),
    Case("true strength index", lambda b: ind.tsi(close(b))[:1], lambda b: [talib.TSI(close(b))]),
    Case("ppo", lambda b: ind.ppo(close(b))[:1], lambda b: [talib.PPO(close(b), 12, 26, MA_Type.EMA)]),
    Case("pvo", lambda b: ind.ppo(b["volume"])[:1], lambda b: [talib.PVO(b["volume"], 12, 26, 1)]),
    Case("force index", lambda b: [ind.force_index(*cv(b))], lambda b: [talib.EFI(*cv(b))]),
    Case("volume-price trend", lambda b: [ind.volume_price_trend(*cv(b))], lambda b: [talib.PVT(*cv(b))]),
    Case("linear regression", lambda b: ind.linear_regression(close(b)),
         lambda b: [talib.LINEARREG(close(b)), talib.LINEARREG_SLOPE(close(b))]),
    Case("awesome oscillator", lambda b: [ind.awesome_oscillator(*hl(b))], lambda b: [talib.AO(*hl(b))]),
    Case("chande momentum", lambda b: [ind.cmo(close(b))], lambda b: [talib.CMOU(close(b), 14)]),
]  # fmt: skip


@pytest.fixture(scope="module")
def stocks() -> dict[str, Columns]:
    """Open, high, low, close and volume of five stocks, 2000-2013."""
    names = {"open": "Open", "high": "High", "low": "Low", "close": "Close", "volume": "Volume"}
    columns: dict[str, dict[str, list[float]]] = {}
    with gzip.open(shared("data/equities_daily/wiki_5stocks_2000_2013.csv.gz"), "rt") as file:
        for row in csv.DictReader(file):
            stock = columns.setdefault(row["Ticker"], {name: [] for name in names})
            for name, heading in names.items():
                stock[name].append(float(row[heading]))
    return {symbol: {name: np.array(values) for name, values in stock.items()} for symbol, stock in columns.items()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lines_equal_those_of_talib_on_five_stocks(case: Case, stocks: dict[str, Columns]) -> None:
    for symbol, bars in stocks.items():
        for place, (mine, theirs) in enumerate(zip(case.ours(bars), case.theirs(bars), strict=True)):
            assert len(mine) == len(theirs)
            known = ~np.isnan(theirs)
            assert known.any() or len(theirs) < 300
            assert not np.isnan(mine[known]).any(), f"{symbol} {place}: TA-Lib has values where ours is NaN"
            if not case.earlier:
                assert np.isnan(mine[: int(np.argmax(known))]).all(), f"{symbol} {place}: ours begins earlier"
            known[: case.after] = False
            scale = np.abs(theirs[known]).max(initial=0.0)
            np.testing.assert_allclose(
                mine[known], theirs[known], rtol=1e-8, atol=1e-9 * scale, err_msg=f"{symbol} line {place}"
            )
