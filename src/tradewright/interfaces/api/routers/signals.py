"""Routes of signals: what a strategy wants now, and what was wanted."""

from typing import Final

from tradewright.application.signals.messages import GenerateSignals, SignalList
from tradewright.domain.signals import Opinion
from tradewright.interfaces.api.asks import Ask, Example
from tradewright.interfaces.api.routers.deployments import DEPLOYED, MAYBE_STRATEGY
from tradewright.interfaces.api.routers.kinds import CURSOR, DATE, INTERVAL, MAYBE_SYMBOL, SYMBOL
from tradewright.interfaces.api.schemas.values import choice_kind, list_kind, text_kind
from tradewright.ports.paging import Page
from tradewright.ports.signals import KeptSignal

GROUP: Final = "strategy"

ASKS: Final = (
    Ask(
        method="POST", path="/signals/generate", message=GenerateSignals, answer=tuple[KeptSignal, ...], group=GROUP,
        status=201, summary="Ask a strategy what it wants of symbols after the newest bar, and keep it",
        kinds={
            "strategy": DEPLOYED, "symbols": list_kind(SYMBOL, most=100, least=1), "interval": INTERVAL, "end": DATE,
        },
        also=("/signals/generate",), example=Example(body={"strategy": "moving_average", "symbols": ["AAPL"]}),
    ),
    Ask(
        method="GET", path="/signals", message=SignalList, answer=Page[KeptSignal], group=GROUP,
        summary="List signals that were made, the newest bars first",
        kinds={
            "strategy": MAYBE_STRATEGY, "symbol": MAYBE_SYMBOL, "cursor": CURSOR,
            "interval": text_kind(8, pattern=r"^([1-9][0-9]{0,3}[smhdw])?$"),
            "opinion": choice_kind(("", *(one.value for one in Opinion))),
        },
        example=Example(query={"opinion": "HOLD", "limit": "10"}),
    ),
)  # fmt: skip
