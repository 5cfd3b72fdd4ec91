"""The rules of fills as a table: targets, costs, corporate actions, ends.

Each case is a page of arithmetic small enough to check by eye, run at both speeds. A bar is (open, high, low, close).
Unless told otherwise everything happens on one instrument whose first bar is flat at 100; the order is made after it
(row 0) and meets the market in row 1.
"""

import pytest
from tests.unit.domain.matching.fill_cases import FLAT, Case, aim, buy, check, sell
from tests.unit.engine.engine_samples import Row, Script, bars_of, both, dividend_on, flat_rows, split_on, told_fills

from tradewright.domain.costs import Commission, PerShare, Slippage

TARGETS = (
    Case("a target is whole lots, rounded towards flat", [FLAT], {0: aim(0.5557)}, [(1, "target", 555, 100)]),
    Case("a short target too", [FLAT], {0: aim(-0.5557)}, [(1, "target", -555, 100)]),
    Case("lot 0 is divisible", [FLAT], {0: aim(0.5557)}, [(1, "target", 555.7, 100)], terms={"lot": 0}),
    # 100,000 at 100 are 1,000 shares; at 110 the account affords 909.09.
    Case(
        "after a gap a target is cut to what is affordable",
        [(110, 110, 110, 110)],
        {0: aim(1)},
        [(1, "target", 909, 110)],
    ),
    Case(
        "sized at the fill it fits by itself",
        [(110, 110, 110, 110)],
        {0: aim(0.5)},
        [(1, "target", 454, 110)],
        terms={"size_at": "fill"},
    ),
    Case(
        "sized at the decision it keeps its quantity", [(110, 110, 110, 110)], {0: aim(0.5)}, [(1, "target", 500, 110)]
    ),
    Case(
        "an order for more than the account affords is refused",
        [FLAT],
        {0: buy(1001)},
        [],
        [(1, "not enough buying power")],
    ),
    Case("leverage lets more through", [FLAT], {0: buy(1001)}, [(1, "order", 1001, 100)], terms={"leverage": 2.0}),
    Case(
        "a target that affords no lot ends",
        [(120_000, 120_000, 120_000, 120_000)],
        {0: aim(1)},
        [],
        [(1, "less than one lot is affordable")],
    ),
    Case(
        "a newer target replaces one that still waits",
        [None, FLAT],
        {0: lambda c, b: (c.target(0.5), c.target(0.2))},
        [(2, "target", 200, 100)],
        [(0, "superseded")],
    ),
    Case(
        "a target already met asks for nothing and only moves the protection",
        [FLAT, (100, 100, 94, 95)],
        {0: aim(0.5, stop_loss=90), 1: aim(0.5, stop_loss=95)},
        [(1, "target", 500, 100), (2, "stop_loss", -500, 95)],
    ),
    Case(
        "so does one sized at the fill",
        [FLAT, (100, 100, 94, 95)],
        {0: aim(0.5, stop_loss=90), 1: aim(0.5, stop_loss=95)},
        [(1, "target", 500, 100), (2, "stop_loss", -500, 95)],
        [(2, "already on target")],
        terms={"size_at": "fill"},
    ),
    Case(
        "a smaller target brings its protection along",
        [FLAT, FLAT, (96, 96, 96, 96)],
        {0: aim(0.5, stop_loss=90), 1: aim(0.2, stop_loss=97)},
        [(1, "target", 500, 100), (2, "target", -300, 100), (3, "stop_loss", -200, 96)],
        [(2, "superseded")],
    ),
    # The stop sells the 500 at the open; the exit that was on its way has nothing left to sell.
    Case(
        "a stop and an exit at the same open sell once",
        [FLAT, (90, 91, 89, 90)],
        {0: aim(0.5, stop_loss=95), 1: aim(0)},
        [(1, "target", 500, 100), (2, "stop_loss", -500, 90)],
        [(2, "nothing to close")],
    ),
    # The reversal was 500 to close and 500 to open; after the stop only the 500 to open remain.
    Case(
        "a stop and a reversal at the same open end at the reversed target",
        [FLAT, (90, 91, 89, 90)],
        {0: aim(0.5, stop_loss=95), 1: aim(-0.5)},
        [(1, "target", 500, 100), (2, "stop_loss", -500, 90), (2, "target", -500, 90)],
    ),
    # Long 900 of 1,000 affordable; at 60 the account is worth 64,000: a short of 1,000 would cost 60,000. It fits. At
    # 180 it is worth 172,000 and the short of 1,900 - 900 = 1,000 costs 180,000: 955 fit, so 1,855 are sold.
    Case(
        "a reversal closes in full and opens what fits",
        [FLAT, (180, 180, 180, 180)],
        {0: buy(900), 1: aim(-1.0)},
        [(1, "order", 900, 100), (2, "target", -1855, 180)],
        terms={"size_at": "decision"},
    ),
)

MONEY = (
    # 10 x 100 = 1,000 and a commission of 10 bps = 1.
    Case(
        "a commission is a share of the notional",
        [FLAT],
        {0: buy()},
        [(1, "order", 10, 100)],
        terms={"costs": Commission(bps=10)},
        cash=98_999.0,
    ),
    Case(
        "a fee has a minimum",
        [FLAT],
        {0: buy()},
        [(1, "order", 10, 100)],
        terms={"costs": PerShare(0.005, minimum=1)},
        cash=98_999.0,
    ),
    Case(
        "and a maximum",
        [FLAT],
        {0: buy()},
        [(1, "order", 10, 100)],
        terms={"costs": PerShare(2, maximum=0.01)},
        cash=98_990.0,
    ),
    Case(
        "a market order slips",
        [(100, 102, 99, 101)],
        {0: buy()},
        [(1, "order", 10, 101)],
        terms={"costs": Slippage(bps=100)},
        cash=98_990.0,
    ),
    Case(
        "a stop slips",
        [(100, 104, 99, 101)],
        {0: buy(stop=102)},
        [(1, "order", 10, 103.02)],
        terms={"costs": Slippage(bps=100)},
        cash=98_969.8,
    ),
    Case(
        "a limit does not slip",
        [(100, 101, 97, 99)],
        {0: buy(limit=98)},
        [(1, "order", 10, 98)],
        terms={"costs": Slippage(bps=100)},
        cash=99_020.0,
    ),
    # The bar shows 100.40 at most; the other 0.60 a share are charged: 10 x 100.40 + 10 x 0.60 = 1,010.
    Case(
        "slippage beyond the bar is charged as a fee",
        [(100, 100.4, 99, 100)],
        {0: buy()},
        [(1, "order", 10, 100.4)],
        terms={"costs": Slippage(bps=100)},
        cash=98_990.0,
    ),
    Case(
        "so is it for a sale",
        [(100, 101, 99.6, 100)],
        {0: sell()},
        [(1, "order", -10, 99.6)],
        terms={"costs": Slippage(bps=100)},
        cash=100_990.0,
    ),
    Case(
        "a dividend is paid to the long",
        [FLAT, FLAT],
        {0: buy()},
        [(1, "order", 10, 100)],
        actions=[dividend_on(2, 1.5)],
        cash=99_015.0,
    ),
    Case(
        "and by the short",
        [FLAT, FLAT],
        {0: sell()},
        [(1, "order", -10, 100)],
        actions=[dividend_on(2, 1.5)],
        cash=100_985.0,
    ),
    Case(
        "not to who buys on the ex-date",
        [FLAT, FLAT],
        {0: buy()},
        [(1, "order", 10, 100)],
        actions=[dividend_on(1, 1.5)],
        cash=99_000.0,
    ),
    # 10 shares become 15; half a share at 100 / 1.5 = 66.67 would be paid if there were one.
    Case(
        "a split multiplies shares",
        [FLAT, (66, 66, 66, 66)],
        {0: buy()},
        [(1, "order", 10, 100)],
        actions=[split_on(2, 1.5)],
        cash=99_000.0,
    ),
    # 5 x 1.5 = 7.5: 7 shares stay, half a share is paid at 100 / 1.5: 33.33.
    Case(
        "a rest of a share is paid out",
        [FLAT, (66, 66, 66, 66)],
        {0: buy(5)},
        [(1, "order", 5, 100)],
        actions=[split_on(2, 1.5)],
        cash=99_500.0 + 100 / 3,
    ),
    Case(
        "a rest of a short share is paid by the holder",
        [FLAT, (66, 66, 66, 66)],
        {0: sell(5)},
        [(1, "order", -5, 100)],
        actions=[split_on(2, 1.5)],
        cash=100_500.0 - 100 / 3,
    ),
    Case(
        "divisible shares split without a rest",
        [FLAT, (66, 66, 66, 66)],
        {0: buy(5)},
        [(1, "order", 5, 100)],
        actions=[split_on(2, 1.5)],
        terms={"lot": 0},
        cash=99_500.0,
    ),
    Case(
        "a split divides the prices of working orders and multiplies quantities",
        [FLAT, (50, 51, 48, 50)],
        {0: buy(limit=49)},
        [(2, "order", 20, 49)],
        actions=[split_on(2, 2)],
        cash=99_020.0,
    ),
    Case(
        "a reverse split can leave an order without a lot",
        [FLAT, (1000, 1000, 900, 950)],
        {0: buy(5, limit=980)},
        [],
        [(2, "less than one lot is affordable")],
        actions=[split_on(2, 0.1)],
        cash=100_000.0,
    ),
    # 5 shares become half a one, paid at 1,000; the stop of the position that is gone does not touch the next one.
    Case(
        "a position paid out by a split takes its protection with it",
        [FLAT, (1000, 1000, 1000, 1000), (1000, 1000, 1000, 1000), (900, 900, 900, 900)],
        {0: buy(5, stop_loss=950), 2: buy(1)},
        [(1, "order", 5, 100), (3, "order", 1, 1000)],
        [(2, "superseded")],
        actions=[split_on(2, 0.1)],
        cash=99_000.0,
    ),
    Case(
        "a stop is split with its position",
        [FLAT, (50, 51, 49, 50), (50, 50, 47, 48)],
        {0: buy(stop_loss=48)},
        [(1, "order", 10, 100), (3, "stop_loss", -20, 48)],
        actions=[split_on(2, 2)],
        cash=99_960.0,
    ),
)

ENDS = (
    Case(
        "close_at_end sells at the last close",
        [FLAT, (101, 106, 100, 105)],
        {0: buy()},
        [(1, "order", 10, 100), (2, "end", -10, 105)],
        terms={"close_at_end": True},
    ),
    Case(
        "without a last bar the position stays",
        [FLAT, None],
        {0: buy()},
        [(1, "order", 10, 100)],
        terms={"close_at_end": True},
    ),
    # Short 900 at 100 with 100,000: at 250 the account is worth 190,000 - 225,000 < 0.
    Case(
        "an account that a short has ruined is closed at that close and trades no more",
        [FLAT, (250, 250, 250, 250), FLAT],
        {0: sell(900), 1: buy(5, limit=50), 3: buy()},
        [(1, "order", -900, 100), (2, "liquidation", 900, 250)],
        [(2, "account ruined")],
    ),
)

CASES = (*TARGETS, *MONEY, *ENDS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_fill_rule_of_targets_and_money(case: Case) -> None:
    check(case)


def test_names_of_cases_are_different() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


def test_a_refusal_says_what_was_needed_and_what_there_was() -> None:
    run = both(lambda: Script({0: buy(1500)}), bars_of(flat_rows(3)), costs=Commission(bps=100))
    # 100,000 / (100 x 1.01) = 990.099...
    assert run.endings.needed.tolist() == [1500.0]
    assert run.endings.available.tolist() == pytest.approx([100_000 / 101])


def test_a_ruined_account_closes_a_silent_instrument_at_its_next_bar() -> None:
    first: list[Row] = [FLAT, FLAT, (250.0, 250.0, 250.0, 250.0), FLAT, FLAT]
    second: list[Row] = [FLAT, FLAT, None, None, (101.0, 101.0, 101.0, 101.0)]
    deeds = {0: lambda c, b: (c.sell(900), c.buy(50, instrument="BBB.XNYS"))}
    run = both(lambda: Script(deeds), bars_of(first, second))
    assert told_fills(run)[2:] == [(2, "liquidation", 900.0, 250.0), (4, "liquidation", -50.0, 101.0)]
    assert run.quantity.tolist() == [0.0, 0.0]


def test_sales_of_one_instrument_pay_for_another_at_the_same_open() -> None:
    deeds = {
        0: lambda c, b: c.target(1.0, instrument="BBB.XNYS"),
        1: lambda c, b: (c.target(1.0, instrument="AAA.XNYS"), c.target(0.0, instrument="BBB.XNYS")),
    }
    run = both(lambda: Script(deeds), bars_of(flat_rows(4), flat_rows(4, 50.0)))
    assert told_fills(run)[1:] == [(2, "target", -2000.0, 50.0), (2, "target", 1000.0, 100.0)]


def test_slippage_is_told_in_money_with_what_the_bar_could_not_show() -> None:
    bars = bars_of([FLAT, (100.0, 100.4, 99.0, 100.0)])
    run = both(lambda: Script({0: buy()}), bars, costs=Slippage(bps=100), multipliers={"AAA.XNYS": 5.0})
    # 1% of 100 on 10 units of 5 money a point: 50, of which 0.40 x 50 are in the price and 0.60 x 50 in the fee.
    assert run.slippage == pytest.approx(50.0)
    assert run.fees == pytest.approx(30.0)


def test_a_dividend_is_paid_on_the_multiplier() -> None:
    bars = bars_of([FLAT, FLAT, FLAT], actions=[dividend_on(2, 1.5)])
    run = both(lambda: Script({0: buy()}), bars, multipliers={"AAA.XNYS": 5.0})
    assert run.dividends == 75.0


def test_borrowed_cash_can_ruin_too() -> None:
    # 4,000 at 100 with 100,000: at 70 the account is worth 280,000 - 300,000.
    run = both(lambda: Script({0: buy(4000)}), bars_of([FLAT, FLAT, (70.0,) * 4, FLAT]), leverage=5)
    assert told_fills(run)[1:] == [(2, "liquidation", -4000.0, 70.0)]
    assert run.equity[-1] == -20_000.0
