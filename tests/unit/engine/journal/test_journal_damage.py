"""Every flipped bit and every missing end is refused, unless nothing that was promised is touched by it."""

from collections.abc import Callable

import pytest
from tests.unit.engine.journal.faulty_disk import Content, FaultyDisk
from tests.unit.engine.journal.journal_samples import SMALL, fact, filled, kept, opened

from tradewright.domain.errors import StorageError
from tradewright.engine.runtime.journal.anchor import ANCHOR, Anchor, anchor_content
from tradewright.engine.runtime.journal.frame import DIGEST_BYTES, GENESIS, OVERHEAD, digest_of, packed
from tradewright.engine.runtime.journal.problems import JournalDamaged, JournalNewer
from tradewright.engine.runtime.journal.reader import verify
from tradewright.engine.runtime.journal.segment import HEADER_BYTES, Header, name_of

GROUPS = [1, 3, 4, 2, 5]
PROMISED = list(range(1, 16))


def whole() -> FaultyDisk:
    disk = FaultyDisk()
    filled(disk, GROUPS).close()
    return disk.copy()


def with_content(disk: FaultyDisk, path: str, content: bytes) -> FaultyDisk:
    after = disk.copy()
    after.names[path] = Content(bytearray(content), bytearray(content))
    return after


def outcome(disk: FaultyDisk, appended: list[int], promised: int) -> str:
    """`refused`, or `read` with a proof that what is read is a prefix with all that was promised."""
    try:
        found = verify(disk)
        if found.damage is not None:
            assert found.damage.segment in str(found.damage)
            return "refused"
        numbers = kept(disk)
    except JournalNewer:
        return "refused"
    assert numbers == appended[: len(numbers)]
    assert len(numbers) >= promised
    return "read"


def flips(content: bytes) -> list[bytes]:
    """The content with one bit flipped: every bit of what is not zero nearby, one bit a byte of the empty rest."""
    used = len(content.rstrip(b"\0")) + 8
    every = []
    for place in range(len(content)):
        for bit in range(8) if place < used and len(content) < 4096 else [place % 8]:
            flipped = bytearray(content)
            flipped[place] ^= 1 << bit
            every.append(bytes(flipped))
    return every


def test_every_flipped_bit_of_a_closed_segment_is_refused() -> None:
    disk = whole()
    first = disk.read(name_of(1))
    told = {outcome(with_content(disk, name_of(1), flipped), PROMISED, 15) for flipped in flips(first)}
    assert told == {"refused"}


def test_every_flipped_bit_of_the_last_segment_is_refused_up_to_its_end() -> None:
    disk = whole()
    last = disk.list("segment")[-1]
    assert last == name_of(3)
    content = disk.read(last)
    end = len(content.rstrip(b"\0"))
    for place, flipped in ((number, flip) for number in range(len(content)) for flip in [bytearray(content)]):
        flipped[place] ^= 1 << (place % 8)
        told = outcome(with_content(disk, last, bytes(flipped)), PROMISED, 15)
        assert told == ("refused" if place < end else "read")


def test_a_flipped_bit_of_the_anchor_loses_nothing() -> None:
    disk = whole()
    anchor = disk.read(ANCHOR)
    for flipped in flips(anchor):
        assert outcome(with_content(disk, ANCHOR, flipped), PROMISED, 15) == "read"
    assert verify(with_content(disk, ANCHOR, b"\1" + anchor[1:])).damaged_anchors == 1


def test_both_places_of_the_anchor_damaged_are_refused() -> None:
    found = verify(with_content(whole(), ANCHOR, bytes(8192)))
    assert "neither of its two places" in str(found.damage)
    assert (found.records, found.damaged_anchors) == (0, 2)


def test_a_flip_beyond_the_anchor_cuts_what_nobody_was_promised() -> None:
    disk = FaultyDisk()
    journal = filled(disk, [2])
    anchor = disk.read(ANCHOR)
    for number in (3, 4, 5):
        journal.append(fact(number))
    journal.commit()
    journal.close()
    crashed = with_content(disk, ANCHOR, anchor)
    content = crashed.read(name_of(1))
    lengths = set()
    for flipped in flips(content):
        damaged = with_content(crashed, name_of(1), flipped)
        if outcome(damaged, PROMISED, 2) == "read":
            assert len(kept(damaged)) >= 2
            lengths.add(len(kept(damaged)))
            opened(damaged).close()
            assert verify(damaged).torn_bytes == 0
    assert lengths == {2, 3, 4, 5}


def test_a_journal_cut_at_any_byte_is_refused_or_whole() -> None:
    disk = whole()
    for name in disk.list("segment"):
        content = disk.read(name)
        end = len(content.rstrip(b"\0"))
        for length in range(len(content)):
            told = outcome(with_content(disk, name, content[:length]), PROMISED, 15)
            assert told == ("read" if name == name_of(3) and length >= end else "refused")


def lose(name: str) -> Callable[[FaultyDisk], None]:
    def losing(disk: FaultyDisk) -> None:
        del disk.names[name]

    return losing


def swap(disk: FaultyDisk) -> None:
    disk.names[name_of(1)], disk.names[name_of(2)] = disk.names[name_of(2)], disk.names[name_of(1)]


def another_journal(disk: FaultyDisk) -> None:
    other = FaultyDisk()
    journal = opened(other)
    for number in range(20, 35):
        journal.append(fact(number))
        journal.commit()
    journal.close()
    for name in disk.list("segment"):
        disk.names.pop(name)
    disk.names.update({name: other.names[name] for name in other.list("segment")})


def lose_all_segments(disk: FaultyDisk) -> None:
    for name in disk.list("segment"):
        disk.names.pop(name)


@pytest.mark.parametrize(
    ("harm", "problem", "segment"),
    [
        (lose(name_of(1)), "the segment is missing", name_of(1)),
        (lose(name_of(2)), "the segment is missing", name_of(2)),
        (lose(name_of(3)), "the journal ends before its anchor: expected record 16, found record", name_of(2)),
        (lose(ANCHOR), "there is no anchor", ANCHOR),
        (lose_all_segments, "the journal ends before its anchor", name_of(1)),
        (swap, "the header is damaged", name_of(1)),
        (another_journal, "the record is not the one that was anchored", name_of(3)),
    ],
)
def test_files_lost_or_exchanged_are_refused_with_the_place(
    harm: Callable[[FaultyDisk], None], problem: str, segment: str
) -> None:
    disk = whole()
    harm(disk)
    damage = verify(disk).damage
    assert damage is not None
    assert problem in str(damage)
    assert damage.segment == segment
    before = {name: bytes(content.seen) for name, content in disk.names.items()}
    with pytest.raises(JournalDamaged, match=r"keep a copy of the folder"):
        opened(disk)
    assert {name: bytes(content.seen) for name, content in disk.names.items()} == before
    assert not disk.held


def test_damage_is_told_with_its_byte() -> None:
    disk = whole()
    content = bytearray(disk.read(name_of(1)))
    second = HEADER_BYTES + OVERHEAD + int.from_bytes(content[HEADER_BYTES : HEADER_BYTES + 4], "little")
    content[second + OVERHEAD] ^= 1
    found = verify(with_content(disk, name_of(1), bytes(content)))
    assert found.damage is not None
    assert (found.damage.offset, found.records, found.sequence) == (second, 1, 1)
    assert "the record's checksum is wrong" in found.damage.problem


def test_a_segment_of_a_later_format_is_refused_as_such() -> None:
    disk = whole()
    content = bytearray(disk.read(name_of(1)))
    content[8] = 2
    with pytest.raises(JournalNewer, match=r"expected format 1 or older, found format 2; install that version"):
        opened(with_content(disk, name_of(1), bytes(content)))


@pytest.mark.parametrize("path", [name_of(1), ANCHOR, "lock"])
def test_a_file_taken_away_poisons_the_writer(path: str) -> None:
    disk = FaultyDisk()
    journal = filled(disk, [1])
    disk.names.pop(path, None)
    disk.held.pop(path, None)
    journal.append(fact(2))
    with pytest.raises(StorageError, match=r"deleted or replaced"):
        journal.commit()
    assert "deleted or replaced" in journal.poison


def test_a_writer_that_lost_its_hold_is_stopped_by_the_next_epoch() -> None:
    disk = FaultyDisk()
    slow = filled(disk, [1])
    slow.append(fact(2))
    disk.held.clear()
    quick = opened(disk)
    assert quick.epoch == slow.epoch + 1
    disk.held["lock"] = slow._hold.number  # type: ignore[attr-defined]
    with pytest.raises(StorageError, match=r"another process wrote .* expected epoch 1, record 2, found epoch 2"):
        slow.commit()
    assert kept(disk) == [1]


def test_a_segment_has_the_size_that_was_asked_for() -> None:
    disk = whole()
    assert {len(disk.read(name)) for name in disk.list("segment")} == {SMALL}
    assert verify(disk).segments == 3


def test_damage_in_the_last_segment_is_told_with_its_byte() -> None:
    disk = whole()
    content = bytearray(disk.read(name_of(3)))
    content[HEADER_BYTES + OVERHEAD] ^= 1
    damage = verify(with_content(disk, name_of(3), bytes(content))).damage
    assert damage is not None
    assert (damage.segment, damage.offset) == (name_of(3), HEADER_BYTES)
    assert "the record's checksum is wrong" in damage.problem


@pytest.mark.parametrize(("previous", "epoch"), [(GENESIS, 1), (None, 0)])
def test_a_left_over_record_of_another_time_is_not_taken_for_the_next_one(previous: bytes | None, epoch: int) -> None:
    """Its checksum and number are right, but it does not follow this record, or comes from an earlier opening."""
    disk = whole()
    content = bytearray(disk.read(name_of(3)))
    end = len(content.rstrip(b"\0"))
    before = previous or bytes(content[end - DIGEST_BYTES : end])
    stale = packed(b'["Intended",{"number":16}]', schema=1, sequence=17, epoch=epoch, previous=before)
    content[end : end + len(stale)] = stale
    found = verify(with_content(disk, name_of(3), bytes(content)))
    assert (found.is_sound, found.sequence, found.torn_bytes) == (True, 16, len(stale))


def test_a_segment_of_another_journal_is_refused() -> None:
    disk = whole()
    content = bytearray(disk.read(name_of(2)))
    content[:HEADER_BYTES] = Header(2, SMALL, 5, GENESIS).packed()
    damage = verify(with_content(disk, name_of(2), bytes(content))).damage
    assert "the segment does not follow the one before" in str(damage)


def test_a_closed_segment_that_lost_its_empty_rest_is_refused() -> None:
    disk = whole()
    content = disk.read(name_of(1)).rstrip(b"\0")
    damage = verify(with_content(disk, name_of(1), content)).damage
    assert damage is not None
    assert (damage.problem.endswith("the segment is cut"), damage.offset) == (True, len(content))


def test_an_anchor_of_a_later_format_is_refused_as_such() -> None:
    disk = whole()
    place = bytearray(Anchor().packed())
    place[8] = 2
    newer = bytes(place[:-DIGEST_BYTES]) + digest_of(bytes(place[:-DIGEST_BYTES]))
    content = newer + anchor_content(Anchor())[len(newer) :]
    with pytest.raises(JournalNewer, match=r"anchor comes from a later version: expected format 1 or older"):
        verify(with_content(disk, ANCHOR, content))
