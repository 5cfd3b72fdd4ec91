"""Tables that stay open between two writes: catching up takes 0.3 ms, opening a table anew 2.5 ms.

A handle is with one writer at a time, and comes back only from a write that went well; whoever lost a race opens anew.
"""

from pathlib import Path
from threading import Lock

from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from tradewright.adapters.stores.commits import opened_for_writing
from tradewright.ports.stores import Table

Identity = tuple[int, int]


class Handles:
    """The tables below one folder, as far as they have been written."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._kept: dict[Table, tuple[DeltaTable, Identity]] = {}
        self._lock = Lock()

    def taken(self, table: Table) -> DeltaTable:
        """The newest version of the table, created when it is not there; no other writer gets this handle."""
        folder = self._root / str(table)
        with self._lock:
            kept = self._kept.pop(table, None)
        if kept is None or kept[1] != _identity(folder):
            return opened_for_writing(table, folder)
        try:
            kept[0].update_incremental()
        except DeltaError:  # the log was cut off behind us
            return opened_for_writing(table, folder)
        return kept[0]

    def back(self, table: Table, handle: DeltaTable) -> None:
        """Keep a handle for the next write."""
        identity = _identity(self._root / str(table))
        if identity is not None:
            with self._lock:
                self._kept[table] = (handle, identity)


def _identity(folder: Path) -> Identity | None:
    """Of the commit log: a folder that was replaced, as by a copy brought back, has another first commit."""
    try:
        return (folder / "_delta_log").stat().st_ino, (folder / "_delta_log" / f"{0:020}.json").stat().st_ino
    except FileNotFoundError:
        return None
