"""The rules of fills as a table: market, limit and stop orders, protection.

Each case is a page of arithmetic small enough to check by eye, run at both speeds. A bar is (open, high, low, close).
Unless told otherwise everything happens on one instrument whose first bar is flat at 100; the order is made after it
(row 0) and meets the market in row 1.
"""

import pytest
from tests.unit.domain.matching.fill_cases import FLAT, Case, buy, check, protect, sell

from tradewright.domain.costs import Slippage

MARKET_LIMIT_STOP = (
    Case("a market order fills at the next open", [(102, 104, 101, 103)], {0: buy()}, [(1, "order", 10, 102)]),
    Case(
        "with signal-close a market order fills at the close it was decided on",
        [(102, 104, 101, 103)],
        {0: buy()},
        [(0, "order", 10, 100)],
        terms={"fill": "signal-close"},
    ),
    Case(
        "an order whose instrument has no bar waits for the next one",
        [None, (103, 104, 101, 103)],
        {0: buy()},
        [(2, "order", 10, 103)],
    ),
    Case("a buy limit fills at its price", [(100, 101, 97, 99)], {0: buy(limit=98)}, [(1, "order", 10, 98)]),
    Case("a limit that is just touched fills", [(100, 101, 98, 99)], {0: buy(limit=98)}, [(1, "order", 10, 98)]),
    Case("a limit the bar does not reach keeps working", [(100, 101, 98.01, 99)], {0: buy(limit=98)}, []),
    Case(
        "a buy limit that gaps fills at the better open", [(96, 99, 95, 98)], {0: buy(limit=98)}, [(1, "order", 10, 96)]
    ),
    Case("a sell limit fills at its price", [(100, 104, 99, 101)], {0: sell(limit=103)}, [(1, "order", -10, 103)]),
    Case(
        "a sell limit that gaps fills at the better open",
        [(105, 106, 99, 101)],
        {0: sell(limit=103)},
        [(1, "order", -10, 105)],
    ),
    Case("a buy stop fills at its price", [(100, 103, 99, 101)], {0: buy(stop=102)}, [(1, "order", 10, 102)]),
    Case(
        "a buy stop that gaps fills at the worse open",
        [(105, 106, 99, 101)],
        {0: buy(stop=102)},
        [(1, "order", 10, 105)],
    ),
    Case("a sell stop fills at its price", [(100, 101, 97, 99)], {0: sell(stop=98)}, [(1, "order", -10, 98)]),
    Case(
        "a sell stop that gaps fills at the worse open", [(95, 99, 94, 97)], {0: sell(stop=98)}, [(1, "order", -10, 95)]
    ),
    Case(
        "stops of one bar come before limits, because the path is unknown",
        [(100, 103, 97, 100)],
        {0: lambda c, b: (c.buy(10, limit=98), c.buy(5, stop=102))},
        [(1, "order", 5, 102), (1, "order", 10, 98)],
    ),
    Case(
        "sells come before buys at the open, whatever the order of the requests",
        [(100, 100, 100, 100)],
        {0: lambda c, b: (c.buy(10), c.sell(5))},
        [(1, "order", -5, 100), (1, "order", 10, 100)],
    ),
    Case(
        "a day order that is not filled expires before the next session",
        [(100, 101, 99, 100), (97, 99, 95, 96)],
        {0: buy(limit=98, day_only=True)},
        [],
        [(2, "expired")],
    ),
    Case(
        "an order that is not filled works until canceled",
        [(100, 101, 99, 100), (97, 99, 95, 96)],
        {0: buy(limit=98)},
        [(2, "order", 10, 97)],
    ),
    Case(
        "a canceled order fills no more",
        [(100, 101, 99, 100), (97, 99, 95, 96)],
        {0: buy(limit=98), 1: lambda c, b: c.cancel(1)},
        [],
        [(1, "canceled")],
    ),
    Case(
        "canceling an order that has filled changes nothing",
        [(100, 101, 99, 100), (97, 99, 95, 96)],
        {0: buy(), 1: lambda c, b: c.cancel(1)},
        [(1, "order", 10, 100)],
    ),
)

PROTECTION = (
    Case(
        "entered at the open, the stop may go off in the same bar",
        [(100, 101, 94, 99)],
        {0: buy(stop_loss=95)},
        [(1, "order", 10, 100), (1, "stop_loss", -10, 95)],
    ),
    Case(
        "entered at the open, the target may be reached in the same bar",
        [(100, 106, 99, 101)],
        {0: buy(take_profit=105)},
        [(1, "order", 10, 100), (1, "take_profit", -10, 105)],
    ),
    Case(
        "a bar that touches both stop and target takes the stop",
        [(100, 106, 94, 105)],
        {0: buy(stop_loss=95, take_profit=105)},
        [(1, "order", 10, 100), (1, "stop_loss", -10, 95)],
        [(1, "superseded")],
    ),
    Case(
        "the target ends the stop",
        [(100, 101, 99, 100), (100, 106, 99, 105)],
        {0: buy(stop_loss=95, take_profit=105)},
        [(1, "order", 10, 100), (2, "take_profit", -10, 105)],
        [(2, "superseded")],
    ),
    Case(
        "a gap through the stop fills at the open",
        [(100, 101, 99, 100), (92, 99, 91, 98)],
        {0: buy(stop_loss=95)},
        [(1, "order", 10, 100), (2, "stop_loss", -10, 92)],
    ),
    Case(
        "a gap through the target fills at the better open",
        [(100, 101, 99, 100), (108, 109, 99, 98)],
        {0: buy(take_profit=105)},
        [(1, "order", 10, 100), (2, "take_profit", -10, 108)],
    ),
    Case(
        "a short is protected from above",
        [(100, 101, 99, 100), (100, 106, 99, 98)],
        {0: sell(stop_loss=105, take_profit=90)},
        [(1, "order", -10, 100), (2, "stop_loss", 10, 105)],
        [(2, "superseded")],
    ),
    # The high may have come before the price fell to the limit; only the close is surely later.
    Case(
        "entered by a limit, a target of the same bar counts only when the close is beyond it",
        [(100, 106, 97, 104)],
        {0: buy(limit=98, take_profit=105)},
        [(1, "order", 10, 98)],
    ),
    Case(
        "entered by a limit, a close beyond the target takes it at its price",
        [(100, 106, 97, 105.5)],
        {0: buy(limit=98, take_profit=105)},
        [(1, "order", 10, 98), (1, "take_profit", -10, 105)],
    ),
    # From the open at 100 the way to 95 leads through 98: the stop is surely hit after the entry.
    Case(
        "entered by a limit, a stop further down goes off in the same bar",
        [(100, 101, 94, 99)],
        {0: buy(limit=98, stop_loss=95)},
        [(1, "order", 10, 98), (1, "stop_loss", -10, 95)],
    ),
    # From the open at 100 the way to 105 leads through 102: the target is surely reached after the entry.
    Case(
        "entered by a stop, a target further up is reached in the same bar",
        [(100, 106, 99.5, 103)],
        {0: buy(stop=102, take_profit=105)},
        [(1, "order", 10, 102), (1, "take_profit", -10, 105)],
    ),
    # The low may have come before or after the entry: the worse is assumed.
    Case(
        "entered by a stop, a stop-loss the bar touches is assumed to go off",
        [(100, 106, 98, 103)],
        {0: buy(stop=102, stop_loss=99)},
        [(1, "order", 10, 102), (1, "stop_loss", -10, 99)],
    ),
    Case(
        "a stop-loss above the entry goes off where the position began",
        [(95, 96, 94, 95)],
        {0: buy(stop_loss=97)},
        [(1, "order", 10, 95), (1, "stop_loss", -10, 95)],
    ),
    Case(
        "a target below the entry is taken where the position began",
        [(110, 112, 109, 111)],
        {0: buy(take_profit=105)},
        [(1, "order", 10, 110), (1, "take_profit", -10, 110)],
    ),
    # Slippage 1%: in at 95 x 1.01 = 95.95, out at 95 x 0.99 = 94.05; long and short are mirror images.
    Case(
        "a stop-loss above the entry slips from the price where the position began",
        [(95, 97, 93, 95)],
        {0: buy(stop_loss=97)},
        [(1, "order", 10, 95.95), (1, "stop_loss", -10, 94.05)],
        terms={"costs": Slippage(bps=100)},
    ),
    Case(
        "a stop-loss below the entry of a short slips from the price where the position began",
        [(105, 107, 103, 105)],
        {0: sell(stop_loss=103)},
        [(1, "order", -10, 103.95), (1, "stop_loss", 10, 106.05)],
        terms={"costs": Slippage(bps=100)},
    ),
    Case(
        "protection is moved while the position lives",
        [(100, 101, 99, 100), (100, 101, 96, 100), (100, 101, 96, 100)],
        {0: buy(stop_loss=95), 2: protect(stop_loss=97)},
        [(1, "order", 10, 100), (3, "stop_loss", -10, 97)],
    ),
    Case(
        "a bare position is protected later",
        [(100, 101, 99, 100), (100, 111, 96, 100)],
        {0: buy(), 1: protect(stop_loss=90, take_profit=110)},
        [(1, "order", 10, 100), (2, "take_profit", -10, 110)],
        [(2, "superseded")],
    ),
    Case("protecting nothing asks for nothing", [FLAT], {0: protect(stop_loss=90)}, []),
    Case(
        "protection covers what was added later",
        [(100, 101, 99, 100), (100, 101, 99, 100), (100, 101, 90, 95)],
        {0: buy(stop_loss=95), 1: buy(5)},
        [(1, "order", 10, 100), (2, "order", 5, 100), (3, "stop_loss", -15, 95)],
    ),
    Case(
        "closing a position by hand ends its protection",
        [FLAT, FLAT, (90, 90, 90, 90)],
        {0: buy(stop_loss=95), 1: sell()},
        [(1, "order", 10, 100), (2, "order", -10, 100)],
        [(2, "superseded")],
    ),
    Case(
        "protective prices of a waiting target are moved with it",
        [None, (100, 101, 90, 95)],
        {0: lambda c, b: (c.target(0.1, stop_loss=80), c.protect(stop_loss=95))},
        [(2, "target", 100, 100), (2, "stop_loss", -100, 95)],
    ),
)

CASES = (*MARKET_LIMIT_STOP, *PROTECTION)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_fill_rule_of_orders(case: Case) -> None:
    check(case)


def test_names_of_cases_are_different() -> None:
    assert len({case.name for case in CASES}) == len(CASES)
