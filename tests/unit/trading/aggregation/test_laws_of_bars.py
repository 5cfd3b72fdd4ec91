"""Laws: bars formed one trade at a time are the bars that the whole list gives, by other arithmetic."""

from collections import Counter
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tradewright.domain.calendars import SECOND
from tradewright.domain.market.trade import Trade
from tradewright.domain.timeframe import Timeframe
from tradewright.trading.aggregation.aggregator import BarAggregator, bars_from
from tradewright.trading.aggregation.news import BarGap, FormedBar
from tradewright.trading.aggregation.rules import BarRule, DollarBars, TickBars, TimeBars, VolumeBars
from tradewright.trading.aggregation.sessions import RegularSessions

NAME = "BTCUSDT.BINANCE"
MINUTE = 60 * SECOND
MINUTES = TimeBars(Timeframe(MINUTE), RegularSessions("BINANCE"))

Row = tuple[int, Decimal, Decimal]
"""Time, price, quantity."""

rows = st.lists(
    st.tuples(
        st.integers(0, 90 * SECOND),
        st.decimals("20.00", "100.00", places=2),
        st.decimals("0.001", "9.999", places=3),
    ),
    max_size=60,
).map(lambda steps: [(sum(s[0] for s in steps[: n + 1]), step[1], step[2]) for n, step in enumerate(steps)])


def trades_of(given_rows: list[Row]) -> list[Trade]:
    return [Trade(NAME, t, str(n), float(p), float(q)) for n, (t, p, q) in enumerate(given_rows)]


def expected(group: list[Row], time_ns: int) -> tuple[object, ...]:
    """A bar by fractions: time, open, high, low, close, volume, notional, trades."""
    prices = [float(price) for _, price, _ in group]
    volume = sum((Fraction(q) for _, _, q in group), Fraction(0))
    notional = sum((Fraction(p) * Fraction(q) for _, p, q in group), Fraction(0))
    extremes = (prices[0], max(prices), min(prices), prices[-1])
    return (time_ns, *extremes, float(volume), float(notional), len(group))


def shown(bars: list[FormedBar]) -> list[tuple[object, ...]]:
    return [(b.time_ns, b.open, b.high, b.low, b.close, b.volume, b.notional, b.trades) for b in bars]


def cut(given_rows: list[Row], measure: int, threshold: Fraction) -> list[list[Row]]:
    """Groups that end with the row that reaches the threshold of trades (0), volume (1) or money (2)."""
    groups, group = [], []
    for row in given_rows:
        group.append(row)
        sums = (
            Fraction(len(group)),
            sum((Fraction(q) for _, _, q in group), Fraction(0)),
            sum((Fraction(p) * Fraction(q) for _, p, q in group), Fraction(0)),
        )
        if sums[measure] >= threshold:
            groups.append(group)
            group = []
    return groups


@settings(max_examples=80, deadline=None)
@given(rows)
def test_time_bars_are_the_groups_of_trades_by_minute(given_rows: list[Row]) -> None:
    groups = [(minute, list(group)) for minute, group in groupby(given_rows, lambda row: row[0] // MINUTE)]
    bars = bars_from(trades_of(given_rows), MINUTES, until_ns=10**15)
    assert shown(bars) == [expected(group, (minute + 1) * MINUTE) for minute, group in groups]


@settings(max_examples=80, deadline=None)
@given(rows, st.integers(1, 12), st.decimals("0.1", "40", places=2), st.decimals("1", "3000", places=2))
def test_counted_bars_are_the_groups_that_reach_the_threshold(
    given_rows: list[Row], count: int, quantity: Decimal, notional: Decimal
) -> None:
    rules: list[tuple[BarRule, Fraction]] = [
        (TickBars(count), Fraction(count)),
        (VolumeBars(quantity), Fraction(quantity)),
        (DollarBars(notional), Fraction(notional)),
    ]
    for measure, (rule, threshold) in enumerate(rules):
        groups = cut(given_rows, measure, threshold)
        assert shown(bars_from(trades_of(given_rows), rule)) == [expected(group, group[-1][0]) for group in groups]


@settings(max_examples=60, deadline=None)
@given(rows, st.randoms(use_true_random=False))
def test_the_clock_changes_when_a_bar_is_told_but_not_what_it_holds(given_rows: list[Row], chance: Random) -> None:
    trades = trades_of(given_rows)
    aggregator = BarAggregator(NAME, MINUTES)
    for trade in trades:
        if chance.random() < 0.5:
            aggregator.advance(trade.time_ns)
        assert aggregator.take(trade)
    aggregator.advance(10**15)
    bars = [one for one in aggregator.collect() if isinstance(one, FormedBar)]
    assert bars == bars_from(trades, MINUTES, until_ns=10**15)


@settings(max_examples=60, deadline=None)
@given(rows)
def test_bars_and_gaps_together_tell_of_every_interval_once(given_rows: list[Row]) -> None:
    aggregator = BarAggregator(NAME, MINUTES)
    told: Counter[int] = Counter()
    for trade in trades_of(given_rows):
        aggregator.take(trade)
    for one in aggregator.collect():
        if isinstance(one, FormedBar):
            told[one.time_ns // MINUTE] += 1
        elif isinstance(one, BarGap):
            told.update(range(one.first_ns // MINUTE, one.last_ns // MINUTE + 1))
            assert one.missing == (one.last_ns - one.first_ns) // MINUTE + 1
    if given_rows:
        first, last = given_rows[0][0] // MINUTE + 1, given_rows[-1][0] // MINUTE + 1
        assert told == Counter(range(first, last))


@settings(max_examples=60, deadline=None)
@given(
    rows,
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from([float("nan"), -1.0, 0.0, float("inf"), 1e9])), max_size=20),
)
def test_nonsense_between_trades_changes_no_bar(given_rows: list[Row], nonsense: list[tuple[int, float]]) -> None:
    trades = trades_of(given_rows)
    aggregator = BarAggregator(NAME, MINUTES)
    for number, trade in enumerate(trades):
        aggregator.take(trade)
        for at, price in nonsense:
            if at == number:
                aggregator.take_values(trade.time_ns, price, quantity=1.0, trade_id="the same nonsense")
    aggregator.advance(10**15)
    bars = [one for one in aggregator.collect() if isinstance(one, FormedBar)]
    assert bars == bars_from(trades, MINUTES, until_ns=10**15)
