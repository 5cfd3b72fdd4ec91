"""The simulated broker behind its port: commands go in, reports come out in order; it runs without an engine."""

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.engine.engine_samples import bars_of, dividend_on, flat_rows, market_of, split_on

from tradewright.domain.arithmetic.costs import charge
from tradewright.domain.errors import InputError
from tradewright.domain.matching.layout import FOK, GTD, IOC, LIMIT, MARKET, NO_FUNDS, PLAIN, STOP, TARGET, TRAILING
from tradewright.domain.matching.records import (
    ActionRecord,
    LedgerRecord,
    PositionRecord,
    blank,
    filled_in,
)
from tradewright.ports.historical import Dividend, Ended, Filled, HistoricalBroker, MarketFeed, NewOrder, Split
from tradewright.simulation.broker import SimulatedBroker
from tradewright.trading.bars import Bars


def broker_on(bars: Bars, number: Any = float, *, at_close: int = 0) -> SimulatedBroker:
    market = market_of(bars)
    ledger, positions = blank(LedgerRecord, number(0)), [blank(PositionRecord, number(0)) for _ in bars.instruments]
    ledger.cash, ledger.leverage, ledger.next_order, ledger.at_close = number(100_000), number(1), 1, at_close
    for position in positions:
        position.lot = position.multiplier = number(1)
    rows = zip(market.action_row, market.action_instrument, market.action_kind, market.action_value, strict=True)
    actions = [filled_in(ActionRecord, (int(r), int(i), int(k), number(v))) for r, i, k, v in rows]

    def column(matrix: Any) -> list[Any]:
        return [number(value) for value in matrix.reshape(-1).tolist()]

    feed = MarketFeed(
        width=len(bars.instruments), open=column(bars.opens), high=column(bars.highs), low=column(bars.lows),
        close=column(bars.closes), mark=column(market.mark), session=bars.session.tolist(), actions=actions, fees=[],
    )  # fmt: skip
    return SimulatedBroker(feed, ledger, positions, charge=charge, closes_out=True)


def order(quantity: float, *, number: Any = float, limit: float = 0, role: int = PLAIN) -> NewOrder:
    zero = number(0)
    kind = LIMIT if limit else MARKET
    side = 1 if quantity > 0 else -1
    return NewOrder(0, side, kind, role, number(abs(quantity)), number(limit), zero, zero, zero, zero, 0, 0, 0)


def test_it_keeps_the_port() -> None:
    broker: HistoricalBroker = broker_on(bars_of(flat_rows(2)))
    assert not broker.has_news()
    assert list(broker.reports()) == []


@pytest.mark.parametrize("number", [float, Decimal])
def test_an_order_is_filled_in_its_own_numbers(number: Any) -> None:
    broker = broker_on(bars_of(flat_rows(3)), number)
    assert not broker.is_due(0)
    assert broker.submit(order(10, number=number), row=0) == 1
    assert broker.is_due(1)
    broker.advance(1)
    assert broker.has_news()
    (filled,) = broker.reports()
    assert isinstance(filled, Filled)
    assert (filled.row, filled.order, filled.instrument, filled.role) == (1, 1, 0, PLAIN)
    assert (filled.quantity, filled.price, filled.fee) == (number(10), number(100), number(0))
    assert type(filled.quantity) is number
    assert not broker.has_news()


def test_reports_come_in_the_order_actions_fills_endings() -> None:
    bars = bars_of(flat_rows(5), actions=[split_on(2, 2.0), dividend_on(2, 0.5)])
    broker = broker_on(bars)
    broker.submit(order(10), row=0)
    broker.advance(1)
    broker.reports()
    assert broker.rests_until(1) == 2
    stays = broker.submit(order(1, limit=50), row=1)
    broker.submit(order(-5), row=1)
    broker.cancel(stays, row=1)
    broker.cancel(99, row=1)
    assert broker.is_due(2)
    broker.advance(2)
    kinds = [type(report) for report in broker.reports()]
    assert kinds == [Split, Dividend, Filled, Ended]
    assert broker.venue.book.positions[0].quantity == 10.0


def test_a_new_target_supersedes_the_one_that_waits() -> None:
    broker = broker_on(bars_of(flat_rows(3)))
    broker.submit(order(10, role=TARGET), row=0)
    broker.submit(order(4, role=TARGET), row=0)
    broker.supersede(0, row=0)
    assert [report.order for report in broker.reports() if isinstance(report, Ended)] == [1, 2]


def test_protection_is_set_and_the_last_close_closes_out() -> None:
    broker = broker_on(bars_of(flat_rows(3)), at_close=1)
    broker.submit(order(10), row=0)
    assert broker.close(0, is_last=False) is False
    broker.protect(0, row=0, loss=90.0, gain=110.0)
    broker.close(2, is_last=True)
    fills = [report for report in broker.reports() if isinstance(report, Filled)]
    assert [(fill.row, fill.quantity) for fill in fills] == [(0, 10.0), (2, -10.0)]


def test_ruin_is_told() -> None:
    broker = broker_on(bars_of([(100.0,) * 4, (100.0,) * 4, (300.0,) * 4]))
    broker.submit(order(-900), row=0)
    broker.advance(1)
    assert broker.close(1, is_last=False) is False
    assert broker.close(2, is_last=False) is True
    assert broker.venue.book.positions[0].quantity == 0


def test_its_records_grow_with_the_work() -> None:
    broker = broker_on(bars_of(flat_rows(3)))
    for _ in range(500):
        broker.submit(order(1, limit=1), row=0)
    broker.submit(order(1), row=0)
    broker.advance(1)
    assert sum(isinstance(report, Filled) for report in broker.reports()) == 1
    assert "LedgerRecord(cash=" in repr(broker.venue.book.ledger[0])


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"kind": 7}, "a kind and a time in force"),
        ({"force": 7}, "a kind and a time in force"),
        ({"kind": TRAILING}, "a trailing stop with a distance, or with a share"),
        ({"kind": TRAILING, "trail": 1.0, "trail_share": 0.1}, "a trailing stop with a distance, or with a share"),
        ({"kind": STOP, "force": IOC}, "a market or a limit order where it has to fill at once"),
        ({"force": GTD}, "a last moment, and a feed with the time of each row"),
        ({"force": GTD, "expires": 5}, "a last moment, and a feed with the time of each row"),
    ],
)
def test_terms_that_no_venue_could_carry_out_are_told(terms: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        broker_on(bars_of(flat_rows(2))).submit(order(1)._replace(**terms), row=0)


def test_a_share_of_the_volume_needs_volumes() -> None:
    broker = broker_on(bars_of(flat_rows(2)))
    ledger, feed = broker.venue.book.ledger[0], broker.venue
    ledger.participation = 0.1
    columns = MarketFeed(*(getattr(feed, name) for name in MarketFeed._fields))
    with pytest.raises(InputError, match="the feed has none: expected 2 volumes, found 0"):
        SimulatedBroker(columns, ledger, feed.book.positions, charge=charge)


def test_in_full_or_not_at_all_is_not_cut_to_what_the_account_affords() -> None:
    broker = broker_on(bars_of(flat_rows(3)))
    broker.submit(order(2_000)._replace(force=FOK, shrinks=1), row=0)
    broker.submit(order(2_000)._replace(shrinks=1), row=0)
    broker.advance(1)
    filled, ended = broker.reports()
    assert isinstance(filled, Filled) and isinstance(ended, Ended)
    assert (filled.order, filled.quantity, filled.asked, filled.remaining) == (2, 1_000, 2_000, 0)
    assert (ended.order, ended.reason, ended.remaining) == (1, NO_FUNDS, 2_000)
