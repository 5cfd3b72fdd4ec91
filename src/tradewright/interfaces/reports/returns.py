"""The chapter on returns: month by month, year by year, over the usual horizons, and how they are distributed."""

from calendar import month_abbr

import polars as pl

from tradewright.application.backtests.sheet import Histogram, TearSheet
from tradewright.interfaces.reports import formatting as f
from tradewright.interfaces.reports.markup import Markup, join, tag
from tradewright.interfaces.reports.overview import chart, section


def returns(sheet: TearSheet) -> Markup:
    """Heat map, bars of the years, trailing returns and distributions."""
    return section(
        "returns",
        "Returns",
        _months(sheet),
        tag("div", chart("years", "Calendar years"), _trailing(sheet), class_="pair"),
        tag("div", *[_distribution(name, bins) for name, bins in sheet.distributions.items()], class_="pair"),
    )


def _months(sheet: TearSheet) -> Markup:
    difference = pl.col("return") - pl.col("benchmark_return")
    choices = [("Strategy", pl.col("return"))]
    if sheet.has_benchmark:
        choices += [("Benchmark", pl.col("benchmark_return")), ("Difference", difference)]
    tables = [
        tag("div", _heat_map(sheet, values), class_="scroll", data_view=name, hidden=index > 0)
        for index, (name, values) in enumerate(choices)
    ]
    buttons = [
        tag("button", name, type="button", data_show=name, aria_pressed="true" if index == 0 else "false")
        for index, (name, _) in enumerate(choices)
    ]
    group = (
        tag("div", *buttons, class_="buttons", id="months", role="group", aria_label="Whose returns")
        if sheet.has_benchmark
        else None
    )
    head = tag("div", tag("h3", "Monthly returns"), tag("span", "percent", class_="hint"), group, class_="card-head")
    return tag("figure", head, *tables, class_="card")


def _heat_map(sheet: TearSheet, values: pl.Expr) -> Markup:
    months = sheet.monthly.with_columns(shown=values)
    years = dict(sheet.yearly.select("year", shown=values).iter_rows())
    sizes = months["shown"].abs()
    strongest = float(sizes.quantile(0.95) or 0.0) or 1.0
    cells = {(year, month): value for year, month, value in months.select("year", "month", "shown").iter_rows()}
    head = tag(
        "tr",
        tag("th", "Year", scope="col"),
        *[tag("th", name, scope="col") for name in month_abbr[1:]],
        tag("th", "Year", scope="col"),
    )
    rows = [
        tag(
            "tr",
            tag("th", str(year), scope="row"),
            *[_heat(cells.get((year, month)), strongest) for month in range(1, 13)],
            tag("td", f.number(_percent(total), 1), class_=f"total {_tone(total)}"),
        )
        for year, total in years.items()
    ]
    return tag("table", tag("thead", head), tag("tbody", *rows), class_="heat")


def _heat(value: float | None, strongest: float) -> Markup:
    if value is None:
        return tag("td", "", class_="empty")
    strength = min(abs(value) / strongest, 1.0)
    return tag("td", f.number(_percent(value), 1), class_=_tone(value), style=f"--heat:{strength:.2f}")


def _percent(value: float | None) -> float | None:
    return None if value is None else value * 100.0


def _tone(value: float | None) -> str:
    return "" if not value else "gain" if value > 0 else "loss"


def _trailing(sheet: TearSheet) -> Markup:
    names = ["Period", "Return"] + (["Benchmark"] if sheet.has_benchmark else []) + ["A year"]
    names += ["Benchmark"] if sheet.has_benchmark else []
    rows = []
    for line in sheet.trailing.iter_rows(named=True):
        others = [line["benchmark_return"]], [line["benchmark_annual"]]
        values = [line["return"], *(others[0] if sheet.has_benchmark else []), line["return_annual"]]
        values += others[1] if sheet.has_benchmark else []
        cells = [
            tag("td", f.percent(value), class_=f"number {'loss-text' if (value or 0) < 0 else ''}".strip())
            for value in values
        ]
        rows.append(tag("tr", tag("th", line["period"], scope="row", title=f"from {f.day(line['since'])}"), *cells))
    head = tag(
        "tr",
        *[tag("th", name, scope="col", class_="number" if place else None) for place, name in enumerate(names)],
    )
    table = tag("div", tag("table", tag("thead", head), tag("tbody", *rows), class_="plain"), class_="scroll")
    return tag("figure", tag("div", tag("h3", "Trailing returns"), class_="card-head"), table, class_="card")


def _distribution(name: str, bins: Histogram) -> Markup:
    unit = {"daily": "sessions", "monthly": "months"}[name]
    still = f" {f.count(bins.unchanged)} without any change are in no bar." if bins.unchanged else ""
    words = (
        f"{f.count(bins.values)} {unit}, mean {f.percent(bins.mean, 3)}, deviation {f.percent(bins.deviation)}; "
        f"the line is the bell curve of the same mean and deviation.{still}"
    )
    return join(chart(f"distribution-{name}", f"Distribution of {name} returns", tag("p", words, class_="note")))
