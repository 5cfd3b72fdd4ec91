"""Snapshot and tail are the whole journal; the recording is what was shown; what is damaged is passed over or cut."""

import asyncio
import struct
from dataclasses import replace
from hashlib import blake2b
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.engine.journal.faulty_disk import Content, FaultyDisk
from tests.unit.engine.session.little_core import shown_of
from tests.unit.engine.session.memory_ports import SEGMENT, Below, Scene, places_on, slice_of

from tradewright.domain.errors import InputError, StorageError
from tradewright.engine.runtime.journal.anchor import Head
from tradewright.engine.runtime.journal.frame import Frame
from tradewright.engine.runtime.journal.problems import JournalDamaged, JournalDiffers
from tradewright.engine.runtime.journal.reader import anchored, read, replay
from tradewright.engine.runtime.journal.record import Record
from tradewright.engine.runtime.journal.writer import Journal
from tradewright.engine.session.apply import apply
from tradewright.engine.session.books import Books, dealt_with
from tradewright.engine.session.facts import RecordedWish, StrategyProposed, catalogue
from tradewright.engine.session.recording import NAME, Recording, frames, scenes
from tradewright.engine.session.snapshots import KEPT, BadSnapshot, Snapshots, name_of, shape_of
from tradewright.engine.session.state import SessionState, encoded, state_digest
from tradewright.ports import hosts

WISH = hosts.TargetWish("AAPL.XNAS", float("0.5"))


def traded(slices: int = 8, *, disk: FaultyDisk | None = None) -> FaultyDisk:
    """A disk with a session that ended with a snapshot."""
    disk = disk or FaultyDisk()
    scene = Scene(slices=slices)

    async def story() -> None:
        await scene.session(scene.books(places_on(disk))).run()

    asyncio.run(story())
    return disk


def opened(disk: FaultyDisk) -> Books:
    return Books.open(places_on(disk), opened_ns=7, segment_bytes=SEGMENT)


def replayed(disk: FaultyDisk) -> SessionState:
    state = SessionState()
    replay(read(Below(disk, "journal"), catalogue()), apply, state=state)
    return state


def snapshots_on(disk: FaultyDisk) -> list[str]:
    return sorted(name for name in disk.names if "snapshot-" in name)


def test_a_restart_replays_the_tail_only_and_knows_the_same() -> None:
    disk = traded()
    assert snapshots_on(disk)
    books = opened(disk)
    assert books.replayed == 0
    assert state_digest(books.state) == state_digest(replayed(disk))
    assert encoded(books.state) == encoded(replayed(disk))
    assert not books.is_new
    assert books.notes == ()
    books.close()
    books = opened(disk)
    assert books.replayed == 1
    assert books.state.epoch == 3
    books.close()


def test_snapshot_and_tail_are_the_whole_journal_at_every_record() -> None:
    disk = traded(4)
    journal = list(read(Below(disk, "journal"), catalogue()))
    digests = [frame.digest for frame in _frames(disk)]
    for place in range(1, len(journal)):
        copy = disk.copy()
        for name in snapshots_on(copy):
            del copy.names[name]
        state = SessionState()
        replay(journal[:place], apply, state=state)
        Snapshots(Below(copy, "session")).write(state, head=Head(place, digests[place - 1]))
        books = opened(copy)
        assert books.replayed == len(journal) - place
        assert encoded(books.state) == encoded(replayed(copy)), place
        books.close()


def _frames(disk: FaultyDisk) -> list[Frame]:
    return list(anchored(Below(disk, "journal")).frames())


def damaged(disk: FaultyDisk, name: str, change: bytes | None) -> None:
    content = disk.names[name].seen if change is None else bytearray(change)
    if change is None:
        content[len(content) // 2] ^= 1
    disk.names[name] = Content(bytearray(content), bytearray(content))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (None, "its checksum is wrong"),
        (b"", "it cannot be read"),
        (b'{"format":9}\n{}', "it cannot be read"),
        (b'{"format":9,"schema":1,"sequence":1,"head":"","checksum":""}\n{}', "format 9 and schema 1"),
        (
            b'{"format":1,"schema":1,"sequence":1,"head":"zz","checksum":"%b","shape":"%b"}\n{}'
            % (blake2b(b"{}", digest_size=16).hexdigest().encode(), shape_of(SessionState).encode()),
            "its state cannot be read",
        ),
        (
            b'{"format":1,"schema":1,"sequence":1,"head":"","checksum":"%b"}\n{}'
            % blake2b(b"{}", digest_size=16).hexdigest().encode(),
            "other fields than this version's",
        ),
    ],
)
def test_a_bad_snapshot_is_passed_over_with_a_note(change: bytes | None, problem: str) -> None:
    disk = traded()
    whole = replayed(disk)
    for name in snapshots_on(disk):
        damaged(disk, name, change)
    books = opened(disk)
    assert books.replayed == whole_records(disk) - 1
    assert all(problem in note and "was passed over" in note for note in books.notes)
    assert len(books.notes) == len(snapshots_on(disk))
    whole.epoch = books.state.epoch
    assert encoded(books.state) == encoded(whole)
    books.close()


def whole_records(disk: FaultyDisk) -> int:
    return len(list(read(Below(disk, "journal"), catalogue())))


def test_a_snapshot_under_the_name_of_another_is_bad() -> None:
    disk = traded()
    for name in snapshots_on(disk):
        content = bytes(disk.names[name].seen)
        sequence = int(name.removeprefix("session/snapshot-").removesuffix(".json"))
        moved = f"session/{name_of(sequence + 1)}"
        disk.names[moved] = Content(bytearray(content), bytearray(content))
        del disk.names[name]
    found = list(Snapshots(Below(disk, "session")).newest_first())
    assert found
    assert all(isinstance(one, BadSnapshot) and "it is of record" in one.problem for one in found)


def test_a_snapshot_of_another_journal_is_passed_over() -> None:
    disk = traded(4)
    for name in snapshots_on(disk):
        del disk.names[name]
    state = SessionState()
    for head in (Head(3, b"x" * 16), Head(10_000, b"x" * 16)):
        Snapshots(Below(disk, "session")).write(state, head=head)
    books = opened(disk)
    assert sum("not the one that the snapshot was taken of" in note for note in books.notes) == 2
    assert encoded(books.state) == encoded(replayed(disk))
    books.close()


def test_only_the_newest_snapshots_stay() -> None:
    disk = FaultyDisk()
    kept = Snapshots(Below(disk, "session"))
    for number in range(1, 6):
        kept.write(SessionState(), head=Head(number, bytes(16)))
    assert snapshots_on(disk) == [f"session/{name_of(number)}" for number in range(6 - KEPT, 6)]


def test_a_crash_at_any_operation_of_a_snapshot_changes_nothing_that_is_known() -> None:
    disk = traded(4)
    whole = encoded(replayed(disk))
    for number in range(1, 12):
        broken = disk.copy()
        books = opened(broken)
        before = len(broken.steps)
        broken.fail_at = before + number
        failed = False
        try:
            books.snapshots.write(books.state, head=books.journal.head)
        except StorageError:
            failed = True
        after = broken.crashed()
        books = opened(after)
        state = replayed(after)
        assert encoded(books.state) == encoded(state)
        books.close()
        if not failed:
            break
    assert whole


def test_the_journal_leaves_out_what_a_snapshot_holds_and_proves_it_all_the_same() -> None:
    disk = traded(2)
    below = Below(disk, "journal")
    digest = anchored_digest(disk, 3)
    taken: list[Record] = []
    Journal.open(below, catalogue(), opened_ns=0, take=taken.append, after=Head(3, digest)).close()
    assert taken[0].sequence == 4
    with pytest.raises(JournalDiffers, match="record 3 with the snapshot's digest"):
        Journal.open(below, catalogue(), opened_ns=0, after=Head(3, bytes(16)))
    segment = disk.names["journal/segment-00000001.journal"]
    segment.seen[200] ^= 1
    with pytest.raises(JournalDamaged):
        Journal.open(below, catalogue(), opened_ns=0, after=Head(3, digest))
    assert not disk.held


def anchored_digest(disk: FaultyDisk, sequence: int) -> bytes:
    return _frames(disk)[sequence - 1].digest


def test_a_journal_takes_back_what_was_not_committed() -> None:
    disk = FaultyDisk()
    journal = Journal.open(Below(disk, "journal"), catalogue(), opened_ns=0)
    wish = RecordedWish.of(WISH)
    facts = [_proposal(number, wish) for number in range(1, 5)]
    journal.append(facts[0])
    journal.append(facts[1])
    journal.forget_after(2)
    journal.append(facts[2])
    journal.commit()
    journal.append(facts[3])
    journal.forget_after(3)
    assert journal.sequence == journal.head.sequence == 3
    with pytest.raises(InputError, match="record 3 to 3"):
        journal.forget_after(2)
    journal.append(facts[3])
    journal.commit()
    journal.close()
    kept = [record.fact for record in read(Below(disk, "journal"), catalogue())]
    assert kept[1:] == [facts[0], facts[2], facts[3]]


def _proposal(number: int, wish: RecordedWish) -> object:
    return StrategyProposed(number, number, (wish,), 0)


def recorded(disk: FaultyDisk, slices: int) -> Recording:
    recording = Recording.open(Below(disk, "session"), until=1 << 30)
    for number in range(1, slices + 1):
        recording.show(replace(shown_of(slice_of(number)), working={-number: "AAPL.XNAS"}))
        if number % 2:
            recording.answered(hosts.Proposed(number, (WISH, hosts.CancelWish(4)), 5))
    return recording


def test_a_recording_gives_back_what_was_shown_and_answered() -> None:
    disk = FaultyDisk()
    recorded(disk, 3).close()
    found = list(scenes(Below(disk, "session")))
    assert [one.shown.slice.number for one in found] == [1, 2, 3]
    assert found[0].answer == (RecordedWish.of(WISH), RecordedWish.of(hosts.CancelWish(4)))
    assert found[1].answer is None
    bar = found[2].shown.slice.bars[0]
    assert bar is not None
    assert bar.volume != bar.volume  # NaN survives
    assert found[2].shown.working == {-3: "AAPL.XNAS"}
    assert list(scenes(Below(FaultyDisk(), "session"))) == []


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 4), st.data())
def test_a_torn_recording_is_cut_at_its_last_whole_frame(slices: int, data: st.DataObject) -> None:
    disk = FaultyDisk()
    recorded(disk, slices).close()
    content = disk.names[f"session/{NAME}"].seen
    ends = [end for _, end in frames(Below(disk, "session"))]
    cut = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        del content[cut:]
    else:
        content[cut] ^= 1 << data.draw(st.integers(0, 7))
    length = len(content)
    whole = max([0, *(end for end in ends if end <= cut)])
    recording = Recording.open(Below(disk, "session"), until=1 << 30)
    assert len(content) == whole
    assert recording.cut_bytes == length - whole
    recording.show(shown_of(slice_of(9)))
    recording.close()
    last = [one for one, _ in frames(Below(disk, "session"))][-1]
    assert last.shown is not None
    assert last.shown.slice.number == 9


def test_a_frame_that_is_no_frame_of_ours_ends_the_recording() -> None:
    disk = FaultyDisk()
    recording = recorded(disk, 1)
    recording.close()
    file = Below(disk, "session").open(NAME)
    for body, length in ((b"\xc1", 1), (b"x", 0)):
        copy = disk.copy()
        file = Below(copy, "session").open(NAME)
        file.write(file.length(), struct.pack("<II", length, crc32(body)) + body)
        assert len(list(frames(Below(copy, "session")))) == 2


def test_what_the_journal_has_not_dealt_with_is_cut_from_the_recording_and_shown_anew() -> None:
    disk = traded(5)
    for name in [*snapshots_on(disk)]:
        del disk.names[name]
    state = replayed(disk)
    assert dealt_with(state) == 5
    state.answered = 4
    assert dealt_with(state) == 4
    state.slice = state.answered = 0
    assert dealt_with(state) == 0
    recording = Recording.open(Below(disk, "session"), until=3)
    assert recording.last == 3
    assert recording.cut_bytes > 0
    recording.close()
    books = opened(disk)
    assert books.notes == (
        "the recording ends at slice 3, the journal has dealt with slice 5: the strategy cannot be restored exactly",
    )
    books.close()


def test_a_recording_that_fails_once_takes_nothing_more() -> None:
    disk = FaultyDisk()
    recording = recorded(disk, 1)
    disk.fail_at = len(disk.steps) + 1
    recording.show(shown_of(slice_of(2)))
    assert "No space left on device" in recording.problem
    recording.show(shown_of(slice_of(3)))
    recording.close()
    assert [one.shown.slice.number for one in scenes(Below(disk, "session"))] == [1]


def test_books_that_cannot_be_opened_let_go_of_everything() -> None:
    disk = traded(2)
    for number in range(1, 40):
        broken = disk.copy()
        broken.fail_at = number
        try:
            opened(broken).close()
        except StorageError:
            assert not broken.held
        else:
            break
    else:
        raise AssertionError("they never opened")


def test_a_torn_end_of_the_journal_is_told() -> None:
    disk = traded(2)
    content = disk.names["journal/segment-00000001.journal"].seen
    end = len(bytes(content).rstrip(b"\0"))
    content[end : end + 7] = b"\x40\0\0\0torn"[:7]
    books = opened(disk)
    assert any("bytes of a torn end of the journal were cut" in note for note in books.notes)
    books.close()
