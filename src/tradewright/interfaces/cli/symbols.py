"""`tradewright symbols` and `tradewright watchlist`: which instruments are tracked, and lists of them to watch."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from tradewright.bootstrap import App
from tradewright.domain.errors import InputError
from tradewright.interfaces.cli.options import Json, example, flat, opened, split
from tradewright.interfaces.cli.trade_options import exact
from tradewright.interfaces.terminal.output import DASH, moment, notes, print_json, screen
from tradewright.interfaces.terminal.tables import table
from tradewright.lazy import load

if TYPE_CHECKING:
    from tradewright.ports.paging import Page
    from tradewright.ports.symbols import TrackedSymbol, Watchlist

_MESSAGES = "tradewright.application.symbols.messages"
_PORT = "tradewright.ports.symbols"
Symbol = Annotated[str, typer.Argument(help="AAPL.XNAS, or AAPL where only one has it.", show_default=False)]
Name = Annotated[str, typer.Argument(help="Of the list.", show_default=False)]
group = typer.Typer(
    help="Tracked symbols.",
    epilog=example("tradewright symbols add AAPL.XNAS --name Apple", "tradewright symbols list"),
    no_args_is_help=True,
)
watchlists = typer.Typer(
    help="Lists of tracked symbols to watch.",
    epilog=example("tradewright watchlist add tech AAPL,MSFT", "tradewright watchlist list"),
    no_args_is_help=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutOptions:
    """What a new symbol is."""

    venue: Annotated[str, typer.Option(help="Of bare symbols; else the default venue.")] = ""
    name: Annotated[str, typer.Option(help="Of the company or the contract.")] = ""
    market: Annotated[str, typer.Option(help="US, ASX, CRYPTO.")] = ""
    asset_class: Annotated[str, typer.Option("--class", help="equity, fund, future, fx, crypto, ...")] = "equity"
    sector: Annotated[str, typer.Option(help="As you call it.")] = ""
    tick: Annotated[str | None, typer.Option(help="Smallest step of a price.")] = None
    lot: Annotated[str | None, typer.Option(help="Smallest step of a quantity.")] = None


@group.command("list", epilog=example("tradewright symbols list --venue XNAS --json"))
def list_symbols(
    context: typer.Context,
    *,
    text: Annotated[str, typer.Option(help="A part of symbol or name.")] = "",
    venue: Annotated[str, typer.Option(help="Only of this venue.")] = "",
    market: Annotated[str, typer.Option(help="Only of this market: US, ASX, CRYPTO.")] = "",
    life: Annotated[str, typer.Option(help="active, unverified or retired.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 1000,
    json: Json = False,
) -> None:
    """List tracked symbols, by id."""
    query = load(_MESSAGES).Symbols(text=text, venue=venue, market=market, life=_life(life), limit=limit)
    page: Page[TrackedSymbol] = opened(context).ask(query, answer=load("tradewright.ports.paging").Page)
    if json:
        print_json({"symbols": page.items, "cursor": page.cursor})
    elif page.items:
        rows = (
            [one.instrument, one.life.value, one.name, one.market, one.asset_class, one.currency] for one in page.items
        )
        screen().print(table(["|id", "|state", "name", "|market", "|class", "|currency"], rows))
    else:
        notes().print("No symbol is tracked. Try: tradewright symbols add AAPL.XNAS --name Apple")


@group.command(epilog=example("tradewright symbols show AAPL"))
def show(context: typer.Context, symbol: Symbol, *, json: Json = False) -> None:
    """Show what is known of a tracked symbol."""
    _tell(_symbol(opened(context), load(_MESSAGES).SymbolShown(symbol)), json=json)


@group.command(
    epilog=example(
        "tradewright symbols add AAPL.XNAS --name Apple --sector Technology", "tradewright symbols add AAPL,MSFT,IBM"
    )
)
@flat
def add(
    context: typer.Context,
    symbol: Annotated[str, typer.Argument(help="AAPL.XNAS, or AAPL with --venue; several as A,B.", show_default=False)],
    *,
    about: AboutOptions,
    json: Json = False,
) -> None:
    """Track instruments. They count as unverified until a source of market data knows them."""
    app, names = opened(context), split([symbol])
    if not names:
        raise InputError("which symbol?", expected="at least one", found="none")
    made = [
        _symbol(
            app,
            load(_MESSAGES).AddSymbol(
                symbol=one, venue=about.venue, name=about.name, market=about.market, asset_class=about.asset_class,
                sector=about.sector, tick=exact(about.tick, "--tick"), lot=exact(about.lot, "--lot"),
            ),
        )
        for one in names
    ]  # fmt: skip
    if json:
        print_json({"symbols": made})
    else:
        screen().print(f"{', '.join(one.instrument for one in made)} tracked, {made[0].life.value}", markup=False)


@group.command(epilog=example("tradewright symbols remove AAPL"))
def remove(context: typer.Context, symbol: Symbol, *, json: Json = False) -> None:
    """Track a symbol no more; it leaves every watchlist, its market data stays."""
    found = _symbol(opened(context), load(_MESSAGES).RemoveSymbol(symbol))
    if json:
        print_json(found)
    else:
        screen().print(f"{found.instrument} is tracked no more; its market data stays", markup=False)


@watchlists.command("list", epilog=example("tradewright watchlist list --json"))
def list_watchlists(context: typer.Context, json: Json = False) -> None:
    """List watchlists."""
    found = opened(context).ask(load(_MESSAGES).Watchlists(), answer=tuple)
    if json:
        print_json({"watchlists": found})
    elif found:
        rows = ([one.name, len(one.instruments), one.description] for one in found)
        screen().print(table(["|name", ">symbols", "description"], rows))
    else:
        notes().print("No watchlist yet. Try: tradewright watchlist add tech AAPL,MSFT")


@watchlists.command("show", epilog=example("tradewright watchlist show tech"))
def show_watchlist(context: typer.Context, name: Name, *, json: Json = False) -> None:
    """Show what is on a list."""
    _tell_list(_watchlist(opened(context), load(_MESSAGES).WatchlistShown(name)), json=json)


@watchlists.command("add", epilog=example("tradewright watchlist add tech AAPL,MSFT --description 'what we know'"))
def add_watchlist(
    context: typer.Context,
    *,
    name: Name,
    symbols: Annotated[list[str], typer.Argument(help="Tracked symbols, in your order.", show_default=False)],
    description: Annotated[str, typer.Option(help="What it is for.")] = "",
    json: Json = False,
) -> None:
    """Make a list of tracked symbols."""
    command = load(_MESSAGES).AddWatchlist(name=name, symbols=split(symbols), description=description)
    _tell_list(_watchlist(opened(context), command), json=json)


@watchlists.command("set", epilog=example("tradewright watchlist set tech AAPL,MSFT,IBM"))
def set_watchlist(
    context: typer.Context,
    *,
    name: Name,
    symbols: Annotated[list[str], typer.Argument(help="All of the list, in your order.", show_default=False)],
    description: Annotated[str | None, typer.Option(help="What it is for.")] = None,
    json: Json = False,
) -> None:
    """Put other symbols into a list."""
    command = load(_MESSAGES).ChangeWatchlist(name=name, symbols=split(symbols), description=description)
    _tell_list(_watchlist(opened(context), command), json=json)


@watchlists.command("remove", epilog=example("tradewright watchlist remove tech"))
def remove_watchlist(context: typer.Context, name: Name, *, json: Json = False) -> None:
    """Remove a list; its symbols stay tracked."""
    found = _watchlist(opened(context), load(_MESSAGES).RemoveWatchlist(name))
    if json:
        print_json(found)
    else:
        screen().print(f"watchlist {found.name} is removed", markup=False)


def _life(text: str) -> object:
    lives = load(_PORT).SymbolLife
    if text and text not in {one.value for one in lives}:
        raise InputError("--life cannot be used", expected=f"one of {', '.join(lives)}", found=text)
    return lives(text) if text else None


def _symbol(app: App, message: object) -> "TrackedSymbol":
    found: TrackedSymbol = app.ask(message, answer=load(_PORT).TrackedSymbol)
    return found


def _watchlist(app: App, message: object) -> "Watchlist":
    found: Watchlist = app.ask(message, answer=load(_PORT).Watchlist)
    return found


def _tell(one: "TrackedSymbol", *, json: bool) -> None:
    if json:
        print_json(one)
        return
    rows = [
        ["id", one.instrument], ["name", one.name or DASH], ["state", one.life.value], ["market", one.market or DASH],
        ["class", one.asset_class], ["currency", one.currency], ["sector", one.sector or DASH],
        ["tick, lot", f"{one.tick or DASH}, {one.lot or DASH}"], ["multiplier", f"{one.multiplier:f}"],
        ["proven", moment(one.verified_ns) if one.verified_ns else DASH], ["remark", one.remark or DASH],
    ]  # fmt: skip
    screen().print(table(["", ""], rows))


def _tell_list(one: "Watchlist", *, json: bool) -> None:
    if json:
        print_json(one)
    else:
        screen().print(f"{one.name}: {', '.join(one.instruments) or 'nothing'}", markup=False)
