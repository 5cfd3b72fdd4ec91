import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from tradewright.adapters.disk.disk import RealDisk
from tradewright.adapters.sessions.folders import STARTING_NS, SessionFolders
from tradewright.adapters.system.clock import ManualClock
from tradewright.domain.errors import InputError, StorageError
from tradewright.ports.sessions import FeedTerms, SessionEnd, SessionLife, SessionTerms


def terms(session: str, created_ns: int = 1) -> SessionTerms:
    return SessionTerms(
        session=session,
        mode="paper",
        account="paper",
        strategy="moving_average",
        strategy_name="moving_average",
        parameters={"fast": 5, "share": 0.5, "long": True, "name": "x"},
        instruments=("AAPL.XNAS",),
        feed=FeedTerms(kind="replay", first="2005-01-01", speed="20"),
        cash=Decimal("100000.50"),
        currency="USD",
        created_ns=created_ns,
        who="owner",
    )


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(time_ns=10)


@pytest.fixture
def sessions(tmp_path: Path, clock: ManualClock) -> SessionFolders:
    return SessionFolders(tmp_path / "s", RealDisk(tmp_path / "s"), clock)


def test_what_is_kept_of_a_session_is_what_was_given(sessions: SessionFolders) -> None:
    made = sessions.create(terms("20261120-one-ab12"))
    assert made.terms == terms("20261120-one-ab12")
    assert sessions.find("20261120-one-ab12") == made
    assert made.folder.stat().st_mode & 0o777 == 0o700
    with pytest.raises(InputError, match="there already"):
        sessions.create(terms("20261120-one-ab12"))


def test_a_session_is_found_by_the_beginning_of_its_id(sessions: SessionFolders) -> None:
    with pytest.raises(InputError, match="a session that was started before"):
        sessions.find("any")
    sessions.create(terms("20261120-one-ab12", 1))
    sessions.create(terms("20261120-two-ab12", 2))
    sessions.create(terms("20261120-two", 3))
    assert sessions.find("20261120-o").terms.session == "20261120-one-ab12"
    assert sessions.find("20261120-two").terms.session == "20261120-two"
    assert sessions.find("latest").terms.session == "20261120-two"
    assert [one.terms.created_ns for one in sessions.all()] == [3, 2, 1]
    with pytest.raises(InputError, match=r"not the only one.*20261120-two"):
        sessions.find("2026")
    with pytest.raises(InputError, match="not there"):
        sessions.find("x")


def test_a_session_lives_as_its_files_tell(sessions: SessionFolders, clock: ManualClock) -> None:
    sessions.create(terms("a1"))
    assert sessions.find("a1").life is SessionLife.STARTING
    clock.advance(STARTING_NS)
    assert sessions.find("a1").life is SessionLife.CRASHED
    hold = sessions.hold("a1")
    running = sessions.find("a1")
    assert (running.life, running.process) == (SessionLife.RUNNING, os.getpid())
    with pytest.raises(StorageError, match=rf"running already.*process {os.getpid()}"):
        sessions.hold("a1")
    end = SessionEnd(life=SessionLife.STOPPED, time_ns=5, reason="stopped by owner")
    sessions.end("a1", end)
    hold.release()
    assert (sessions.find("a1").life, sessions.find("a1").end) == (SessionLife.STOPPED, end)
    sessions.reopen("a1")
    assert sessions.find("a1").life is SessionLife.CRASHED


def test_a_process_that_is_killed_leaves_a_crashed_session(sessions: SessionFolders, tmp_path: Path) -> None:
    sessions.create(terms("a1"))
    program = f"""
        import sys, time
        from pathlib import Path
        from tradewright.adapters.disk.disk import RealDisk
        hold = RealDisk(Path({str(tmp_path / "s")!r})).hold("a1/running")
        print("held", flush=True)
        time.sleep(30)
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        found = sessions.find("a1")
        assert (found.life, found.process) == (SessionLife.RUNNING, holder.pid)
        holder.kill()
    assert sessions.find("a1").life is SessionLife.CRASHED


def test_what_is_no_session_is_left_out(sessions: SessionFolders, tmp_path: Path) -> None:
    sessions.create(terms("a1"))
    (tmp_path / "s" / "junk").mkdir()
    (tmp_path / "s" / "begins").mkdir()
    (tmp_path / "s" / "begins" / "terms.json.4711.writing").write_text("{")
    (tmp_path / "s" / "notes.txt").write_text("bought a boat")
    assert [one.terms.session for one in sessions.all()] == ["a1"]
    assert not sessions.damaged()


def _cut(place: Path) -> None:
    (place / "terms.json").write_bytes((place / "terms.json").read_bytes()[:40])


def _of_another(place: Path) -> None:
    (place / "terms.json").write_bytes((place.parent / "a1" / "terms.json").read_bytes())


def _gone(place: Path) -> None:
    (place / "terms.json").unlink()
    (place / "running").touch()


DAMAGES = ((_cut, "truncated"), (_of_another, "it is of session a1"), (_gone, "No such file"))


@pytest.mark.parametrize(("damage", "told"), DAMAGES, ids=[one.__name__ for one, _ in DAMAGES])
def test_a_session_without_its_terms_is_seen_as_damaged_and_leaves_others_alone(
    sessions: SessionFolders, tmp_path: Path, damage: Callable[[Path], None], told: str
) -> None:
    sessions.create(terms("a1"))
    place = sessions.create(terms("a2", 2)).folder
    damage(place)
    assert [one.terms.session for one in sessions.all()] == ["a1"]
    assert sessions.find("a1").terms.session == "a1"
    assert sessions.find("latest").terms.session == "a1"
    (broken,) = sessions.damaged()
    assert (broken.session, broken.folder, broken.process) == ("a2", place, None)
    assert "terms.json cannot be read" in broken.reason and told in broken.reason
    assert str(place / "terms.json") in broken.remedy
    with pytest.raises(StorageError, match=r"session a2 is damaged: terms.json cannot be read"):
        sessions.find("a2")
    with pytest.raises(InputError, match="not the only one"):
        sessions.find("a")


def test_a_damaged_session_that_is_traded_all_the_same_says_by_whom(sessions: SessionFolders) -> None:
    place = sessions.create(terms("a1")).folder
    hold = sessions.hold("a1")
    _cut(place)
    assert sessions.damaged()[0].process == os.getpid()
    hold.release()
    assert sessions.damaged()[0].process is None


def test_an_end_that_cannot_be_read_is_damage_and_no_crash(sessions: SessionFolders) -> None:
    place = sessions.create(terms("a1")).folder
    sessions.hold("a1").release()
    (place / "ended.json").write_text('{"life":"stop')
    found = sessions.find("a1")
    assert found.life is SessionLife.DAMAGED
    assert found.end is not None
    assert "ended.json cannot be read" in found.end.reason
    sessions.reopen("a1")
    assert sessions.find("a1").life is SessionLife.CRASHED


def test_a_place_that_takes_no_folder_is_a_storage_error(tmp_path: Path, clock: ManualClock) -> None:
    (tmp_path / "s").write_text("a file")
    with pytest.raises(StorageError, match="cannot be made"):
        SessionFolders(tmp_path / "s", RealDisk(tmp_path / "s"), clock).create(terms("a1"))
