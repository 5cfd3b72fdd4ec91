"""Routes of kept backtests: lists, statistics, tables, the tear sheet."""

from collections.abc import Mapping
from typing import Any, Final

from tradewright.application.backtests.asked import (
    BacktestDetails,
    BacktestProgress,
    BacktestSheet,
    BacktestShown,
    BacktestStatus,
    BacktestVerification,
    RemoveBacktest,
)
from tradewright.application.backtests.looking import (
    EquityPoint,
    KeptRuns,
    RoundTripView,
    RunEquity,
    RunFills,
    RunFillView,
    RunResults,
    RunResultsView,
    RunTrades,
)
from tradewright.application.backtests.messages import BacktestComparison
from tradewright.application.backtests.sheet import tear_sheet
from tradewright.application.backtests.summaries import BacktestSummary, ComparisonView
from tradewright.application.backtests.verifying import Verification
from tradewright.application.backtests.views import BacktestView
from tradewright.application.backtests.wishes import ENGINES, FILL_RULES, NUMBERS, SubmitBacktest
from tradewright.application.jobs.views import JobView
from tradewright.interfaces.api import following
from tradewright.interfaces.api.asks import API, Ask, Example, Placed, Reply
from tradewright.interfaces.api.routers.kinds import ADJUST, CURSOR, DATE, INTERVAL, MAYBE_SYMBOL, RUN, SYMBOL
from tradewright.interfaces.api.schemas.values import choice_kind, list_kind, text_kind
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
_ASKED: Final = {"id": RUN}
_WISH: Final = {
    "strategy": text_kind(200, shortest=1),
    "symbols": list_kind(SYMBOL, most=100, least=1),
    "timeframe": INTERVAL, "start": DATE, "end": DATE, "as_of": DATE, "benchmark": MAYBE_SYMBOL,
    "prices": ADJUST, "costs": text_kind(500), "fill": choice_kind(FILL_RULES),
    "numbers": choice_kind(NUMBERS), "engine": choice_kind(ENGINES),
}  # fmt: skip
_LATEST: Final = Example(path={"id": "latest"})


def placed(job: JobView, _wishes: Mapping[str, Any]) -> Placed:
    """The job, with the place where its backtest can be looked at."""
    return Placed(job, f"{API}/backtests/{job.id}")


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
        method="POST", path="/backtests", message=SubmitBacktest, answer=JobView, group=GROUP, status=202,
        summary="Put a backtest into the queue; its id is good for all that follows", kinds=_WISH, shows=placed,
        example=Example(
            body={
                "strategy": "moving_average", "symbols": ["AAPL"], "parameters": {"fast": 20, "slow": 50},
                "start": "2001-01-01", "end": "2012-12-31",
            }
        ),
    ),
    Ask(
        method="GET", path="/backtests/{id}", message=BacktestShown, answer=BacktestDetails, group=GROUP,
        summary="Show how a backtest stands, and what went into it", kinds=_ASKED, example=_LATEST,
    ),
    Ask(
        method="GET", path="/backtests/{id}/progress", message=BacktestProgress, answer=BacktestStatus, group=GROUP,
        summary="Tell how far a backtest is; as text/event-stream, until it is over", kinds=_ASKED, is_followed=True,
        media=(following.MEDIA,), example=_LATEST,
    ),
    Ask(
        method="DELETE", path="/backtests/{id}", message=RemoveBacktest, answer=BacktestStatus, group=GROUP,
        summary="Call a backtest off, or remove one that is kept", kinds=_ASKED, example=_LATEST,
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
        method="GET", path="/backtests/{id}/verification", message=BacktestVerification, answer=Verification,
        group=GROUP, summary="Make a backtest again and compare every byte", kinds=_ASKED, example=_LATEST,
    ),
    Ask(
        method="GET", path="/backtests/{id}/report", message=BacktestSheet, answer=None,
        group=GROUP, summary="Show the tear sheet of a backtest", kinds=_ASKED, shows=shown_sheet, media=(HTML,),
        example=_LATEST,
    ),
)  # fmt: skip
