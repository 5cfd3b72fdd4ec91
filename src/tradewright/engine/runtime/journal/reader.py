"""Reading a journal: its facts in order, proven before each is handed on. Nothing is written, nobody kept out."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from tradewright.engine.runtime.journal.anchor import ANCHOR, anchor_in
from tradewright.engine.runtime.journal.problems import JournalDamaged
from tradewright.engine.runtime.journal.record import Catalogue, Record
from tradewright.engine.runtime.journal.survey import Survey
from tradewright.ports.disk import Disk

State = TypeVar("State")


@dataclass(frozen=True, slots=True)
class Verification:
    """What the bytes of a journal prove; the facts in them are not interpreted."""

    records: int
    """Records that can be believed, from the first on."""
    sequence: int
    """Number of the last of them."""
    epoch: int
    """How often the journal was opened for writing, by that record."""
    segments: int
    torn_bytes: int
    """Bytes of a torn end; the next opening for writing cuts them off. Nobody was promised anything of them."""
    damaged_anchors: int
    """Of the anchor's two places; one is normal after a crash."""
    damage: JournalDamaged | None
    """Why the journal refuses to open, with `segment` and `offset`; None when it does not."""

    @property
    def is_sound(self) -> bool:
        """Whether a session could start from it."""
        return self.damage is None


def anchored(disk: Disk) -> Survey:
    """A survey from the anchor that is there; `JournalDamaged` where there is none to be read."""
    if not disk.exists(ANCHOR):
        raise JournalDamaged("there is no anchor", segment=ANCHOR, offset=0)
    return Survey(disk, anchor_in(disk.read(ANCHOR))[0])


def read(disk: Disk, catalogue: Catalogue) -> Iterator[Record]:
    """Every fact in order. Raises at the first that is damaged or unknown, or at the end before the anchor."""
    return (catalogue.record_of(frame) for frame in anchored(disk).frames())


def replay(records: Iterable[Record], apply: Callable[[State, object], None], *, state: State) -> int:
    """Apply every fact to the state, and nothing else; the number of the last record, 0 where there was none."""
    sequence = 0
    for record in records:
        apply(state, record.fact)
        sequence = record.sequence
    return sequence


def verify(disk: Disk) -> Verification:
    """Check every byte that means something. Damage is told, not raised; `JournalNewer` when a later version wrote."""
    survey, damaged, damage = None, 2, None
    try:
        survey = anchored(disk)
        damaged = anchor_in(disk.read(ANCHOR))[2]
        for _ in survey.frames():
            pass
    except JournalDamaged as problem:
        damage = problem
    if survey is None:
        return Verification(0, 0, 0, 0, 0, damaged, damage)
    return Verification(
        records=survey.sequence,
        sequence=survey.sequence,
        epoch=survey.epoch,
        segments=survey.segments,
        torn_bytes=survey.tail_bytes,
        damaged_anchors=damaged,
        damage=damage,
    )
