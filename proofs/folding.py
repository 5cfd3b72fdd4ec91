"""The judge's fold of a paper session's journal, with what happened at one moment kept in the order it was told.

The paper venue stamps a split and the executions at the open after it alike; the fold orders by time alone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from simulator.checker.fold import Fold
from simulator.checker.journal import Written


def folded(records: Iterable[Written]) -> Fold:
    """What the journal's facts add up to."""
    return Fold(position_share=Decimal(1)).take(_told_apart(records))


def findings_of(fold: Fold) -> list[str]:
    """What must not be; an opening balance is no finding, and limits are not judged here."""
    return [str(one) for one in fold.findings if one.rule not in {"I7", "I12"}]


def _told_apart(records: Iterable[Written]) -> Iterator[Written]:
    splits: set[tuple[str, int]] = set()
    for record in records:
        if record.kind == "SplitBooked":
            splits.add((record.fields["instrument"], record.fields["happened_ns"]))
        if record.kind == "OrderFilled":
            fill = record.fields["fill"]
            if (fill["instrument"], fill["time_ns"]) in splits:
                later = {**fill, "time_ns": fill["time_ns"] + 1}
                yield replace(record, fields={**record.fields, "fill": later})
                continue
        yield record
