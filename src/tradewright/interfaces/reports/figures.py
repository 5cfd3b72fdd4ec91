"""The chapters a careful reader checks: every statistic with what it says, and every assumption of the run."""

from collections.abc import Iterator, Mapping

from tradewright.application.backtests.sheet import TearSheet
from tradewright.interfaces.reports import formatting as f
from tradewright.interfaces.reports.markup import Markup, tag
from tradewright.interfaces.reports.overview import section
from tradewright.interfaces.reports.statistics import Statistic, grouped


def statistics(sheet: TearSheet) -> Markup:
    """All statistics by group, the benchmark's in a column of their own."""
    groups = [_group(sheet, title, lines) for title, lines in grouped(sheet.view.stats)]
    return section(
        "statistics", "Statistics", tag("div", *groups, class_="groups"), tag("p", conventions(sheet), class_="note")
    )


def _group(sheet: TearSheet, title: str, lines: list[Statistic]) -> Markup:
    stats, others = sheet.view.stats, sheet.view.benchmark_stats
    has_others = any(line.name in others for line in lines)
    heads = [tag("th", title, scope="col"), tag("th", "Strategy", scope="col", class_="number")]
    heads += [tag("th", "Benchmark", scope="col", class_="number")] if has_others else []
    rows = []
    for line in lines:
        label = tag("th", line.label, tag("small", line.meaning) if line.meaning else None, scope="row")
        cells = [tag("td", line.show(stats[line.name]), class_="number")]
        if has_others:
            text = line.show(others[line.name]) if line.name in others else ""
            cells.append(tag("td", text, class_="number muted"))
        rows.append(tag("tr", label, *cells))
    table = tag("table", tag("thead", tag("tr", *heads)), tag("tbody", *rows), class_="plain statistics")
    return tag("figure", table, class_="card")


def conventions(sheet: TearSheet) -> str:
    """The sentence that says how yearly figures were made."""
    rules = sheet.conventions
    counted = " (counted from the run's sessions, as the run does not state it)" if rules.is_inferred else ""
    whole = "sessions, close to close, also where bars are shorter"
    kind = "every bar, rolling figures those of sessions" if rules.is_by_bar else whole
    return (
        f"Conventions: returns are those of {kind}; a year has "
        f"{f.number(rules.periods_per_year, 0)} of them{counted}; risk-free rate {f.percent(rules.risk_free)} a year; "
        f"variances divide by n{f' − {rules.ddof}' if rules.ddof else ''}; drawdowns are zero or negative and count "
        f"from the starting cash; a win is a round trip with a positive result after fees. "
        f"{f.UNDEFINED} means: not defined for this run."
    )


def assumptions(sheet: TearSheet) -> Markup:
    """Every setting of the run and its full identity."""
    view = sheet.view
    identity = {
        "Run": view.run_id,
        "Strategy": view.strategy,
        "Expression": view.strategy_expression,
        "Instruments": ", ".join(view.symbols),
        "Bars": view.timeframe,
        "Sessions": f"{view.start} to {view.end}, both included",
        "Starting cash": f"{f.money(view.cash)} {view.currency}",
        "Fill rule": view.fill_rule,
        "Benchmark": view.benchmark or "none",
        "Data digest": view.data_digest,
        "Engine": f"{view.engine}, version {view.engine_version}",
        "Computed in": f"{f.number(view.duration_s, 3)} s",
        "Made": view.created_at,
    }
    parameters = dict(_flat(view.parameters)) or {"none": "the strategy has no parameters"}
    tables = (("Identity", identity), ("Parameters", parameters), ("Assumptions", dict(_flat(view.assumptions))))
    return section(
        "assumptions", "Assumptions", tag("div", *[_pairs(title, pairs) for title, pairs in tables], class_="groups")
    )


def _flat(settings: Mapping[str, object], above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in settings.items():
        label = f"{above}{name}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{label}, ")
        else:
            yield label.replace("_", " ").capitalize(), written(value)


def written(value: object) -> str:
    """A setting as a reader would write it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(written, value)) or "none"
    return f"{value:g}" if isinstance(value, float) and abs(value) < 1e6 else str(value)


def _pairs(title: str, pairs: Mapping[str, str]) -> Markup:
    rows = [tag("tr", tag("th", name, scope="row"), tag("td", value)) for name, value in pairs.items()]
    head = tag("thead", tag("tr", tag("th", title, scope="col", colspan=2)))
    return tag("figure", tag("table", head, tag("tbody", *rows), class_="plain settings"), class_="card")
