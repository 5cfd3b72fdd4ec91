"""`tradewright trade parity`: is a session what a backtest of its own slices would have done, and where not, why?"""

from typing import TYPE_CHECKING, Annotated

import typer

from tradewright.interfaces.cli.failures import FAILED
from tradewright.interfaces.cli.options import Json, at_hand, example
from tradewright.interfaces.terminal.output import DASH, notes, print_json, screen
from tradewright.interfaces.terminal.tables import table
from tradewright.lazy import load

if TYPE_CHECKING:
    from tradewright.application.trading.parity import DifferenceView, ParityView

_SCREEN = "tradewright.interfaces.terminal.trading"


def register(group: typer.Typer) -> None:
    """Add the command."""
    group.command(epilog=example("tradewright trade parity", "tradewright trade parity example --json"))(parity)


def parity(
    context: typer.Context,
    session: Annotated[
        str, typer.Argument(help="Id of a session; else the newest. `example`: the one that is shipped.")
    ] = "",
    *,
    every: Annotated[bool, typer.Option("--all", help="Show what follows from a difference, too.")] = False,
    json: Json = False,
) -> None:
    """Replay a session through the backtest and name every difference; exit code 1 where one is unexplained."""
    asked = load("tradewright.application.trading.parity")  # heavy, and help must not wait for it
    view = at_hand(context).ask(asked.SessionParity(session), answer=asked.ParityView)
    if json:
        print_json(view)
    else:
        _show(view, every=every)
    if view.unexplained:
        raise typer.Exit(FAILED)


def parity_line(view: "ParityView", *, hidden: int = 0) -> str:
    """The outcome in one line."""
    compared = f"{view.slices} slices, {view.orders} orders, {view.refusals} refusals, {view.fills} fills compared"
    if view.is_equal:
        return f"Session {view.session} is its backtest: no difference ({compared})."
    told = ", ".join(f"{cause} {count}" for cause, count in view.causes.items())
    count = len(view.differences)
    word = "difference" if count == 1 else "differences"
    rest = f"; {hidden} follow from others (--all shows them)" if hidden else ""
    return f"Session {view.session}: {count} {word} by cause: {told} ({compared}{rest})."


def _show(view: "ParityView", *, every: bool) -> None:
    console = screen()
    shown = [one for one in view.differences if every or not one.follows]
    if shown:
        headings = ["|#", ">slice", "|time", "|instrument", "|what", "session", "backtest", "cause"]
        console.print(table(headings, [_row(one) for one in shown]))
        console.print()
    console.print(parity_line(view, hidden=len(view.differences) - len(shown)), markup=False)
    for note in view.notes:
        notes().print(f"Note: {note}", markup=False)


def _row(one: "DifferenceView") -> list[object]:
    words = load(_SCREEN)
    cause = (
        f"follows from {one.follows}" if one.follows else f"{one.cause}: {one.evidence}" if one.evidence else one.cause
    )
    return [
        str(one.number),
        one.slice,
        words.moment(one.time_ns) if one.time_ns else DASH,
        words.symbol_of(one.instrument) or DASH,
        one.matter,
        one.session or DASH,
        one.backtest or DASH,
        cause,
    ]
