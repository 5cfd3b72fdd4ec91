"""Files on their way into a table: written beside the others, named by one commit, taken away again when that fails.

The files are written here and not by the library of the commit log, because that one prints the panics of its threads
when a disk is full, and leaves its unfinished files on that disk.
"""

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import polars as pl
from deltalake import CommitProperties, DeltaTable
from deltalake.transaction import AddAction, RemoveAction

from tradewright.adapters.stores import layout
from tradewright.adapters.stores.commits import opened, storage_errors
from tradewright.domain.errors import StorageError
from tradewright.ports.stores import Table


def commit(
    handle: DeltaTable,
    table: Table,
    *,
    folder: Path,
    parts: Iterable[pl.DataFrame],
    properties: CommitProperties,
    replaced: Sequence[RemoveAction] = (),
) -> None:
    """One commit of `parts`, each the sorted rows of one partition; the handle is at the new version afterwards.

    `replaced` are files whose rows are all in `parts`. A concurrent commit that contradicts is a CommitFailedError.
    """
    added: list[AddAction] = []
    try:
        for part in parts:
            added.append(_written(table, folder, part, is_news=not replaced))  # noqa: PERF401 - known when one fails
    except BaseException:
        _discard(folder, added)
        raise
    try:
        handle.create_write_transaction(
            [*added, *replaced],
            "append",
            layout.delta_schema(table),
            partition_by=[*layout.hive_schema(table)],
            commit_properties=properties,
        )
    except BaseException:
        _discard(folder, _unnamed(folder, added))
        raise
    handle.update_incremental()


def _written(table: Table, folder: Path, part: pl.DataFrame, *, is_news: bool) -> AddAction:
    """One file with the rows of one partition; nothing is left of it when it cannot be written whole."""
    values = {column: part.item(0, column) for column in layout.partition_columns(table)}
    name = f"{layout.partition_name(values)}/part-{uuid4()}.zstd.parquet"
    place = folder / name
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        layout.on_disk(part).drop(layout.hive_schema(table)).write_parquet(
            place,
            compression="zstd",
            compression_level=layout.ZSTD_LEVEL,
            row_group_size=layout.ROW_GROUP_ROWS,
            data_page_size=layout.PAGE_BYTES,
        )
        found = place.stat()
    except BaseException:
        with suppress(OSError):
            place.unlink()
        raise
    return AddAction(
        path=name,
        size=found.st_size,
        partition_values={layout.DISK_NAMES.get(column, column): value for column, value in values.items()},
        modification_time=found.st_mtime_ns // 1_000_000,
        data_change=is_news,
        stats=_statistics(part),
    )


def _statistics(part: pl.DataFrame) -> str:
    """What the commit log says of a file, so that a file of another time need not be opened."""
    stamps = part["time"]
    first, last = ({"time": stamp} for stamp in (stamps.min(), stamps.max()))
    return json.dumps({"numRecords": part.height, "minValues": first, "maxValues": last})


def _unnamed(folder: Path, added: list[AddAction]) -> list[AddAction]:
    """The files that no version names: a commit may have been made and failed only afterwards, at tidying up."""
    try:
        with storage_errors("reading the table after a failed commit", folder):
            now = opened(folder)
            named = set() if now is None else {Path(path).name for path in layout.data_files(now)}
    except StorageError:
        return []  # better a file too many, which `clean` removes, than a hole in the table
    return [one for one in added if Path(one.path).name not in named]


def _discard(folder: Path, files: list[AddAction]) -> None:
    for one in files:
        with suppress(OSError):
            (folder / one.path).unlink()
