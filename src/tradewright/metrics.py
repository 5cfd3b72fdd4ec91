"""Performance measures for a notebook: `tw.metrics.sharpe(returns, periods_per_year=252)`.

Every measure takes a list, a numpy array, a Polars or a pandas series. Returns and drawdowns are fractions, losses and
drawdowns are negative, what is undefined is NaN. Formulas and conventions: docs/concepts/performance-measures.md.
"""

# ruff: noqa: PLC0414  (`name as name` tells the type checker that the face passes the name on)

from typing import TYPE_CHECKING

from tradewright.lazy import attach

if TYPE_CHECKING:
    from tradewright.quant.performance.conventions import Conventions as Conventions
    from tradewright.quant.performance.conventions import infer_periods_per_year as infer_periods_per_year
    from tradewright.quant.performance.drawdowns import Drawdowns as Drawdowns
    from tradewright.quant.performance.drawdowns import drawdown_series as drawdown_series
    from tradewright.quant.performance.drawdowns import drawdown_table as drawdown_table
    from tradewright.quant.performance.drawdowns import max_drawdown as max_drawdown
    from tradewright.quant.performance.drawdowns import ulcer_index as ulcer_index
    from tradewright.quant.performance.excursions import excursions as excursions
    from tradewright.quant.performance.inference import deflated_sharpe as deflated_sharpe
    from tradewright.quant.performance.inference import expected_maximum_sharpe as expected_maximum_sharpe
    from tradewright.quant.performance.inference import minimum_track_record as minimum_track_record
    from tradewright.quant.performance.inference import probabilistic_sharpe as probabilistic_sharpe
    from tradewright.quant.performance.inference import probability_above as probability_above
    from tradewright.quant.performance.inference import sharpe_standard_error as sharpe_standard_error
    from tradewright.quant.performance.inference import sharpe_with_autocorrelation as sharpe_with_autocorrelation
    from tradewright.quant.performance.kelly import kelly_fraction as kelly_fraction
    from tradewright.quant.performance.kelly import kelly_growth as kelly_growth
    from tradewright.quant.performance.kelly import kelly_growth_deviation as kelly_growth_deviation
    from tradewright.quant.performance.kelly import kelly_leverage as kelly_leverage
    from tradewright.quant.performance.ratios import calmar as calmar
    from tradewright.quant.performance.ratios import gain_to_pain as gain_to_pain
    from tradewright.quant.performance.ratios import martin as martin
    from tradewright.quant.performance.ratios import omega as omega
    from tradewright.quant.performance.ratios import recovery_factor as recovery_factor
    from tradewright.quant.performance.ratios import sharpe as sharpe
    from tradewright.quant.performance.ratios import sortino as sortino
    from tradewright.quant.performance.ratios import stability as stability
    from tradewright.quant.performance.relative import BattingAverage as BattingAverage
    from tradewright.quant.performance.relative import alpha as alpha
    from tradewright.quant.performance.relative import batting_average as batting_average
    from tradewright.quant.performance.relative import beta as beta
    from tradewright.quant.performance.relative import beta_fragility as beta_fragility
    from tradewright.quant.performance.relative import capture as capture
    from tradewright.quant.performance.relative import correlation as correlation
    from tradewright.quant.performance.relative import down_capture as down_capture
    from tradewright.quant.performance.relative import information_ratio as information_ratio
    from tradewright.quant.performance.relative import jensen_alpha as jensen_alpha
    from tradewright.quant.performance.relative import r_squared as r_squared
    from tradewright.quant.performance.relative import tracking_error as tracking_error
    from tradewright.quant.performance.relative import treynor as treynor
    from tradewright.quant.performance.relative import up_capture as up_capture
    from tradewright.quant.performance.relative import up_down_capture as up_down_capture
    from tradewright.quant.performance.returns import aggregate_returns as aggregate_returns
    from tradewright.quant.performance.returns import annual_growth as annual_growth
    from tradewright.quant.performance.returns import annual_return as annual_return
    from tradewright.quant.performance.returns import cumulative_returns as cumulative_returns
    from tradewright.quant.performance.returns import geometric_mean as geometric_mean
    from tradewright.quant.performance.returns import simple_returns as simple_returns
    from tradewright.quant.performance.returns import total_return as total_return
    from tradewright.quant.performance.risk import autocorrelation as autocorrelation
    from tradewright.quant.performance.risk import best_return as best_return
    from tradewright.quant.performance.risk import conditional_value_at_risk as conditional_value_at_risk
    from tradewright.quant.performance.risk import downside_risk as downside_risk
    from tradewright.quant.performance.risk import kurtosis as kurtosis
    from tradewright.quant.performance.risk import positive_share as positive_share
    from tradewright.quant.performance.risk import skew as skew
    from tradewright.quant.performance.risk import tail_ratio as tail_ratio
    from tradewright.quant.performance.risk import value_at_risk as value_at_risk
    from tradewright.quant.performance.risk import volatility as volatility
    from tradewright.quant.performance.risk import worst_return as worst_return
    from tradewright.quant.performance.rolling import rolling as rolling
    from tradewright.quant.performance.rolling import rolling_beta as rolling_beta
    from tradewright.quant.performance.rolling import rolling_drawdown as rolling_drawdown
    from tradewright.quant.performance.rolling import rolling_sharpe as rolling_sharpe
    from tradewright.quant.performance.rolling import rolling_sortino as rolling_sortino
    from tradewright.quant.performance.rolling import rolling_volatility as rolling_volatility
    from tradewright.quant.performance.round_trips import Adjustments as Adjustments
    from tradewright.quant.performance.round_trips import Fills as Fills
    from tradewright.quant.performance.round_trips import RoundTrips as RoundTrips
    from tradewright.quant.performance.round_trips import round_trips as round_trips
    from tradewright.quant.performance.summary import buy_and_hold as buy_and_hold
    from tradewright.quant.performance.summary import buy_and_hold_statistics as buy_and_hold_statistics
    from tradewright.quant.performance.summary import summarize as summarize
    from tradewright.quant.performance.tables import MonthlyReturns as MonthlyReturns
    from tradewright.quant.performance.tables import monthly_returns as monthly_returns
    from tradewright.quant.performance.tables import yearly_returns as yearly_returns
    from tradewright.quant.performance.trip_statistics import average_loss as average_loss
    from tradewright.quant.performance.trip_statistics import average_win as average_win
    from tradewright.quant.performance.trip_statistics import expectancy as expectancy
    from tradewright.quant.performance.trip_statistics import kelly_criterion as kelly_criterion
    from tradewright.quant.performance.trip_statistics import longest_streaks as longest_streaks
    from tradewright.quant.performance.trip_statistics import payoff_ratio as payoff_ratio
    from tradewright.quant.performance.trip_statistics import profit_factor as profit_factor
    from tradewright.quant.performance.trip_statistics import system_quality_number as system_quality_number
    from tradewright.quant.performance.trip_statistics import time_in_market as time_in_market
    from tradewright.quant.performance.trip_statistics import win_rate as win_rate

_MEASURES = {
    "conventions": (
        "Conventions",
        "infer_periods_per_year",
    ),
    "drawdowns": (
        "Drawdowns",
        "drawdown_series",
        "drawdown_table",
        "max_drawdown",
        "ulcer_index",
    ),
    "excursions": ("excursions",),
    "inference": (
        "deflated_sharpe",
        "expected_maximum_sharpe",
        "minimum_track_record",
        "probabilistic_sharpe",
        "probability_above",
        "sharpe_standard_error",
        "sharpe_with_autocorrelation",
    ),
    "kelly": (
        "kelly_fraction",
        "kelly_growth",
        "kelly_growth_deviation",
        "kelly_leverage",
    ),
    "ratios": (
        "calmar",
        "gain_to_pain",
        "martin",
        "omega",
        "recovery_factor",
        "sharpe",
        "sortino",
        "stability",
    ),
    "relative": (
        "BattingAverage",
        "alpha",
        "batting_average",
        "beta",
        "beta_fragility",
        "capture",
        "correlation",
        "down_capture",
        "information_ratio",
        "jensen_alpha",
        "r_squared",
        "tracking_error",
        "treynor",
        "up_capture",
        "up_down_capture",
    ),
    "returns": (
        "aggregate_returns",
        "annual_growth",
        "annual_return",
        "cumulative_returns",
        "geometric_mean",
        "simple_returns",
        "total_return",
    ),
    "risk": (
        "autocorrelation",
        "best_return",
        "conditional_value_at_risk",
        "downside_risk",
        "kurtosis",
        "positive_share",
        "skew",
        "tail_ratio",
        "value_at_risk",
        "volatility",
        "worst_return",
    ),
    "rolling": (
        "rolling",
        "rolling_beta",
        "rolling_drawdown",
        "rolling_sharpe",
        "rolling_sortino",
        "rolling_volatility",
    ),
    "round_trips": (
        "Adjustments",
        "Fills",
        "RoundTrips",
        "round_trips",
    ),
    "summary": (
        "buy_and_hold",
        "buy_and_hold_statistics",
        "summarize",
    ),
    "tables": (
        "MonthlyReturns",
        "monthly_returns",
        "yearly_returns",
    ),
    "trip_statistics": (
        "average_loss",
        "average_win",
        "expectancy",
        "kelly_criterion",
        "longest_streaks",
        "payoff_ratio",
        "profit_factor",
        "system_quality_number",
        "time_in_market",
        "win_rate",
    ),
}

__getattr__, __dir__ = attach(
    __name__,
    {name: f"tradewright.quant.performance.{file}:{name}" for file, names in _MEASURES.items() for name in names},
)
