"""A kill file kills as long as it is there, whatever it says."""

import json
from pathlib import Path

import pytest

from tradewright.adapters.kill.file import KillFile
from tradewright.ports.kill import KillFence, KillNote


def test_a_kill_file_tells_who_and_why_until_it_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "kill"
    fence: KillFence = KillFile(path)
    assert fence.is_down() is None
    path.write_text(json.dumps({"who": "anna", "reason": "too fast", "when_ns": 5}), encoding="utf-8")
    assert fence.is_down() == KillNote("anna", "too fast", 5)
    assert fence.is_down() is fence.is_down()
    path.write_text(json.dumps({"who": "bert", "reason": "again"}), encoding="utf-8")
    assert fence.is_down() == KillNote("bert", "again")
    path.unlink()
    assert fence.is_down() is None


@pytest.mark.parametrize("content", ["", "[]", "{}", "null", '{"who": "a"}', "\x00"])
def test_a_kill_file_that_says_nothing_we_understand_kills_all_the_same(tmp_path: Path, content: str) -> None:
    path = tmp_path / "kill"
    path.write_text(content, encoding="utf-8")
    note = KillFile(path).is_down()
    assert note is not None
    assert "is there and says neither who nor why" in note.reason


def test_what_cannot_be_looked_at_kills(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    note = KillFile(tmp_path / "file" / "kill").is_down()
    assert note is not None
    assert "cannot be looked at" in note.reason
