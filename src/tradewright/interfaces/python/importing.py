"""`tw.import_data`: a file or a table of a notebook into the store of a project."""

import os
from collections.abc import Mapping
from dataclasses import fields
from datetime import date as Date  # noqa: N812 - a setting is called date
from enum import StrEnum
from pathlib import Path
from typing import Any, TypedDict, TypeVar, Unpack

from tradewright.application.data.importing_bars import Stamps
from tradewright.application.data.importing_columns import Mapped
from tradewright.application.data.importing_numbers import NumberFormat
from tradewright.application.data.importing_report import ImportReport
from tradewright.application.data.importing_request import ImportFile
from tradewright.bootstrap import App, Progress, find_project, open_app
from tradewright.domain.errors import InputError
from tradewright.interfaces.python.frames import as_polars
from tradewright.interfaces.python.settings import refuse_unknown
from tradewright.interfaces.python.stores import folder_of
from tradewright.ports.files import ReadOptions
from tradewright.ports.stores import Table

THE_TABLE = "the table"
_READING = frozenset(item.name for item in fields(ReadOptions))
Kind = TypeVar("Kind", bound=StrEnum)


class Form(TypedDict, total=False):
    """How a file is written, where that is not to be guessed; `ImportFile` and `ReadOptions` say what each means."""

    venues: Mapping[str, str]
    mapping: Mapping[str, Mapped]
    wide: Mapping[str, Mapping[str, Mapped]]
    timezone: str | None
    stamps: str | None
    time_format: str | None
    day_first: bool | None
    date: Date | None
    numbers: str | None
    price_scale: float
    max_rejected: float
    with_actions: bool
    source: str
    header: bool | None
    skip_lines: int | None
    delimiter: str | None
    member: str | None


def import_data(
    data: Any,
    *,
    symbol: str | None = None,
    table: str | None = None,
    venue: str | None = None,
    timeframe: str | None = None,
    project: str | Path | None = None,
    progress: Progress | None = None,
    **form: Unpack[Form],
) -> ImportReport:
    """Bring a file or a table into the store of a project; the report tells what was concluded, stored and rejected.

    `data` is the path of a file, a pandas or Polars frame, a structured numpy array or a mapping of columns.
    `symbol` names the instrument of data that names none, as `SPY` or `BTCUSDT.BINANCE`; `venue` is where bare symbols
    trade. `table` is bars, trades, quotes, book, funding or actions (splits and dividends); guessed when not given.
    `timeframe` is the length of a bar. `project` is the folder whose store is filled; the one around the current folder
    when not given. `progress(done, total)` is called now and then.

    `form` says how the data is written: mapping (role to column), timezone, stamps, time_format, day_first, numbers,
    price_scale, wide, venues, date, header, skip_lines, delimiter, member. `with_actions=True` brings in the splits and
    dividends beside bars; `max_rejected` is the part of bad rows that is borne; `source` is the name under which the
    rows are kept (`file`).

    Raises InputError for what cannot be used; then nothing is stored.
    """
    refuse_unknown(form, sorted(Form.__optional_keys__), of="tw.import_data")
    is_file = isinstance(data, str | Path)
    said: dict[str, Any] = {name: value for name, value in form.items() if name not in _READING}
    for name, kind in (("stamps", Stamps), ("numbers", NumberFormat)):
        if said.get(name) is not None:
            said[name] = _one_of(kind, said[name], name=name)
    message = ImportFile(
        str(Path(data).expanduser()) if is_file else THE_TABLE,
        table=None if table is None else _one_of(Table, table, name="table"),
        symbol=symbol,
        venue=venue,
        interval=timeframe,
        form=ReadOptions(**{name: value for name, value in form.items() if name in _READING}),  # type: ignore[arg-type]
        **said,
    )
    folder = folder_of(project)
    app = open_app(folder) if is_file else _app_of_table(data, folder)
    return app.ask(message, answer=ImportReport, progress=progress)


def _app_of_table(data: Any, folder: Path | None) -> App:
    place = (folder or find_project(Path.cwd())).absolute()
    return App(place, environment=os.environ, frames={THE_TABLE: as_polars(data)})


def _one_of(kinds: type[Kind], text: str, *, name: str) -> Kind:
    try:
        return kinds(text)
    except ValueError:
        raise InputError(f"{name} {text!r} is not known", expected=" or ".join(kinds), found=repr(text)) from None
