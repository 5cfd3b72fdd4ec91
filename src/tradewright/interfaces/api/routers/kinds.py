"""Kinds of values that several routes have: what a symbol, an account, a session, an order may be spelled like."""

from typing import Any, Final

from tradewright.application.symbols.handlers import ASSET_CLASSES
from tradewright.domain.orders.life import OrderLife
from tradewright.domain.orders.request import OrderKind, TimeInForce
from tradewright.interfaces.api.schemas.values import choice_kind, list_kind, text_kind, whole_kind

SYMBOL_PATTERN: Final = r"^[A-Za-z0-9^][A-Za-z0-9.^=_-]{0,59}$"
SYMBOL: Final[Any] = text_kind(60, pattern=SYMBOL_PATTERN, shortest=1)
SYMBOLS: Final[Any] = list_kind(SYMBOL)
MAYBE_SYMBOL: Final[Any] = text_kind(60, pattern=rf"{SYMBOL_PATTERN}|^$")
ACCOUNT: Final[Any] = text_kind(32, pattern=r"^([a-z0-9][a-z0-9_-]{0,31})?$")
SESSION: Final[Any] = text_kind(100, pattern=r"^[A-Za-z0-9_.-]*$")
SESSION_NAMED: Final[Any] = text_kind(100, pattern=r"^[A-Za-z0-9_.-]+$", shortest=1)
ORDER: Final[Any] = text_kind(100, pattern=r"^[A-Za-z0-9_.:+-]+$", shortest=1)
ORDER_OR_NONE: Final[Any] = text_kind(100, pattern=r"^[A-Za-z0-9_.:+-]*$")
RUN: Final[Any] = text_kind(80, pattern=r"^[a-z0-9]+$", shortest=1)
STRATEGY: Final[Any] = text_kind(64, pattern=r"^[a-z][a-z0-9_]*$", shortest=1)
LIST_NAME: Final[Any] = text_kind(64, pattern=r"^[A-Za-z0-9][A-Za-z0-9 _-]*$", shortest=1)
INTERVAL: Final[Any] = text_kind(8, pattern=r"^[1-9][0-9]{0,3}[smhdw]$", shortest=2)
DATE: Final[Any] = text_kind(10, pattern=r"^[12][0-9]{3}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$", shortest=4)
MOMENT: Final[Any] = text_kind(40, pattern=r"^[12][0-9]{3}(-[0-9]{2}(-[0-9]{2}([T ][0-9:.+Z-]{1,28})?)?)?$", shortest=4)
CURSOR: Final[Any] = text_kind(500, pattern=r"^[A-Za-z0-9_-]*$")
ADJUST: Final[Any] = choice_kind(("raw", "adjusted"))
SIDE: Final[Any] = choice_kind(("BUY", "SELL"))
KIND: Final[Any] = choice_kind(tuple(one.value for one in OrderKind))
TIME_IN_FORCE: Final[Any] = choice_kind(tuple(one.value for one in TimeInForce))
LIFE: Final[Any] = choice_kind(("", *(one.value for one in OrderLife)))
ASSET_CLASS: Final[Any] = choice_kind(ASSET_CLASSES)
CURRENCY: Final[Any] = text_kind(5, pattern=r"^([A-Z]{3,5})?$")
VENUE: Final[Any] = text_kind(16, pattern=r"^([A-Za-z][A-Za-z0-9]{1,15})?$")
CORRELATION: Final[Any] = text_kind(100, pattern=r"^[A-Za-z0-9_./:-]*$")
AFTER: Final[Any] = whole_kind(0, is_text=True)

WHERE: Final[dict[str, Any]] = {"session": SESSION, "account": ACCOUNT}
"""Which sessions are meant."""
ORDER_TERMS: Final[dict[str, Any]] = {
    "symbol": SYMBOL,
    "side": SIDE,
    "kind": KIND,
    "time_in_force": TIME_IN_FORCE,
    **WHERE,
}
