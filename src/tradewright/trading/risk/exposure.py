"""Exposure is what could be held when everything that can still fill has filled in the worst way.

This file decides that worst way. For each side, orders against a position reduce it first, the cheapest ones first;
what remains opens. Orders that cancel each other (one group) count once, at their largest. Every measure grows or stays
when an order is added, so a reservation never frees room for another.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, cast

from tradewright.domain.instruments.instrument import AssetClass
from tradewright.domain.orders.side import Side
from tradewright.domain.quick import quick
from tradewright.trading.risk.book import Book, MarketView, OpenPosition, Reservation
from tradewright.trading.risk.verdict import Missing, is_positive, number, positive

_ZERO: Final = Decimal(0)
_ONE: Final = Decimal(1)
_BUY: Final = Side.BUY
_SELL: Final = Side.SELL
"""A name of a module is found ten times as fast as a member of an enumeration."""
_NOTHING: tuple[OpenPosition, ...] = ()
_NO_ORDERS: tuple[Reservation, ...] = ()


@quick
@dataclass(frozen=True, slots=True)
class Leg:
    """A quantity that could fill, between its lowest and its highest price."""

    quantity: Decimal
    lowest: Decimal
    highest: Decimal
    protective_stop: Decimal | None


@quick
@dataclass(frozen=True, slots=True)
class Stakes:
    """An instrument with the numbers to value it, and what could fill of it."""

    name: str
    mark: Decimal
    unit: Decimal
    """Account money per point of price and unit of quantity."""
    quantity: Decimal
    """What is held, signed."""
    buys: tuple[Leg, ...]
    sells: tuple[Leg, ...]

    def opening(self, side: Side, charge: Callable[[Leg, Side], Decimal]) -> Decimal:
        """The most that the orders of a side can be charged for what they open beyond the position against them."""
        legs = self.buys if side is _BUY else self.sells
        if not legs:
            return _ZERO
        against = max(-self.quantity if side is _BUY else self.quantity, _ZERO)
        if len(legs) == 1:
            (leg,) = legs
            return charge(leg, side) * max(leg.quantity - against, _ZERO)
        total = _ZERO
        for each, quantity in sorted(((charge(leg, side), leg.quantity) for leg in legs), key=_charged):
            offset = min(against, quantity)
            against -= offset
            total += each * (quantity - offset)
        return total

    def most(self, side: Side, opened: Decimal) -> Decimal:
        """The most signed notional in the direction of `side` (positive that way; negative: it stays on the other)."""
        held = self.quantity if side is _BUY else -self.quantity
        if held >= 0:
            return held * self.mark * self.unit + opened
        legs = self.buys if side is _BUY else self.sells
        closed = min(sum((leg.quantity for leg in legs), _ZERO), -held)
        return opened or (held + closed) * self.mark * self.unit


@quick
@dataclass(frozen=True, slots=True)
class Valued:
    """An instrument valued: what could come of it, in the account's money."""

    stakes: Stakes
    symbol: str
    sector: str
    asset_class: AssetClass
    longest: Decimal
    """The most signed notional that can come of it."""
    shortest: Decimal
    """The least signed notional that can come of it."""
    notional: Decimal
    """The largest notional that can be held, whichever orders fill."""
    needed: Decimal | Missing
    """Buying power that everything which opens takes. What turns a position takes what that did not hold already."""
    risk: Decimal | Missing
    """Money lost when every protective stop is hit, or one bad day passes where there is none."""

    @property
    def name(self) -> str:
        """The instrument's id."""
        return self.stakes.name

    @property
    def mark(self) -> Decimal:
        """What it is valued at."""
        return self.stakes.mark

    @property
    def unit(self) -> Decimal:
        """Account money per point of price and unit of quantity."""
        return self.stakes.unit

    @property
    def quantity(self) -> Decimal:
        """What is held, signed."""
        return self.stakes.quantity

    def opening(self, side: Side, charge: Callable[[Leg, Side], Decimal]) -> Decimal:
        """As `Stakes.opening`."""
        return self.stakes.opening(side, charge)


def valued(book: Book, name: str) -> Valued | Missing:
    """An instrument of the book with everything that could fill, or what is missing to value it."""
    memo = book.memo
    found = memo.valued.get(name)
    if found is None:
        found = memo.valued[name] = valued_with(book, name, orders=memo.orders.get(name, _NO_ORDERS))
    return cast("Valued | Missing", found)


def valued_with(book: Book, name: str, *, orders: Sequence[Reservation]) -> Valued | Missing:
    """The same, if these were the orders that could fill of it."""
    market = book.markets.get(name)
    if market is None:
        return Missing(f"the market of {name}")
    mark, rate = market.mark, market.rate
    if not is_positive(mark):
        return Missing(f"the mark of {name}")
    if not is_positive(rate):
        return Missing(f"the exchange rate of {name}")
    positions = book.memo.held.get(name, _NOTHING)
    held = _held(positions, name)
    if isinstance(held, Missing):
        return held
    buys, sells = _legs(orders, _BUY, mark), _legs(orders, _SELL, mark)
    if isinstance(buys, Missing) or isinstance(sells, Missing):
        return buys if isinstance(buys, Missing) else sells  # type: ignore[return-value]  # one of the two is
    stakes = Stakes(name, mark, rate * market.instrument.multiplier, held, buys, sells)
    return _worst(stakes, market, positions)


def everything(book: Book, *, but: str = "") -> tuple[Valued, ...] | Missing:
    """Every exposed instrument but one, or the first thing that is missing."""
    found = []
    for name in book.exposed:
        if name == but:
            continue
        one = valued(book, name)
        if isinstance(one, Missing):
            return one
        found.append(one)
    return tuple(found)


@quick
@dataclass(frozen=True, slots=True)
class Totals:
    """What several instruments come to together, beside one that is looked at."""

    gross: Decimal
    """The sum of the largest notionals."""
    longest: Decimal
    shortest: Decimal
    needed: Decimal | Missing
    risk: Decimal | Missing
    of_symbol: Decimal
    """Gross of those with the symbol of the one that is looked at ..."""
    of_sector: Decimal
    """... with its sector ..."""
    of_asset_class: Decimal
    """... of its asset class."""


def totals(others: Sequence[Valued], beside: Valued) -> Totals:
    """The sums over `others` and `beside`, in one walk."""
    gross, longest, shortest = beside.notional, beside.longest, beside.shortest
    symbol = sector = asset_class = beside.notional
    needed, risk = beside.needed, beside.risk
    for one in others:
        notional = one.notional
        gross += notional
        longest += one.longest
        shortest += one.shortest
        if one.symbol == beside.symbol:
            symbol += notional
        if one.sector == beside.sector:
            sector += notional
        if one.asset_class is beside.asset_class:
            asset_class += notional
        needed = _sum(needed, one.needed)
        risk = _sum(risk, one.risk)
    return Totals(gross, longest, shortest, needed, risk, symbol, sector, asset_class)


def _sum(total: Decimal | Missing, more: Decimal | Missing) -> Decimal | Missing:
    if isinstance(total, Missing):
        return total
    return more if isinstance(more, Missing) else total + more


def held_quantity(book: Book, name: str) -> Decimal | Missing:
    """The signed quantity that is held of an instrument."""
    return _held(book.memo.held.get(name, _NOTHING), name)


def reducing_quantity(
    book: Book, name: str, *, side: Side, orders: Sequence[Reservation] | None = None
) -> Decimal | Missing:
    """How much could fill on a side, orders of one group once: what must stay within the position to only reduce.

    `orders` are those that could fill of the instrument, if not those of the book.
    """
    legs = _legs(book.memo.orders.get(name, _NO_ORDERS) if orders is None else orders, side, _ONE)
    return legs if isinstance(legs, Missing) else sum((leg.quantity for leg in legs), _ZERO)


def is_reducing(book: Book, name: str, *, side: Side, orders: Sequence[Reservation] | None = None) -> bool:
    """True when everything that could fill on that side, together, only shrinks the position: proven, not claimed."""
    held = held_quantity(book, name)
    if isinstance(held, Missing) or held == 0 or (held > 0) is (side is _BUY):
        return False
    total = reducing_quantity(book, name, side=side, orders=orders)
    return isinstance(total, Decimal) and total <= abs(held)


def _held(positions: Sequence[OpenPosition], name: str) -> Decimal | Missing:
    total = _ZERO
    for position in positions:
        quantity = position.quantity
        if not (isinstance(quantity, Decimal) and quantity.is_finite()):
            return Missing(f"the position in {name}")
        total += quantity
    return total


def _worst(stakes: Stakes, market: MarketView, positions: tuple[OpenPosition, ...]) -> Valued:
    """What could come of the stakes."""
    bought = stakes.opening(_BUY, _highest) * stakes.unit
    sold = stakes.opening(_SELL, _highest) * stakes.unit
    longest, shortest = stakes.most(_BUY, bought), -stakes.most(_SELL, sold)
    held = abs(stakes.quantity * stakes.mark * stakes.unit)
    with_it, against = (bought, sold) if stakes.quantity >= 0 else (sold, bought)
    margin = market.margin
    return Valued(
        stakes,
        stakes.name.rpartition(".")[0],
        market.instrument.sector,
        market.instrument.asset_class,
        longest,
        shortest,
        max(abs(longest), abs(shortest), held),
        (with_it + max(against - held, _ZERO)) * margin
        if is_positive(margin)
        else Missing(f"the margin of {stakes.name}"),
        _stop_risk(stakes, market, positions),
    )


def _highest(leg: Leg, side: Side) -> Decimal:
    return leg.highest


def _charged(one: tuple[Decimal, Decimal]) -> Decimal:
    return one[0]


def _stop_risk(one: Stakes, market: MarketView, positions: tuple[OpenPosition, ...]) -> Decimal | Missing:
    """Money lost when every protective stop is hit, or one bad day passes where there is none."""
    tail = market.value_at_risk
    if not isinstance(tail, Decimal) or not tail.is_finite() or tail < 0:
        unprotected = (one.opening(side, lambda leg, way: Decimal(_distance(leg, way) is None)) for side in Side)
        if not all(_is_covered(position, one.mark) for position in positions) or any(unprotected):
            return Missing(f"the value at risk of {one.name}")
        tail = _ZERO
    bad_day = tail
    total = _ZERO
    for position in positions:
        total += _position_risk(position, one, bad_day)
    if not one.buys and not one.sells:
        return total

    def loss(leg: Leg, side: Side) -> Decimal:
        distance = _distance(leg, side)
        return (leg.highest * bad_day if distance is None else distance) * one.unit

    return total + one.opening(_BUY, loss) + one.opening(_SELL, loss)


def unit_risk(
    one: Stakes, market: MarketView, *, side: Side, prices: tuple[Decimal, ...], stop: Decimal | None
) -> Decimal | Missing:
    """Money that one unit more of an order loses when its stop is hit, or on a bad day where it has none."""
    leg = Leg(Decimal(1), min((one.mark, *prices)), max((one.mark, *prices)), stop)
    distance = _distance(leg, side)
    if distance is not None:
        return distance * one.unit
    tail = number(market.value_at_risk, f"the value at risk of {one.name}")
    return tail if isinstance(tail, Missing) else leg.highest * tail * one.unit


def _is_covered(position: OpenPosition, mark: Decimal) -> bool:
    return position.quantity == 0 or (_gap(position, mark) is not None and position.protected is None)


def _gap(position: OpenPosition, mark: Decimal) -> Decimal | None:
    """From the mark to the stop; None without a stop that is still ahead."""
    stop = position.protective_stop
    if stop is None or isinstance(positive(stop, "a stop"), Missing):
        return None
    gap = mark - stop if position.quantity > 0 else stop - mark
    return gap if gap > 0 else None


def _position_risk(position: OpenPosition, one: Stakes, bad_day: Decimal) -> Decimal:
    quantity, gap = abs(position.quantity), _gap(position, one.mark)
    if gap is None:
        return quantity * one.mark * bad_day * one.unit
    covered = quantity
    if position.protected is not None:
        told = number(position.protected, "what is protected")
        covered = _ZERO if isinstance(told, Missing) else min(max(told, _ZERO), quantity)
    return (covered * gap + (quantity - covered) * one.mark * bad_day) * one.unit


def _distance(leg: Leg, side: Side) -> Decimal | None:
    """From the worst entry to the protective stop; None without one on the losing side."""
    stop = leg.protective_stop
    if stop is None or isinstance(positive(stop, "a stop"), Missing):
        return None
    distance = leg.highest - stop if side is _BUY else stop - leg.lowest
    return distance if distance > 0 else None


def _legs(orders: Sequence[Reservation], side: Side, mark: Decimal) -> tuple[Leg, ...] | Missing:
    """What could fill on a side; of orders that cancel each other the largest quantity and the widest prices."""
    legs: list[Leg] = []
    grouped: dict[str, int] = {}
    """The place of each group's leg."""
    for one in orders:
        if one.side is not side:
            continue
        for value in (one.quantity, *one.prices):
            if not (isinstance(value, Decimal) and value.is_finite()):
                return Missing(f"a number of order {one.client_order_id}")
        lowest = highest = mark
        if one.prices:
            lowest, highest = min(mark, *one.prices), max(mark, *one.prices)
        leg = Leg(one.quantity, lowest, highest, one.protective_stop)
        at = grouped.setdefault(one.group, len(legs)) if one.group and one.reduces_only else len(legs)
        if at == len(legs):
            legs.append(leg)
        else:
            legs[at] = _widest(leg, legs[at])
    return tuple(legs)


def _widest(one: Leg, other: Leg) -> Leg:
    return Leg(max(one.quantity, other.quantity), min(one.lowest, other.lowest), max(one.highest, other.highest), None)
