"""The rules of stop-limit orders, trailing stops and times in force. Row 0 is flat at 100."""

import pytest
from tests.unit.domain.matching.fill_cases import Case, buy, check, sell
from tests.unit.engine.engine_samples import (
    DAY_NS,
    Script,
    bars_of,
    both,
    flat_rows,
    split_on,
    told_endings,
    told_fills,
)

from tradewright.domain.costs import Slippage

QUIET = (100, 101, 99, 100)

STOP_LIMIT = (
    Case(
        "a stop-limit order fills at its stop price where the limit allows it",
        [(100, 103, 99, 101)],
        {0: buy(stop=102, limit=103)},
        [(1, "order", 10, 102)],
    ),
    Case(
        "a gap beyond the stop and short of the limit fills at the open",
        [(102.5, 104, 102, 103)],
        {0: buy(stop=102, limit=103)},
        [(1, "order", 10, 102.5)],
    ),
    Case(
        "a gap beyond the limit leaves a limit order that works from the open on",
        [(105, 106, 102.5, 104)],
        {0: buy(stop=102, limit=103)},
        [(1, "order", 10, 103)],
    ),
    Case(
        "a gap beyond the limit that does not come back leaves a limit order for later",
        [(105, 106, 104, 105), (104, 105, 101, 102)],
        {0: buy(stop=102, limit=103)},
        [(2, "order", 10, 103)],
    ),
    Case(
        "a limit short of the stop waits: the bar may have been there before it was woken",
        [(100, 103, 99, 102.5), (102, 102.5, 100, 101)],
        {0: buy(stop=102, limit=101)},
        [(2, "order", 10, 101)],
    ),
    Case(
        "a limit short of the stop fills where the close has come back to it",
        [(100, 103, 99, 100.5)],
        {0: buy(stop=102, limit=101)},
        [(1, "order", 10, 101)],
    ),
    Case(
        "what a woken limit order has bought may be stopped out in the same bar",
        [(100, 103, 97, 100.5)],
        {0: buy(stop=102, limit=101, stop_loss=98)},
        [(1, "order", 10, 101), (1, "stop_loss", -10, 98)],
    ),
    Case(
        "a stop that is not touched wakes nothing",
        [QUIET, QUIET],
        {0: buy(stop=102, limit=103)},
        [],
    ),
    Case(
        "sold short of the limit nothing is sold",
        [(97, 98, 96, 97), (97, 97.5, 96, 97)],
        {0: sell(stop=99, limit=98.5)},
        [],
    ),
    Case(
        "slippage of a stop-limit order ends at its limit",
        [(100, 110, 99, 101)],
        {0: buy(stop=102, limit=103)},
        [(1, "order", 10, 103)],
        terms={"costs": Slippage(bps=500)},
    ),
    Case(
        "slippage that a thin bar cannot show is charged as far as the limit",
        [(100, 102, 99, 101)],
        {0: buy(stop=102, limit=103)},
        [(1, "order", 10, 102)],
        terms={"costs": Slippage(bps=500)},
        cash=100_000 - 1_020 - 10,
    ),
)

TRAILING = (
    Case(
        "a trailing stop starts behind the last close",
        [(100, 101, 95, 96)],
        {0: sell(trail=5)},
        [(1, "order", -10, 95)],
    ),
    Case(
        "the bar's own high moves it after the bar: the stop of its start is tested",
        [(100, 104, 96, 103), (103, 104, 99.5, 100)],
        {0: sell(trail=5)},
        [],
        [],
    ),
    Case(
        "it follows the high and goes off in a later bar",
        [(100, 104, 100, 103), (103, 104, 98, 100)],
        {0: sell(trail=5)},
        [(2, "order", -10, 99)],
    ),
    Case(
        "it follows the open, which surely comes first",
        [(110, 110, 104, 109)],
        {0: sell(trail=5)},
        [(1, "order", -10, 105)],
    ),
    Case(
        "it never moves away",
        [(100, 110, 100, 108), (108, 108, 106, 106), (106, 106, 104, 105)],
        {0: sell(trail=5)},
        [(3, "order", -10, 105)],
    ),
    Case(
        "a gap through it fills at the open",
        [(90, 92, 89, 91)],
        {0: sell(trail=5)},
        [(1, "order", -10, 90)],
    ),
    Case(
        "where the close has come back through it, it goes off at the close",
        [(100, 110, 99, 103)],
        {0: sell(trail=5)},
        [(1, "order", -10, 103)],
    ),
    Case(
        "a percentage is of the best price",
        [(100, 120, 100, 119), (119, 119, 107, 110)],
        {0: sell(trail_percent=10)},
        [(2, "order", -10, 108)],
    ),
    Case(
        "a trailing buy follows the low",
        [(100, 100, 90, 92), (92, 96, 92, 95)],
        {0: buy(trail=5)},
        [(2, "order", 10, 95)],
    ),
    Case(
        "a distance beyond the price waits for a price that it fits in",
        [(100, 130, 99, 129), (120, 121, 5, 20)],
        {0: sell(trail=110)},
        [(2, "order", -10, 20)],
    ),
    Case(
        "a split divides its distance and its price",
        [(50, 50, 48, 49), (49, 49, 47.5, 48)],
        {0: sell(trail=2.5)},
        [(2, "order", -20, 47.5)],
        actions=[split_on(1, 2)],
    ),
    Case(
        "after a split it follows at the divided distance",
        [(50, 50, 48, 49), (50, 52, 50, 51), (51, 51, 49, 50)],
        {0: sell(trail=2.5)},
        [(3, "order", -20, 49.5)],
        actions=[split_on(1, 2)],
    ),
    Case(
        "its fill is protected as any other",
        [(100, 105, 100, 104), (104, 105, 90, 91)],
        {0: buy(trail=5, stop_loss=92)},
        [(1, "order", 10, 105), (2, "stop_loss", -10, 92)],
    ),
)

FORCES = (
    Case(
        "at once: what the open reaches fills",
        [(100, 101, 99, 100)],
        {0: buy(limit=100, time_in_force="ioc")},
        [(1, "order", 10, 100)],
    ),
    Case(
        "at once: what the open does not reach is over, whatever the bar does",
        [(100, 101, 90, 95)],
        {0: buy(limit=98, time_in_force="ioc")},
        [],
        [(1, "not filled at once")],
    ),
    Case(
        "what is over leaves nothing to the order that takes its place",
        [(100, 101, 99, 100), (100, 101, 99, 100), (100, 101, 97, 98)],
        {0: buy(limit=90, time_in_force="ioc", reduces_only=True, group=3), 1: buy(limit=98)},
        [(3, "order", 10, 98)],
        [(1, "not filled at once")],
    ),
    Case(
        "at once means the next bar there is",
        [None, (99, 101, 90, 95)],
        {0: buy(limit=99, time_in_force="ioc")},
        [(2, "order", 10, 99)],
    ),
    Case(
        "in full or not at all: the volume is enough",
        [QUIET],
        {0: buy(time_in_force="fok")},
        [(1, "order", 10, 100)],
        terms={"participation": 0.01},
    ),
    Case(
        "in full or not at all: the volume is not enough",
        [QUIET],
        {0: buy(11, time_in_force="fok")},
        [],
        [(1, "not filled at once")],
        terms={"participation": 0.01},
    ),
    Case(
        "in full or not at all: out of reach",
        [QUIET],
        {0: buy(limit=99.5, time_in_force="fok")},
        [],
        [(1, "not filled at once")],
    ),
    Case(
        "a day order works in the next session",
        [(100, 101, 99, 100), (97, 99, 95, 96)],
        {0: buy(limit=98, time_in_force="day")},
        [],
        [(2, "expired")],
    ),
    Case(
        "until a moment: the bar that closes at it is the last",
        [QUIET, (98, 99, 97, 98)],
        {0: lambda c, b: c.buy(10, limit=98, time_in_force="gtd", expires=c.time + 2 * DAY_NS)},
        [(2, "order", 10, 98)],
    ),
    Case(
        "until a moment: a bar that closes after it is none of its bars",
        [QUIET, (98, 99, 97, 98)],
        {0: lambda c, b: c.buy(10, limit=98, time_in_force="gtd", expires=c.time + 2 * DAY_NS - 1)},
        [],
        [(2, "expired")],
    ),
    Case(
        "an order for the opening auction fills at the open or not at all",
        [QUIET, (98, 99, 97, 98)],
        {0: lambda c, b: (c.buy(10, limit=98, time_in_force="at_open"), c.buy(5, time_in_force="at_open"))},
        [(1, "order", 5, 100)],
        [(1, "not filled at once")],
    ),
    Case(
        "an order for the opening auction is not touched by the signal-close rule",
        [(102, 103, 101, 102)],
        {0: buy(time_in_force="at_open")},
        [(1, "order", 10, 102)],
        terms={"fill": "signal-close"},
    ),
    Case(
        "an order for the closing auction fills at the close of the next session",
        [(100, 110, 90, 105)],
        {0: buy(time_in_force="at_close")},
        [(1, "order", 10, 105)],
    ),
    Case(
        "a limit order for the closing auction needs the close at its limit",
        [(100, 110, 90, 105), (100, 100, 90, 95)],
        {
            0: lambda c, b: (
                c.buy(10, limit=104, time_in_force="at_close"),
                c.sell(5, limit=105, time_in_force="at_close"),
            )
        },
        [(1, "order", -5, 105)],
        [(1, "not filled at once")],
    ),
    Case(
        "an order for the closing auction waits for a session with a bar",
        [None, (100, 110, 90, 105)],
        {0: buy(time_in_force="at_close")},
        [(2, "order", 10, 105)],
    ),
    Case(
        "what the closing auction has bought is not stopped out by the bar before it",
        [(100, 110, 90, 105), (105, 106, 101, 102)],
        {0: buy(time_in_force="at_close", stop_loss=102)},
        [(1, "order", 10, 105), (2, "stop_loss", -10, 102)],
    ),
    Case(
        "with the signal-close rule at once means the close of the row",
        [(102, 103, 101, 102)],
        {0: buy(time_in_force="ioc")},
        [(0, "order", 10, 100)],
        terms={"fill": "signal-close"},
    ),
)

CASES = (*STOP_LIMIT, *TRAILING, *FORCES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_fill_rule_of_terms(case: Case) -> None:
    check(case)


def test_names_of_cases_are_different() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


def test_an_instrument_without_a_bar_yet_is_followed_from_its_first_open() -> None:
    late = [None, (50.0, 56.0, 50.0, 55.0), (55.0, 56.0, 44.0, 46.0)]
    script = {0: lambda c, b: c.sell(10, trail=5, instrument="BBB")}
    run = both(lambda: Script(script), bars_of(flat_rows(3), late))
    assert told_fills(run) == [(2, "order", -10.0, 51.0)]


def test_an_order_for_the_close_waits_for_the_end_of_its_session() -> None:
    rows = [(price, price, price, price) for price in (100.0, 101.0, 102.0, 103.0, 104.0, 105.0)]
    deeds = {0: lambda c, b: c.buy(1, time_in_force="at_close"), 2: lambda c, b: c.buy(2, time_in_force="at_open")}
    run = both(lambda: Script(dict(deeds)), bars_of(rows, session_bars=3))
    assert told_fills(run) == [(2, "order", 1.0, 102.0), (3, "order", 2.0, 103.0)]


def test_an_order_for_the_open_waits_for_a_new_session() -> None:
    rows = [(price, price, price, price) for price in (100.0, 101.0, 102.0, 103.0, 104.0, 105.0)]
    run = both(lambda: Script({0: lambda c, b: c.buy(2, time_in_force="at_open")}), bars_of(rows, session_bars=3))
    assert told_fills(run) == [(3, "order", 2.0, 103.0)]


def test_at_once_waits_for_the_close_of_the_next_bar_there_is() -> None:
    rows = [None, (50.0, 52.0, 49.0, 51.0), (51.0, 51.0, 51.0, 51.0)]
    script = {0: lambda c, b: c.buy(10, instrument="BBB", time_in_force="ioc")}
    run = both(lambda: Script(script), bars_of(flat_rows(3), rows), fill="signal-close")
    assert told_fills(run) == [(1, "order", 10.0, 51.0)]


def test_floats_miss_no_touch_of_a_stop_that_was_computed() -> None:
    assert 100.07 - 0.7 < 99.37
    rows = [(100.0,) * 4, (100.0, 100.07, 100.0, 100.0), (100.0, 100.0, 99.37, 99.5)]
    run = both(lambda: Script({0: sell(trail=0.7)}), bars_of(rows))
    assert told_fills(run) == [(2, "order", -10.0, 99.37)]


def test_the_closing_auction_counts_what_is_held_at_the_close() -> None:
    """Short 300 at 100 of an instrument that closes at 200: equity is 70,000, and 60,000 of it is taken."""
    doubling = [(100.0,) * 4, (100.0,) * 4, (100.0, 200.0, 100.0, 200.0), (200.0,) * 4]
    deeds = {
        0: lambda c, b: c.sell(300, instrument="BBB") if c.instrument.startswith("AAA") else None,
        1: lambda c, b: c.buy(200, time_in_force="at_close"),
    }
    run = both(lambda: Script(dict(deeds)), bars_of(flat_rows(4), doubling))
    assert told_fills(run) == [(1, "order", -300.0, 100.0)]
    assert told_endings(run) == [(2, "not enough buying power")]
    assert run.endings.available[0] == pytest.approx(100.0)
