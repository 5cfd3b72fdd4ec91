"""Taking market data out of the store as a file for other programs."""

from pathlib import PurePath

from tradewright.application.data.messages import ExportData
from tradewright.application.data.reading import stored_rows
from tradewright.application.data.views import ExportView
from tradewright.domain.errors import InputError
from tradewright.ports.exports import Exporter, ExportFormat
from tradewright.ports.stores import MarketStore

_ENDINGS = {
    "csv": ExportFormat.CSV,
    "parquet": ExportFormat.PARQUET,
    "jsonl": ExportFormat.JSON_LINES,
    "ndjson": ExportFormat.JSON_LINES,
    "json": ExportFormat.JSON_LINES,
    "feather": ExportFormat.FEATHER,
    "arrow": ExportFormat.FEATHER,
}


def export_data(command: ExportData, *, store: MarketStore, exporter: Exporter) -> ExportView:
    """Write the rows; InputError for a format that is not known or a file that is there, DataError where none are."""
    form = _format(command)
    frame = stored_rows(command.rows, store=store)
    written = exporter.write(frame, command.path, form=form, overwrite=command.overwrite)
    return ExportView(written.path, str(form), len(frame), written.bytes)


def _format(command: ExportData) -> ExportFormat:
    asked = (command.format or PurePath(command.path).suffix.removeprefix(".")).lower()
    if asked not in _ENDINGS:
        raise InputError(
            f"the format of {command.path} is not known",
            expected=f"an ending or a format of {', '.join(dict.fromkeys(map(str, ExportFormat)))}",
            found=asked or "none",
        )
    return _ENDINGS[asked]
