"""The chapter on trading: fills on the price, what each round trip brought, and where the money came from."""

import polars as pl

from tradewright.application.backtests.sheet import TearSheet
from tradewright.interfaces.reports import formatting as f
from tradewright.interfaces.reports.markup import Markup, join, tag
from tradewright.interfaces.reports.overview import chart, section, setting
from tradewright.interfaces.reports.payload import charted_symbols

DOTS = (
    "Each dot is a round trip; click one to see it on the price chart. Excursions are the furthest the price went "
    "against (MAE) and in favor of (MFE) the position while it was held; on the dashed line it ended there."
)
MOST_LINES = 40
MOST_REJECTIONS = 200
_COLUMNS = (
    ("number", "No."),
    ("symbol", "Instrument"),
    ("direction", "Direction"),
    ("entry", "Entry"),
    ("exit", "Exit"),
    ("quantity", "Quantity"),
    ("entry_price", "Entry price"),
    ("exit_price", "Exit price"),
    ("pnl", "Net PnL"),
    ("return", "Return"),
    ("bars", "Bars"),
    ("mae", "MAE"),
    ("mfe", "MFE"),
    ("exit_reason", "Exit reason"),
)


def trading(sheet: TearSheet, most_symbols: int) -> Markup:
    """Price chart, pictures of the round trips, sums by group and the list."""
    against = tag("span", "across, the return upwards", class_="hint")
    if sheet.view.round_trips.is_empty():
        return section(
            "trading",
            "Round trips",
            _price_chart(sheet, most_symbols),
            tag("p", "The run has no round trips.", class_="note"),
        )
    return section(
        "trading",
        "Round trips",
        _price_chart(sheet, most_symbols),
        tag(
            "div",
            chart("trip-results", "Results in order"),
            chart("trip-distribution", "Distribution of results"),
            class_="pair",
        ),
        tag("div", chart("mae", "Worst excursion", against), chart("mfe", "Best excursion", against), class_="pair"),
        tag("p", DOTS, class_="note"),
        _sums(sheet),
        _list(),
    )


def _price_chart(sheet: TearSheet, most_symbols: int) -> Markup:
    options = [tag("option", name, value=str(place)) for place, name in enumerate(charted_symbols(sheet, most_symbols))]
    if not options:
        return tag("p", "The run has no bars to draw a price chart from.", class_="note")
    choice = tag("select", *options, id="symbol", aria_label="Instrument of the price chart")
    prices = setting(sheet, "prices")
    words = {"raw": "raw prices: a split shows as a jump", "adjusted": "adjusted prices"}.get(prices, prices)
    far = tag("span", "zoom in to see the fills", class_="hint", id="price-far", hidden=True)
    return chart("price", "Fills on the price", choice, far, tag("span", words, class_="hint"))


def _sums(sheet: TearSheet) -> Markup:
    parts = []
    for group, title in (("direction", "By direction"), ("symbol", "By instrument"), ("exit reason", "By exit reason")):
        lines = sheet.trips.filter(pl.col("group") == group)
        if len(lines) and not (group == "symbol" and len(lines) == 1):
            parts.append((title, lines))
    names = (
        "Round trips",
        "Won",
        "Net PnL",
        "Fees",
        "Average",
        "Avg. win",
        "Avg. loss",
        "Best",
        "Worst",
        "Profit factor",
        "Bars",
    )
    bodies = []
    for title, lines in parts:
        head = tag(
            "tr", tag("th", title, scope="col"), *[tag("th", name, scope="col", class_="number") for name in names]
        )
        rows = [_sum_row(line) for line in lines.head(MOST_LINES).iter_rows(named=True)]
        if len(lines) > MOST_LINES:
            rows.append(
                tag("tr", tag("td", f"and {len(lines) - MOST_LINES} more", colspan=len(names) + 1, class_="muted"))
            )
        bodies.append(join(tag("thead", head), tag("tbody", *rows)))
    if not bodies:
        return tag("p", "No round trip was closed.", class_="note")
    table = tag("div", tag("table", *bodies, class_="plain sums"), class_="scroll")
    return tag("figure", tag("div", tag("h3", "Where the result came from"), class_="card-head"), table, class_="card")


def _sum_row(line: dict[str, object]) -> Markup:
    cells = (
        f.count(line["round_trips"]),
        f.percent(line["win_rate"], 1),
        f.money(line["pnl"], signed=True),
        f.money(line["fees"]),
        *[
            f.percent(line[name], signed=True)
            for name in ("average_return", "average_win", "average_loss", "best", "worst")
        ],
        f.number(line["profit_factor"]),
        f.number(line["average_bars"], 1),
    )
    name = str(line["name"]) or "not stated"
    return tag("tr", tag("th", name, scope="row"), *[tag("td", cell, class_="number") for cell in cells])


def _list() -> Markup:
    texts = {"symbol", "direction", "exit_reason"}
    heads = [
        tag(
            "th",
            tag("button", title, type="button", data_sort=name),
            scope="col",
            class_=None if name in texts else "number",
            aria_sort="none",
        )
        for name, title in _COLUMNS
    ]
    search = tag("input", type="search", id="trip-search", placeholder="Search", aria_label="Search the round trips")
    head = tag(
        "div", tag("h3", "All round trips"), tag("span", class_="hint", id="trip-count"), search, class_="card-head"
    )
    table = tag("table", tag("thead", tag("tr", *heads)), tag("tbody", id="trip-rows"), class_="plain trips")
    pager = tag(
        "div",
        tag("button", "Previous", type="button", id="trip-previous"),
        tag("span", id="trip-page"),
        tag("button", "Next", type="button", id="trip-next"),
        class_="pager",
    )
    return tag("figure", head, tag("div", table, class_="scroll"), pager, class_="card")


def rejections(sheet: TearSheet) -> Markup:
    """What went wrong: warnings of the run, orders that were not taken."""
    warnings = tag("ul", *[tag("li", text) for text in sheet.view.warnings], class_="warnings")
    parts = [warnings if sheet.view.warnings else tag("p", "The run gave no warnings.", class_="note")]
    lines = sheet.view.rejections
    if lines.is_empty():
        parts.append(tag("p", "No order was rejected.", class_="note"))
    else:
        head = tag("tr", *[tag("th", name, scope="col") for name in ("Time (UTC)", "Instrument", "Order", "Reason")])
        rows = [
            tag(
                "tr",
                tag("td", f.moment(line["time"], is_daily=False)),
                *[tag("td", str(line[name])) for name in ("symbol", "order")],
                tag("td", _reason(line)),
            )
            for line in lines.head(MOST_REJECTIONS).iter_rows(named=True)
        ]
        if len(lines) > MOST_REJECTIONS:
            rows.append(
                tag(
                    "tr",
                    tag("td", f"and {len(lines) - MOST_REJECTIONS:,} more; the CSV export has all of them", colspan=4),
                )
            )
        title = tag(
            "div", tag("h3", "Rejected orders"), tag("span", f.count(len(lines)), class_="hint"), class_="card-head"
        )
        table = tag("div", tag("table", tag("thead", head), tag("tbody", *rows), class_="plain"), class_="scroll")
        parts.append(tag("figure", title, table, class_="card"))
    return section("warnings", "Warnings and rejections", *parts)


def _reason(line: dict[str, object]) -> str:
    """Why an order was rejected, with the amounts where the run tells them."""
    amounts = [f"{name} {f.money(line[name])}" for name in ("needed", "available") if line.get(name) is not None]
    return ": ".join([str(line["reason"]), ", ".join(amounts)] if amounts else [str(line["reason"])])
