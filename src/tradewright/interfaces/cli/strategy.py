"""`tradewright strategy`: which strategies there are, what one takes, a file to start one from, the shelf."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tradewright.application.shelf.messages import ShelvedStrategies, ShelvedStrategyShown
from tradewright.application.strategies.messages import KnownStrategies, StrategyDetails, WriteStrategy
from tradewright.bootstrap import App
from tradewright.interfaces.cli import shelf, strategy_check
from tradewright.interfaces.cli.options import Json, example, known_strategies, opened
from tradewright.interfaces.cli.shelf import print_versions
from tradewright.interfaces.terminal.output import DASH, print_json, screen
from tradewright.interfaces.terminal.tables import table
from tradewright.lazy import load
from tradewright.ports.paging import MOST, Page

if TYPE_CHECKING:
    from tradewright.application.shelf.views import StrategyEntry, StrategySheet
    from tradewright.application.strategies.views import ParameterView

_SHELF = "tradewright.application.shelf.views"
_VIEWS = "tradewright.application.strategies.views"

group = typer.Typer(
    help="Which strategies there are; start an own one; check it for look-ahead; the shelf of uploaded ones.",
    epilog=example(
        "tradewright strategy list", "tradewright strategy new my_idea", "tradewright strategy upload ./my_idea.py"
    ),
    no_args_is_help=True,
)
strategy_check.register(group)
shelf.register(group)


@group.command("list", epilog=example("tradewright strategy list", "tradewright strategy list --tag trend --json"))
def list_strategies(
    context: typer.Context,
    *,
    name: Annotated[str, typer.Option(help="Only those with this in their name or id.")] = "",
    tag: Annotated[str, typer.Option(help="Only those with this tag.")] = "",
    kind: Annotated[str, typer.Option(help="Only built_in or uploaded ones.")] = "",
    life: Annotated[str, typer.Option(help="Only draft, ready or deleted ones.")] = "",
    json: Json = False,
) -> None:
    """List the strategies that come with Tradewright, then those of the shelf."""
    found = _entries(opened(context), ShelvedStrategies(name=name, tag=tag, kind=kind, life=life, limit=MOST))
    if json:
        print_json({"strategies": found})
        return
    rows = (
        [
            item.id,
            item.name if item.version else "",
            f"{item.life} {item.version}" if item.version else "",
            ", ".join(f"{one.name}={one.default}" for one in item.parameters),
            item.summary,
        ]
        for item in found
    )
    screen().print(table(["strategy", "name", "version", "parameters", "what it does"], rows))


def _entries(app: App, query: ShelvedStrategies) -> "list[StrategyEntry]":
    """Every page; where nothing was ever uploaded no database is made to look for it."""
    if query == ShelvedStrategies(limit=MOST) and not app.state.is_there:
        return [load(_SHELF).entry_of_built_in(one) for one in app.ask(KnownStrategies(), answer=tuple)]
    page = app.ask(query, answer=Page)
    found = list(page.items)
    while page.cursor:
        page = app.ask(replace(query, cursor=page.cursor), answer=Page)
        found += page.items
    return found


@group.command(epilog=example("tradewright strategy show breakout", "tradewright strategy show ./my_idea.py:MyIdea"))
def show(
    context: typer.Context,
    strategy: Annotated[
        str,
        typer.Argument(
            help="Id of a strategy, file.py:ClassName, or shelf:<id or name>.",
            show_default=False,
            autocompletion=known_strategies,
        ),
    ],
    *,
    json: Json = False,
) -> None:
    """Show what a strategy does and which parameters it takes."""
    if load("tradewright.application.shelf.naming").reference_of(strategy) is not None:
        _show_shelved(opened(context).ask(ShelvedStrategyShown(strategy), answer=load(_SHELF).StrategySheet), json=json)
        return
    view = opened(context).ask(StrategyDetails(strategy), answer=load(_VIEWS).StrategyView)
    if json:
        print_json(view)
        return
    console = screen()
    console.print(f"{view.id}  ({view.name}, {view.speaks})", markup=False, style="bold")
    console.print(view.description, markup=False)
    _print_parameters(view.parameters)


def _show_shelved(found: "StrategySheet", *, json: bool) -> None:
    if json:
        print_json(found)
        return
    entry, console = found.entry, screen()
    told = f"{entry.id}  ({entry.name}, version {entry.version}, {entry.life})"
    console.print(told, markup=False, style="bold")
    console.print(found.description or "No description.", markup=False)
    _print_parameters(entry.parameters)
    print_versions(found)


def _print_parameters(parameters: "tuple[ParameterView, ...]") -> None:
    rows = (
        [
            item.name,
            item.type,
            str(item.default),
            DASH if item.low is None else f"{item.low:g}",
            DASH if item.high is None else f"{item.high:g}",
            item.description or ", ".join(item.choices),
        ]
        for item in parameters
    )
    console = screen()
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
    written = opened(context).ask(WriteStrategy(name), answer=load(_VIEWS).WrittenStrategy)
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
