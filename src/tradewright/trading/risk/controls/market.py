"""Controls of the market's state: is it open when the order executes, are the numbers fresh, is the spread wide."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from tradewright.domain.orders.request import TimeInForce
from tradewright.trading.risk.book import MarketView
from tradewright.trading.risk.case import Case
from tradewright.trading.risk.controls.control import Measure
from tradewright.trading.risk.verdict import Finding, Missing, absent, part, positive, stated

_MS = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class MarketHours:
    """The order executes within a session: what counts is that moment, not the moment of the decision."""

    name: ClassVar[str] = "market_hours"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = False

    def lets_pass(self, case: Case) -> bool:
        """Whether the market is known to be open then."""
        hours, moment = None if case.market is None else case.market.hours, case.request.executes_ns
        if moment is None or hours is None or not hours.covers(moment):
            return False
        return hours.is_open(moment) and moment >= case.now_ns

    def judge(self, case: Case) -> Finding:
        """The same, told."""
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
            is_good=self.lets_pass(case),
            reason=reason if is_ahead else "the moment of execution has passed",
            remedy="send it for the next open",
        )


@dataclass(frozen=True, slots=True)
class NearClose:
    """Nothing new that executes shortly before the market closes: what goes wrong there cannot be mended today."""

    name: ClassVar[str] = "near_close"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = False
    window_ms: int

    def lets_pass(self, case: Case) -> bool:
        """Whether the close does not follow that soon; an order for the closing auction is meant to be there."""
        hours, moment = None if case.market is None else case.market.hours, case.request.executes_ns
        return (
            hours is None
            or moment is None
            or case.request.order.time_in_force is TimeInForce.AT_CLOSE
            or not hours.is_near_close(moment, within_ns=self.window_ms * 1_000_000)
        )

    def judge(self, case: Case) -> Finding:
        """The same, told."""
        is_near = not self.lets_pass(case)
        return stated(
            self.name,
            "near" if is_near else "not near",
            limit=f"{self.window_ms} ms",
            is_good=not is_near,
            reason=f"the market of {case.instrument} {'closes' if is_near else 'does not close'} right after",
            remedy="send it for the next session, or for the closing auction",
        )


@dataclass(frozen=True, slots=True)
class Spread(Measure):
    """What an order without a limit price would pay at once, where quotes are kept."""

    name: ClassVar[str] = "spread"
    remedy: ClassVar[str] = "give the order a limit price, or wait"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = False
    limit: Decimal

    def measure(self, case: Case) -> Decimal | Missing:
        """Ask less bid over their middle; 0 for an order with a limit price, and where no quotes are kept."""
        return _spread(case)

    def what(self, case: Case) -> str:
        """The instrument's spread."""
        return f"the spread of {case.instrument}"


@dataclass(frozen=True, slots=True)
class FreshMark(Measure):
    """Session time since the instrument's mark."""

    name: ClassVar[str] = "mark_age_ms"
    remedy: ClassVar[str] = "wait for a fresh price"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = False
    limit: int

    def measure(self, case: Case) -> Decimal | Missing:
        """How old the mark is, in milliseconds in which the market was open."""
        return _mark_age(case.market, case.instrument, case.now_ns)

    def what(self, case: Case) -> str:
        """The instrument's mark."""
        return f"the age of the mark of {case.instrument} in session time (ms)"


@dataclass(frozen=True, slots=True)
class FreshBook(Measure):
    """Session time since the oldest of the other marks and of the account's valuation."""

    name: ClassVar[str] = "book_age_ms"
    words: ClassVar[str] = "the age of the oldest number of the book in session time (ms)"
    remedy: ClassVar[str] = "wait until positions and account are valued again"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = False
    limit: int

    def measure(self, case: Case) -> Decimal | Missing:
        """How old the oldest number is that the portfolio is measured with, in milliseconds of session time."""
        return _book_age(case)


def _mark_age(market: MarketView | None, name: str, now_ns: int) -> Decimal | Missing:
    if market is None or market.marked_ns is None:
        return Missing(f"when {name} was marked")
    return _age(market, market.marked_ns, now_ns, what=f"the age of the mark of {name}")


def _book_age(case: Case) -> Decimal | Missing:
    if case.market is None or case.book.valued_ns is None:
        return Missing("when the account was valued")
    found = _age(case.market, case.book.valued_ns, case.now_ns, what="the age of the account's valuation")
    if isinstance(found, Missing):
        return found
    oldest: dict[int, tuple[int, MarketView]] = {}
    for name in case.exposed:
        market = case.book.markets.get(name)
        if market is None or market.marked_ns is None or market.hours is None or market.marked_ns > case.now_ns:
            return _mark_age(market, name, case.now_ns) if market is None else Missing(f"the age of the mark of {name}")
        known = oldest.get(id(market.hours))
        if known is None or market.marked_ns < known[0]:
            oldest[id(market.hours)] = (market.marked_ns, market)
    for _, market in oldest.values():  # of those that share their hours, the oldest mark has the greatest age
        age = _mark_age(market, market.instrument.id, case.now_ns)
        if isinstance(age, Missing):
            return age
        found = max(found, age)
    return found


def _spread(case: Case) -> Decimal | Missing:
    market, order = case.market, case.request.order
    is_quoted = market is not None and (market.bid is not None or market.ask is not None)
    if market is None or not is_quoted or order.limit_price is not None:
        return Decimal(0)
    bid, ask = (
        positive(market.bid, f"the bid of {case.instrument}"),
        positive(market.ask, f"the ask of {case.instrument}"),
    )
    if isinstance(bid, Missing) or isinstance(ask, Missing):
        return bid if isinstance(bid, Missing) else ask
    return part(2 * max(ask - bid, Decimal(0)), ask + bid)


def _age(market: MarketView, since_ns: int, now_ns: int, *, what: str) -> Decimal | Missing:
    """Milliseconds of session time; a stamp from the future is no stamp."""
    passed = None if market.hours is None or since_ns > now_ns else market.hours.open_time_ns(since_ns, now_ns)
    return Missing(what) if passed is None else Decimal(passed) / _MS
