"""`tradewright broker`: which brokers there are, and whether one can be reached."""

from typing import TYPE_CHECKING, Annotated

import typer

from tradewright.application.brokers.messages import BrokerList, CheckBroker, ConnectBroker
from tradewright.interfaces.cli.options import Json, example, opened
from tradewright.interfaces.terminal.output import DASH, print_json, screen
from tradewright.interfaces.terminal.tables import table
from tradewright.lazy import load

if TYPE_CHECKING:
    from tradewright.application.brokers.views import ConnectionView

_VIEWS = "tradewright.application.brokers.views"
Broker = Annotated[str, typer.Argument(help="Which broker.")]
Account = Annotated[str, typer.Option(help="Which account.")]
group = typer.Typer(
    help="Brokers: which there are, whether one can be reached.",
    epilog=example("tradewright broker list", "tradewright broker test paper"),
    no_args_is_help=True,
)


@group.command("list", epilog=example("tradewright broker list --json"))
def list_brokers(context: typer.Context, json: Json = False) -> None:
    """List the brokers that this version knows."""
    found = opened(context).ask(BrokerList(), answer=tuple)
    if json:
        print_json({"brokers": found})
        return
    rows = (
        [one.broker, "yes" if one.is_ready else "no", " ".join(one.environments), " ".join(one.accounts) or DASH,
         one.note]
        for one in found
    )  # fmt: skip
    screen().print(table(["|broker", "|ready", "|environments", "accounts", "note"], rows))


@group.command(epilog=example("tradewright broker connect paper --account paper"))
def connect(
    context: typer.Context, broker: Broker = "paper", *, account: Account = "paper", json: Json = False
) -> None:
    """Connect to an account once, prove what it is, and leave."""
    _tell(opened(context).ask(ConnectBroker(broker, account), answer=load(_VIEWS).ConnectionView), json=json)


@group.command(epilog=example("tradewright broker test paper --json"))
def test(context: typer.Context, broker: Broker = "paper", *, account: Account = "paper", json: Json = False) -> None:
    """Connect, and ask everything that trading asks, changing nothing."""
    _tell(opened(context).ask(CheckBroker(broker, account), answer=load(_VIEWS).ConnectionView), json=json)


def _tell(view: "ConnectionView", *, json: bool) -> None:
    if json:
        print_json(view)
        return
    rows = [
        ["broker", f"{view.broker}, {view.environment}, account {view.account}"],
        ["connected in", f"{view.connected_ms:.1f} ms"],
        ["brackets at the venue", "yes" if view.has_brackets else "no"],
        ["groups at the venue", "yes" if view.has_groups else "no"],
    ]
    if view.answered_ms is not None:
        cash = "  ".join(f"{amount:,.2f} {currency}" for currency, amount in (view.cash or {}).items())
        held = ", ".join(f"{name} {quantity.normalize():f}" for name, quantity in (view.positions or {}).items())
        rows += [
            ["answered in", f"{view.answered_ms:.1f} ms"],
            ["cash", cash or DASH],
            ["positions", held or "none"],
            ["open orders, fills", f"{view.open_orders}, {view.fills}"],
        ]
    screen().print(table(["", ""], rows))
