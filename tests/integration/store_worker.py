"""What a process of its own does to a store, for the tests of several processes: `store_worker.py ROOT TASK ...`."""

import ctypes
import json
import os
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.contracts.store_rows import bars

from tradewright.adapters.stores.delta import DeltaStore
from tradewright.domain.errors import StorageError
from tradewright.ports.stores import Selection, Table

ROWS_OF_AN_APPEND = 40


def write(store: DeltaStore, name: str, appends: str) -> dict[str, object]:
    """Append bars of one instrument after the other, a commit each; all writers write the same two years."""
    added = 0
    for turn in range(int(appends)):
        # 40 bars of a piece lie on both sides of a new year: a torn commit would show half of them
        piece = bars(f"{name}{turn}.XNAS", range(ROWS_OF_AN_APPEND), first="2019-12-12")
        added += store.append(Table.BARS, piece, note=name).added
    return {"added": added}


def same(store: DeltaStore, rows: str) -> dict[str, object]:
    """Import the same file as others do at the same time."""
    written = store.append(Table.BARS, bars("SAME.XNAS", range(int(rows)), first="2018-06-01"))
    return {"added": written.added, "unchanged": written.unchanged}


def watch(store: DeltaStore, done: str) -> dict[str, object]:
    """Read until told to stop; report counts that no reader should see."""
    torn, shrunk, seen, reads = 0, 0, 0, 0
    while not Path(done).exists():
        counts = store.read(Selection(Table.BARS)).group_by("instrument", "interval").len()["len"].to_list()
        torn += sum(count % ROWS_OF_AN_APPEND != 0 for count in counts)
        shrunk += sum(counts) < seen
        seen, reads = sum(counts), reads + 1
    return {"torn": torn, "shrunk": shrunk, "reads": reads, "seen": seen}


class Flood:
    """A long import."""

    def __init__(self, pieces: int) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[pl.DataFrame]:
        for piece in range(self._pieces):
            one = bars(f"FLOOD{piece}.XNAS", range(2000), first="2010-01-01")
            yield one
            print("chunk", flush=True)


def flood(store: DeltaStore, pieces: str) -> dict[str, object]:
    """A long import, to be killed."""
    return {"added": store.append_chunks(Table.BARS, Flood(int(pieces)), note="flood").added}


def full_disk(store: DeltaStore, method: str) -> dict[str, object]:
    """An import that meets the end of the disk: no file may grow beyond 20 kB."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
    rows = bars("BIG.XNAS", range(1), first="2019-12-12")
    rows = pl.concat(
        [rows.with_columns(instrument=pl.lit(f"BIG{n}.XNAS"), open=pl.lit(1 / (n + 1))) for n in range(8000)]
    )
    try:
        store.append(Table.BARS, rows) if method == "append" else store.append_chunks(Table.BARS, [rows])
    except StorageError as error:
        return {"error": str(error)}
    return {"error": ""}


def obey_permissions() -> None:
    """Give up every capability of root: what the bits of a file forbid is then forbidden to root as well."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # version 3 of the call, this process
    nothing = (ctypes.c_uint32 * 6)()
    if ctypes.CDLL(None, use_errno=True).capset(header, nothing) != 0:
        raise OSError(ctypes.get_errno(), "capset")


def no_rights(store: DeltaStore) -> dict[str, object]:
    """An import by somebody who may only read."""
    if os.geteuid() == 0:
        obey_permissions()
    found = len(store.read(Selection(Table.BARS)))
    try:
        store.append(Table.BARS, bars("NEW.XNAS", range(3)))
    except StorageError as error:
        return {"error": str(error), "read": found}
    return {"error": "", "read": found}


TASKS = {"write": write, "same": same, "watch": watch, "flood": flood, "full_disk": full_disk, "no_rights": no_rights}

if __name__ == "__main__":
    root, task, *arguments = sys.argv[1:]
    print(json.dumps(TASKS[task](DeltaStore(Path(root)), *arguments)), flush=True)  # type: ignore[operator]
