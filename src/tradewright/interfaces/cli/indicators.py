"""`tradewright indicators`: which indicators there are, what they take and give."""

import typer

from tradewright.application.indicators.messages import KnownIndicators
from tradewright.interfaces.cli.options import Json, example, opened
from tradewright.interfaces.terminal.output import print_json, screen
from tradewright.interfaces.terminal.tables import table

group = typer.Typer(
    help="Which indicators there are.", epilog=example("tradewright indicators list"), no_args_is_help=True
)

WIDE = 120
"""Columns of a screen that has room for what an indicator gives and for its warm-up."""


@group.command("list", epilog=example("tradewright indicators list", "tradewright indicators list --json"))
def list_indicators(context: typer.Context, json: Json = False) -> None:
    """List the indicators with their inputs, parameters, outputs and warm-up."""
    indicators = opened(context).ask(KnownIndicators(), answer=tuple)
    if json:
        print_json({"indicators": indicators})
        return
    console = screen()
    is_wide = console.width >= WIDE
    rows = (
        [
            item.name,
            ", ".join(item.inputs),
            ", ".join(f"{name}={value}" for name, value in item.parameters.items()),
            *([", ".join(item.outputs), str(item.warm_up)] if is_wide else []),
            item.title,
        ]
        for item in indicators
    )
    headings = ["indicator", "of", "parameters", *(["gives", ">warm-up"] if is_wide else []), "what it is"]
    console.print(table(headings, rows))
