"""Controls of time: is the market open when the order executes, are the numbers fresh."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from tradewright.trading.risk.book import MarketView
from tradewright.trading.risk.case import Case
from tradewright.trading.risk.verdict import Finding, Missing, absent, at_most, stated

_MS = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class MarketHours:
    """The order executes within a session: what counts is that moment, not the moment of the decision."""

    name: ClassVar[str] = "market_hours"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = False

    def judge(self, case: Case) -> Finding:
        """Whether the market is open then."""
        hours = None if case.market is None else case.market.hours
        moment = case.request.executes_ns
        if moment is None or hours is None or not hours.covers(moment):
            what = "the moment of execution" if moment is None else f"the open hours of {case.instrument} then"
            return absent(self.name, Missing(what), limit="open")
        is_open, is_ahead = hours.is_open(moment), moment >= case.now_ns
        reason = f"the market of {case.instrument} is {'open' if is_open else 'closed'} when the order executes"
        return stated(
            self.name,
            "open" if is_open else "closed",
            limit="open",
            is_good=is_open and is_ahead,
            reason=reason if is_ahead else "the moment of execution has passed",
            remedy="send it for the next open",
        )


@dataclass(frozen=True, slots=True)
class FreshMark:
    """Session time since the instrument's mark."""

    name: ClassVar[str] = "mark_age_ms"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = False
    limit_ms: int

    def judge(self, case: Case) -> Finding:
        """How old the mark is, in milliseconds in which the market was open."""
        return at_most(
            self.name,
            _mark_age(case.market, case.instrument, case.now_ns),
            limit=Decimal(self.limit_ms),
            what=f"the age of the mark of {case.instrument} in session time (ms)",
            remedy="wait for a fresh price",
        )


@dataclass(frozen=True, slots=True)
class FreshBook:
    """Session time since the oldest of the other marks and of the account's valuation."""

    name: ClassVar[str] = "book_age_ms"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = False
    limit_ms: int

    def judge(self, case: Case) -> Finding:
        """How old the oldest number is that the portfolio is measured with, in milliseconds of session time."""
        return at_most(
            self.name,
            _book_age(case),
            limit=Decimal(self.limit_ms),
            what="the age of the oldest number of the book in session time (ms)",
            remedy="wait until positions and account are valued again",
        )


def _mark_age(market: MarketView | None, name: str, now_ns: int) -> Decimal | Missing:
    if market is None or market.marked_ns is None:
        return Missing(f"when {name} was marked")
    return _age(market, market.marked_ns, now_ns, what=f"the age of the mark of {name}")


def _book_age(case: Case) -> Decimal | Missing:
    if case.market is None or case.book.valued_ns is None:
        return Missing("when the account was valued")
    oldest = _age(case.market, case.book.valued_ns, case.now_ns, what="the age of the account's valuation")
    for name in case.after.exposed:
        age = _mark_age(case.after.markets.get(name), name, case.now_ns)
        if isinstance(age, Missing) or isinstance(oldest, Missing):
            return age if isinstance(age, Missing) else oldest
        oldest = max(oldest, age)
    return oldest


def _age(market: MarketView, since_ns: int, now_ns: int, *, what: str) -> Decimal | Missing:
    """Milliseconds of session time; a stamp from the future is no stamp."""
    passed = None if market.hours is None or since_ns > now_ns else market.hours.open_time_ns(since_ns, now_ns)
    return Missing(what) if passed is None else Decimal(passed) / _MS
