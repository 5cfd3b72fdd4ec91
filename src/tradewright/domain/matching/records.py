"""Records as plain objects, for the interpreted speed: lists of mutable slotted rows with the fields of `layout.py`."""

from collections.abc import Callable, Sequence
from typing import Any

from tradewright.domain.matching.layout import (
    ACTION,
    CHARGE,
    ENDING,
    FEE,
    FILL,
    IMPACT,
    LEDGER,
    ORDER,
    POSITION,
    TIER,
    WHOLE,
)


class Record:
    """A mutable row; the only state of the step beside the columns. Its fields are written down in `layout.py`."""

    __slots__: tuple[str, ...] = ()

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__slots__)
        return f"{type(self).__name__}({fields})"


class LedgerRecord(Record):
    """The account's money and the counts."""

    __slots__ = tuple(LEDGER)


class PositionRecord(Record):
    """One instrument's position."""

    __slots__ = tuple(POSITION)


class OrderRecord(Record):
    """A working order."""

    __slots__ = tuple(ORDER)


class FillRecord(Record):
    """A fill."""

    __slots__ = tuple(FILL)


class EndingRecord(Record):
    """An ending."""

    __slots__ = tuple(ENDING)


class ActionRecord(Record):
    """A corporate action."""

    __slots__ = tuple(ACTION)


class FeeRecord(Record):
    """A row of the fee schedule."""

    __slots__ = tuple(FEE)


class TierRecord(Record):
    """A line of maintenance margin."""

    __slots__ = tuple(TIER)


class ChargeRecord(Record):
    """A fee that depends on more than the fill."""

    __slots__ = tuple(CHARGE)


class ImpactRecord(Record):
    """How the quantity moves the price."""

    __slots__ = tuple(IMPACT)


KINDS: dict[type[Record], dict[str, str]] = {
    LedgerRecord: LEDGER,
    PositionRecord: POSITION,
    OrderRecord: ORDER,
    FillRecord: FILL,
    EndingRecord: ENDING,
    ActionRecord: ACTION,
    FeeRecord: FEE,
    TierRecord: TIER,
    ChargeRecord: CHARGE,
    ImpactRecord: IMPACT,
}


def blank(kind: type[Record], zero: Any) -> Any:
    """A record of zeros; `zero` is the zero of the run's numbers."""
    record = kind()
    for name, what in KINDS[kind].items():
        setattr(record, name, 0 if what == WHOLE else zero)
    return record


def filled_in(kind: type[Record], values: Sequence[Any]) -> Any:
    """A record of these values, in the order of the fields; the fields that are left are 0."""
    record = kind()
    for place, name in enumerate(KINDS[kind]):
        setattr(record, name, values[place] if place < len(values) else 0)
    assert len(values) <= len(KINDS[kind]), f"{len(values)} values for {len(KINDS[kind])} fields of {kind.__name__}"
    return record


def fee_record(row: Any, of: Callable[[Any], Any]) -> Any:
    """A fee row (`domain/costs/rows.py`) in the numbers that `of` makes."""
    return filled_in(FeeRecord, (row.kind, of(row.rate), of(row.minimum), of(row.maximum)))


def charge_record(row: Any, of: Callable[[Any], Any]) -> Any:
    """A rate row in the numbers that `of` makes."""
    fee = row.fee
    numbers = (of(fee.rate), of(fee.minimum), of(fee.maximum), row.side, of(row.above), of(row.below))
    return filled_in(ChargeRecord, (fee.kind, *numbers, row.measure, row.per_order, 0))


def impact_record(row: Any, of: Callable[[Any], Any]) -> Any:
    """An impact row in the numbers that `of` makes."""
    return filled_in(ImpactRecord, (row.kind, of(row.coefficient), of(row.limit), row.window))
