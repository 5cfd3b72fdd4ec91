"""The terminal, the pipe or the service a command runs in: outputs that are closed, full or not in Unicode; signals.

Decides that a command never dies of its surroundings: a letter that the terminal lacks becomes a question mark, a
closed output is no output, and being told to end leaves time to tidy up.
"""

import contextlib
import io
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import NoReturn, TextIO

_ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


class Terminated(BaseException):
    """The system asked this process to end."""


class Diverted(io.TextIOBase):
    """Stands in for stdout while a program listens there: what others print, as a strategy may, goes to stderr."""

    def __init__(self, program: TextIO) -> None:
        super().__init__()
        self.program = program
        """Where the one object goes."""

    def write(self, text: str) -> int:
        """Written to stderr."""
        return sys.stderr.write(text)

    def fileno(self) -> int:
        """That of the real stdout."""
        return self.program.fileno()

    def flush(self) -> None:
        """Both."""
        sys.stderr.flush()
        self.program.flush()


@contextlib.contextmanager
def prepared(*, as_json: bool) -> Iterator[None]:
    """Outputs that can be written to, and signals that end the command in order, while it runs."""
    _open_outputs()
    stdout = sys.stdout
    if as_json:
        sys.stdout = Diverted(stdout)
    hook = sys.unraisablehook
    sys.unraisablehook = _unless_interrupted
    before = _on_ending(_leave)
    try:
        yield
    finally:
        sys.stdout = stdout
        sys.unraisablehook = hook
        for number, handler in before.items():
            signal.signal(number, handler)


def abandon_output(stream: TextIO | None = None) -> None:
    """Nothing more can be written to stdout (or `stream`): drop what waits, so that leaving does not fail again."""
    chosen = sys.stdout if stream is None else stream
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), chosen.fileno())


def flush_or_abandon_output() -> None:
    """Write what still waits for stdout; where it takes nothing more, drop it, or leaving would fail with code 120."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        abandon_output()


def _open_outputs() -> None:
    """A closed output gets a place that takes everything, before a data file is opened under its number."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - open while the command runs
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _on_ending(leave: Callable[[int, FrameType | None], NoReturn]) -> dict[int, signal.Handlers]:
    """Take the signals that ask to end; none where this is not the main thread."""
    before: dict[int, signal.Handlers] = {}
    with contextlib.suppress(ValueError):
        for number in _ENDING:
            if signal.getsignal(number) is signal.SIG_DFL:  # nohup ignores one, which stays so
                signal.signal(number, leave)
                before[number] = signal.SIG_DFL
    return before


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    del number, frame
    raise Terminated


def _unless_interrupted(problem: "sys.UnraisableHookArgs") -> None:
    """An interrupt may hit a generator that is just being closed; that is no news."""
    if not issubclass(problem.exc_type, KeyboardInterrupt | Terminated):
        sys.__unraisablehook__(problem)
