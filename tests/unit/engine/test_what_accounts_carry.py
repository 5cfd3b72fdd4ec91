"""What happens to an account without an order, in cases small enough to add up by hand; each at both speeds."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.unit.domain.matching.fill_cases import buy, sell
from tests.unit.engine.engine_samples import (
    DAY_NS,
    FIRST_SESSION,
    NAMES,
    Script,
    backtest,
    bars_of,
    both,
    flat_rows,
    split_on,
    told_endings,
    told_fills,
)

from tradewright.domain.costs import PerShare
from tradewright.domain.errors import DataError, InputError
from tradewright.domain.market.actions import ActionKind, CorporateAction
from tradewright.engine.carry import Carry, FundingSeries, PairSeries
from tradewright.engine.run import Run
from tradewright.trading.bars import Bars

A, B = NAMES[:2]
HOUR = DAY_NS // 24


def run_of(bars: Bars, deeds: dict[int, Any], carry: Carry, **terms: Any) -> Run:
    return both(lambda: Script(deeds), bars, carry=carry, **terms)


def dividend(row: int, amount: float, paid: int) -> CorporateAction:
    return CorporateAction(FIRST_SESSION + row, A, ActionKind.DIVIDEND, amount, FIRST_SESSION + paid)


def day(row: int) -> str:
    return str(np.datetime64(FIRST_SESSION + row, "D"))


def funding(*moments: tuple[float, float, float]) -> FundingSeries:
    """(days after the first session's start, rate, mark price)."""
    at = [round((FIRST_SESSION + when) * DAY_NS) for when, _, _ in moments]
    rates, marks = np.array([one[1] for one in moments]), np.array([one[2] for one in moments])
    return FundingSeries(A, np.array(at, np.int64), rates, marks)


def test_a_dividend_is_earned_on_its_ex_date_and_due_until_it_is_paid() -> None:
    bars = bars_of(flat_rows(6), actions=[dividend(2, 0.5, 4)])
    run = run_of(bars, {0: buy(100)}, Carry())
    assert run.cash.tolist() == [100_000, 90_000, 90_050, 90_050, 90_050, 90_050]
    assert run.dividends == 50 and run.due == 0
    assert run.carried.row.tolist() == [2, 4] and run.carried.amount.tolist() == [50, -50]


def test_a_short_owes_the_dividend_and_who_sold_before_the_pay_date_still_gets_it() -> None:
    bars = bars_of(flat_rows(6), actions=[dividend(2, 0.5, 4)])
    assert run_of(bars, {0: sell(100)}, Carry()).dividends == -50
    sold = run_of(bars, {0: buy(100), 2: sell(100)}, Carry())
    assert sold.cash[-1] == 100_050 and sold.due == 0


def test_a_dividend_that_is_paid_after_the_last_session_stays_due() -> None:
    run = run_of(bars_of(flat_rows(5), actions=[dividend(3, 0.5, 9)]), {0: buy(100)}, Carry())
    assert run.equity[-1] == 100_050 and run.due == 50


def test_a_dividend_without_a_pay_date_is_cash_at_once() -> None:
    action = CorporateAction(FIRST_SESSION + 2, A, ActionKind.DIVIDEND, 0.5)
    run = run_of(bars_of(flat_rows(5), actions=[action]), {0: buy(100)}, Carry())
    assert run.dividends == 50 and run.due == 0 and len(run.carried) == 0


@pytest.mark.parametrize("paid,bought", [(4, 0.0), (3, 1.0)], ids=["while due", "once paid"])
def test_what_is_due_buys_nothing(paid: int, bought: float) -> None:
    bars = bars_of(flat_rows(6), actions=[dividend(2, 1.0, paid)])
    run = run_of(bars, {0: buy(100), 2: buy(1)}, Carry(), cash=10_000.0)
    assert run.quantity[0] == 100 + bought


def test_a_split_between_ex_date_and_pay_date_does_not_change_what_is_due() -> None:
    rows = [*flat_rows(3), *flat_rows(3, 50.0)]
    run = run_of(bars_of(rows, actions=[dividend(2, 0.5, 4), split_on(3, 2.0)]), {0: buy(100)}, Carry())
    assert run.quantity[0] == 200 and run.cash[-1] == 90_050


def test_a_pay_date_before_the_ex_date_and_one_of_a_split_are_refused() -> None:
    with pytest.raises(ValueError, match="paid, on its ex-date or later"):
        dividend(3, 0.5, 2)
    with pytest.raises(ValueError, match="only a dividend is paid"):
        CorporateAction(5, A, ActionKind.SPLIT, 2.0, 6)


def test_a_pay_date_that_is_not_stated_leaves_the_words_of_an_action_as_they_were() -> None:
    plain = CorporateAction(11123, A, ActionKind.DIVIDEND, 2.0)
    assert (
        repr(plain) == f"CorporateAction(ex_session=11123, instrument='{A}', kind={ActionKind.DIVIDEND!r}, value=2.0)"
    )
    assert "paid_session=11130" in repr(CorporateAction(11123, A, ActionKind.DIVIDEND, 2.0, 11130))


def test_longs_pay_funding_to_shorts_at_its_moment() -> None:
    bars = bars_of(flat_rows(4), flat_rows(4))
    series = funding((0.0, 0.0, 100.0), (1.0, 0.0, 100.0), (2.0, 0.001, 110.0), (3.0, 0.0, 100.0))
    deeds = {0: lambda context, bar: context.buy(10, instrument=A)}
    assert run_of(bars, deeds, Carry(funding=(series,))).funding == pytest.approx(-10 * 110 * 0.001, rel=1e-15)
    short = {0: lambda context, bar: context.sell(10, instrument=A)}
    assert run_of(bars, short, Carry(funding=(series,))).funding == pytest.approx(10 * 110 * 0.001, rel=1e-15)


def test_funding_at_a_close_is_exchanged_before_the_next_open_and_within_a_bar_after_its_open() -> None:
    """Bought at the open of row 1, sold at the open of row 2; row 1 lies between days 1 and 2."""
    bars, deeds = bars_of(flat_rows(4)), {0: buy(10), 1: sell(10)}
    base = [(float(when), 0.0, 100.0) for when in range(4)]

    def paid(when: float) -> float:
        moments = sorted({one[0]: one for one in [*base, (when, 0.001, 100.0)]}.values())
        return run_of(bars, deeds, Carry(funding=(funding(*moments),))).funding

    assert [paid(when) for when in (0.5, 1.0, 1.5, 2.0, 2.5)] == [0, 0, -1, -1, 0]


def test_missing_funding_is_an_error_that_names_instrument_moment_and_remedy() -> None:
    thirds = [(n / 3, 0.0001, 100.0) for n in range(13)]
    bars = bars_of(flat_rows(4))
    assert run_of(bars, {0: buy(10)}, Carry(funding=(funding(*thirds),))).funding < 0
    for missing, told in (
        (slice(4, 6), "2011-01-27T00"),
        (slice(0, 4), "2011-01-26T00"),
        (slice(9, 13), "2011-01-28T"),
    ):
        kept = [one for place, one in enumerate(thirds) if place not in range(13)[missing]]
        with pytest.raises(DataError) as caught:
            backtest(Script({}), bars, carry=Carry(funding=(funding(*kept),)))
        assert A in str(caught.value) and told in str(caught.value) and "--table funding" in str(caught.value)


def test_interest_is_paid_for_the_nights_between_sessions() -> None:
    bars = bars_of(flat_rows(4))
    sessions = np.array([0, 1, 4, 5], np.int32) + FIRST_SESSION  # a weekend before the third
    bars = replace(bars, session=sessions)
    run = run_of(bars, {}, Carry(interest=0.036))
    assert run.cash.tolist() == pytest.approx([100_000, 100_010, 100_010 * 1.0003, 100_010 * 1.0003 * 1.0001])
    assert run.interest == pytest.approx(run.cash[-1] - 100_000)
    by_365 = run_of(bars, {}, Carry(interest=0.0365, day_count=365))
    assert by_365.cash[1] == pytest.approx(100_010)


def test_borrowed_cash_costs_the_loan_rate_and_what_is_due_earns_nothing() -> None:
    run = run_of(bars_of(flat_rows(3)), {0: buy(1500)}, Carry(loan=0.072, interest=0.01), leverage=2.0)
    assert run.interest == pytest.approx(100_000 * 0.01 / 360 + (-50_000 + 100_000 * 0.01 / 360) * 0.072 / 360)
    bars = bars_of(flat_rows(4), actions=[dividend(2, 1.0, 9)])
    assert run_of(bars, {0: buy(1000)}, Carry(interest=0.36)).interest == pytest.approx(100 + 0.1 + 0.1001)


def test_the_proceeds_of_a_short_earn_no_interest() -> None:
    run = run_of(bars_of(flat_rows(3)), {0: sell(500)}, Carry(interest=0.036))
    assert run.cash[1] == pytest.approx(150_010)
    assert run.interest == pytest.approx(10 + 100_010 * 0.0001)


def test_rates_by_date_hold_until_the_next_date() -> None:
    run = run_of(bars_of(flat_rows(4)), {}, Carry(interest={day(0): 0.036, day(2): 0.072}))
    assert np.diff(run.cash).tolist() == pytest.approx([10, 100_010 * 0.0001, 100_020.001 * 0.0002])
    with pytest.raises(DataError, match=f"interest is not known on {day(0)}"):
        backtest(Script({}), bars_of(flat_rows(4)), carry=Carry(interest={day(1): 0.01}))


def test_a_short_pays_for_borrowing_on_its_worth_each_night() -> None:
    rows = [*flat_rows(2), (100.0, 120.0, 100.0, 120.0), *flat_rows(1, 120.0)]
    run = run_of(bars_of(rows, rows), {0: sell(100)}, Carry(borrow=0.036, borrows={B: 0.5}))
    assert run.borrow == pytest.approx(-(100 * 100 + 100 * 120) * 0.036 / 360)
    assert run_of(bars_of(rows), {0: buy(100)}, Carry(borrow=0.036)).borrow == 0


def test_more_than_can_be_borrowed_is_refused_by_name_and_cut_for_a_target() -> None:
    bars = bars_of(flat_rows(4))
    carry = Carry(borrowable={A: 30.0})
    refused = run_of(bars, {0: sell(31), 1: sell(30)}, carry)
    assert told_endings(refused) == [(1, "more than can be borrowed")] and refused.quantity[0] == -30
    target = run_of(bars, {0: lambda context, bar: context.target(-0.5)}, carry)
    assert told_fills(target) == [(1, "target", -30.0, 100.0)]
    turned = run_of(bars, {0: buy(10), 1: sell(41), 2: sell(40)}, carry)
    assert told_endings(turned) == [(2, "more than can be borrowed")] and turned.quantity[0] == -30


def test_a_split_multiplies_what_can_be_borrowed() -> None:
    rows = [*flat_rows(2), *flat_rows(3, 50.0)]
    run = run_of(bars_of(rows, actions=[split_on(2, 2.0)]), {2: sell(60)}, Carry(borrowable={A: 30.0}))
    assert run.quantity[0] == -60


def pairs(*rates: float, base: str = "USD", quote: str = "EUR") -> PairSeries:
    time = (FIRST_SESSION + 1 + np.arange(len(rates))) * DAY_NS
    return PairSeries(base, quote, time.astype(np.int64), np.array(rates))


def test_profit_splits_into_price_and_currency() -> None:
    """Bought 100 at 100 USD for 0.80 EUR, held at 110 USD and 0.90: 900 from the price, 1,000 from the currency."""
    rows = [*flat_rows(2), *flat_rows(2, 110.0)]
    carry = Carry(currency="EUR", pairs=(pairs(0.8, 0.8, 0.85, 0.9),))
    run = run_of(bars_of(rows), {0: buy(100)}, carry)
    assert run.equity.tolist() == pytest.approx([100_000, 100_000, 92_000 + 11_000 * 0.85, 92_000 + 9_900])
    assert run.exchanged == pytest.approx(1_000)
    sold = run_of(bars_of(rows), {0: buy(100), 2: sell(100)}, carry)
    assert sold.exchanged == pytest.approx(100 * 100 * 0.05)
    assert sold.realized[0] == pytest.approx(100 * 110 * 0.85 - 8_000)


def test_a_fill_is_converted_at_the_rate_known_before_its_bar_closes() -> None:
    run = run_of(bars_of(flat_rows(3)), {0: buy(100)}, Carry(currency="EUR", pairs=(pairs(0.8, 0.5, 0.5),)))
    assert run.cash[1] == pytest.approx(100_000 - 10_000 * 0.8)
    at_close = run_of(
        bars_of(flat_rows(3)), {1: buy(100)}, Carry(currency="EUR", pairs=(pairs(0.8, 0.5, 0.5),)), fill="signal-close"
    )
    assert at_close.cash[1] == pytest.approx(100_000 - 10_000 * 0.5)


def test_rates_are_taken_direct_turned_round_or_crossed() -> None:
    bars, deeds = bars_of(flat_rows(3)), {0: buy(100)}
    direct = run_of(bars, deeds, Carry(currency="EUR", pairs=(pairs(0.8, 0.8, 0.8),)))
    turned = run_of(bars, deeds, Carry(currency="EUR", pairs=(pairs(1.25, 1.25, 1.25, base="EUR", quote="USD"),)))
    through = (pairs(1.6, 1.6, 1.6, quote="CHF"), pairs(2.0, 2.0, 2.0, base="EUR", quote="CHF"))
    crossed = run_of(bars, deeds, Carry(currency="EUR", pairs=through))
    assert direct.cash[-1] == turned.cash[-1] == crossed.cash[-1] == 92_000


def test_a_missing_or_old_rate_is_an_error_that_names_pair_and_date() -> None:
    bars = bars_of(flat_rows(12))
    for given, told in (
        ((), "there is no rate from USD, the currency of AAA.XNYS, to EUR"),
        ((pairs(0.8, 0.8),), "there is no rate of USD in EUR for AAA.XNYS at 2011-02-05T00:00 UTC"),
        ((PairSeries("USD", "EUR", np.array([DAY_NS * (FIRST_SESSION + 3)]), np.array([0.8])),), "the first is later"),
    ):
        with pytest.raises(DataError) as caught:
            backtest(Script({}), bars, carry=Carry(currency="EUR", pairs=given))
        assert told in str(caught.value), caught.value
    with pytest.raises(InputError, match="currency 'EURO' is not known"):
        backtest(Script({}), bars, carry=Carry(currency="EURO"))


def test_fees_and_dividends_are_in_the_currency_of_the_instrument() -> None:
    carry = Carry(currency="EUR", pairs=(pairs(0.8, 0.8, 0.8, 0.8, 0.8),))
    bars = bars_of(flat_rows(5), actions=[dividend(3, 1.0, 4)])
    run = run_of(bars, {0: buy(100)}, carry, costs=PerShare(0.05))
    assert run.fees == pytest.approx(4.0) and run.dividends == pytest.approx(80.0)


def test_a_trailing_stop_follows_the_price_of_the_instrument_not_its_worth() -> None:
    rows = [*flat_rows(3), (100.0, 100.0, 94.0, 96.0)]
    carry = Carry(currency="EUR", pairs=(pairs(0.8, 0.7, 0.6, 0.5),))
    run = run_of(bars_of(rows), {0: buy(10), 1: sell(10, trail=5.0)}, carry)
    assert told_fills(run) == [(1, "order", 10.0, 100.0), (3, "order", -10.0, 95.0)]


def test_a_delisting_closes_the_position_at_the_cash_a_share_and_ends_its_orders_by_name() -> None:
    rows = [*flat_rows(3), None, None]
    bars = bars_of(rows, flat_rows(5))
    deeds = {0: buy(100), 1: sell(50, limit=150.0), 3: lambda context, bar: context.buy(5, instrument=A)}
    paid = run_of(bars, deeds, Carry(delistings={A: (day(3), 4.0)}))
    assert told_fills(paid) == [(1, "order", 100.0, 100.0), (3, "delisted", -100.0, 4.0)]
    assert told_endings(paid) == [(3, "delisted"), (4, "delisted")]
    last = run_of(bars, deeds, Carry(delistings={A: (day(3), 0.0)}))
    assert told_fills(last)[1] == (3, "delisted", -100.0, 100.0) and last.equity[-1] == 100_000


def test_bars_after_a_delisting_are_an_error() -> None:
    with pytest.raises(DataError, match=f"has a bar on {day(2)}, but it was delisted"):
        backtest(Script({}), bars_of(flat_rows(4)), carry=Carry(delistings={A: (day(2), 0.0)}))


@pytest.mark.parametrize(
    "terms,told",
    [
        ({"interest": 2.0e9}, "a year's rate as a fraction"),
        ({"loan": float("nan")}, "loan cannot be used"),
        ({"borrow": True}, "borrow cannot be used"),
        ({"interest": {}}, "interest by date holds no date"),
        ({"interest": {"soon": 0.01}}, "as 2020-01-31"),
        ({"day_count": 252}, "360 or 365"),
        ({"borrowable": {A: -1.0}}, "0 or more"),
        ({"delistings": {A: ("never", 0.0)}}, "the delisting of AAA.XNYS has no date"),
    ],
    ids=lambda value: "" if isinstance(value, str) else "-".join(value),
)
def test_nonsense_is_refused_by_name(terms: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError) as caught:
        Carry(**terms)
    assert told in str(caught.value)


@pytest.mark.parametrize("name", ["borrows", "borrowable", "delistings", "funding", "currencies"])
def test_what_is_told_of_a_stranger_is_refused(name: str) -> None:
    stranger = "ZZZ.XNYS"
    series = FundingSeries(stranger, np.array([0]), np.array([0.0]), np.array([1.0]))
    given: dict[str, Any] = {
        "borrows": {stranger: 0.1}, "borrowable": {stranger: 1.0}, "delistings": {stranger: (day(1), 0.0)},
        "funding": (series,), "currencies": {stranger: "EUR"},
    }  # fmt: skip
    with pytest.raises(InputError, match=r"ZZZ\.XNYS, which is not in the run"):
        backtest(Script({}), bars_of(flat_rows(4)), carry=Carry(currency="EUR", **{name: given[name]}))


def test_what_is_not_stated_is_no_part_of_the_name_of_a_run() -> None:
    assert Carry().stated() == {} and Carry().is_nothing
    assert Carry(interest=0.01, day_count=365).stated() == {"interest": 0.01, "day_count": 365}
    one, other = Carry(funding=(funding((0, 0.1, 1.0)),)), Carry(funding=(funding((0, 0.2, 1.0)),))
    assert one.stated() != other.stated()
