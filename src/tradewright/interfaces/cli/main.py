"""The command `tradewright`: its nouns, its global options, and the one place where an error becomes an exit code."""

import os
import sys
import traceback as tracebacks
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

import tradewright
from tradewright.interfaces.cli import (
    backtest,
    broker,
    data,
    db,
    demo,
    indicators,
    jobs,
    keys,
    live,
    logs,
    project,
    risk,
    serve,
    signals,
    strategy,
    symbols,
    trade,
    up,
)
from tradewright.interfaces.cli.failures import ENDED_BY_CODE, FAILED, TERMINATED, Failure, explain
from tradewright.interfaces.cli.interrupts import EXIT_CODE, tidied_up
from tradewright.interfaces.cli.options import example
from tradewright.interfaces.cli.surroundings import Terminated, abandon_output, flush_or_abandon_output, prepared
from tradewright.interfaces.terminal.output import notes, print_json

app = typer.Typer(
    name="tradewright",
    help="From a trading idea to a tear sheet, and on to paper: import data, test a strategy, trade it.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
demo.register(app)
app.add_typer(data.group, name="data")
app.add_typer(strategy.group, name="strategy")
app.add_typer(backtest.group, name="backtest")
app.add_typer(trade.group, name="trade")
app.add_typer(live.group, name="live")
app.add_typer(risk.group, name="risk")
app.add_typer(broker.group, name="broker")
app.add_typer(indicators.group, name="indicators")
app.add_typer(symbols.group, name="symbols")
app.add_typer(signals.group, name="signals")
app.add_typer(symbols.watchlists, name="watchlist")
app.add_typer(keys.group, name="keys")
app.add_typer(db.group, name="db")
app.add_typer(jobs.group, name="jobs")
project.register(app)
logs.register(app)
up.register(app)
serve.register(app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tradewright {tradewright.__version__}")
        raise typer.Exit


@app.callback(
    epilog=example(
        "tradewright demo",
        "tradewright backtest run moving_average --symbol AAPL --start 2001-01-01 --param fast=20 --param slow=50",
    )
)
def options(
    project: Annotated[
        Path | None,
        typer.Option(help="Project folder; else the nearest folder above with a tradewright.toml, else this one."),
    ] = None,
    traceback: Annotated[bool, typer.Option("--traceback", help="Show where an error came from.")] = False,
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """From a trading idea to a tear sheet, and on to paper: import data, test a strategy, trade it."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    asked = "--traceback" in given or os.environ.get("TRADEWRIGHT_TRACEBACK", "") not in {"", "0"}
    # --traceback is understood in any place, because it is added to a command that has just failed
    given = [argument for argument in given if argument != "--traceback"]
    as_json = "--json" in given
    with prepared(as_json=as_json):
        try:
            with tidied_up():
                code = typer.main.get_command(app).main(args=given, prog_name="tradewright", standalone_mode=False)
                if code == EXIT_CODE:  # typer has caught the interrupt, and says nothing
                    raise KeyboardInterrupt
                sys.stdout.flush()
        except BrokenPipeError:  # the reader has seen enough: `tradewright backtest list | head -3`
            abandon_output()
            sys.exit(FAILED)
        except Terminated:
            sys.exit(TERMINATED)
        except SystemExit as left:
            if isinstance(left.__context__, BrokenPipeError):  # typer has turned it into this
                abandon_output()
                sys.exit(FAILED)
            _tell(ENDED_BY_CODE, as_json=as_json)
            sys.exit(ENDED_BY_CODE.exit_code)
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the door: every error becomes a message
            failure = explain(error)
            if asked:
                tracebacks.print_exception(error)
            _tell(failure, as_json=as_json)
            flush_or_abandon_output()
            sys.exit(failure.exit_code)
    sys.exit(code if isinstance(code, int) else 0)


def _tell(failure: Failure, *, as_json: bool) -> None:
    """On stdout as JSON for a program, else on stderr; where stdout takes nothing more, on stderr too."""
    if as_json:
        try:
            print_json({"error": failure.told()})
            sys.stdout.flush()
        except OSError:
            abandon_output()
        else:
            return
    if not failure.message:
        return  # help was shown in place of a message
    try:
        console = notes()
        console.print("[bold red]error:[/bold red]", end=" ")
        console.print(failure.message, markup=False)
        if failure.hint:
            console.print("[dim] hint:[/dim]", end=" ")
            console.print(failure.hint, markup=False)
    except OSError:
        abandon_output(sys.stderr)  # nobody can be told; the exit code says it
