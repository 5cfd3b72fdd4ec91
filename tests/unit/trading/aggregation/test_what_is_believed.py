"""Which trades and quotes are believed, and what becomes of the others."""

import math
from decimal import Decimal

import pytest

from tradewright.domain.calendars import DAY, SECOND
from tradewright.domain.errors import InputError
from tradewright.domain.market.quote import Quote
from tradewright.domain.timeframe import Timeframe
from tradewright.trading.aggregation.aggregator import BarAggregator, Known
from tradewright.trading.aggregation.belief import Belief, Doubt
from tradewright.trading.aggregation.news import LateTrade
from tradewright.trading.aggregation.quarantine import Quarantine, Quarantined, Reason
from tradewright.trading.aggregation.rules import TickBars, TimeBars, VolumeBars
from tradewright.trading.aggregation.sessions import RegularSessions

NAME = "BTCUSDT.BINANCE"
MINUTES = TimeBars(Timeframe.parse("1m"), RegularSessions("BINANCE"))


def fed(*prices: float, doubt: Doubt | None = None, known: Known | None = None) -> BarAggregator:
    """An aggregator that got one trade a second at these prices."""
    aggregator = BarAggregator(NAME, MINUTES, doubt=doubt, known=known)
    for number, price in enumerate(prices):
        aggregator.take_values(number * SECOND, price, quantity=1.0, trade_id=str(number))
    return aggregator


@pytest.mark.parametrize(
    ("price", "quantity", "reason"),
    [
        (math.nan, 1.0, Reason.NOT_A_NUMBER),
        (math.inf, 1.0, Reason.NOT_A_NUMBER),
        (100.0, math.nan, Reason.NOT_A_NUMBER),
        (0.0, 1.0, Reason.ZERO),
        (100.0, 0.0, Reason.ZERO),
        (-100.0, 1.0, Reason.NEGATIVE),
        (100.0, -1.0, Reason.NEGATIVE),
        (1e300, 1.0, Reason.TOO_LARGE),
        (100.0, 1e300, Reason.TOO_LARGE),
        (100.0, 1e-9, Reason.TOO_SMALL),
    ],
)
def test_values_that_no_trade_has_are_put_aside(price: float, quantity: float, reason: Reason) -> None:
    aggregator = fed(100.0)
    assert not aggregator.take_values(2 * SECOND, price, quantity=quantity)
    assert aggregator.take_values(3 * SECOND, 101.0, quantity=1.0)
    assert aggregator.quarantine.counts == {reason: 1}
    assert aggregator.quarantine.newest[0].reason is reason
    assert aggregator.believed == 2
    aggregator.advance(60 * SECOND)
    (bar,) = aggregator.collect()
    assert (bar.trades, bar.high, bar.volume) == (2, 101.0, 2.0)  # type: ignore[union-attr]


def test_a_trade_that_comes_again_is_put_aside() -> None:
    aggregator = fed(100.0, 101.0)
    assert not aggregator.take_values(SECOND, 101.0, quantity=1.0, trade_id="1")
    assert not aggregator.take_values(0, 100.0, quantity=1.0, trade_id="0")
    assert aggregator.quarantine.counts == {Reason.DUPLICATE: 2}


def test_equal_trades_without_an_id_are_different_trades() -> None:
    aggregator = BarAggregator(NAME, TickBars(2))
    assert all(aggregator.take_values(5, 100.0, quantity=1.0) for _ in range(4))
    assert len(aggregator.collect()) == 2


def test_only_so_many_ids_are_remembered() -> None:
    belief = Belief(Doubt(remembered_ids=2))
    assert [belief.check_trade(5, 1.0, quantity=1.0, trade_id=one) for one in ("a", "b", "c", "a", "c")] == [
        None,
        None,
        None,
        None,
        Reason.DUPLICATE,
    ]


def test_an_old_trade_of_the_open_bar_is_out_of_order_and_one_of_a_closed_bar_is_a_revision() -> None:
    aggregator = fed(*[100.0] * 70)
    aggregator.collect()
    assert not aggregator.take_values(65 * SECOND, 100.0, quantity=1.0, trade_id="x")
    assert not aggregator.has_news()
    assert not aggregator.take_values(50 * SECOND, 105.0, quantity=2.0, trade_id="y")
    assert aggregator.quarantine.counts == {Reason.OUT_OF_ORDER: 1, Reason.LATE: 1}
    assert aggregator.collect() == [
        LateTrade(
            instrument=NAME,
            rule="1m",
            closed_ns=60 * SECOND,
            time_ns=50 * SECOND,
            price=105.0,
            quantity=2.0,
            trade_id="y",
        )
    ]


def test_a_price_ten_times_too_high_is_put_aside_until_it_is_confirmed() -> None:
    once = fed(100.0, 1100.0, 101.0, 1100.0, 102.0)
    assert once.quarantine.counts == {Reason.PRICE_JUMP: 2}
    assert once.believed == 3
    crash = fed(100.0, 9.0, 8.0, 9.5, 8.5, 8.4)
    assert crash.quarantine.counts == {Reason.PRICE_JUMP: 3}, "the first one and two that confirm it"
    crash.advance(60 * SECOND)
    (bar,) = crash.collect()
    assert (bar.open, bar.low, bar.close, bar.trades) == (100.0, 8.4, 8.4, 3)  # type: ignore[union-attr]


def test_doubted_prices_that_disagree_confirm_nothing() -> None:
    assert fed(100.0, 1100.0, 5000.0, 1100.0, 5000.0, 1100.0, 9.0).believed == 1


def test_a_doubted_trade_that_comes_again_confirms_nothing() -> None:
    aggregator = fed(100.0)
    for _ in range(9):
        aggregator.take_values(2 * SECOND, 5000.0, quantity=1.0, trade_id="wrong")
    assert aggregator.quarantine.counts == {Reason.PRICE_JUMP: 1, Reason.DUPLICATE: 8}


def test_nine_times_the_price_is_believed() -> None:
    assert fed(100.0, 900.0, 101.0).believed == 3


def test_the_first_price_is_compared_with_what_is_known() -> None:
    assert fed(1.0, 100.0, known=Known(price=100.0)).quarantine.counts == {Reason.PRICE_JUMP: 1}
    assert fed(1.0, known=Known(time_ns=5)).quarantine.counts == {Reason.OUT_OF_ORDER: 1}


def test_a_time_far_ahead_is_put_aside_until_it_is_confirmed() -> None:
    aggregator = fed(100.0)
    assert not aggregator.take_values(400 * DAY, 100.0, quantity=1.0)
    assert aggregator.take_values(2 * SECOND, 100.0, quantity=1.0), "one wrong clock stops nobody"
    assert aggregator.quarantine.counts == {Reason.TIME_JUMP: 1}
    assert [aggregator.take_values(400 * DAY + n, 100.0, quantity=1.0) for n in range(4)] == [False] * 3 + [True]


def test_a_crossed_quote_is_put_aside() -> None:
    aggregator = BarAggregator(NAME, MINUTES)
    assert aggregator.take_quote(Quote(NAME, 0, 99.0, 1.0, 101.0, 1.0))
    assert not aggregator.take_quote(Quote(NAME, 1, 102.0, 1.0, 101.0, 1.0))
    assert not aggregator.take_quote(Quote(NAME, 2, 1e-9, 1.0, 1.1e-9, 1.0))
    assert not aggregator.take_quote(Quote(NAME, 3, 1e308, 1.0, 1e308, 1.0))
    assert aggregator.quarantine.counts == {Reason.CROSSED: 1, Reason.PRICE_JUMP: 1, Reason.NOT_A_NUMBER: 1}
    strange = BarAggregator(NAME, MINUTES)
    assert not strange.take_quote(Quote(NAME, 0, 1e-9, 1.0, 1e-9, 1.0))
    assert strange.quarantine.counts == {Reason.TOO_SMALL: 1}


def test_quotes_make_no_bars_of_volume() -> None:
    with pytest.raises(InputError, match="bars of quotes have no volume"):
        BarAggregator(NAME, VolumeBars(Decimal(1))).take_quote(Quote(NAME, 0, 99.0, 1.0, 101.0, 1.0))


@pytest.mark.parametrize(
    "settings",
    [{"jump": 1.0}, {"nearness": 20.0}, {"jump": math.nan}, {"confirmations": 0}, {"remembered_ids": 0}],
)
def test_doubt_that_makes_no_sense_is_refused(settings: dict[str, float]) -> None:
    with pytest.raises(InputError, match="cannot be used"):
        Doubt(**settings)  # type: ignore[arg-type]


def test_quarantine_counts_all_and_keeps_the_newest() -> None:
    quarantine = Quarantine(keep=2)
    for number in range(5):
        quarantine.add(Quarantined(NAME, number, 1.0, 1.0, "", Reason.LATE))
    assert len(quarantine) == 5
    assert [one.time_ns for one in quarantine.newest] == [3, 4]
