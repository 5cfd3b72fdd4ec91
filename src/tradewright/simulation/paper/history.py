"""Columns of bars as the slices of a replay.

This file decides that splits and dividends come with the first slice on or after their ex-date, that those of the first
session and before are history already, and when the market opens next as far as the bars themselves tell.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tradewright.domain.errors import DataError, InputError
from tradewright.domain.market.actions import ActionKind, CorporateAction
from tradewright.ports.feed import Slice, SliceBar, Subscription

OpensAt = Callable[[str, int], int]
"""When the venue of an instrument opens on a session, nanoseconds UTC."""


class BarColumns(Protocol):
    """Bars of several instruments side by side; matrices have shape (rows, instruments), NaN is no bar."""

    @property
    def instruments(self) -> tuple[str, ...]:
        """Instrument ids, one a column."""
        ...

    @property
    def time(self) -> NDArray[np.int64]:
        """Close stamps, nanoseconds UTC, rising."""
        ...

    @property
    def session(self) -> NDArray[np.int32]:
        """Session dates, days since 1970."""
        ...

    @property
    def opens(self) -> NDArray[np.float64]:
        """First prices."""
        ...

    @property
    def highs(self) -> NDArray[np.float64]:
        """Highest prices."""
        ...

    @property
    def lows(self) -> NDArray[np.float64]:
        """Lowest prices."""
        ...

    @property
    def closes(self) -> NDArray[np.float64]:
        """Last prices."""
        ...

    @property
    def volumes(self) -> NDArray[np.float64]:
        """Quantities traded."""
        ...

    @property
    def actions(self) -> Sequence[CorporateAction]:
        """Splits and dividends."""
        ...


def slices_of(bars: BarColumns, *, warm_up_bars: int, opens_at: OpensAt | None = None) -> Iterator[Slice]:
    """The rows as slices from number 1; a DataError where there are no rows beyond the warm-up.

    Without `opens_at` the next session is taken to open a nanosecond after this one closed.
    """
    rows = len(bars.closes)
    if rows <= warm_up_bars:
        raise DataError(
            "there is no history to replay",
            expected=f"more bars than the {warm_up_bars} of the warm-up",
            found=str(rows),
        )
    for name, matrix in (("opens", bars.opens), ("highs", bars.highs), ("lows", bars.lows), ("closes", bars.closes)):
        if not (matrix[~np.isnan(matrix)] > 0).all() or np.isinf(matrix).any():
            raise DataError("history cannot be traded at", expected="finite prices above 0", found=f"others in {name}")
    return _rows(bars, warm_up_bars, opens_at)


class HistorySource:
    """A `SliceSource` over bars at hand."""

    def __init__(self, bars: BarColumns, *, opens_at: OpensAt | None = None) -> None:
        self._bars = bars
        self._opens_at = opens_at

    def slices(self, wanted: Subscription) -> Iterator[Slice]:
        """All of them; the subscription has to want just these instruments, in this order."""
        if wanted.instruments != self._bars.instruments:
            raise InputError(
                "the replay does not have what is wanted",
                expected=", ".join(self._bars.instruments),
                found=", ".join(wanted.instruments) or "nothing",
            )
        return slices_of(self._bars, warm_up_bars=wanted.warm_up_bars, opens_at=self._opens_at)


def _rows(bars: BarColumns, warm_up_bars: int, opens_at: OpensAt | None) -> Iterator[Slice]:
    actions = _by_row(bars)
    times, sessions = bars.time.tolist(), bars.session.tolist()
    for row in range(len(times)):
        prices = (bars.opens, bars.highs, bars.lows, bars.closes, bars.volumes)
        fields = zip(*(matrix[row].tolist() for matrix in prices), strict=True)
        yield Slice(
            number=row + 1,
            time_ns=times[row],
            session=sessions[row],
            bars=tuple(_bar(bar) for bar in fields),
            actions=actions.get(row, ()),
            next_open_ns=_next_open(bars, row, opens_at),
            next_close_ns=_next_close(times, sessions, row),
            ends_day=row + 1 == len(times) or sessions[row + 1] != sessions[row],
            is_warm_up=row < warm_up_bars,
        )


def _bar(fields: tuple[float, ...]) -> SliceBar | None:
    if math.isnan(fields[3]):
        return None
    open_, high, low, close, volume = fields
    return SliceBar(open_, high, low, close, 0.0 if math.isnan(volume) else volume)


def _by_row(bars: BarColumns) -> dict[int, tuple[CorporateAction, ...]]:
    sessions = bars.session
    found: dict[int, tuple[CorporateAction, ...]] = {}
    order = {name: number for number, name in enumerate(bars.instruments)}
    for action in sorted(
        bars.actions, key=lambda one: (one.ex_session, order[one.instrument], one.kind is not ActionKind.SPLIT)
    ):
        if int(sessions[0]) < action.ex_session <= int(sessions[-1]):
            row = int(np.searchsorted(sessions, action.ex_session))
            found[row] = (*found.get(row, ()), action)
    return found


def _next_open(bars: BarColumns, row: int, opens_at: OpensAt | None) -> int | None:
    now = int(bars.time[row])
    if row + 1 == len(bars.time):
        return None
    following = int(bars.session[row + 1])
    if following == int(bars.session[row]):
        return now
    if opens_at is None:
        return now + 1
    return max(now + 1, min(opens_at(name, following) for name in bars.instruments))


def _next_close(times: list[int], sessions: list[int], row: int) -> int | None:
    """The last bar of the trading day in which the next bar is; None after the last bar."""
    if row + 1 == len(times):
        return None
    following = sessions[row + 1]
    last = row + 1
    while last + 1 < len(times) and sessions[last + 1] == following:
        last += 1
    return times[last]
