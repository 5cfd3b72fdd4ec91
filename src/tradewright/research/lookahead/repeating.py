"""Whether a strategy does the same again: twice in one process, with a later start, with more money.

This file decides what each comparison may say: a difference between two equal runs is a defect; a later start or
another account that trades otherwise is something to know.
"""

import copy
from dataclasses import replace
from typing import Final

import numpy as np

from tradewright.domain.errors import DataError
from tradewright.engine.assumptions import Assumptions
from tradewright.research.lookahead.futures import copied
from tradewright.research.lookahead.listing import files_of
from tradewright.research.lookahead.observing import Laboratory, Observed, first_difference
from tradewright.research.lookahead.outside import Lookout, Reach, data_beside
from tradewright.research.lookahead.report import Judgment, Kind, Verdict
from tradewright.trading.bars import Bars

STARTS: Final = (0.3, 0.45, 0.6)
"""Where the later starts lie, as parts of the bars."""
SETTLED: Final = 0.9
"""A later start that still differs in the last tenth of the bars is taken never to agree."""
RICHER: Final = 7.0
_TOLD: Final = {
    "clock": "it asks the clock",
    "chance": "it asks chance without a seed",
    "file": "it reads what is no bar",
    "data": "it uses data that do not come with the bars",
}


def watched_run(laboratory: Laboratory, bars: Bars) -> tuple[Observed, tuple[Reach, ...]]:
    """The run over all bars, with what it reached for outside of them."""
    strategy = laboratory.make()
    with Lookout(files_of(type(strategy))) as lookout:
        made = laboratory.make()
        seen = laboratory.observe(copied(bars), strategy=made)
    return seen, (*lookout.found.values(), *data_beside(made))


def outside(found: tuple[Reach, ...]) -> tuple[Judgment, ...]:
    """One judgment for each place that reaches outside."""
    if not found:
        return (Judgment(Kind.OUTSIDE, Verdict.CLEAN, "no clock, no chance, no file, no data but the bars"),)
    return tuple(
        Judgment(
            Kind.OUTSIDE,
            Verdict.FINDING,
            f"{_TOLD[one.what]}: {one.name}"
            + ("; the check cannot cut that away" if one.what in {"file", "data"} else ""),
            place=one.place,
            facts={"what": one.what},
            remedy="let it use its bars and its parameters alone",
        )
        for one in found
    )


def repeated(laboratory: Laboratory, bars: Bars, *, known: Observed) -> Judgment:
    """Two runs more: with another of the same class, then with everything made anew."""
    pristine = laboratory.make()
    first = laboratory.observe(copied(bars), strategy=copy.deepcopy(pristine))
    again = laboratory.observe(copied(bars), strategy=pristine)
    rows = len(bars)
    parted = first_difference(first, again, before=rows)
    fresh = first_difference(known, first, before=rows)
    if parted is None and fresh is None:
        return Judgment(Kind.NOT_REPEATABLE, Verdict.CLEAN, "three runs over the same bars are the same")
    found = parted or fresh
    assert found is not None
    why = "chance, a clock or the order of a set decides" if fresh is not None else "a run leaves something to the next"
    return Judgment(
        Kind.NOT_REPEATABLE,
        Verdict.FINDING,
        f"the {found.what} of row {found.row} is {found.known} in one run and {found.other} in the next: {why}",
        facts={"row": found.row, "is_state": int(fresh is None)},
        remedy="keep state in the strategy itself (self), set in __init__ or on_start; seed every generator",
    )


def warm_up(laboratory: Laboratory, bars: Bars, *, known: Observed, is_fast: bool) -> tuple[Judgment, int]:
    """How many bars a later start takes to hold what the whole run holds; with the number of runs."""
    declared, rows, needed, runs = laboratory.make().warm_up_bars(), len(bars), 0, 0
    whole = known.held()
    for part in STARTS[:1] if is_fast else STARTS:
        start = int(rows * part)
        if rows - start <= 2 * declared + 20:
            continue
        later = bars.rows(start, rows)
        try:
            seen = laboratory.observe(copied(replace(later, actions=bars.actions)))
        except DataError:
            continue
        runs += 1
        if seen.run is None or len(seen.held()) != len(whole) - start:
            continue
        differs = np.flatnonzero((seen.held() != whole[start:]).any(axis=1))
        needed = max(needed, int(differs[-1]) + 1 if len(differs) else 0)
        if len(differs) and differs[-1] >= (rows - start) * SETTLED:
            told = f"begun {start} rows later it never comes to hold the same: its orders depend on the first bar"
            facts = {"declared": declared, "start": start}
            return Judgment(
                Kind.WARM_UP, Verdict.REMARK, told, facts=facts, remedy="look how results vary with it"
            ), runs
    if not runs:
        return Judgment(Kind.WARM_UP, Verdict.NOT_CHECKED, f"too few bars for a later start ({rows})"), 0
    told = f"a later start holds the same after {needed} bars; {declared} are declared"
    verdict = Verdict.CLEAN if needed <= declared else Verdict.REMARK
    remedy = "" if verdict is Verdict.CLEAN else "leave the first bars of a period out of the result, or start earlier"
    return Judgment(Kind.WARM_UP, verdict, told, facts={"needed": needed, "declared": declared}, remedy=remedy), runs


def own_results(laboratory: Laboratory, bars: Bars, *, known: Observed, assumptions: Assumptions) -> Judgment:
    """Whether a richer account holds other directions."""
    richer = laboratory.observe(copied(bars), assumptions=replace(assumptions, cash=assumptions.cash * RICHER))
    if richer.run is None or known.run is None:
        return Judgment(Kind.OWN_RESULTS, Verdict.NOT_CHECKED, "the run with more money failed")
    one, two = known.held(), richer.held()
    rows = min(len(one), len(two))
    differs = np.flatnonzero((one[:rows] != two[:rows]).any(axis=1))
    if not len(differs):
        return Judgment(Kind.OWN_RESULTS, Verdict.CLEAN, f"with {RICHER:g} times the money it holds the same")
    told = (
        f"with {RICHER:g} times the money it holds otherwise from row {differs[0]} on: size decides, or its own results"
    )
    return Judgment(
        Kind.OWN_RESULTS,
        Verdict.REMARK,
        told,
        facts={"row": int(differs[0])},
        remedy="test it with the money that it will have",
    )
