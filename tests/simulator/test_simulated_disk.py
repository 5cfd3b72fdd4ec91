"""The simulated disk keeps what was synced, and may lose, tear and refuse the rest."""

import asyncio

import pytest
from simulator.disk import DiskFaults, Platter, SimDisk
from simulator.log import Log
from simulator.loop import Killed, Process, SimLoop
from simulator.streams import stream

from tradewright.domain.errors import StorageError


class Machine:
    def __init__(self, seed: int = 1) -> None:
        self.log = Log()
        self.loop = SimLoop(self.log, stream(seed, "order"), wall_ns=0)
        self.platter = Platter(self.log, stream(seed, "platter"))
        self.seed = seed

    def disk(self, **faults: object) -> SimDisk:
        return SimDisk(
            self.loop,
            self.platter,
            Process("p"),
            faults=DiskFaults(**faults),  # type: ignore[arg-type]
            chance=stream(self.seed, "disk"),
        )

    def end(self) -> None:
        asyncio.set_event_loop(None)
        self.loop.tear_down()


def test_what_was_synced_survives_a_loss_of_power_and_the_rest_may_not() -> None:
    outcomes = set()
    for seed in range(40):
        machine = Machine(seed)
        disk = machine.disk(loses_power=True)
        file = disk.open("a/file", create=True)
        file.write(0, b"x" * 2000)
        file.sync()
        disk.sync_folder("a")
        file.write(2000, b"y" * 2000)
        machine.loop.kill(disk._process, loses_power=True)
        content = machine.disk().read("a/file")
        assert content[:2000] == b"x" * 2000
        outcomes.add(content[2000:].count(b"y"))
        machine.end()
    assert len(outcomes) > 5


def test_a_name_that_was_not_synced_may_be_gone() -> None:
    found = set()
    for seed in range(20):
        machine = Machine(seed)
        disk = machine.disk()
        disk.open("new", create=True)
        machine.loop.kill(disk._process, loses_power=True)
        found.add(machine.disk().exists("new"))
        machine.end()
    assert found == {True, False}


def test_a_killed_process_loses_nothing_that_it_wrote_and_its_holds() -> None:
    machine = Machine()
    disk = machine.disk()
    disk.hold("lock")
    with pytest.raises(StorageError, match="held"):
        machine.disk().hold("lock")
    disk.open("file", create=True).write(0, b"abc")
    machine.loop.kill(disk._process)
    with pytest.raises(Killed):
        disk.read("file")
    after = machine.disk()
    assert after.read("file") == b"abc"
    assert after.hold("lock").is_in_place()
    machine.end()


@pytest.mark.parametrize(("when", "left"), [("before", b""), ("half", b"ab"), ("after", b"abcd")])
def test_a_process_dies_around_a_write(when: str, left: bytes) -> None:
    machine = Machine()
    disk = machine.disk(dies_at=2, dies_when=when)
    file = disk.open("file", create=True)
    with pytest.raises(Killed):
        file.write(0, b"abcd")
    assert machine.disk().read("file") == left
    machine.end()


def test_after_a_failed_sync_the_content_is_readable_counts_as_clean_and_is_gone() -> None:
    lost = 0
    for seed in range(20):
        machine = Machine(seed)
        disk = machine.disk(fails_at=3)
        file = disk.open("file", create=True)
        file.write(0, b"abcd" * 1000)
        disk.sync_folder() if seed < 0 else None
        with pytest.raises(StorageError):
            file.sync()
        file.sync()
        disk.sync_folder()
        assert file.read(0, 4) == b"abcd"
        machine.loop.kill(disk._process, loses_power=True)
        lost += machine.disk().read("file") != b"abcd" * 1000
        machine.end()
    assert lost > 10


def test_a_disk_can_be_full_and_slow() -> None:
    machine = Machine()
    full = machine.disk(fills_up=1.0)
    with pytest.raises(StorageError, match="No space"):
        full.open("file", create=True).write(0, b"abcd")
    slow = machine.disk(is_slow=1.0)
    slow.open("file").sync()
    assert machine.log.now_ns > 0
    assert machine.log.hits["D6 slow sync"] == 1
    machine.end()


def test_files_are_listed_replaced_renamed_cut_and_removed() -> None:
    machine = Machine()
    disk = machine.disk()
    inner = disk.within("in")
    inner.replace("a", b"12")
    inner.rename("a", "b")
    inner.remove("none")
    file = inner.open("b")
    file.preallocate(6)
    file.truncate(1)
    assert (file.length(), inner.read("b"), inner.list(), disk.list()) == (1, b"1", ["b"], ["in"])
    assert inner.free_bytes() > 0
    inner.remove("b")
    assert not file.is_in_place()
    file.close()
    for problem in (lambda: inner.read("b"), lambda: inner.open("b")):
        with pytest.raises(StorageError, match="No such file"):
            problem()
    hold = inner.hold("lock")
    hold.release()
    hold.release()
    assert not hold.is_in_place()
    machine.end()
