"""An identifier names one thing for good: an instrument (`AAPL.XNAS`), an order, an account, a run.

This file decides how an instrument id is spelled, read and found by a bare symbol (ADR 9): SYMBOL.VENUE, upper case, no
slash; the venue is the part after the last dot, so `BRK.B.XNYS` is class B of Berkshire in New York.
"""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NewType

from tradewright.domain.errors import InputError, UnknownInstrument

InstrumentId = NewType("InstrumentId", str)
"""`SYMBOL.VENUE`."""
Symbol = NewType("Symbol", str)
"""A venue's spelling of an instrument."""
VenueCode = NewType("VenueCode", str)
"""A market identifier code (`XNAS`) or the name of a venue that has none (`BINANCE`)."""
AccountId = NewType("AccountId", str)
StrategyId = NewType("StrategyId", str)
RunId = NewType("RunId", str)
"""One backtest."""
SessionId = NewType("SessionId", str)
"""One paper or live session."""
ClientOrderId = NewType("ClientOrderId", str)
"""Ours, made before sending."""
VenueOrderId = NewType("VenueOrderId", str)
"""Theirs, learned from the acknowledgement."""
ExecutionId = NewType("ExecutionId", str)
"""The venue's name of one fill."""
CorrelationId = NewType("CorrelationId", str)
"""Joins everything that one request caused."""
IdempotencyKey = NewType("IdempotencyKey", str)
"""The caller's promise that two messages are the same wish."""

ROUTE_WORDS = frozenset(
    {
        "COLLECT",
        "COVERAGE",
        "HEALTH",
        "HISTORICAL",
        "IMPORT",
        "LATEST",
        "MARKET-DATA",
        "METRICS",
        "POPULATE",
        "QUALITY",
        "STATUS",
        "SYMBOLS",
        "VALIDATE",
        "VERSIONS",
        "WATCHLISTS",
    }
)
"""Words that stand where a symbol can stand in a web address; an instrument of that name could not be reached."""

_SYMBOL = re.compile(r"[A-Z0-9^][A-Z0-9.^=_-]{0,39}")
_VENUE = re.compile(r"[A-Z][A-Z0-9]{1,15}")


def foreign_order_id(venue_order_id: str) -> ClientOrderId:
    """What an order is called that carries no id of ours: somebody placed it without us.

    >>> foreign_order_id("77")
    'ext-77'
    """
    return ClientOrderId(f"ext-{venue_order_id}")


@dataclass(frozen=True, slots=True, order=True)
class InstrumentName:
    """An instrument id in its two parts.

    >>> InstrumentName.parse("brk.b.xnys")
    InstrumentName(symbol='BRK.B', venue='XNYS')
    >>> str(InstrumentName.compose("AAPL", "XNAS"))
    'AAPL.XNAS'
    """

    symbol: Symbol
    venue: VenueCode

    @classmethod
    def compose(cls, symbol: str, venue: str) -> "InstrumentName":
        """Join a symbol and a venue's code; an `InputError` says what is wrong with either."""
        return cls(checked_symbol(symbol), checked_venue(venue))

    @classmethod
    def parse(cls, text: str) -> "InstrumentName":
        """Read `SYMBOL.VENUE`; a bare symbol is an `InputError` (see `resolve` and `with_venue`)."""
        symbol, dot, venue = text.strip().rpartition(".")
        if not dot:
            raise InputError(f"{text!r} is no instrument id", expected="SYMBOL.VENUE, as AAPL.XNAS", found="no dot")
        return cls.compose(symbol, venue)

    @property
    def id(self) -> InstrumentId:
        """The id as one text."""
        return InstrumentId(f"{self.symbol}.{self.venue}")

    def __str__(self) -> str:
        return self.id


def checked_symbol(text: str) -> Symbol:
    """`text` in upper case, or an `InputError`: spelled with letters, digits and . - _ = ^, and no word of a route."""
    symbol = text.strip().upper()
    if symbol in ROUTE_WORDS:
        raise InputError(
            f"{text!r} cannot be a symbol",
            expected="a name that is no word of a web address",
            remedy="rename it, for example with a trailing underscore",
        )
    if "/" in symbol:
        raise InputError(
            f"{text!r} cannot be a symbol", found="a slash", remedy=f"write {symbol.replace('/', '')} instead"
        )
    if _SYMBOL.fullmatch(symbol) is None or symbol.endswith("."):
        raise InputError(
            f"{text!r} cannot be a symbol",
            expected="1 to 40 letters, digits or . - _ = ^, beginning with one of the first",
        )
    return Symbol(symbol)


def checked_venue(text: str) -> VenueCode:
    """`text` in upper case, or an `InputError`; whether such a venue exists is asked of `calendars`."""
    code = text.strip().upper()
    if _VENUE.fullmatch(code) is None:
        raise InputError(f"{text!r} cannot be a venue", expected="2 to 16 letters and digits, as XNAS or BINANCE")
    return VenueCode(code)


def with_venue(text: str, default_venue: str, *, venues: Iterable[str]) -> InstrumentId:
    """The id that new data gets: `AAPL.XNAS` is kept, a bare `AAPL` gets the default venue.

    The part after the last dot counts as a venue only when it is one of `venues`, so that `BRK.B` stays a symbol.
    """
    symbol, dot, venue = text.strip().upper().rpartition(".")
    if dot and venue in set(venues):
        return InstrumentName.compose(symbol, venue).id
    return InstrumentName.compose(text, default_venue).id


def resolve(text: str, known: Iterable[str]) -> InstrumentId:
    """The one known instrument that `text` means: an id, or a bare symbol where only one venue has it.

    Raises `UnknownInstrument` with near matches, or an `InputError` that lists the venues when a symbol has several.
    """
    wanted = text.strip().upper()
    ids = sorted(set(known))
    if wanted in ids:
        return InstrumentId(wanted)
    found = [one for one in ids if one.rpartition(".")[0] == wanted]
    if len(found) == 1:
        return InstrumentId(found[0])
    if found:
        raise InputError(
            f"symbol {wanted} is traded at several venues", found=", ".join(found), remedy="write the whole id"
        )
    raise UnknownInstrument(wanted, near=near_matches(wanted, ids))


def near_matches(name: str, known: Iterable[str], *, limit: int = 3) -> tuple[str, ...]:
    """Known ids whose id or bare symbol looks like `name`, best first; empty when nothing does."""
    wanted = name.strip().upper()
    spelled = {one: (one, one.rpartition(".")[0]) for one in known}
    scores = {
        one: max(difflib.SequenceMatcher(None, wanted, form).ratio() for form in forms)
        for one, forms in spelled.items()
    }
    close = [one for one, score in scores.items() if score >= 0.6]
    return tuple(sorted(close, key=lambda one: (-scores[one], one))[:limit])
