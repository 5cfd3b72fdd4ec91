"""A backtest on one screen: what was tested on what, the figures that decide, the curve of equity, remarks.

The words and formats of the figures are those of the tear sheet. Red and green mark the results only, not every number.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from tradewright.application.backtests.review import review
from tradewright.application.backtests.review_remark import Severity
from tradewright.application.backtests.summaries import BacktestSummary, ComparisonView
from tradewright.application.backtests.views import BacktestView
from tradewright.interfaces.reports.statistics import described
from tradewright.interfaces.terminal.output import DASH, number
from tradewright.interfaces.terminal.tables import GAP, ScreenTable, table

COLUMNS: Sequence[tuple[str, Sequence[str]]] = (
    (
        "Return",
        ("final_equity", "total_return", "return_annual", "sharpe", "sortino", "calmar", "best_day", "worst_day"),
    ),
    (
        "Risk",
        ("volatility_annual", "max_drawdown", "max_drawdown_days", "var_95", "cvar_95", "exposure", "turnover_annual"),
    ),
    ("Round trips", ("round_trips", "win_rate", "profit_factor", "expectancy", "sqn", "fees")),
)
CARRIED = ("due", "funding", "interest", "borrow_cost", "currency_pnl")
"""What an account earned and paid without trading; shown below the round trips where there is any of it."""
AGAINST = ("alpha", "beta", "information_ratio")
COMPARED = ("total_return", "return_annual", "sharpe", "max_drawdown")
COMPARED_NARROW = ("total_return", "sharpe", "max_drawdown")
WIDE = 130
"""Columns of a screen on which the list of runs fits whole."""
WIDEST, NARROWEST = 40, 12
"""Longest setting in a comparison, and how short it is cut at most so that the runs stand side by side."""
_JUDGED = {"total_return", "return_annual", "expectancy", "alpha"}
_BLOCKS = "▁▂▃▄▅▆▇█"
_PLAIN = str.maketrans({"−": "-", "–": DASH})


def figure(name: str, value: object) -> str:
    """One statistic as the tear sheet writes it, with a plain minus sign."""
    return described(name).show(value).translate(_PLAIN)


def summary(view: BacktestView, *, width: int = 60) -> RenderableType:
    """The run on one screen."""
    names = view.symbols if len(view.symbols) <= 6 else (*view.symbols[:5], f"and {len(view.symbols) - 5} more")
    cash = number(int(view.cash) if view.cash == int(view.cash) else view.cash)
    told = f"{view.start} to {view.end} · {view.currency} {cash} · {view.fill_rule} fills · run {view.run_id}"
    head = _Head(view.strategy_expression, f"{', '.join(names)}  {view.timeframe}")
    parts: list[RenderableType] = [head, Text(told, style="dim"), Text(), _figures(view)]
    if view.equity.height > 1:
        parts += [Text(), _Curve(view.equity.get_column("equity").to_list(), width)]
    parts += [Text.assemble(("note: ", "yellow"), remark) for remark in view.warnings]
    parts += _reviewed(view)
    if view.report:
        parts += [Text(), Text.assemble(("Tear sheet  ", "dim"), str(view.report), overflow="fold")]
    return Group(*parts)


def _reviewed(view: BacktestView) -> Iterator[RenderableType]:
    """The remarks of the review that weigh; the others are counted, and stand on the tear sheet."""
    remarks = review(view)
    for one in remarks:
        if one.severity is not Severity.NOTE:
            style = "red" if one.severity is Severity.SERIOUS else "yellow"
            yield Text.assemble((f"{one.severity.value}: ", style), f"{one.found} ({one.code})")
    notes = sum(one.severity is Severity.NOTE for one in remarks)
    if notes:
        yield Text(f"{notes} more remark{'' if notes == 1 else 's'} of the review: on the tear sheet", style="dim")


def as_text(view: BacktestView, *, width: int = 110) -> str:
    """The same as plain text."""
    stream = io.StringIO()
    Console(file=stream, width=width, highlight=False, no_color=True).print(summary(view))
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines())


def runs_table(runs: Sequence[BacktestSummary], *, width: int = 160) -> ScreenTable:
    """The list of kept runs; on a screen of less than `WIDE` columns without what can be looked up with `show`."""
    if width < WIDE:
        headings = ["|run", "strategy", "on", "sessions"]
        rows = ([run.run_id, f"{run.strategy} {_parameters(run)}", _on(run), f"{run.start} {run.end}"] for run in runs)
        names: Sequence[str] = COMPARED_NARROW
    else:
        headings = ["|run", "|made", "|strategy", "parameters", "on", "|from", "|to"]
        rows = (
            [run.run_id, run.created_at[:10], run.strategy, _parameters(run), _on(run), run.start, run.end]
            for run in runs
        )
        names = COMPARED
    figures = ([figure(name, run.stats.get(name)) for name in names] for run in runs)
    return table(
        headings + [f">{described(name).label}" for name in names],
        ([*row, *values] for row, values in zip(rows, figures, strict=True)),
    )


def _parameters(run: BacktestSummary) -> str:
    return " ".join(f"{name}={value}" for name, value in run.parameters.items())


def _on(run: BacktestSummary) -> str:
    return " ".join(symbol.split(".")[0] for symbol in run.symbols)


def comparison(view: ComparisonView, *, width: int = 160, is_whole: bool = False) -> ScreenTable:
    """Runs side by side: first what they differ in, then the statistics that decide, or all of them (`is_whole`)."""
    if is_whole:
        groups: Sequence[tuple[str, Sequence[str]]] = (("Statistics", tuple(view.stats)),)
    else:
        against = tuple(name for name in AGAINST if any(value is not None for value in view.stats.get(name, ())))
        groups = (*COLUMNS, *((("Against the benchmark", against),) if against else ()))
    settings = {"strategy": tuple(run.strategy for run in view.runs)} | dict(view.differences)
    labels = [*settings, *(described(name).label for _, names in groups for name in names)]
    room = (width - max(map(len, labels))) // len(view.runs) - GAP
    rows: list[list[object]] = [
        [name, *(_setting(name, value, max(NARROWEST, min(WIDEST, room))) for value in values)]
        for name, values in settings.items()
    ]
    for title, names in groups:
        rows += [[""] * (1 + len(view.runs)), [Text(title, style="bold"), *[""] * len(view.runs)]]
        rows += [
            [described(name).label, *(figure(name, value) for value in view.stats[name])]
            for name in names
            if name in view.stats
        ]
    return table(["|", *(f">{run.run_id}" for run in view.runs)], rows)


def _setting(name: str, value: object, room: int) -> str:
    """A setting as it fits: instruments by symbol, of a digest the beginning, a long one cut."""
    if value is None:
        return DASH
    text = str(value)
    if name == "symbols":
        text = " ".join(symbol.rpartition(".")[0] for symbol in text.split(", "))
    if name == "data_digest":
        return text[:NARROWEST]
    return text if len(text) <= room else f"{text[: room - 3]}..."


def sparkline(values: Sequence[float], *, width: int) -> str:
    """The curve in block characters, one a stretch of bars."""
    step = max(1, -(-len(values) // width))
    points = [*values[::step], values[-1]]
    low, high = min(points), max(points)
    span = (high - low) or 1.0
    return "".join(_BLOCKS[int((point - low) / span * (len(_BLOCKS) - 1))] for point in points)


@dataclass(frozen=True, slots=True)
class _Curve:
    """The curve of equity on one line of the terminal."""

    values: Sequence[float]
    width: int

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """As wide as asked, or as the terminal allows."""
        name = "Equity  "
        room = max(min(self.width, options.max_width - len(name) - 1), 1)
        yield Text.assemble((name, "dim"), sparkline(self.values, width=room))


@dataclass(frozen=True, slots=True)
class _Head:
    """What ran, and on what: in one line, or in two where one is too short."""

    expression: str
    market: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Folded at words only where a part alone is too long."""
        is_short = len(self.expression) + 2 + len(self.market) <= options.max_width
        yield Text.assemble((self.expression, "bold"), "  " if is_short else "\n", self.market)


@dataclass(frozen=True, slots=True)
class _Figures:
    """Groups of figures side by side, as many as the terminal is wide for."""

    groups: Sequence[Sequence[tuple[str, Text]]]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """All groups in a row, else fewer, at last one below the other."""
        for count in range(len(self.groups), 0, -1):
            grids = [_grid(self.groups[start : start + count]) for start in range(0, len(self.groups), count)]
            if count == 1 or all(Measurement.get(console, options, one).maximum < options.max_width for one in grids):
                for place, grid in enumerate(grids):
                    if place:
                        yield Text()
                    yield grid
                return


def _grid(groups: Sequence[Sequence[tuple[str, Text]]]) -> Table:
    grid = Table.grid(padding=(0, 2))
    for _ in groups:
        grid.add_column(no_wrap=True, overflow="fold")
        grid.add_column(justify="right", no_wrap=True, overflow="fold")
    for line in zip_longest(*groups, fillvalue=("", Text())):
        grid.add_row(*(cell for pair in line for cell in pair))
    return grid


def _figures(view: BacktestView) -> _Figures:
    groups: list[list[tuple[str, Text]]] = [
        [(f"[bold]{title}[/bold]", Text()), *_cells(view.stats, names)] for title, names in columns_of(view)
    ]
    if view.benchmark is not None:
        beaten = Text(figure("total_return", view.benchmark_stats.get("total_return")))
        title = f"[bold]Against {view.benchmark}[/bold]"
        groups.append([(title, Text()), ("Its total return", beaten), *_cells(view.stats, AGAINST)])
    return _Figures(groups)


def columns_of(view: BacktestView) -> list[tuple[str, tuple[str, ...]]]:
    """The groups of figures that a run has: titles, and names of statistics."""
    carried = tuple(name for name in CARRIED if view.stats.get(name))
    *first, (title, names) = COLUMNS
    return [*((one, tuple(told)) for one, told in first), (title, (*names, *carried))]


def _cells(stats: Mapping[str, object], names: Sequence[str]) -> Iterator[tuple[str, Text]]:
    for name in names:
        value = stats.get(name)
        style = ""
        if name in _JUDGED and isinstance(value, float | int) and value:
            style = "green" if value > 0 else "red"
        yield described(name).label, Text(figure(name, value), style=style)
