"""Controls of the prices of an order: against the mark the collar on the paying side and the slip of a finger on any;
against own orders just before, whether they chase the price."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from tradewright.domain.instruments.instrument import AssetClass
from tradewright.domain.orders.side import Side
from tradewright.trading.risk.case import Case
from tradewright.trading.risk.verdict import Finding, Missing, Verdict, at_most, part

_ZERO = Decimal(0)
_SHARES = frozenset({AssetClass.EQUITY, AssetClass.ETF, AssetClass.INDEX})
_CRYPTO = frozenset({AssetClass.CRYPTO, AssetClass.PERPETUAL})


@dataclass(frozen=True, slots=True)
class PriceCollar:
    """How much worse than the mark a limit price lets the order fill, by asset class."""

    name: ClassVar[str] = "price_collar"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = False
    shares: Decimal
    crypto: Decimal
    others: Decimal

    def judge(self, case: Case) -> Finding:
        """Distance of the limit price on the paying side; 0 without a limit price or on the other side."""
        return at_most(
            self.name,
            self._beyond(case),
            limit=collar_of(case, self.shares, crypto=self.crypto, others=self.others),
            what="the limit price beyond the mark",
            remedy="bring the limit price nearer to the mark",
        )

    def _beyond(self, case: Case) -> Decimal | Missing:
        if isinstance(case.subject, Missing):
            return case.subject
        price, mark = case.request.order.limit_price, case.subject.mark
        if price is None:
            return _ZERO
        worse = price - mark if case.request.order.side is Side.BUY else mark - price
        return part(max(worse, _ZERO), mark)


@dataclass(frozen=True, slots=True)
class FatFinger:
    """How far from the mark any price of the order is: a digit too many, a point in the wrong place."""

    name: ClassVar[str] = "fat_finger"
    binds_reducing: ClassVar[bool] = True
    depends_on_quantity: ClassVar[bool] = False
    limit: Decimal

    def judge(self, case: Case) -> Finding:
        """The furthest of limit price, stop price, trailing price and protective stop.

        A way out is held to it as well, except where there is no mark to compare with.
        """
        distance = _furthest(case)
        finding = at_most(
            self.name,
            distance,
            limit=self.limit,
            what="the order's furthest price from the mark",
            remedy="check the prices for a digit too many",
        )
        is_blind = isinstance(distance, Missing) and case.is_reducing
        return finding._replace(verdict=Verdict.EXEMPT) if is_blind else finding


@dataclass(frozen=True, slots=True)
class OwnTravel:
    """How far own orders that trade at once have chased the price within a window."""

    name: ClassVar[str] = "own_travel"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = False
    limit: Decimal
    window_ms: int

    def judge(self, case: Case) -> Finding:
        """What this order pays more than the best of those before it; 0 for an order that waits."""
        return at_most(
            self.name,
            self._travel(case),
            limit=self.limit,
            what="the price beyond that of own orders just before",
            remedy="wait, or let the order wait at a price of its own",
        )

    def _travel(self, case: Case) -> Decimal | Missing:
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
    mark = case.subject.mark
    order, stop = case.request.order, case.request.protective_stop
    distances = [abs(price - mark) for price in case.request.prices]
    distances += [] if order.trailing_offset is None else [order.trailing_offset]
    distances += [] if order.trailing_share is None else [order.trailing_share * mark]
    if stop is not None:
        if not (isinstance(stop, Decimal) and stop.is_finite()):
            return Missing("the protective stop")
        distances.append(abs(stop - mark))
    return part(max(distances, default=_ZERO), mark)
