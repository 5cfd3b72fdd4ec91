"""Writing a table while others write it: commits that lose a race are made again; a failing disk is named as such."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import polars as pl
from deltalake import CommitProperties, DeltaTable, Transaction
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError

from tradewright.adapters.stores.layout import TABLE_SETTINGS, delta_schema, hive_schema
from tradewright.domain.errors import StorageError
from tradewright.ports.stores import Table

Result = TypeVar("Result")

ATTEMPTS = 100
LONGEST_PAUSE_S = 0.5
CORRECTED = "corrected/"
"""Before a partition's name: the application transaction that says the partition holds superseded rows."""


@contextmanager
def storage_errors(doing: str, folder: Path) -> Iterator[None]:
    """Turn what the libraries and the disk raise into a StorageError that says where and what to do."""
    try:
        yield
    except (DeltaError, OSError, pl.exceptions.ComputeError) as problem:
        raise StorageError(
            f"{doing} failed in {folder}", found=_first_line(problem), remedy=_remedy(problem)
        ) from problem


def committed(doing: str, folder: Path, *, attempt: Callable[[], Result]) -> Result:
    """The result of `attempt`, made again from the start each time another writer was faster.

    `attempt` must open the table anew, decide anew and commit; it is never resumed half-way.
    """
    for turn in range(ATTEMPTS):
        try:
            with storage_errors(doing, folder):
                return attempt()
        except StorageError as failed:
            if not isinstance(failed.__cause__, CommitFailedError):
                raise
            lost = failed
        time.sleep(random.uniform(0, min(LONGEST_PAUSE_S, 0.005 * 2**turn)))  # spreads the writers out
    raise StorageError(
        f"{doing} lost the race against other writers {ATTEMPTS} times in {folder}",
        found=lost.found,
        remedy="nothing was written; run it again when fewer processes write",
    )


def opened(folder: Path) -> DeltaTable | None:
    """The newest version of the table in `folder`, or None where there is none yet."""
    try:
        return DeltaTable(folder)
    except TableNotFoundError:
        if not _holds_files(folder):
            return None
        raise StorageError(
            f"the table in {folder} is damaged",
            expected="a commit log beside the data",
            found="files without _delta_log",
            remedy="bring the folder back from a copy, or move it away and import again",
        ) from None


def _holds_files(folder: Path) -> bool:
    """False where there is no folder; an OSError where one is that may not be looked into."""
    try:
        return any(folder.iterdir())
    except FileNotFoundError:
        return False


def opened_for_writing(table: Table, folder: Path) -> DeltaTable:
    """The newest version of the table, created when it is not there."""
    found = opened(folder)
    if found is not None:
        return found
    folder.mkdir(parents=True, exist_ok=True)
    try:
        return DeltaTable.create(
            folder,
            schema=delta_schema(table),
            partition_by=[*hive_schema(table)],
            configuration=TABLE_SETTINGS,
            name=str(table),
        )
    except DeltaError:
        made_by_another = opened(folder)
        if made_by_another is None:
            raise
        return made_by_another


def commit_properties(
    partitions: list[str], *, corrected: list[str], version: int, facts: dict[str, str]
) -> CommitProperties:
    """Name the partitions looked at, so that a concurrent commit that looked at them too fails instead of passing by.

    The protocol allows one of two concurrent commits with the same application id; the library's own retries check it.
    """
    transactions = [Transaction(name, version) for name in partitions]
    transactions += [Transaction(CORRECTED + name, version) for name in corrected]
    return CommitProperties(custom_metadata=facts, max_commit_retries=15, app_transactions=transactions)


def _first_line(problem: BaseException) -> str:
    text = (str(problem).strip().splitlines() or [type(problem).__name__])[0]
    return text.partition(" (set POLARS_VERBOSE")[0][:300]


def _remedy(problem: BaseException) -> str:
    text = str(problem).lower()
    if "no space" in text or "file too large" in text or "quota" in text:
        return "free some space and run it again; nothing was lost and nothing is half-written"
    if "permission" in text or "read-only" in text:
        return "check who may read and write this folder; nothing was changed"
    return "nothing is half-written; run it again, and see `tradewright doctor` if it stays"
