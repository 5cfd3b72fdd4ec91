"""A result in a notebook: what ran, the figures that decide, the curve of equity; plain HTML in light and dark."""

from collections.abc import Sequence
from html import escape

from tradewright.application.backtests.views import BacktestView
from tradewright.interfaces.reports.statistics import described
from tradewright.interfaces.terminal.output import number
from tradewright.interfaces.terminal.summary import AGAINST, columns_of

WIDTH, HEIGHT, POINTS = 640, 120, 640


def notebook_html(view: BacktestView) -> str:
    """The summary of a run as a fragment of HTML that needs no script and no network."""
    symbols = escape(", ".join(view.symbols[:6]) + (" ..." if len(view.symbols) > 6 else ""))
    told = f"{view.start} to {view.end} · {view.currency} {number(view.cash)} · {view.fill_rule} fills"
    columns = [(title, list(names)) for title, names in columns_of(view)]
    if view.benchmark is not None:
        columns.append((f"Against {view.benchmark}", list(AGAINST)))
    tables = "".join(_table(title, names, view) for title, names in columns)
    remarks = "".join(f"<div style='opacity:.8'>note: {escape(remark)}</div>" for remark in view.warnings)
    return (
        "<div style='font-family:system-ui,sans-serif;font-size:13px;line-height:1.5'>"
        f"<div><b>{escape(view.strategy_expression)}</b>&ensp;{symbols}&ensp;{escape(view.timeframe)}</div>"
        f"<div style='opacity:.7'>{escape(told)}</div>"
        f"{_curve(view.equity.get_column('equity').to_list())}"
        f"<div style='display:flex;gap:32px;flex-wrap:wrap'>{tables}</div>{remarks}</div>"
    )


def _table(title: str, names: Sequence[str], view: BacktestView) -> str:
    rows = "".join(
        f"<tr title='{escape(described(name).meaning, quote=True)}'>"
        f"<td style='text-align:left;padding:0 16px 0 0'>{escape(described(name).label)}</td>"
        f"<td style='text-align:right;padding:0;font-variant-numeric:tabular-nums'>"
        f"{escape(described(name).show(view.stats.get(name)))}</td></tr>"
        for name in names
    )
    head = f"<tr><th style='text-align:left;padding:0'>{escape(title)}</th><th></th></tr>"
    return f"<table style='border:0'><thead>{head}</thead><tbody>{rows}</tbody></table>"


def _curve(equity: Sequence[float]) -> str:
    """The curve of equity as a line drawing; the dashed line is where it began."""
    if len(equity) < 2:
        return ""
    step = max(1, len(equity) // POINTS)
    values = [*equity[::step], equity[-1]]
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    heights = [HEIGHT - 4 - (value - low) / span * (HEIGHT - 8) for value in values]
    across = WIDTH / (len(values) - 1)
    points = " ".join(f"{place * across:.1f},{height:.1f}" for place, height in enumerate(heights))
    return (
        f"<svg viewBox='0 0 {WIDTH} {HEIGHT}' width='{WIDTH}' style='max-width:100%;display:block;margin:6px 0' "
        f"role='img' aria-label='curve of equity'>"
        f"<line x1='0' x2='{WIDTH}' y1='{heights[0]:.1f}' y2='{heights[0]:.1f}' "
        "stroke='currentColor' stroke-opacity='.3' stroke-dasharray='4 4'/>"
        f"<polyline points='{points}' fill='none' stroke='#2f6fde' stroke-width='1.5'/></svg>"
    )
