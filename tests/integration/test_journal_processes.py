"""Journals of real processes on real files: killed in the middle, and two at once."""

import random
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.integration.journal_worker import CATALOGUE, SEGMENT_BYTES, Counted

from tradewright.adapters.disk.disk import RealDisk
from tradewright.engine.runtime.journal.problems import JournalPoisoned
from tradewright.engine.runtime.journal.reader import read, verify
from tradewright.engine.runtime.journal.record import SessionOpened
from tradewright.engine.runtime.journal.writer import Journal

WORKER = Path(__file__).with_name("journal_worker.py")
KILLS = 20

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the journal is for Linux and macOS")


def started(folder: Path, first: int) -> subprocess.Popen[str]:
    command = [sys.executable, str(WORKER), str(folder), str(first)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def numbers(disk: RealDisk) -> list[int]:
    return [record.fact.number for record in read(disk, CATALOGUE) if isinstance(record.fact, Counted)]


def test_a_writer_killed_twenty_times_keeps_every_promise(tmp_path: Path) -> None:
    disk, chance, found = RealDisk(tmp_path), random.Random(20), list[int]()
    for _ in range(KILLS):
        worker = started(tmp_path, len(found))
        assert worker.stdout is not None
        assert worker.stdout.readline() == "open\n"
        for _ in range(chance.randint(0, 30)):
            worker.stdout.readline()
        worker.kill()
        told, _ = worker.communicate()
        promised = max([-1, *(int(line) for line in told.splitlines() if line.isdecimal())])
        found = numbers(disk)
        assert found == list(range(len(found)))
        assert len(found) > promised
    result = verify(disk)
    assert result.is_sound
    assert result.epoch == KILLS
    assert result.segments > 2
    journal = Journal.open(disk, CATALOGUE, opened_ns=2, segment_bytes=SEGMENT_BYTES)
    journal.close()
    assert sum(isinstance(record.fact, SessionOpened) for record in read(disk, CATALOGUE)) == KILLS + 1


def test_a_second_writer_is_told_who_holds_the_journal(tmp_path: Path) -> None:
    first = started(tmp_path, 0)
    try:
        assert first.stdout is not None
        assert first.stdout.readline() == "open\n"
        second = started(tmp_path, 0)
        _, problem = second.communicate(timeout=300)
        assert second.returncode == 1
        assert f"held by another process: expected a single writer, found process {first.pid}" in problem
        assert "stop that process" in problem
    finally:
        first.kill()
        first.communicate()
    Journal.open(RealDisk(tmp_path), CATALOGUE, opened_ns=2, segment_bytes=SEGMENT_BYTES).close()


def test_a_journal_moved_away_under_its_writer_is_noticed(tmp_path: Path) -> None:
    folder = tmp_path / "session"
    journal = Journal.open(RealDisk(folder), CATALOGUE, opened_ns=1, segment_bytes=SEGMENT_BYTES)
    folder.rename(tmp_path / "elsewhere")
    journal.append(Counted(1))
    with pytest.raises(JournalPoisoned, match=r"deleted or replaced"):
        journal.commit()
    journal.close()


def test_a_journal_is_read_while_its_writer_works(tmp_path: Path) -> None:
    worker, disk, length = started(tmp_path, 0), RealDisk(tmp_path), 0
    try:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "open\n"
        for _ in range(100):
            worker.stdout.readline()
            assert verify(disk).is_sound
            found = numbers(disk)
            assert found == list(range(len(found)))
            assert len(found) >= length
            length = len(found)
    finally:
        worker.kill()
        worker.communicate()
    assert length > 100


@contextmanager
def files_limited_to(limit: int) -> Iterator[None]:
    """The system takes no byte beyond that place of any file: first a short write, then an error."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_system_that_takes_no_more_closes_the_journal_with_every_promise(tmp_path: Path) -> None:
    disk = RealDisk(tmp_path)
    journal = Journal.open(disk, CATALOGUE, opened_ns=1, segment_bytes=1 << 16)
    promised = number = 0
    with files_limited_to(1 << 14), pytest.raises(JournalPoisoned, match=r"File too large.*start the session anew"):
        while True:
            for _ in range(7):
                journal.append(Counted(number))
                number += 1
            journal.commit()
            promised = number
    with pytest.raises(JournalPoisoned):
        journal.append(Counted(number))
    journal.close()
    assert promised > 100
    assert verify(disk).is_sound
    assert verify(disk).torn_bytes > 0
    Journal.open(disk, CATALOGUE, opened_ns=2).close()
    found = numbers(disk)
    assert found == list(range(len(found)))
    assert promised <= len(found) <= number
    assert verify(disk).torn_bytes == 0
