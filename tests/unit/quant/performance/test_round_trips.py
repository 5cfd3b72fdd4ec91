"""Round trips: what counts as one, what it made, and that nothing of the account is lost on the way."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewright.quant import compiled
from tradewright.quant.performance import round_trips as module
from tradewright.quant.performance.round_trips import NO_ADJUSTMENTS, Adjustments, Fills, RoundTrips, round_trips

Row = tuple[int, float, float, float, int]
"""Instrument, signed quantity, price, fee, bar."""


def fills(*rows: Row, multiplier: float = 1.0) -> Fills:
    instrument, quantity, price, fee, bar = (np.array([row[column] for row in rows]) for column in range(5))
    return Fills(
        instrument=instrument.astype(np.int64),
        quantity=quantity.astype(np.float64),
        price=price.astype(np.float64),
        fee=fee.astype(np.float64),
        multiplier=np.full(len(rows), multiplier),
        bar=bar.astype(np.int64),
        reason=np.arange(len(rows), dtype=np.int64),
    )


def adjustments(*rows: tuple[int, float, float, int]) -> Adjustments:
    """Instrument, ratio, income, bar."""
    if not rows:
        return NO_ADJUSTMENTS
    instrument, ratio, income, bar = (np.array([row[column] for row in rows]) for column in range(4))
    return Adjustments(instrument.astype(np.int64), ratio.astype(float), income.astype(float), bar.astype(np.int64))


def trips_of(*rows: Row, mark: float = 100.0, last_bar: int = 9) -> RoundTrips:
    return round_trips(fills(*rows), marks=np.array([mark, mark]), last_bar=last_bar)


def test_a_purchase_and_its_sale_are_one_round_trip() -> None:
    found = trips_of((0, 10, 100.0, 1.0, 2), (0, -10, 110.0, 2.0, 5))
    assert len(found) == 1
    assert (found.entry_bar[0], found.exit_bar[0], found.bars[0]) == (2, 5, 3)
    assert (found.entry_fill[0], found.exit_fill[0]) == (0, 1)
    assert (found.entry_price[0], found.exit_price[0]) == (100.0, 110.0)
    assert (found.gross_pnl[0], found.fees[0], found.pnl[0]) == (100.0, 3.0, 97.0)
    assert found.returns[0] == pytest.approx(0.097)
    assert (found.entry_reason[0], found.exit_reason[0]) == (0, 1)
    assert not found.is_open[0]


def test_a_short_sale_wins_when_the_price_falls() -> None:
    found = trips_of((0, -10, 100.0, 0.0, 0), (0, 10, 90.0, 0.0, 1))
    assert (found.direction[0], found.quantity[0], found.pnl[0]) == (-1, 10.0, 100.0)


def test_a_reversal_ends_one_round_trip_and_begins_the_next_and_shares_its_fee_by_quantity() -> None:
    found = trips_of((0, 10, 100.0, 0.0, 0), (0, -30, 110.0, 3.0, 1), (0, 20, 105.0, 0.0, 2))
    assert list(found.direction) == [1, -1]
    assert list(found.fees) == [1.0, 2.0]
    assert list(found.gross_pnl) == [100.0, 100.0]
    assert list(found.exit_fill) == [1, 2]


def test_adding_and_reducing_average_prices_by_quantity() -> None:
    found = trips_of((0, 10, 100.0, 0.0, 0), (0, 30, 120.0, 0.0, 1), (0, -20, 130.0, 0.0, 2), (0, -20, 110.0, 0.0, 3))
    assert len(found) == 1
    assert (found.entry_price[0], found.exit_price[0], found.quantity[0]) == (115.0, 120.0, 40.0)
    assert found.entry_notional[0] == 4600.0
    assert found.pnl[0] == 200.0


def test_what_is_still_open_is_marked_at_the_end() -> None:
    found = trips_of((0, 10, 100.0, 1.0, 3), (0, -4, 110.0, 0.0, 4), mark=120.0, last_bar=9)
    assert found.is_open[0]
    assert (found.exit_bar[0], found.exit_fill[0], found.exit_reason[0]) == (9, -1, -1)
    assert found.gross_pnl[0] == 4 * 10.0 + 6 * 20.0
    assert found.exit_price[0] == pytest.approx(116.0)


def test_instruments_are_counted_apart_and_trips_come_in_order_of_entry() -> None:
    found = trips_of((0, 1, 10.0, 0.0, 0), (1, 2, 20.0, 0.0, 0), (0, -1, 11.0, 0.0, 1), (1, -2, 19.0, 0.0, 2))
    assert list(found.instrument) == [0, 1]
    assert list(found.pnl) == [1.0, -2.0]


def test_a_multiplier_scales_money_but_not_prices() -> None:
    found = round_trips(
        fills((0, 2, 100.0, 0.0, 0), (0, -2, 101.0, 0.0, 1), multiplier=50.0), marks=np.array([0.0]), last_bar=1
    )
    assert (found.entry_price[0], found.entry_notional[0], found.pnl[0]) == (100.0, 10_000.0, 100.0)


def test_rounding_left_by_fractional_quantities_is_flat() -> None:
    found = trips_of((0, 0.1, 10.0, 0.0, 0), (0, 0.2, 10.0, 0.0, 1), (0, -0.3, 10.0, 0.0, 2), (0, 1.0, 10.0, 0.0, 3))
    assert list(found.is_open) == [False, True]
    assert list(found.entry_bar) == [0, 3]


def test_a_split_changes_quantity_and_price_but_makes_no_money() -> None:
    found = round_trips(
        fills((0, 10, 650.0, 0.0, 0), (0, -70, 100.0, 0.0, 5)),
        marks=np.array([100.0]),
        last_bar=9,
        adjustments=adjustments((0, 7.0, 0.0, 3)),
    )
    assert len(found) == 1
    assert found.quantity[0] == 70.0
    assert found.entry_price[0] == pytest.approx(650.0 / 7.0)
    assert found.exit_price[0] == 100.0
    assert found.pnl[0] == pytest.approx(500.0)


def test_a_split_takes_effect_before_the_fills_of_its_bar_and_after_the_last_fill_too() -> None:
    found = round_trips(
        fills((0, 10, 100.0, 0.0, 0), (0, -20, 50.0, 0.0, 3), (0, 5, 60.0, 0.0, 4)),
        marks=np.array([30.0]),
        last_bar=9,
        adjustments=adjustments((0, 2.0, 0.0, 3), (0, 2.0, 0.0, 8)),
    )
    assert list(found.is_open) == [False, True]
    assert list(found.pnl) == [0.0, 0.0]
    assert found.quantity[1] == 10.0


def test_dividends_belong_to_the_open_trip_or_the_one_before() -> None:
    found = round_trips(
        fills((0, 10, 100.0, 0.0, 2), (0, -10, 100.0, 0.0, 4)),
        marks=np.array([100.0]),
        last_bar=9,
        adjustments=adjustments((0, 1.0, 99.0, 1), (0, 1.0, 5.0, 3), (0, 1.0, 2.0, 6)),
    )
    assert found.income[0] == 7.0  # the one of bar 1 came before anything was held
    assert found.pnl[0] == 7.0


def test_no_fills_make_no_round_trips() -> None:
    empty = np.empty(0)
    rows = np.empty(0, dtype=np.int64)
    found = round_trips(Fills(rows, empty, empty, empty, empty, rows, rows), marks=np.array([1.0]), last_bar=0)
    assert len(found) == 0
    assert len(found.pnl) == len(found.returns) == 0


def test_notional_of_fills_is_positive_money() -> None:
    assert list(fills((0, -3, 10.0, 0.0, 0), multiplier=2.0).notional) == [60.0]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([(0, 0.0, 10.0, 0.0, 0)], "not zero"),
        ([(0, math.nan, 10.0, 0.0, 0)], "not zero"),
        ([(0, 1.0, 10.0, 0.0, 1), (0, -1.0, 10.0, 0.0, 0)], "time order"),
        ([(5, 1.0, 10.0, 0.0, 0)], "mark price"),
    ],
)
def test_impossible_fills_are_refused_with_a_reason(rows: list[Row], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        trips_of(*rows)


histories = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.sampled_from([-30.0, -20.0, -10.0, -0.5, 0.5, 10.0, 20.0, 30.0]),
        st.floats(1.0, 500.0),
        st.floats(0.0, 5.0),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=25,
)
events = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from([1.0, 2.0, 0.5]), st.floats(-5.0, 5.0), st.integers(0, 60)),
    max_size=4,
)


def ordered(history: list[Row]) -> list[Row]:
    bars = np.cumsum([row[4] for row in history])
    return [(*row[:4], int(bar)) for row, bar in zip(history, bars, strict=True)]


@settings(max_examples=150, deadline=None)
@given(histories, events)
def test_pnl_of_all_round_trips_is_the_change_of_the_account(
    history: list[Row], happened: list[tuple[int, float, float, int]]
) -> None:
    rows, happened = ordered(history), sorted(happened, key=lambda event: event[3])
    marks = [7.0, 300.0]
    cash, held, waiting = 0.0, [0.0, 0.0], list(happened)
    has_traded = [False, False]
    for instrument, quantity, price, fee, bar in [*rows, (0, 0.0, 0.0, 0.0, 10**6)]:
        while waiting and waiting[0][3] <= bar:
            which, ratio, income, _ = waiting.pop(0)
            held[which] *= ratio
            cash += income if has_traded[which] else 0.0
        cash -= quantity * price + fee
        held[instrument] += quantity
        has_traded[instrument] |= quantity != 0.0
    found = round_trips(fills(*rows), marks=np.array(marks), last_bar=rows[-1][4], adjustments=adjustments(*happened))
    expected = cash + held[0] * marks[0] + held[1] * marks[1]
    assert found.pnl.sum() == pytest.approx(expected, abs=1e-6, rel=1e-9)
    assert np.all(found.quantity > 0.0)
    assert np.all(found.entry_bar[1:] >= found.entry_bar[:-1])
    assert sum(found.is_open) == sum(abs(quantity) > 1e-9 for quantity in held)


@settings(max_examples=25, deadline=None)
@given(histories, st.floats(0.1, 10.0))
def test_scaling_prices_scales_money_and_leaves_returns(history: list[Row], factor: float) -> None:
    rows = ordered(history)
    scaled = [(row[0], row[1], row[2] * factor, row[3] * factor, row[4]) for row in rows]
    marks = np.array([7.0, 300.0])
    plain = round_trips(fills(*rows), marks=marks, last_bar=rows[-1][4])
    other = round_trips(fills(*scaled), marks=marks * factor, last_bar=rows[-1][4])
    np.testing.assert_allclose(other.pnl, plain.pnl * factor, rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(other.returns, plain.returns, rtol=1e-9, atol=1e-9)


def test_the_compiled_walk_gives_the_same_trips(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(5)
    rows = [
        (int(random.integers(0, 3)), float(random.choice([-20, -10, 10, 20])), 50.0 + float(random.random()), 0.1, bar)
        for bar in range(400)
    ]
    splits = adjustments((0, 2.0, 0.0, 100), (1, 1.0, 3.0, 150), (2, 0.5, 0.0, 399))
    marks = np.array([50.0, 51.0, 52.0])
    plain = round_trips(fills(*rows), marks=marks, last_bar=399, adjustments=splits)
    monkeypatch.setattr(module, "WORTH_COMPILING", 1)
    monkeypatch.setattr(compiled, "is_loaded", lambda: True)
    fast = round_trips(fills(*rows), marks=marks, last_bar=399, adjustments=splits)
    for field in RoundTrips.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(plain, field), getattr(fast, field), err_msg=field)
