"""A guard's notes are lines that survive a crash, whole or not at all."""

import json
from pathlib import Path

from tradewright.adapters.disk.disk import RealDisk
from tradewright.adapters.kill.file import KillFile
from tradewright.adapters.kill.notes import NAME, NotesFile
from tradewright.ports.kill import GuardNote, GuardNotes, KillMode


def note(number: int) -> GuardNote:
    return GuardNote(number=number, time_ns=5, code="CLEARED", story="nothing works", is_alarm=True)


def test_notes_come_back_in_order_and_a_torn_line_is_passed_over(tmp_path: Path) -> None:
    notes: GuardNotes = NotesFile(RealDisk(tmp_path))
    assert list(notes.all()) == []
    notes.add(note(1))
    with (tmp_path / NAME).open("ab") as file:
        file.write(b'{"number":2,"ti')
    notes.add(note(3))
    assert list(notes.all()) == [note(1), note(3)]
    assert (tmp_path / NAME).read_bytes().endswith(b"}\n")


def test_a_kill_file_tells_how_far_the_kill_goes(tmp_path: Path) -> None:
    path = tmp_path / "kill"
    for text, mode in (("flatten", KillMode.FLATTEN), ("stop", KillMode.STOP)):
        path.write_text(json.dumps({"who": "a", "reason": text, "mode": text}), encoding="utf-8")
        found = KillFile(path).is_down()
        assert found is not None
        assert found.mode is mode
    path.write_text(json.dumps({"who": "a", "reason": "b", "mode": "something odd"}), encoding="utf-8")
    found = KillFile(path).is_down()
    assert found is not None
    assert found.mode is KillMode.CANCEL
    assert KillMode.FLATTEN.is_stronger_than(KillMode.STOP)
    assert not KillMode.STOP.is_stronger_than(KillMode.STOP)
