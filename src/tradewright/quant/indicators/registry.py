"""All indicators by name: what `indicators list` shows and what the laws are tested on."""

from types import MappingProxyType

from tradewright.quant.indicators.adx import ADX
from tradewright.quant.indicators.atr import ATR, NATR, TRUE_RANGE
from tradewright.quant.indicators.bollinger import BOLLINGER, STANDARD_DEVIATION
from tradewright.quant.indicators.cci import CCI
from tradewright.quant.indicators.donchian import DONCHIAN
from tradewright.quant.indicators.ema import EMA, RMA
from tradewright.quant.indicators.ichimoku import ICHIMOKU
from tradewright.quant.indicators.keltner import KELTNER
from tradewright.quant.indicators.macd import MACD
from tradewright.quant.indicators.mfi import MFI
from tradewright.quant.indicators.obv import OBV
from tradewright.quant.indicators.pivots import PIVOTS
from tradewright.quant.indicators.rsi import RSI
from tradewright.quant.indicators.sma import SMA
from tradewright.quant.indicators.stochastic import STOCHASTIC, WILLIAMS_R
from tradewright.quant.indicators.supertrend import SUPERTREND
from tradewright.quant.indicators.vwap import ROLLING_VWAP, VWAP, VWMA
from tradewright.quant.indicators.wma import WMA

INDICATORS = MappingProxyType(
    {
        definition.name: definition
        for definition in (
            SMA,
            EMA,
            WMA,
            RMA,
            VWMA,
            RSI,
            MACD,
            STOCHASTIC,
            WILLIAMS_R,
            CCI,
            MFI,
            ADX,
            SUPERTREND,
            ICHIMOKU,
            BOLLINGER,
            KELTNER,
            DONCHIAN,
            TRUE_RANGE,
            ATR,
            NATR,
            STANDARD_DEVIATION,
            VWAP,
            ROLLING_VWAP,
            OBV,
            PIVOTS,
        )
    }
)
"""Name -> definition, in the order of a catalogue: averages, oscillators, trends, bands, volatility, volume, levels."""
