"""The part of a day in which orders may execute."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tradewright.domain.errors import InputError
from tradewright.engine.session.facts import InstrumentTerms
from tradewright.engine.session.markets import SessionMarkets
from tradewright.engine.session.window import TradingWindow
from tradewright.ports.feed import Slice, SliceBar

NEW_YORK = TradingWindow.parse("10:00-15:30 America/New_York")


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000_000


@pytest.mark.parametrize(
    ("opens", "closes", "left"),
    [
        # winter: New York is five hours behind; summer: four
        ("2024-01-16T14:30", "2024-01-16T21:00", ("2024-01-16T15:00", "2024-01-16T20:30")),
        ("2024-07-16T13:30", "2024-07-16T20:00", ("2024-07-16T14:00", "2024-07-16T19:30")),
        # the clocks go forward on the 10th of March 2024
        ("2024-03-11T13:30", "2024-03-11T20:00", ("2024-03-11T14:00", "2024-03-11T19:30")),
        # a half day ends before the window does
        ("2024-07-03T13:30", "2024-07-03T17:00", ("2024-07-03T14:00", "2024-07-03T17:00")),
    ],
)
def test_a_window_cuts_a_session_by_its_own_clock(opens: str, closes: str, left: tuple[str, str]) -> None:
    assert NEW_YORK.cut(((at(opens), at(closes)),)) == ((at(left[0]), at(left[1])),)


def test_a_session_outside_the_window_is_gone() -> None:
    assert NEW_YORK.cut(((at("2024-01-16T21:30"), at("2024-01-16T23:00")),)) == ()


def test_a_window_holds_for_venues_that_keep_its_clock() -> None:
    assert NEW_YORK.holds_for("AAPL.XNAS")
    assert not NEW_YORK.holds_for("SAP.XETR") and not NEW_YORK.holds_for("BTCUSDT.BINANCE")


@pytest.mark.parametrize(
    "text", ["", "9:30-16:00 America/New_York", "16:00-09:30 America/New_York", "09:30-16:00 Mars/X"]
)
def test_a_window_that_makes_no_sense_is_told(text: str) -> None:
    with pytest.raises(InputError, match="window"):
        TradingWindow.parse(text)


def test_the_gate_sees_the_cut_hours_of_its_venue_only() -> None:
    names = ("AAPL.XNAS", "BTCUSDT.BINANCE")
    terms = [
        InstrumentTerms(
            instrument=name,
            currency="USD",
            multiplier=Decimal(1),
            lot=Decimal(1),
            tick=Decimal(0),
            asset_class="equity",
        )
        for name in names
    ]
    markets = SessionMarkets(terms, window=NEW_YORK)
    bar = SliceBar(1.0, 1.0, 1.0, 1.0, 1.0)
    markets.take(
        Slice(
            number=1,
            time_ns=at("2024-01-16T21:00"),
            session=19738,
            bars=(bar, bar),
            next_open_ns=at("2024-01-17T14:30"),
            next_close_ns=at("2024-01-17T21:00"),
            ends_day=True,
        )
    )
    hours = []
    for name in names:
        view = markets.view(name, mark=Decimal(1), marked_ns=0, now_ns=0)
        assert view is not None and view.hours is not None
        hours.append(view.hours.sessions[-1])
    assert hours == [
        (at("2024-01-17T15:00"), at("2024-01-17T20:30")),
        (at("2024-01-17T14:30"), at("2024-01-17T21:00")),
    ]


def test_the_first_slice_of_a_running_day_is_not_its_end() -> None:
    terms = InstrumentTerms(
        instrument="AAPL.XNAS",
        currency="USD",
        multiplier=Decimal(1),
        lot=Decimal(1),
        tick=Decimal(0),
        asset_class="equity",
    )
    markets = SessionMarkets([terms])
    now, closes = at("2024-01-16T15:00"), at("2024-01-16T21:00")
    bar = SliceBar(1.0, 1.0, 1.0, 1.0, 1.0)
    markets.take(
        Slice(number=1, time_ns=now, session=19738, bars=(bar,), next_open_ns=now, next_close_ns=closes, ends_day=False)
    )
    view = markets.view("AAPL.XNAS", mark=Decimal(1), marked_ns=now, now_ns=now)
    assert view is not None and view.hours is not None
    assert view.hours.sessions[-1][1] == closes and len(view.hours.sessions) == 1
