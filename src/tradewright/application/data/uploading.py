"""A file of market data that came over the network: it is brought in as one that lies on this machine would be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Final

from tradewright.application.data.importing import import_file
from tradewright.application.data.importing_bars import Stamps
from tradewright.application.data.importing_report import ImportedSeries, ImportReport
from tradewright.application.data.importing_request import ImportFile
from tradewright.domain.errors import InputError
from tradewright.ports.clock import Clock
from tradewright.ports.files import DataFiles
from tradewright.ports.stores import MarketStore, Table
from tradewright.ports.uploads import Uploads

MOST_ROWS: Final = 5_000_000
"""Of an upload: a few kilobytes can unpack to more than a disk holds."""
SHOWN: Final = 100
"""Rejected rows that are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportUpload:
    """Bring in the bytes of a file. Answer: `UploadView`. What is None is concluded from the file and told."""

    name: str
    """Of the file; its ending helps to tell what it is."""
    content: bytes = field(repr=False)
    table: Table | None = None
    symbol: str | None = None
    """The instrument of a file that names none: `SPY`, or `SPY.ARCX`."""
    venue: str | None = None
    """Where bare symbols are traded."""
    interval: str | None = None
    source: str = "upload"
    """Under which name the rows are kept; a second import under the same name corrects the first."""
    columns: tuple[str, ...] = ()
    """Which column is what: `close=Last`."""
    timezone: str | None = None
    """Of times that tell none; the venue's when not given."""
    stamps: Stamps | None = None
    time_format: str | None = None
    day_first: bool | None = None
    max_rejected: float = 0.5
    """Above this part of rejected rows nothing is stored: the file was misunderstood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedRow:
    """A row that was not believed."""

    line: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadView:
    """What came of a file, and what was concluded about it."""

    name: str
    table: str
    source: str
    interval: str | None
    mapping: Mapping[str, str]
    """Role to the column it was read from."""
    unused_columns: tuple[str, ...]
    conclusions: tuple[str, ...]
    """What was guessed, with the reason."""
    series: tuple[ImportedSeries, ...]
    rows_read: int
    rows_accepted: int
    rows_rejected: int
    added: int
    corrected: int
    unchanged: int
    """Rows that the store knew already."""
    version: int | None
    """Of the table after the import; null where nothing was stored."""
    rejected: tuple[RejectedRow, ...]
    """The first hundred."""
    rejected_by_reason: Mapping[str, int]


def import_upload(
    command: ImportUpload,
    *,
    store: MarketStore,
    files: DataFiles,
    uploads: Uploads,
    clock: Clock,
    default_venue: str = "XNYS",
) -> UploadView:
    """As `import_file` does; the report names the file as it was sent."""
    if not command.content:
        raise InputError("the file is empty", expected="bytes of a file", found="none")
    if not 0 <= command.max_rejected <= 1:
        raise InputError("max_rejected cannot be used", expected="0 to 1", found=f"{command.max_rejected:g}")
    with uploads.held(command.name, command.content) as path:
        wish = ImportFile(
            path=str(path),
            table=command.table,
            symbol=command.symbol,
            venue=command.venue,
            interval=command.interval,
            source=command.source,
            mapping=_mapping(command.columns),
            timezone=command.timezone,
            stamps=command.stamps,
            time_format=command.time_format,
            day_first=command.day_first,
            max_rejected=command.max_rejected,
            most_rows=MOST_ROWS,
        )
        report = import_file(wish, store=store, files=files, clock=clock, default_venue=default_venue)
    return _shown(report, PurePath(command.name).name)


def _shown(report: ImportReport, name: str) -> UploadView:
    return UploadView(
        name=name,
        table=report.table.value,
        source=report.source,
        interval=report.interval,
        mapping=report.mapping,
        unused_columns=report.unused_columns,
        conclusions=report.conclusions,
        series=report.series,
        rows_read=report.rows_read,
        rows_accepted=report.rows_accepted,
        rows_rejected=report.rows_rejected,
        added=report.added,
        corrected=report.corrected,
        unchanged=report.unchanged,
        version=report.version,
        rejected=tuple(RejectedRow(**row) for row in report.rejected.head(SHOWN).iter_rows(named=True)),
        rejected_by_reason=report.rejected_by_reason,
    )


def _mapping(columns: tuple[str, ...]) -> Mapping[str, str]:
    found = {}
    for one in columns:
        role, equals, column = one.partition("=")
        if not equals or not role.strip() or not column.strip():
            raise InputError("the columns cannot be used", expected="role=column, as close=Last", found=one)
        found[role.strip()] = column.strip()
    return found
