"""`tradewright strategy`: which strategies there are, what one takes, and a file to start an own one from."""

from pathlib import Path
from typing import Annotated

import typer

from tradewright.application.strategies.messages import KnownStrategies, StrategyDetails, WriteStrategy
from tradewright.application.strategies.views import StrategyView, WrittenStrategy
from tradewright.interfaces.cli.options import Json, example, known_strategies, opened
from tradewright.interfaces.terminal.output import DASH, print_json, screen
from tradewright.interfaces.terminal.tables import table

group = typer.Typer(
    help="Which strategies there are; start an own one.",
    epilog=example("tradewright strategy list", "tradewright strategy new my_idea"),
    no_args_is_help=True,
)


@group.command("list", epilog=example("tradewright strategy list --json"))
def list_strategies(context: typer.Context, json: Json = False) -> None:
    """List the built-in strategies."""
    strategies = opened(context).ask(KnownStrategies(), answer=tuple)
    if json:
        print_json({"strategies": strategies})
        return
    rows = (
        [item.id, ", ".join(f"{one.name}={one.default}" for one in item.parameters), item.summary]
        for item in strategies
    )
    screen().print(table(["strategy", "parameters", "what it does"], rows))


@group.command(epilog=example("tradewright strategy show breakout", "tradewright strategy show ./my_idea.py:MyIdea"))
def show(
    context: typer.Context,
    strategy: Annotated[
        str,
        typer.Argument(
            help="Id of a strategy, or file.py:ClassName.", show_default=False, autocompletion=known_strategies
        ),
    ],
    *,
    json: Json = False,
) -> None:
    """Show what a strategy does and which parameters it takes."""
    view = opened(context).ask(StrategyDetails(strategy), answer=StrategyView)
    if json:
        print_json(view)
        return
    console = screen()
    console.print(f"{view.id}  ({view.name}, {view.speaks})", markup=False, style="bold")
    console.print(view.description, markup=False)
    rows = (
        [
            item.name,
            item.type,
            str(item.default),
            DASH if item.low is None else f"{item.low:g}",
            DASH if item.high is None else f"{item.high:g}",
            item.description or ", ".join(item.choices),
        ]
        for item in view.parameters
    )
    console.print()
    console.print(table(["parameter", "type", ">default", ">low", ">high", ""], rows))


@group.command(epilog=example("tradewright strategy new my_idea"))
def new(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What the strategy is called: my_idea.", show_default=False)],
    *,
    json: Json = False,
) -> None:
    """Write a working strategy with remarks, to start an own one from."""
    written = opened(context).ask(WriteStrategy(name), answer=WrittenStrategy)
    if json:
        print_json(written)
        return
    console = screen()
    console.print(f"Written: {written.path}", markup=False, soft_wrap=True)
    chosen = context.find_root().params.get("project")
    project = "" if chosen is None else f"--project {chosen} "
    path = Path(written.path)
    here = f"./{path.relative_to(Path.cwd())}" if path.is_relative_to(Path.cwd()) else path
    console.print(f"Run it:  tradewright {project}backtest run {here} --symbol AAPL", markup=False, soft_wrap=True)
