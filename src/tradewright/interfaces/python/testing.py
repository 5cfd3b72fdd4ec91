"""`tw.backtest`: one call from a strategy and bars to a result."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypedDict, Unpack

from tradewright.application.backtests.finished import FinishedBacktest
from tradewright.application.backtests.messages import Account, Carrying, Conventions, RunBacktest
from tradewright.application.backtests.tick_messages import RunTickBacktest, TickTerms
from tradewright.bootstrap import open_app
from tradewright.domain.costs import Cost
from tradewright.domain.errors import InputError
from tradewright.domain.margin import Margin
from tradewright.interfaces.limits import limits_said
from tradewright.interfaces.python.frames import as_polars, is_table
from tradewright.interfaces.python.loading import load_bars
from tradewright.interfaces.python.result import Result
from tradewright.interfaces.python.settings import refuse_unknown
from tradewright.trading.bars import Bars
from tradewright.trading.risk.policy import LimitsPolicy
from tradewright.trading.strategies.strategy import Strategy
from tradewright.trading.ticks import Ticks


class Setting(TypedDict, total=False):
    """What may be said beside cash, costs and fill; `Account` and `Conventions` say what each means."""

    size_at: str
    lot: float
    lots: dict[str, float]
    multipliers: dict[str, float]
    leverage: float
    margin: Margin | str | None
    rebalance_band: float
    allocation: object
    sizing: object
    numbers: str
    close_at_end: bool
    participation: float
    interest: float | Mapping[str, float]
    loan: float | Mapping[str, float]
    borrow: float | Mapping[str, float]
    borrows: Mapping[str, float | Mapping[str, float]]
    borrowable: Mapping[str, float]
    day_count: int
    funding: object
    currency: str | None
    currencies: Mapping[str, str]
    rates: Mapping[str, object]
    delistings: Mapping[str, tuple[str, float]]
    renames: Mapping[str, tuple[str, str]]
    order_latency_ns: object
    answer_latency_ns: object
    cancels_ahead: float
    unseen_ahead: float
    sampled: str
    path: str
    risk_free: float
    periods_per_year: float | None
    ddof: int
    resample: str
    var_level: float


_CONVENTIONS = frozenset(Conventions.__slots__)
_CARRYING = frozenset(Carrying.__slots__)
_TICK_TERMS = tuple(TickTerms.__slots__)


def backtest(
    strategy: Strategy | type[Strategy] | str,
    bars: object,
    *,
    cash: float = 100_000.0,
    costs: Cost | str | None = None,
    fill: str = "next-open",
    engine: str = "auto",
    benchmark: Bars | str | None = None,
    limits: str | Path | Mapping[str, object] | LimitsPolicy | None = None,
    **settings: Unpack[Setting],
) -> Result:
    """Test a strategy on bars and give back its result; nothing is written anywhere.

    `strategy` is a strategy (`Breakout(lookback=55)`), its class, the id of a built-in one or `file.py:ClassName`.
    `bars` are `tw.Bars`, or anything that `tw.load_bars` takes by itself, or `tw.Ticks` for a `tw.CompiledStrategy`.
    `costs` add up: `tw.PerShare(0.005, minimum=1) + tw.Spread(bps=2)`; None trades for free.
    `fill` is `next-open` (decided at a close, filled at the next open) or `signal-close`.
    `engine` is `auto`, `runtime` or `kernel`; the fills are the same.
    `benchmark` is one instrument to compare with, bought and held: bars, or a symbol of the store.
    `limits` passes every order through the risk gate: `"default"`, a TOML file, a mapping, or a `LimitsPolicy`.
    `settings` of the account: size_at, lot, lots, multipliers, leverage, rebalance_band, allocation, sizing,
    numbers, close_at_end, participation, `margin` in place of leverage (`tw.CashAccount()`, `tw.RegT()`,
    `tw.PortfolioFactor(0.15)`, `tw.Futures(10, mode="isolated")`); of what it earns and pays without trading (see
    docs/concepts/accounts.md): interest, loan, borrow, borrows, borrowable, day_count, funding (True: of the store, or
    a table), currency, currencies, rates (bars of pairs by name), delistings, renames; of ticks: order_latency_ns,
    answer_latency_ns, cancels_ahead, unseen_ahead, sampled; of the statistics: risk_free, periods_per_year, ddof,
    resample, var_level.

    Raises InputError for what cannot be used, StrategyError when the strategy raises or answers nonsense.
    """
    tick_terms = {name: settings.pop(name) for name in _TICK_TERMS if name in settings}  # type: ignore[misc]
    account, conventions = stated_settings(settings, cash=cash, costs=costs, fill=fill)
    if isinstance(bars, Ticks):
        if benchmark is not None or limits is not None:
            raise InputError("a run over ticks takes no benchmark and no limits", remedy="leave them out")
        asked = RunTickBacktest(
            strategy=strategy,
            ticks=bars,
            terms=TickTerms(**tick_terms),
            account=account,
            conventions=conventions,
            engine=engine,
        )
        return Result(open_app().ask(asked, answer=FinishedBacktest))
    if tick_terms:
        raise InputError(
            f"{', '.join(sorted(tick_terms))} are of runs over ticks", expected="tw.Ticks, as tw.load_trades gives"
        )
    tested = bars if isinstance(bars, Bars) else load_bars(bars)
    held = benchmark if benchmark is None or isinstance(benchmark, Bars) else load_bars(benchmark)
    command = RunBacktest(
        strategy=strategy,
        bars=tested,
        benchmark=held,
        account=account,
        conventions=conventions,
        engine=engine,
        limits=limits if isinstance(limits, LimitsPolicy) else limits_said(limits, risk=open_app().settings.risk),
    )
    return Result(open_app().ask(command, answer=FinishedBacktest))


def stated_settings(
    settings: Setting, *, cash: float, costs: Cost | str | None, fill: str
) -> tuple[Account, Conventions]:
    """The settings of the account and of the statistics; a name that is neither is an InputError with a near match."""
    known = ("cash", "costs", "fill", "engine", "benchmark", "limits", *sorted(Setting.__optional_keys__))
    refuse_unknown(settings, known, of="a backtest")
    account = {name: value for name, value in settings.items() if name not in _CONVENTIONS | _CARRYING}
    carried = {name: _carried(name, value) for name, value in settings.items() if name in _CARRYING}
    conventions = {name: value for name, value in settings.items() if name in _CONVENTIONS}
    return (
        Account(cash=cash, costs=costs, fill=fill, carry=Carrying(**carried), **account),  # type: ignore[arg-type]
        Conventions(**conventions),  # type: ignore[arg-type]
    )


def _carried(name: str, value: Any) -> object:
    """What a notebook hands in, as the message takes it: tables become Polars frames, rates of pairs become bars."""
    if name == "funding" and is_table(value):
        return as_polars(value)
    if name == "rates":
        return {pair: rates if isinstance(rates, Bars) else load_bars(rates) for pair, rates in value.items()}
    if name in ("interest", "loan", "borrow") and not isinstance(value, Mapping) and is_table(value):
        table = as_polars(value)
        days, rates = table.get_columns()[:2]
        return {str(day)[:10]: float(rate) for day, rate in zip(days, rates, strict=True)}
    return value
