"""What a command shows: one JSON object for a program, or text for a person; notes and progress go to stderr.

What is undefined is `null` for a program and a dash for a person. Colour and progress bars appear on a terminal only.
"""

import json
import math
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

DASH = "-"
PIPED = 400
"""Columns of a line that no terminal folds."""


class Report(Protocol):
    """Told about long work: how much is done, of how much when that is known."""

    def __call__(self, done: int, total: int | None = None) -> None:
        """`done` units of `total`."""
        ...


def plain(value: object) -> object:
    """JSON values only: NaN and infinity become None, times ISO text, tables lists of objects, exact numbers text."""
    if value is None or isinstance(value, bool | int | str):
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, date | datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal | Path | Enum):
        return str(value.value if isinstance(value, Enum) else value)
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    rows = getattr(value, "to_dicts", None) or getattr(value, "tolist", None)  # Polars frames, numpy arrays and scalars
    if rows is not None:
        return plain(rows())
    if isinstance(value, Iterable):
        return [plain(item) for item in value]
    return str(value)


def print_json(value: object) -> None:
    """Exactly one object on stdout, and nothing else."""
    content = plain(value)
    assert isinstance(content, dict), "the JSON form of a command is one object"
    stdout = getattr(sys.stdout, "program", sys.stdout)  # while others may print, they do so elsewhere
    encoding = (getattr(stdout, "encoding", None) or "utf-8").lower()
    is_unicode = encoding.startswith("utf")  # else a letter that the terminal lacks would not be JSON's own escape
    stdout.write(json.dumps(content, indent=2, ensure_ascii=not is_unicode, allow_nan=False) + "\n")
    stdout.flush()  # a command that goes on serving says this first, and whoever reads it waits for it


def print_json_line(value: object) -> None:
    """One object on a line of its own, at once: for what goes on and on."""
    stdout = getattr(sys.stdout, "program", sys.stdout)
    stdout.write(json.dumps(plain(value), allow_nan=False) + "\n")
    stdout.flush()


def screen() -> Console:
    """Where results go; wide when piped, so that no line is folded in the middle of a number."""
    console = Console(highlight=False, soft_wrap=False)
    return console if console.is_terminal else Console(highlight=False, width=PIPED)


def notes() -> Console:
    """Where remarks, warnings and errors go."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def number(value: object, digits: int = 2) -> str:
    """A number as people read it: thousands apart, a dash where there is none."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return DASH
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.{digits}f}" if isinstance(value, float) else str(value)


@contextmanager
def progress(what: str, *, shown: bool = True) -> Iterator[Report]:
    """A bar with the time left, on stderr, while long work runs; nothing at all when stderr is no terminal."""
    if not (shown and sys.stderr.isatty()):
        yield lambda done, total=None: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=notes(), transient=True) as bars:
        task = bars.add_task(what, total=None)
        yield lambda done, total=None: bars.update(task, completed=done, total=total)


def moment(time_ns: int) -> str:
    """Nanoseconds UTC as a time people read, to the second."""
    return datetime.fromtimestamp(time_ns // 1_000_000_000, UTC).isoformat(sep=" ")[:19]
