"""`tradewright signals`: what strategies want of instruments now, and what they wanted."""

import csv
import sys
from collections.abc import Sequence
from dataclasses import fields
from typing import Annotated

import typer

from tradewright.application.signals.messages import GenerateSignals, SignalList
from tradewright.domain.errors import InputError
from tradewright.interfaces.cli.backtest import parameters
from tradewright.interfaces.cli.options import Json, example, known_strategies, opened, split
from tradewright.interfaces.terminal.output import moment, notes, print_json, screen
from tradewright.interfaces.terminal.tables import table
from tradewright.ports.paging import Page
from tradewright.ports.signals import KeptSignal

group = typer.Typer(
    help="Signals: BUY, SELL or HOLD, and how strong.",
    epilog=example(
        "tradewright signals generate moving_average --symbols AAPL,MSFT", "tradewright signals list --opinion BUY"
    ),
    no_args_is_help=True,
)
Csv = Annotated[bool, typer.Option("--csv", help="Print comma-separated values and nothing else.")]


@group.command(
    epilog=example(
        "tradewright signals generate moving_average --symbols AAPL,MSFT --param fast=20",
        "tradewright signals generate shelf:my_idea --symbols SPY --json",
    )
)
def generate(
    context: typer.Context,
    strategy: Annotated[
        str,
        typer.Argument(
            help="Id of a strategy, or shelf:<id or name>.", show_default=False, autocompletion=known_strategies
        ),
    ],
    *,
    symbols: Annotated[list[str] | None, typer.Option("--symbols", "--symbol", "-s", help="Of what: A,B,C.")] = None,
    param: Annotated[list[str] | None, typer.Option("--param", "-p", help="A parameter: fast=20.")] = None,
    timeframe: Annotated[str, typer.Option(help="Length of a bar.")] = "1d",
    end: Annotated[str | None, typer.Option(help="The last day that it may know.")] = None,
    as_csv: Csv = False,
    json: Json = False,
) -> None:
    """Ask a strategy what it wants after the newest bar of the store, and keep it."""
    command = GenerateSignals(
        strategy=strategy,
        symbols=split(symbols),
        parameters={name: str(value) for name, value in parameters(param).items()},
        interval=timeframe,
        end=end,
    )
    _shown(opened(context).ask(command, answer=tuple), as_csv=as_csv, as_json=json)


@group.command("list", epilog=example("tradewright signals list", "tradewright signals list --symbol AAPL.XNAS --csv"))
def list_signals(
    context: typer.Context,
    *,
    strategy: Annotated[str, typer.Option(help="Only of this strategy.")] = "",
    symbol: Annotated[str, typer.Option(help="Only of this instrument, by its id.")] = "",
    opinion: Annotated[str, typer.Option(help="Only BUY, SELL or HOLD.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many, the newest.")] = 50,
    as_csv: Csv = False,
    json: Json = False,
) -> None:
    """List signals that were made, the newest bars first."""
    query = SignalList(strategy=strategy, symbol=symbol, opinion=opinion.upper(), limit=limit)
    found = opened(context).ask(query, answer=Page).items
    if not (found or as_csv or json):
        notes().print("No signals yet. Try: tradewright signals generate moving_average --symbols AAPL")
        return
    _shown(found, as_csv=as_csv, as_json=json)


def _shown(found: Sequence[KeptSignal], *, as_csv: bool, as_json: bool) -> None:
    if as_csv and as_json:
        raise InputError("--csv and --json cannot be used together", remedy="choose one")
    if as_json:
        print_json({"signals": found})
        return
    if as_csv:
        names = [one.name for one in fields(KeptSignal) if one.name != "parameters"]
        rows = csv.writer(sys.stdout, lineterminator="\n")
        rows.writerow(names)
        rows.writerows(["" if (cell := getattr(one, name)) is None else str(cell) for name in names] for one in found)
        return
    shown = (
        [
            one.instrument,
            one.opinion.value,
            f"{one.strength:.2f}",
            "-" if one.target is None else f"{one.target:+.2f}",
            f"{one.previous:+.2f}",
            moment(one.bar_ns),
            f"{one.strategy}@{one.version}" if one.version else one.strategy,
            ", ".join(f"{name}={value}" for name, value in one.parameters.items()),
        ]
        for one in found
    )
    heads = ["instrument", "signal", ">strength", ">target", ">before", "after the bar of", "strategy", "parameters"]
    screen().print(table(heads, shown))
