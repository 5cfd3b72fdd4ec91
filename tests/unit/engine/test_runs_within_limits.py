"""A backtest asks the very gate of trading: wide limits change nothing, narrow ones cut or refuse, and say so."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.engine.engine_samples import DAY_NS, NAMES, Columns, Deed, Script, bars_of, flat_rows, split_on
from tests.unit.engine.limit_samples import WARM, liquid_bars, shipped, widest

from tradewright.domain.errors import InputError
from tradewright.domain.identifiers import StrategyId
from tradewright.domain.margin import Futures, Margin, PortfolioFactor
from tradewright.engine.assumptions import Assumptions
from tradewright.engine.backtest import run_backtest
from tradewright.engine.market import prepare
from tradewright.engine.run import Run
from tradewright.engine.runtime.known_market import KnownMarket
from tradewright.simulation.broker import SimulatedBroker
from tradewright.trading.bars import Bars
from tradewright.trading.risk.policy import LimitsPolicy
from tradewright.trading.strategies.strategy import Strategy

D = Decimal


def run_of(strategy: Strategy, bars: Bars, limits: LimitsPolicy | None = None, **terms: Any) -> Run:
    return run_backtest(
        strategy,
        bars,
        assumptions=Assumptions(**terms),
        broker_factory=SimulatedBroker,
        engine="runtime",
        limits=limits,
    )


def scripted(bars: Bars, deeds: Mapping[int, Deed], limits: LimitsPolicy | None, **terms: Any) -> Run:
    return run_of(Script(deeds), bars, limits, **terms)


def told(run: Run) -> list[tuple[int, int, int, float, float]]:
    fills = run.fills
    columns = (fills.row, fills.instrument, fills.role, fills.quantity, fills.price)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def targets(seed: int, bars: Bars) -> Columns:
    """Random strengths, some with protective prices, once everything is known."""
    random = np.random.default_rng(seed)
    shape = bars.closes.shape
    strength = random.choice([np.nan, np.nan, 0.0, 1.0, 0.4, -0.5], size=shape)
    strength[:WARM] = np.nan
    stops = np.where(random.random(shape) < 0.3, bars.closes * 0.95, np.nan)
    stops[:WARM] = np.nan
    if bars.actions:  # a strategy speaks in the prices that it sees, and these are not adjusted
        stops[:] = np.nan
    return Columns(strength, stop_loss=stops)


TERMS = st.fixed_dictionaries(
    {
        "fill": st.sampled_from(["next-open", "signal-close"]),
        "numbers": st.sampled_from(["float", "exact"]),
        "lot": st.sampled_from([1.0, 0.01, 0.0]),
        "leverage": st.sampled_from([4.0, 6.0]),
    }
)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 3), TERMS, st.integers(0, 2))
def test_limits_at_their_ceilings_change_no_fill(seed: int, width: int, terms: dict[str, Any], actions: int) -> None:
    bars = liquid_bars(seed, rows=50, width=width, actions=actions)
    free = run_of(targets(seed, bars), bars, **terms)
    within = run_of(targets(seed, bars), bars, widest(bars, order_notional=D(10_000_000)), **terms)
    if min(free.equity) < 0.6 * max(free.equity) or (np.diff(free.equity) < -0.15 * free.equity[:-1]).any():
        return  # the drawdown stop and the loss of the day have ceilings too
    assert (within.refusals, within.cuts) == ((), ())
    assert told(within) == told(free)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 3), TERMS)
def test_no_position_is_sent_beyond_its_limit(seed: int, width: int, terms: dict[str, Any]) -> None:
    bars = liquid_bars(seed, rows=45, width=width)
    run = run_of(targets(seed, bars), bars, widest(bars, position=D("0.05")), **terms)
    opened = np.zeros(width)
    for row, column, _, quantity, price in told(run):
        before, opened[column] = opened[column], opened[column] + quantity
        if abs(opened[column]) > abs(before):
            # the fill may be dearer than the close of the decision, at most by the gap to it
            reference = float(bars.closes[row if terms["fill"] == "signal-close" else row - 1, column])
            equity = float(run.equity[row if terms["fill"] == "signal-close" else row - 1])
            assert abs(opened[column]) * reference <= 0.05 * equity * (1 + abs(price / reference - 1) + 1e-9)


@pytest.mark.parametrize("mode", [Futures(4), Futures(4, mode="isolated"), PortfolioFactor(0.25)], ids=repr)
def test_the_gate_knows_what_initial_margin_carries(mode: Margin) -> None:
    bars = liquid_bars(3, rows=40, width=1)
    bars.opens[:] = bars.highs[:] = bars.lows[:] = bars.closes[:] = 50.0
    deeds: dict[int, Deed] = {30: lambda context, bar: context.buy(6_000)}  # 300,000 on 100,000
    free = scripted(bars, deeds, None, margin=mode)
    within = scripted(bars, deeds, widest(bars, order_notional=D(10_000_000), position=D(4)), margin=mode)
    assert told(free) == told(within) == [(31, 0, 0, 6_000.0, 50.0)]


def test_shipped_limits_trade_smaller_and_say_so() -> None:
    bars = bars_of(flat_moving(60), volumes=1e6)
    run = scripted(bars, {30: lambda context, bar: context.target(1.0)}, shipped(bars))
    (fill,) = told(run)
    (cut,) = run.cuts
    price = float(bars.closes[30, 0])
    assert fill[3] == cut.left == np.floor(5_000 / price)
    assert (cut.row, cut.instrument, cut.control, cut.asked) == (30, 0, "position", np.floor(100_000 / price))
    assert any("1 order was cut by the limits (position 1)" in one for one in run.warnings)


def test_what_is_not_known_is_refused_and_named() -> None:
    bars = bars_of(flat_moving(60), volumes=1e6)
    run = scripted(bars, {5: lambda context, bar: context.buy(10)}, shipped(bars))
    (refused,) = run.refusals
    assert (refused.row, refused.instrument, refused.asked) == (5, 0, 10.0)
    assert [reason[0] for reason in refused.reasons] == ["portfolio_risk"]
    assert "the value at risk of AAA.XNYS is not known" in refused.reasons[0][1]
    assert told(run) == []
    assert any("1 order was refused by the limits (portfolio_risk 1)" in one for one in run.warnings)


def test_a_stop_takes_the_place_of_a_bad_day() -> None:
    bars = bars_of(flat_moving(60), volumes=1e6)
    run = scripted(bars, {5: lambda context, bar: context.buy(10, stop_loss=45.0)}, shipped(bars))
    assert (len(told(run)), run.refusals) == (1, ())


def test_a_refused_order_leaves_no_id() -> None:
    bars = bars_of(flat_moving(60), volumes=1e6)
    given_ids: list[int] = []
    deeds: dict[int, Deed] = {
        30: lambda context, bar: given_ids.append(context.sell(10)),
        31: lambda context, bar: given_ids.append(context.buy(10)),
    }
    run = scripted(bars, deeds, shipped(bars))
    assert (given_ids[0], given_ids[1] > 0) == (0, True)
    assert [reason[0] for one in run.refusals for reason in one.reasons] == ["short"]


def test_ways_out_pass_without_room() -> None:
    bars = bars_of(flat_moving(60), volumes=1e6)
    limits = widest(bars, trades_per_day=1, position=D("0.05"))
    deeds: dict[int, Deed] = {
        30: lambda context, bar: context.target(0.05),
        31: lambda context, bar: context.target(0.02),
        32: lambda context, bar: context.close(),
    }
    run = scripted(bars, deeds, limits)
    assert len(told(run)) == 3 and run.refusals == ()
    assert run.quantity.tolist() == [0.0]


def test_orders_that_wait_count() -> None:
    bars = bars_of(flat_moving(60), volumes=1e6)
    deeds: dict[int, Deed] = {
        30: lambda context, bar: context.buy(60, limit=40.0),
        31: lambda context, bar: context.buy(60, limit=40.5),
    }
    run = scripted(bars, deeds, shipped(bars))
    (cut,) = run.cuts
    assert (cut.row, cut.asked) == (31, 60.0)
    assert cut.left == np.floor(5_000 / float(bars.closes[31, 0])) - 60


def test_a_cancel_gives_room_back() -> None:
    bars = bars_of(flat_moving(60), volumes=1e6)
    ids: list[int] = []
    deeds: dict[int, Deed] = {
        30: lambda context, bar: ids.append(context.buy(90, limit=40.0)),
        32: lambda context, bar: context.cancel(ids[0]),
        33: lambda context, bar: context.buy(90, limit=40.0),
    }
    assert scripted(bars, deeds, shipped(bars)).cuts == ()
    del deeds[32]
    assert len(scripted(bars, deeds, shipped(bars)).cuts) == 1


def test_the_drawdown_stop_ends_new_risk() -> None:
    prices = [*flat_moving(40), *[(30.0,) * 4] * 20]
    bars = bars_of(prices, volumes=1e9)
    deeds: dict[int, Deed] = {
        30: lambda context, bar: context.target(1.0),
        50: lambda context, bar: context.buy(1),
        51: lambda context, bar: context.close(),
    }
    levels = replace(shipped(bars).everywhere.drawdown)
    run = scripted(bars, deeds, widest(bars, drawdown=levels))
    (refused,) = run.refusals
    assert (refused.row, [reason[0] for reason in refused.reasons]) == (50, ["drawdown"])
    assert run.quantity.tolist() == [0.0]


def test_a_loss_of_the_day_ends_with_the_day() -> None:
    rows = [*flat_moving(44), *[(46.0,) * 4] * 16]
    bars = bars_of(rows, volumes=1e9, session_bars=4)
    bars = replace(bars, time=bars.time // 24, timeframe=type(bars.timeframe).parse("1h"))
    known = 42
    deeds: dict[int, Deed] = {
        40: lambda context, bar: context.target(1.0, stop_loss=30.0),
        45: lambda context, bar: context.buy(1, stop_loss=30.0),
        47: lambda context, bar: context.buy(1, stop_loss=30.0),
    }
    strategy = ByRow(deeds)
    run = run_of(strategy, bars, widest(bars, daily_loss=D("0.02")))
    assert known and [one.row for one in run.refusals] == [45]
    assert [reason[0] for reason in run.refusals[0].reasons] == ["daily_loss"]


def test_protection_is_what_portfolio_risk_measures() -> None:
    bars = bars_of(flat_moving(60), flat_moving(60, 7), volumes=1e9)
    limits = widest(bars, portfolio_risk=D("0.02"))

    def both(context: Any, bar: Any) -> None:
        if bar.instrument == NAMES[0]:
            context.buy(1000, stop_loss=48.0)

    first = scripted(bars, {30: both}, limits)
    assert len(told(first)) == 1
    deeds: dict[int, Deed] = {
        30: both,
        32: lambda context, bar: context.buy(900, instrument=NAMES[1], stop_loss=48.0),
        33: lambda context, bar: context.protect(instrument=NAMES[0], stop_loss=49.0),
        34: lambda context, bar: context.buy(900, instrument=NAMES[1], stop_loss=48.0),
    }
    run = scripted(bars, deeds, limits)
    assert [(one.row, one.reasons[0][0]) for one in run.refusals] == [(32, "portfolio_risk")]
    assert [(one.row, one.control) for one in run.cuts] == [(34, "portfolio_risk")]


def test_a_split_moves_what_is_watched() -> None:
    bars = bars_of(flat_moving(40) + [tuple(p / 2 for p in row) for row in flat_moving(20)],
                   volumes=1e9, actions=[split_on(40, 2.0)])  # fmt: skip
    deeds: dict[int, Deed] = {
        30: lambda context, bar: context.buy(100, stop_loss=bar.close * 0.9),
        31: lambda context, bar: context.buy(10, limit=bar.close * 0.7),
        45: lambda context, bar: context.buy(10, stop_loss=bar.close * 0.9),
    }
    run = scripted(bars, deeds, widest(bars, portfolio_risk=D("0.02")))
    assert run.refusals == () and run.cuts == ()


def test_limits_of_a_strategy_are_asked_by_its_id() -> None:
    bars = bars_of(flat_moving(60), volumes=1e6)
    plain = widest(bars)
    policy = replace(plain, strategies={StrategyId("Script"): {"order_quantity": D(7)}})
    run = scripted(bars, {30: lambda context, bar: context.buy(10)}, policy)
    assert [(one.control, one.left) for one in run.cuts] == [("order_quantity", 7.0)]


def test_orders_of_one_row_are_sent_as_fast_as_the_limits_let_a_desk_send() -> None:
    bars = bars_of(*(flat_moving(60, seed) for seed in range(4)), volumes=1e6)

    def all_of_them(context: Any, bar: Any) -> None:
        for name in NAMES:
            context.buy(1, instrument=name, stop_loss=40.0)

    slow = widest(bars, orders_per_second=1, orders_per_minute=60)
    assert len(told(scripted(bars, {30: all_of_them}, slow))) == 4
    at_once = scripted(bars, {30: all_of_them}, slow, fill="signal-close")
    assert [reason[0] for one in at_once.refusals for reason in one.reasons] == ["orders_per_second"] * 3


def test_what_follows_after_the_last_bar_is_asked_of_nobody() -> None:
    bars = bars_of(flat_moving(60), volumes=1e6)
    run = scripted(bars, {59: lambda context, bar: context.sell(10)}, shipped(bars))
    assert (run.refusals, told(run)) == ((), [])


@pytest.mark.parametrize(
    ("engine", "problem"), [("kernel", "the kernel asks no limits"), ("runtime", "how much is asked for")]
)
def test_limits_need_the_runtime_and_sizes_at_the_decision(engine: str, problem: str) -> None:
    bars = bars_of(flat_moving(60))
    size_at = "fill" if engine == "runtime" else "decision"
    with pytest.raises(InputError, match=problem):
        run_backtest(
            Columns(np.zeros((60, 1))),
            bars,
            assumptions=Assumptions(size_at=size_at),  # type: ignore[arg-type]
            broker_factory=SimulatedBroker,
            limits=shipped(bars),
            engine=engine,
        )


def test_the_market_is_known_up_to_the_row_only() -> None:
    bars = liquid_bars(5, rows=60, width=2)
    whole, cut = (KnownMarket(prepare(one, Assumptions())) for one in (bars, bars.rows(0, 41)))
    plain = whole.instrument(0, finest=D("0.01"))
    assert (
        whole.view(40, 0, mark=D(50), instrument=plain).value_at_risk
        == cut.view(40, 0, mark=D(50), instrument=plain).value_at_risk
    )
    assert whole.correlation(40, 0, second=1) == cut.correlation(40, 0, second=1)
    assert whole.correlation(5, 0, second=1) is None
    assert whole.executes_ns(59) is None and whole.executes_ns(40) == int(bars.time[40]) + 1
    assert whole.executes_ns(40, at_close=True) == int(bars.time[41])


def test_a_bad_day_is_the_twentieth_worst_of_all() -> None:
    closes = 100 * np.cumprod(1 + np.tile([0.01, -0.03, 0.02, -0.01], 15))
    bars = bars_of([(float(c),) * 4 for c in closes], volumes=500.0)
    known = KnownMarket(prepare(bars, Assumptions()))
    view = known.view(59, 0, mark=D(1), instrument=known.instrument(0, finest=D("0.01")))
    assert float(view.value_at_risk or 0) == pytest.approx(0.03)
    assert view.day_quantity == D("500.0")


class ByRow(Strategy):
    """Does one thing after the bar of a row, counted by bars."""

    def __init__(self, deeds: Mapping[int, Deed]) -> None:
        super().__init__()
        self.deeds, self.row = dict(deeds), -1

    def on_bar(self, context: Any, bar: Any) -> None:
        self.row += 1
        if self.row in self.deeds:
            self.deeds[self.row](context, bar)


def flat_moving(count: int, seed: int = 3) -> list[Any]:
    """Prices around 50 that move a little."""
    random = np.random.default_rng(seed)
    return [(float(price),) * 4 for price in np.round(50 + random.normal(0, 0.3, count), 2)]


def test_rows_of_a_flat_market_have_no_bad_day() -> None:
    bars = bars_of(flat_rows(60), volumes=1e6)
    known = KnownMarket(prepare(bars, Assumptions()))
    assert known.view(40, 0, mark=D(1), instrument=known.instrument(0, finest=D(1))).value_at_risk == 0
    assert int(bars.time[1] - bars.time[0]) == DAY_NS
