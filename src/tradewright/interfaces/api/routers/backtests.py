"""Routes of kept backtests: lists, statistics, tables, the tear sheet."""

from collections.abc import Mapping
from typing import Any, Final

from tradewright.application.backtests.looking import (
    EquityPoint,
    KeptRuns,
    RoundTripView,
    RunEquity,
    RunFacts,
    RunFactsView,
    RunFills,
    RunFillView,
    RunResults,
    RunResultsView,
    RunTrades,
)
from tradewright.application.backtests.messages import BacktestComparison, KeptBacktest
from tradewright.application.backtests.sheet import tear_sheet
from tradewright.application.backtests.summaries import BacktestSummary, ComparisonView
from tradewright.application.backtests.views import BacktestView
from tradewright.interfaces.api.asks import Ask, Example, Reply
from tradewright.interfaces.api.routers.kinds import CURSOR, MAYBE_SYMBOL, RUN
from tradewright.interfaces.api.schemas.values import list_kind, text_kind
from tradewright.interfaces.reports.html import render_html
from tradewright.ports.paging import Page

GROUP: Final = "strategy"
HTML: Final = "text/html"
POLICY: Final = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; "
    "frame-ancestors 'none'; sandbox allow-scripts allow-downloads"
)
"""A tear sheet draws its charts itself, as a page that belongs to nobody and reaches nothing."""
_RUN: Final = {"run_id": RUN, "cursor": CURSOR}
_LATEST: Final = Example(path={"id": "latest"})


def shown_sheet(view: BacktestView, _wishes: Mapping[str, Any]) -> Reply:
    """The tear sheet."""
    content = render_html(tear_sheet(view)).encode()
    return Reply(content, HTML, headers={"Content-Security-Policy": POLICY})


ASKS: Final = (
    Ask(
        method="GET", path="/backtests", message=KeptRuns, answer=Page[BacktestSummary], group=GROUP,
        summary="List kept backtests, newest first",
        kinds={
            "strategy": text_kind(200), "symbol": MAYBE_SYMBOL, "cursor": CURSOR,
        },
        example=Example(query={"limit": "10"}),
    ),
    Ask(
        method="GET", path="/backtests/compare", names={"ids": "run_ids"}, message=BacktestComparison,
        answer=ComparisonView, group=GROUP, summary="Set backtests beside each other",
        kinds={"run_ids": list_kind(RUN, is_text=True, most=20, least=2)},
        example=Example(query={"ids": "latest,latest"}),
    ),
    Ask(
        method="GET", path="/backtests/{id}", names={"id": "run_id"}, message=RunFacts, answer=RunFactsView,
        group=GROUP, summary="Show what went into a backtest", kinds=_RUN, example=_LATEST,
    ),
    Ask(
        method="GET", path="/backtests/{id}/results", names={"id": "run_id"}, message=RunResults,
        answer=RunResultsView, group=GROUP, summary="Show the statistics of a backtest", kinds=_RUN, example=_LATEST,
    ),
    Ask(
        method="GET", path="/backtests/{id}/trades", names={"id": "run_id"}, message=RunTrades,
        answer=Page[RoundTripView], group=GROUP, summary="List the round trips of a backtest", kinds=_RUN,
        example=_LATEST,
    ),
    Ask(
        method="GET", path="/backtests/{id}/fills", names={"id": "run_id"}, message=RunFills,
        answer=Page[RunFillView], group=GROUP, summary="List the fills of a backtest", kinds=_RUN, example=_LATEST,
    ),
    Ask(
        method="GET", path="/backtests/{id}/equity", names={"id": "run_id"}, message=RunEquity,
        answer=Page[EquityPoint], group=GROUP, summary="Show the equity of a backtest, bar by bar", kinds=_RUN,
        example=_LATEST,
    ),
    Ask(
        method="GET", path="/backtests/{id}/report", names={"id": "run_id"}, message=KeptBacktest, answer=None,
        group=GROUP, summary="Show the tear sheet of a backtest", kinds=_RUN, shows=shown_sheet, media=(HTML,),
        example=_LATEST,
    ),
)  # fmt: skip
