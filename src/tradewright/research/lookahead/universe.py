"""The universe of a run: instruments that all live to the end were chosen by somebody who knew who would.

This file decides when that is worth a remark: from two instruments and a year on, where none of them ends.
"""

from typing import Final

import numpy as np

from tradewright.domain.calendars import date_from_days
from tradewright.research.lookahead.report import Judgment, Kind, Verdict
from tradewright.trading.bars import Bars

YEAR_SESSIONS: Final = 252
ENDED_SESSIONS: Final = 5
"""Sessions without a bar before the end of the data from which an instrument counts as ended."""
REMEDY: Final = "test on a universe as it was then, with those that were delisted since"


def survivors(bars: Bars) -> Judgment:
    """Whether anybody of the universe dies."""
    names, sessions = bars.instruments, np.unique(bars.session)
    if len(names) == 1:
        return Judgment(Kind.SURVIVORSHIP, Verdict.NOT_CHECKED, "one instrument is no universe; why was it chosen?")
    if len(sessions) < YEAR_SESSIONS:
        told = f"{len(sessions)} sessions are too few to lose anybody (from {YEAR_SESSIONS} on it is judged)"
        return Judgment(Kind.SURVIVORSHIP, Verdict.NOT_CHECKED, told)
    first, last = _lives(bars)
    late = int((np.searchsorted(sessions, first) > ENDED_SESSIONS).sum())
    ended = int((len(sessions) - 1 - np.searchsorted(sessions, last) > ENDED_SESSIONS).sum())
    facts = {"instruments": len(names), "ended": ended, "late": late}
    if ended:
        told = f"{ended} of {len(names)} instruments end before {_day(int(sessions[-1]))}"
        return Judgment(Kind.SURVIVORSHIP, Verdict.CLEAN, told, facts=facts)
    more = f", {late} of them begin later than the data" if late else ""
    told = f"all {len(names)} instruments live to {_day(int(sessions[-1]))}{more}: nobody was delisted on the way"
    return Judgment(Kind.SURVIVORSHIP, Verdict.REMARK, told, facts=facts, remedy=REMEDY)


def _lives(bars: Bars) -> tuple[np.ndarray, np.ndarray]:
    """First and last session with a bar, one an instrument."""
    there = ~np.isnan(bars.closes)
    first = bars.session[there.argmax(axis=0)]
    last = bars.session[len(bars) - 1 - there[::-1].argmax(axis=0)]
    return first, last


def _day(session: int) -> str:
    return date_from_days(session).isoformat()
