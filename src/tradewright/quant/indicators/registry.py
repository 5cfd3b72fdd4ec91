"""All indicators by name: what `indicators list` shows and what the laws are tested on."""

from types import MappingProxyType

from tradewright.quant.indicators.adx import ADX
from tradewright.quant.indicators.aroon import AROON
from tradewright.quant.indicators.atr import ATR, NATR, TRUE_RANGE
from tradewright.quant.indicators.awesome_oscillator import AWESOME_OSCILLATOR
from tradewright.quant.indicators.bollinger import BOLLINGER, STANDARD_DEVIATION
from tradewright.quant.indicators.cci import CCI
from tradewright.quant.indicators.chaikin import ACCUMULATION, CHAIKIN_OSCILLATOR, CMF
from tradewright.quant.indicators.chandelier import CHANDELIER
from tradewright.quant.indicators.cmo import CMO
from tradewright.quant.indicators.dema import DEMA, TEMA, TRIX
from tradewright.quant.indicators.donchian import DONCHIAN
from tradewright.quant.indicators.ema import EMA, RMA
from tradewright.quant.indicators.force_index import FORCE_INDEX, VOLUME_PRICE_TREND
from tradewright.quant.indicators.hma import HMA
from tradewright.quant.indicators.ichimoku import ICHIMOKU
from tradewright.quant.indicators.kama import KAMA
from tradewright.quant.indicators.keltner import KELTNER
from tradewright.quant.indicators.linear_regression import LINEAR_REGRESSION
from tradewright.quant.indicators.macd import MACD
from tradewright.quant.indicators.mfi import MFI
from tradewright.quant.indicators.obv import OBV
from tradewright.quant.indicators.pivots import PIVOTS
from tradewright.quant.indicators.ppo import PPO
from tradewright.quant.indicators.psar import PSAR
from tradewright.quant.indicators.roc import MOMENTUM, ROC
from tradewright.quant.indicators.rsi import RSI
from tradewright.quant.indicators.sma import SMA
from tradewright.quant.indicators.stc import STC
from tradewright.quant.indicators.stoch_rsi import STOCH_RSI
from tradewright.quant.indicators.stochastic import STOCHASTIC, WILLIAMS_R
from tradewright.quant.indicators.supertrend import SUPERTREND
from tradewright.quant.indicators.tsi import TSI
from tradewright.quant.indicators.ulcer_index import ULCER_INDEX
from tradewright.quant.indicators.ultimate_oscillator import ULTIMATE_OSCILLATOR
from tradewright.quant.indicators.vortex import VORTEX
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
            DEMA,
            TEMA,
            HMA,
            KAMA,
            LINEAR_REGRESSION,
            RSI,
            STOCHASTIC,
            STOCH_RSI,
            WILLIAMS_R,
            MACD,
            PPO,
            MOMENTUM,
            ROC,
            CCI,
            CMO,
            TSI,
            TRIX,
            STC,
            ULTIMATE_OSCILLATOR,
            AWESOME_OSCILLATOR,
            ADX,
            AROON,
            VORTEX,
            PSAR,
            SUPERTREND,
            ICHIMOKU,
            CHANDELIER,
            BOLLINGER,
            KELTNER,
            DONCHIAN,
            TRUE_RANGE,
            ATR,
            NATR,
            STANDARD_DEVIATION,
            ULCER_INDEX,
            VWAP,
            ROLLING_VWAP,
            OBV,
            MFI,
            ACCUMULATION,
            CHAIKIN_OSCILLATOR,
            CMF,
            FORCE_INDEX,
            VOLUME_PRICE_TREND,
            PIVOTS,
        )
    }
)
"""Name -> definition, in the order of a catalogue: averages, oscillators, trends, bands, volatility, volume, levels."""
