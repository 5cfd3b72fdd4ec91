"""Charts of a run as pictures: PNG files for a mail or a slide, one figure for a notebook.

This file decides the house style (the colors of the page, on white) and what each picture shows. Matplotlib comes with
the extra `plots`.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import Any

from tradewright.application.backtests.sheet import TearSheet, tear_sheet
from tradewright.application.backtests.views import BacktestView
from tradewright.interfaces.reports import formatting as f
from tradewright.interfaces.reports import panels
from tradewright.interfaces.reports.files import whole_file
from tradewright.lazy import load

DPI = 150


class Chart(StrEnum):
    """The pictures that can be asked for by name."""

    EQUITY = "equity"
    MONTHLY = "monthly"
    ROLLING = "rolling"
    DISTRIBUTION = "distribution"
    TRADES = "trades"


_Draw = Callable[[TearSheet, Any], None]
_PICTURES: dict[Chart, tuple[tuple[float, float], _Draw]] = {
    Chart.EQUITY: ((11.0, 6.2), panels.equity),
    Chart.MONTHLY: ((11.0, 5.6), panels.monthly),
    Chart.ROLLING: ((11.0, 6.2), panels.rolling),
    Chart.DISTRIBUTION: ((11.0, 4.6), panels.distribution),
    Chart.TRADES: ((11.0, 5.6), panels.trades),
}


def write_png(view: BacktestView, path: str | Path, *, charts: Sequence[str | Chart] = tuple(Chart)) -> Path:
    """Write the named charts, and return `path`.

    A `path` that ends in .png becomes one picture: the chart, or with several charts the overview of `plot`. Any other
    path is a folder that gets one file a chart. A chart of an unknown name is a ValueError.
    """
    chosen = [_chart(name) for name in charts]
    if not chosen:
        raise ValueError(f"no chart was asked for; expected one or more of {', '.join(Chart)}")
    sheet = tear_sheet(view)
    target = Path(path)
    if target.suffix.lower() == ".png":
        figure = _overview(sheet) if len(chosen) > 1 else _picture(sheet, chosen[0])
        return _save(figure, target)
    if target.is_file():
        raise NotADirectoryError(f"{target} is a file; name a folder, or a file that ends in .png")
    for chart in chosen:
        _save(_picture(sheet, chart), target / f"{chart.value}.png")
    return target


def plot(view: BacktestView) -> Any:
    """An overview as a `matplotlib.figure.Figure`: key figures, equity, drawdown, months, fills on the price.

    It shows itself at the end of a notebook cell, and `savefig` writes it.
    """
    return _overview(tear_sheet(view))


def _chart(name: str | Chart) -> Chart:
    try:
        return Chart(name)
    except ValueError:
        raise ValueError(f"no chart is called {name!r}; expected one of {', '.join(Chart)}") from None


def _picture(sheet: TearSheet, chart: Chart) -> Any:
    size, draw = _PICTURES[chart]
    figure = _figure(size)
    draw(sheet, figure)
    return figure


def _overview(sheet: TearSheet) -> Any:
    figure = _figure((11.0, 15.0))
    view = sheet.view
    top, growth, months, fills = figure.subfigures(4, 1, height_ratios=[0.75, 4.6, 3.6, 4.0])
    top.text(0.045, 0.62, view.strategy_expression, fontsize=15, weight="bold", color=panels.INK, va="center")
    names = ", ".join(view.symbols[:5]) + (" ..." if len(view.symbols) > 5 else "")
    top.text(0.045, 0.24, f"{names}   {view.start} to {view.end}   {_headline(sheet)}", color=panels.MUTED, va="center")
    panels.equity(sheet, growth)
    panels.monthly(sheet, months)
    panels.trades(sheet, fills)
    return figure


def _headline(sheet: TearSheet) -> str:
    stats = sheet.view.stats
    parts = (
        ("{} a year", f.percent(stats.get("return_annual"))),
        ("Sharpe {}", f.number(stats.get("sharpe"))),
        ("deepest drawdown {}", f.percent(stats.get("max_drawdown"))),
    )
    return ", ".join(words.format(value) for words, value in parts if value != f.UNDEFINED)


def _figure(size: tuple[float, float]) -> Any:
    """A figure of no window and no global state, which a notebook can show."""
    base = load("matplotlib.figure", extra="plots").Figure
    kind = type("ReportFigure", (base,), {"_repr_png_": _bytes})
    return kind(figsize=size, facecolor="white", layout="constrained")


def _bytes(figure: Any) -> bytes:
    held = BytesIO()
    figure.savefig(held, format="png", dpi=DPI * 2 // 3)
    return held.getvalue()


def _save(figure: Any, path: Path) -> Path:
    with whole_file(path) as draft:
        figure.savefig(draft, format="png", dpi=DPI)
    return path
