"""What every door shows of the store."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SeriesView:
    """The rows of one instrument from one source."""

    table: str
    instrument: str
    interval: str | None
    """Timeframe of bars; None in other tables."""
    source: str
    rows: int
    first: datetime
    """Stamp of the first row, UTC."""
    last: datetime


@dataclass(frozen=True, slots=True)
class UpkeepView:
    """What an upkeep of the store did."""

    files_before: int
    files_after: int
    deleted: int = 0


@dataclass(frozen=True, slots=True)
class ExportView:
    """A written file."""

    path: str
    format: str
    rows: int
    bytes: int
