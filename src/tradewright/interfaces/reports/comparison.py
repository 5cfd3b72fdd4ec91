"""Several runs side by side on one page: who grew how, who fell how deep, and every statistic in a row."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from string import ascii_uppercase

import numpy as np
import polars as pl

from tradewright.application.backtests.sheet import TearSheet, tear_sheet
from tradewright.application.backtests.views import BacktestView
from tradewright.interfaces.reports import formatting as f
from tradewright.interfaces.reports.figures import written
from tradewright.interfaces.reports.files import whole_file
from tradewright.interfaces.reports.markup import Markup, tag
from tradewright.interfaces.reports.overview import chart, disclaimer, growth_toolbar, section
from tradewright.interfaces.reports.page import Frame, page
from tradewright.interfaces.reports.payload import columns
from tradewright.interfaces.reports.statistics import grouped
from tradewright.interfaces.reports.thinning import kept_rows

MOST_RUNS = 8
MOST_POINTS = 12_000
SCRIPTS = ("theme.js", "timecharts.js", "drawings.js", "ranges.js", "compared.js")
LINKS = (("growth", "Growth"), ("statistics", "Statistics"), ("settings", "Differences"))


def write_comparison(views: Sequence[BacktestView], path: str | Path) -> Path:
    """Write one page on two to eight runs to `path` and return where it is; another number of them is a ValueError."""
    target = Path(path)
    text = render_comparison(views)
    with whole_file(target) as draft:
        draft.write_text(text, encoding="utf-8")
    return target


def render_comparison(views: Sequence[BacktestView]) -> str:
    """The page as text. Curves are growth of 1 by session, so that runs with other cash or bars compare."""
    if not 2 <= len(views) <= MOST_RUNS:
        raise ValueError(f"a comparison shows 2 to {MOST_RUNS} runs, found {len(views)}; choose fewer or more")
    sheets = [tear_sheet(view) for view in views]
    names = _names(views)
    body = [
        tag(
            "header",
            tag("p", "Comparison of backtests", class_="kicker"),
            tag("h1", f"{len(views)} runs"),
            _runs(views, names),
            id="top",
        ),
        section(
            "growth",
            "Growth",
            growth_toolbar(),
            chart(
                "equity",
                "Growth of 1",
                tag("label", tag("input", type="checkbox", id="log"), " Log scale", class_="switch"),
            ),
            chart("drawdown", "Drawdown"),
        ),
        section("statistics", "Statistics", *_statistics(views, names)),
        section("settings", "Differences", _differences(views, names)),
        disclaimer(sheets[0]),
    ]
    return page(Frame("Comparison of backtests", LINKS, SCRIPTS), body, data=_data(sheets, names))


def _names(views: Sequence[BacktestView]) -> list[str]:
    """A letter and the expression: what legends and columns call each run."""
    return [f"{letter} · {view.strategy_expression}" for letter, view in zip(ascii_uppercase, views, strict=False)]


def _data(sheets: Sequence[TearSheet], names: Sequence[str]) -> dict[str, object]:
    """Curves of all runs on the sessions of all."""
    sessions = pl.concat([sheet.daily.select("session") for sheet in sheets]).unique().sort("session")
    joined = sessions
    for place, sheet in enumerate(sheets):
        own = sheet.daily.select(
            "session",
            (pl.col("equity") / sheet.view.cash).alias(f"growth{place}"),
            pl.col("drawdown").alias(f"fall{place}"),
        )
        joined = joined.join(own, on="session", how="left", maintain_order="left")
    shown = [joined[f"growth{place}"].fill_null(np.nan).to_numpy() for place in range(len(sheets))]
    kept = joined[kept_rows(shown, MOST_POINTS // len(sheets))]
    return {
        "isDaily": True,
        "time": (kept["session"].cast(pl.Int32).cast(pl.Int64) * 86_400).to_list(),
        "runs": [
            {"name": name, "growth": columns(kept[f"growth{place}"]), "fall": columns(kept[f"fall{place}"])}
            for place, name in enumerate(names)
        ],
    }


def _runs(views: Sequence[BacktestView], names: Sequence[str]) -> Markup:
    head = tag(
        "tr", *[tag("th", name, scope="col") for name in ("", "Strategy", "Instruments", "Period", "Run", "Data")]
    )
    rows = [
        tag(
            "tr",
            tag("td", tag("i", class_="swatch", style=f"background:var(--run{place})")),
            tag("th", name, scope="row"),
            tag("td", ", ".join(view.symbols[:5]) + (" ..." if len(view.symbols) > 5 else "")),
            tag("td", f"{view.start} to {view.end}"),
            tag("td", view.run_id),
            tag("td", view.data_digest[:16]),
        )
        for place, (view, name) in enumerate(zip(views, names, strict=True))
    ]
    table = tag("table", tag("thead", head), tag("tbody", *rows), class_="plain")
    return tag("figure", tag("div", table, class_="scroll"), class_="card", style="margin-top:18px")


def _statistics(views: Sequence[BacktestView], names: Sequence[str]) -> list[Markup]:
    together: Mapping[str, object] = {name: None for view in views for name in view.stats}
    cards = []
    for title, lines in grouped(together):
        rows = [
            tag(
                "tr",
                tag("th", line.label, tag("small", line.meaning) if line.meaning else None, scope="row"),
                *[tag("td", line.show(view.stats.get(line.name)), class_="number") for view in views],
            )
            for line in lines
        ]
        head = tag(
            "tr", tag("th", title, scope="col"), *[tag("th", name, scope="col", class_="number") for name in names]
        )
        table = tag("table", tag("thead", head), tag("tbody", *rows), class_="plain statistics compared")
        cards.append(tag("figure", tag("div", table, class_="scroll"), class_="card"))
    return cards


def _differences(views: Sequence[BacktestView], names: Sequence[str]) -> Markup:
    settings = [_settings(view) for view in views]
    keys = list(dict.fromkeys(key for each in settings for key in each))
    rows = [
        tag(
            "tr",
            tag("th", key.replace("_", " ").capitalize(), scope="row"),
            *[tag("td", each.get(key, f.UNDEFINED)) for each in settings],
        )
        for key in keys
        if len({each.get(key) for each in settings}) > 1
    ]
    if not rows:
        return tag("p", "The runs have the same settings.", class_="note")
    head = tag("tr", tag("th", "Setting", scope="col"), *[tag("th", name, scope="col") for name in names])
    table = tag("table", tag("thead", head), tag("tbody", *rows), class_="plain settings compared")
    return tag("figure", tag("div", table, class_="scroll"), class_="card")


def _settings(view: BacktestView) -> dict[str, str]:
    shown: dict[str, object] = {
        "strategy": view.strategy,
        "instruments": ", ".join(view.symbols),
        "timeframe": view.timeframe,
        "start": view.start,
        "end": view.end,
        "currency": view.currency,
        "cash": view.cash,
        "fill_rule": view.fill_rule,
        "data_digest": view.data_digest,
        "engine_version": view.engine_version,
        "benchmark": view.benchmark,
    }
    return {name: written(value) for name, value in (shown | dict(view.parameters) | dict(view.assumptions)).items()}
