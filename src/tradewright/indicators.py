"""Indicators by name: `sma(close, 20)` over columns, `Sma(20).update(price)` bar by bar, the same floats from both.

The face of `tradewright.quant.indicators`; a name is loaded when it is used first.
"""

# ruff: noqa: PLC0414, PLE0605

from typing import TYPE_CHECKING

from tradewright.lazy import attach

if TYPE_CHECKING:
    from tradewright.quant.indicators.adx import Adx as Adx
    from tradewright.quant.indicators.adx import AdxLines as AdxLines
    from tradewright.quant.indicators.adx import adx as adx
    from tradewright.quant.indicators.aroon import Aroon as Aroon
    from tradewright.quant.indicators.aroon import AroonLines as AroonLines
    from tradewright.quant.indicators.aroon import aroon as aroon
    from tradewright.quant.indicators.atr import Atr as Atr
    from tradewright.quant.indicators.atr import Natr as Natr
    from tradewright.quant.indicators.atr import TrueRange as TrueRange
    from tradewright.quant.indicators.atr import atr as atr
    from tradewright.quant.indicators.atr import natr as natr
    from tradewright.quant.indicators.atr import true_range as true_range
    from tradewright.quant.indicators.awesome_oscillator import AwesomeOscillator as AwesomeOscillator
    from tradewright.quant.indicators.awesome_oscillator import awesome_oscillator as awesome_oscillator
    from tradewright.quant.indicators.bollinger import Bollinger as Bollinger
    from tradewright.quant.indicators.bollinger import BollingerBands as BollingerBands
    from tradewright.quant.indicators.bollinger import StandardDeviation as StandardDeviation
    from tradewright.quant.indicators.bollinger import bollinger as bollinger
    from tradewright.quant.indicators.bollinger import standard_deviation as standard_deviation
    from tradewright.quant.indicators.cci import Cci as Cci
    from tradewright.quant.indicators.cci import cci as cci
    from tradewright.quant.indicators.chaikin import Accumulation as Accumulation
    from tradewright.quant.indicators.chaikin import ChaikinOscillator as ChaikinOscillator
    from tradewright.quant.indicators.chaikin import Cmf as Cmf
    from tradewright.quant.indicators.chaikin import accumulation as accumulation
    from tradewright.quant.indicators.chaikin import chaikin_oscillator as chaikin_oscillator
    from tradewright.quant.indicators.chaikin import cmf as cmf
    from tradewright.quant.indicators.chandelier import Chandelier as Chandelier
    from tradewright.quant.indicators.chandelier import ChandelierExits as ChandelierExits
    from tradewright.quant.indicators.chandelier import chandelier as chandelier
    from tradewright.quant.indicators.cmo import Cmo as Cmo
    from tradewright.quant.indicators.cmo import cmo as cmo
    from tradewright.quant.indicators.definition import Definition as Definition
    from tradewright.quant.indicators.definition import Memory as Memory
    from tradewright.quant.indicators.definition import Parameter as Parameter
    from tradewright.quant.indicators.dema import Dema as Dema
    from tradewright.quant.indicators.dema import Tema as Tema
    from tradewright.quant.indicators.dema import Trix as Trix
    from tradewright.quant.indicators.dema import dema as dema
    from tradewright.quant.indicators.dema import tema as tema
    from tradewright.quant.indicators.dema import trix as trix
    from tradewright.quant.indicators.donchian import Donchian as Donchian
    from tradewright.quant.indicators.donchian import DonchianChannel as DonchianChannel
    from tradewright.quant.indicators.donchian import donchian as donchian
    from tradewright.quant.indicators.ema import Ema as Ema
    from tradewright.quant.indicators.ema import Rma as Rma
    from tradewright.quant.indicators.ema import ema as ema
    from tradewright.quant.indicators.ema import rma as rma
    from tradewright.quant.indicators.force_index import ForceIndex as ForceIndex
    from tradewright.quant.indicators.force_index import VolumePriceTrend as VolumePriceTrend
    from tradewright.quant.indicators.force_index import force_index as force_index
    from tradewright.quant.indicators.force_index import volume_price_trend as volume_price_trend
    from tradewright.quant.indicators.hma import Hma as Hma
    from tradewright.quant.indicators.hma import hma as hma
    from tradewright.quant.indicators.ichimoku import Ichimoku as Ichimoku
    from tradewright.quant.indicators.ichimoku import IchimokuCloud as IchimokuCloud
    from tradewright.quant.indicators.ichimoku import ichimoku as ichimoku
    from tradewright.quant.indicators.kama import Kama as Kama
    from tradewright.quant.indicators.kama import kama as kama
    from tradewright.quant.indicators.keltner import Keltner as Keltner
    from tradewright.quant.indicators.keltner import KeltnerChannel as KeltnerChannel
    from tradewright.quant.indicators.keltner import keltner as keltner
    from tradewright.quant.indicators.kernels import kernel as kernel
    from tradewright.quant.indicators.linear_regression import LinearRegression as LinearRegression
    from tradewright.quant.indicators.linear_regression import RegressionLines as RegressionLines
    from tradewright.quant.indicators.linear_regression import linear_regression as linear_regression
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
    from tradewright.quant.indicators.ppo import Ppo as Ppo
    from tradewright.quant.indicators.ppo import PpoLines as PpoLines
    from tradewright.quant.indicators.ppo import ppo as ppo
    from tradewright.quant.indicators.psar import Psar as Psar
    from tradewright.quant.indicators.psar import psar as psar
    from tradewright.quant.indicators.registry import INDICATORS as INDICATORS
    from tradewright.quant.indicators.roc import Momentum as Momentum
    from tradewright.quant.indicators.roc import Roc as Roc
    from tradewright.quant.indicators.roc import momentum as momentum
    from tradewright.quant.indicators.roc import roc as roc
    from tradewright.quant.indicators.rsi import Rsi as Rsi
    from tradewright.quant.indicators.rsi import rsi as rsi
    from tradewright.quant.indicators.series import output_of as output_of
    from tradewright.quant.indicators.series import outputs_of as outputs_of
    from tradewright.quant.indicators.sma import Sma as Sma
    from tradewright.quant.indicators.sma import sma as sma
    from tradewright.quant.indicators.stc import Stc as Stc
    from tradewright.quant.indicators.stc import stc as stc
    from tradewright.quant.indicators.stoch_rsi import StochRsi as StochRsi
    from tradewright.quant.indicators.stoch_rsi import StochRsiLines as StochRsiLines
    from tradewright.quant.indicators.stoch_rsi import stoch_rsi as stoch_rsi
    from tradewright.quant.indicators.stochastic import Stochastic as Stochastic
    from tradewright.quant.indicators.stochastic import StochasticLines as StochasticLines
    from tradewright.quant.indicators.stochastic import WilliamsR as WilliamsR
    from tradewright.quant.indicators.stochastic import stochastic as stochastic
    from tradewright.quant.indicators.stochastic import williams_r as williams_r
    from tradewright.quant.indicators.streaming import BarFed as BarFed
    from tradewright.quant.indicators.streaming import CloseVolumeFed as CloseVolumeFed
    from tradewright.quant.indicators.streaming import HighLowCloseFed as HighLowCloseFed
    from tradewright.quant.indicators.streaming import HighLowFed as HighLowFed
    from tradewright.quant.indicators.streaming import Indicator as Indicator
    from tradewright.quant.indicators.streaming import Line as Line
    from tradewright.quant.indicators.streaming import ManyLines as ManyLines
    from tradewright.quant.indicators.streaming import SingleLine as SingleLine
    from tradewright.quant.indicators.streaming import ValueFed as ValueFed
    from tradewright.quant.indicators.supertrend import SuperTrend as SuperTrend
    from tradewright.quant.indicators.supertrend import SuperTrendLines as SuperTrendLines
    from tradewright.quant.indicators.supertrend import supertrend as supertrend
    from tradewright.quant.indicators.tsi import Tsi as Tsi
    from tradewright.quant.indicators.tsi import TsiLines as TsiLines
    from tradewright.quant.indicators.tsi import tsi as tsi
    from tradewright.quant.indicators.ulcer_index import UlcerIndex as UlcerIndex
    from tradewright.quant.indicators.ulcer_index import ulcer_index as ulcer_index
    from tradewright.quant.indicators.ultimate_oscillator import UltimateOscillator as UltimateOscillator
    from tradewright.quant.indicators.ultimate_oscillator import ultimate_oscillator as ultimate_oscillator
    from tradewright.quant.indicators.vortex import Vortex as Vortex
    from tradewright.quant.indicators.vortex import VortexLines as VortexLines
    from tradewright.quant.indicators.vortex import vortex as vortex
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
    "aroon": ("Aroon", "AroonLines", "aroon"),
    "atr": ("Atr", "Natr", "TrueRange", "atr", "natr", "true_range"),
    "awesome_oscillator": ("AwesomeOscillator", "awesome_oscillator"),
    "bollinger": ("Bollinger", "BollingerBands", "StandardDeviation", "bollinger", "standard_deviation"),
    "cci": ("Cci", "cci"),
    "chaikin": ("Accumulation", "ChaikinOscillator", "Cmf", "accumulation", "chaikin_oscillator", "cmf"),
    "chandelier": ("Chandelier", "ChandelierExits", "chandelier"),
    "cmo": ("Cmo", "cmo"),
    "definition": ("Definition", "Memory", "Parameter"),
    "dema": ("Dema", "Tema", "Trix", "dema", "tema", "trix"),
    "donchian": ("Donchian", "DonchianChannel", "donchian"),
    "ema": ("Ema", "Rma", "ema", "rma"),
    "force_index": ("ForceIndex", "VolumePriceTrend", "force_index", "volume_price_trend"),
    "hma": ("Hma", "hma"),
    "ichimoku": ("Ichimoku", "IchimokuCloud", "ichimoku"),
    "kama": ("Kama", "kama"),
    "keltner": ("Keltner", "KeltnerChannel", "keltner"),
    "kernels": ("kernel",),
    "linear_regression": ("LinearRegression", "RegressionLines", "linear_regression"),
    "macd": ("Macd", "MacdLines", "macd"),
    "mfi": ("Mfi", "mfi"),
    "obv": ("Obv", "obv"),
    "pivots": ("PivotLevels", "Pivots", "pivots"),
    "ppo": ("Ppo", "PpoLines", "ppo"),
    "psar": ("Psar", "psar"),
    "registry": ("INDICATORS",),
    "roc": ("Momentum", "Roc", "momentum", "roc"),
    "rsi": ("Rsi", "rsi"),
    "series": ("output_of", "outputs_of"),
    "sma": ("Sma", "sma"),
    "stc": ("Stc", "stc"),
    "stoch_rsi": ("StochRsi", "StochRsiLines", "stoch_rsi"),
    "stochastic": ("Stochastic", "StochasticLines", "WilliamsR", "stochastic", "williams_r"),
    "streaming": (
        "BarFed",
        "CloseVolumeFed",
        "HighLowCloseFed",
        "HighLowFed",
        "Indicator",
        "Line",
        "ManyLines",
        "SingleLine",
        "ValueFed",
    ),
    "supertrend": ("SuperTrend", "SuperTrendLines", "supertrend"),
    "tsi": ("Tsi", "TsiLines", "tsi"),
    "ulcer_index": ("UlcerIndex", "ulcer_index"),
    "ultimate_oscillator": ("UltimateOscillator", "ultimate_oscillator"),
    "vortex": ("Vortex", "VortexLines", "vortex"),
    "vwap": ("RollingVwap", "Vwap", "Vwma", "rolling_vwap", "vwap", "vwma"),
    "wma": ("Wma", "wma"),
}
_NAMES = {name: f"tradewright.quant.indicators.{module}" for module, names in _MODULES.items() for name in names}

__all__ = sorted(_NAMES)
__getattr__, __dir__ = attach(__name__, _NAMES)
