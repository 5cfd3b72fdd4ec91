"""What is left after a crash is a beginning of what was appended and holds everything that was promised."""

from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.engine.journal.faulty_disk import FaultyDisk
from tests.unit.engine.journal.journal_samples import fact, kept, numbers_in, opened

from tradewright.domain.errors import StorageError
from tradewright.engine.runtime.journal.problems import JournalPoisoned
from tradewright.engine.runtime.journal.reader import verify
from tradewright.engine.runtime.journal.record import Record
from tradewright.engine.runtime.journal.segment import name_of, numbers
from tradewright.engine.runtime.journal.writer import Journal


class Trader:
    """Writes groups of numbers and remembers what it was promised."""

    def __init__(self) -> None:
        self.appended: list[int] = []
        self.promised = 0
        self.journal: Journal | None = None

    def trade(self, disk: FaultyDisk, groups: list[int]) -> bool:
        """Recover, judge what is there, go on; False when the disk failed on the way."""
        self.journal = None
        recovered: list[Record] = []
        try:
            self.journal = opened(disk, take=recovered)
            self.judge(numbers_in(recovered))
            self.appended = numbers_in(recovered)
            self.promised = len(self.appended)
            for size in groups:
                self.journal.prepare()
                for _ in range(size):
                    self.appended.append(len(self.appended) + 1)
                    self.journal.append(fact(self.appended[-1]))
                self.journal.commit()
                self.promised = len(self.appended)
        except StorageError:
            return False
        self.journal.close()
        return True

    def judge(self, found: list[int]) -> None:
        assert found == self.appended[: len(found)]
        assert len(found) >= self.promised


GROUPS = st.lists(st.integers(1, 4), min_size=1, max_size=6)


SESSIONS = st.lists(st.tuples(GROUPS, st.integers(1, 90), st.sampled_from([0.0, 0.3, 0.7, 1.0, None])), max_size=5)
"""Of each: groups, the operation that fails, and the share of unsynced sectors that survives the power cut; None where
only the process is started anew."""


@settings(max_examples=200, deadline=None)
@given(sessions=SESSIONS, tears=st.sampled_from([0.1, 0.9]), seed=st.integers(0, 2**32 - 1))
def test_survivors_are_a_prefix_with_all_that_was_promised(
    sessions: list[tuple[list[int], int, float | None]], tears: float, seed: int
) -> None:
    trader, disk = Trader(), FaultyDisk(seed=seed)
    for groups, fail_at, share in sessions:
        disk.tears = tears
        disk.fail_at = len(disk.steps) + fail_at
        trader.trade(disk, groups)
        disk = disk.restarted() if share is None else disk.crashed(share=share)
    assert trader.trade(disk, [1])
    trader.judge(kept(disk))
    assert verify(disk).is_sound


@pytest.mark.parametrize("problem", ["No space left on device", "Input/output error"])
@pytest.mark.parametrize("dies", ["process", "process, then power", "power"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_nth_operation_may_fail_whichever_it_is(problem: str, dies: str, seed: int) -> None:
    for nth in count(1):
        trader, disk = Trader(), FaultyDisk(fail_at=nth, problem=problem, seed=seed * 1000 + nth)
        was_whole = trader.trade(disk, [1, 3, 4, 2, 5])
        disk = disk.restarted() if dies.startswith("process") else disk.crashed()
        assert trader.trade(disk, [2])
        if dies.endswith("power"):
            disk = disk.crashed()
            assert trader.trade(disk, [1])
        trader.judge(kept(disk))
        if was_whole:
            assert nth > 60
            break


def test_a_poisoned_journal_does_not_touch_the_disk_again() -> None:
    whole = FaultyDisk()
    assert Trader().trade(whole, [1, 3, 4])
    poisoned = 0
    for nth in range(1, len(whole.steps) + 1):
        trader, disk = Trader(), FaultyDisk(fail_at=nth)
        trader.trade(disk, [1, 3, 4])
        journal = trader.journal
        if journal is None or not journal.poison or journal.poison == "it was closed":
            continue
        poisoned += 1
        before = list(disk.steps)
        for _ in range(2):
            for act in (journal.commit, journal.prepare, lambda journal=journal: journal.append(fact(1))):
                with pytest.raises(JournalPoisoned, match=r"No space left on device.*start the session anew"):
                    act()
        assert disk.steps == before
        journal.close()
    assert poisoned > 20


def test_a_process_that_dies_without_closing_loses_nothing_promised() -> None:
    trader, disk = Trader(), FaultyDisk()
    for _ in range(5):
        assert trader.trade(disk, [3])
        disk.restarted()
    assert kept(disk) == list(range(1, 16))


def test_a_disk_that_lies_about_syncs_is_found_out() -> None:
    """The laws above can fail: without real syncs of the segments a journal ends before its anchor, and refuses."""
    refused = 0
    for seed in range(30):
        trader, disk = Trader(), FaultyDisk(seed=seed)
        disk.ignores_syncs_of = "segment"
        trader.trade(disk, [2, 2])
        refused += not verify(disk.crashed(share=0.3)).is_sound
    assert refused > 10


def test_a_full_disk_is_told_while_there_is_room_for_cancels() -> None:
    disk = FaultyDisk()
    journal = opened(disk)
    while journal.sequence < 6:
        journal.append(fact(journal.sequence))
        journal.commit()
    disk.fail_at = len(disk.steps) + 3
    with pytest.raises(StorageError, match="No space left"):
        journal.prepare()
    assert not journal.poison
    journal.append(fact(6))
    assert journal.commit() == 7
    journal.prepare()
    for number in range(7, 20):
        journal.append(fact(number))
        journal.commit()
    journal.close()
    assert kept(disk) == list(range(1, 20))


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_any_two_operations_may_fail_one_after_the_other(seed: int) -> None:
    """First a disk error from which the process recovers in place, then the power at any step of the recovery."""
    for first in count(1):
        was_whole = is_recovered = False
        for second in count(1):
            trader, disk = Trader(), FaultyDisk(fail_at=first, seed=seed * 10_000 + first * 100 + second)
            disk.tears = 0.8
            was_whole = trader.trade(disk, [1, 2])
            disk = disk.restarted()
            disk.fail_at = len(disk.steps) + second
            is_recovered = trader.trade(disk, [1])
            disk = disk.crashed()
            assert trader.trade(disk, [1]), f"the {first}th and then the {second}th operation failed"
            trader.judge(kept(disk))
            if is_recovered:
                break
        if was_whole:
            break


@pytest.mark.parametrize("seed", range(30))
def test_an_opening_that_failed_half_way_leaves_no_trap_for_a_later_power_cut(seed: int) -> None:
    """A process cleans a torn end and its sync fails; the next one finds all clean (in memory), fills the segment and
    goes on to others; then the power goes."""
    for nth in count(1):
        trader, disk = Trader(), FaultyDisk(seed=seed * 100 + nth)
        trader.trade(disk, [1, 2])
        last = disk.names[name_of(numbers(disk.list())[-1])]
        torn = len(last.seen.rstrip(b"\0")) + 9
        for content in (last.seen, last.kept):
            content[torn : torn + 90] = b"t" * 90
        disk.fail_at = len(disk.steps) + nth
        was_whole = trader.trade(disk, [])
        disk = disk.restarted()
        assert trader.trade(disk, [4, 4, 4, 4])
        disk = disk.crashed(share=0.0)
        assert trader.trade(disk, [1])
        trader.judge(kept(disk))
        if was_whole:
            break
