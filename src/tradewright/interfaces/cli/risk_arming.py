"""`tradewright risk arm` and `disarm`: a person's leave to trade a live account with real money, for some hours."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from tradewright.application.risk.messages import ArmAccount, DisarmAccount
from tradewright.interfaces.cli.options import Json, example, login, opened
from tradewright.interfaces.cli.trade_options import exact
from tradewright.interfaces.terminal.output import DASH, moment, notes, print_json, screen
from tradewright.interfaces.terminal.tables import table
from tradewright.lazy import load

if TYPE_CHECKING:
    from tradewright.application.risk.views import ArmingView

_VIEWS = "tradewright.application.risk.views"
Account = Annotated[str, typer.Option(help="Which live account.")]
Reason = Annotated[str, typer.Option(help="Why; it is kept.")]


def register(group: typer.Typer) -> None:
    """Add the commands."""
    group.command(
        epilog=example(
            "tradewright risk arm --account main",
            "tradewright risk arm --account main --who 'Ada Lovelace' --confirm main --hours 4",
        )
    )(arm)
    group.command(epilog=example("tradewright risk disarm --account main"))(disarm)


def arm(
    context: typer.Context,
    *,
    account: Account = "",
    who: Annotated[str, typer.Option(help="Name of the person who answers for it.")] = "",
    confirm: Annotated[str, typer.Option(help="The account's name, typed once more.")] = "",
    hours: Annotated[str, typer.Option(help="How long it holds: 24 at most.")] = "8",
    reason: Reason = "",
    json: Json = False,
) -> None:
    """Arm a live account: one of the locks before real money. A named person types the account's name; it expires."""
    app = opened(context)
    is_asked = sys.stdin.isatty() and not json and app.settings.trading.mode == "live"
    if is_asked:
        notes().print(load("tradewright.application.risk.disclaimer").DISCLAIMER, markup=False)
        account = account or typer.prompt("Which account")
        who = who or typer.prompt("Your name")
        confirm = confirm or typer.prompt(f"Type the account's name ({account}) to arm it for {hours} hours")
    until = exact(hours, "--hours")
    assert until is not None, "hours that were typed are a number"
    message = ArmAccount(account=account, who=who, typed=confirm, hours=until, reason=reason)
    view = app.ask(message, answer=load(_VIEWS).ArmingView)
    if json:
        print_json(view)
        return
    if not is_asked:
        notes().print(view.disclaimer, markup=False)
    tell_arming(view)


def disarm(
    context: typer.Context,
    *,
    account: Account = "",
    who: Annotated[str, typer.Option(help="Your name; it is kept. Else the name you are logged in by.")] = "",
    reason: Reason = "",
    json: Json = False,
) -> None:
    """Take the arming of a live account back, now."""
    message = DisarmAccount(account=account, who=who or login(), reason=reason)
    view = opened(context).ask(message, answer=load(_VIEWS).ArmingView)
    if json:
        print_json(view)
    else:
        tell_arming(view)


def tell_arming(view: "ArmingView") -> None:
    """What stands between the account and real money."""
    console = screen()
    told = f"armed by {view.who} until {moment(view.until_ns)} UTC" if view.is_armed else "not armed"
    console.print(f"Account {view.account} is {told}", markup=False, style="bold red" if view.is_armed else "bold")
    if view.story:
        console.print(view.story, markup=False)
    _tell_locks(console, view.locks)
    if view.history:
        rows = (
            [moment(one.time_ns), one.what, moment(one.until_ns) if one.until_ns else DASH, one.who, one.reason]
            for one in view.history
        )
        console.print(table(["|when", "|what", "|until", "|who", "why"], rows))


def _tell_locks(console: Console, locks: tuple[str, ...]) -> None:
    console.print("Real money stays locked:" if locks else "Nothing keeps real money locked.", markup=False)
    for one in locks:
        console.print(f"  {one}", markup=False)
