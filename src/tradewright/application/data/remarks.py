"""What a person should know of loaded bars before believing what is concluded from them.

Bars that cover only a part of the time that was asked for load without an error, because a share is listed one day and
delisted another; here that is told, and so are prices in several currencies that one account would add up.
"""

from collections.abc import Iterator

import numpy as np

from tradewright.application.data.dates import SessionRange
from tradewright.domain.calendars import date_from_days, days_from_date
from tradewright.domain.currencies import currency_of
from tradewright.trading.bars import Bars

MIXED = "prices are in"
"""How the remark on a mixture of currencies begins."""
LONGEST_CLOSURE_DAYS = 10
"""A venue that is closed at the border of what was asked, as for New Year in China, is no missing data."""


def remarks_on(bars: Bars, dates: SessionRange) -> tuple[str, ...]:
    """Instruments whose bars begin later or end earlier than was asked, and a mixture of currencies."""
    if not len(bars):
        return ()
    first = None if dates.first is None else days_from_date(dates.first)
    last = None if dates.last is None else days_from_date(dates.last)
    return (*_uncovered(bars, first, last), *_mixture(bars))


def _uncovered(bars: Bars, first: int | None, last: int | None) -> Iterator[str]:
    for column, instrument in enumerate(bars.instruments):
        rows = np.flatnonzero(~np.isnan(bars.closes[:, column]))
        if not len(rows):
            continue  # loading has told it
        begin, end = int(bars.session[rows[0]]), int(bars.session[rows[-1]])
        parts = []
        if first is not None and begin - first > LONGEST_CLOSURE_DAYS:
            parts.append(f"begin on {date_from_days(begin)}, not on {date_from_days(first)}")
        if last is not None and last - end > LONGEST_CLOSURE_DAYS:
            parts.append(f"end on {date_from_days(end)}, not on {date_from_days(last)}")
        if parts:
            yield f"bars of {instrument} {' and '.join(parts)}"


def _mixture(bars: Bars) -> Iterator[str]:
    found = list(dict.fromkeys(currency_of(name) for name in bars.instruments))
    if len(found) > 1:
        yield f"{MIXED} {', '.join(found)}; one account adds them up as if they were {bars.currency}"
