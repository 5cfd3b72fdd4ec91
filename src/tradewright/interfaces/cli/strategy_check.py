"""`tradewright strategy check`: do the orders stand when the future is cut away, what else flatters a strategy.

Exit code 0: nothing is accused; 1: something is; 2: what was asked cannot be checked.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tradewright.application.backtests.messages import Account, Market
from tradewright.application.honesty.messages import CheckHonesty
from tradewright.interfaces.cli.backtest import parameters
from tradewright.interfaces.cli.options import Json, example, flat, known_strategies, opened, split
from tradewright.interfaces.terminal.output import print_json, progress, screen
from tradewright.interfaces.terminal.tables import table
from tradewright.lazy import load

if TYPE_CHECKING:
    from tradewright.application.honesty.views import HonestyReport

_REPORT = "tradewright.application.honesty.views"
FOUND = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedMarket:
    """Which bars."""

    symbols: Annotated[list[str] | None, typer.Option("--symbols", "--symbol", "-s", help="On what: A,B,C.")] = None
    data: Annotated[Path | None, typer.Option("--data", "--file", help="Bars of a file, not of the store.")] = None
    start: Annotated[str | None, typer.Option(help="First session: 2001, 2001-01 or 2001-01-31.")] = None
    end: Annotated[str | None, typer.Option(help="Last session, included.")] = None
    timeframe: Annotated[str | None, typer.Option(help="Length of a bar: 1m, 1h, 1d (the default).")] = None
    as_of: Annotated[str | None, typer.Option(help="Only what was known by then.")] = None

    def market(self) -> Market:
        """The message's part."""
        return Market(
            symbols=split(self.symbols),
            timeframe=self.timeframe,
            start=self.start,
            end=self.end,
            as_of=self.as_of,
            file=str(self.data) if self.data else None,
        )


def register(group: typer.Typer) -> None:
    """Add the command to `tradewright strategy`."""
    group.command(
        epilog=example(
            "tradewright strategy check moving_average --symbols AAPL,MSFT",
            "tradewright strategy check ./my_idea.py --data prices.csv --symbols SPY --fast",
            "tradewright strategy check shelf:my_idea@2 --symbols SPY --json",
        )
    )(flat(check))


def check(
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
    market: CheckedMarket,
    param: Annotated[list[str] | None, typer.Option("--param", "-p", help="A parameter: fast=20.")] = None,
    fill: Annotated[str, typer.Option(help="next-open or signal-close.")] = "next-open",
    is_fast: Annotated[bool, typer.Option("--fast", help="Fewer cuts: a first look.")] = False,
    json: Json = False,
) -> None:
    """Prove that a strategy does not look ahead: its orders must stand when the future is cut away."""
    command = CheckHonesty(
        strategy=strategy,
        parameters=parameters(param),
        market=market.market(),
        account=Account(fill=fill),
        is_fast=is_fast,
    )
    with progress("cutting", shown=not json) as report:
        found = opened(context).ask(command, answer=load(_REPORT).HonestyReport, progress=report)
    if json:
        print_json(_as_json(found))
    else:
        _show(found)
    if not found.is_clean:
        raise typer.Exit(FOUND)


def _as_json(found: "HonestyReport") -> dict[str, object]:
    facts = {name: getattr(found, name) for name in found.__dataclass_fields__}
    return {"is_clean": found.is_clean, **facts}


def _show(found: "HonestyReport") -> None:
    console = screen()
    span = f"{found.rows:,} bars of {found.timeframe}, {found.start} to {found.end}"
    console.print(f"{found.strategy} on {', '.join(found.instruments)}", markup=False, style="bold")
    console.print(f"{span}: {found.orders:,} orders, {found.cuts} cuts, {found.runs} runs", markup=False)
    console.print()
    console.print(
        table(["what", "verdict", "why"], ([one.kind.value, one.verdict.value, one.story] for one in found.judgments))
    )
    for one in found.judgments:
        if one.place is not None:
            console.print()
            console.print(f"{one.kind.value}: {one.place.file}, line {one.place.line} ({one.place.name})", markup=False)
            console.print(f"    {one.place.text}", markup=False, style="bold")
    told = [one for one in found.judgments if one.remedy]
    if told:
        console.print()
    for one in told:
        console.print(f"{one.kind.value}: {one.remedy}", markup=False)
    console.print()
    accused = len(found.findings)
    console.print(
        "Nothing is accused."
        if found.is_clean
        else f"{accused} finding{'' if accused == 1 else 's'}: the result of a backtest cannot be believed.",
        markup=False,
        style="green" if found.is_clean else "red",
    )
