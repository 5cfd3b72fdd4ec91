"""`tradewright db`: the database of the state, its version, backups of everything, and how they come back."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from tradewright.application.database.messages import (
    BackUp,
    DatabaseStatus,
    DowngradeDatabase,
    Restore,
    UpgradeDatabase,
)
from tradewright.domain.errors import InputError
from tradewright.interfaces.cli.options import Json, example, opened, split
from tradewright.interfaces.terminal.output import DASH, moment, notes, print_json, progress, screen
from tradewright.interfaces.terminal.tables import table
from tradewright.lazy import load

if TYPE_CHECKING:
    from tradewright.application.database.views import DatabaseMoved, DatabaseView

_VIEWS: Final = "tradewright.application.database.views"
_NOTHING: Final = "0000"
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
group = typer.Typer(
    help="The state: its database, backups of everything, and how they come back.",
    epilog=example("tradewright db status", "tradewright db backup", "tradewright db restore backup.tar"),
    no_args_is_help=True,
)


@group.command(epilog=example("tradewright db status --json"))
def status(context: typer.Context, json: Json = False) -> None:
    """Show which database it is, the version of its tables, what is in it, and which backups there are."""
    view = opened(context).ask(DatabaseStatus(), answer=load(_VIEWS).DatabaseView)
    if json:
        print_json(view)
    else:
        _show(view)


@group.command(epilog=example("tradewright db upgrade"))
def upgrade(context: typer.Context, json: Json = False) -> None:
    """Bring the tables to this program's version; what is in them is backed up first."""
    with progress("backing up", shown=not json) as report:
        moved = opened(context).ask(UpgradeDatabase(), answer=load(_VIEWS).DatabaseMoved, progress=report)
    _moved(moved, json=json)


@group.command(epilog=example("tradewright db downgrade 0001", "tradewright db downgrade 0000 --yes"))
def downgrade(
    context: typer.Context,
    to: Annotated[str, typer.Argument(help="The version, as `db status` shows it; 0000 removes all tables.")],
    *,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Bring the tables back to an older version; what only newer ones have is lost. They are backed up first."""
    lost = "all tables, with everything in them, are removed" if to == _NOTHING else "what only newer ones have is lost"
    _confirmed(f"The tables go back to version {to}: {lost}. Go on?", yes=yes, json=json)
    with progress("backing up", shown=not json) as report:
        moved = opened(context).ask(DowngradeDatabase(to), answer=load(_VIEWS).DatabaseMoved, progress=report)
    _moved(moved, json=json)


@group.command(epilog=example("tradewright db backup", "tradewright db backup friday.tar --json"))
def backup(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="The archive; else `backups` in the state folder.")] = None,
    *,
    only_database: Annotated[bool, typer.Option("--only-database", help="Without journals, bars and runs.")] = False,
    json: Json = False,
) -> None:
    """Copy database, journals, bars, runs and settings into one archive, while everything goes on."""
    path = "" if file is None else str(Path.cwd() / file.expanduser())
    with progress("backing up", shown=not json) as report:
        message = BackUp(path=path, only_database=only_database)
        view = opened(context).ask(message, answer=load(_VIEWS).BackUpView, progress=report)
    if json:
        print_json(view)
        return
    screen().print(f"{view.files:,} files, {_size(view.bytes)} in {view.path}", markup=False)
    for name in view.left_out:
        notes().print(f"gone while it was copied: {name}", markup=False)


@group.command(epilog=example("tradewright db restore backup.tar", "tradewright db restore backup.tar --yes"))
def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The archive.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Let it take the place of the state that is there.")] = False,
    json: Json = False,
) -> None:
    """Check every digest of an archive, then put it in place of the state; nothing may be at work meanwhile."""
    message = Restore(path=str(Path.cwd() / file.expanduser()), may_replace=yes)
    with progress("unpacking", shown=not json) as report:
        view = opened(context).ask(message, answer=load(_VIEWS).RestoreView, progress=report)
    if json:
        print_json(view)
        return
    tables = f"the SQL tables of {len(view.sessions)} sessions are made"
    screen().print(f"{view.files:,} files of {moment(view.taken_ns)} UTC are in place, {tables}", markup=False)
    for problem in view.problems:
        notes().print(problem, markup=False, style="yellow")


@group.command(epilog=example("tradewright db prices", "tradewright db prices AAPL --json"))
def prices(
    context: typer.Context,
    symbols: Annotated[list[str] | None, typer.Argument(help="Tracked symbols; else all of them.")] = None,
    *,
    json: Json = False,
) -> None:
    """Copy daily bars of tracked symbols from the bar store into the table daily_prices, for questions in SQL."""
    loaded = load("tradewright.application.data.prices")
    with progress("copying", shown=not json) as report:
        message = loaded.ProjectPrices(split(symbols))
        view = opened(context).ask(message, answer=loaded.PricesProjected, progress=report)
    if json:
        print_json(view)
        return
    told = f"{view.changed:,} rows new or changed, {view.same:,} as before, of {view.instruments:,} instruments"
    screen().print(told, markup=False)
    if view.broken:
        notes().print(f"left out: {view.broken:,} bars that break a rule of prices", markup=False, style="yellow")
    if view.without_bars:
        notes().print(f"without a daily bar: {', '.join(view.without_bars[:10])}", markup=False)


def _confirmed(question: str, *, yes: bool, json: bool) -> None:
    """Asked on a terminal; elsewhere --yes has to be said."""
    if yes:
        return
    if json or not sys.stdin.isatty():
        raise InputError("nothing was changed: this asks first", expected="--yes", found="nobody to ask")
    if not typer.confirm(question, err=True):
        raise typer.Abort


def _moved(moved: "DatabaseMoved", *, json: bool) -> None:
    if json:
        print_json(moved)
        return
    if moved.backup:
        notes().print(f"backed up first: {moved.backup}", markup=False)
    is_same = moved.before == moved.after
    told = f"the tables are of version {moved.after}" + (" already" if is_same else f", they were of {moved.before}")
    screen().print(told, markup=False)


def _show(view: "DatabaseView") -> None:
    state = "up to date" if view.is_current else f"`tradewright db upgrade` brings them to {view.newest}"
    tables = f"version {view.version}, {state}" if view.version != _NOTHING or view.bytes else "made when first needed"
    rows = [
        ["database", f"{view.kind} {view.server}"],
        ["place", view.place],
        ["tables", tables],
        ["size", _size(view.bytes)],
        ["rows", ", ".join(f"{count:,} {name}" for name, count in view.rows.items() if count) or DASH],
        ["at work", "; ".join(view.at_work) or "nothing"],
        ["backups", "\n".join(f"{one.path} ({_size(one.bytes)})" for one in view.backups) or "none"],
    ]
    screen().print(table(["", ""], rows))


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB" if count >= 100_000 else f"{count:,} bytes"
