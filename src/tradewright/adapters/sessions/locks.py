"""Looking whether a process holds a file, without taking the file from whoever is about to hold it for longer."""

import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from tradewright.domain.errors import StorageError
from tradewright.ports.disk import Hold

if sys.platform != "win32":
    import fcntl

_TRIES: Final = 20
_WAIT_S: Final = 0.02


def holder_of(path: Path) -> int | None:
    """The number of the process that holds the file; None when nobody does. 0: somebody who has not said who."""
    if sys.platform == "win32":
        return None
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)  # several may look at once
    except BlockingIOError:
        with suppress(ValueError, OSError):
            return int(os.pread(descriptor, 20, 0))
        return 0
    finally:
        os.close(descriptor)
    return None


def patiently(hold: Callable[[], Hold]) -> Hold:
    """Hold, trying for a moment: somebody who only looks may have the file just now."""
    for _ in range(_TRIES - 1):
        with suppress(StorageError):
            return hold()
        time.sleep(_WAIT_S)
    return hold()
