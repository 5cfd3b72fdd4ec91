"""Keeping the store tidy: many small files become one sorted file per partition, and files nobody names are deleted.

Neither loses a row: compaction keeps superseded rows too, so a stored backtest reads by `as_of` what it read before.
"""

import shutil
import time
from functools import partial
from pathlib import Path

import polars as pl
from deltalake import CommitProperties
from deltalake.transaction import RemoveAction

from tradewright.adapters.stores import layout
from tradewright.adapters.stores.commits import committed, opened, storage_errors
from tradewright.adapters.stores.spool import FOLDER
from tradewright.adapters.stores.writing import commit
from tradewright.domain.errors import InputError
from tradewright.ports.stores import Table

LEAST_HOURS = 1
"""A file being written has no commit yet; younger files are never taken for leftovers."""


def compact(table: Table, folder: Path) -> tuple[int, int]:
    """Rewrite each partition of several files into one sorted file; returns files before and after."""
    with storage_errors(f"compacting {table}", folder):
        handle = opened(folder)
        if handle is None:
            return 0, 0
        files = pl.DataFrame(handle.get_add_actions(flatten=True))
    columns = layout.partition_columns(table)
    parts = files.group_by([f"partition.{layout.DISK_NAMES.get(name, name)}" for name in columns]).agg(
        files=pl.len(), size=pl.col("size_bytes").sum()
    )
    scattered = parts.filter(pl.col("files") > 1 + pl.col("size") // layout.TARGET_FILE_BYTES).drop("files", "size")
    for values in sorted(scattered.iter_rows()):
        partition = dict(zip(columns, values, strict=True))
        committed(f"compacting {table}", folder, attempt=partial(_rewrite, table, folder, partition=partition))
    with storage_errors(f"compacting {table}", folder):
        now = opened(folder)
        return len(files), len(layout.data_files(now)) if now is not None else 0


def _rewrite(table: Table, folder: Path, *, partition: dict[str, str]) -> None:
    """One attempt. The handle that was read is the handle that writes: through the path, rows of others get lost."""
    handle = opened(folder)
    if handle is None:
        return
    name = layout.partition_name(partition)
    files = [path for path in layout.data_files(handle) if layout.partition_of(table, path) == name]
    if len(files) < 2:
        return
    scan = layout.scanned(table, files)
    rows = layout.sorted_rows(table, scan.select(list(layout.stored_schema(table))).collect())
    commit(
        handle,
        table,
        folder=folder,
        parts=[rows],
        properties=CommitProperties(custom_metadata={"what": "compact", "note": name}, max_commit_retries=15),
        replaced=[_removal(folder, Path(path), partition) for path in files],
    )


def _removal(folder: Path, path: Path, partition: dict[str, str]) -> RemoveAction:
    """The file is named no more; it stays on the disk until `clean`, for readers of older versions."""
    return RemoveAction(
        path=path.relative_to(folder.resolve()).as_posix(),
        size=path.stat().st_size,
        partition_values={layout.DISK_NAMES.get(name, name): value for name, value in partition.items()},
        deletion_timestamp=int(time.time() * 1000),
        data_change=False,
    )


def clean(folder: Path, *, keep_hours: int) -> int:
    """Delete what no version newer than `keep_hours` names, and what a crash left behind; returns how many files."""
    if keep_hours < LEAST_HOURS:
        raise InputError(
            "keep_hours cannot be used",
            expected=f"{LEAST_HOURS} or more, since a file being written has no version yet",
            found=str(keep_hours),
        )
    with storage_errors("cleaning", folder):
        handle = opened(folder)
        if handle is None:
            return 0
        return len(handle.vacuum(keep_hours, dry_run=False, enforce_retention_duration=False, full=True))


def clean_spool(root: Path, *, keep_hours: int) -> int:
    """Delete what interrupted imports left in the spool longer than `keep_hours` ago; returns how many."""
    if not (root / FOLDER).exists():
        return 0
    with storage_errors("cleaning", root / FOLDER):
        oldest = time.time() - keep_hours * 3600
        stale = [path for path in (root / FOLDER).iterdir() if path.stat().st_mtime < oldest]
        for path in stale:
            shutil.rmtree(path)
    return len(stale)
