"""The statistics of a run as a reader meets them: in groups, with a label, a unit and one sentence on what each says.

This file decides wording and order only. A statistic that is not described here is still shown, under its own name.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from tradewright.interfaces.reports import formatting as f

Format = Callable[[object], str]


@dataclass(frozen=True, slots=True)
class Statistic:
    """One line of the statistics: how it is called and what it says."""

    name: str
    label: str
    show: Format
    meaning: str


def _signed(value: object) -> str:
    return f.percent(value, signed=True)


def _days(value: object) -> str:
    written = f.number(value, 0)
    return written if written == f.UNDEFINED else f"{written} days"


_RETURN = (
    ("final_equity", "Final equity", f.money, "Cash and marked positions at the end"),
    ("peak_equity", "Highest equity", f.money, "The highest close of equity"),
    ("total_return", "Total return", f.percent, "Final equity over starting cash, minus one"),
    ("return_annual", "Annual return", f.percent, "The constant yearly growth that gives the total return"),
    ("return_annual_calendar", "Annual return, calendar", f.percent, "The same by days of the calendar"),
    ("best_day", "Best day", _signed, "Highest return of one session"),
    ("worst_day", "Worst day", _signed, "Lowest return of one session"),
    ("win_rate_days", "Winning days", f.percent, "Share of sessions with a gain"),
    ("best_month", "Best month", _signed, "Highest return of one calendar month"),
    ("worst_month", "Worst month", _signed, "Lowest return of one calendar month"),
    ("win_rate_months", "Winning months", f.percent, "Share of calendar months with a gain"),
    ("best_year", "Best year", _signed, "Highest return of one calendar year"),
    ("worst_year", "Worst year", _signed, "Lowest return of one calendar year"),
    ("win_rate_years", "Winning years", f.percent, "Share of calendar years with a gain"),
    ("years", "Years", f.number, "Periods of the run over periods a year"),
    ("periods_per_year", "Periods a year", f.count, "What yearly figures are scaled with"),
)
_ADJUSTED = (
    ("sharpe", "Sharpe ratio", f.number, "Mean excess return per unit of its deviation, yearly"),
    ("sortino", "Sortino ratio", f.number, "As Sharpe, but only returns below the target count as risk"),
    ("calmar", "Calmar ratio", f.number, "Annual return over the deepest drawdown"),
    ("omega", "Omega ratio", f.number, "Sum of gains over sum of losses around the target"),
    ("probabilistic_sharpe", "Probabilistic Sharpe", f.percent, "Chance that the true Sharpe ratio is above zero"),
    ("gain_to_pain", "Gain to pain", f.number, "Sum of all returns over the sum of the losses"),
    ("martin", "Martin ratio", f.number, "Annual excess return over the Ulcer index"),
    ("stability", "Stability", f.number, "How straight the growth was: R squared of log equity against time"),
    ("recovery_factor", "Recovery factor", f.number, "Total return over the deepest drawdown"),
)
_RISK = (
    ("volatility_annual", "Volatility", f.percent, "Deviation of daily returns, yearly"),
    ("downside_risk_annual", "Downside risk", f.percent, "Deviation of the returns below the target, yearly"),
    ("max_drawdown", "Deepest drawdown", f.percent, "Largest fall of equity below an earlier peak"),
    (
        "max_drawdown_days",
        "Length of the deepest",
        _days,
        "From the peak before it until that was reached again, or the end",
    ),
    ("max_drawdown_periods", "Length in periods", f.count, "The same, counted in returns"),
    ("longest_drawdown_days", "Longest drawdown", _days, "Most time below an earlier peak"),
    ("average_drawdown", "Average drawdown", f.percent, "Mean depth of all drawdowns"),
    ("ulcer_index", "Ulcer index", f.percent, "Root mean square of the drawdown: depth and length in one figure"),
    ("var_95", "Value at risk 95%", f.percent, "The return that one period in twenty falls below"),
    ("cvar_95", "Expected shortfall 95%", f.percent, "Mean return of the worst twentieth of periods"),
)
_SHAPE = (
    ("skew", "Skew", f.number, "Negative: rare large losses; positive: rare large gains"),
    ("kurtosis", "Excess kurtosis", f.number, "Zero for a bell curve; higher means fatter tails"),
    ("tail_ratio", "Tail ratio", f.number, "Size of the best twentieth of returns over the worst"),
    ("autocorrelation", "Autocorrelation", f.number, "How far one day's return carries over into the next"),
)
_TRADING = (
    ("round_trips", "Round trips", f.count, "From flat to flat, closed ones"),
    ("open_round_trips", "Open round trips", f.count, "Not yet flat again when the run ended"),
    ("fills", "Fills", f.count, "Single executions"),
    ("win_rate", "Win rate", f.percent, "Share of round trips that made money after fees"),
    ("profit_factor", "Profit factor", f.number, "Money won over money lost"),
    ("payoff_ratio", "Payoff ratio", f.number, "Average win over average loss"),
    ("expectancy", "Expectancy", f.money, "Average result of one round trip, after fees"),
    ("expectancy_return", "Expectancy, return", _signed, "Average return of one round trip, after fees"),
    ("sqn", "System quality number", f.number, "Mean over deviation of the results, times the root of their count"),
    ("average_win", "Average win", f.money, "Mean result of the winning round trips"),
    ("average_loss", "Average loss", f.money, "Mean result of the losing round trips"),
    ("best_round_trip", "Best round trip", _signed, "On entry notional, after fees"),
    ("worst_round_trip", "Worst round trip", _signed, "On entry notional, after fees"),
    ("average_bars_held", "Average length", f.number, "Bars from entry to exit"),
    ("longest_win_streak", "Longest winning streak", f.count, "Wins without a loss between"),
    ("longest_loss_streak", "Longest losing streak", f.count, "Losses without a win between"),
    ("kelly", "Kelly fraction", f.percent, "The stake that would have grown fastest; in practice far too much"),
)
_COST = (
    ("exposure", "Time in the market", f.percent, "Share of bars with an open position"),
    ("turnover", "Turnover", f.number, "Traded notional over average equity, whole run"),
    ("turnover_annual", "Turnover a year", f.number, "Traded notional over average equity"),
    ("fees", "Fees", f.money, "All charges of all fills"),
    ("slippage", "Slippage", f.money, "What fills cost against the price at the decision; worse is positive"),
    ("dividends", "Dividends", f.money, "Cash received (paid, when short) for holding"),
    ("due", "Due", f.money, "Dividends in equity that are earned and not paid yet"),
    ("funding", "Funding", f.money, "Received (negative: paid) for holding perpetuals"),
    ("interest", "Interest", f.money, "Received on cash, less what borrowed cash cost"),
    ("borrow_cost", "Borrow cost", f.money, "Paid for borrowing what was sold short"),
    ("currency_pnl", "Currency", f.money, "The part of all profit and loss that came from rates of exchange"),
    ("margin_calls", "Margin calls", f.count, "Times the account was sold down for want of margin"),
    ("least_free_margin", "Least free margin", f.money, "What could still be opened at the tightest close"),
    ("average_leverage", "Average leverage", f.number, "Mean gross exposure over equity"),
    ("largest_leverage", "Highest leverage", f.number, "Largest gross exposure over equity"),
)
_AGAINST = (
    ("alpha", "Alpha", f.percent, "Yearly return that the benchmark does not explain"),
    ("beta", "Beta", f.number, "How much it moves when the benchmark moves by one"),
    ("information_ratio", "Information ratio", f.number, "Mean excess over the benchmark per unit of its deviation"),
    ("tracking_error", "Tracking error", f.percent, "Deviation of the difference to the benchmark, yearly"),
    ("correlation", "Correlation", f.number, "Of daily returns with those of the benchmark"),
    ("r_squared", "R squared", f.number, "Share of the variance that the benchmark explains"),
    ("benchmark_return", "Return of the benchmark", f.percent, "Over the periods both have"),
    ("active_return", "Active return", _signed, "Total return minus that of the benchmark"),
    ("batting_average", "Batting average", f.percent, "Share of periods better than the benchmark"),
    ("treynor", "Treynor ratio", f.number, "Excess return per unit of beta"),
    ("up_capture", "Upside capture", f.percent, "Share of the benchmark's gains that it took part in"),
    ("down_capture", "Downside capture", f.percent, "Share of the benchmark's losses that it took part in"),
)

GROUPS: tuple[tuple[str, tuple[Statistic, ...]], ...] = tuple(
    (title, tuple(Statistic(*line) for line in lines))
    for title, lines in (
        ("Return", _RETURN),
        ("Return for risk", _ADJUSTED),
        ("Risk", _RISK),
        ("Shape of returns", _SHAPE),
        ("Round trips", _TRADING),
        ("Exposure and costs", _COST),
        ("Against the benchmark", _AGAINST),
    )
)


def grouped(stats: Mapping[str, object]) -> Iterator[tuple[str, list[Statistic]]]:
    """The groups with the statistics this run has, in reading order; what no group knows comes last."""
    known: set[str] = set()
    for title, lines in GROUPS:
        present = [line for line in lines if line.name in stats]
        known.update(line.name for line in lines)
        if present:
            yield title, present
    rest = [_undescribed(name) for name in stats if name not in known]
    if rest:
        yield "Further statistics", rest


def described(name: str) -> Statistic:
    """One statistic by its name."""
    return next((line for _, lines in GROUPS for line in lines if line.name == name), _undescribed(name))


def _undescribed(name: str) -> Statistic:
    return Statistic(name, name.replace("_", " ").capitalize(), _by_size, "")


def _by_size(value: object) -> str:
    return f.count(value) if isinstance(value, int) else f.number(value, 4)
