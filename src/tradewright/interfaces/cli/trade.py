"""`tradewright trade`: start, watch, command and end trading sessions; their orders, positions and journals."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from tradewright.application.trading.messages import (
    LaunchSession,
    PauseStrategy,
    ReopenSession,
    ResumeStrategy,
    SessionList,
    SessionShown,
    StartSession,
    StopSession,
)
from tradewright.bootstrap import App
from tradewright.domain.errors import InputError
from tradewright.interfaces.cli import interrupts, trade_books, trade_orders, trade_parity
from tradewright.interfaces.cli.backtest import parameters
from tradewright.interfaces.cli.options import Json, at_hand, example, flat, known_strategies, opened, split
from tradewright.interfaces.cli.trade_options import (
    FeedOptions,
    PaperOptions,
    RunOptions,
    SessionArgument,
    exact,
)
from tradewright.interfaces.terminal.output import notes, print_json, screen
from tradewright.lazy import load

if TYPE_CHECKING:
    from tradewright.application.trading.views import SessionLine, SessionView

_VIEWS = "tradewright.application.trading.views"
_SCREEN = "tradewright.interfaces.terminal.trading"
Reason = Annotated[str, typer.Option(help="Why; it stands in the journal.")]
group = typer.Typer(
    help="Trade on paper: sessions, orders, positions, journals.",
    epilog=example(
        "tradewright trade start moving_average --symbols AAPL,MSFT --from 2005-01-01 --speed 20",
        "tradewright trade show",
    ),
    no_args_is_help=True,
)


@group.command(
    epilog=example(
        "tradewright trade start moving_average --symbols AAPL,MSFT --feed replay --from 2005-01-01 --speed 20"
        " --account paper",
        "tradewright trade start ./my_idea.py:MyIdea --symbols SPY --from 2010 --param fast=10 --detach --json",
        "tradewright trade start --resume",
    )
)
@flat
def start(
    context: typer.Context,
    strategy: Annotated[
        str,
        typer.Argument(
            help="Id of a strategy, or file.py:ClassName; with --resume the id of a session.",
            show_default=False,
            autocompletion=known_strategies,
        ),
    ] = "",
    *,
    feed: FeedOptions,
    paper: PaperOptions,
    run: RunOptions,
    param: Annotated[list[str] | None, typer.Option("--param", "-p", help="A parameter: fast=20.")] = None,
) -> None:
    """Start a session, or go on with one that crashed. Ctrl-C ends it in good order."""
    app = opened(context)
    wish = ReopenSession(strategy) if run.resume else _wish(strategy, feed, paper=paper, run=run, param=param)
    with interrupts.noted() as is_ending:
        session = _line(app, wish).session
        if run.detach:
            _launched(app, session, is_ending, json=run.json)
            return
        if not run.json:
            notes().print(f"Session {session}: Ctrl-C ends it; another terminal: tradewright trade show", markup=False)
        watch = load("tradewright.interfaces.cli.trade_watch")
        with watch.watching(lambda: _shown(app, session), is_shown=not run.json) as begin:
            app.trade(session, started=begin, is_ending=is_ending)
    view = _shown(app, session)
    if run.json:
        print_json(view)
    else:
        screen().print(load(_SCREEN).session_report(view))


@group.command(epilog=example("tradewright trade stop", "tradewright trade stop 20261120 --orders cancel_all"))
def stop(
    context: typer.Context,
    session: SessionArgument = "",
    *,
    orders: Annotated[
        str, typer.Option(help="keep_protection (entries are canceled), cancel_all or keep_all.")
    ] = "keep_protection",
    reason: Reason = "",
    json: Json = False,
) -> None:
    """End a session in good order."""
    trade_orders.tell_done(at_hand(context), StopSession(session, orders, reason), json=json)


@group.command(epilog=example("tradewright trade pause --reason 'earnings today'"))
def pause(context: typer.Context, session: SessionArgument = "", *, reason: Reason = "", json: Json = False) -> None:
    """Let the strategy make no more orders; protection stays."""
    trade_orders.tell_done(at_hand(context), PauseStrategy(session, reason), json=json)


@group.command(epilog=example("tradewright trade resume"))
def resume(context: typer.Context, session: SessionArgument = "", *, reason: Reason = "", json: Json = False) -> None:
    """Let a paused strategy trade again. (`trade start --resume` goes on with a crashed session.)"""
    trade_orders.tell_done(at_hand(context), ResumeStrategy(session, reason), json=json)


@group.command("list", epilog=example("tradewright trade list", "tradewright trade list --running --json"))
def list_sessions(
    context: typer.Context,
    *,
    running: Annotated[bool, typer.Option("--running", help="Only those that run.")] = False,
    json: Json = False,
) -> None:
    """List sessions: running, stopped, crashed."""
    found = at_hand(context).ask(SessionList(is_running=running), answer=tuple)
    if json:
        print_json({"sessions": found})
    elif found:
        screen().print(load(_SCREEN).sessions_table(found))
    elif running:
        notes().print("No session runs. Those that were: tradewright trade list")
    else:
        notes().print("No session yet. Try: tradewright trade start moving_average --symbols AAPL --from 2005")


@group.command(epilog=example("tradewright trade show", "tradewright trade show 20261120 --json"))
def show(context: typer.Context, session: SessionArgument = "", *, json: Json = False) -> None:
    """Show a session as it stands: positions, orders, money, risk used, alerts."""
    view = _shown(at_hand(context), session)
    if json:
        print_json(view)
    elif view.line.life == "running":
        screen().print(load(_SCREEN).session_screen(view))
    else:
        screen().print(load(_SCREEN).session_report(view))


def _line(app: App, message: object) -> "SessionLine":
    found: SessionLine = app.ask(message, answer=load(_VIEWS).SessionLine)
    return found


def _shown(app: App, session: str) -> "SessionView":
    found: SessionView = app.ask(SessionShown(session), answer=load(_VIEWS).SessionView)
    return found


def _wish(
    strategy: str, feed: FeedOptions, *, paper: PaperOptions, run: RunOptions, param: list[str] | None
) -> StartSession:
    if not strategy:
        raise InputError(
            "which strategy is to trade?", expected="its id, or file.py:ClassName", found="none",
            remedy="see: tradewright strategy list",
        )  # fmt: skip
    return StartSession(
        strategy=strategy,
        symbols=split(feed.symbols),
        feed=feed.feed,
        first=feed.first or "",
        last=feed.last or "",
        speed=feed.speed,
        interval=feed.timeframe or ("1m" if feed.feed == "trades" else "1d"),
        account=paper.account,
        parameters={name: str(value) for name, value in parameters(param).items()},
        cash=exact(paper.cash, "--cash"),
        costs=paper.expression(),
        sizing=run.sizing,
        lost_after_s=run.lost_after,
        when_lost=run.when_lost,
    )


def _launched(app: App, session: str, is_ending: Callable[[], bool], *, json: bool) -> None:
    """In the background, unless an interrupt came meanwhile."""
    line = _line(app, LaunchSession(session))
    if is_ending():
        app.ask(StopSession(session, reason="interrupted while it was starting"), answer=load(_VIEWS).Done)
        raise KeyboardInterrupt
    if json:
        print_json(line)
        return
    console = screen()
    process = f", process {line.process}" if line.process else ""
    console.print(f"Session {line.session} is {line.life}{process}", markup=False)
    console.print(f"Watch it: tradewright trade show {line.session}", markup=False)
    console.print(f"End it:   tradewright trade stop {line.session}", markup=False)


trade_orders.register(group)
trade_books.register(group)
trade_parity.register(group)
