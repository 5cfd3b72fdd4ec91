"""`tradewright trade` on the books: the account, and the journal with everything that ever happened."""

from dataclasses import dataclass
from typing import Annotated

import typer

from tradewright.application.trading.messages import JournalEntries, JournalVerify, Portfolio, RebuildTables
from tradewright.bootstrap import App
from tradewright.interfaces.cli.failures import FAILED
from tradewright.interfaces.cli.options import Json, at_hand, example, flat
from tradewright.interfaces.cli.trade_options import SessionId
from tradewright.interfaces.terminal.output import DASH, notes, print_json, screen
from tradewright.interfaces.terminal.tables import table
from tradewright.lazy import load

_VIEWS = "tradewright.application.trading.views"
_SCREEN = "tradewright.interfaces.terminal.trading"


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalOptions:
    """Which facts, or what else is to be done."""

    session: Annotated[str, typer.Option(help="Id of a session, or the beginning of it; else the newest.")] = ""
    order: Annotated[str, typer.Option(help="Only what concerns this order (its id or the beginning).")] = ""
    correlation: Annotated[str, typer.Option(help="Only what one asking caused.")] = ""
    kind: Annotated[str, typer.Option(help="Only facts of this kind, as OrderFilled.")] = ""
    after: Annotated[int, typer.Option(min=0, help="Only records with a greater number.")] = 0
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 200
    verify: Annotated[bool, typer.Option("--verify", help="Check every byte instead; exit code 1 on damage.")] = False
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Make the SQL tables anew from the journals.")] = False


def register(group: typer.Typer) -> None:
    """Add the commands."""
    group.command(epilog=example("tradewright trade portfolio --json"))(portfolio)
    group.command(
        epilog=example(
            "tradewright trade journal --order tw00-abc",
            "tradewright trade journal --kind OrderRefused --json",
            "tradewright trade journal --verify",
        )
    )(flat(journal))


def portfolio(context: typer.Context, *, session: SessionId = "", json: Json = False) -> None:
    """Show the account: equity, cash, profit and loss by strategy, drawdown, risk used."""
    view = at_hand(context).ask(Portfolio(session), answer=load(_VIEWS).PortfolioView)
    if json:
        print_json(view)
    else:
        screen().print(load(_SCREEN).portfolio_screen(view))


def journal(context: typer.Context, *, wanted: JournalOptions, json: Json = False) -> None:
    """Read a session's journal from its files, also while it runs and after it crashed."""
    app = at_hand(context)
    if wanted.rebuild:
        _rebuilt(app, wanted.session, json=json)
    elif wanted.verify:
        _verified(app, wanted.session, json=json)
    else:
        _shown(app, wanted, json=json)


def _shown(app: App, wanted: JournalOptions, *, json: bool) -> None:
    query = JournalEntries(
        session=wanted.session,
        correlation_id=wanted.correlation,
        order=wanted.order,
        kind=wanted.kind,
        after=wanted.after,
        limit=wanted.limit,
    )
    page = app.ask(query, answer=load(_VIEWS).JournalPage)
    if json:
        print_json(page)
        return
    if page.facts:
        screen().print(load(_SCREEN).facts_table(page.facts))
    else:
        notes().print("No facts match.")
    if page.has_more:
        notes().print(f"More: --after {page.facts[-1].sequence}, or a greater --limit", markup=False)


def _verified(app: App, session: str, *, json: bool) -> None:
    """Exit code 1 where the journal refuses."""
    check = app.ask(JournalVerify(session), answer=load(_VIEWS).JournalCheck)
    if json:
        print_json(check)
    else:
        rows = [
            ["session", check.session],
            ["sound", "yes" if check.is_sound else "no"],
            ["records", f"{check.records:,} in {check.segments} segments"],
            ["opened for writing", f"{check.epoch} times"],
            ["torn end", f"{check.torn_bytes} bytes"],
            ["state", check.digest or DASH],
            ["damage", check.damage or "none"],
        ]
        screen().print(table(["", ""], rows))
    if not check.is_sound:
        raise typer.Exit(FAILED)


def _rebuilt(app: App, session: str, *, json: bool) -> None:
    built = app.ask(RebuildTables(session), answer=load(_VIEWS).TablesBuilt)
    if json:
        print_json(built)
        return
    screen().print(f"{built.facts:,} facts of {len(built.sessions)} sessions into {built.path}", markup=False)
    for problem in built.problems:
        notes().print(f"left out: {problem}", markup=False)
