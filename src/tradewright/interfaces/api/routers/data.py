"""Routes of market data: history, latest bars, coverage, quality, a file brought in; indicators on it."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from tradewright.application.data.judging import SeriesQuality, SymbolQuality
from tradewright.application.data.messages import StoredData
from tradewright.application.data.showing import BarHistory, BarHistoryView, BarView, LatestBars, bar_view
from tradewright.application.data.uploading import ImportUpload, UploadView
from tradewright.application.data.views import SeriesView
from tradewright.application.indicators.messages import IndicatorValues, KnownIndicators
from tradewright.application.indicators.views import IndicatorValuesView, IndicatorView
from tradewright.interfaces.api.asks import Ask, Example, Reply
from tradewright.interfaces.api.routers.kinds import (
    ADJUST,
    DATE,
    INTERVAL,
    MOMENT,
    SYMBOL,
    VENUE,
)
from tradewright.interfaces.api.schemas.values import choice_kind, list_kind, lonely_kind, text_kind

GROUP: Final = "data"
RESEARCH: Final = "strategy"
MEDIA: Final = {
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "arrow": "application/vnd.apache.arrow.file",
}
SOURCE: Final[Any] = text_kind(64, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]*$", shortest=1)
INDICATOR: Final[Any] = text_kind(120, pattern=r"^[a-z0-9_]+(:[a-z_0-9]+=[A-Za-z0-9_.-]+)*$", shortest=1)
_HISTORY: Final = {
    "symbol": SYMBOL, "interval": INTERVAL, "start": DATE, "end": DATE, "adjust": ADJUST, "as_of": MOMENT,
    "source": SOURCE, "cursor": text_kind(20, pattern=r"^[0-9]*$"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class BarPage:
    """A page of an instrument's bars, oldest first."""

    instrument: str
    interval: str
    adjust: str
    currency: str
    items: tuple[BarView, ...]
    cursor: str
    """What the next page is asked with; empty after the last one."""


def shown_history(view: BarHistoryView, wishes: Mapping[str, Any]) -> Reply | BarPage:
    """JSON page by page, or one file of the whole."""
    kind = wishes.get("format", "json")
    if kind == "json":
        about = {"instrument": view.instrument, "source": view.source}
        rows = view.bars.iter_rows(named=True)
        return BarPage(
            instrument=view.instrument,
            interval=view.interval,
            adjust=view.adjust,
            currency=view.currency,
            items=tuple(bar_view(row | about, view.interval) for row in rows),
            cursor=view.cursor,
        )
    name = f"{view.instrument}-{view.interval}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Reply(_file(view.bars, kind), MEDIA[kind], headers=headers)


def is_file(wishes: Mapping[str, Any]) -> dict[str, object]:
    """A file holds the whole history, whatever a page would."""
    return {"is_whole": wishes.get("format", "json") != "json"}


def _file(frame: pl.DataFrame, kind: str) -> bytes:
    content = io.BytesIO()
    if kind == "csv":
        frame.write_csv(content, datetime_format="%Y-%m-%dT%H:%M:%S%.fZ")
    elif kind == "parquet":
        frame.write_parquet(content)
    else:
        frame.write_ipc(content)
    return content.getvalue()


ASKS: Final = (
    Ask(
        method="GET", path="/data/symbols", message=StoredData, answer=tuple[SeriesView, ...], group=GROUP,
        summary="List what is stored, series by series", kinds={"symbol": SYMBOL},
        example=Example(query={"table": "bars"}),
    ),
    Ask(
        method="GET", path="/data/latest/{symbol}", names={"symbol": "symbols"}, message=LatestBars,
        answer=tuple[BarView, ...], group=GROUP, summary="Show the newest bar of an instrument",
        kinds={"interval": INTERVAL, "symbols": lonely_kind(SYMBOL)},
        example=Example(path={"symbol": "AAPL.XNAS"}), also=("/data/latest/{symbol}",), is_remembered=True,
    ),
    Ask(
        method="GET", path="/market-data", message=LatestBars, answer=tuple[BarView, ...], group=GROUP,
        summary="Show the newest bars of instruments",
        kinds={"interval": INTERVAL, "symbols": list_kind(SYMBOL, is_text=True, most=100, least=1)},
        example=Example(query={"symbols": "AAPL.XNAS,MSFT.XNAS"}), also=("/market-data",), is_remembered=True,
    ),
    Ask(
        method="GET", path="/data/quality/{symbol}", message=SymbolQuality, answer=tuple[SeriesQuality, ...],
        group=GROUP, summary="Show how good the stored bars of an instrument are",
        kinds={"symbol": SYMBOL, "interval": INTERVAL}, example=Example(path={"symbol": "AAPL.XNAS"}),
    ),
    Ask(
        method="POST", path="/data/import", message=ImportUpload, answer=UploadView, group=GROUP, status=201,
        upload=("name", "content"), summary="Bring in a file: CSV, JSON, Parquet or feather",
        kinds={"symbol": SYMBOL, "venue": VENUE, "interval": INTERVAL, "source": SOURCE},
    ),
    Ask(
        method="GET", path="/data/{symbol}", message=BarHistory, answer=BarPage, group=GROUP,
        summary="Show the history of an instrument", kinds=_HISTORY, hidden=frozenset({"is_whole"}),
        extra={"format": (choice_kind(("json", *MEDIA)), "json: page by page; else a file of the whole.")},
        from_wishes=is_file, shows=shown_history, media=tuple(MEDIA.values()),
        example=Example(path={"symbol": "AAPL.XNAS"}, query={"start": "2012", "adjust": "adjusted", "limit": "10"}),
    ),
    Ask(
        method="GET", path="/indicators", message=KnownIndicators, answer=tuple[IndicatorView, ...], group=RESEARCH,
        summary="List indicators",
    ),
    Ask(
        method="GET", path="/indicators/{symbol}", message=IndicatorValues, answer=IndicatorValuesView, group=RESEARCH,
        summary="Show indicators of an instrument",
        kinds={
            "symbol": SYMBOL, "names": list_kind(INDICATOR, is_text=True, most=20, least=1), "interval": INTERVAL,
            "start": DATE, "end": DATE, "adjust": ADJUST,
        },
        example=Example(path={"symbol": "AAPL.XNAS"}, query={"names": "sma:window=5,rsi", "limit": "5"}),
    ),
)  # fmt: skip
