"""When a bar ends, what it holds, and what is told about intervals without trades."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tradewright.domain.calendars import DAY, SECOND, days_from_date, session_close_ns, session_open_ns
from tradewright.domain.errors import InputError, UnknownVenue
from tradewright.domain.market.quote import Quote
from tradewright.domain.market.trade import Trade
from tradewright.domain.timeframe import DAILY, Timeframe
from tradewright.trading.aggregation.aggregator import BarAggregator, bars_from
from tradewright.trading.aggregation.news import BarGap, FormedBar, News
from tradewright.trading.aggregation.quarantine import Reason
from tradewright.trading.aggregation.rules import BarRule, DollarBars, TickBars, TimeBars, VolumeBars
from tradewright.trading.aggregation.sessions import RegularSessions, ScheduledSessions, Span

COIN, SHARE = "BTCUSDT.BINANCE", "AAPL.XNAS"
MINUTE = 60 * SECOND
MINUTES = TimeBars(Timeframe.parse("1m"), RegularSessions("BINANCE"))
MONDAY = days_from_date(datetime(2024, 7, 1, tzinfo=UTC).date())
OPEN, CLOSE = session_open_ns(MONDAY, "XNAS"), session_close_ns(MONDAY, "XNAS")


def told(rule: BarRule, *trades: tuple[int, float, float], instrument: str = COIN, until_ns: int = 0) -> list[News]:
    """What (time, price, quantity) of trades lead to."""
    aggregator = BarAggregator(instrument, rule)
    for time_ns, price, quantity in trades:
        aggregator.take_values(time_ns, price, quantity=quantity)
    aggregator.advance(until_ns)
    return aggregator.collect()


def ends(news: list[News]) -> list[int]:
    return [one.time_ns for one in news if isinstance(one, FormedBar)]


def test_a_bar_is_stamped_by_its_close_and_holds_open_high_low_close_volume() -> None:
    (bar,) = told(MINUTES, (5, 10.0, 1.0), (6, 12.0, 0.1), (7, 9.0, 0.2), (8, 11.0, 2.0), until_ns=MINUTE)
    assert bar == FormedBar(
        instrument=COIN,
        rule="1m",
        time_ns=MINUTE,
        begin_ns=5,
        session=0,
        open=10.0,
        high=12.0,
        low=9.0,
        close=11.0,
        volume=3.3,
        notional=35.0,
        trades=4,
    )
    assert bar.average_price == 35.0 / 3.3
    assert bar.as_bar(Timeframe.parse("1m")).volume == 3.3


def test_a_trade_at_the_end_of_an_interval_belongs_to_the_next() -> None:
    news = told(MINUTES, (MINUTE - 1, 10.0, 1.0), (MINUTE, 20.0, 1.0), until_ns=2 * MINUTE)
    assert [(one.time_ns, one.close) for one in news if isinstance(one, FormedBar)] == [
        (MINUTE, 10.0),
        (2 * MINUTE, 20.0),
    ]


def test_intervals_without_trades_make_no_bar_and_a_gap() -> None:
    news = told(MINUTES, (0, 10.0, 1.0), (5 * MINUTE, 10.0, 1.0), until_ns=6 * MINUTE)
    assert ends(news) == [MINUTE, 6 * MINUTE]
    assert news[1] == BarGap(instrument=COIN, rule="1m", session=0, first_ns=2 * MINUTE, last_ns=5 * MINUTE, missing=4)


def test_a_gap_counts_to_the_end_of_its_session_and_from_the_start_of_the_next() -> None:
    news = told(MINUTES, (DAY - 3 * MINUTE, 10.0, 1.0), (DAY + MINUTE, 10.0, 1.0))
    gaps = [(one.session, one.first_ns, one.last_ns, one.missing) for one in news if isinstance(one, BarGap)]
    assert gaps == [(0, DAY - MINUTE, DAY, 2), (1, DAY + MINUTE, DAY + MINUTE, 1)]


def test_an_interval_of_which_nothing_counts_is_a_gap() -> None:
    news = told(MINUTES, (0, 10.0, 1.0), (MINUTE, 10.0, 1e-10), (2 * MINUTE, 10.0, 1.0))
    assert [one.missing for one in news if isinstance(one, BarGap)] == [1]


def test_bars_are_counted_from_the_open_of_the_session() -> None:
    rule = TimeBars(Timeframe.parse("1h"), RegularSessions("XNAS"))
    trades = [(OPEN + number * 30 * MINUTE, 100.0, 1.0) for number in range(13)]
    news = told(rule, *trades, instrument=SHARE, until_ns=CLOSE)
    assert ends(news) == [OPEN + hours * 60 * MINUTE for hours in range(1, 7)] + [CLOSE], "the last one has 30 minutes"


def test_daily_bars_end_with_the_session() -> None:
    rule = TimeBars(DAILY, RegularSessions("XNAS"))
    (bar,) = told(rule, (OPEN, 100.0, 1.0), (CLOSE - 1, 101.0, 1.0), instrument=SHARE, until_ns=CLOSE)
    assert isinstance(bar, FormedBar)
    assert (bar.time_ns, bar.session) == (CLOSE, MONDAY)


def test_trades_outside_the_session_are_put_aside() -> None:
    aggregator = BarAggregator(SHARE, TimeBars(Timeframe.parse("5m"), RegularSessions("XNAS")))
    weekend = OPEN - 2 * DAY
    for time_ns in (weekend, OPEN - 1, OPEN, CLOSE, CLOSE + MINUTE):
        aggregator.take_values(time_ns, 100.0, quantity=1.0)
    assert aggregator.quarantine.counts == {Reason.OUTSIDE_SESSION: 4}
    assert aggregator.believed == 1


def test_a_calendar_knows_half_days_and_breaks() -> None:
    spans = [Span(7, 0, 3 * MINUTE), Span(7, 5 * MINUTE, 8 * MINUTE), Span(8, DAY, DAY + MINUTE)]
    rule = TimeBars(Timeframe.parse("2m"), ScheduledSessions(spans))
    aggregator = BarAggregator(COIN, rule)
    for minute in (0, 2, 3, 4, 5, 7, 8):
        aggregator.take_values(minute * MINUTE, 10.0, quantity=1.0)
    aggregator.take_values(DAY, 10.0, quantity=1.0)
    news = aggregator.collect()
    assert [one // MINUTE for one in ends(news)] == [2, 3, 7, 8]
    assert aggregator.quarantine.counts == {Reason.OUTSIDE_SESSION: 3}
    assert ScheduledSessions(spans).at(-1) is None
    assert ScheduledSessions(spans).at(DAY) == spans[2]


@pytest.mark.parametrize("spans", [[Span(1, 5, 9), Span(2, 8, 12)], [Span(1, 5, 5)]])
def test_sessions_that_overlap_or_are_empty_are_refused(spans: list[Span]) -> None:
    with pytest.raises(InputError, match="sessions in order that do not overlap"):
        ScheduledSessions(spans)


def test_the_clock_closes_a_bar_and_what_comes_after_is_late() -> None:
    aggregator = BarAggregator(COIN, MINUTES)
    aggregator.take_values(5, 10.0, quantity=1.0)
    assert aggregator.open_until_ns == MINUTE
    aggregator.advance(MINUTE - 1)
    assert not aggregator.has_news()
    aggregator.advance(3 * MINUTE + 1)
    aggregator.advance(2 * MINUTE)
    assert ends(aggregator.collect()) == [MINUTE]
    assert aggregator.closed_ns == 3 * MINUTE
    assert aggregator.open_until_ns > 10**18
    assert not aggregator.take_values(3 * MINUTE - 1, 10.0, quantity=1.0)
    assert aggregator.quarantine.counts == {Reason.LATE: 1}
    assert aggregator.take_values(3 * MINUTE, 10.0, quantity=1.0)


def test_between_sessions_the_clock_closes_everything_before() -> None:
    aggregator = BarAggregator(SHARE, TimeBars(DAILY, RegularSessions("XNAS")))
    aggregator.take_values(CLOSE - MINUTE, 10.0, quantity=1.0)
    aggregator.advance(CLOSE + MINUTE)
    assert ends(aggregator.collect()) == [CLOSE]
    assert aggregator.closed_ns == CLOSE + MINUTE


def test_the_trade_that_reaches_the_threshold_belongs_to_the_bar_that_it_ends() -> None:
    trades = [(1, 10.0, 6.0), (2, 11.0, 3.0), (3, 20.0, 7.0), (4, 12.0, 10.0), (5, 13.0, 9.0)]
    news = told(VolumeBars(Decimal(10)), *trades)
    bars = [one for one in news if isinstance(one, FormedBar)]
    assert [(one.time_ns, one.close, one.volume) for one in bars] == [(3, 20.0, 16.0), (4, 12.0, 10.0)]


def test_thresholds_are_met_when_arithmetic_on_paper_says_so() -> None:
    assert ends(told(VolumeBars(Decimal("0.3")), (1, 10.0, 0.1), (2, 10.0, 0.2))) == [2], "0.1 + 0.2 is 0.3"
    assert ends(told(VolumeBars(Decimal("0.8")), *[(n, 10.0, 0.1) for n in range(8)])) == [7]
    assert ends(told(DollarBars(Decimal("0.3")), (1, 0.1, 1.0), (2, 0.2, 1.0))) == [2]


def test_tick_bars_count_trades_and_quotes() -> None:
    assert ends(told(TickBars(2), (1, 10.0, 1.0), (2, 11.0, 1.0), (3, 12.0, 1.0), until_ns=DAY)) == [2]
    aggregator = BarAggregator(COIN, TickBars(1))
    aggregator.take_quote(Quote(COIN, 9, 99.0, 1.0, 102.0, 1.0))
    (bar,) = aggregator.collect()
    assert isinstance(bar, FormedBar)
    assert (bar.close, bar.volume, bar.average_price) == (100.5, 0.0, 100.5)


def test_a_trade_before_the_last_counted_bar_is_late() -> None:
    aggregator = BarAggregator(COIN, TickBars(1))
    assert aggregator.take_values(9, 10.0, quantity=1.0)
    assert not aggregator.take_values(8, 10.0, quantity=1.0)
    assert aggregator.quarantine.counts == {Reason.LATE: 1}
    assert not aggregator.take_values(10, 10.0, quantity=1e-12)
    assert aggregator.quarantine.counts[Reason.TOO_SMALL] == 1


def test_a_counted_bar_knows_its_session() -> None:
    (bar,) = told(TickBars(1), (OPEN, 10.0, 1.0), instrument=SHARE)
    assert isinstance(bar, FormedBar)
    assert (bar.session, bar.rule) == (MONDAY, "1 trades")


@pytest.mark.parametrize("wrong", [Decimal(0), Decimal(-1), Decimal("NaN"), Decimal("Infinity"), Decimal("1e-9")])
def test_thresholds_that_make_no_sense_are_refused(wrong: Decimal) -> None:
    with pytest.raises(InputError, match="threshold of a bar cannot be used"):
        VolumeBars(wrong)


def test_rules_that_make_no_sense_are_refused() -> None:
    with pytest.raises(InputError, match="at least 1 trade"):
        TickBars(0)
    with pytest.raises(InputError, match="0 to 12"):
        TickBars(1, decimals=13)
    with pytest.raises(InputError, match="bars of 1w cannot be built from trades"):
        TimeBars(Timeframe.parse("1w"), RegularSessions("XNAS"))
    with pytest.raises(UnknownVenue):
        RegularSessions("XNSA")


def test_rules_say_what_they_are() -> None:
    rules = (TickBars(500), VolumeBars(Decimal("2.5")), DollarBars(Decimal(1000)), MINUTES)
    assert [str(rule) for rule in rules] == ["500 trades", "2.5 units", "1000 traded", "1m"]


def test_bars_come_from_a_list_of_trades() -> None:
    trades = [Trade(COIN, number * 30 * SECOND, "", 10.0 + number, 1.0) for number in range(5)]
    assert [bar.close for bar in bars_from(trades, MINUTES)] == [11.0, 13.0]
    assert [bar.close for bar in bars_from(trades, MINUTES, until_ns=3 * MINUTE)] == [11.0, 13.0, 14.0]
    assert bars_from([], MINUTES, until_ns=5) == []
