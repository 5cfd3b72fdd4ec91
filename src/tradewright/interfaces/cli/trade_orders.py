"""`tradewright trade` on orders and positions: look at them, send, change, cancel and close by hand."""

import re
from typing import TYPE_CHECKING, Annotated

import typer

from tradewright.application.trading.messages import (
    CancelOrders,
    ChangeOrder,
    ClosePosition,
    Orders,
    OrderTrace,
    Positions,
    SubmitOrder,
)
from tradewright.bootstrap import App
from tradewright.domain.errors import InputError
from tradewright.interfaces.cli.options import Json, at_hand, example, flat, pairs
from tradewright.interfaces.cli.trade_options import HandOptions, PriceOptions, SessionId, exact
from tradewright.interfaces.terminal.output import notes, print_json, screen
from tradewright.lazy import load

if TYPE_CHECKING:
    from tradewright.application.trading.views import Done

_VIEWS = "tradewright.application.trading.views"
_SCREEN = "tradewright.interfaces.terminal.trading"
OrderId = Annotated[str, typer.Argument(help="Client order id, or the beginning of it.", show_default=False)]


def register(group: typer.Typer) -> None:
    """Add the commands."""
    group.command(epilog=example("tradewright trade orders --open", "tradewright trade orders --symbol AAPL --json"))(
        orders
    )
    group.command(epilog=example("tradewright trade order tw00-abc"))(order)
    group.command(
        epilog=example(
            "tradewright trade send BUY 10 AAPL",
            "tradewright trade send SELL 10 AAPL --limit 101.5 --time-in-force gtc",
            "tradewright trade send BUY 5 MSFT --stop-loss 25 --take-profit 40",
            "tradewright trade send BUY 5 MSFT --touch 24.5",
            "tradewright trade send BUY 10 AAPL --limit 110 --confirm price_collar=0.041",
        )
    )(flat(send))
    group.command(epilog=example("tradewright trade change tw00-abc --limit 99.5"))(change)
    group.command(epilog=example("tradewright trade cancel tw00-abc", "tradewright trade cancel --all"))(cancel)
    group.command(epilog=example("tradewright trade positions --json"))(positions)
    group.command(epilog=example("tradewright trade close AAPL", "tradewright trade close --all"))(close)


def orders(
    context: typer.Context,
    *,
    session: SessionId = "",
    is_open: Annotated[bool, typer.Option("--open", help="Only those that could still fill.")] = False,
    symbol: Annotated[str, typer.Option(help="Only of this instrument.")] = "",
    state: Annotated[str, typer.Option(help="Only in this state: working, filled, canceled, ...")] = "",
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest.")] = 50,
    json: Json = False,
) -> None:
    """List orders, newest first."""
    query = Orders(session=session, is_open=is_open, symbol=symbol, life=state, limit=limit)
    found = at_hand(context).ask(query, answer=tuple)
    if json:
        print_json({"orders": found})
    elif found:
        screen().print(load(_SCREEN).orders_table(found))
    else:
        notes().print("No orders.")


def order(context: typer.Context, order_id: OrderId, *, session: SessionId = "", json: Json = False) -> None:
    """Show one order with its whole story, from the signal to the last fill."""
    view = at_hand(context).ask(OrderTrace(order_id, session), answer=load(_VIEWS).OrderTraceView)
    if json:
        print_json(view)
    else:
        screen().print(load(_SCREEN).trace_screen(view))


def send(
    context: typer.Context,
    *,
    side: Annotated[str, typer.Argument(help="BUY or SELL.", show_default=False)],
    quantity: Annotated[str, typer.Argument(help="How much, as 10.", show_default=False)],
    symbol: Annotated[str, typer.Argument(help="Of what, as AAPL.", show_default=False)],
    terms: PriceOptions,
    stands_for: HandOptions,
    session: SessionId = "",
    json: Json = False,
) -> None:
    """Send an order by hand, through the same gate as a strategy's."""
    amount = exact(quantity, "the quantity")
    assert amount is not None, "a quantity that was typed is a number"
    offset, share = terms.trailing()
    command = SubmitOrder(
        symbol=symbol,
        side=side,
        quantity=amount,
        kind=terms.kind_of(),
        limit_price=exact(terms.limit, "--limit"),
        stop_price=terms.stop_price(),
        trailing_offset=offset,
        trailing_share=share,
        time_in_force=terms.time_in_force,
        reduces_only=terms.reduce_only,
        is_passive=terms.post_only,
        stop_loss=exact(terms.stop_loss, "--stop-loss"),
        take_profit=exact(terms.take_profit, "--take-profit"),
        reason=stands_for.reason,
        typed=pairs(stands_for.confirm, "--confirm"),
        session=session,
    )
    tell_done(at_hand(context), command, json=json)


def change(
    context: typer.Context,
    order_id: OrderId,
    *,
    quantity: Annotated[str | None, typer.Option(help="New quantity.")] = None,
    limit: Annotated[str | None, typer.Option(help="New limit price.")] = None,
    stop: Annotated[str | None, typer.Option(help="New stop price.")] = None,
    session: SessionId = "",
    json: Json = False,
) -> None:
    """Give a working order other terms, through the same gate."""
    command = ChangeOrder(
        order=order_id,
        quantity=exact(quantity, "--quantity"),
        limit_price=exact(limit, "--limit"),
        stop_price=exact(stop, "--stop"),
        session=session,
    )
    tell_done(at_hand(context), command, json=json)


def cancel(
    context: typer.Context,
    order_ids: Annotated[
        list[str] | None, typer.Argument(help="Client order ids, or the beginnings of them.", show_default=False)
    ] = None,
    *,
    is_all: Annotated[bool, typer.Option("--all", help="Every order of the account.")] = False,
    keep_protection: Annotated[bool, typer.Option("--keep-protection", help="Of --all, leave stops and targets.")] = (
        False
    ),
    session: SessionId = "",
    json: Json = False,
) -> None:
    """Cancel orders: those named, or all."""
    command = CancelOrders(
        orders=tuple(order_ids or ()), is_all=is_all, keeps_protection=keep_protection, session=session
    )
    tell_done(at_hand(context), command, json=json)


def positions(
    context: typer.Context,
    *,
    session: SessionId = "",
    flat_too: Annotated[bool, typer.Option("--flat", help="Also those that are closed, with their results.")] = False,
    json: Json = False,
) -> None:
    """Show what is held, by strategy."""
    found = at_hand(context).ask(Positions(session, flat_too), answer=tuple)
    if json:
        print_json({"positions": found})
    elif found:
        screen().print(load(_SCREEN).positions_table(found))
    else:
        notes().print("Nothing is held.")


def close(
    context: typer.Context,
    symbol: Annotated[str, typer.Argument(help="What to close, as AAPL.", show_default=False)] = "",
    *,
    is_all: Annotated[bool, typer.Option("--all", help="Every position.")] = False,
    session: SessionId = "",
    json: Json = False,
) -> None:
    """Close a position at market, or all of them."""
    tell_done(at_hand(context), ClosePosition(symbol=symbol, is_all=is_all, session=session), json=json)


def _in_lines(story: str) -> str:
    """Each control that refused on a line of its own."""
    return re.sub(r"(?:^risk refused it: |; )(?=[a-z_]+: )", lambda found: f"{found[0].rstrip('; ')}\n  ", story)


def tell_done(app: App, command: object, *, json: bool) -> None:
    """Ask, and say what came of it; InputError with the reasons where nothing did."""
    done: Done = app.ask(command, answer=load(_VIEWS).Done)
    if not done.is_done:
        raise InputError(done.story if json else _in_lines(done.story))
    if json:
        print_json(done)
    else:
        screen().print(done.story, markup=False)
