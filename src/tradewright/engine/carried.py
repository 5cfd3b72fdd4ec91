"""The actions of a run: corporate actions and what is carried, as rows in the order in which they take effect.

This file decides on which row an action falls, and what is missing. Within a row what belongs to the nights before
comes first, then payments, delistings, splits, dividends, funding; after the open funding of moments within the bar.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradewright.domain.calendars import SECOND
from tradewright.domain.errors import DataError, InputError
from tradewright.domain.market.actions import ActionKind
from tradewright.domain.matching.layout import (
    BORROW,
    DELISTING,
    DIVIDEND,
    EARNED,
    FUNDING,
    INTEREST,
    PAYMENT,
    SPLIT,
)
from tradewright.engine.carry import EPOCH, Carry, FundingSeries, Rate, steps_of
from tradewright.trading.bars import Bars

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
_TURN: Final = {INTEREST: 0, BORROW: 1, PAYMENT: 2, DELISTING: 3, SPLIT: 4, DIVIDEND: 4, EARNED: 4, FUNDING: 5}
"""The order of kinds within a row; splits and dividends stand together, by instrument."""
GAP: Final = 1.5
"""Funding is missing where no moment comes for so many of its usual distances."""


class Happening(NamedTuple):
    """One action on its way to a record."""

    row: int
    is_after: int
    turn: int
    instrument: int
    kind: int
    value: float
    price: float = 0.0
    earned: int = -1
    """Of a payment and of what it pays: the number that both share."""


class ActionColumns(NamedTuple):
    """Actions in order, in columns; the fields are those of `domain/matching/layout.ACTION`."""

    row: Whole
    instrument: Whole
    kind: Whole
    value: Floats
    price: Floats
    is_after: Whole
    subject: Whole


def actions_of(bars: Bars, carry: Carry) -> ActionColumns:
    """All actions of a run; DataError where something that is carried is missing, InputError for strangers."""
    found = list(_corporate(bars))
    if not carry.is_nothing:
        found += [*_interest(bars, carry), *_borrow(bars, carry), *_delistings(bars, carry)]
        for series in carry.funding:
            found += _funding(bars, series)
    found.sort()
    numbers = {one.earned: number for number, one in enumerate(found) if one.kind == EARNED}
    subjects = [numbers[one.earned] if one.kind == PAYMENT else 0 for one in found]
    whole = np.array([(one.row, one.instrument, one.kind, one.is_after) for one in found], np.int64).reshape(-1, 4)
    values = np.array([(one.value, one.price) for one in found], np.float64).reshape(-1, 2)
    columns = [np.ascontiguousarray(column) for column in (*whole.T, *values.T)]
    row, instrument, kind, is_after, value, price = columns
    return ActionColumns(row, instrument, kind, value, price, is_after, np.array(subjects, np.int64))


def _corporate(bars: Bars) -> Iterator[Happening]:
    """Those with an ex-date after the first session, by the first row on or after it; a later pay date is one more."""
    column = {name: number for number, name in enumerate(bars.instruments)}
    sessions = bars.session
    for number, action in enumerate(bars.actions):
        if not len(sessions) or action.ex_session <= int(sessions[0]) or action.ex_session > int(sessions[-1]):
            continue
        row, i = _row_of(bars, action.ex_session), column[action.instrument]
        is_split = action.kind is ActionKind.SPLIT
        paid = action.paid_session
        pays = len(sessions) if paid > int(sessions[-1]) else _row_of(bars, paid)
        if is_split or pays <= row:
            kind = SPLIT if is_split else DIVIDEND
            yield Happening(row, 0, _TURN[kind], i, kind, action.value)
            continue
        yield Happening(row, 0, _TURN[EARNED], i, EARNED, action.value, earned=number)
        if pays < len(sessions):
            yield Happening(pays, 0, _TURN[PAYMENT], i, PAYMENT, 0.0, earned=number)


def _row_of(bars: Bars, session: int) -> int:
    return int(np.searchsorted(bars.session, session))


def _nights(bars: Bars) -> Iterator[tuple[int, int, int]]:
    """(first row of a session, its date, the date of the session before) from the second session on."""
    session = bars.session
    for row in np.flatnonzero(session[1:] != session[:-1]) + 1:
        yield int(row), int(session[row]), int(session[row - 1])


def _interest(bars: Bars, carry: Carry) -> Iterator[Happening]:
    if not carry.charges_cash:
        return
    for row, until, since in _nights(bars):
        credit = _accrued(carry.interest, "interest", since=since, until=until, day_count=carry.day_count)
        debit = _accrued(carry.loan, "loan", since=since, until=until, day_count=carry.day_count)
        yield Happening(row, 0, _TURN[INTEREST], 0, INTEREST, credit, debit)


def _borrow(bars: Bars, carry: Carry) -> Iterator[Happening]:
    _require_known(bars, carry.borrows, "a borrow rate")
    _require_known(bars, carry.borrowable, "what can be borrowed")
    for i, name in enumerate(bars.instruments):
        rate = carry.borrow_of(name)
        if not any(value for _, value in steps_of(rate, "borrow")):
            continue
        for row, until, since in _nights(bars):
            share = _accrued(rate, f"borrow of {name}", since=since, until=until, day_count=carry.day_count)
            yield Happening(row, 0, _TURN[BORROW], i, BORROW, share)


def _accrued(rate: Rate, name: str, *, since: int, until: int, day_count: int) -> float:
    """The fraction for the nights from one date to another, each at the rate that held on its first date."""
    steps = steps_of(rate, name)
    if steps[0][0] > since:
        raise DataError(
            f"{name} is not known on {_date(since)}",
            expected="a rate from a date on or before the first session",
            found=f"rates from {_date(steps[0][0])} on",
            remedy=f"give an earlier rate of {name}, or let the run start later",
        )
    total = 0.0
    for place, (day, value) in enumerate(steps):
        ends = steps[place + 1][0] if place + 1 < len(steps) else until
        nights = min(ends, until) - max(day, since)
        if nights > 0:
            total += value * nights
    return total / day_count


def _delistings(bars: Bars, carry: Carry) -> Iterator[Happening]:
    _require_known(bars, carry.delistings, "a delisting")
    for name, (day, cash) in carry.delistings.items():
        i, session = bars.instruments.index(name), (date.fromisoformat(day) - EPOCH).days
        row = _row_of(bars, session)
        later = ~np.isnan(bars.closes[row:, i])
        if later.any():
            raise DataError(
                f"{name} has a bar on {_date(int(bars.session[row + int(np.argmax(later))]))}, but it was delisted",
                expected=f"no bar from {day} on",
                found=f"{int(later.sum())} bars",
                remedy="give the first date on which it is no more, or bars up to it",
            )
        if 0 < row < len(bars):
            yield Happening(row, 0, _TURN[DELISTING], i, DELISTING, float(cash))


def _funding(bars: Bars, series: FundingSeries) -> list[Happening]:
    """A moment belongs to the bar that it lies in; one at a bar's close is before the open of the next bar.

    It counts to the whole second: venues stamp it some milliseconds late.
    """
    _require_known(bars, (series.instrument,), "funding")
    i, time = bars.instruments.index(series.instrument), bars.time
    first = _begin(bars, 0)
    seconds = series.time // SECOND * SECOND
    within = (seconds >= first) & (seconds < time[-1])
    _require_whole(series, first, last=int(time[-1]))
    found = []
    for at, rate, price in zip(
        seconds[within].tolist(), series.rate[within].tolist(), series.mark_price[within].tolist(), strict=True
    ):
        row = int(np.searchsorted(time, at, side="right"))
        found.append(Happening(row, int(at > _begin(bars, row)), _TURN[FUNDING], i, FUNDING, rate, price))
    return found


def _begin(bars: Bars, row: int) -> int:
    """When a bar begins: a bar's length before its close, and not before the close of the bar before."""
    begin = int(bars.time[row]) - bars.timeframe.nanoseconds
    return max(begin, int(bars.time[row - 1])) if row else begin


def _require_whole(series: FundingSeries, first: int, *, last: int) -> None:
    """DataError where moments are missing between the first bar and the last."""
    name, time = series.instrument, series.time // SECOND * SECOND
    usual = int(np.median(np.diff(time))) if len(time) > 1 else last - first
    most = int(GAP * usual)
    inside = time[(time >= first - most) & (time < last + most)]
    edges = np.concatenate(([first - usual], inside, [last])) if len(inside) else np.array([first - 2 * most, last])
    if len(inside):
        edges[0] = min(edges[0], int(inside[0])) if inside[0] <= first else first - usual
    gaps = np.flatnonzero(np.diff(edges) > most)
    if not len(gaps):
        return
    place = int(gaps[0])
    since = max(int(edges[place]), first)
    raise DataError(
        f"funding of {name} is missing after {np.datetime64(since, 'ns').astype('datetime64[s]')} UTC",
        expected=f"a moment at least every {usual / 3.6e12:g} h from the first bar to the last",
        found=f"none for {(int(edges[place + 1]) - since) / 3.6e12:g} h",
        remedy=f"bring in what is missing (tradewright data import FILE --table funding), or run {name} on other dates",
    )


def _require_known(bars: Bars, names: object, what: str) -> None:
    for name in names:  # type: ignore[attr-defined]
        if name not in bars.instruments:
            raise InputError(
                f"{what} is given for {name}, which is not in the run",
                expected="instruments among " + ", ".join(bars.instruments),
                found=str(name),
            )


def _date(session: int) -> str:
    return (EPOCH + timedelta(days=session)).isoformat()
