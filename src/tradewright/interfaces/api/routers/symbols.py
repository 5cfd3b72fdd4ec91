"""Routes of tracked symbols and watchlists."""

from typing import Final

from tradewright.application.symbols.messages import (
    AddSymbol,
    AddWatchlist,
    ChangeSymbol,
    ChangeWatchlist,
    RemoveSymbol,
    RemoveWatchlist,
    Symbols,
    SymbolShown,
    Watchlists,
    WatchlistShown,
)
from tradewright.interfaces.api.asks import Ask, Example
from tradewright.interfaces.api.routers.kinds import ASSET_CLASS, CURRENCY, CURSOR, LIST_NAME, SYMBOL, SYMBOLS, VENUE
from tradewright.ports.paging import Page
from tradewright.ports.symbols import TrackedSymbol, Watchlist

GROUP: Final = "data"
_SYMBOL: Final = {"symbol": SYMBOL, "asset_class": ASSET_CLASS, "currency": CURRENCY, "venue": VENUE}
_LIST: Final = {"name": LIST_NAME, "symbols": SYMBOLS}

ASKS: Final = (
    Ask(
        method="GET", path="/symbols", message=Symbols, answer=Page[TrackedSymbol], group=GROUP,
        summary="List tracked symbols", kinds={"venue": VENUE, "cursor": CURSOR},
        example=Example(query={"venue": "XNAS", "limit": "50"}),
    ),
    Ask(
        method="POST", path="/symbols", message=AddSymbol, answer=TrackedSymbol, group=GROUP, status=201,
        summary="Track a symbol", kinds=_SYMBOL,
        example=Example(body={"symbol": "IBM", "venue": "XNYS", "name": "International Business Machines"}),
    ),
    Ask(
        method="GET", path="/symbols/{symbol}", message=SymbolShown, answer=TrackedSymbol, group=GROUP,
        summary="Show a tracked symbol", kinds={"symbol": SYMBOL}, example=Example(path={"symbol": "AAPL.XNAS"}),
    ),
    Ask(
        method="PATCH", path="/symbols/{symbol}", message=ChangeSymbol, answer=TrackedSymbol, group=GROUP,
        summary="Say something else of a tracked symbol", kinds=_SYMBOL,
        example=Example(path={"symbol": "AAPL.XNAS"}, body={"sector": "Technology", "tick": "0.01"}),
    ),
    Ask(
        method="DELETE", path="/symbols/{symbol}", message=RemoveSymbol, answer=TrackedSymbol, group=GROUP,
        summary="Track a symbol no more", kinds={"symbol": SYMBOL}, example=Example(path={"symbol": "MSFT.XNAS"}),
    ),
    Ask(
        method="GET", path="/watchlists", message=Watchlists, answer=tuple[Watchlist, ...], group=GROUP,
        summary="List watchlists",
    ),
    Ask(
        method="POST", path="/watchlists", message=AddWatchlist, answer=Watchlist, group=GROUP, status=201,
        summary="Make a watchlist", kinds=_LIST, example=Example(body={"name": "tech", "symbols": ["AAPL.XNAS"]}),
    ),
    Ask(
        method="GET", path="/watchlists/{name}", message=WatchlistShown, answer=Watchlist, group=GROUP,
        summary="Show a watchlist", kinds=_LIST, example=Example(path={"name": "core"}),
    ),
    Ask(
        method="PUT", path="/watchlists/{name}", message=ChangeWatchlist, answer=Watchlist, group=GROUP,
        summary="Put other symbols into a watchlist", kinds=_LIST,
        example=Example(path={"name": "core"}, body={"symbols": ["AAPL.XNAS"], "description": "what we know"}),
    ),
    Ask(
        method="DELETE", path="/watchlists/{name}", message=RemoveWatchlist, answer=Watchlist, group=GROUP,
        summary="Remove a watchlist", kinds=_LIST, example=Example(path={"name": "old"}),
    ),
)  # fmt: skip
