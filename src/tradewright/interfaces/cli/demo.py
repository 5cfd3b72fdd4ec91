"""`tradewright demo`: from nothing to tear sheets of two strategies and a session on paper, in one command.

Everything goes through the same messages as the commands it names at the end; a second run finds the data and stores
the same runs again.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.text import Text

from tradewright.application.backtests.messages import Account, KeepBacktest, Market, RunBacktest
from tradewright.application.projects.messages import InitializeProject
from tradewright.bootstrap import App, open_app
from tradewright.interfaces.cli.options import Json, example
from tradewright.interfaces.cli.sheets import as_json, sheet_path, write_sheet
from tradewright.interfaces.terminal.output import print_json, progress, screen
from tradewright.interfaces.terminal.quality import quality_table
from tradewright.lazy import load

if TYPE_CHECKING:
    from tradewright.application.backtests.views import BacktestView
    from tradewright.application.data.demo import DemoReport
    from tradewright.application.data.quality import QualityView
    from tradewright.interfaces.cli.demo_session import DemoSession

FOLDER: Final = "tradewright-demo"
INDENT: Final = "   "
ALL: Final = ("AAPL", "FB", "GOOG", "IBM", "MSFT")
COSTS: Final = "Commission(bps=5) + Spread(bps=4)"
RUNS: Final[tuple[tuple[str, str, Market], ...]] = (
    ("Moving-average crossover on Apple", "moving_average", Market(symbols=("AAPL",), benchmark="AAPL")),
    ("Momentum rotation over all five", "momentum_rotation", Market(symbols=ALL)),
)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One backtest of the demo with its files."""

    title: str
    view: "BacktestView"
    pictures: tuple[Path, ...]


def demo(
    folder: Annotated[
        Path | None, typer.Argument(help="Project folder; else TRADEWRIGHT_HOME, else tradewright-demo here.")
    ] = None,
    json: Json = False,
) -> None:
    """Import real data, check it, test two strategies, trade a third on paper. The second time takes seconds."""
    home = os.environ.get("TRADEWRIGHT_HOME")
    app = open_app(folder or Path(home or FOLDER).expanduser())
    app.ask(InitializeProject(), answer=object)
    say = _Steps(shown=not json)
    say.step("1. Market data", "daily bars of five stocks, 2000 to 2013, public domain; splits and dividends derived")
    brought = _imported(app, shown=not json)
    say.line(
        f"{brought.bars.rows_accepted:,} bars, {brought.splits} splits, {brought.dividends} dividends"
        f" ({brought.bars.added:,} bars new, {brought.bars.unchanged:,} known already)"
    )
    say.step("2. Quality", "prices, calendar, outliers, splits")
    quality = app.ask(load("tradewright.application.data.quality").DataQuality(), answer=tuple)
    say.show(quality_table(quality, width=say.width))
    sheets = []
    for number, (title, strategy, market) in enumerate(RUNS, start=3):
        say.step(f"{number}. {title}", f"{strategy}, raw prices with splits and dividends, {COSTS}")
        sheet = _tested(app, title, strategy=strategy, market=market)
        say.show(load("tradewright.interfaces.terminal.summary").summary(replace(sheet.view, report=None)))
        sheets.append(sheet)
    say.step("5. Trading on paper", "trend_following, ten months bar by bar: real processes, the risk gate, a journal")
    session = load("tradewright.interfaces.cli.demo_session").trade_demo(app, costs=COSTS)
    say.show(load("tradewright.interfaces.terminal.trading").session_report(session.view))
    say.line(load("tradewright.interfaces.cli.trade_parity").parity_line(session.parity))
    if json:
        print_json(_object(app, brought, quality=quality, sheets=sheets, session=session))
        return
    say.step("Where it is", "")
    for sheet in sheets:
        say.line(f"tear sheet  {sheet.view.report}")
        for picture in sheet.pictures:
            say.line(f"charts      {picture}")
    say.step("What to try next", "")
    for line in _next_steps(app, sheets, session.view.line.session):
        say.line(line)


class _Steps:
    """Tells a person how far the demo is; says nothing to a program."""

    def __init__(self, *, shown: bool) -> None:
        self._console = screen() if shown else None

    @property
    def width(self) -> int:
        """Columns there are beside the indent."""
        return self._console.width - len(INDENT) if self._console is not None else 0

    def step(self, title: str, remark: str) -> None:
        """Begin a step; the remark goes to a line of its own where it does not fit."""
        if self._console is not None:
            self._console.print()
            if remark and len(title) + 2 + len(remark) > self._console.width:
                folded = wrap(remark, self.width, initial_indent=INDENT, subsequent_indent=INDENT)
                remark = "\n" + "\n".join(folded)
            elif remark:
                remark = f"  {remark}"
            self._console.print(Text.assemble((title, "bold"), (remark, "dim")), soft_wrap=True)

    def line(self, text: str) -> None:
        """One line within a step."""
        if self._console is not None:
            self._console.print(f"{INDENT}{text}", markup=False, soft_wrap=True)

    def show(self, shown: object) -> None:
        """A table or a summary."""
        if self._console is None:
            return
        with self._console.capture() as captured:
            self._console.print(shown, width=self._console.width - len(INDENT))
        for line in captured.get().splitlines():
            self._console.out(f"{INDENT}{line}".rstrip(), highlight=False)


def _imported(app: App, *, shown: bool) -> "DemoReport":
    data = load("tradewright.application.data.demo")
    with progress("importing", shown=shown) as report:
        brought: DemoReport = app.ask(data.ImportDemo(), answer=data.DemoReport, progress=report)
    return brought


def _tested(app: App, title: str, *, strategy: str, market: Market) -> _Sheet:
    command = RunBacktest(strategy=strategy, market=market, account=Account(costs=COSTS))
    finished = app.ask(command, answer=load("tradewright.application.backtests.finished").FinishedBacktest)
    kept = app.ask(KeepBacktest(finished.view), answer=load("tradewright.application.backtests.views").BacktestView)
    page = write_sheet(kept, sheet_path(app, kept))
    pictures: tuple[Path, ...] = ()
    if load("importlib.util").find_spec("matplotlib") is not None:
        pictures = (write_sheet(kept, page.with_suffix(".png")),)
    return _Sheet(title, replace(kept, report=str(page)), pictures)


def _next_steps(app: App, sheets: Sequence[_Sheet], session: str) -> list[str]:
    project = f"--project {_short(app.project)} "
    command = f"tradewright {project}"
    ids = " ".join(sheet.view.run_id[:6] for sheet in sheets)
    return [
        f"{command}backtest run breakout --symbol MSFT --start 2005 --benchmark IBM",
        f"{command}backtest compare {ids}",
        f"{command}trade start moving_average --symbols AAPL,MSFT --from 2005 --speed 20   # Ctrl-C ends it",
        f"{command}trade show {session}",
        f"{command}trade orders --session {session}",
        f"{command}risk limits",
        f"{command}strategy new my_idea",
        f'{command}data sql "SELECT instrument, max(close) FROM bars GROUP BY instrument"',
        "tradewright data import prices.csv --symbol SPY",
    ]


def _short(folder: Path) -> str:
    """The folder as one would type it from here."""
    here = Path.cwd()
    return str(folder.relative_to(here)) if folder.is_relative_to(here) else str(folder)


def _object(
    app: App,
    brought: "DemoReport",
    *,
    quality: "Sequence[QualityView]",
    sheets: Sequence[_Sheet],
    session: "DemoSession",
) -> dict[str, object]:
    return {
        "project": app.project,
        "bars": brought.bars.rows_accepted,
        "splits": brought.splits,
        "dividends": brought.dividends,
        "quality": [{"instrument": one.instrument, "score": one.score, "errors": one.errors} for one in quality],
        "backtests": [as_json(sheet.view) | {"charts": sheet.pictures} for sheet in sheets],
        "session": session.view,
        "parity": session.parity,
    }


def register(app: typer.Typer) -> None:
    """Add the command, which stands without a noun."""
    app.command(epilog=example("tradewright demo", "tradewright demo ./somewhere --json"))(demo)
