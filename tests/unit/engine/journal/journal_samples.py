"""Facts and journals for the tests."""

from dataclasses import dataclass
from decimal import Decimal

from tradewright.engine.runtime.journal.reader import read
from tradewright.engine.runtime.journal.record import Catalogue, Record
from tradewright.engine.runtime.journal.writer import Journal
from tradewright.ports.disk import Disk

SMALL = 1024


@dataclass(frozen=True, slots=True)
class Intended:
    """A fact of its own number, long enough to be torn."""

    number: int
    price: Decimal = Decimal("189.4500")
    reason: str = ""


CATALOGUE = Catalogue(1, {"Intended": Intended})


def opened(disk: Disk, *, take: list[Record] | None = None) -> Journal:
    return Journal.open(disk, CATALOGUE, opened_ns=7, take=None if take is None else take.append, segment_bytes=SMALL)


def numbers_in(records: list[Record]) -> list[int]:
    return [record.fact.number for record in records if isinstance(record.fact, Intended)]


def kept(disk: Disk) -> list[int]:
    return numbers_in(list(read(disk, CATALOGUE)))


def fact(number: int) -> Intended:
    return Intended(number, reason="x" * (number * 37 % 90))


def filled(disk: Disk, groups: list[int]) -> Journal:
    """A journal with groups of so many facts, numbered on from 1."""
    journal, number = opened(disk), 0
    for size in groups:
        for _ in range(size):
            number += 1
            journal.append(fact(number))
        journal.commit()
    return journal
