"""`tradewright backtest`: run a strategy on history; list, show and compare kept runs; write their tear sheets."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from tradewright.application.backtests.messages import (
    BacktestComparison,
    KeepBacktest,
    KeptBacktest,
    KeptBacktests,
    RunBacktest,
    VerifyBacktest,
)
from tradewright.domain.errors import InputError
from tradewright.interfaces.cli.backtest_options import (
    AccountOptions,
    MarketOptions,
    SheetOptions,
    StatisticsOptions,
    flags,
)
from tradewright.interfaces.cli.backtest_verify import show_verification
from tradewright.interfaces.cli.options import Json, example, flat, known_strategies, opened, split
from tradewright.interfaces.cli.sheets import as_json, sheet_path, write_sheet
from tradewright.interfaces.limits import limits_said
from tradewright.interfaces.terminal.output import print_json, progress, screen
from tradewright.lazy import load

_FINISHED = "tradewright.application.backtests.finished"
_SUMMARIES = "tradewright.application.backtests.summaries"
_VERIFYING = "tradewright.application.backtests.verifying"
_VIEWS = "tradewright.application.backtests.views"
group = typer.Typer(
    help="Run a strategy on history; keep, show and compare the runs.",
    epilog=example("tradewright backtest run moving_average --symbol AAPL", "tradewright backtest list"),
    no_args_is_help=True,
)

RunId = Annotated[str, typer.Argument(help="Id of a run, the beginning of one, or latest.", show_default=False)]


@group.command(
    epilog=example(
        "tradewright backtest run moving_average --symbol AAPL --start 2001-01-01 --end 2012-12-31"
        " --param fast=20 --param slow=50 --commission-bps 10",
        "tradewright backtest run ./my_idea.py:MyIdea --file prices.csv --symbol SPY --json",
    )
)
@flat
def run(
    context: typer.Context,
    strategy: Annotated[
        str,
        typer.Argument(
            help="Id of a strategy, or file.py:ClassName.", show_default=False, autocompletion=known_strategies
        ),
    ],
    *,
    market: MarketOptions,
    account: AccountOptions,
    statistics: StatisticsOptions,
    sheet: SheetOptions,
    param: Annotated[list[str] | None, typer.Option("--param", "-p", help="A parameter: fast=20.")] = None,
    engine: Annotated[str | None, typer.Option(help="auto, runtime or kernel; the fills are the same.")] = None,
) -> None:
    """Test a strategy on history and write its tear sheet."""
    app = opened(context, flags=flags(market, account, statistics=statistics, engine=engine))
    chosen = app.settings
    command = RunBacktest(
        strategy=strategy,
        parameters=parameters(param),
        market=market.market(chosen.backtest.prices),
        account=account.account(chosen.backtest),
        conventions=statistics.conventions(chosen.statistics),
        engine=chosen.backtest.engine,
        limits=limits_said(account.limits, risk=chosen.risk),
    )
    with progress("testing", shown=not sheet.json) as report:
        finished = app.ask(command, answer=load(_FINISHED).FinishedBacktest, progress=report)
    view = app.ask(KeepBacktest(finished.view), answer=load(_VIEWS).BacktestView)
    if not sheet.no_report:
        view = replace(view, report=str(write_sheet(view, sheet.report or sheet_path(app, view))))
    if sheet.json:
        print_json(as_json(view))
        return
    screen().print(load("tradewright.interfaces.terminal.summary").summary(view))


def parameters(given: list[str] | None) -> dict[str, object]:
    """`["fast=20"]` -> `{"fast": "20"}`; the strategy knows the types."""
    chosen: dict[str, object] = {}
    for text in given or ():
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise InputError("--param cannot be used", expected="name=value, as fast=20", found=text)
        if name.strip() in chosen:
            raise InputError(f"--param {name.strip()} is given twice", remedy="give each parameter once")
        chosen[name.strip()] = value.strip()
    return chosen


@group.command("list", epilog=example("tradewright backtest list --strategy moving_average --limit 10"))
def list_runs(
    context: typer.Context,
    strategy: Annotated[str | None, typer.Option(help="Only runs of this strategy.")] = None,
    *,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest.")] = 50,
    json: Json = False,
) -> None:
    """List the runs kept in the project folder, newest first."""
    runs = opened(context).ask(KeptBacktests(limit=limit, strategy=strategy), answer=tuple)
    if json:
        print_json({"runs": runs})
    elif not runs and strategy is not None:
        screen().print(f"No runs of {strategy}. See all: tradewright backtest list", markup=False)
    elif not runs:
        screen().print("No runs yet. Try: tradewright backtest run moving_average --symbol AAPL", markup=False)
    else:
        console = screen()
        console.print(load("tradewright.interfaces.terminal.summary").runs_table(runs, width=console.width))


@group.command(epilog=example("tradewright backtest show latest", "tradewright backtest show 3f2a --verify"))
def show(
    context: typer.Context,
    run_id: RunId,
    *,
    is_verified: Annotated[
        bool, typer.Option("--verify", help="Make it again and compare every byte; exit code 1 where it differs.")
    ] = False,
    json: Json = False,
) -> None:
    """Show one kept run: its settings, statistics, and with --json its fills and round trips."""
    app = opened(context)
    if is_verified:
        found = app.ask(VerifyBacktest(run_id), answer=load(_VERIFYING).Verification)
        show_verification(found, as_json=json)
        return
    view = app.ask(KeptBacktest(run_id), answer=load(_VIEWS).BacktestView)
    written = sheet_path(app, view)
    view = replace(view, report=str(written) if written.exists() else None)
    if json:
        print_json(as_json(view))
    else:
        screen().print(load("tradewright.interfaces.terminal.summary").summary(view))


@group.command(
    epilog=example(
        "tradewright backtest report latest --output sheet.html", "tradewright backtest report 3f2a -o sheet.png"
    )
)
def report(
    context: typer.Context,
    run_id: RunId,
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to; .html, .png, or .json, or a folder for CSV tables.")
    ] = None,
    json: Json = False,
) -> None:
    """Write the tear sheet of a kept run again."""
    app = opened(context)
    view = app.ask(KeptBacktest(run_id), answer=load(_VIEWS).BacktestView)
    written = write_sheet(view, output or sheet_path(app, view))
    if json:
        print_json({"run_id": view.run_id, "report": str(written)})
    else:
        screen().print(str(written), markup=False, soft_wrap=True)


@group.command(
    epilog=example("tradewright backtest compare 3f2a 9c41", "tradewright backtest compare latest 9c41 -o compare.html")
)
def compare(
    context: typer.Context,
    run_ids: Annotated[list[str], typer.Argument(help="Ids of two or more runs.", show_default=False)],
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write a page with their curves as well: compare.html")
    ] = None,
    is_whole: Annotated[bool, typer.Option("--all", help="Every statistic, not only those that decide.")] = False,
    json: Json = False,
) -> None:
    """Set several kept runs side by side: what they differ in and how they did."""
    if output is not None and output.suffix.lower() not in {".html", ".htm"}:
        raise InputError(
            f"a comparison cannot be written to {output}", expected="a path that ends in .html", found=output.suffix
        )
    app = opened(context)
    view = app.ask(BacktestComparison(split(run_ids)), answer=load(_SUMMARIES).ComparisonView)
    if output is not None:
        kept = [app.ask(KeptBacktest(run.run_id), answer=load(_VIEWS).BacktestView) for run in view.runs]
        load("tradewright.interfaces.reports.comparison").write_comparison(kept, output)
    if json:
        print_json(view)
    else:
        console, summary = screen(), load("tradewright.interfaces.terminal.summary")
        console.print(summary.comparison(view, width=console.width, is_whole=is_whole))
