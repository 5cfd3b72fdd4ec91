"""Descriptors that a process of ours must not take along: a pipe that it holds open keeps its reader waiting for ever.

This file decides which: everything beyond input, output and errors that would be inherited. Who started us may have
left such descriptors open (a pool of workers does), and what we start in the background outlives them all.
"""

import os
from pathlib import Path
from typing import Final

_OPEN: Final = Path("/proc/self/fd")
_MOST: Final = 1024


def closing_strangers() -> list[tuple[int, int]]:
    """File actions of `os.posix_spawn` that close them."""
    known = [int(one.name) for one in _OPEN.iterdir()] if _OPEN.is_dir() else range(_MOST)
    return [(os.POSIX_SPAWN_CLOSE, number) for number in known if number > 2 and _is_inherited(number)]


def _is_inherited(number: int) -> bool:
    try:
        return os.get_inheritable(number)
    except OSError:  # closed meanwhile: it was the listing's own
        return False
