"""`tradewright data`: bring market data in, look at it, ask it in SQL, write it out, keep the store tidy."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from tradewright.domain.errors import InputError, TradewrightError
from tradewright.interfaces.cli.data_options import FormOptions, ImportOptions
from tradewright.interfaces.cli.failures import as_options, explain
from tradewright.interfaces.cli.options import Json, example, flat, opened, split
from tradewright.interfaces.terminal.output import DASH, moment, notes, print_json, progress, screen
from tradewright.interfaces.terminal.quality import quality_table
from tradewright.interfaces.terminal.tables import frame_table, table
from tradewright.lazy import load

group = typer.Typer(
    help="Import, look at, query and export market data.",
    epilog=example("tradewright data import prices.csv --symbol SPY", "tradewright data list"),
    no_args_is_help=True,
)

_MESSAGES = "tradewright.application.data.messages"
_VIEWS = "tradewright.application.data.views"
_SAME = ("instrument", "interval", "source", "known_at")
"""Columns that are told once, above the rows, where they are the same in all."""
Symbol = Annotated[str, typer.Argument(help="As AAPL, or AAPL.XNAS.", show_default=False)]
Symbols = Annotated[list[str] | None, typer.Argument(help="Only these; else all that is stored.", show_default=False)]
Timeframe = Annotated[str | None, typer.Option(help="Only bars of this length: 1m, 1h, 1d.")]
Start = Annotated[str | None, typer.Option(help="First session: 2001, 2001-01 or 2001-01-31.")]
End = Annotated[str | None, typer.Option(help="Last session, included.")]
TableName = Annotated[str | None, typer.Option("--table", help="bars, trades, quotes, book, funding or actions.")]


@group.command(
    "import",
    epilog=example(
        "tradewright data import prices.csv --symbol SPY --venue ARCX",
        "tradewright data import bars.csv.gz --symbol BTCUSDT.BINANCE --timezone UTC --column time=1 --column close=5",
        "tradewright data import splits_and_dividends.csv --table actions",
    ),
)
@flat
def import_data(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="CSV, Parquet, JSON or feather files.", show_default=False)],
    *,
    what: ImportOptions,
    form: FormOptions,
    json: Json = False,
) -> None:
    """Import files: column names, time zone and number format are guessed, told, and can be said."""
    app, reports = opened(context), []
    report_type = load("tradewright.application.data.importing_report").ImportReport
    for file in files:
        try:
            with progress(f"importing {file.name}", shown=not json) as report:
                reports.append(app.ask(what.message(file, form), answer=report_type, progress=report))
        except TradewrightError as problem:
            if not (json and reports):
                raise
            failure = explain(problem)  # the files before this one are in the store
            print_json({"error": failure.told(), "imports": reports})
            raise typer.Exit(failure.exit_code) from problem
        if not json:
            _print_import(reports[-1])
    if json:
        print_json({"imports": reports})


@group.command(
    epilog=example("tradewright data export AAPL aapl.csv", "tradewright data export AAPL aapl.parquet --start 2010")
)
def export(
    context: typer.Context,
    symbol: Symbol,
    *,
    path: Annotated[Path, typer.Argument(help="Ends in .csv, .parquet, .jsonl or .feather.", show_default=False)],
    start: Start = None,
    end: End = None,
    table_name: TableName = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there.")] = False,
    json: Json = False,
) -> None:
    """Write rows of one instrument to a file for other programs."""
    messages = load(_MESSAGES)
    rows = messages.StoredRows(symbol, table=_table(table_name or "bars"), start=start, end=end)
    command = messages.ExportData(str(path), rows, overwrite=overwrite)
    done = opened(context).ask(command, answer=load(_VIEWS).ExportView)
    if json:
        print_json(done)
    else:
        screen().print(f"{done.rows:,} rows, {done.bytes:,} bytes: {done.path}", markup=False, soft_wrap=True)


@group.command("list", epilog=example("tradewright data list", "tradewright data list --json"))
def list_data(
    context: typer.Context,
    symbol: Annotated[str | None, typer.Option(help="Only this instrument.")] = None,
    *,
    table_name: TableName = None,
    json: Json = False,
) -> None:
    """List what is in the store: one line per instrument, timeframe and source."""
    chosen = None if table_name is None else _table(table_name)
    series = opened(context).ask(load(_MESSAGES).StoredData(chosen, symbol), answer=tuple)
    if json:
        print_json({"series": series})
        return
    if not series:
        screen().print("No market data yet. Try: tradewright demo, or tradewright data import FILE", markup=False)
        return
    rows = (
        [one.instrument, one.table, one.interval or DASH, one.source, one.rows, str(one.first)[:16], str(one.last)[:16]]
        for one in series
    )
    screen().print(table(["instrument", "table", "bars of", "source", ">rows", "first (UTC)", "last (UTC)"], rows))


@group.command(
    epilog=example("tradewright data show AAPL --start 2012-12", "tradewright data show AAPL --table actions")
)
def show(
    context: typer.Context,
    symbol: Symbol,
    *,
    start: Start = None,
    end: End = None,
    timeframe: Annotated[str | None, typer.Option(help="Length of the bars: 1m, 1h, 1d.")] = None,
    table_name: TableName = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many rows, the newest.")] = 20,
    json: Json = False,
) -> None:
    """Show the newest rows of one instrument."""
    query = load(_MESSAGES).StoredRows(
        symbol, table=_table(table_name or "bars"), timeframe=timeframe, start=start, end=end
    )
    frame = opened(context).ask(query, answer=load("polars").DataFrame)
    shown = frame.tail(limit)
    if json:
        print_json({"symbol": symbol, "rows_in_all": frame.height, "rows": shown})
        return
    same = {name: shown[name][0] for name in _SAME if name in shown.columns and shown[name].n_unique() == 1}
    caption = " · ".join(f"known since {value:%Y-%m-%d %H:%M} UTC" if name == "known_at" else str(value)
                         for name, value in same.items() if value is not None)  # fmt: skip
    screen().print(Text(caption, style="dim"))
    screen().print(frame_table(shown.drop(same)))
    if frame.height > shown.height:
        notes().print(f"the last {shown.height:,} of {frame.height:,} rows; --limit shows more", markup=False)


@group.command(epilog=example('tradewright data sql "SELECT instrument, count(*) FROM bars GROUP BY instrument"'))
def sql(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help="One SELECT over bars, trades, quotes, book, funding, actions.")],
    *,
    limit: Annotated[int, typer.Option(min=1, help="Show at most so many rows; --json gives all.")] = 100,
    json: Json = False,
) -> None:
    """Ask the store in SQL (DuckDB, read-only)."""
    frame = opened(context).ask(load(_MESSAGES).SqlQuestion(query), answer=load("polars").DataFrame)
    if json:
        print_json({"columns": frame.columns, "rows": frame})
        return
    screen().print(frame_table(frame.head(limit)))
    if frame.height > limit:
        notes().print(f"the first {limit:,} of {frame.height:,} rows; --limit shows more", markup=False)


@group.command(epilog=example("tradewright data versions", "tradewright data versions --table actions --json"))
def versions(
    context: typer.Context,
    table_name: TableName = None,
    *,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest.")] = 20,
    json: Json = False,
) -> None:
    """List the versions of a table: every import and correction is one."""
    found = opened(context).ask(load(_MESSAGES).StoreVersions(_table(table_name or "bars"), limit), answer=tuple)
    if json:
        told = [
            {name: getattr(one, name) for name in ("version", "operation", "rows", "note")}
            | {"time": datetime.fromtimestamp(one.time // 1_000_000_000, UTC)}
            for one in found
        ]
        print_json({"table": table_name or "bars", "versions": told})
    else:
        rows = ([one.version, moment(one.time), one.operation, one.rows, one.note] for one in found)
        screen().print(table([">version", "time (UTC)", "operation", ">rows", ""], rows))


@group.command(epilog=example("tradewright data quality", "tradewright data quality AAPL --json"))
def quality(
    context: typer.Context, symbols: Symbols = None, *, timeframe: Timeframe = None, json: Json = False
) -> None:
    """Score the stored bars of each series, and count what is wrong or odd."""
    views = _quality(context, symbols, timeframe=timeframe)
    if json:
        print_json({"series": views})
    else:
        console = screen()
        console.print(quality_table(views, width=console.width))


@group.command(epilog=example("tradewright data validate", "tradewright data validate AAPL MSFT --json"))
def validate(
    context: typer.Context,
    symbols: Symbols = None,
    *,
    timeframe: Timeframe = None,
    limit: Annotated[int, typer.Option(min=1, help="Show at most so many findings of a series.")] = 20,
    json: Json = False,
) -> None:
    """Check the stored bars against prices, calendar and corporate actions. Exit code 1 when one cannot be true."""
    views = _quality(context, symbols, timeframe=timeframe)
    sound = all(view.is_sound for view in views)
    if json:
        print_json({"sound": sound, "series": views})
    else:
        console = screen()
        console.print(quality_table(views, width=console.width))
        for view in views:
            if not view.findings.is_empty():
                console.print(Text(f"\n{view.instrument} {view.timeframe} from {view.source}", style="bold"))
                shown = view.findings.head(limit).select("severity", "check", "session", "rows", "reason")
                console.print(frame_table(shown))
            if view.findings.height > limit:
                console.print(f"... and {view.findings.height - limit:,} more; --limit shows them", markup=False)
    if not sound:
        raise typer.Exit(1)


@group.command(epilog=example("tradewright data compact"))
def compact(context: typer.Context, table_name: TableName = None, *, json: Json = False) -> None:
    """Rewrite many small files into few sorted ones; loses nothing, also while others write."""
    command = load(_MESSAGES).CompactStore(None if table_name is None else _table(table_name))
    done = opened(context).ask(command, answer=load(_VIEWS).UpkeepView)
    if json:
        print_json({"files_before": done.files_before, "files_after": done.files_after})
    else:
        screen().print(f"{done.files_before:,} files became {done.files_after:,}", markup=False)


@group.command(epilog=example("tradewright data clean --keep-hours 24"))
def clean(
    context: typer.Context,
    keep_hours: Annotated[
        int | None, typer.Option(min=1, help="Keep what the versions of so many hours need; else as the settings say.")
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Delete files that no version names any more; no row and no kept backtest is lost."""
    app = opened(context)
    hours = app.settings.data.keep_versions_hours if keep_hours is None else keep_hours
    done = app.ask(load(_MESSAGES).CleanStore(hours), answer=load(_VIEWS).UpkeepView)
    if json:
        print_json({"deleted": done.deleted})
    else:
        screen().print(f"{done.deleted:,} files deleted", markup=False)


def _quality(context: typer.Context, symbols: list[str] | None, *, timeframe: str | None) -> tuple[Any, ...]:
    message = load("tradewright.application.data.quality").DataQuality(split(symbols), timeframe)
    return opened(context).ask(message, answer=tuple)


def _table(name: str) -> Any:
    tables = load("tradewright.ports.stores").Table
    try:
        return tables(name.lower())
    except ValueError:
        raise InputError(f"table {name} is not known", expected=" or ".join(tables), found=name) from None


def _print_import(report: Any) -> None:
    console = screen()
    head = Text.assemble(
        (report.path, "bold"), f": {report.rows_accepted:,} rows of {report.table} from {report.source}"
    )
    console.print(head, soft_wrap=True)
    rows = ([one.instrument, one.rows, one.first, one.last] for one in report.series)
    console.print(table(["instrument", ">rows", "first", "last"], rows))
    stored = f"{report.added:,} new, {report.corrected:,} corrected, {report.unchanged:,} known already"
    console.print(f"stored: {stored}", markup=False)
    for told in report.conclusions:
        console.print(Text.assemble(("note: ", "dim"), as_options(told)), soft_wrap=True)
    for what, count in report.skipped.items():
        console.print(Text.assemble(("note: ", "dim"), f"{count:,} {what}"), soft_wrap=True)
    if report.rows_rejected:
        console.print(Text(f"{report.rows_rejected:,} of {report.rows_read:,} rows rejected", style="yellow"))
        for reason, count in list(report.rejected_by_reason.items())[:5]:
            console.print(f"  {count:,} x {reason}", markup=False, soft_wrap=True)
        console.print(f"  all of them, with line and reason: {report.quarantine}", markup=False, soft_wrap=True)
    if report.actions is not None:
        console.print()
        _print_import(report.actions)
