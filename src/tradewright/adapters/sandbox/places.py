"""Where the interpreter, its libraries and our own code lie: all that a confined process may read.

No folder of a user, no project and no state folder is among them.
"""

import site
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).resolve().parents[2]
"""The folder `tradewright`."""
_OF_THE_INTERPRETER: Final = ("stdlib", "platstdlib", "purelib", "platlib")
_OF_THE_SYSTEM: Final = (
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache", "/usr/share/zoneinfo",
)  # fmt: skip
_OTHERS_MAY_ENTER: Final = 0o001
_OTHERS_MAY_READ: Final = 0o004


def readable_places() -> tuple[str, ...]:
    """Every place that exists, as it is called and as it is called without links."""
    named = [sysconfig.get_path(kind) for kind in _OF_THE_INTERPRETER]
    libraries = [str(Path(prefix, "lib")) for prefix in (sys.prefix, sys.base_prefix)]
    wanted = [*named, *libraries, *site.getsitepackages(), str(PACKAGE), *_OF_THE_SYSTEM]
    found = {form for path in wanted if Path(path).exists() for form in (path, str(Path(path).resolve()))}
    return tuple(sorted(found))


def closed_to_others(paths: Iterable[str]) -> str:
    """The first folder that keeps another user from reading one of the paths; empty where all can be read."""
    for path in paths:
        place = Path(path)
        if not place.stat().st_mode & _OTHERS_MAY_READ:
            return path
        for folder in place.parents:
            if not folder.stat().st_mode & _OTHERS_MAY_ENTER:
                return str(folder)
    return ""
