"""The newest version of each table, kept open between reads: catching up is ten times cheaper than opening anew."""

from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from tradewright.adapters.stores.commits import CORRECTED, opened
from tradewright.adapters.stores.layout import covers, data_files, partition_of
from tradewright.ports.stores import Selection, Table


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One version of a table: its files, and the partitions that hold superseded rows."""

    version: int
    files: tuple[str, ...]
    corrected: frozenset[str]

    def chosen(self, selection: Selection) -> list[str]:
        """The files whose partition can hold rows of the selection."""
        return [path for path in self.files if covers(partition_of(selection.table, path), selection)]

    def has_corrections(self, table: Table, files: list[str]) -> bool:
        """Whether any of these files lies in a partition with superseded rows."""
        return bool(self.corrected) and any(partition_of(table, path) in self.corrected for path in files)


NOTHING = Snapshot(-1, (), frozenset())


class Snapshots:
    """The tables below one folder, as far as they have been read."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._open: dict[Table, tuple[DeltaTable, Snapshot]] = {}
        self._lock = Lock()

    def newest(self, table: Table) -> Snapshot:
        """The table as committed by now; `NOTHING` where there is none."""
        with self._lock:
            handle = self._caught_up(table)
            if handle is None:
                return NOTHING
            known = self._open.get(table)
            if known is None or known[1].version != handle.version():
                known = (handle, _snapshot(table, handle))
                self._open[table] = known
            return known[1]

    def forget(self, table: Table) -> None:
        """Open the table anew next time: its folder was replaced, or it could not be read."""
        with self._lock:
            self._open.pop(table, None)

    def _caught_up(self, table: Table) -> DeltaTable | None:
        known = self._open.pop(table, None)
        if known is not None:
            handle, snapshot = known
            try:
                handle.update_incremental()
            except DeltaError:
                return opened(self._root / str(table))  # the folder was replaced, or the log cut off behind us
            self._open[table] = (handle, snapshot)
            return handle
        return opened(self._root / str(table))


def _snapshot(table: Table, handle: DeltaTable) -> Snapshot:
    files = tuple(data_files(handle))
    partitions = {partition_of(table, path) for path in files}
    corrected = (name for name in partitions if handle.transaction_version(CORRECTED + name) is not None)
    return Snapshot(handle.version(), files, frozenset(corrected))
