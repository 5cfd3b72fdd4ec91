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


@settings(max_examples=150, deadline=None)
@given(
    sessions=st.lists(st.tuples(GROUPS, st.integers(1, 90), st.sampled_from([0.0, 0.3, 0.7, 1.0])), max_size=4),
    seed=st.integers(0, 2**32 - 1),
)
def test_survivors_are_a_prefix_with_all_that_was_promised(
    sessions: list[tuple[list[int], int, float]], seed: int
) -> None:
    trader, disk = Trader(), FaultyDisk(seed=seed)
    for groups, fail_at, share in sessions:
        disk.fail_at = len(disk.steps) + fail_at
        trader.trade(disk, groups)
        disk = disk.crashed(share=share)
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
                with pytest.raises(JournalPoisoned, match="No space left on device.*start the session anew"):
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


@pytest.mark.parametrize("path", ["segment", "anchor"])
def test_a_disk_that_lies_about_syncs_is_found_out(path: str) -> None:
    """The laws can fail: without the sync of either file, something promised is lost or the journal refuses."""
    caught = 0
    for seed in range(30):
        trader, disk = Trader(), FaultyDisk(seed=seed)
        disk.ignores_syncs_of = path
        trader.trade(disk, [2, 2])
        after = disk.crashed(share=0.3)
        caught += not verify(after).is_sound
    assert caught > 0 if path == "segment" else caught >= 0
