"""Ticks that nobody can run on are refused with the row, what was expected and what was found."""

import pytest
from tests.unit.engine.ticks.tick_samples import ASKS, BIDS, Event, follow, level, quote, stream, trade

from tradewright.domain.errors import DataError
from tradewright.trading.ticks import book_of, merged, quotes_of, trades_of

NAN = float("nan")


@pytest.mark.parametrize(
    ("events", "row", "found"),
    [
        ([trade(5, 100.0, 1.0), trade(4, 100.0, 1.0)], 1, "after"),
        ([trade(0, 100.0, 1.0), trade(1, NAN, 1.0)], 1, "nan"),
        ([trade(0, -100.0, 1.0)], 0, "-100"),
        ([trade(0, 100.0, 0.0)], 0, "0.0"),
        ([trade(0, 100.0, float("inf"))], 0, "inf"),
        ([trade(0, 100.0, 1.0, 2)], 0, "2"),
        ([quote(0, 99.0, 1.0, 101.0, 1.0), quote(1, 101.0, 1.0, 100.0, 1.0)], 1, "bid 101.0 over ask 100.0"),
        ([quote(0, 99.0, -1.0, 101.0, 1.0)], 0, "-1"),
        ([quote(0, 99.0, 1.0, NAN, 1.0)], 0, "nan"),
        ([level(0, 0, 99.0, 1.0)], 0, "0"),
        ([level(0, BIDS, 99.0, NAN)], 0, "nan"),
    ],
    ids=[
        "backwards",
        "nan",
        "negative",
        "nothing",
        "infinite",
        "side",
        "crossed",
        "less",
        "no ask",
        "no side",
        "level",
    ],
)
def test_the_row_is_named(events: list[Event], row: int, found: str) -> None:
    with pytest.raises(DataError, match=f"row {row}") as told:
        stream(*events)
    assert found in str(told.value)


def test_a_book_that_is_crossed_at_the_end_of_a_moment_stops_the_run_with_the_row() -> None:
    events = [level(0, BIDS, 99.0, 1.0), level(5, BIDS, 102.0, 1.0), level(5, ASKS, 101.0, 1.0), trade(9, 100.0, 1.0)]
    with pytest.raises(DataError, match=r"book of AAA\.SIM is crossed.*row 2"):
        follow({}, *events)


def test_a_book_that_is_crossed_within_a_moment_only_is_none() -> None:
    events = [level(0, BIDS, 99.0, 1.0), level(5, ASKS, 98.0, 1.0), level(5, BIDS, 99.0, 0.0), trade(9, 100.0, 1.0)]
    _, strategy = follow({1: lambda desk: (desk.bid(), desk.ask())}, *events)
    assert strategy.said == [(0.0, 98.0)]
    assert strategy.calls == 3


def test_streams_are_merged_in_order_of_time() -> None:
    one = trades_of("AAA.SIM", [1, 5], price=[1.0, 2.0], quantity=[1.0, 1.0])
    two = quotes_of("BBB.SIM", [1, 3], bid=[9.0, 9.5], ask=[10.0, 10.5])
    both = merged([one, two])
    assert both.time.tolist() == [1, 1, 3, 5]
    assert both.instrument.tolist() == [0, 1, 1, 0]
    assert both.ask.tolist() == [0.0, 10.0, 10.5, 0.0]
    assert repr(both).startswith("Ticks(AAA.SIM, BBB.SIM: 4 events, 2 trades, 2 quotes")
    assert both.rows(1, 3).time.tolist() == [1, 3]


def test_a_book_has_rows_that_clear_a_side() -> None:
    book = book_of("AAA.SIM", [1, 1, 2], side=[0, 1, -1], price=[0.0, 99.0, 101.0], quantity=[0.0, 5.0, 5.0])
    assert book.kind.tolist() == [3, 2, 2]


def test_columns_of_different_lengths_are_told() -> None:
    with pytest.raises(DataError, match="differ in length"):
        trades_of("AAA.SIM", [1, 2], price=[1.0], quantity=[1.0, 2.0])
