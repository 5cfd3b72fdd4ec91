"""Indicators by name: `sma(close, 20)` over columns, `Sma(20).update(price)` bar by bar, the same floats from both.

The face of `tradewright.quant.indicators`; a name is loaded when it is used first.
"""

from typing import TYPE_CHECKING

from tradewright.lazy import attach

if TYPE_CHECKING:
    from tradewright.quant.indicators.adx import Adx as Adx
    from tradewright.quant.indicators.adx import AdxLines as AdxLines
    from tradewright.quant.indicators.adx import adx as adx
    from tradewright.quant.indicators.atr import Atr as Atr
    from tradewright.quant.indicators.atr import Natr as Natr
    from tradewright.quant.indicators.atr import TrueRange as TrueRange
    from tradewright.quant.indicators.atr import atr as atr
    from tradewright.quant.indicators.atr import natr as natr
    from tradewright.quant.indicators.atr import true_range as true_range
    from tradewright.quant.indicators.bollinger import Bollinger as Bollinger
    from tradewright.quant.indicators.bollinger import BollingerBands as BollingerBands
    from tradewright.quant.indicators.bollinger import StandardDeviation as StandardDeviation
    from tradewright.quant.indicators.bollinger import bollinger as bollinger
    from tradewright.quant.indicators.bollinger import standard_deviation as standard_deviation
    from tradewright.quant.indicators.cci import Cci as Cci
    from tradewright.quant.indicators.cci import cci as cci
    from tradewright.quant.indicators.definition import Definition as Definition
    from tradewright.quant.indicators.definition import Parameter as Parameter
    from tradewright.quant.indicators.donchian import Donchian as Donchian
    from tradewright.quant.indicators.donchian import DonchianChannel as DonchianChannel
    from tradewright.quant.indicators.donchian import donchian as donchian
    from tradewright.quant.indicators.ema import Ema as Ema
    from tradewright.quant.indicators.ema import Rma as Rma
    from tradewright.quant.indicators.ema import ema as ema
    from tradewright.quant.indicators.ema import rma as rma
    from tradewright.quant.indicators.ichimoku import Ichimoku as Ichimoku
    from tradewright.quant.indicators.ichimoku import IchimokuCloud as IchimokuCloud
    from tradewright.quant.indicators.ichimoku import ichimoku as ichimoku
    from tradewright.quant.indicators.keltner import Keltner as Keltner
    from tradewright.quant.indicators.keltner import KeltnerChannel as KeltnerChannel
    from tradewright.quant.indicators.keltner import keltner as keltner
    from tradewright.quant.indicators.macd import Macd as Macd
    from tradewright.quant.indicators.macd import MacdLines as MacdLines
    from tradewright.quant.indicators.macd import macd as macd
    from tradewright.quant.indicators.mfi import Mfi as Mfi
    from tradewright.quant.indicators.mfi import mfi as mfi
    from tradewright.quant.indicators.obv import Obv as Obv
    from tradewright.quant.indicators.obv import obv as obv
    from tradewright.quant.indicators.pivots import PivotLevels as PivotLevels
    from tradewright.quant.indicators.pivots import Pivots as Pivots
    from tradewright.quant.indicators.pivots import pivots as pivots
    from tradewright.quant.indicators.registry import INDICATORS as INDICATORS
    from tradewright.quant.indicators.rsi import Rsi as Rsi
    from tradewright.quant.indicators.rsi import rsi as rsi
    from tradewright.quant.indicators.sma import Sma as Sma
    from tradewright.quant.indicators.sma import sma as sma
    from tradewright.quant.indicators.stochastic import Stochastic as Stochastic
    from tradewright.quant.indicators.stochastic import StochasticLines as StochasticLines
    from tradewright.quant.indicators.stochastic import WilliamsR as WilliamsR
    from tradewright.quant.indicators.stochastic import stochastic as stochastic
    from tradewright.quant.indicators.stochastic import williams_r as williams_r
    from tradewright.quant.indicators.streaming import Indicator as Indicator
    from tradewright.quant.indicators.streaming import Line as Line
    from tradewright.quant.indicators.supertrend import SuperTrend as SuperTrend
    from tradewright.quant.indicators.supertrend import SuperTrendLines as SuperTrendLines
    from tradewright.quant.indicators.supertrend import supertrend as supertrend
    from tradewright.quant.indicators.vwap import RollingVwap as RollingVwap
    from tradewright.quant.indicators.vwap import Vwap as Vwap
    from tradewright.quant.indicators.vwap import Vwma as Vwma
    from tradewright.quant.indicators.vwap import rolling_vwap as rolling_vwap
    from tradewright.quant.indicators.vwap import vwap as vwap
    from tradewright.quant.indicators.vwap import vwma as vwma
    from tradewright.quant.indicators.wma import Wma as Wma
    from tradewright.quant.indicators.wma import wma as wma

_MODULES = {
    "adx": ("Adx", "AdxLines", "adx"),
    "atr": ("Atr", "Natr", "TrueRange", "atr", "natr", "true_range"),
    "bollinger": ("Bollinger", "BollingerBands", "StandardDeviation", "bollinger", "standard_deviation"),
    "cci": ("Cci", "cci"),
    "definition": ("Definition", "Parameter"),
    "donchian": ("Donchian", "DonchianChannel", "donchian"),
    "ema": ("Ema", "Rma", "ema", "rma"),
    "ichimoku": ("Ichimoku", "IchimokuCloud", "ichimoku"),
    "keltner": ("Keltner", "KeltnerChannel", "keltner"),
    "macd": ("Macd", "MacdLines", "macd"),
    "mfi": ("Mfi", "mfi"),
    "obv": ("Obv", "obv"),
    "pivots": ("PivotLevels", "Pivots", "pivots"),
    "registry": ("INDICATORS",),
    "rsi": ("Rsi", "rsi"),
    "sma": ("Sma", "sma"),
    "stochastic": ("Stochastic", "StochasticLines", "WilliamsR", "stochastic", "williams_r"),
    "streaming": ("Indicator", "Line"),
    "supertrend": ("SuperTrend", "SuperTrendLines", "supertrend"),
    "vwap": ("RollingVwap", "Vwap", "Vwma", "rolling_vwap", "vwap", "vwma"),
    "wma": ("Wma", "wma"),
}
_NAMES = {name: f"tradewright.quant.indicators.{module}" for module, names in _MODULES.items() for name in names}

__all__ = sorted(_NAMES)  # noqa: PLE0605
__getattr__, __dir__ = attach(__name__, _NAMES)
