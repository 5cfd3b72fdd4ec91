"""The rules of margin as tables: what may be opened, when it is called in, at which price, and what is left.

Each case is a page of arithmetic small enough to check by eye, run at both speeds. A bar is (open, high, low, close).
The account starts with 100,000, the first bar is flat at 100; an order made after it (row 0) fills in row 1.
"""

import numpy as np
import pytest
from tests.unit.domain.matching.fill_cases import FLAT, Case, aim, buy, check, sell
from tests.unit.engine.engine_samples import Columns, Row, Script, bars_of, both, flat_rows, told_endings, told_fills

from tradewright.domain.costs import Commission
from tradewright.domain.margin import CashAccount, Futures, PortfolioFactor, RegT

CASH = {"margin": CashAccount()}
REG_T = {"margin": RegT()}
CROSS = {"margin": Futures(10)}
ISOLATED = {"margin": Futures(10, mode="isolated")}

OPENING = (
    Case("a cash account buys what it can pay", [FLAT], {0: buy(1000)}, [(1, "order", 1000, 100)], terms=CASH),
    Case("and no more", [FLAT], {0: buy(1001)}, [], [(1, "not enough buying power")], terms=CASH),
    Case(
        "it sells nothing that it does not hold",
        [FLAT],
        {0: sell(1)},
        [],
        [(1, "a cash account holds no short positions")],
        terms=CASH,
    ),
    Case(
        "a short target neither",
        [FLAT],
        {0: aim(-0.5)},
        [],
        [(1, "a cash account holds no short positions")],
        terms=CASH,
    ),
    Case(
        "a short target only closes",
        [FLAT, FLAT],
        {0: aim(0.5), 1: aim(-0.5)},
        [(1, "target", 500, 100), (2, "target", -500, 100)],
        terms=CASH,
    ),
    # Half of the value: 2,000 x 100 x 0.5 = 100,000.
    Case("Reg T lends as much again", [FLAT], {0: buy(2000)}, [(1, "order", 2000, 100)], terms=REG_T),
    Case("and no more than that", [FLAT], {0: buy(2001)}, [], [(1, "not enough initial margin")], terms=REG_T),
    Case("a Reg T short needs half, too", [FLAT], {0: sell(2000)}, [(1, "order", -2000, 100)], terms=REG_T),
    Case("a target is cut to what margin carries", [FLAT], {0: aim(3.0)}, [(1, "target", 2000, 100)], terms=REG_T),
    # A fee of 1 % of 100: 50 + 1 a share; 100,000 / 51 = 1,960.78.
    Case(
        "fees are carried, too",
        [FLAT],
        {0: aim(3.0)},
        [(1, "target", 1960, 100)],
        terms={**REG_T, "costs": Commission(bps=100)},
    ),
    # A share at 6 needs 3 to open but 5 to keep short: 100,000 / 5 = 20,000.
    Case("a short takes what keeps it", [(6, 6, 6, 6)], {0: sell(20_000)}, [(1, "order", -20_000, 6)], terms=REG_T),
    Case(
        "and not one more",
        [(6, 6, 6, 6)],
        {0: sell(20_001)},
        [],
        [(1, "not enough initial margin")],
        terms=REG_T,
    ),
    Case(
        "portfolio margin as a factor",
        [FLAT],
        {0: aim(9.0)},
        [(1, "target", 5000, 100)],
        terms={"margin": PortfolioFactor(0.15, initial=0.2)},
    ),
    Case("futures by leverage", [FLAT], {0: aim(20)}, [(1, "target", 10_000, 100)], terms=CROSS),
    Case("isolated futures, too", [FLAT], {0: aim(20)}, [(1, "target", 10_000, 100)], terms=ISOLATED),
    # 0.1 of 100 are 10 a unit; from a notional of 200,000 on a fifth is kept: 0.2 x 100 q - 40,000 = 100,000 has
    # q = 7,000, but for the tiny first rate.
    Case(
        "tiers ask more of a large position",
        [FLAT],
        {0: aim(20)},
        [(1, "target", 6999, 100)],
        terms={"margin": Futures(10, tiers=((0, 1e-9), (200_000, 0.2)))},
    ),
    # 100,000 / 13,200 = 7.57.
    Case(
        "a performance bond a contract",
        [FLAT],
        {0: aim(20)},
        [(1, "target", 7, 100)],
        terms={"margin": Futures(1, bonds={"AAA.XNYS": (13_200, 12_000)})},
    ),
    Case(
        "a reversal closes in full and opens what fits",
        [FLAT, FLAT],
        {0: aim(10), 1: aim(-30)},
        [(1, "target", 10_000, 100), (2, "target", -20_000, 100)],
        terms=ISOLATED,
    ),
    # Free are 100,000 - 50,000; the second asks for 60,000.
    Case(
        "adding is asked for the new part",
        [FLAT, FLAT],
        {0: buy(5000), 1: buy(6000)},
        [(1, "order", 5000, 100)],
        [(2, "not enough initial margin")],
        terms=ISOLATED,
    ),
)


@pytest.mark.parametrize("case", OPENING, ids=lambda case: case.name)
def test_what_may_be_opened(case: Case) -> None:
    check(case)


def test_a_rejection_names_the_margin_needed_and_the_margin_there_is() -> None:
    run = both(lambda: Script({0: buy(600), 1: buy(1500)}), bars_of(flat_rows(4)), **REG_T)
    assert told_endings(run) == [(2, "not enough initial margin")]
    # 1,500 x 100 x 0.5; equity of 100,000 less half of 60,000.
    assert (run.endings.needed.tolist(), run.endings.available.tolist()) == ([75_000], [70_000])


# Long 2,000 at 100 on 100,000 borrowed. At 66 equity is 32,000, maintenance 33,000: each share sold frees 16.50, so
# 1,000 / 16.50 = 60.6: 61 shares.
DOWN: Row = (66, 66, 66, 66)
CALLS = (
    Case(
        "Reg T sells at the close just enough to be back",
        [FLAT, DOWN],
        {0: buy(2000)},
        [(1, "order", 2000, 100), (2, "liquidation", -61, 66)],
        terms=REG_T,
        cash=100_000 - 200_000 + 61 * 66,
    ),
    # At 67 equity is 34,000, maintenance 33,500.
    Case(
        "and nothing while maintenance is there",
        [FLAT, (67, 67, 60, 67)],
        {0: buy(2000)},
        [(1, "order", 2000, 100)],
        terms=REG_T,
    ),
    # Short 2,000 at 100: at 116 equity is 300,000 - 232,000 = 68,000, maintenance 69,600; 1,600 / 34.80 = 45.98.
    Case(
        "a short is bought back",
        [FLAT, (116, 116, 116, 116)],
        {0: sell(2000)},
        [(1, "order", -2000, 100), (2, "liquidation", 46, 116)],
        terms=REG_T,
    ),
    Case(
        "a call that the fee makes dearer takes more",
        [FLAT, DOWN],
        {0: buy(2000)},
        # Each share frees 16.50 and costs 0.264: 1,000 / 16.236 = 61.59.
        [(1, "order", 2000, 100), (2, "liquidation", -62, 66)],
        terms={"margin": RegT(liquidation_bps=40)},
    ),
    # 10,000 long at 100, cash -900,000. Lost at p: 10,000 p - 900,000 = 0.005 x 10,000 p, p = 90 / 0.995 = 90.4523.
    Case(
        "a cross account is lost where equity meets maintenance",
        [FLAT, (95, 96, 90, 95)],
        {0: aim(10)},
        [(1, "target", 10_000, 100), (2, "liquidation", -10_000, 90 / 0.995)],
        terms=CROSS,
        cash=10_000 * 90 / 0.995 - 900_000,
    ),
    Case(
        "not before the bar reaches it",
        [FLAT, (95, 96, 90.46, 95)],
        {0: aim(10)},
        [(1, "target", 10_000, 100)],
        terms=CROSS,
    ),
    Case(
        "a gap beyond it is lost at the open",
        [FLAT, (85, 86, 80, 82)],
        {0: aim(10)},
        [(1, "target", 10_000, 100), (2, "liquidation", -10_000, 85)],
        terms=CROSS,
        cash=850_000 - 900_000,
    ),
    # Short 10,000 at 100, cash 1,100,000: p = 110 / 1.005 = 109.4527.
    Case(
        "a short is lost on the way up",
        [FLAT, (105, 110, 104, 105)],
        {0: aim(-10)},
        [(1, "target", -10_000, 100), (2, "liquidation", 10_000, 110 / 1.005)],
        terms=CROSS,
    ),
    Case(
        "a stop on the way there comes first",
        [FLAT, (95, 96, 90, 95)],
        {0: aim(10, stop_loss=92)},
        [(1, "target", 10_000, 100), (2, "stop_loss", -10_000, 92)],
        terms=CROSS,
    ),
    Case(
        "a stop beyond it comes too late",
        [FLAT, (95, 96, 89, 95)],
        {0: aim(10, stop_loss=90)},
        [(1, "target", 10_000, 100), (2, "liquidation", -10_000, 90 / 0.995)],
        [(2, "position liquidated")],
        terms=CROSS,
    ),
    Case(
        "a target price above does not save it: the worse is assumed",
        [FLAT, (95, 110, 90, 95)],
        {0: aim(10, take_profit=105)},
        [(1, "target", 10_000, 100), (2, "liquidation", -10_000, 90 / 0.995)],
        [(2, "position liquidated")],
        terms=CROSS,
    ),
    Case(
        "entered and lost in the same bar",
        [(100, 101, 90, 95)],
        {0: aim(10)},
        [(1, "target", 10_000, 100), (1, "liquidation", -10_000, 90 / 0.995)],
        terms=CROSS,
    ),
    # 1,000 long at 100 with a margin of 10,000 of their own: lost at 90 / 0.995, whatever else the account has.
    Case(
        "an isolated position is lost by itself",
        [FLAT, (95, 96, 90, 95)],
        {0: aim(1)},
        [(1, "target", 1000, 100), (2, "liquidation", -1000, 90 / 0.995)],
        terms=ISOLATED,
        cash=1000 * 90 / 0.995,
    ),
    Case(
        "a cross account carries it on",
        [FLAT, (95, 96, 90, 95)],
        {0: aim(1)},
        [(1, "target", 1000, 100)],
        terms=CROSS,
    ),
    # The open of 85 is beyond 90, where the margin is gone: the exchange takes it over at 90.
    Case(
        "no gap takes more than its margin",
        [FLAT, (85, 86, 80, 82)],
        {0: aim(1)},
        [(1, "target", 1000, 100), (2, "liquidation", -1000, 90)],
        terms=ISOLATED,
        cash=90_000,
    ),
    Case(
        "the fee comes on top",
        [FLAT, (85, 86, 80, 82)],
        {0: aim(1)},
        [(1, "target", 1000, 100), (2, "liquidation", -1000, 90)],
        terms={"margin": Futures(10, mode="isolated", liquidation_bps=50)},
        cash=90_000 - 1000 * 90 * 0.005,
    ),
    # After half is sold at 95, half of the margin is left: it is lost at the same price.
    Case(
        "what is sold takes its margin along",
        [FLAT, (95, 95, 95, 95), (95, 96, 90, 95)],
        {0: buy(1000), 1: sell(500)},
        [(1, "order", 1000, 100), (2, "order", -500, 95), (3, "liquidation", -500, 90 / 0.995)],
        terms=ISOLATED,
    ),
    # 1,000 at 100 and 1,000 at 96: margin 19,600, basis 196,000; 2,000 p - 176,400 = 10 p.
    Case(
        "what is added brings its own",
        [FLAT, (96, 96, 96, 96), (95, 96, 88, 95)],
        {0: buy(1000), 1: buy(1000)},
        [(1, "order", 1000, 100), (2, "order", 1000, 96), (3, "liquidation", -2000, 176_400 / 1990)],
        terms=ISOLATED,
    ),
    # 7 contracts at 100 leave 99,300 in cash; 7 x 14,200 = 99,400 are kept: 99,300 + 7 p = 99,400 has p = 14.2857.
    Case(
        "bonds a contract are kept, too",
        [FLAT, (50, 50, 14, 20)],
        {0: aim(20)},
        [(1, "target", 7, 100), (2, "liquidation", -7, 100 / 7)],
        terms={"margin": Futures(1, bonds={"AAA.XNYS": (14_200, 14_200)})},
    ),
    Case(
        "an order that waits ends with the position",
        [FLAT, (95, 96, 90, 95), FLAT],
        {0: lambda c, b: (c.buy(1000), c.buy(10, limit=50))},
        [(1, "order", 1000, 100), (2, "liquidation", -1000, 90 / 0.995)],
        [(2, "position liquidated")],
        terms=ISOLATED,
    ),
)


@pytest.mark.parametrize("case", CALLS, ids=lambda case: case.name)
def test_when_margin_is_called_in(case: Case) -> None:
    check(case)


def test_a_call_leaves_less_to_close_for_a_target_that_waits() -> None:
    """The target to be flat is decided at the close of the call: 1,939 of the 2,000 are left for it to sell."""
    case = Case(
        "",
        [FLAT, DOWN, DOWN],
        {0: aim(2.0), 2: aim(0.0)},
        [(1, "target", 2000, 100), (2, "liquidation", -61, 66), (3, "target", -1939, 66)],
        terms=REG_T,
    )
    check(case)


def test_the_largest_requirement_is_sold_first() -> None:
    one: list[Row] = [FLAT, FLAT, (60, 60, 60, 60)]
    other: list[Row] = [FLAT, FLAT, (70, 70, 70, 70)]
    run = both(
        lambda: Script({0: lambda c, b: (c.buy(1200), c.buy(800, instrument="BBB.XNYS"))}), bars_of(one, other), **REG_T
    )
    # 28,000 of equity, 18,000 + 14,000 needed: 4,000 / 15 = 266.67 of the first.
    assert told_fills(run)[2:] == [(2, "liquidation", -267, 60)]
    assert run.margin_calls == 1


def test_several_positions_of_a_cross_account_are_lost_at_their_worst_prices() -> None:
    one: list[Row] = [FLAT, FLAT, (98, 99, 94, 98)]
    other: list[Row] = [FLAT, FLAT, (102, 106, 101, 102)]
    # 100,000 - 5,000 x 6 - 5,000 x 6 = 40,000 against 0.005 x 1,000,000.
    both_ways = {0: lambda c, b: (c.buy(5000), c.sell(5000, instrument="BBB.XNYS"))}
    assert both(lambda: Script(both_ways), bars_of(one, other), **CROSS).margin_calls == 0
    # 100,000 - 9,000 x 6 - 9,000 x 6 is below zero.
    more = {0: lambda c, b: (c.buy(9000), c.sell(9000, instrument="BBB.XNYS"))}
    run = both(lambda: Script(more), bars_of(one, other), margin=Futures(20))
    assert told_fills(run)[2:] == [(2, "liquidation", -9000, 94), (2, "liquidation", 9000, 106)]
    assert run.margin_calls == 1


def test_an_instrument_without_a_bar_is_liquidated_at_its_next_open() -> None:
    one: list[Row] = [FLAT, FLAT, (80, 80, 80, 80), (80, 80, 80, 80)]
    other: list[Row] = [FLAT, FLAT, None, (90, 91, 89, 90)]
    deeds = {0: lambda c, b: (c.buy(6000), c.buy(1000, instrument="BBB.XNYS"))}
    run = both(lambda: Script(deeds), bars_of(one, other), **CROSS)
    assert told_fills(run)[2:] == [(2, "liquidation", -6000, 80), (3, "liquidation", -1000, 90)]
    assert run.margin_calls == 1


def test_trading_goes_on_after_a_liquidation() -> None:
    scripts: list[Script] = []

    def script() -> Script:
        scripts.append(Script({0: aim(1), 3: buy(100)}))
        return scripts[-1]

    run = both(script, bars_of([FLAT, FLAT, (95, 96, 90, 95), FLAT, FLAT]), **ISOLATED)
    assert [fill[1] for fill in told_fills(run)] == ["target", "liquidation", "order"]
    assert [(reason, quantity) for _, reason, quantity, _ in scripts[0].told][1] == ("liquidation", -1000.0)


def test_a_target_is_not_asked_for_again_until_it_changes() -> None:
    bars = bars_of([FLAT, FLAT, (95, 96, 90, 95), *flat_rows(4)])
    run = both(lambda: Columns(np.array([1.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0])), bars, **ISOLATED)
    assert [fill[:2] for fill in told_fills(run)] == [(1, "target"), (2, "liquidation"), (6, "target")]
