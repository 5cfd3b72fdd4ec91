"""Bars with another future: up to a row as they were, from there on cut away, turned round, or missing.

This file decides what a strategy must not notice. Every column is a copy, so that no view leads to the true future.
"""

from dataclasses import replace
from enum import StrEnum
from typing import Final

import numpy as np

from tradewright.trading.bars import Bars, Floats

EXAGGERATED: Final = 1.5
"""Moves are turned round and made larger, so that a measure that knows no sign (a volatility) changes as well."""


class Future(StrEnum):
    """What takes the place of the future."""

    TURNED = "turned round"
    """Prices move the other way, half as much again; times and the number of rows stay."""
    CUT = "cut away"
    """There are no later rows."""
    MISSING = "missing"
    """The rows are there, and no bar in them."""


def with_future(bars: Bars, row: int, *, future: Future) -> Bars:
    """The bars with rows from `row` on replaced; splits and dividends that are not known by then are left out."""
    known = int(bars.session[row - 1])
    actions = tuple(one for one in bars.actions if one.ex_session <= known)
    if future is Future.CUT:
        return copied(replace(bars.rows(0, row), actions=actions))
    made = copied(replace(bars, actions=actions))
    columns = (made.opens, made.highs, made.lows, made.closes)
    if future is Future.MISSING:
        for column in (*columns, made.volumes):
            column[row:] = np.nan
        return made
    pivot = _last_known(bars.closes, row)
    opens, highs, lows, closes = (pivot * (pivot / column[row:]) ** EXAGGERATED for column in columns)
    made.opens[row:], made.closes[row:] = opens, closes
    made.highs[row:] = np.maximum.reduce([opens, highs, lows, closes])
    made.lows[row:] = np.minimum.reduce([opens, highs, lows, closes])
    made.volumes[row:] = bars.volumes[row:][::-1]
    gone = np.isnan(made.closes[row:])
    made.volumes[row:][gone] = np.nan
    return made


def copied(bars: Bars) -> Bars:
    """The same bars in columns of their own."""
    return replace(
        bars,
        time=bars.time.copy(),
        session=bars.session.copy(),
        opens=bars.opens.copy(),
        highs=bars.highs.copy(),
        lows=bars.lows.copy(),
        closes=bars.closes.copy(),
        volumes=bars.volumes.copy(),
    )


def _last_known(closes: Floats, row: int) -> Floats:
    """The last close of each instrument before the row; where there is none, its first after it."""
    found = np.ones(closes.shape[1])
    for column in range(closes.shape[1]):
        before, after = closes[:row, column], closes[row:, column]
        before, after = before[~np.isnan(before)], after[~np.isnan(after)]
        if len(before):
            found[column] = before[-1]
        elif len(after):
            found[column] = after[0]
    return found
