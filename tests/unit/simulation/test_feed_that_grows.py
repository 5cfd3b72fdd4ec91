"""A market that comes row by row gives the fills of the same market known as a whole, on Decimals to the last digit."""

import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewright.domain.arithmetic.costs import charge
from tradewright.domain.errors import InputError
from tradewright.domain.matching.layout import (
    AT_CLOSE,
    AT_OPEN,
    DAY,
    DIVIDEND,
    FOK,
    GTC,
    GTD,
    IOC,
    LIMIT,
    MARKET,
    PLAIN,
    SPLIT,
    STOP,
    STOP_LIMIT,
    TRAILING,
)
from tradewright.domain.matching.records import FeeRecord, LedgerRecord, PositionRecord, blank, filled_in
from tradewright.ports.historical import Filled, NewOrder, Report
from tradewright.simulation.broker import SimulatedBroker
from tradewright.simulation.feed import GrowingFeed, RowOfBars

D = Decimal
ZERO = D(0)
WIDTH = 2
FORCES = {
    MARKET: (GTC, DAY, GTD, IOC, FOK, AT_OPEN, AT_CLOSE),
    LIMIT: (GTC, DAY, GTD, IOC, FOK, AT_OPEN, AT_CLOSE),
    STOP: (GTC, DAY, GTD),
    STOP_LIMIT: (GTC, DAY, GTD),
    TRAILING: (GTC, DAY, GTD),
}
FEES = (filled_in(FeeRecord, (0, D("0.001"), D("0.5"), ZERO)),)


def feed_of() -> GrowingFeed:
    return GrowingFeed(WIDTH, zero=ZERO, nan=D("NaN"), fees=FEES)


def broker_on(feed: GrowingFeed, *, participation: str = "0") -> SimulatedBroker:
    ledger = blank(LedgerRecord, ZERO)
    ledger.cash, ledger.leverage, ledger.unit, ledger.next_order = D(100_000), D(2), D("0.01"), 1
    ledger.participation = D(participation)
    positions = [blank(PositionRecord, ZERO) for _ in range(WIDTH)]
    for position in positions:
        position.lot = position.multiplier = D(1)
    return SimulatedBroker(feed.columns, ledger, positions, charge=charge)


def market(seed: int, count: int) -> list[RowOfBars]:
    """Bars on a grid of cents, three a session, some of them missing; splits and dividends."""
    chance = random.Random(seed)
    last = [50.0, 20.0]
    rows = []
    for number in range(count):
        bars: list[Any] = []
        for instrument in range(WIDTH):
            if number and chance.random() < 0.15:
                bars.append(None)
                continue
            open_, close = (round(last[instrument] * chance.uniform(0.97, 1.03), 2) for _ in range(2))
            high, low = max(open_, close) + chance.randint(0, 50) / 100, min(open_, close) - chance.randint(0, 50) / 100
            bars.append((*(D(str(round(v, 2))) for v in (open_, high, low, close)), D(chance.randint(0, 400))))
            last[instrument] = close
        actions = []
        if number and chance.random() < 0.1:
            actions.append((chance.randrange(WIDTH), chance.choice([SPLIT, DIVIDEND]), D(chance.choice(["2", "0.5"]))))
        rows.append(RowOfBars(1_000 + 10 * number, 15_000 + number // 3, number % 3 == 2, bars, actions))
    return rows


def order(chance: random.Random, row: RowOfBars) -> NewOrder:
    kind = chance.choice(list(FORCES))
    force = chance.choice(FORCES[kind])
    price = D(str(round((50, 20)[instrument := chance.randrange(WIDTH)] * chance.uniform(0.95, 1.05), 2)))
    reduces = int(chance.random() < 0.2)
    return NewOrder(
        instrument, chance.choice([1, -1]), kind, PLAIN, D(chance.randint(1, 200)),
        price if kind in (LIMIT, STOP_LIMIT) else ZERO, price if kind in (STOP, STOP_LIMIT) else ZERO, ZERO,
        ZERO if reduces or chance.random() < 0.6 else price - 1, ZERO if reduces else price + 1, 0, 0, 0, force,
        row.time + chance.choice([1, 30, 90]) if force == GTD else 0, chance.choice([0, 0, 1, 2]), reduces,
        D("0.8") if kind == TRAILING else ZERO,
    )  # fmt: skip


def walked(seed: int, rows: list[RowOfBars], *, grows: bool, participation: str) -> tuple[list[Report], Any]:
    chance, feed = random.Random(seed + 1), feed_of()
    if not grows:
        for row in rows:
            feed.append(row)
    broker = broker_on(feed, participation=participation)
    told: list[Report] = []
    for number, row in enumerate(rows):
        if grows:
            assert feed.append(row) == number
        if broker.is_due(number):
            broker.advance(number)
        told.extend(broker.reports())
        for _ in range(chance.randint(0, 2)):
            broker.submit(order(chance, row), row=number)
        if chance.random() < 0.2:
            broker.cancel(chance.randint(1, 40), row=number)
        broker.close(number, is_last=False)
        told.extend(broker.reports())
    return told, broker.venue.book


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["0", "0.2"]))
def test_feeding_row_by_row_gives_the_fills_of_the_whole_history(seed: int, participation: str) -> None:
    rows = market(seed, 40)
    whole, book = walked(seed, rows, grows=False, participation=participation)
    grown, grown_book = walked(seed, rows, grows=True, participation=participation)
    assert grown == whole
    assert repr(grown_book.ledger) == repr(book.ledger)
    assert repr(grown_book.positions) == repr(book.positions)
    assert any(isinstance(report, Filled) for report in whole)


BAR = (D(10), D(11), D(9), D(10), D(100))
GOOD = RowOfBars(5, 100, True, [BAR, None])


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (RowOfBars(6, 100, True, [BAR]), "expected 2 bars, one an instrument, found 1"),
        (RowOfBars(5, 100, True, [BAR, BAR]), "expected a row that closes after 5, found 5"),
        (RowOfBars(6, 99, True, [BAR, BAR]), "expected a session not before 100, found 99"),
        (RowOfBars(6, 100, True, [BAR, (D(10), D(9), D(9), D(10), D(1))]), "low <= open, close <= high"),
        (RowOfBars(6, 100, True, [BAR, (D("NaN"),) * 5]), "finite prices above 0"),
    ],
)
def test_a_row_that_cannot_follow_is_told_and_leaves_the_feed_alone(row: RowOfBars, message: str) -> None:
    feed = feed_of()
    assert feed.append(GOOD) == 0
    with pytest.raises(InputError, match=message):
        feed.append(row)
    assert len(feed) == 1
    assert len(feed.columns.open) == len(feed.columns.mark) == WIDTH


def test_an_action_before_the_first_row_is_told() -> None:
    with pytest.raises(InputError, match="corporate actions after the first row"):
        feed_of().append(GOOD._replace(actions=[(0, SPLIT, D(2))]))


def test_the_mark_of_a_missing_bar_is_carried_and_split() -> None:
    feed = feed_of()
    feed.append(GOOD)
    feed.append(RowOfBars(6, 101, True, [None, BAR], [(0, SPLIT, D(4)), (0, DIVIDEND, D(1))]))
    assert feed.columns.mark == [D(10), ZERO, D("2.5"), D(10)]


def test_an_order_for_the_close_waits_for_the_row_that_ends_the_session() -> None:
    feed = feed_of()
    broker = broker_on(feed)
    feed.append(GOOD._replace(is_last=False))
    broker.submit(NewOrder(0, 1, MARKET, PLAIN, D(5), *(ZERO,) * 5, 0, 0, 0, AT_CLOSE), row=0)
    feed.append(RowOfBars(6, 100, False, [BAR, None]))
    broker.advance(1)
    assert not broker.has_news()
    feed.append(RowOfBars(7, 100, True, [(D(10), D(11), D(9), D("10.5"), D(100)), None]))
    broker.advance(2)
    (filled,) = broker.reports()
    assert isinstance(filled, Filled)
    assert (filled.row, filled.price, filled.quantity) == (2, D("10.5"), D(5))
