import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewright.quant.adjustment import DividendConvention, back_factors, price_ratios


def ratio(split: float, dividend: float, before: float, on: float, convention: DividendConvention) -> float:
    arrays = [np.array([value]) for value in (split, dividend, before, on)]
    found = price_ratios(arrays[0], arrays[1], previous_closes=arrays[2], ex_closes=arrays[3], convention=convention)
    return float(found[0])


def test_a_two_for_one_split_halves_older_prices_whatever_the_convention() -> None:
    for convention in DividendConvention:
        assert ratio(2.0, 0.0, 100.0, 51.0, convention) == 0.5


def test_a_share_that_falls_by_its_dividend_has_an_adjusted_return_of_zero() -> None:
    adjusted_before = 100.0 * ratio(1.0, 2.0, 100.0, 98.0, DividendConvention.PREVIOUS_CLOSE)
    assert adjusted_before == 98.0


@given(before=st.floats(1, 1e4), on=st.floats(1, 1e4), share=st.floats(0, 0.5))
def test_by_the_ex_close_the_adjusted_return_is_the_holders_return(before: float, on: float, share: float) -> None:
    dividend = before * share
    adjusted_before = before * ratio(1.0, dividend, before, on, DividendConvention.EX_CLOSE)
    assert on / adjusted_before == pytest.approx((on + dividend) / before, rel=1e-12)


def test_a_dividend_on_the_day_of_a_split_is_per_new_share() -> None:
    # 100 before; 4 new shares worth 25 each pay 1 each: 24 of 25 stay
    assert ratio(4.0, 1.0, 100.0, 24.0, DividendConvention.PREVIOUS_CLOSE) == pytest.approx(24 / 25 / 4)
    assert ratio(4.0, 1.0, 100.0, 24.0, DividendConvention.EX_CLOSE) == pytest.approx(24 / 25 / 4)


def test_before_the_first_bar_there_is_nothing_to_measure_a_dividend_by() -> None:
    assert ratio(1.0, 1.0, float("nan"), 24.0, DividendConvention.PREVIOUS_CLOSE) == 1.0


@pytest.mark.parametrize("convention", list(DividendConvention))
def test_a_dividend_not_below_the_close_is_refused(convention: DividendConvention) -> None:
    on = 10.0 if convention is DividendConvention.PREVIOUS_CLOSE else float("nan")
    with pytest.raises(ValueError, match="leaves no price"):
        ratio(1.0, 10.0, 10.0, on, convention)


def test_rows_before_an_action_carry_its_ratio_and_rows_from_it_on_do_not() -> None:
    factors = back_factors(5, np.array([2, 4]), ratios=np.array([0.5, 0.1]))
    assert factors.tolist() == pytest.approx([0.05, 0.05, 0.1, 0.1, 1.0])


def test_an_action_at_or_before_the_first_row_changes_nothing() -> None:
    assert back_factors(3, np.array([0]), ratios=np.array([0.5])).tolist() == [1.0, 1.0, 1.0]


def test_no_actions_and_no_rows_are_allowed() -> None:
    assert back_factors(2, np.array([], dtype=np.int64), ratios=np.array([])).tolist() == [1.0, 1.0]
    assert back_factors(0, np.array([], dtype=np.int64), ratios=np.array([])).tolist() == []


@given(ratios=st.lists(st.floats(0.1, 2), min_size=1, max_size=5))
def test_two_actions_on_one_row_multiply(ratios: list[float]) -> None:
    factors = back_factors(3, np.full(len(ratios), 1), ratios=np.array(ratios))
    assert factors[0] == pytest.approx(np.prod(ratios))
    assert factors[1:].tolist() == [1.0, 1.0]
