"""What became of a worker, as a sentence: its exit, and the line of the strategy's file where the log tells it."""

import re
import signal
from pathlib import Path
from typing import Final

TAIL_BYTES: Final = 16 * 1024
LIBRARIES: Final = "/lib/python"
LONGEST_STORY: Final = 4_000
_FRAME: Final = re.compile(r'File "([^"]+)", line (\d+) in (\w+)')


def readable(story: str) -> str:
    """What a worker tells, as it can be shown anywhere: of one page at most, without control characters."""
    return "".join(one if one.isprintable() else " " for one in story[:LONGEST_STORY])


def story_of_exit(code: int, log: Path) -> str:
    """A worker ended by itself, or by a signal that was not ours."""
    if code >= 0:
        last = _last_line(log)
        return f"the strategy's process ended by itself with code {code}" + (f": {last}" if last else "")
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return f"the strategy's process was ended by {name}{_line_of_crash(log)}"


def _line_of_crash(log: Path) -> str:
    """The innermost line outside of libraries in the stack that is written at a crash, else the innermost of all."""
    _, crashed, stack = _tail(log).rpartition("Fatal Python error")
    found = list(_FRAME.finditer(stack)) if crashed else []
    if not found:
        return ""
    one = next((frame for frame in found if LIBRARIES not in frame[1]), found[0])
    return f" in line {one[2]} of {one[1].rsplit('/', 1)[-1]} ({one[3]})"


def _last_line(log: Path) -> str:
    lines = _tail(log).strip().splitlines()
    return readable(lines[-1].strip()[:300]) if lines else ""


def _tail(log: Path) -> str:
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - TAIL_BYTES))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""
