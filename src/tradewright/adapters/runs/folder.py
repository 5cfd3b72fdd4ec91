"""A folder of finished runs: one sub-folder a run, with its facts as JSON and its tables as Parquet.

A run is written beside its place and then renamed into it, so that no reader ever sees half a run and a full disk or a
broken process leaves nothing behind but a hidden folder, which the next save of that run removes.
"""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tradewright.domain.errors import StorageError, way_out
from tradewright.ports.runs import RunRecord

FACTS = "run.json"
CIRCUMSTANCES = "made.json"


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Keeps runs below `folder`, which is made when the first run is saved."""

    folder: Path

    def save(self, record: RunRecord) -> None:
        """Write beside, rename into place; the older run of the same id goes away only when the new one is there."""
        place = self.folder / record.run_id
        beside = self.folder / f".{record.run_id}.{os.getpid()}.writing"
        aside = self.folder / f".{record.run_id}.{os.getpid()}.replaced"
        try:
            for leftover in (beside, aside):
                shutil.rmtree(leftover, ignore_errors=True)
            beside.mkdir(parents=True)
            _write(beside, record)
            if place.exists():
                place.rename(aside)
            beside.rename(place)
        except (OSError, pl.exceptions.PolarsError) as problem:  # Polars tells a full disk as its own ComputeError
            shutil.rmtree(beside, ignore_errors=True)
            raise StorageError(
                f"run {record.run_id} cannot be written to {self.folder}",
                found=getattr(problem, "strerror", None) or str(problem),
                remedy=f"{way_out(problem)}; nothing half-written is left",
            ) from problem
        finally:
            shutil.rmtree(aside, ignore_errors=True)

    def load(self, run_id: str) -> RunRecord:
        """Read the JSON files and every Parquet file of the run."""
        place = self.folder / run_id
        if not (place / FACTS).exists():
            raise KeyError(run_id)
        try:
            tables = {path.stem: pl.read_parquet(path) for path in sorted(place.glob("*.parquet"))}
            return RunRecord(run_id, _read_json(place / FACTS), _read_json(place / CIRCUMSTANCES), tables)
        except (OSError, ValueError, pl.exceptions.PolarsError) as problem:
            raise StorageError(
                f"run {run_id} in {self.folder} cannot be read", found=str(problem), remedy="run the backtest again"
            ) from problem

    def remove(self, run_id: str) -> None:
        """Move it aside, then delete it: no reader sees a part of it."""
        place, aside = self.folder / run_id, self.folder / f".{run_id}.{os.getpid()}.removed"
        if not (place / FACTS).exists():
            raise KeyError(run_id)
        try:
            place.rename(aside)
        except OSError as problem:
            raise StorageError(
                f"run {run_id} in {self.folder} cannot be removed", found=str(problem.strerror), remedy=way_out(problem)
            ) from problem
        shutil.rmtree(aside, ignore_errors=True)

    def summaries(self) -> Sequence[RunRecord]:
        """Only the JSON files are read; a run that cannot be read is left out of the list."""
        records = []
        for run_id in self.ids():
            place = self.folder / run_id
            try:
                records.append(RunRecord(run_id, _read_json(place / FACTS), _read_json(place / CIRCUMSTANCES), {}))
            except (OSError, ValueError):
                continue  # being replaced by another process, or damaged: `load` tells
        return sorted(records, key=lambda record: str(record.circumstances.get("created_at", "")), reverse=True)

    def ids(self) -> Sequence[str]:
        """Names of the sub-folders that hold a finished run."""
        if not self.folder.exists():
            return []
        return [path.parent.name for path in self.folder.glob(f"*/{FACTS}") if not path.parent.name.startswith(".")]


def _write(folder: Path, record: RunRecord) -> None:
    for name, table in record.tables.items():
        table.write_parquet(folder / f"{name}.parquet", compression="zstd", compression_level=3)
    for name, content in ((FACTS, record.facts), (CIRCUMSTANCES, record.circumstances)):
        text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
        with (folder / name).open("w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())


def _read_json(path: Path) -> Mapping[str, object]:
    content = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise ValueError(f"{path.name} holds no JSON object")
    return content
