"""Two traces of a strategy, with the true future and with another one: the first value that should be the same.

This file decides which part of a value may differ: what belongs to rows from the cut on. A column that is shorter than
the bars ends with them (differences, windows), so its first values are late by as many rows.
"""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from tradewright.research.lookahead.listing import Listing
from tradewright.research.lookahead.observing import differing
from tradewright.research.lookahead.report import Place
from tradewright.research.lookahead.tracing import Columns, Step

_SPECIFIC, _VAGUE, _COUNT = 0, 1, 2
SCALE: Final = 1e9


def blamed(known: Sequence[Step], other: Sequence[Step], *, cut: int, rows: int, row: int) -> Place | None:
    """The place of the first value that changed and should not have; None where no value tells.

    `cut` is the first row whose bars differ, `rows` the number of bars, `row` the row whose order changed.
    """
    listings: dict[str, Listing] = {}
    counterparts = _numbered(other)
    best: tuple[int, Step] | None = None
    for key, step in _numbered(known).items():
        twin = counterparts.get(key)
        if twin is None or (step.row is not None and step.row > row):
            continue
        rank = _rank(step, twin, cut=cut, rows=rows)
        if rank is None or (best is not None and rank >= best[0]):
            continue
        listing = listings.setdefault(step.file, Listing(step.file))
        name = step.name.split(".")[0] if not step.name.startswith("self.") else step.name
        if not (listing.call_matters(step.line) if step.is_call else _is_of_weight(step, name, listing)):
            continue
        best = rank, step
        if rank == _SPECIFIC:
            break
    if best is None:
        return None
    step = best[1]
    return listings[step.file].place(step.line, step.name)


def _is_of_weight(step: Step, name: str, listing: Listing) -> bool:
    return "answers" in step.name or listing.matters(name, step.line)


def _numbered(steps: Sequence[Step]) -> dict[tuple[str, int, str, int | None, int], Step]:
    """Steps by where they happen and for which row, and the how-manieth time."""
    found: dict[tuple[str, int, str, int | None, int], Step] = {}
    counts: dict[tuple[str, int, str, int | None], int] = {}
    for step in steps:
        key = (step.file, step.line, step.name, step.row)
        counts[key] = counts.get(key, 0) + 1
        found[*key, counts[key]] = step
    return found


def _rank(step: Step, twin: Step, *, cut: int, rows: int) -> int | None:
    """How much a difference says; None where the two may differ or do not."""
    one, two = step.value, twin.value
    if step.row is not None and step.row >= cut:
        return None
    if isinstance(one, np.ndarray) and isinstance(two, np.ndarray):
        if step.row is not None and one.shape == two.shape and rows not in one.shape:
            return _SPECIFIC if _differs(one, two) else None
        return _SPECIFIC if _known_part_differs(one, two, cut, rows) else None
    if isinstance(one, bytes) or isinstance(two, bytes):
        return _SPECIFIC if one != two else None
    if isinstance(one, float) and isinstance(two, float):
        if one == two or (math.isnan(one) and math.isnan(two)) or math.isclose(one, two, rel_tol=1 / SCALE):
            return None
        is_count = one.is_integer() and two.is_integer() and abs(one - two) == rows - cut
        return _COUNT if is_count else _SPECIFIC if step.row is not None or one != rows else _VAGUE
    return None


def _known_part_differs(one: Columns, two: Columns, cut: int, rows: int) -> bool:
    """Compare what belongs to rows before the cut."""
    lead = _rows_first(one, rows), _rows_first(two, rows)
    left, right = lead
    late = rows - len(left)
    if late < 0 or left.ndim != right.ndim or left.shape[1:] != right.shape[1:]:
        return False
    known = min(cut - late, len(right))
    if late > max(rows // 4, 1) or known <= 0:
        return False  # another measure of time: sessions, weeks, events
    return _differs(left[:known], right[:known])


def _rows_first(column: Columns, rows: int) -> Columns:
    return column.T if column.ndim == 2 and column.shape[1] == rows != column.shape[0] else column


def _differs(one: Columns, two: Columns) -> bool:
    if one.dtype.kind == "f" and two.dtype.kind == "f":
        return bool(differing(one, two).any())
    return bool((one != two).any())
