"""What we ask of the place that keeps finished backtests: keep one, give one back, say which there are.

A run is named by what went into it (code, parameters, data, assumptions, engine): keeping it twice keeps one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import polars as pl


@dataclass(frozen=True, slots=True, eq=False)
class RunRecord:
    """One finished run as it is kept. `facts` and `circumstances` hold JSON values only, never NaN."""

    run_id: str
    facts: Mapping[str, object]
    """All that follows from the inputs: the same inputs give the same facts, to the byte."""
    circumstances: Mapping[str, object]
    """What differs when the same run is made again: when, how long, which of the two speeds."""
    tables: Mapping[str, pl.DataFrame]
    """The tables of the run by name; empty in a listing."""


class RunStore(Protocol):
    """Keeps finished runs for several processes at once."""

    def save(self, record: RunRecord) -> None:
        """Keep the run, whole or not at all; a run of the same id is replaced. StorageError when the disk refuses."""
        ...

    def load(self, run_id: str) -> RunRecord:
        """The run with its tables; KeyError when there is none, StorageError when it is damaged."""
        ...

    def remove(self, run_id: str) -> None:
        """Forget a run, whole or not at all; KeyError when there is none, StorageError when the disk refuses."""
        ...

    def summaries(self) -> Sequence[RunRecord]:
        """Every kept run without its tables, newest first."""
        ...

    def ids(self) -> Sequence[str]:
        """The ids of all kept runs, in no order; reads no run."""
        ...
