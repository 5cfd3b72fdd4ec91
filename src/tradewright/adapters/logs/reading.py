"""The files of a log, read again: those of one service or of all, also the parts that have turned over.

This file decides where to go on after a look: by the file's identity and the place in it, so that a file which turned
over meanwhile is read to its end before the new one is.
"""

import contextlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tradewright.adapters.logs.files import SUFFIX, turned
from tradewright.adapters.logs.lines import read
from tradewright.domain.errors import InputError, NotFound
from tradewright.ports.logs import LEVELS, LogFilter, LogLine, LogPage

EVERYTHING: Final = "trading_system"


@dataclass(frozen=True, slots=True)
class LogFiles:
    """Implements `ports.logs.LogTrail` over the folder of one mode."""

    folder: Path

    def latest(self, wanted: LogFilter, most: int) -> LogPage:
        """The newest; files are read from the newest back, as far as they are needed."""
        found, cursor = deque[LogLine](), ""
        for part in reversed(list(_parts(self._path(wanted)))):
            lines, end = _content(part, 0)
            every = list(read(lines))
            cursor = cursor or _cursor(part, end)
            found.extendleft(one for one in reversed(every) if _fits(one, wanted))
            if len(found) >= most or (every and every[0].time < wanted.since):
                break
        return LogPage(lines=tuple(found)[-most:], cursor=cursor)

    def later(self, wanted: LogFilter, cursor: str) -> LogPage:
        """What was added since."""
        path, found = self._path(wanted), list[LogLine]()
        node, offset = _place(cursor)
        parts = list(_parts(path))
        numbers = [_node(one) for one in parts]
        first = numbers.index(node) if node in numbers else 0
        for number, part in enumerate(parts[first:]):
            lines, end = _content(part, offset if number == 0 and node in numbers else 0)
            found += [one for one in read(lines) if _fits(one, wanted)]
            cursor = _cursor(part, end)
        return LogPage(lines=tuple(found), cursor=cursor)

    def _path(self, wanted: LogFilter) -> Path:
        if wanted.level and wanted.level not in LEVELS:
            raise InputError("there is no such level", expected=", ".join(LEVELS), found=wanted.level)
        name = wanted.service or EVERYTHING
        path = self.folder / f"{name}{SUFFIX}"
        there = sorted({one.name.partition(SUFFIX)[0] for one in self.folder.glob(f"*{SUFFIX}*")})
        if wanted.service and name not in there:
            raise NotFound(
                f"nothing called {name} has said anything in {self.folder}",
                expected=f"one of {', '.join(there)}" if there else "a platform or a session that has run",
            )
        return path


def _parts(path: Path) -> Iterator[Path]:
    """A file with what it has turned over to, oldest first."""
    yield from (one for _, one in turned(path))
    if path.exists():
        yield path


def _content(path: Path, offset: int) -> tuple[Iterator[str], int]:
    """Whole lines from a place on, and where they end."""
    try:
        with path.open("rb") as file:
            file.seek(offset)
            data = file.read()
    except FileNotFoundError:  # turned over or deleted meanwhile
        return iter(()), offset
    whole = data[: data.rfind(b"\n") + 1]
    return iter(whole.decode("utf-8", "replace").split("\n")), offset + len(whole)


def _fits(line: LogLine, wanted: LogFilter) -> bool:
    return (
        (not wanted.level or (line.level in LEVELS and LEVELS.index(line.level) >= LEVELS.index(wanted.level)))
        and (not wanted.correlation_id or line.correlation_id == wanted.correlation_id)
        and (not wanted.since or line.time >= wanted.since)
    )


def _node(path: Path) -> int:
    with contextlib.suppress(OSError):
        return path.stat().st_ino
    return 0


def _cursor(path: Path, end: int) -> str:
    return f"{_node(path)}:{end}"


def _place(cursor: str) -> tuple[int, int]:
    node, _, offset = cursor.partition(":")
    if not cursor:
        return 0, 0
    if not (node.isdecimal() and offset.isdecimal()):
        raise InputError("this cursor is none", expected="one that an answer gave", found=cursor[:40])
    return int(node), int(offset)
