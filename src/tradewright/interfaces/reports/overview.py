"""The head of the page: what was run, the few figures everybody asks for first, and the growth charts."""

from tradewright.application.backtests.sheet import TearSheet
from tradewright.interfaces.reports import formatting as f
from tradewright.interfaces.reports.markup import Markup, join, tag
from tradewright.interfaces.reports.statistics import described

KEY_FIGURES = (
    "total_return",
    "return_annual",
    "volatility_annual",
    "sharpe",
    "max_drawdown",
    "calmar",
    "win_rate",
    "round_trips",
)
RANGES = (("1M", 1), ("3M", 3), ("6M", 6), ("1Y", 12), ("3Y", 36), ("5Y", 60))


def masthead(sheet: TearSheet) -> Markup:
    """Strategy, instruments, period and identity of the run."""
    view = sheet.view
    symbols = ", ".join(view.symbols[:8]) + (f" and {len(view.symbols) - 8} more" if len(view.symbols) > 8 else "")
    facts = (
        ("Instruments", symbols),
        ("Period", f"{view.start} to {view.end}, bars of {view.timeframe}"),
        ("Starting cash", f"{f.money(view.cash)} {view.currency}"),
        ("Benchmark", f"{view.benchmark}, bought and held" if view.benchmark else "none"),
        ("Fills", view.fill_rule),
        ("Costs", setting(sheet, "costs").replace("Costs()", "none")),
        ("Run", view.run_id),
        ("Data", view.data_digest[:16]),
        ("Engine", f"{view.engine} {view.engine_version}"),
        ("Made", view.created_at.replace("T", " ").replace("Z", " UTC")),
    )
    pairs = [tag("div", tag("dt", name), tag("dd", value or f.UNDEFINED)) for name, value in facts]
    title = view.strategy.replace("_", " ")
    return tag(
        "header",
        tag("p", "Backtest tear sheet", class_="kicker"),
        tag("h1", title[:1].upper() + title[1:]),
        tag("p", tag("code", view.strategy_expression), class_="expression"),
        tag("dl", *pairs, class_="facts"),
        class_="masthead",
        id="top",
    )


def setting(sheet: TearSheet, name: str) -> str:
    """One assumption of the run as text; empty when the run does not state it."""
    value = sheet.view.assumptions.get(name)
    return "" if value is None else str(value)


def key_figures(sheet: TearSheet) -> Markup:
    """The row of figures under the title, with the benchmark's beside them."""
    tiles = [_tile(sheet, name) for name in KEY_FIGURES if name in sheet.view.stats]
    return tag("div", *tiles, class_="figures", aria_label="Key figures")


def _tile(sheet: TearSheet, name: str) -> Markup:
    statistic = described(name)
    value = sheet.view.stats[name]
    tone = "loss" if name in {"total_return", "return_annual"} and isinstance(value, float) and value < 0 else None
    other = sheet.view.benchmark_stats.get(name)
    below = f"Benchmark {statistic.show(other)}" if name in sheet.view.benchmark_stats else _aside(sheet, name)
    return tag(
        "div",
        tag("span", statistic.label, class_="label"),
        tag("span", statistic.show(value), class_=f"value {tone or ''}".strip()),
        tag("span", below, class_="aside"),
        class_="figure",
        title=statistic.meaning,
    )


def _aside(sheet: TearSheet, name: str) -> str:
    stats = sheet.view.stats
    if name == "total_return":
        return f"to {f.money(stats.get('final_equity'))} {sheet.view.currency}"
    if name == "win_rate":
        return f"Profit factor {f.number(stats.get('profit_factor'))}"
    if name == "round_trips":
        return f"{f.count(len(sheet.view.fills))} fills"
    return ""


def growth(sheet: TearSheet, notes: tuple[str, ...]) -> Markup:
    """Equity against the benchmark, drawdown and exposure: three charts that move together."""
    return section(
        "growth",
        "Growth",
        growth_toolbar(),
        chart("equity", "Equity", tag("label", tag("input", type="checkbox", id="log"), " Log scale", class_="switch")),
        chart("drawdown", "Drawdown", tag("span", "worst ten shaded", class_="hint")),
        chart("exposure", "Exposure", tag("span", "share of equity", class_="hint")),
        tag(
            "p",
            "Drag to move, pinch or Ctrl + wheel to zoom; all charts follow. ",
            " ".join(notes),
            class_="note",
        ),
    )


def growth_toolbar() -> Markup:
    """Buttons for the range of all time charts."""
    buttons = [tag("button", name, type="button", data_months=str(months)) for name, months in RANGES]
    buttons.append(tag("button", "YTD", type="button", data_months="ytd"))
    buttons.append(tag("button", "All", type="button", data_months="all", aria_pressed="true"))
    group = tag("div", *buttons, class_="buttons", id="ranges", role="group", aria_label="Range of the time charts")
    return tag("div", group, class_="toolbar")


def chart(name: str, title: str, *extras: Markup) -> Markup:
    """A card with a place for one chart and the legend that follows the cursor."""
    head = tag("div", tag("h3", title), tag("div", class_="legend", id=f"legend-{name}"), *extras, class_="card-head")
    return tag("figure", head, tag("div", class_=f"chart chart-{name}", id=f"chart-{name}"), class_="card")


def section(name: str, title: str, *children: Markup) -> Markup:
    """A chapter of the page."""
    return tag("section", tag("h2", title), join(*children), id=name)


def disclaimer(sheet: TearSheet) -> Markup:
    """What every reader must be told."""
    view = sheet.view
    return tag(
        "footer",
        tag(
            "p",
            "This is a simulation on historical data. Past results say nothing certain about the future; "
            "trading can lose all the money put at risk. This page is no offer and no advice.",
        ),
        tag(
            "p",
            f"Made by Tradewright {view.engine_version}. Time charts: TradingView Lightweight Charts, "
            "copyright TradingView, Inc., ",
            tag("a", "www.tradingview.com", href="https://www.tradingview.com/", rel="noopener noreferrer"),
            ", Apache License 2.0.",
        ),
    )
