"""The kill switch is a file: it is there, or trading is allowed; what it says tells only who and why.

A look is one `stat`; the content is read again only when the file has changed. A file that cannot be looked at or
read, or that says nothing we understand, kills as well.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

from tradewright.ports.kill import KillMode, KillNote


@dataclass(slots=True)
class KillFile:
    """The file `path`; whoever kills writes it, and only a named release removes it."""

    path: Path
    _known: tuple[int, int, int] = field(default=(0, 0, 0), init=False, repr=False)
    _note: KillNote = field(default_factory=lambda: KillNote("", ""), init=False, repr=False)

    def is_down(self) -> KillNote | None:
        """The note, or None where there is no such file."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        except OSError as problem:
            return KillNote("", f"the kill file {self.path} cannot be looked at: {problem.strerror}")
        seen = (found.st_ino, found.st_mtime_ns, found.st_size)
        if seen != self._known:
            self._note, self._known = self._read(), seen
        return self._note

    def _read(self) -> KillNote:
        try:
            told = json.loads(self.path.read_bytes())
            mode = KillMode(told.get("mode", KillMode.CANCEL))
            return KillNote(str(told["who"]), str(told["reason"]), int(told.get("when_ns", 0)), mode)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
            return KillNote("", f"the kill file {self.path} is there and says neither who nor why: {problem}")
