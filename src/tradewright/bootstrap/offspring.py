"""Processes that were started here and outlive what started them; each that ends has to be seen off by its parent.

This file decides that nobody waits for them: whoever starts one looks after the others on the way.
"""

import os
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

REMEMBERED: Final = 256


@dataclass(slots=True)
class Offspring:
    """Children of this process, until they have been seen off; for several threads."""

    _codes: dict[int, int | None] = field(default_factory=dict)
    """Number of the process -> its exit code; None while it lives."""
    _lock: Lock = field(default_factory=Lock)

    def adopt(self, process: int) -> None:
        """Look after one that has just been started; of those that have ended only the last are remembered."""
        self.look()
        with self._lock:
            self._codes.pop(process, None)
            self._codes[process] = None
            over = [number for number, code in self._codes.items() if code is not None]
            for number in over[: max(0, len(over) - REMEMBERED)]:
                del self._codes[number]

    def look(self) -> None:
        """See off what has ended."""
        with self._lock:
            for process, code in self._codes.items():
                if code is None:
                    self._codes[process] = _ended(process)

    def exit_code(self, process: int) -> int | None:
        """Of one that has ended, negative for a signal; None while it lives. One that is not ours has ended."""
        self.look()
        with self._lock:
            return self._codes.get(process, 0)


def _ended(process: int) -> int | None:
    with suppress(ChildProcessError):
        number, status = os.waitpid(process, os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if number else None
    return 0  # somebody else has seen it off
