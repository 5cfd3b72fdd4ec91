"""The rules of groups, shares of the volume, and orders that only reduce.

Row 0 is flat at 100 and every bar has a volume of 1,000.
"""

import numpy as np
import pytest
from tests.unit.domain.matching.fill_cases import FLAT, Case, aim, buy, check, sell
from tests.unit.engine.engine_samples import Script, bars_of, both, flat_rows, split_on, told_fills

QUIET = (100, 101, 99, 100)

GROUPS = (
    Case(
        "the fill of one ends the others",
        [(100, 106, 99, 105), (100, 101, 90, 95)],
        {0: lambda c, b: (c.sell(10, limit=105, group=7), c.sell(10, stop=95, group=7))},
        [(1, "order", -10, 105)],
        [(1, "another order of its group filled")],
    ),
    Case(
        "only one of a group fills in a bar that reaches both: the stop",
        [(100, 106, 94, 100)],
        {0: lambda c, b: (c.sell(10, limit=105, group=7), c.sell(10, stop=95, group=7))},
        [(1, "order", -10, 95)],
        [(1, "another order of its group filled")],
    ),
    Case(
        "at the open, too",
        [(100, 106, 94, 100)],
        {0: lambda c, b: (c.buy(10, group=7), c.buy(5, group=7), c.buy(1, group=8))},
        [(1, "order", 10, 100), (1, "order", 1, 100)],
        [(1, "another order of its group filled")],
    ),
    Case(
        "a fill in part is taken off the others",
        [(105, 106, 100, 105), (100, 101, 90, 95), (95, 96, 94, 95), (95, 96, 94, 95)],
        {0: lambda c, b: (c.sell(25, limit=105, group=7), c.sell(25, stop=95, group=7))},
        [(1, "order", -10, 105), (2, "order", -10, 95), (3, "order", -5, 95)],
        [(3, "another order of its group filled")],
        terms={"participation": 0.01},
    ),
    Case(
        "an order smaller than what filled ends",
        [(105, 106, 100, 105)],
        {0: lambda c, b: (c.sell(25, limit=105, group=7), c.sell(10, stop=95, group=7))},
        [(1, "order", -10, 105)],
        [(1, "another order of its group filled")],
        terms={"participation": 0.01},
    ),
    Case(
        "canceling one leaves the others",
        [QUIET, (100, 106, 94, 100)],
        {0: lambda c, b: (c.sell(10, limit=105, group=7), c.sell(10, stop=95, group=7)), 1: lambda c, b: c.cancel(2)},
        [(2, "order", -10, 105)],
        [(1, "canceled")],
    ),
)

VOLUME = (
    Case(
        "an order takes its share of each bar until it is filled",
        [QUIET, None, QUIET, QUIET, QUIET],
        {0: buy(25)},
        [(1, "order", 10, 100), (3, "order", 10, 100), (4, "order", 5, 100)],
        terms={"participation": 0.01},
    ),
    Case(
        "what is left of an order that fills at once is over",
        [QUIET, QUIET],
        {0: buy(25, time_in_force="ioc")},
        [(1, "order", 10, 100)],
        [(1, "not filled at once")],
        terms={"participation": 0.01},
    ),
    Case(
        "what is left of a day order expires",
        [QUIET, QUIET],
        {0: buy(25, day_only=True)},
        [(1, "order", 10, 100)],
        [(2, "expired")],
        terms={"participation": 0.01},
    ),
    Case(
        "each order has a share of its own",
        [QUIET],
        {0: lambda c, b: (c.buy(10), c.buy(8))},
        [(1, "order", 10, 100), (1, "order", 8, 100)],
        terms={"participation": 0.01},
    ),
    Case(
        "less than a lot is nothing",
        [QUIET, QUIET],
        {0: buy(3)},
        [],
        terms={"participation": 0.0009},
    ),
    Case(
        "a stop that has gone off goes on at the market",
        [(100, 101, 94, 99), (98, 99, 97, 98)],
        {0: sell(15, stop=95)},
        [(1, "order", -10, 95), (2, "order", -5, 98)],
        terms={"participation": 0.01},
    ),
    Case(
        "a stop-limit order that has been woken goes on as a limit order",
        [(100, 103, 100, 102.5), (104, 105, 103.5, 104), (104, 105, 102, 104)],
        {0: buy(15, stop=102, limit=103)},
        [(1, "order", 10, 102), (3, "order", 5, 103)],
        terms={"participation": 0.01},
    ),
    Case(
        "a stop-loss closes part by part",
        [QUIET, QUIET, (96, 97, 94, 95), (94, 95, 93, 94)],
        {0: buy(15, stop_loss=95)},
        [(1, "order", 10, 100), (2, "order", 5, 100), (3, "stop_loss", -10, 95), (4, "stop_loss", -5, 94)],
        terms={"participation": 0.01},
    ),
    Case(
        "an exit on its way has less to sell by what the stop-loss has closed in part",
        [QUIET, QUIET, (94, 95, 93, 94)],
        {0: buy(15, stop_loss=95), 2: aim(0.0)},
        [(1, "order", 10, 100), (2, "order", 5, 100), (3, "stop_loss", -10, 94), (3, "target", -5, 94)],
        [(3, "superseded")],
        terms={"participation": 0.01},
    ),
    Case(
        "protection that was moved stays moved when the entry goes on",
        [QUIET, (100, 101, 98, 100), (100, 101, 96.5, 100), QUIET],
        {0: buy(15, stop_loss=95), 1: lambda c, b: c.protect(stop_loss=97)},
        [(1, "order", 10, 100), (2, "order", 5, 100), (3, "stop_loss", -10, 97), (4, "stop_loss", -5, 100)],
        terms={"participation": 0.01},
    ),
    Case(
        "a take-profit goes on as a limit order",
        [QUIET, (104, 106, 104, 105), (105, 106, 104, 105)],
        {0: lambda c, b: (c.buy(8, take_profit=105), c.buy(7))},
        [(1, "order", 8, 100), (1, "order", 7, 100), (2, "take_profit", -10, 105), (3, "take_profit", -5, 105)],
        terms={"participation": 0.01},
    ),
    Case(
        "closing out at the end takes what it needs",
        [QUIET, QUIET, QUIET],
        {0: buy(20)},
        [(1, "order", 10, 100), (2, "order", 10, 100), (3, "end", -20, 100)],
        terms={"participation": 0.01, "close_at_end": True},
    ),
    Case(
        "with the signal-close rule the rest fills at the next close",
        [(101, 102, 100, 101.5)],
        {0: buy(15)},
        [(0, "order", 10, 100), (1, "order", 5, 101.5)],
        terms={"participation": 0.01, "fill": "signal-close"},
    ),
    Case(
        "with the signal-close rule a stop that has gone off in part waits for a bar to come",
        [(100, 101, 94, 99), (98, 99, 97, 98.5)],
        {0: sell(15, stop=95)},
        [(1, "order", -10, 95), (2, "order", -5, 98.5)],
        terms={"participation": 0.01, "fill": "signal-close"},
    ),
)

REDUCING = (
    Case(
        "it closes what there is and no more",
        [QUIET, QUIET],
        {0: buy(10), 1: sell(25, reduces_only=True)},
        [(1, "order", 10, 100), (2, "order", -10, 100)],
        [(2, "nothing to close")],
    ),
    Case(
        "with nothing to close it ends when it would fill",
        [QUIET],
        {0: sell(25, reduces_only=True)},
        [],
        [(1, "nothing to close")],
    ),
    Case(
        "it may wait for its position",
        [QUIET, (100, 106, 99, 105)],
        {0: lambda c, b: (c.buy(10), c.sell(10, limit=105, reduces_only=True))},
        [(1, "order", 10, 100), (2, "order", -10, 105)],
    ),
    Case(
        "it ends when its position is closed by another order",
        [QUIET, QUIET, (100, 106, 99, 105)],
        {0: buy(10), 1: lambda c, b: (c.sell(10, limit=105, reduces_only=True), c.sell(10))},
        [(1, "order", 10, 100), (2, "order", -10, 100)],
        [(2, "nothing to close")],
    ),
    Case(
        "an order of the wrong side has nothing to close",
        [QUIET, QUIET],
        {0: buy(10), 1: buy(10, reduces_only=True)},
        [(1, "order", 10, 100)],
        [(2, "nothing to close")],
    ),
    Case(
        "in full or not at all: more than there is to close is not filled",
        [QUIET, QUIET],
        {0: buy(10), 1: sell(11, reduces_only=True, time_in_force="fok")},
        [(1, "order", 10, 100)],
        [(2, "not filled at once")],
    ),
    Case(
        "a split that leaves nothing of the position leaves nothing to close",
        [FLAT, (10_000,) * 4],
        {0: buy(10), 1: sell(10, limit=200, reduces_only=True)},
        [(1, "order", 10, 100)],
        [(2, "nothing to close")],
        actions=[split_on(2, 0.01)],
    ),
)

CASES = (*GROUPS, *VOLUME, *REDUCING)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_fill_rule_of_groups_and_volume(case: Case) -> None:
    check(case)


def test_names_of_cases_are_different() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


def test_nothing_is_taken_of_a_bar_without_volume() -> None:
    volumes = [[np.nan], [0.0], [500.0]]
    run = both(lambda: Script({0: buy(3)}), bars_of(flat_rows(3), volumes=volumes), participation=1.0)
    assert told_fills(run) == [(2, "order", 3.0, 100.0)]
    assert run.fills.remaining.tolist() == [0.0]


def test_what_remains_is_told_with_fills_and_endings() -> None:
    run = both(lambda: Script({0: buy(25), 1: lambda c, b: c.cancel(1)}), bars_of(flat_rows(3)), participation=0.01)
    assert (run.fills.quantity.tolist(), run.fills.remaining.tolist()) == ([10.0], [15.0])
    assert run.endings.remaining.tolist() == [15.0]


def test_a_stop_that_waits_for_volume_stays_awake() -> None:
    rows = [FLAT, (100.0, 101.0, 94.0, 99.0), (98.0, 99.0, 97.0, 98.0)]
    run = both(lambda: Script({0: sell(5, stop=95)}), bars_of(rows, volumes=[[9.0], [0.0], [90.0]]), participation=1.0)
    assert told_fills(run) == [(2, "order", -5.0, 98.0)]


def test_an_order_of_its_own_is_not_taken_for_an_exit_when_protection_closes_part_by_part() -> None:
    rows = [FLAT, FLAT, (100.0, 100.0, 94.0, 95.0), (96.0, 96.0, 96.0, 96.0), (95.0,) * 4]
    deeds = {0: buy(8, stop_loss=95), 2: sell(3)}
    volumes = [[1000.0], [1000.0], [500.0], [500.0], [1000.0]]
    run = both(lambda: Script(dict(deeds)), bars_of(rows, volumes=volumes), participation=0.01)
    assert told_fills(run) == [
        (1, "order", 8.0, 100.0),
        (2, "stop_loss", -5.0, 95.0),
        (3, "stop_loss", -3.0, 96.0),
        (3, "order", -3.0, 96.0),
    ]
