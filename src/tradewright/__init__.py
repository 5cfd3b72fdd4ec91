"""Tradewright: from a trading idea to money at work, in one Python code base. `import tradewright as tw`.

The names of a notebook's door are loaded when first used, so that importing the package costs nothing.
"""

from tradewright.lazy import attach

TYPE_CHECKING = False  # as `typing` says, whose loading takes longer than all else that an import of the package does
if TYPE_CHECKING:
    from tradewright import indicators as indicators
    from tradewright import metrics as metrics
    from tradewright.domain.costs import Commission as Commission
    from tradewright.domain.costs import Cost as Cost
    from tradewright.domain.costs import FeeRow as FeeRow
    from tradewright.domain.costs import ImpactRow as ImpactRow
    from tradewright.domain.costs import MakerTaker as MakerTaker
    from tradewright.domain.costs import PerOrder as PerOrder
    from tradewright.domain.costs import PerShare as PerShare
    from tradewright.domain.costs import RateRow as RateRow
    from tradewright.domain.costs import Slippage as Slippage
    from tradewright.domain.costs import Spread as Spread
    from tradewright.domain.costs import SquareRootImpact as SquareRootImpact
    from tradewright.domain.costs import Tiers as Tiers
    from tradewright.domain.costs import VolumeShareSlippage as VolumeShareSlippage
    from tradewright.domain.errors import DataError as DataError
    from tradewright.domain.errors import InputError as InputError
    from tradewright.domain.errors import StorageError as StorageError
    from tradewright.domain.errors import StrategyError as StrategyError
    from tradewright.domain.errors import TradewrightError as TradewrightError
    from tradewright.domain.errors import UnknownInstrument as UnknownInstrument
    from tradewright.domain.errors import UnknownVenue as UnknownVenue
    from tradewright.domain.margin import CashAccount as CashAccount
    from tradewright.domain.margin import Futures as Futures
    from tradewright.domain.margin import Leverage as Leverage
    from tradewright.domain.margin import Margin as Margin
    from tradewright.domain.margin import PortfolioFactor as PortfolioFactor
    from tradewright.domain.margin import RegT as RegT
    from tradewright.domain.matching.layout import FOK as FOK
    from tradewright.domain.matching.layout import GTC as GTC
    from tradewright.domain.matching.layout import IOC as IOC
    from tradewright.domain.matching.tick_layout import CLEAR as CLEAR
    from tradewright.domain.matching.tick_layout import LEVEL as LEVEL
    from tradewright.domain.matching.tick_layout import QUOTE as QUOTE
    from tradewright.domain.matching.tick_layout import TRADE as TRADE
    from tradewright.interfaces.python.checking import check as check
    from tradewright.interfaces.python.importing import import_data as import_data
    from tradewright.interfaces.python.loading import load_bars as load_bars
    from tradewright.interfaces.python.paper import PaperResult as PaperResult
    from tradewright.interfaces.python.paper import paper as paper
    from tradewright.interfaces.python.result import Result as Result
    from tradewright.interfaces.python.sweeping import sweep as sweep
    from tradewright.interfaces.python.testing import backtest as backtest
    from tradewright.interfaces.python.ticks import load_quotes as load_quotes
    from tradewright.interfaces.python.ticks import load_trades as load_trades
    from tradewright.interfaces.python.verifying import verify as verify
    from tradewright.trading.bars import Bars as Bars
    from tradewright.trading.sizing.allocation import EqualSlots as EqualSlots
    from tradewright.trading.sizing.allocation import Slots as Slots
    from tradewright.trading.strategies.breakout import Breakout as Breakout
    from tradewright.trading.strategies.choice import where as where
    from tradewright.trading.strategies.compiled import CompiledStrategy as CompiledStrategy
    from tradewright.trading.strategies.compiled import state as state
    from tradewright.trading.strategies.mean_reversion import MeanReversion as MeanReversion
    from tradewright.trading.strategies.momentum_rotation import MomentumRotation as MomentumRotation
    from tradewright.trading.strategies.moving_average import MovingAverage as MovingAverage
    from tradewright.trading.strategies.pairs import Pairs as Pairs
    from tradewright.trading.strategies.parameters import parameter as parameter
    from tradewright.trading.strategies.range_trading import RangeTrading as RangeTrading
    from tradewright.trading.strategies.strategy import Signals as Signals
    from tradewright.trading.strategies.strategy import Speaks as Speaks
    from tradewright.trading.strategies.strategy import Strategy as Strategy
    from tradewright.trading.strategies.trend_following import TrendFollowing as TrendFollowing
    from tradewright.trading.ticks import Ticks as Ticks
    from tradewright.trading.ticks import book_of as book_of
    from tradewright.trading.ticks import merged as merged
    from tradewright.trading.ticks import quotes_of as quotes_of
    from tradewright.trading.ticks import trades_of as trades_of

__version__ = "0.1.0"

_STRATEGIES = "tradewright.trading.strategies"
__getattr__, __dir__ = attach(
    "tradewright",
    {
        "load_bars": "tradewright.interfaces.python.loading",
        "import_data": "tradewright.interfaces.python.importing",
        "backtest": "tradewright.interfaces.python.testing",
        "check": "tradewright.interfaces.python.checking",
        "verify": "tradewright.interfaces.python.verifying",
        "load_quotes": "tradewright.interfaces.python.ticks",
        "load_trades": "tradewright.interfaces.python.ticks",
        "paper": "tradewright.interfaces.python.paper",
        "PaperResult": "tradewright.interfaces.python.paper",
        "sweep": "tradewright.interfaces.python.sweeping",
        "Result": "tradewright.interfaces.python.result",
        "Bars": "tradewright.trading.bars",
        "Strategy": f"{_STRATEGIES}.strategy",
        "Signals": f"{_STRATEGIES}.strategy",
        "Speaks": f"{_STRATEGIES}.strategy",
        "where": f"{_STRATEGIES}.choice",
        "CompiledStrategy": f"{_STRATEGIES}.compiled",
        "state": f"{_STRATEGIES}.compiled",
        "parameter": f"{_STRATEGIES}.parameters",
        "MovingAverage": f"{_STRATEGIES}.moving_average",
        "TrendFollowing": f"{_STRATEGIES}.trend_following",
        "MeanReversion": f"{_STRATEGIES}.mean_reversion",
        "Breakout": f"{_STRATEGIES}.breakout",
        "MomentumRotation": f"{_STRATEGIES}.momentum_rotation",
        "RangeTrading": f"{_STRATEGIES}.range_trading",
        "Pairs": f"{_STRATEGIES}.pairs",
        "EqualSlots": "tradewright.trading.sizing.allocation",
        "Slots": "tradewright.trading.sizing.allocation",
        "indicators": "tradewright.indicators:",
        "metrics": "tradewright.metrics:",
    }
    | dict.fromkeys(("Ticks", "book_of", "merged", "quotes_of", "trades_of"), "tradewright.trading.ticks")
    | dict.fromkeys(("FOK", "GTC", "IOC"), "tradewright.domain.matching.layout")
    | dict.fromkeys(("CLEAR", "LEVEL", "QUOTE", "TRADE"), "tradewright.domain.matching.tick_layout")
    | dict.fromkeys(
        (
            *("Commission", "Cost", "FeeRow", "ImpactRow", "MakerTaker", "PerOrder", "PerShare", "RateRow"),
            *("Slippage", "Spread", "SquareRootImpact", "Tiers", "VolumeShareSlippage"),
        ),
        "tradewright.domain.costs",
    )
    | dict.fromkeys(
        ("CashAccount", "Futures", "Leverage", "Margin", "PortfolioFactor", "RegT"), "tradewright.domain.margin"
    )
    | dict.fromkeys(
        (
            *("TradewrightError", "InputError", "UnknownInstrument", "UnknownVenue", "DataError", "StrategyError"),
            "StorageError",
        ),
        "tradewright.domain.errors",
    ),
)
