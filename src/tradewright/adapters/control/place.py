"""The place of a session's socket: `control.sock` in the session's folder.

A Unix socket's path may have about a hundred bytes and project folders can be deep, so that it is reached through the
open folder (`/proc/self/fd`) where the system has such a path.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

NAME: Final = "control.sock"
_DESCRIPTORS: Final = Path("/proc/self/fd")


@contextmanager
def short_path(folder: Path) -> Iterator[str]:
    """A path of the socket that is short, and good while the context lasts; OSError where there is no folder."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        through = _DESCRIPTORS / str(descriptor)
        yield str((through if through.exists() else folder) / NAME)
    finally:
        os.close(descriptor)
