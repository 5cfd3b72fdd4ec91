"""How a process of ours speaks: records of the standard library become lines, and go to its errors and to files.

This file decides which files a line goes to (all of them in one, each service in its own, errors in a third), which
fields a record may bring along, and that a defect nobody catches is said too, with its stack and without the values in
it. A line is made once, by structlog's processors, and written to each place.
"""

import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, TextIO

import structlog

from tradewright.adapters.logs.cleaning import cleaned, cleaned_stack
from tradewright.adapters.logs.files import SUFFIX, Bounds, TurningFile
from tradewright.adapters.logs.lines import as_json, as_text
from tradewright.adapters.logs.redaction import Redactor

EVERYTHING: Final = f"trading_system{SUFFIX}"
ERRORS: Final = f"error{SUFFIX}"
FIELDS: Final = frozenset(
    {
        "account", "actor", "attempt", "code", "correlation_id", "door", "duration_ms", "error", "instrument", "job",
        "kind", "mode", "order", "outcome", "price", "quantity", "reason", "schedule", "sequence", "session", "side",
        "status", "strategy", "title",
    }
)  # fmt: skip
"""What a record may bring along; anything else is dropped, so that nobody logs a whole request by accident."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogTerms:
    """How one process speaks."""

    service: str
    folder: Path | None
    """Where files go; None: to the errors alone."""
    level: int
    is_json: bool
    bounds: Bounds
    secrets: frozenset[str] = frozenset()
    """Values that must not be said."""
    errors: TextIO | None = None
    """Where a person looks; None: nowhere."""


class LineHandler(logging.Handler):
    """Makes a line of a record and writes it to every place; no failure of a place reaches whoever speaks."""

    def __init__(self, terms: LogTerms) -> None:
        super().__init__(terms.level)
        self.terms = terms
        self._render = as_json if terms.is_json else as_text
        self._redact = Redactor(terms.secrets)
        self._files: tuple[tuple[int, TurningFile], ...] = ()
        if terms.folder is not None:
            names = {EVERYTHING: terms.level, f"{terms.service}{SUFFIX}": terms.level, ERRORS: logging.ERROR}
            self._files = tuple(
                (level, TurningFile(terms.folder / name, terms.bounds)) for name, level in names.items()
            )
        self.setFormatter(
            structlog.stdlib.ProcessorFormatter(
                processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, self._rendered],
                foreign_pre_chain=[
                    structlog.contextvars.merge_contextvars,
                    structlog.stdlib.ExtraAdder(allow=FIELDS),
                    self._stamped,
                ],
            )
        )

    def emit(self, record: logging.LogRecord) -> None:
        """Write the line of a record; called under the handler's lock."""
        line = self._line(record)
        if self.terms.errors is not None:
            self._tell(self.terms.errors, line)
        data = f"{line}\n".encode("utf-8", "backslashreplace")
        for level, file in self._files:
            if record.levelno >= level:
                lost = file.lost
                if file.write(data) and lost:
                    file.lost = 0
                    self._said_lost(file, lost)

    def _line(self, record: logging.LogRecord) -> str:
        try:
            return self.format(record)
        except (
            AttributeError,
            KeyError,
            TypeError,
            ValueError,
        ) as problem:  # as "%d" with a text; its values are not told
            told = {**record.__dict__, "msg": "a line could not be made: %s", "args": (type(problem).__name__,)}
            return self.format(logging.makeLogRecord(told))

    def close(self) -> None:
        """Let go of the files."""
        for _, file in self._files:
            file.close()
        super().close()

    def _said_lost(self, file: TurningFile, lost: int) -> None:
        record = logging.makeLogRecord(
            {
                "name": "tradewright.logs",
                "levelno": logging.ERROR,
                "levelname": "ERROR",
                "msg": "%d lines before this one are lost: the disk did not take them",
                "args": (lost,),
            }
        )
        file.write(f"{self.format(record)}\n".encode())

    @staticmethod
    def _tell(stream: TextIO, line: str) -> None:
        try:
            stream.write(f"{line}\n")
            stream.flush()
        except (OSError, ValueError):
            return  # closed, or full: the files have it

    def _stamped(self, _: object, __: str, told: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """When, how much it matters, and who."""
        record: logging.LogRecord = told["_record"]
        when = datetime.fromtimestamp(record.created, UTC)
        told["time"] = when.isoformat(timespec="microseconds").replace("+00:00", "Z")
        told["level"] = record.levelname.lower()
        told["service"], told["process"], told["logger"] = self.terms.service, os.getpid(), record.name
        return structlog.processors.format_exc_info(None, "", told)

    def _rendered(self, _: object, __: str, told: MutableMapping[str, Any]) -> str:
        found: dict[str, str] = {"message": cleaned("message", told.pop("event", ""), redact=self._redact)}
        exception = told.pop("exception", "")
        for name, value in told.items():
            if value is not None and value != "" and name != "exc_info":
                found[name] = cleaned(name, value, redact=self._redact)
        if exception:
            found["exception"] = cleaned_stack(str(exception), self._redact)
        return self._render(found)


def speak(terms: LogTerms) -> None:
    """Let this process speak by these terms until it ends, also of defects and warnings that nobody catches."""
    root = logging.getLogger()
    for before in [one for one in root.handlers if isinstance(one, LineHandler)]:
        root.removeHandler(before)
        before.close()
    root.addHandler(LineHandler(terms))
    _set_levels(terms.level)
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


@contextmanager
def speaking(terms: LogTerms) -> Iterator[None]:
    """Let a program of somebody else speak by these terms for a while; what it printed before it goes on to print."""
    root, ours = logging.getLogger(), logging.getLogger("tradewright")
    levels, handler = (root.level, ours.level), LineHandler(terms)
    added: list[logging.Handler] = [handler]
    if not root.handlers and logging.lastResort is not None:
        added.append(logging.lastResort)
    for one in added:
        root.addHandler(one)
    _set_levels(terms.level)
    try:
        yield
    finally:
        for one in added:
            root.removeHandler(one)
        root.setLevel(levels[0])
        ours.setLevel(levels[1])
        handler.close()


def _set_levels(level: int) -> None:
    """Libraries speak when something is wrong."""
    logging.getLogger().setLevel(max(level, logging.WARNING))
    logging.getLogger("tradewright").setLevel(level)


def bound(fields: Mapping[str, str]) -> AbstractContextManager[None]:
    """Lines that are said within it carry these fields, in tasks and threads that begin in it too."""
    return structlog.contextvars.bound_contextvars(**fields)


def bound_now() -> Mapping[str, object]:
    """The fields that a line said here and now carries."""
    return structlog.contextvars.get_contextvars()


_Hook = Callable[[type[BaseException], BaseException, TracebackType | None], object]


def _uncaught(kind: type[BaseException], error: BaseException, stack: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("tradewright").critical("a defect that nobody caught", exc_info=(kind, error, stack))


def _uncaught_in_thread(given: threading.ExceptHookArgs) -> None:
    if given.exc_value is None or issubclass(given.exc_type, SystemExit):
        return
    name = "" if given.thread is None else given.thread.name
    logging.getLogger("tradewright").critical(
        "a defect that nobody caught in thread %s",
        name,
        exc_info=(given.exc_type, given.exc_value, given.exc_traceback),
    )
