"""Rates by liquidity, month and order, and market impact: as values, and as charged at both speeds."""

import math
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.engine.engine_samples import (
    FIRST_SESSION,
    Script,
    backtest,
    bars_of,
    both,
    random_bars,
    split_on,
    told_fills,
)
from tests.unit.engine.engine_samples import Gambler as Gambling

from tradewright.application.backtests.costs import costs_of
from tradewright.domain.arithmetic.dates import month_of
from tradewright.domain.arithmetic.impact import root
from tradewright.domain.costs import (
    Commission,
    Cost,
    Costs,
    MakerTaker,
    PerOrder,
    PerShare,
    Slippage,
    Spread,
    SquareRootImpact,
    Tiers,
    VolumeShareSlippage,
)

FLAT = (100.0, 100.0, 100.0, 100.0)
WIDE = (100.0, 110.0, 90.0, 100.0)
DEEP: tuple[Cost, ...] = (
    MakerTaker(-1, 5),
    Tiers((0, MakerTaker(2, 5)), (3_000, MakerTaker(-1, 4) + PerOrder(0.5)), (9_000, Commission(bps=1))),
    Tiers((0, PerShare(0.01)), (50, PerShare(0.002)), by="quantity") + Spread(bps=4),
    PerShare(0.005, minimum=1, maximum=0.01, per="order") + PerOrder(1.5, per="order"),
    VolumeShareSlippage(impact=0.1, limit=0.3),
    SquareRootImpact(0.8, window=5) + Slippage(bps=3),
    Commission(bps=3, minimum=2, per="order") + VolumeShareSlippage(0.5, 0.05) + MakerTaker(0, 2),
)


def trade(quantity: float, **terms: Any) -> Any:
    return lambda context, bar: context.buy(quantity, **terms) if quantity > 0 else context.sell(-quantity, **terms)


@pytest.mark.parametrize("cost", DEEP, ids=repr)
def test_the_repr_is_the_formula_in_python_and_as_text(cost: Cost) -> None:
    assert costs_of(repr(cost)) == cost
    assert costs_of(f"2 * ({cost!r})") == 2 * cost
    assert repr(costs_of(repr(3 * cost))) == repr(3 * cost)


@pytest.mark.parametrize("cost", DEEP, ids=repr)
@given(factor=st.floats(0.01, 10), quantity=st.floats(0.01, 1e4), price=st.floats(0.01, 1e4))
def test_scaling_and_adding_scale_and_add_the_estimate(
    cost: Cost, factor: float, quantity: float, price: float
) -> None:
    assert (factor * cost).fee(quantity, price) == pytest.approx(factor * cost.fee(quantity, price), rel=1e-9)
    both_of = cost + PerOrder(2)
    assert both_of.fee(quantity, price) == pytest.approx(cost.fee(quantity, price) + 2, rel=1e-9)
    assert (cost + cost).impacts() == cost.impacts() * 2
    assert (cost + cost).rates() == cost.rates() * 2


@pytest.mark.parametrize("cost", DEEP, ids=repr)
@given(one=st.floats(0.01, 1e4), more=st.floats(0, 1e4), price=st.floats(0.01, 1e4))
def test_a_fee_never_falls_with_size(cost: Cost, one: float, more: float, price: float) -> None:
    assert cost.fee(one + more, price) >= cost.fee(one, price)


def test_a_limit_that_takes_what_the_open_offers_pays_as_taker_and_one_that_rested_as_maker() -> None:
    rows = [FLAT, (99.0, 100.0, 95.0, 96.0), (94.0, 95.0, 93.0, 94.0)]
    costs = MakerTaker(maker_bps=-1, taker_bps=5)
    for limit, row, price, fee in (
        (99.5, 1, 99.0, 99.0 * 10 * 0.0005),  # the first open is better: it takes
        (97.0, 1, 97.0, -97.0 * 10 * 0.0001),  # touched within its first bar: it had been waiting
        (94.5, 2, 94.0, -94.0 * 10 * 0.0001),  # the open gaps through what rested: still a maker
    ):
        run = both(partial(Script, {0: trade(10, limit=limit)}), bars_of(rows), costs=costs)
        assert told_fills(run) == [(row, "order", 10.0, price)]
        assert run.fees == pytest.approx(fee, rel=1e-12)
        assert run.fills.made.tolist() == [int(fee < 0)]


@pytest.mark.parametrize(
    ("terms", "is_made"),
    [
        ({}, False),
        ({"stop": 101.0}, False),
        ({"stop": 101.0, "limit": 102.0}, False),
        ({"stop": 103.0, "limit": 101.0}, True),
        ({"trail": 2.0}, False),
        ({"limit": 104.0, "time_in_force": "at_open"}, False),
        ({"limit": 104.0, "time_in_force": "at_close"}, False),
    ],
)
def test_stops_market_orders_and_auctions_take(terms: dict[str, Any], is_made: bool) -> None:
    bars = bars_of([FLAT, (100.0, 104.0, 99.0, 100.5), (100.5, 104.0, 100.0, 101.0)], session_bars=1)
    run = both(lambda: Script({0: trade(10, **terms)}), bars, costs=MakerTaker(1, 5))
    assert run.fills.made.tolist() == [int(is_made)]
    notional = 10 * run.fills.price[0]
    assert run.fees == pytest.approx(notional * (0.0001 if is_made else 0.0005), rel=1e-12)


def test_a_take_profit_makes_and_a_stop_loss_takes() -> None:
    rows = [FLAT, (100.0, 106.0, 99.0, 104.0)]
    won = both(lambda: Script({0: trade(10, stop_loss=90, take_profit=105)}), bars_of(rows), costs=MakerTaker(1, 5))
    assert won.fills.made.tolist() == [0, 1]
    lost = both(lambda: Script({0: trade(10, stop_loss=99.5, take_profit=110)}), bars_of(rows), costs=MakerTaker(1, 5))
    assert lost.fills.made.tolist() == [0, 0]


def test_a_fill_is_charged_at_the_tier_that_the_month_has_reached_before_it() -> None:
    """FIRST_SESSION is 2011-01-26: rows 1-5 are in January, from row 6 on (2011-02-01) the month is new."""
    assert month_of(FIRST_SESSION + 5) + 1 == month_of(FIRST_SESSION + 6) == 2011 * 12 + 1
    costs = Tiers((0, Commission(bps=10)), (1_500, Commission(bps=4)))
    bars = bars_of([FLAT] * 9)
    run = both(lambda: Script({n: trade(10) for n in range(8)}), bars, costs=costs)
    # 1,000 each: the first two start below 1,500, then 4 bps until the month ends
    assert run.fills.fee.tolist() == pytest.approx([1.0, 1.0, 0.4, 0.4, 0.4, 1.0, 1.0, 0.4])


def test_tiers_by_quantity_count_shares() -> None:
    costs = Tiers((0, PerShare(0.01)), (25, PerShare(0.002)), by="quantity")
    run = both(lambda: Script({n: trade(10) for n in range(4)}), bars_of([FLAT] * 5), costs=costs)
    assert run.fills.fee.tolist() == pytest.approx([0.1, 0.1, 0.1, 0.02])


def test_a_minimum_per_order_is_charged_once_and_one_per_fill_each_time() -> None:
    volumes = [[100.0]] * 6
    bars = bars_of([FLAT] * 6, volumes=volumes)
    terms = {"participation": 0.1}
    once = both(lambda: Script({0: trade(25)}), bars, costs=PerShare(0.05, minimum=1, per="order"), **terms)
    each = both(lambda: Script({0: trade(25)}), bars, costs=PerShare(0.05, minimum=1), **terms)
    # 10, 10 and 5 shares: 0.50, 1.00 and 1.25 in all; the minimum is met by the first two fills
    assert once.fills.fee.tolist() == pytest.approx([1.0, 0.0, 0.25])
    assert each.fills.fee.tolist() == pytest.approx([1.0, 1.0, 1.0])


def test_an_amount_per_order_is_charged_with_its_first_fill() -> None:
    bars = bars_of([FLAT] * 4, volumes=[[100.0]] * 4)
    run = both(lambda: Script({0: trade(25)}), bars, costs=PerOrder(5, per="order"), participation=0.1)
    assert run.fills.fee.tolist() == [5.0, 0.0, 0.0]


def test_volume_share_moves_the_price_by_the_square_of_the_share_and_caps_the_order() -> None:
    bars = bars_of([FLAT, WIDE, WIDE, WIDE], volumes=[[1000.0]] * 4)
    run = both(lambda: Script({0: trade(150)}), bars, costs=VolumeShareSlippage(impact=0.1, limit=0.1))
    # 100 of 1,000: share 0.1, then 50: share 0.05
    assert [fill[:3] for fill in told_fills(run)] == [(1, "order", 100.0), (2, "order", 50.0)]
    assert run.fills.price.tolist() == pytest.approx([100 * (1 + 0.1 * 0.01), 100 * (1 + 0.1 * 0.0025)], rel=1e-15)
    assert run.slippage == pytest.approx(100 * 0.1 + 50 * 0.025)


def test_the_smaller_of_participation_and_a_limit_of_the_share_binds() -> None:
    bars = bars_of([FLAT, WIDE], volumes=[[1000.0]] * 2)
    costs = VolumeShareSlippage(0.1, 0.1) + VolumeShareSlippage(0.0, 0.05)
    for participation, most in ((0.0, 50.0), (0.02, 20.0), (0.5, 50.0)):
        run = both(lambda: Script({0: trade(150)}), bars, costs=costs, participation=participation)
        assert run.fills.quantity.tolist() == [most]


def test_a_limit_that_its_own_impact_would_break_waits_in_the_book() -> None:
    bars = bars_of([FLAT, (100.0, 101.0, 99.95, 100.5)], volumes=[[1000.0]] * 2)
    costs = VolumeShareSlippage(impact=0.1, limit=0.1) + MakerTaker(-1, 5)
    run = both(lambda: Script({0: trade(100, limit=100.05)}), bars, costs=costs)
    assert told_fills(run) == [(1, "order", 100.0, 100.05)]
    assert run.fills.made.tolist() == [1]
    at_once = both(lambda: Script({0: trade(100, limit=100.05, time_in_force="ioc")}), bars, costs=costs)
    assert told_fills(at_once) == []
    roomy = both(lambda: Script({0: trade(100, limit=100.2)}), bars, costs=costs)
    assert told_fills(roomy)[0][:3] == (1, "order", 100.0)
    assert roomy.fills.price.tolist() == pytest.approx([100.1])


def test_square_root_impact_by_hand() -> None:
    """Closes 100, 102, 99.96, 100.9596: returns 2 %, -2 %, 1 %; mean 1/3 %, deviations 1.6667, -2.3333, 0.6667 %:
    squares sum to 8.6667e-4, over 2: 4.3333e-4, root 0.0208167. Mean volume of the four bars 1,000. 90 of 1,000 is
    0.09, its root 0.3: the price moves by 0.5 x 0.0208167 x 0.3 = 0.31225 %."""
    closes = (100.0, 102.0, 99.96, 100.9596)
    rows = [(c, c + 5, c - 5, c) for c in closes] + [(100.0, 110.0, 90.0, 100.0)]
    bars = bars_of(rows, volumes=[[700.0], [900.0], [1100.0], [1300.0], [5.0]])
    run = both(lambda: Script({3: trade(90)}), bars, costs=SquareRootImpact(0.5, window=4))
    assert run.fills.price[0] == pytest.approx(100 * (1 + 0.5 * math.sqrt(8.6666666e-4 / 2) * 0.3), rel=1e-7)
    wide = both(lambda: Script({3: trade(90)}), bars, costs=SquareRootImpact(0.5, window=3))
    # the last three bars: returns -2 %, 1 %: a deviation of 3 % / sqrt(2), mean volume 1,100
    assert wide.fills.price[0] == pytest.approx(100 * (1 + 0.5 * 0.03 / math.sqrt(2) * math.sqrt(90 / 1100)), rel=1e-9)


def test_before_there_are_two_returns_nothing_is_known_and_nothing_is_moved() -> None:
    run = both(lambda: Script({1: trade(90)}), bars_of([WIDE] * 3), costs=SquareRootImpact(5, window=20))
    assert run.fills.price.tolist() == [100.0]


def test_a_split_is_no_volatility() -> None:
    whole = [(p, p + 20, p - 20, p) for p in (100.0, 102.0, 99.0, 101.0, 100.0)]
    halved = [row if n < 3 else (row[0] / 2, row[1] / 2, row[2] / 2, row[3] / 2) for n, row in enumerate(whole)]
    plain = both(
        lambda: Script({3: trade(50)}), bars_of(whole, volumes=[[1000.0]] * 5), costs=SquareRootImpact(1, window=10)
    )
    split = both(
        lambda: Script({3: trade(100)}),
        bars_of(halved, volumes=[[1000.0]] * 3 + [[2000.0]] * 2, actions=[split_on(3, 2.0)]),
        costs=SquareRootImpact(1, window=10),
    )
    assert split.fills.price[0] * 2 == pytest.approx(plain.fills.price[0], rel=1e-12)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(DEEP), st.sampled_from([0.0, 0.1]), st.sampled_from([2_000.0, 1e6]))
def test_both_speeds_charge_the_same(seed: int, costs: Cost, participation: float, cash: float) -> None:
    bars = random_bars(seed, rows=60, width=2, missing=0.1, actions=3, session_bars=seed % 3 + 1)
    both(lambda: Gambling(seed, 0.5), bars, costs=costs, participation=participation, cash=cash)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(DEEP), st.integers(1, 400), st.integers(0, 400), st.booleans())
def test_a_larger_market_order_never_costs_less(seed: int, costs: Cost, one: int, more: int, exact: bool) -> None:
    """Costs of the one fill, fee and slippage together, against the open."""
    bars = random_bars(seed, rows=12)

    def paid(quantity: float) -> float:
        numbers = "exact" if exact else "float"
        run = backtest(Script({9: trade(quantity)}), bars, costs=costs, cash=1e9, numbers=numbers, lot=0.0)
        return float(run.fees + run.slippage) if len(run.fills) else 0.0

    assert paid(one + more) >= paid(one) * (1 - 1e-12)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(DEEP))
def test_no_price_leaves_its_bar_and_none_is_worse_than_its_limit(seed: int, costs: Cost) -> None:
    bars = random_bars(seed, rows=60)
    gambler = Gambling(seed, 0.7)
    run = both(lambda: gambler if not gambler.orders else Gambling(seed, 0.7), bars, costs=costs, cash=1e6)
    for row, order, quantity, price in zip(
        run.fills.row.tolist(), run.fills.order.tolist(), run.fills.quantity.tolist(), run.fills.price.tolist(),
        strict=True,
    ):  # fmt: skip
        assert bars.lows[row, 0] <= price <= bars.highs[row, 0]
        kind, asked = gambler.asked.get(order, ("", 0.0))
        if kind == "limit":
            assert quantity * (asked - price) >= -1e-9


@pytest.mark.parametrize("seed", [911, 91, 116, 280])
def test_a_limit_that_its_impact_kept_from_the_open_fills_within_its_bar(seed: int) -> None:
    for costs in (VolumeShareSlippage(impact=0.1, limit=0.3), SquareRootImpact(0.8, window=5) + Slippage(bps=3)):
        bars = random_bars(seed, rows=60)
        f = both(partial(Gambling, seed, 0.7), bars, costs=costs, cash=1e6).fills
        assert (bars.lows[f.row, 0] <= f.price).all()
        assert (f.price <= bars.highs[f.row, 0]).all()


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: MakerTaker(1, -1), "taker_bps"),
        (lambda: MakerTaker(float("nan"), 1), "maker_bps"),
        (lambda: MakerTaker(-6, 5), "no venue pays more"),
        (Tiers, "pairs"),
        (lambda: Tiers((5, Commission(1))), "rise from 0"),
        (lambda: Tiers((0, Commission(1)), (0, Commission(2))), "rise from 0"),
        (lambda: Tiers((0, Spread(1))), "of fees"),
        (lambda: Tiers((0, Tiers((0, Spread(0)), (1, Commission(1))))), "of fees"),
        (lambda: Tiers((0, Commission(1)), by="money"), "by one of"),
        (lambda: VolumeShareSlippage(0.1, 0), "limit"),
        (lambda: VolumeShareSlippage(0.1, 1.5), "limit"),
        (lambda: VolumeShareSlippage(float("inf"), 0.1), "impact"),
        (lambda: SquareRootImpact(1, window=1), "window"),
        (lambda: SquareRootImpact(1, window=True), "window"),
        (lambda: SquareRootImpact(-1, window=20), "coefficient"),
        (lambda: PerShare(0.01, per="day"), "per is one of"),
    ],
)
def test_costs_that_make_no_sense_are_refused_when_they_are_made(make: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        make()


def test_text_that_is_no_cost_is_refused() -> None:
    for text in ("Tiers((0, 1))", "('a', 'b')", "'word'", "Tiers((0, Commission(bps=1)), by=3)"):
        with pytest.raises(Exception, match="cannot be used"):
            costs_of(text)


@given(st.floats(1e-300, 1e300))
def test_the_root_is_the_root(value: float) -> None:
    assert root(value) == pytest.approx(math.sqrt(value), rel=1e-15)


def test_the_root_of_decimals_and_of_nothing() -> None:
    assert root(Decimal(2)) == pytest.approx(Decimal(2).sqrt(), abs=Decimal("1e-26"))
    assert (root(0.0), root(-1.0)) == (0.0, 0.0)


def test_costs_without_rates_or_impact_ask_nothing_of_the_step() -> None:
    plain = Commission(bps=1) + Spread(bps=2) + Costs()
    assert (plain.rates(), plain.impacts()) == ((), ())
