"""The check for look-ahead: the future is cut away at many points, and no order before the cut may change.

This file decides the points and the order of the questions: first whether the strategy repeats itself at all, then cuts
spread over the bars and right after orders, then the first cut that tells and how far ahead it looked.

    report = check(make, bars, assumptions=Assumptions(), engine=engine)
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from tradewright.domain.calendars import date_from_days
from tradewright.domain.errors import DataError
from tradewright.engine.assumptions import AdjustedTo, Assumptions, FillRule
from tradewright.research.lookahead.blame import blamed
from tradewright.research.lookahead.futures import Future, copied, with_future
from tradewright.research.lookahead.listing import Listing, codes_of, files_of
from tradewright.research.lookahead.observing import (
    Difference,
    Engine,
    Laboratory,
    Observed,
    as_known,
    first_difference,
)
from tradewright.research.lookahead.repeating import outside, own_results, repeated, warm_up, watched_run
from tradewright.research.lookahead.report import HonestyReport, Judgment, Kind, Place, Verdict
from tradewright.research.lookahead.tracing import Trace
from tradewright.research.lookahead.universe import survivors
from tradewright.trading.bars import Bars
from tradewright.trading.strategies.strategy import Strategy

Progress = Callable[[int, int | None], None]
SPREAD, FAST_SPREAD = 20, 6
"""Cuts spread evenly."""
AFTER_ORDERS, FAST_AFTER_ORDERS = 20, 6
"""Cuts right after rows with orders."""
MISSING_EVERY: Final = 4
OTHER_RUNS: Final = 8
LEAST_BARS: Final = 20


@dataclass(frozen=True, slots=True)
class Leak:
    """A cut that tells."""

    cut: int
    future: Future
    difference: Difference


class _Work:
    """Counts the runs, and tells how far they are."""

    def __init__(self, laboratory: Laboratory, bars: Bars, progress: Progress | None) -> None:
        self.laboratory, self.bars = laboratory, bars
        self.runs, self.expected = 0, 0
        self._progress = progress

    def done(self, runs: int = 1) -> None:
        """So many runs more."""
        self.runs += runs
        if self._progress is not None:
            self._progress(self.runs, max(self.expected, self.runs))

    def at(self, cut: int, future: Future, *, known: Observed) -> Leak | None:
        """One cut; a run that has too few bars left, or fails over missing ones, tells nothing."""
        self.done()
        try:
            seen = self.laboratory.observe(with_future(self.bars, cut, future=future))
        except DataError:
            return None
        if seen.raised is not None:
            if future is Future.MISSING:
                return None
            return Leak(cut, future, Difference(cut - 1, "run", "an answer", str(seen.raised)))
        difference = first_difference(known, seen, before=cut)
        return None if difference is None else Leak(cut, future, difference)


def check(
    make: Callable[[], Strategy],
    bars: Bars,
    *,
    assumptions: Assumptions,
    engine: Engine,
    is_fast: bool = False,
    progress: Progress | None = None,
) -> HonestyReport:
    """Every judgment about a strategy on these bars; `make` makes it anew, with its file run anew.

    A DataError for too few bars; what the strategy raises over all bars is raised here.
    """
    if len(bars) < LEAST_BARS:
        raise DataError("too few bars to cut a future off", expected=f"{LEAST_BARS} or more", found=f"{len(bars)}")
    laboratory = Laboratory(make, as_known(assumptions, bars), engine)
    work = _Work(laboratory, bars, progress)
    known, reached = watched_run(laboratory, bars)
    if known.raised is not None:
        raise known.raised
    repeats = repeated(laboratory, bars, known=known)
    cuts = tuple(points(known, len(bars), warm_up=make().warm_up_bars(), is_fast=is_fast))
    work.expected = 2 * len(cuts) + len(cuts) // MISSING_EVERY + OTHER_RUNS
    work.done(3)
    if repeats.verdict is Verdict.CLEAN:
        ahead = _ahead(work, cuts, known)
    else:
        told = "two equal runs differ, so nothing can be told from cuts"
        ahead = Judgment(Kind.LOOK_AHEAD, Verdict.NOT_CHECKED, told, remedy="make it repeatable first")
    settling, runs = warm_up(laboratory, bars, known=known, is_fast=is_fast)
    judged = (
        ahead, repeats, *outside(reached), same_bar(known, assumptions),
        adjusted_prices(laboratory, bars, assumptions=assumptions), settling,
        own_results(laboratory, bars, known=known, assumptions=laboratory.assumptions), survivors(bars),
    )  # fmt: skip
    work.done(runs + 2)
    return HonestyReport(
        strategy=repr(make()),
        instruments=bars.instruments,
        timeframe=str(bars.timeframe),
        start=_day(bars, 0),
        end=_day(bars, len(bars) - 1),
        rows=len(bars),
        orders=known.orders,
        cuts=len(cuts),
        runs=work.runs,
        judgments=judged,
    )


def points(known: Observed, rows: int, *, warm_up: int, is_fast: bool) -> Iterator[int]:
    """First rows of the other future, rising: spread over the bars, and right after orders."""
    first = min(max(warm_up + 2, 2), rows - 1)
    spread = np.linspace(first, rows - 1, FAST_SPREAD if is_fast else SPREAD).astype(np.int64)
    asked = np.unique(np.array([row + 1 for row in known.tape.row if first <= row + 1 < rows], np.int64))
    most = FAST_AFTER_ORDERS if is_fast else AFTER_ORDERS
    if len(asked) > most:
        asked = asked[np.linspace(0, len(asked) - 1, most).astype(np.int64)]
    yield from np.unique(np.concatenate([spread, asked])).tolist()


def _ahead(work: _Work, cuts: tuple[int, ...], known: Observed) -> Judgment:
    before = 0
    for number, cut in enumerate(cuts):
        futures = (Future.TURNED, Future.CUT, *((Future.MISSING,) if number % MISSING_EVERY == 0 else ()))
        for future in futures:
            leak = work.at(cut, future, known=known)
            if leak is not None:
                return _accused(work, _earliest(work, leak, known, before=before), known)
        before = cut
    told = f"{known.orders:,} orders stand at {len(cuts)} cuts, whatever comes after"
    if not known.orders:
        told = "it asked for no order, so none can change"
    return Judgment(Kind.LOOK_AHEAD, Verdict.CLEAN, told, facts={"cuts": len(cuts), "orders": known.orders})


def _earliest(work: _Work, leak: Leak, known: Observed, *, before: int) -> Leak:
    """Halve the way from the last cut that told nothing."""
    low, high = before, leak
    while high.cut - low > 1 and low > 0:
        middle = (low + high.cut) // 2
        found = work.at(middle, leak.future, known=known)
        if found is None:
            low = middle
        else:
            high = found
    return high


def _reach(work: _Work, leak: Leak, known: Observed) -> int:
    """How many rows ahead it looked: the last cut that still changes the row."""
    low, high, rows = leak.cut, len(work.bars), len(work.bars)
    while high - low > 1:
        middle = (low + high) // 2
        found = work.at(middle, leak.future, known=known)
        if found is not None and found.difference.row <= leak.difference.row:
            low = middle
        else:
            high = middle
    return rows if high >= rows else low - leak.difference.row


def _accused(work: _Work, leak: Leak, known: Observed) -> Judgment:
    bars, found = work.bars, leak.difference
    if found.what == "run":
        told = f"it fails when the bars from {_moment(bars, leak.cut)} on are {leak.future}: {found.other}"
        return Judgment(
            Kind.LOOK_AHEAD, Verdict.FINDING, told, place=_place(work, leak), facts={"row": found.row}, remedy=_REMEDY
        )
    ahead = _reach(work, leak, known)
    far = "to the last bar" if ahead >= len(bars) else f"at least {ahead} bar{'' if ahead == 1 else 's'}"
    told = (
        f"the {found.what.replace('_', '-')} of {_moment(bars, found.row)} (row {found.row}) is {found.known}, and "
        f"{found.other} with the bars from {_moment(bars, leak.cut)} on {leak.future}; it looks {far} ahead"
    )
    facts: dict[str, float | int | str] = {
        "row": found.row, "cut": leak.cut, "ahead": min(ahead, len(bars)), "what": found.what,
        "future": leak.future.value,
    }  # fmt: skip
    return Judgment(Kind.LOOK_AHEAD, Verdict.FINDING, told, place=_place(work, leak), facts=facts, remedy=_REMEDY)


_REMEDY: Final = "let the value of a row follow from that row and earlier ones"


def _place(work: _Work, leak: Leak) -> Place | None:
    """The line to blame; where no value tells, the method that answers."""
    found, rows = leak.difference, len(work.bars)
    strategy = work.laboratory.make()
    traces = []
    for bars in (copied(work.bars), with_future(work.bars, leak.cut, future=leak.future)):
        made = work.laboratory.make()
        trace = Trace(files_of(type(made)), last_row=found.row)
        try:
            seen = work.laboratory.observe(bars, strategy=made, watching=trace)
        except DataError:
            return None
        traces.append(trace.steps)
        if seen.raised is not None:
            line = _line_of(seen.raised, files_of(type(made)))
            return line
    place = blamed(traces[0], traces[1], cut=leak.cut, rows=rows, row=found.row)
    if place is not None:
        return place
    name = next(iter(name for name in _METHODS if getattr(type(strategy), name) is not getattr(Strategy, name)))
    code = next((one for one in codes_of(type(strategy)) if one.co_name == name), None)
    return None if code is None else Listing(code.co_filename).place(code.co_firstlineno, name)


_METHODS: Final = ("generate_signals", "generate_signal", "on_bar", "on_fill")


def _line_of(raised: BaseException, files: frozenset[str]) -> Place | None:
    """The innermost line of the strategy through which an error came."""
    place, seen = None, raised.__cause__
    trace = None if seen is None else seen.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file in files:
            place = Listing(file).place(trace.tb_lineno, type(seen).__name__)
        trace = trace.tb_next
    return place


def same_bar(known: Observed, assumptions: Assumptions) -> Judgment:
    """Fills at the close of the bar that decided them."""
    if assumptions.fill is FillRule.NEXT_OPEN or known.run is None:
        return Judgment(Kind.SAME_BAR, Verdict.CLEAN, "orders are filled after the bar that decided them")
    asked = set(known.tape.row)
    fills = known.run.fills
    same = int(sum(int(row) in asked for row, role in zip(fills.row, fills.role, strict=True) if role in {0, 1}))
    if not same:
        return Judgment(Kind.SAME_BAR, Verdict.CLEAN, "no order was filled in the bar that decided it")
    told = f"{same:,} of {len(fills):,} orders are filled at the very close that decided them"
    return Judgment(
        Kind.SAME_BAR,
        Verdict.FINDING,
        told,
        facts={"fills": same},
        remedy="use the fill rule next-open, which is the usual one",
    )


def adjusted_prices(laboratory: Laboratory, bars: Bars, *, assumptions: Assumptions) -> Judgment:
    """Whether directions differ between prices adjusted to the last row and those adjusted to the first."""
    if bars.prices != "raw":
        told = f"the prices are {bars.prices}: their level tells of splits and dividends to come"
        return Judgment(
            Kind.ADJUSTED_PRICES,
            Verdict.REMARK,
            told,
            remedy="take raw prices; they are adjusted for splits as they come",
        )
    if laboratory.assumptions.adjusted_to is assumptions.adjusted_to:
        return Judgment(Kind.ADJUSTED_PRICES, Verdict.CLEAN, "no split lies in these bars")
    held = []
    for to in (AdjustedTo.LAST, AdjustedTo.FIRST):
        seen = laboratory.observe(copied(bars), assumptions=replace(assumptions, adjusted_to=to))
        if seen.run is None:
            return Judgment(Kind.ADJUSTED_PRICES, Verdict.NOT_CHECKED, "a run with other prices failed")
        held.append(seen.held())
    differs = np.flatnonzero((held[0] != held[1]).any(axis=1))
    if not len(differs):
        return Judgment(Kind.ADJUSTED_PRICES, Verdict.CLEAN, "with splits as they come it holds the same")
    row = int(differs[0])
    told = f"with splits as they come it holds otherwise from {_moment(bars, row)} on: the level of a price decides"
    return Judgment(
        Kind.ADJUSTED_PRICES,
        Verdict.FINDING,
        told,
        facts={"row": row},
        remedy="compare prices with prices, never with a number",
    )


def _day(bars: Bars, row: int) -> str:
    return date_from_days(int(bars.session[row])).isoformat()


def _moment(bars: Bars, row: int) -> str:
    """A row as a person names it: its session, with the time of day where there are several bars a session."""
    row = min(row, len(bars) - 1)
    if bars.timeframe.is_intraday:
        return f"{np.datetime64(int(bars.time[row]), 'ns').astype('datetime64[m]')} UTC"
    return _day(bars, row)
