"""The chapter on what to know before the numbers are believed: the review of the run, the gravest remark first."""

from tradewright.application.backtests.review import review
from tradewright.application.backtests.sheet import TearSheet
from tradewright.interfaces.reports.markup import Markup, tag
from tradewright.interfaces.reports.overview import section


def reviewed(sheet: TearSheet) -> Markup:
    """One row a remark: how grave, what was found, what to do."""
    head = tag("tr", *[tag("th", name, scope="col") for name in ("", "What was found", "What to do", "Code")])
    rows = [
        tag(
            "tr",
            tag("th", one.severity.value, scope="row"),
            tag("td", one.found),
            tag("td", one.remedy),
            tag("td", tag("code", one.code)),
        )
        for one in review(sheet.view)
    ]
    table = tag("div", tag("table", tag("thead", head), tag("tbody", *rows), class_="plain"), class_="scroll")
    return section("review", "Review", tag("figure", table, class_="card"))
