"""`tradewright live`: strategies that are to trade until somebody says otherwise, and what they do."""

from typing import TYPE_CHECKING, Annotated

import typer

from tradewright.application.deployments.messages import (
    ChangeParameters,
    DeploymentList,
    DeploymentShown,
    PauseDeployment,
    ResumeDeployment,
    StartDeployment,
    StopDeployment,
)
from tradewright.interfaces.cli.backtest import parameters
from tradewright.interfaces.cli.options import Json, example, flat, opened, split
from tradewright.interfaces.cli.trade_options import FeedOptions
from tradewright.interfaces.terminal.output import moment, notes, print_json, screen
from tradewright.interfaces.terminal.tables import table
from tradewright.lazy import load

if TYPE_CHECKING:
    from tradewright.application.deployments.views import DeploymentView
    from tradewright.ports.deployments import Parameter

group = typer.Typer(
    help="Deployments: strategies that trade until they are stopped, while `tradewright up` runs.",
    epilog=example(
        "tradewright live start moving_average --symbols AAPL,MSFT --from 2005-01-01 --speed 20",
        "tradewright live list",
    ),
    no_args_is_help=True,
)
_ID_PREFIX = "dp_"
_VIEWS = "tradewright.application.deployments.views"
Named = Annotated[
    str, typer.Argument(help="Id of a deployment, or of a strategy that is deployed once.", show_default=False)
]
Account = Annotated[str, typer.Option(help="The account that is meant.")]
Param = Annotated[list[str] | None, typer.Option("--param", "-p", help="A parameter: fast=20.")]


@group.command(
    epilog=example(
        "tradewright live start shelf:my_idea --symbols AAPL,MSFT --from 2005-01-01 --speed 20 --account ideas",
        "tradewright live start dp_abcdefgh23",
    )
)
@flat
def start(
    context: typer.Context,
    strategy: Annotated[
        str,
        typer.Argument(
            help="Id of a strategy, or shelf:<id or name>; without --symbols the id of a stopped deployment.",
            show_default=False,
        ),
    ],
    *,
    feed: FeedOptions,
    account: Annotated[str, typer.Option(help="The account; paper where none is named.")] = "",
    param: Param = None,
    sizing: Annotated[
        str, typer.Option(help="Rules of size in place of equal slots: AtrRisk(0.01) + FixedPart(0.2)")
    ] = "",
    json: Json = False,
) -> None:
    """Let a strategy trade until it is stopped, or start a stopped deployment again."""
    symbols = split(feed.symbols)
    if not symbols:
        strategy_named, deployment = _which(strategy)
        command = StartDeployment(
            strategy=strategy_named, deployment=deployment, account=account, parameters=_parameters(param)
        )
    else:
        command = StartDeployment(
            strategy=strategy,
            symbols=symbols,
            account=account,
            parameters=_parameters(param),
            feed=feed.feed,
            first=feed.first or "",
            last=feed.last or "",
            speed=feed.speed,
            interval=feed.timeframe or ("1m" if feed.feed == "trades" else "1d"),
            sizing=sizing,
        )
    _told(opened(context).ask(command, answer=load(_VIEWS).DeploymentView), json=json)


@group.command(epilog=example("tradewright live stop moving_average", "tradewright live stop dp_abcdefgh23"))
def stop(context: typer.Context, named: Named, *, account: Account = "", json: Json = False) -> None:
    """End its session in good order; protection stays at the venue."""
    strategy, deployment = _which(named)
    command = StopDeployment(strategy=strategy, deployment=deployment, account=account)
    _told(opened(context).ask(command, answer=load(_VIEWS).DeploymentView), json=json)


@group.command(epilog=example("tradewright live pause dp_abcdefgh23"))
def pause(context: typer.Context, named: Named, *, account: Account = "", json: Json = False) -> None:
    """Let its strategy make no more orders; protection stays."""
    strategy, deployment = _which(named)
    command = PauseDeployment(strategy=strategy, deployment=deployment, account=account)
    _told(opened(context).ask(command, answer=load(_VIEWS).DeploymentView), json=json)


@group.command(epilog=example("tradewright live resume dp_abcdefgh23"))
def resume(context: typer.Context, named: Named, *, account: Account = "", json: Json = False) -> None:
    """Let its paused strategy trade again."""
    strategy, deployment = _which(named)
    command = ResumeDeployment(strategy=strategy, deployment=deployment, account=account)
    _told(opened(context).ask(command, answer=load(_VIEWS).DeploymentView), json=json)


@group.command(epilog=example("tradewright live change dp_abcdefgh23 --param fast=10"))
def change(
    context: typer.Context, named: Named, *, account: Account = "", param: Param = None, json: Json = False
) -> None:
    """Give a stopped deployment other parameters; it trades by them in a new session."""
    strategy, deployment = _which(named)
    command = ChangeParameters(strategy=strategy, deployment=deployment, account=account, parameters=_parameters(param))
    _told(opened(context).ask(command, answer=load(_VIEWS).DeploymentView), json=json)


@group.command("list", epilog=example("tradewright live list", "tradewright live list --wanted running --json"))
def list_deployments(
    context: typer.Context,
    *,
    wanted: Annotated[str, typer.Option(help="Only those that are to be running, paused or stopped.")] = "",
    strategy: Annotated[str, typer.Option(help="Only those of this strategy.")] = "",
    account: Account = "",
    json: Json = False,
) -> None:
    """List deployments: what is wanted of them, and what they do."""
    query = DeploymentList(wanted=wanted, strategy=strategy, account=account)
    found: tuple[DeploymentView, ...] = opened(context).ask(query, answer=tuple)
    if json:
        print_json({"deployments": found})
    elif not found:
        notes().print("Nothing is deployed. Try: tradewright live start moving_average --symbols AAPL --from 2005")
    else:
        rows = (
            [
                one.id,
                _strategy(one),
                " ".join(one.symbols),
                one.account,
                one.wanted,
                one.doing,
                one.session,
                one.problem,
            ]
            for one in found
        )
        heads = ["deployment", "strategy", "on", "account", "wanted", "does", "session", "problem"]
        screen().print(table(heads, rows))


@group.command(epilog=example("tradewright live show dp_abcdefgh23"))
def show(
    context: typer.Context,
    deployment: Annotated[str, typer.Argument(help="Id of a deployment.", show_default=False)],
    *,
    json: Json = False,
) -> None:
    """Show a deployment: what is wanted, what is, and what is in the way."""
    found = opened(context).ask(DeploymentShown(deployment), answer=load(_VIEWS).DeploymentView)
    if json:
        print_json(found)
        return
    rows = [
        ["deployment", found.id],
        ["strategy", _strategy(found)],
        ["parameters", ", ".join(f"{name}={value}" for name, value in found.parameters.items())],
        ["on", " ".join(found.symbols)],
        ["feed", ", ".join(f"{name} {value}" for name, value in found.feed.items() if value)],
        ["account", f"{found.account} ({found.mode})"],
        ["wanted", found.wanted],
        ["does", found.doing],
        ["session", found.session],
        ["process", str(found.process or "")],
        ["started again", str(found.restarts)],
        ["problem", found.problem],
        ["since", f"{moment(found.created_ns)} by {found.created_by}"],
    ]
    screen().print(table(["", ""], rows))


def _which(named: str) -> tuple[str, str]:
    """A strategy, or a deployment by its id."""
    return ("", named) if named.startswith(_ID_PREFIX) else (named, "")


def _parameters(given: list[str] | None) -> "dict[str, Parameter]":
    return {name: str(value) for name, value in parameters(given).items()}


def _strategy(found: "DeploymentView") -> str:
    return f"{found.strategy}@{found.version}" if found.version else found.strategy


def _told(found: "DeploymentView", *, json: bool) -> None:
    if json:
        print_json(found)
        return
    console = screen()
    told = f"{found.id}: {_strategy(found)} on {' '.join(found.symbols)} is to be {found.wanted}"
    console.print(f"{told}; it is {found.doing}.", markup=False, soft_wrap=True)
    if found.problem:
        console.print(found.problem, markup=False, soft_wrap=True, style="yellow")
    console.print(f"See: tradewright live show {found.id} (while `tradewright up` runs)", markup=False, soft_wrap=True)
