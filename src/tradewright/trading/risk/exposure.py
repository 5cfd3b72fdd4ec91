"""Exposure is what could be held when everything that can still fill has filled in the worst way.

This file decides that worst way. For each side, orders against a position reduce it first, the cheapest ones first;
what remains opens. Orders that cancel each other (one group) count once, at their largest. Every measure grows or stays
when an order is added, so a reservation never frees room for another.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from tradewright.domain.instruments.instrument import AssetClass
from tradewright.domain.orders.side import Side
from tradewright.trading.risk.book import Book, MarketView, OpenPosition, Reservation
from tradewright.trading.risk.verdict import Missing, number, positive

_ZERO = Decimal(0)
_NOTHING: tuple[OpenPosition, ...] = ()


@dataclass(frozen=True, slots=True)
class Leg:
    """A quantity that could fill, between its lowest and its highest price."""

    quantity: Decimal
    lowest: Decimal
    highest: Decimal
    protective_stop: Decimal | None


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
        legs = self.buys if side is Side.BUY else self.sells
        if not legs:
            return _ZERO
        against = max(-self.quantity if side is Side.BUY else self.quantity, _ZERO)
        if len(legs) == 1:
            return charge(legs[0], side) * max(legs[0].quantity - against, _ZERO)
        total = _ZERO
        for each, quantity in sorted(((charge(leg, side), leg.quantity) for leg in legs), key=_charged):
            offset = min(against, quantity)
            against -= offset
            total += each * (quantity - offset)
        return total

    def most(self, side: Side, opened: Decimal) -> Decimal:
        """The most signed notional in the direction of `side` (positive that way; negative: it stays on the other)."""
        held = self.quantity if side is Side.BUY else -self.quantity
        if held >= 0:
            return held * self.mark * self.unit + opened
        legs = self.buys if side is Side.BUY else self.sells
        closed = min(sum((leg.quantity for leg in legs), _ZERO), -held)
        return opened or (held + closed) * self.mark * self.unit


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
    known = book.memo.valued
    found = known.get(name)
    if found is None:
        found = known[name] = _valued(book, name)
    return cast("Valued | Missing", found)


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
    total = _ZERO
    for position in book.memo.held.get(name, _NOTHING):
        quantity = number(position.quantity, f"the position in {name}")
        if isinstance(quantity, Missing):
            return quantity
        total += quantity
    return total


def reducing_quantity(book: Book, name: str, *, side: Side) -> Decimal | Missing:
    """How much could fill on a side, orders of one group once: what must stay within the position to only reduce."""
    legs = _legs(book.memo.orders.get(name, ()), side, Decimal(1))
    return legs if isinstance(legs, Missing) else sum((leg.quantity for leg in legs), _ZERO)


def is_reducing(book: Book, name: str, *, side: Side) -> bool:
    """True when everything that could fill on that side, together, only shrinks the position: proven, not claimed."""
    held = held_quantity(book, name)
    if isinstance(held, Missing) or held == 0 or (held > 0) is (side is Side.BUY):
        return False
    total = reducing_quantity(book, name, side=side)
    return isinstance(total, Decimal) and total <= abs(held)


def _valued(book: Book, name: str) -> Valued | Missing:
    market = book.markets.get(name)
    if market is None:
        return Missing(f"the market of {name}")
    mark, rate = positive(market.mark, f"the mark of {name}"), positive(market.rate, f"the exchange rate of {name}")
    held = held_quantity(book, name)
    for found in (mark, rate, held):
        if isinstance(found, Missing):
            return found
    assert isinstance(mark, Decimal) and isinstance(rate, Decimal) and isinstance(held, Decimal)
    orders = book.memo.orders.get(name, ())
    buys, sells = _legs(orders, Side.BUY, mark), _legs(orders, Side.SELL, mark)
    if isinstance(buys, Missing) or isinstance(sells, Missing):
        return buys if isinstance(buys, Missing) else sells  # type: ignore[return-value]  # one of the two is
    stakes = Stakes(name, mark, rate * market.instrument.multiplier, held, buys, sells)
    return _worst(stakes, market, book.memo.held.get(name, _NOTHING))


def _worst(stakes: Stakes, market: MarketView, positions: tuple[OpenPosition, ...]) -> Valued:
    """What could come of the stakes."""
    bought = stakes.opening(Side.BUY, _highest) * stakes.unit
    sold = stakes.opening(Side.SELL, _highest) * stakes.unit
    longest, shortest = stakes.most(Side.BUY, bought), -stakes.most(Side.SELL, sold)
    held = abs(stakes.quantity * stakes.mark * stakes.unit)
    with_it, against = (bought, sold) if stakes.quantity >= 0 else (sold, bought)
    margin = positive(market.margin, f"the margin of {stakes.name}")
    return Valued(
        stakes,
        stakes.name.rpartition(".")[0],
        market.instrument.sector,
        market.instrument.asset_class,
        longest,
        shortest,
        max(abs(longest), abs(shortest), held),
        margin if isinstance(margin, Missing) else (with_it + max(against - held, _ZERO)) * margin,
        _stop_risk(stakes, market, positions),
    )


def _highest(leg: Leg, side: Side) -> Decimal:
    return leg.highest


def _charged(one: tuple[Decimal, Decimal]) -> Decimal:
    return one[0]


def _stop_risk(one: Stakes, market: MarketView, positions: tuple[OpenPosition, ...]) -> Decimal | Missing:
    """Money lost when every protective stop is hit, or one bad day passes where there is none."""
    tail = number(market.value_at_risk, "")
    if isinstance(tail, Missing) or tail < 0:
        unprotected = (one.opening(side, lambda leg, way: Decimal(_distance(leg, way) is None)) for side in Side)
        if not all(_is_covered(position, one.mark) for position in positions) or any(unprotected):
            return Missing(f"the value at risk of {one.name}")
        tail = _ZERO
    bad_day = tail
    total = sum((_position_risk(position, one, bad_day) for position in positions), _ZERO)

    def loss(leg: Leg, side: Side) -> Decimal:
        distance = _distance(leg, side)
        return (leg.highest * bad_day if distance is None else distance) * one.unit

    return total + one.opening(Side.BUY, loss) + one.opening(Side.SELL, loss)


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
    distance = leg.highest - stop if side is Side.BUY else stop - leg.lowest
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
