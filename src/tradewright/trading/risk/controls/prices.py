"""Controls of the prices of an order: against the mark the collar on the paying side and the slip of a finger on any;
against own orders just before, whether they chase the price."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from tradewright.domain.instruments.instrument import AssetClass
from tradewright.domain.orders.side import Side
from tradewright.trading.risk.case import Case
from tradewright.trading.risk.controls.control import Measure
from tradewright.trading.risk.verdict import Finding, Missing, Verdict, part

_ZERO = Decimal(0)
_SHARES = frozenset({AssetClass.EQUITY, AssetClass.ETF, AssetClass.INDEX})
_CRYPTO = frozenset({AssetClass.CRYPTO, AssetClass.PERPETUAL})


@dataclass(frozen=True, slots=True)
class PriceCollar(Measure):
    """How much worse than the mark a limit price lets the order fill, by asset class."""

    name: ClassVar[str] = "price_collar"
    words: ClassVar[str] = "the limit price beyond the mark"
    remedy: ClassVar[str] = "bring the limit price nearer to the mark"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = False
    shares: Decimal
    crypto: Decimal
    others: Decimal

    def measure(self, case: Case) -> Decimal | Missing:
        """Distance of the limit price on the paying side; 0 without a limit price or on the other side."""
        if isinstance(case.subject, Missing):
            return case.subject
        price, mark = case.request.order.limit_price, case.subject.mark
        if price is None:
            return _ZERO
        worse = price - mark if case.request.order.side is Side.BUY else mark - price
        return part(max(worse, _ZERO), mark)

    def bound(self, case: Case) -> Decimal:
        """That of the asset class."""
        return collar_of(case, self.shares, crypto=self.crypto, others=self.others)


@dataclass(frozen=True, slots=True)
class FatFinger(Measure):
    """How far from the mark any price of the order is: a digit too many, a point in the wrong place."""

    name: ClassVar[str] = "fat_finger"
    words: ClassVar[str] = "the order's furthest price from the mark"
    remedy: ClassVar[str] = "check the prices for a digit too many"
    binds_reducing: ClassVar[bool] = True
    depends_on_quantity: ClassVar[bool] = False
    limit: Decimal

    def measure(self, case: Case) -> Decimal | Missing:
        """The furthest of limit price, stop price, trailing price and protective stop."""
        return _furthest(case)

    def lets_pass(self, case: Case) -> bool:
        """A way out is held to it as well, except where there is no mark to compare with."""
        return Measure.lets_pass(self, case) or self._is_blind(case)

    def judge(self, case: Case) -> Finding:
        """The same, told."""
        finding = Measure.judge(self, case)
        return finding._replace(verdict=Verdict.EXEMPT) if self._is_blind(case) else finding

    def _is_blind(self, case: Case) -> bool:
        return case.is_reducing and isinstance(_furthest(case), Missing)


@dataclass(frozen=True, slots=True)
class OwnTravel(Measure):
    """How far own orders that trade at once have chased the price within a window."""

    name: ClassVar[str] = "own_travel"
    words: ClassVar[str] = "the price beyond that of own orders just before"
    remedy: ClassVar[str] = "wait, or let the order wait at a price of its own"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = False
    limit: Decimal
    window_ms: int

    def measure(self, case: Case) -> Decimal | Missing:
        """What this order pays more than the best of those before it; 0 for an order that waits."""
        if isinstance(case.subject, Missing):
            return case.subject
        price, order = case.crossing_price, case.request.order
        if price is None:
            return _ZERO
        since = case.now_ns - self.window_ms * 1_000_000
        sent = case.book.sent.on_side(case.instrument, side=order.side, after_ns=since)
        before = [one.price for one in sent if one.price is not None]
        if not before:
            return _ZERO
        best = min(before) if order.side is Side.BUY else max(before)
        return part(max((price - best) * order.side.sign, _ZERO), best)


def collar_of(case: Case, shares: Decimal, *, crypto: Decimal, others: Decimal) -> Decimal:
    """The collar of the asset class that is traded."""
    kind = None if case.market is None else case.market.instrument.asset_class
    return shares if kind in _SHARES else crypto if kind in _CRYPTO else others


def _furthest(case: Case) -> Decimal | Missing:
    if isinstance(case.subject, Missing):
        return case.subject
    mark = case.subject.stakes.mark
    order, stop = case.request.order, case.request.protective_stop
    distances = [abs(price - mark) for price in case.reservation.prices]
    if order.trailing_offset is not None:
        distances.append(order.trailing_offset)
    if order.trailing_share is not None:
        distances.append(order.trailing_share * mark)
    if stop is not None:
        if not (isinstance(stop, Decimal) and stop.is_finite()):
            return Missing("the protective stop")
        distances.append(abs(stop - mark))
    return part(max(distances, default=_ZERO), mark)
