"""Files of the log: several processes write, each line is there once and whole, and the disk stays bounded."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

from tradewright.adapters.logs.files import Bounds, TurningFile, turned
from tradewright.adapters.logs.lines import as_text
from tradewright.adapters.logs.reading import LogFiles
from tradewright.ports.logs import LogFilter

WRITER = """
import sys
from pathlib import Path
from tradewright.adapters.logs.files import Bounds, TurningFile
file = TurningFile(Path(sys.argv[1]), Bounds(20_000, 10_000_000))
for number in range(1_500):
    assert file.write(f"{sys.argv[2]} {number} {'x' * (number % 90)} end\\n".encode())
"""


def said(number: int, **more: str) -> bytes:
    told = {"time": f"2026-11-20T14:30:00.{number:06d}Z", "level": "info", "service": "a", "process": "1"}
    return f"{as_text(told | {'logger': 'x', 'message': f'line {number}'} | more)}\n".encode()


def test_no_line_is_lost_or_torn_while_three_processes_turn_a_file_over(tmp_path: Path) -> None:
    path = tmp_path / "all.log"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), name]) for name in "abc"]
    assert [one.wait(120) for one in writers] == [0, 0, 0]
    parts = [part for _, part in turned(path)] + [path]
    lines = Counter(line for part in parts if part.exists() for line in part.read_text().splitlines())
    assert len(lines) == 4_500 and set(lines.values()) == {1}
    assert all(line.endswith(" end") for line in lines)
    assert len(parts) > 5
    assert max(part.stat().st_size for part in parts if part.exists()) < 20_000 + 3 * 110


def test_the_oldest_go_when_all_together_are_too_large(tmp_path: Path) -> None:
    file = TurningFile(tmp_path / "all.log", Bounds(2_000, 10_000))
    for number in range(1_000):
        assert file.write(f"{number:08d} {'x' * 50}\n".encode())
        assert sum(one.stat().st_size for one in tmp_path.iterdir()) < 12_100
    assert file.path.parent.stat().st_mode & 0o077 == 0 or file.path.stat().st_mode & 0o777 == 0o600
    numbers = [number for number, _ in turned(file.path)]
    assert numbers == sorted(numbers) and numbers[0] > 1


def test_a_place_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    path = tmp_path / "all.log"
    path.mkdir()
    file = TurningFile(path, Bounds(1_000, 10_000))
    assert not file.write(b"lost\n")
    assert file.lost == 1
    path.rmdir()
    assert file.write(b"kept\n")
    assert path.read_text() == "kept\n"


def test_a_link_in_the_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "all.log").symlink_to(tmp_path / "elsewhere")
    assert not TurningFile(tmp_path / "all.log", Bounds(1_000, 10_000)).write(b"x\n")
    assert not (tmp_path / "elsewhere").exists()


def test_who_follows_reads_each_line_once_over_a_turn(tmp_path: Path) -> None:
    file, trail = TurningFile(tmp_path / "a.log", Bounds(1_000, 100_000)), LogFiles(tmp_path)
    wanted, seen = LogFilter(service="a"), list[str]()
    file.write(said(0))
    page = trail.latest(wanted, 10)
    seen += [one.message for one in page.lines]
    for number in range(1, 60):
        file.write(said(number))
        if number % 7 == 0:
            page = trail.later(wanted, page.cursor)
            seen += [one.message for one in page.lines]
    seen += [one.message for one in trail.later(wanted, page.cursor).lines]
    assert seen == [f"line {number}" for number in range(60)]
    assert len(turned(file.path)) >= 3


def test_the_newest_lines_come_from_as_many_files_as_they_need(tmp_path: Path) -> None:
    file, trail = TurningFile(tmp_path / "a.log", Bounds(1_000, 100_000)), LogFiles(tmp_path)
    for number in range(60):
        file.write(said(number))
    for most in (1, 7, 30, 60, 100):
        lines = trail.latest(LogFilter(service="a"), most).lines
        assert [one.message for one in lines] == [f"line {number}" for number in range(60)][-most:]
    late = trail.latest(LogFilter(service="a", since="2026-11-20T14:30:00.000042Z"), 100).lines
    assert [one.message for one in late] == [f"line {number}" for number in range(42, 60)]
    turned(file.path)[0][1].write_bytes(b"\xff never read \xff\n")
    assert len(trail.latest(LogFilter(service="a"), 5).lines) == 5


def test_lines_are_chosen_by_level_time_and_what_they_belong_to(tmp_path: Path) -> None:
    file, trail = TurningFile(tmp_path / "trading_system.log", Bounds(1_000_000, 10_000_000)), LogFiles(tmp_path)
    file.write(said(1, correlation_id="one"))
    file.write(said(2, level="error"))
    file.write(said(3, level="warning", correlation_id="one"))

    def messages(**wanted: str) -> list[str]:
        return [one.message for one in trail.latest(LogFilter(**wanted), 10).lines]

    assert messages(level="warning") == ["line 2", "line 3"]
    assert messages(correlation_id="one") == ["line 1", "line 3"]
    assert messages(since="2026-11-20T14:30:00.000002Z") == ["line 2", "line 3"]
    assert [one.message for one in trail.latest(LogFilter(), 1).lines] == ["line 3"]
