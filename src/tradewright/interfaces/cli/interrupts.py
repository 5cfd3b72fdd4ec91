"""Ctrl-C from the first moment to the last: before a command can tidy up, and once it has, it ends the process at once.

Decides that nobody sees a traceback for it, also while libraries are still being loaded. This file loads nothing that
is not needed to listen, because nobody listens before it is loaded.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

CODE = "interrupted"
STORY = "interrupted; nothing half-written is left"
EXIT_CODE = 130
TERMINATED = 143
ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""Signals that ask to end."""


def leave_at_once() -> None:
    """From here on Ctrl-C ends the process with one line; for a process that has not begun anything."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # who ignores it, as a shell's `&`, goes on so
        signal.signal(signal.SIGINT, _leave)


@contextmanager
def tidied_up() -> Iterator[None]:
    """Within, Ctrl-C is an exception, after which a command tidies up; afterwards all is said, and it ends silently."""
    is_ours = signal.getsignal(signal.SIGINT) is _leave
    if is_ours:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        if is_ours:
            signal.signal(signal.SIGINT, _leave_silently)


@contextmanager
def noted() -> Iterator[Callable[[], bool]]:
    """Within, to be told to end is only noted, for who is about to listen to it and then ends in good order; told once
    more, the process ends at once. Gives whether it was told.
    """
    told: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        del frame
        if told:
            os._exit(EXIT_CODE if number == signal.SIGINT else TERMINATED)
        told.append(number)
        _write(2, "ending in good order; once more ends at once\n")

    before = {}
    with suppress(ValueError):  # another thread than the main one is told nothing
        for number in ENDING:
            if signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, note)
    try:
        yield lambda: bool(told)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def leave_with_the_code() -> None:
    """After an interrupt the interpreter may end itself by the signal; whoever waits for it shall see the code."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # closed, or none at all
            stream.flush()
    os._exit(EXIT_CODE)


def _leave(number: int, frame: FrameType | None) -> None:
    del number, frame
    if "--json" in sys.argv:
        _write(1, f'{{\n  "error": {{\n    "code": "{CODE}",\n    "message": "{STORY}",\n    "hint": null\n  }}\n}}\n')
    else:
        _write(2, f"error: {STORY}\n")
    os._exit(EXIT_CODE)


def _leave_silently(number: int, frame: FrameType | None) -> None:
    del number, frame
    os._exit(EXIT_CODE)


def _write(descriptor: int, text: str) -> None:
    """Straight to the system: the interpreter may be in the middle of anything."""
    with suppress(OSError):  # nobody can be told; the exit code says it
        os.write(descriptor, text.encode("ascii"))
