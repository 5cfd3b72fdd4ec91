"""A journal written by the first version, which every later version must replay to the same facts.

The files in `golden/format_1` are never written again. A new layout gets a folder of its own beside it; a new schema of
the facts gets an upcast. They hold three segments of 1,024 bytes, two openings, and records of schema 1.
"""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from tests.unit.engine.journal.faulty_disk import Content, FaultyDisk

from tradewright.engine.runtime.journal.reader import read, verify
from tradewright.engine.runtime.journal.record import Catalogue, SessionOpened
from tradewright.engine.runtime.journal.writer import Journal

GOLDEN = Path(__file__).with_name("golden") / "format_1"
HEAD = "6308a5292765201d2a583d25677bd0c3"
"""The last record's digest: it covers every byte of every record."""


@dataclass(frozen=True, slots=True)
class Intended:
    """As the first version knew it."""

    order: str
    side: str
    quantity: Decimal
    limit_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """As the first version knew it."""

    order: str
    quantity: Decimal
    price: Decimal
    fee: Decimal
    at_ns: int


CATALOGUE = Catalogue(1, {"Intended": Intended, "Filled": Filled})
FIRST = [
    fact
    for n in range(1, 6)
    for fact in (
        Intended(f"tw-golden-{n:04d}", "BUY" if n % 2 else "SELL", Decimal(n), None if n == 3 else Decimal("189.4500")),
        Filled(
            f"tw-golden-{n:04d}", Decimal(n), Decimal("189.45") + n, Decimal("0.005") * n, 1_700_000_000_000_000_000 + n
        ),
    )
]
SECOND = [Intended("tw-golden-0006 é", "SELL", Decimal("1E+3"), Decimal("0.00000001"))]
FACTS = [
    SessionOpened(1, 1_700_000_000_000_000_000, 0),
    *FIRST,
    SessionOpened(2, 1_700_000_100_000_000_000, 0),
    *SECOND,
]


def golden() -> FaultyDisk:
    disk = FaultyDisk()
    for path in sorted(GOLDEN.iterdir()):
        content = path.read_bytes()
        disk.names[path.name] = Content(bytearray(content), bytearray(content))
    return disk


def written() -> FaultyDisk:
    """The same session, written by this version."""
    disk = FaultyDisk()
    journal = Journal.open(disk, CATALOGUE, opened_ns=1_700_000_000_000_000_000, segment_bytes=1024)
    for fact in FIRST:
        journal.append(fact)
        journal.commit()
    journal.close()
    journal = Journal.open(disk, CATALOGUE, opened_ns=1_700_000_100_000_000_000, segment_bytes=1024)
    for late in SECOND:
        journal.append(late)
    journal.commit()
    journal.close()
    return disk


def test_the_golden_journal_replays_to_its_facts() -> None:
    records = list(read(golden(), CATALOGUE))
    assert [record.fact for record in records] == FACTS
    assert [record.sequence for record in records] == list(range(1, 14))
    assert [record.epoch for record in records] == [1] * 11 + [2] * 2
    last = records[-1].fact
    assert isinstance(last, Intended)
    assert (str(last.quantity), str(last.limit_price)) == ("1E+3", "1E-8")


def test_the_golden_journal_is_sound_and_its_head_is_known() -> None:
    disk = golden()
    found = verify(disk)
    assert found.is_sound
    assert (found.records, found.segments, found.epoch, found.damaged_anchors) == (13, 3, 2, 0)
    last = bytes(disk.names[disk.list("segment")[-1]].seen).rstrip(b"\0")
    assert last[-16:].hex() == HEAD


def test_the_golden_journal_can_be_gone_on_with() -> None:
    disk = golden()
    journal = Journal.open(disk, CATALOGUE, opened_ns=1_800_000_000_000_000_000)
    journal.append(SECOND[0])
    journal.commit()
    journal.close()
    expected = [*FACTS, SessionOpened(3, 1_800_000_000_000_000_000, 0), SECOND[0]]
    assert [record.fact for record in read(disk, CATALOGUE)] == expected


def test_this_version_writes_the_very_same_bytes() -> None:
    here, there = written(), golden()
    assert here.list() == there.list()
    assert {name: here.read(name) for name in here.list()} == {name: there.read(name) for name in there.list()}
