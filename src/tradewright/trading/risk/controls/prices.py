"""Controls of the prices of an order against the mark: the collar on the paying side, the slip of a finger on any."""

from dataclasses import dataclass, replace
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
            limit=self._limit(case),
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

    def _limit(self, case: Case) -> Decimal:
        kind = None if case.market is None else case.market.instrument.asset_class
        return self.shares if kind in _SHARES else self.crypto if kind in _CRYPTO else self.others


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
        return replace(finding, verdict=Verdict.EXEMPT) if is_blind else finding


def _furthest(case: Case) -> Decimal | Missing:
    if isinstance(case.subject, Missing):
        return case.subject
    mark = case.subject.mark
    offset, stop = case.request.order.trailing_offset, case.request.protective_stop
    distances = [abs(price - mark) for price in case.request.prices]
    distances += [offset] if offset is not None else []
    if stop is not None:
        if not (isinstance(stop, Decimal) and stop.is_finite()):
            return Missing("the protective stop")
        distances.append(abs(stop - mark))
    return part(max(distances, default=_ZERO), mark)
