from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from tradewright.application.data.dates import session_range
from tradewright.application.data.remarks import remarks_on
from tradewright.domain.calendars import days_from_date, session_closes_ns
from tradewright.domain.timeframe import DAILY
from tradewright.trading.bars import Bars


def bars(*instruments: str, first: date = date(2012, 5, 18), rows: int = 100) -> Bars:
    sessions = [days_from_date(first + timedelta(days=day)) for day in range(rows)]
    prices = np.full((rows, len(instruments)), 10.0)
    return Bars(
        instruments=instruments,
        timeframe=DAILY,
        time=np.array(session_closes_ns(sessions, "XNYS")),
        session=np.array(sessions, dtype=np.int32),
        opens=prices,
        highs=prices,
        lows=prices,
        closes=prices,
        volumes=prices,
    )


@pytest.mark.parametrize(
    ("start", "end", "told"),
    [
        (None, None, ()),
        ("2012-05-18", "2012-08-25", ()),
        ("2012-05-10", "2012-09-01", ()),
        ("2012-05", None, ("bars of A.XNYS begin on 2012-05-18, not on 2012-05-01",)),
        (None, "2012", ("bars of A.XNYS end on 2012-08-25, not on 2012-12-31",)),
        (
            "2000",
            "2020",
            ("bars of A.XNYS begin on 2012-05-18, not on 2000-01-01 and end on 2012-08-25, not on 2020-12-31",),
        ),
    ],
)
def test_bars_that_cover_a_part_of_what_was_asked_are_told(
    start: str | None, end: str | None, told: tuple[str, ...]
) -> None:
    assert remarks_on(bars("A.XNYS"), session_range(start, end)) == told


def test_each_instrument_is_looked_at_for_itself() -> None:
    both = bars("A.XNYS", "B.XNYS")
    closes = both.closes.copy()
    closes[:60, 1] = np.nan
    late = replace(both, closes=closes)
    assert remarks_on(late, session_range("2012-05-18", None)) == (
        "bars of B.XNYS begin on 2012-07-17, not on 2012-05-18",
    )
    empty = replace(both, closes=np.full_like(closes, np.nan))
    assert remarks_on(empty, session_range("2012-05-18", None)) == ()
    assert remarks_on(bars("A.XNYS", rows=0), session_range("2012", None)) == ()


def test_several_currencies_in_one_account_are_told() -> None:
    mixed = replace(bars("VOD.XLON", "AAPL.XNAS", "MSFT.XNAS"), currency="GBP")
    assert remarks_on(mixed, session_range(None, None)) == (
        "prices are in GBP, USD; one account adds them up as if they were GBP",
    )
