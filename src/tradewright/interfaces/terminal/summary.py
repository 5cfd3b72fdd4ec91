"""A backtest on one screen: what was tested on what, the figures that decide, the curve of equity, remarks.

The words and formats of the figures are those of the tear sheet. Red and green mark the results only, not every number.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from tradewright.application.backtests.summaries import BacktestSummary, ComparisonView
from tradewright.application.backtests.views import BacktestView
from tradewright.interfaces.reports.statistics import described
from tradewright.interfaces.terminal.output import DASH, number, percent, table

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
AGAINST = ("alpha", "beta", "information_ratio")
COMPARED = ("total_return", "return_annual", "sharpe", "max_drawdown")
WIDEST = 40
"""Longest setting in a comparison; digests and long expressions are cut there."""
_JUDGED = {"total_return", "return_annual", "expectancy", "alpha"}
_BLOCKS = "▁▂▃▄▅▆▇█"
_PLAIN = str.maketrans({"−": "-", "–": DASH})


def figure(name: str, value: object) -> str:
    """One statistic as the tear sheet writes it, with a plain minus sign."""
    return described(name).show(value).translate(_PLAIN)


def summary(view: BacktestView, *, width: int = 60) -> RenderableType:
    """The run on one screen."""
    names = view.symbols if len(view.symbols) <= 6 else (*view.symbols[:5], f"and {len(view.symbols) - 5} more")
    head = Text.assemble((view.strategy_expression, "bold"), "  ", ", ".join(names), "  ", view.timeframe)
    told = (
        f"{view.start} to {view.end} · {view.currency} {number(view.cash)} · {view.fill_rule} fills · run {view.run_id}"
    )
    parts: list[RenderableType] = [head, Text(told, style="dim"), Text(), _figures(view)]
    curve = sparkline(view.equity.get_column("equity").to_list(), width=width) if view.equity.height > 1 else ""
    if curve:
        parts += [Text(), Text.assemble(("Equity  ", "dim"), curve)]
    parts += [Text.assemble(("note: ", "yellow"), remark) for remark in view.warnings]
    if view.report:
        parts += [Text(), Text.assemble(("Tear sheet  ", "dim"), str(view.report), overflow="fold")]
    return Group(*parts)


def as_text(view: BacktestView, *, width: int = 110) -> str:
    """The same as plain text."""
    stream = io.StringIO()
    Console(file=stream, width=width, highlight=False, no_color=True).print(summary(view))
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines())


def runs_table(runs: Sequence[BacktestSummary]) -> Table:
    """The list of kept runs."""
    headings = ["|run", "|made", "|strategy", "parameters", "on", "|from", "|to"] + [
        f">{described(name).label}" for name in COMPARED
    ]
    rows = (
        [
            run.run_id,
            run.created_at[:10],
            run.strategy,
            " ".join(f"{name}={value}" for name, value in run.parameters.items()),
            " ".join(symbol.split(".")[0] for symbol in run.symbols),
            run.start,
            run.end,
            *(figure(name, run.stats.get(name)) for name in COMPARED),
        ]
        for run in runs
    )
    return table(headings, rows)


def comparison(view: ComparisonView) -> Table:
    """Runs side by side: first what they differ in, then every statistic."""
    made = table(["", *(f">{run.run_id}" for run in view.runs)], ())
    for name, values in ({"strategy": tuple(run.strategy for run in view.runs)} | dict(view.differences)).items():
        made.add_row(name, *(DASH if value is None else str(value)[:WIDEST] for value in values))
    made.add_section()
    for name, values in view.stats.items():
        made.add_row(described(name).label, *(figure(name, value) for value in values))
    return made


def sparkline(values: Sequence[float], *, width: int) -> str:
    """The curve in block characters, one a stretch of bars."""
    step = max(1, -(-len(values) // width))
    points = [*values[::step], values[-1]]
    low, high = min(points), max(points)
    span = (high - low) or 1.0
    return "".join(_BLOCKS[int((point - low) / span * (len(_BLOCKS) - 1))] for point in points)


def _figures(view: BacktestView) -> Table:
    grid = Table.grid(padding=(0, 2))
    for _ in COLUMNS:
        grid.add_column(no_wrap=True)
        grid.add_column(justify="right", no_wrap=True)
    grid.add_row(*(cell for title, _ in COLUMNS for cell in (Text(title, style="bold"), "")))
    columns = [list(_cells(view.stats, names)) for _, names in COLUMNS]
    if view.benchmark is not None:
        rows = [(f"{view.benchmark}", Text(percent(view.benchmark_stats.get("total_return"))))]
        columns[0] += [("", Text()), *rows, *_cells(view.stats, AGAINST)]
    for line in zip_longest(*columns, fillvalue=("", Text())):
        grid.add_row(*(cell for pair in line for cell in pair))
    return grid


def _cells(stats: Mapping[str, object], names: Sequence[str]) -> Iterator[tuple[str, Text]]:
    for name in names:
        value = stats.get(name)
        style = ""
        if name in _JUDGED and isinstance(value, float | int) and value:
            style = "green" if value > 0 else "red"
        yield described(name).label, Text(figure(name, value), style=style)
