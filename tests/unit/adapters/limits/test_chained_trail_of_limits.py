"""The trail of limits: what was written comes back, and whatever happened to the file is noticed."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewright.adapters.disk.disk import RealDisk
from tradewright.adapters.limits.chained_file import HEAD, TRAIL, ChainedLimits
from tradewright.domain.errors import InputError, StorageError

LINES = ("first", "second: 0.05 -> 0.06", "third, with a zloty: z\u0142")


def written(folder: Path, lines: tuple[str, ...] = LINES) -> ChainedLimits:
    trail = ChainedLimits(RealDisk(folder))
    for line in lines:
        trail.append(line)
    return trail


def test_an_empty_trail_has_no_records(tmp_path: Path) -> None:
    assert written(tmp_path, ()).records() == ()


def test_what_was_appended_comes_back_in_order(tmp_path: Path) -> None:
    written(tmp_path)
    records = ChainedLimits(RealDisk(tmp_path)).records()
    assert [one.content for one in records] == list(LINES)
    assert [one.sequence for one in records] == [1, 2, 3]
    assert len({one.digest for one in records}) == 3


def test_every_altered_byte_is_noticed(tmp_path: Path) -> None:
    trail = written(tmp_path)
    for name in (TRAIL, HEAD):
        path = tmp_path / "limits" / name
        plain = path.read_bytes()
        for place in range(len(plain)):
            path.write_bytes(plain[:place] + bytes([plain[place] ^ 1]) + plain[place + 1 :])
            with pytest.raises(StorageError, match="audit trail of limits"):
                trail.records()
        path.write_bytes(plain)
    assert len(trail.records()) == 3


@pytest.mark.parametrize("taken", [0, 1, 2])
def test_a_record_taken_out_is_noticed(tmp_path: Path, taken: int) -> None:
    trail = written(tmp_path)
    path = tmp_path / "limits" / TRAIL
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(line for number, line in enumerate(lines) if number != taken))
    with pytest.raises(StorageError):
        trail.records()
    with pytest.raises(StorageError):
        trail.append("more")


def test_a_trail_that_was_cut_off_or_is_gone_is_noticed(tmp_path: Path) -> None:
    trail = written(tmp_path)
    path = tmp_path / "limits" / TRAIL
    whole = path.read_bytes()
    path.write_bytes(whole[:-5])
    with pytest.raises(StorageError, match=r"ends before its head: expected 3 records, found 2; .*restore both files"):
        trail.records()
    path.unlink()
    with pytest.raises(StorageError, match="found 0"):
        trail.records()


def test_half_a_line_of_a_crash_is_cut_off(tmp_path: Path) -> None:
    trail = written(tmp_path)
    path = tmp_path / "limits" / TRAIL
    with path.open("ab") as file:
        file.write(b"4 0123abc half a li")
    assert len(trail.records()) == 3
    trail.append("fourth")
    assert [one.content for one in trail.records()] == [*LINES, "fourth"]


def test_a_whole_record_that_was_not_promised_stays(tmp_path: Path) -> None:
    trail = written(tmp_path)
    head = tmp_path / "limits" / HEAD
    before = head.read_bytes()
    trail.append("fourth")
    head.write_bytes(before)
    assert len(trail.records()) == 4
    trail.append("fifth")
    assert len(trail.records()) == 5


def test_more_than_one_record_beyond_the_head_is_no_crash(tmp_path: Path) -> None:
    trail = written(tmp_path)
    head = tmp_path / "limits" / HEAD
    before = head.read_bytes()
    trail.append("fourth")
    trail.append("fifth")
    head.write_bytes(before)
    with pytest.raises(StorageError, match="goes on beyond its head"):
        trail.records()


def test_a_trail_of_another_folder_does_not_fit_the_head(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
    trail = written(one)
    written(other, ("another", "policy", "altogether"))
    (one / "limits" / TRAIL).write_bytes((other / "limits" / TRAIL).read_bytes())
    with pytest.raises(StorageError):
        trail.records()


@pytest.mark.parametrize("content", ["", "two\nlines", "a\rreturn"])
def test_a_record_is_one_line(tmp_path: Path, content: str) -> None:
    with pytest.raises(InputError, match="one line of text"):
        written(tmp_path, ()).append(content)


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    trail = written(tmp_path)
    hold = RealDisk(tmp_path).hold("limits/limits.lock")
    with pytest.raises(StorageError):
        trail.append("fourth")
    hold.release()
    assert trail.append("fourth").sequence == 4


@settings(max_examples=15, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), min_size=1), max_size=5))
def test_any_line_of_text_comes_back(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    trail = written(tmp_path_factory.mktemp("trail"), tuple(lines))
    assert [one.content for one in trail.records()] == lines
