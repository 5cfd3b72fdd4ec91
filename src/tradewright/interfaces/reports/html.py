"""The tear sheet as one HTML file, for people: to look at, to send, to print."""

from pathlib import Path

from tradewright.application.backtests.sheet import TearSheet, tear_sheet
from tradewright.application.backtests.views import BacktestView
from tradewright.interfaces.reports.figures import assumptions, statistics
from tradewright.interfaces.reports.files import whole_file
from tradewright.interfaces.reports.overview import disclaimer, growth, key_figures, masthead
from tradewright.interfaces.reports.page import Frame, page
from tradewright.interfaces.reports.payload import Limits, payload_of
from tradewright.interfaces.reports.returns import returns
from tradewright.interfaces.reports.reviewed import reviewed
from tradewright.interfaces.reports.risk import risk
from tradewright.interfaces.reports.trades import rejections, trading

SCRIPTS = ("theme.js", "timecharts.js", "drawings.js", "ranges.js", "account.js", "prices.js", "trips.js", "start.js")
LINKS = (
    ("growth", "Growth"),
    ("returns", "Returns"),
    ("risk", "Risk"),
    ("trading", "Round trips"),
    ("statistics", "Statistics"),
    ("review", "Review"),
    ("assumptions", "Assumptions"),
)


def write_html(view: BacktestView, path: str | Path, *, limits: Limits | None = None) -> Path:
    """Write the tear sheet to `path`, whole or not at all, and return where it is.

    `limits` says how much data the charts carry. An empty run is a ValueError; a `path` that is a folder, an
    IsADirectoryError.
    """
    target = Path(path)
    text = render_html(tear_sheet(view), limits=limits)
    with whole_file(target) as draft:
        draft.write_text(text, encoding="utf-8")
    return target


def render_html(sheet: TearSheet, *, limits: Limits | None = None) -> str:
    """The tear sheet as text."""
    bounds = limits or Limits()
    payload = payload_of(sheet, bounds)
    body = [
        masthead(sheet),
        key_figures(sheet),
        growth(sheet, payload.notes),
        returns(sheet),
        risk(sheet),
        trading(sheet, bounds.symbols),
        statistics(sheet),
        reviewed(sheet),
        rejections(sheet),
        assumptions(sheet),
        disclaimer(sheet),
    ]
    title = f"{sheet.view.strategy.replace('_', ' ').capitalize()} · tear sheet"
    return page(Frame(title, LINKS, SCRIPTS), body, data=payload.data)
