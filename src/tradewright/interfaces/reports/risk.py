"""The chapter on risk: the worst drawdowns one by one, and how Sharpe, volatility and beta moved over time."""

from tradewright.application.backtests.sheet import TearSheet
from tradewright.interfaces.reports import formatting as f
from tradewright.interfaces.reports.markup import Markup, join, tag
from tradewright.interfaces.reports.overview import chart, section


def risk(sheet: TearSheet) -> Markup:
    """Rolling charts and the table of drawdowns."""
    if sheet.window:
        hint = tag("span", f"{sheet.window} sessions", class_="hint")
        beta = [chart("rolling-beta", "Rolling beta", hint)] if sheet.has_benchmark else []
        rolling = join(
            chart("rolling-sharpe", "Rolling Sharpe ratio", hint),
            tag("div", chart("rolling-volatility", "Rolling volatility", hint), *beta, class_="pair" if beta else None),
        )
    else:
        words = f"{len(sheet.daily)} sessions are too few for rolling figures, which need two months at least."
        rolling = tag("p", words, class_="note")
    return section("risk", "Risk", rolling, _drawdowns(sheet))


def _drawdowns(sheet: TearSheet) -> Markup:
    names = ("", "Depth", "Peak", "Valley", "Recovered", "Length", "Down", "Up")
    head = tag("tr", *[tag("th", name, scope="col", class_="number" if name else None) for name in names])
    rows = [
        tag(
            "tr",
            tag("th", place, scope="row"),
            tag("td", f.percent(line["depth"]), class_="number"),
            tag("td", f.day(line["peak"]), class_="number"),
            tag("td", f.day(line["valley"]), class_="number"),
            tag("td", f.day(line["recovered"]) if line["recovered"] else "not yet", class_="number"),
            *[tag("td", _days(line[name]), class_="number") for name in ("days", "days_down", "days_up")],
        )
        for place, line in enumerate(sheet.drawdowns.iter_rows(named=True), start=1)
    ]
    body = (
        tag("tbody", *rows)
        if rows
        else tag("tbody", tag("tr", tag("td", "Equity never fell below a peak.", colspan=len(names))))
    )
    table = tag("div", tag("table", tag("thead", head), body, class_="plain"), class_="scroll")
    hint = tag("span", "at the close of sessions, calendar days", class_="hint")
    title = tag("div", tag("h3", "Worst drawdowns"), hint, class_="card-head")
    return tag("figure", title, table, class_="card")


def _days(value: int | None) -> str:
    return f.UNDEFINED if value is None else f.count(value)
