"""A pair by hand: where it is entered, left, given up, and how much of each leg.

Prices are 100 x 2^s against a flat 100, so the ratio's logarithm is s (in units of ln 2, which z does not see). Over
windows of four: 0001 lies 1.5 deviations out, 0011 lies .866, 0111 lies .5, and with the signs turned when s falls.
"""

from typing import Any

import numpy as np
import pytest
from tests.unit.engine.engine_samples import Row, backtest, bars_of, both, random_bars
from tests.unit.engine.session.session_walk import terms_of

from tradewright.domain.errors import DataError, InputError
from tradewright.engine.session.strategies.live import LiveStrategy
from tradewright.trading.bars import Bars
from tradewright.trading.strategies.pairs import Pairs

UP_AND_DOWN = (0, 0, 0, 1, 1, 1, 0, 0, 0)
TERMS: dict[str, object] = {"window": 4, "hedge": "ratio", "entry": 1.2, "leave": 0.6, "give_up": 1.6}


def flat(price: float) -> Row:
    return (price, price, price, price)


def powers(first: tuple[float, ...], second: tuple[float, ...] | None = None) -> Bars:
    return bars_of([flat(100 * 2.0**s) for s in first], [flat(100 * 2.0**s) for s in second or (0,) * len(first)])


def deals(bars: Bars, **terms: Any) -> dict[int, list[float]]:
    """Row -> weights of both legs, where something is said."""
    weights = np.asarray(Pairs(**{**TERMS, **terms}).generate_signals(bars))
    return {row: legs for row, legs in enumerate(weights.tolist()) if legs == legs}


def said(bars: Bars, **terms: Any) -> dict[int, list[float]]:
    return {row: legs for row, legs in deals(bars, **terms).items() if not np.isnan(legs).any()}


def test_the_dear_leg_is_sold_and_the_cheap_one_bought_until_the_spread_is_back() -> None:
    """Rows 3 (1.5 out), 5 (.5: back), 6 (-1.5), 8 (-.5: back)."""
    assert said(powers(UP_AND_DOWN)) == {3: [-0.5, 0.5], 5: [0.0, 0.0], 6: [0.5, -0.5], 8: [0.0, 0.0]}
    assert said(powers(UP_AND_DOWN), gross=3.0)[3] == [-1.5, 1.5]


def test_a_pair_that_takes_too_long_is_left_and_waits_until_the_spread_was_back() -> None:
    """Left after a bar in row 4 (.866: not back). Row 5 (.5) is inside .6 and allows row 6; it is not inside .2."""
    assert said(powers(UP_AND_DOWN), most_bars=1) == {3: [-0.5, 0.5], 4: [0, 0], 6: [0.5, -0.5], 7: [0, 0]}
    assert said(powers(UP_AND_DOWN), most_bars=1, leave=0.2) == {3: [-0.5, 0.5], 4: [0, 0]}


def test_a_spread_that_runs_away_is_given_up_and_one_too_far_out_is_not_entered() -> None:
    """0011 is .866 out and entered; 0115 has mean 1.75, variance 14.75 / 3, so 3.25 / 2.2174 = 1.466 out: given up."""
    terms = {"entry": 0.8, "give_up": 1.4, "leave": 0.1}
    assert said(powers((0, 0, 1, 1, 5)), **terms) == {3: [-0.5, 0.5], 4: [0.0, 0.0]}
    assert said(powers((0, 0, 0, 1, 1)), **terms) == {4: [-0.5, 0.5]}  # 1.5 in row 3 is beyond 1.4 already


def test_the_legs_of_a_regression_are_in_the_proportion_of_its_slope() -> None:
    """Logarithms x 0 1 2 3 and y 0 2 4 9: slope 2.9, .7746 out (test_a_regression_by_hand): -1 / 3.9 and 2.9 / 3.9."""
    bars = powers((0, 2, 4, 9), (0, 1, 2, 3))
    ((row, (first, second)),) = said(bars, hedge="regression", entry=0.7, leave=0.1, give_up=1.4).items()
    assert row == 3
    assert [first, second] == pytest.approx([-1 / 3.9, 2.9 / 3.9])
    assert 2.9 * first + second == pytest.approx(0.0)  # what moves both legs by that line moves nothing


def test_a_pair_that_moves_against_each_other_is_no_hedge() -> None:
    assert said(powers((0, -2, -4, -9), (0, 1, 2, 3)), hedge="regression", entry=0.7, leave=0.1, give_up=1.4) == {}


def test_moments_at_which_one_of_them_did_not_trade_are_passed_over() -> None:
    whole = powers(UP_AND_DOWN)
    one, other = ([*rows[:2], None, *rows[2:]] for rows in ([flat(p) for p in col] for col in whole.closes.T))
    other[2] = flat(55.0)
    found = said(bars_of(one, other))
    assert found == {row + (row >= 2): legs for row, legs in said(whole).items()}


def test_two_that_never_trade_at_the_same_time_are_refused() -> None:
    odd, even = ([flat(50.0 + n) if n % 2 == part else None for n in range(40)] for part in (1, 0))
    with pytest.raises(DataError, match=r"AAA.XNYS and BBB.XNYS do not overlap enough.*more than 4 .*0 of 40"):
        backtest(Pairs(**TERMS), bars_of(odd, even))
    short = [flat(50.0 + n) if n < 4 else None for n in range(40)]
    with pytest.raises(DataError, match="4 of 40"):
        backtest(Pairs(**TERMS), bars_of([flat(50.0)] * 40, short), engine="kernel")


@pytest.mark.parametrize("width", [1, 3])
def test_a_pair_is_two_instruments(width: int) -> None:
    bars = random_bars(1, width=width)
    with pytest.raises(InputError, match=f"Pairs trades 2 instruments together.*found {width}"):
        backtest(Pairs(**TERMS), bars)
    with pytest.raises(InputError, match="Pairs trades 2 instruments together"):
        LiveStrategy(Pairs(**TERMS), terms_of(bars))


def test_both_legs_are_bought_and_sold_with_the_same_money() -> None:
    """100,000, whole shares: after row 3 half of it each way, at the next prices (200 and 100)."""
    run = both(lambda: Pairs(**TERMS), powers((*UP_AND_DOWN, 0)), leverage=2.0)
    fills = list(zip(run.fills.row.tolist(), run.fills.quantity.tolist(), run.fills.price.tolist(), strict=True))
    assert sorted(fills[:2]) == [(4, -250.0, 200.0), (4, 500.0, 100.0)]
    assert run.quantity.tolist() == [0.0, 0.0]
