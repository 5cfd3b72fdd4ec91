"""Answers whether a strategy is honest: the check for look-ahead on bars of the store, of a file, or at hand.

This file decides how the strategy is made anew for each run (a file is run anew, a strategy that was handed in is
copied) and what is said of corrections: the same bars as they were known at their end are laid beside them.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from tradewright.application.backtests.handlers import assumptions_of
from tradewright.application.backtests.messages import LoadedBars, Market
from tradewright.application.honesty.messages import CheckHonesty
from tradewright.application.shelf.naming import Reference, reference_of
from tradewright.application.strategies.finding import make_strategy
from tradewright.domain.calendars import date_from_days
from tradewright.domain.errors import DataError, InputError
from tradewright.engine.assumptions import Assumptions
from tradewright.ports.code import CodeFiles
from tradewright.research.lookahead.report import HonestyReport, Judgment, Kind, Verdict
from tradewright.trading.bars import Bars
from tradewright.trading.strategies.strategy import Strategy


class Honesty(Protocol):
    """The check with an engine in it."""

    def __call__(
        self,
        make: Callable[[], Strategy],
        bars: Bars,
        *,
        assumptions: Assumptions,
        is_fast: bool,
        progress: Callable[[int, int | None], None] | None,
    ) -> HonestyReport:
        """Check a strategy on bars."""
        ...


@dataclass(frozen=True, slots=True)
class Checked:
    """What is to be checked, once its bars are there."""

    bars: Bars
    assumptions: Assumptions
    is_fast: bool


class Shelved(Protocol):
    """The check of a strategy of the shelf, behind walls."""

    def __call__(self, command: CheckHonesty, reference: Reference, *, checked: Checked) -> HonestyReport:
        """Check it."""
        ...


def check_honesty(
    command: CheckHonesty,
    *,
    code: CodeFiles,
    honesty: Honesty,
    bars_of: Callable[[Market], LoadedBars],
    progress: Callable[[int, int | None], None],
    honesty_behind_walls: Shelved,
) -> HonestyReport:
    """Every judgment; errors say what of the strategy or the bars cannot be used."""
    reference = reference_of(command.strategy) if isinstance(command.strategy, str) else None
    if reference is None:
        make_strategy(
            command.strategy, command.parameters, code=code
        )  # what cannot be made is told before bars are read
    bars = bars_of(command.market).bars if command.bars is None else command.bars
    assumptions = assumptions_of(command.account)
    if reference is not None:
        found = honesty_behind_walls(command, reference, checked=Checked(bars, assumptions, command.is_fast))
    else:
        found = honesty(maker(command, code), bars, assumptions=assumptions, is_fast=command.is_fast, progress=progress)
    told = restated(command, bars, bars_of=bars_of)
    return replace(found, judgments=(*found.judgments, told))


def maker(command: CheckHonesty, code: CodeFiles) -> Callable[[], Strategy]:
    """What makes the strategy anew."""
    given = command.strategy
    if isinstance(given, Strategy):
        return lambda: copy.deepcopy(given)
    return lambda: make_strategy(given, command.parameters, code=code)[0]


def restated(command: CheckHonesty, bars: Bars, *, bars_of: Callable[[Market], LoadedBars]) -> Judgment:
    """Whether the bars were corrected after their time."""
    market = command.market
    if command.bars is not None or market.file is not None:
        return Judgment(Kind.RESTATED, Verdict.NOT_CHECKED, "bars of a file do not say when they were corrected")
    if market.as_of is not None:
        return Judgment(Kind.RESTATED, Verdict.CLEAN, f"the bars are as they were known by {market.as_of}")
    end = date_from_days(int(bars.session[-1])).isoformat()
    try:
        then = bars_of(replace(market, as_of=end)).bars
    except (DataError, InputError):
        told = f"the store learned of these bars after {end}; what their source corrected before it cannot tell"
        return Judgment(Kind.RESTATED, Verdict.NOT_CHECKED, told)
    changed = _changed(then, bars)
    if not len(changed):
        return Judgment(Kind.RESTATED, Verdict.CLEAN, f"every bar is as it was known by {end}")
    first = date_from_days(int(changed[0])).isoformat()
    told = f"bars of {len(changed)} sessions were corrected or came after {end}, the first of {first}"
    return Judgment(
        Kind.RESTATED,
        Verdict.REMARK,
        told,
        facts={"sessions": len(changed)},
        remedy=f"see what was known then: --as-of {end}",
    )


def _changed(then: Bars, now: Bars) -> np.ndarray:
    """Sessions whose rows are not the same in both."""
    columns = [now.instruments.index(name) for name in then.instruments]
    place = np.searchsorted(then.time, now.time)
    there = place < len(then.time)
    there[there] = then.time[place[there]] == now.time[there]
    differs = ~there
    for name in ("opens", "highs", "lows", "closes", "volumes"):
        one, two = getattr(then, name)[place[there]], getattr(now, name)[there][:, columns]
        differs[there] |= ~((one == two) | (np.isnan(one) & np.isnan(two))).all(axis=1)
    return np.unique(now.session[differs])
