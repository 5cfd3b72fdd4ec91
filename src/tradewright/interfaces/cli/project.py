"""The project folder from the shell: `init` sets it up, `doctor` explains it, `status` says what it holds."""

import sys
from dataclasses import fields
from typing import Annotated

import typer
from rich.text import Text

from tradewright.application.health.messages import PlatformRuns
from tradewright.application.health.views import ComponentView
from tradewright.application.projects.messages import InitializeProject, ProjectDiagnosis, ProjectStatus
from tradewright.application.projects.views import Diagnosis, Initialized, StatusView, Verdict
from tradewright.bootstrap import App
from tradewright.domain.errors import StorageError
from tradewright.interfaces.cli.options import Json, example, opened
from tradewright.interfaces.terminal.output import DASH, print_json, screen
from tradewright.interfaces.terminal.tables import table
from tradewright.lazy import load

_STYLES = {Verdict.OK: "green", Verdict.WARNING: "yellow", Verdict.PROBLEM: "bold red"}


def register(app: typer.Typer) -> None:
    """Add the commands, which stand without a noun."""
    app.command(epilog=example("tradewright init", "tradewright init --yes"))(init)
    app.command(epilog=example("tradewright doctor --json", "tradewright doctor --production"))(doctor)
    app.command("check-config", hidden=True, epilog=example("tradewright check-config"))(doctor)
    app.command(epilog=example("tradewright status", "tradewright --project ./research status --json"))(status)


def init(
    context: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing, take the defaults.")] = False,
    *,
    json: Json = False,
) -> None:
    """Set up a project folder: a settings file with remarks; asks for what matters on a terminal."""
    cash, commission_bps = None, None
    if sys.stdin.isatty() and not (yes or json):
        cash = typer.prompt("Money at the start of a backtest", default=100_000.0, type=float)
        commission_bps = typer.prompt(
            "Commission in basis points of the notional (10 is 0.1 %)", default=0.0, type=float
        )
    done = opened(context, here=True).ask(
        InitializeProject(cash=cash, commission_bps=commission_bps), answer=Initialized
    )
    if json:
        print_json(done)
        return
    console = screen()
    console.print(f"Project folder: {done.project}", markup=False, soft_wrap=True)
    for name in done.written:
        console.print(f"  written  {name}", markup=False)
    for name in done.kept:
        console.print(f"  kept     {name} (was there already)", markup=False)
    console.print("Next: tradewright demo, or tradewright data import prices.csv --symbol SPY", markup=False)


def doctor(
    context: typer.Context,
    *,
    production: Annotated[bool, typer.Option("--production", help="Go through the list for production too.")] = False,
    json: Json = False,
) -> None:
    """Check everything that can be wrong, and show each setting with its origin. Exit code 1 when something is."""
    found = opened(context).ask(ProjectDiagnosis(production), answer=Diagnosis)
    if json:
        checks = {"project": found.project, "healthy": found.is_healthy, "checks": found.checks}
        print_json(checks | {"settings": found.settings})
    else:
        _print(found)
    if not found.is_healthy:
        raise typer.Exit(1)


def status(context: typer.Context, json: Json = False) -> None:
    """Say what the project folder holds, and how its platform is, when it runs."""
    app = opened(context)
    view, parts = app.ask(ProjectStatus(), answer=StatusView), _parts(app)
    if json:
        print_json({one.name: getattr(view, one.name) for one in fields(view)} | {"platform": parts})
        return
    span = f", {view.first} to {view.last}" if view.first else ""
    bars = f"{view.bars:,} bars of {view.instruments} instruments ({', '.join(view.timeframes) or DASH}){span}"
    rows = [
        ["Project", view.project + ("" if view.is_initialized else "  (no tradewright.toml; defaults)")],
        ["Market data", bars if view.bars else "none yet; try: tradewright demo, or tradewright data import"],
        ["Store", f"{view.store_files:,} files, {view.store_bytes / 1e6:,.1f} MB"],
        [
            "Backtests",
            f"{view.backtests:,} kept" + (f", latest {view.latest_backtest}" if view.latest_backtest else ""),
        ],
        ["Disk", f"{view.free_bytes / 1e9:,.1f} GB free"],
        ["Platform", f"runs, {len(parts)} parts" if parts else "does not run; start it: tradewright up"],
    ]
    screen().print(table(["", ""], ([Text(name, style="dim"), Text(value)] for name, value in rows)))
    if parts:
        screen().print(load("tradewright.interfaces.terminal.platform").parts_table(parts))


def _parts(app: App) -> tuple[ComponentView, ...]:
    """What was looked at lately; nothing where no platform runs, or its database cannot be asked: `doctor` says why."""
    try:
        found: tuple[ComponentView, ...] = app.ask(PlatformRuns(), answer=tuple)
    except StorageError:
        return ()
    return found


def _print(found: Diagnosis) -> None:
    console = screen()
    console.print(f"Project folder: {found.project}", markup=False, soft_wrap=True)
    console.print()
    checks = (
        [check.name, Text(check.verdict.value, style=_STYLES[check.verdict]), Text(check.found), Text(check.remedy)]
        for check in found.checks
    )
    console.print(table(["check", "", "found", "what to do"], checks))
    console.print()
    settings = ([line.name, Text(line.value or DASH), line.origin, Text(line.description)] for line in found.settings)
    console.print(table(["setting", "value", "from", ""], settings))
    console.print()
    told = (
        Text("Everything is fine.", style="green")
        if found.is_healthy
        else Text("Something will fail.", style="bold red")
    )
    console.print(told)
