"""A backtest that has run: the run in plain columns, and its statistics and tables, each computed when first asked for.

A notebook that wants one number pays for that number only; a door that shows everything takes the view.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property

import polars as pl

from tradewright.application.backtests import tables
from tradewright.application.backtests.identity import RunInputs, run_id
from tradewright.application.backtests.views import BacktestView, Number
from tradewright.application.strategies.source import code_digest
from tradewright.domain.costs import Cost
from tradewright.domain.costs.algebra import split_models
from tradewright.engine.assumptions import Assumptions, FillRule, Path
from tradewright.engine.margin_statement import MarginStatement, margin_statement
from tradewright.engine.run import Run
from tradewright.quant.performance.conventions import Conventions, infer_periods_per_year
from tradewright.quant.performance.excursions import excursions
from tradewright.quant.performance.exposure import Exposure
from tradewright.quant.performance.round_trips import Adjustments, Fills, RoundTrips, round_trips
from tradewright.quant.performance.summary import Statistics, buy_and_hold, buy_and_hold_statistics, summarize
from tradewright.trading.bars import Bars, Floats
from tradewright.trading.risk.policy import LimitsPolicy
from tradewright.trading.risk.policy_text import written_policy
from tradewright.trading.strategies.strategy import Strategy

AT_EVENTS = "at events"
"""How orders fill over ticks."""
COUNTS = frozenset(
    {
        "fills",
        "margin_calls",
        "round_trips",
        "open_round_trips",
        "max_drawdown_days",
        "max_drawdown_periods",
        "longest_drawdown_days",
        "longest_win_streak",
        "longest_loss_streak",
    }
)
"""Statistics that are whole numbers."""


_PLACE = re.compile(r" object at 0x[0-9a-fA-F]+")


@dataclass(frozen=True, slots=True, eq=False)
class Benchmark:
    """What a run is compared with: bought at the first bar and held, dividends reinvested."""

    instrument: str
    closes: Floats
    """One a row of the run's bars: the last close known by then; NaN before the first."""
    digest: str


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How the run was made; no part of its identity."""

    created_at: str
    duration_s: float
    engine_version: Callable[[], str]
    """Asked when the run is to be named; hashing the engine's sources takes longer than a small run."""
    recipe: Callable[[], Mapping[str, object]] = dict
    """What was asked for, as `backtests.recipe` keeps it; asked when the run is to be kept."""


@dataclass(frozen=True, slots=True)
class RunTerms:
    """What the run assumed, and the limits whose gate it passed; None: it asked no gate."""

    assumptions: Assumptions
    limits: LimitsPolicy | None = None
    ticks: Mapping[str, object] | None = None
    """What a run over ticks assumed beside; None: it ran over bars."""
    data: Callable[[], str] | None = None
    """Identity of what was read, where that is not the bars; asked when the run is to be named."""


@dataclass(frozen=True, slots=True, repr=False)
class UploadedStrategy:
    """A strategy that ran behind walls: its class never came here, only its name and what it was given."""

    class_name: str
    code: str
    """The name of its bytes by their digest."""
    values: Mapping[str, int | float | bool | str]

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={value!r}" for name, value in self.values.items())
        return f"{self.class_name}({given})"


class FinishedBacktest:
    """One finished run with everything that follows from it."""

    def __init__(
        self,
        strategy: Strategy | UploadedStrategy,
        bars: Bars,
        *,
        strategy_id: str,
        terms: RunTerms,
        conventions: Conventions,
        run: Run,
        benchmark: Benchmark | None,
        circumstances: Circumstances,
    ) -> None:
        self.limits = terms.limits
        self.tick_terms = terms.ticks
        self._data = terms.data
        self.strategy = strategy
        self.bars = bars
        self.strategy_id = strategy_id
        self.assumptions = terms.assumptions
        self.conventions = conventions
        self.run = run
        self.benchmark = benchmark
        self.circumstances = circumstances

    @cached_property
    def fill_columns(self) -> Fills:
        """The fills as the statistics read them."""
        return tables.performance_fills(self.run)

    @cached_property
    def adjustments(self) -> Adjustments:
        """The splits and dividends that met a position."""
        return tables.adjustments(self.run, self.bars)

    @cached_property
    def trips(self) -> RoundTrips:
        """The round trips in columns."""
        return round_trips(
            self.fill_columns,
            marks=self.run.mark[-1],
            last_bar=len(self.run.equity) - 1,
            adjustments=self.adjustments,
        )

    @cached_property
    def raw_stats(self) -> Statistics:
        """The statistics by name; NaN where undefined."""
        run, rows = self.run, len(self.run.equity)
        found = summarize(
            run.equity,
            self.bars.session[:rows],
            cash=self.assumptions.cash,
            gross_exposure=Exposure(run.change_row, run.change_quantity, run.mark, run.multiplier),
            fills=self.fill_columns,
            trips=self.trips,
            conventions=self.conventions,
            benchmark=None if self.benchmark is None else self.benchmark.closes[:rows],
        )
        told = {"due": run.due, "funding": run.funding, "interest": run.interest, "borrow_cost": -run.borrow}
        told |= {"currency_pnl": run.exchanged}
        carried = {name: value for name, value in told.items() if value}
        found = found | {"slippage": run.slippage, "dividends": run.dividends} | carried
        if self.assumptions.margin is not None:
            found |= {"margin_calls": run.margin_calls, "least_free_margin": float(self.margin.free.min())}
        return found

    @cached_property
    def margin(self) -> MarginStatement:
        """What positions tied up and what was free, per bar, and where they would be lost."""
        return margin_statement(self.run, self.assumptions, instruments=self.bars.instruments)

    @cached_property
    def stats(self) -> Mapping[str, Number]:
        """The statistics by name; None where undefined."""
        return shown(self.raw_stats)

    @cached_property
    def benchmark_stats(self) -> Mapping[str, Number]:
        """The benchmark's own return statistics; empty without one."""
        if self.benchmark is None:
            return {}
        rows = len(self.run.equity)
        found = buy_and_hold_statistics(
            self.benchmark.closes[:rows],
            self.bars.session[:rows],
            cash=self.assumptions.cash,
            conventions=self.conventions,
        )
        return shown(found)

    @cached_property
    def equity(self) -> pl.DataFrame:
        """One row a bar, as in `BacktestView`."""
        held = None
        if self.benchmark is not None:
            held = buy_and_hold(self.benchmark.closes[: len(self.run.equity)], cash=self.assumptions.cash)
        found = tables.equity(self.run, self.bars, benchmark=held)
        return found if self.assumptions.margin is None else found.with_columns(tables.margin(self.margin))

    @cached_property
    def liquidation_prices(self) -> pl.DataFrame:
        """One row a position that is open at the end."""
        return tables.liquidation_prices(self.run, self.bars, statement=self.margin)

    @cached_property
    def fills(self) -> pl.DataFrame:
        """One row a fill, as in `BacktestView`."""
        return tables.fills(self.run, self.bars)

    @cached_property
    def round_trips(self) -> pl.DataFrame:
        """One row a round trip, as in `BacktestView`."""
        adverse, favourable = excursions(
            self.trips,
            self._in_account(self.bars.highs),
            self._in_account(self.bars.lows),
            fills_at="open" if self.assumptions.fill is FillRule.NEXT_OPEN else "close",
            adjustments=self.adjustments,
        )
        return tables.round_trips(self.trips, self.bars, adverse=adverse, favourable=favourable)

    def _in_account(self, prices: Floats) -> Floats:
        """Prices in the account's money, as those of round trips are."""
        return prices if self.run.rate is None else prices[: len(self.run.rate)] * self.run.rate

    @cached_property
    def carried(self) -> pl.DataFrame:
        """What moved cash without an order: time, session, symbol, kind, amount."""
        return tables.carried(self.run, self.bars)

    @cached_property
    def currency(self) -> str:
        """The account's."""
        return self.assumptions.carry.currency or self.bars.currency

    @cached_property
    def settings(self) -> dict[str, object]:
        """Every setting that can change a number, as JSON values."""
        given = self.assumptions
        plain = {name: getattr(given, name) for name in given.__slots__ if name != "carry"} | given.carry.stated()
        plain |= {"costs": _named(given.costs), "allocation": repr(given.allocation)}
        models = split_models(given.costs)[1]
        if models:
            plain["cost_code"] = [code_digest(type(model)) for model in models]
        plain |= {name: str(plain[name]) for name in ("fill", "size_at", "numbers")}
        plain |= {"lots": dict(given.lots), "multipliers": dict(given.multipliers)}
        del plain["margin"], plain["path"]
        if given.path is not Path.WORST:  # what most runs do not choose is no part of their name
            plain["path"] = str(given.path)
        if given.margin is not None:
            plain["margin"] = repr(given.margin)
        as_of = None if self.bars.as_of is None else tables.iso_moment(self.bars.as_of)
        plain |= {"prices": self.bars.prices, "timeframe": str(self.bars.timeframe), "as_of": as_of}
        plain |= asdict(self.conventions)
        plain["benchmark"] = None if self.benchmark is None else self.benchmark.instrument
        if self.limits is not None:
            plain["limits"] = written_policy(self.limits)
        if self.tick_terms is not None:
            plain |= {"fill": AT_EVENTS, "ticks": dict(self.tick_terms)}
        return plain

    @cached_property
    def data_digest(self) -> str:
        """Identity of the rows the run read."""
        if self._data is not None:
            return self._data()
        return self.bars.digest or tables.digest_of(self.bars)

    @cached_property
    def run_id(self) -> str:
        """The name of the run: the same inputs give the same name."""
        data = (self.data_digest,) if self.benchmark is None else (self.data_digest, self.benchmark.digest)
        ran = self.strategy
        code = ran.code if isinstance(ran, UploadedStrategy) else code_digest(type(ran))
        inputs = RunInputs(code, ran.values, data, self.settings, self.circumstances.engine_version())
        return run_id(inputs)

    @cached_property
    def view(self) -> BacktestView:
        """Everything, as doors show it."""
        bars, rows = self.bars, len(self.run.equity)
        settings = dict(self.settings)
        if self.conventions.periods_per_year is None:
            settings["periods_per_year"] = self.raw_stats.get(
                "periods_per_year", infer_periods_per_year(bars.session[:rows])
            )
        return BacktestView(
            run_id=self.run_id,
            strategy=self.strategy_id,
            strategy_expression=repr(self.strategy),
            parameters=self.strategy.values,
            symbols=bars.instruments,
            timeframe=str(bars.timeframe),
            start=tables.iso_date(bars.session[0]),
            end=tables.iso_date(bars.session[rows - 1]),
            currency=self.currency,
            cash=self.assumptions.cash,
            data_digest=self.data_digest,
            engine=self.run.engine,
            engine_version=self.circumstances.engine_version(),
            fill_rule=str(self.settings["fill"]),
            assumptions=settings,
            stats=self.stats,
            benchmark=None if self.benchmark is None else self.benchmark.instrument,
            benchmark_stats=self.benchmark_stats,
            equity=self.equity,
            fills=self.fills,
            round_trips=self.round_trips,
            prices=tables.prices(bars),
            rejections=tables.rejections(self.run, bars),
            refusals=tables.refusals(self.run, bars),
            warnings=self.run.warnings,
            duration_s=self.circumstances.duration_s,
            created_at=self.circumstances.created_at,
            recipe=self.circumstances.recipe(),
        )


def _named(costs: Cost) -> str:
    """The expression of costs; an own model that has none is named by its class, never by its place in memory."""
    return _PLACE.sub("", repr(costs))


def shown(statistics: Statistics) -> Mapping[str, Number]:
    """Statistics as doors show them: None where undefined, whole numbers whole."""
    return {
        name: None if not abs(value) < float("inf") else int(value) if name in COUNTS else float(value)
        for name, value in statistics.items()
    }
