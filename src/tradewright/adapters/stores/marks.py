"""The number of a table's newest commit, looked at so often that it must cost next to nothing."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tradewright.ports.clock import Clock
from tradewright.ports.stores import Table

SETTLED_NS: Final = 2_000_000_000
"""A folder's stamp is coarse: of one that is younger, two commits may look the same, and its names are read."""


@dataclass(slots=True)
class DeltaMarks:
    """The tables below one folder."""

    root: Path
    clock: Clock
    _logs: dict[Table, Path] = field(default_factory=dict)
    _known: dict[Table, tuple[int, int]] = field(default_factory=dict)
    """Stamp of the log's folder, once it had settled, and the newest commit in it."""

    def newest(self, table: Table) -> int:
        """The number of the newest commit of any process; -1 where there is none."""
        log = self._logs.get(table) or self._logs.setdefault(table, self.root / str(table) / "_delta_log")
        try:
            stamp = log.stat().st_mtime_ns
        except OSError:
            return -1
        known = self._known.get(table)
        if known is not None and known[0] == stamp:
            return known[1]
        names = (one.name.partition(".")[0] for one in log.glob("*.json"))
        found = max((int(name) for name in names if name.isdigit()), default=-1)
        if self.clock.now_ns() - stamp >= SETTLED_NS:
            self._known[table] = stamp, found
        return found
