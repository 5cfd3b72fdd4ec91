"""Exposure is what could be held when everything that can still fill has filled in the worst way.

This file decides that worst way. For each side, orders against a position reduce it first, the cheapest ones first;
what remains opens. Orders that cancel each other (one group) count once, at their largest. Every measure grows or stays
when an order is added, so a reservation never frees room for another.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from tradewright.domain.orders.side import Side
from tradewright.trading.risk.book import Book, MarketView, OpenPosition
from tradewright.trading.risk.verdict import Missing, number, positive

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Leg:
    """A quantity that could fill, between its lowest and its highest price."""

    quantity: Decimal
    lowest: Decimal
    highest: Decimal
    protective_stop: Decimal | None


@dataclass(frozen=True, slots=True)
class Valued:
    """An instrument with the numbers to value it."""

    name: str
    mark: Decimal
    unit: Decimal
    """Account money per point of price and unit of quantity."""
    quantity: Decimal
    """What is held, signed."""
    buys: tuple[Leg, ...]
    sells: tuple[Leg, ...]
    longest: Decimal = field(init=False)
    """The most signed notional that can come of it."""
    shortest: Decimal = field(init=False)
    """The least signed notional that can come of it."""
    notional: Decimal = field(init=False)
    """The largest notional that can be held, whichever orders fill."""

    def __post_init__(self) -> None:
        longest, shortest = self._most(Side.BUY), -self._most(Side.SELL)
        held = abs(self.quantity * self.mark * self.unit)
        object.__setattr__(self, "longest", longest)
        object.__setattr__(self, "shortest", shortest)
        object.__setattr__(self, "notional", max(abs(longest), abs(shortest), held))

    def opening(self, side: Side, charge: Callable[[Leg, Side], Decimal]) -> Decimal:
        """The most that the orders of a side can be charged for what they open beyond the position against them."""
        legs = sorted(((charge(leg, side), leg.quantity) for leg in self.legs(side)), key=lambda one: one[0])
        if not legs:
            return _ZERO
        against = max(-side.signed(self.quantity), _ZERO)
        total = _ZERO
        for each, quantity in legs:
            offset = min(against, quantity)
            against -= offset
            total += each * (quantity - offset)
        return total

    def legs(self, side: Side) -> tuple[Leg, ...]:
        """What could fill on that side."""
        return self.buys if side is Side.BUY else self.sells

    def _most(self, side: Side) -> Decimal:
        """The most signed notional in the direction of `side` (positive that way; negative: it stays on the other)."""
        held = side.signed(self.quantity)
        opened = self.opening(side, lambda leg, _: leg.highest * self.unit)
        if held >= 0:
            return held * self.mark * self.unit + opened
        closed = min(sum((leg.quantity for leg in self.legs(side)), _ZERO), -held)
        return opened or (held + closed) * self.mark * self.unit


def valued(book: Book, name: str) -> Valued | Missing:
    """An instrument of the book with everything that could fill, or what is missing to value it."""
    market = book.markets.get(name)
    if market is None:
        return Missing(f"the market of {name}")
    mark, rate = positive(market.mark, f"the mark of {name}"), positive(market.rate, f"the exchange rate of {name}")
    held = held_quantity(book, name)
    for found in (mark, rate, held):
        if isinstance(found, Missing):
            return found
    assert isinstance(mark, Decimal) and isinstance(rate, Decimal) and isinstance(held, Decimal)
    buys, sells = _legs(book, name, Side.BUY, mark), _legs(book, name, Side.SELL, mark)
    if isinstance(buys, Missing) or isinstance(sells, Missing):
        return buys if isinstance(buys, Missing) else sells  # type: ignore[return-value]  # one of the two is
    return Valued(name, mark, rate * market.instrument.multiplier, held, buys, sells)


def everything(book: Book) -> tuple[Valued, ...] | Missing:
    """Every exposed instrument, or the first thing that is missing."""
    found = []
    for name in book.exposed:
        one = valued(book, name)
        if isinstance(one, Missing):
            return one
        found.append(one)
    return tuple(found)


def held_quantity(book: Book, name: str) -> Decimal | Missing:
    """The signed quantity that is held of an instrument."""
    total = _ZERO
    for position in book.positions:
        if position.instrument == name:
            quantity = number(position.quantity, f"the position in {name}")
            if isinstance(quantity, Missing):
                return quantity
            total += quantity
    return total


def reducing_quantity(book: Book, name: str, *, side: Side) -> Decimal | Missing:
    """How much could fill on a side, orders of one group once: what must stay within the position to only reduce."""
    legs = _legs(book, name, side, Decimal(1))
    return legs if isinstance(legs, Missing) else sum((leg.quantity for leg in legs), _ZERO)


def is_reducing(book: Book, name: str, *, side: Side) -> bool:
    """True when everything that could fill on that side, together, only shrinks the position: proven, not claimed."""
    held, total = held_quantity(book, name), reducing_quantity(book, name, side=side)
    if isinstance(held, Missing) or isinstance(total, Missing):
        return False
    return total <= -side.signed(held)


def stop_risk(one: Valued, market: MarketView, *, positions: tuple[OpenPosition, ...]) -> Decimal | Missing:
    """Money lost when every protective stop is hit, or one bad day passes where there is none."""
    tail = number(market.value_at_risk, f"the value at risk of {one.name}")
    if isinstance(tail, Decimal) and tail < 0:
        tail = Missing(f"the value at risk of {one.name}")
    if isinstance(tail, Missing):
        unprotected = (one.opening(side, lambda leg, way: Decimal(_distance(leg, way) is None)) for side in Side)
        if not all(_is_covered(position, one.mark) for position in positions) or any(unprotected):
            return tail
        tail = _ZERO
    bad_day = tail
    total = sum((_position_risk(position, one, bad_day) for position in positions), _ZERO)

    def loss(leg: Leg, side: Side) -> Decimal:
        distance = _distance(leg, side)
        return (leg.highest * bad_day if distance is None else distance) * one.unit

    return total + sum((one.opening(side, loss) for side in Side), _ZERO)


def _is_covered(position: OpenPosition, mark: Decimal) -> bool:
    return position.quantity == 0 or (_gap(position, mark) is not None and position.protected is None)


def _gap(position: OpenPosition, mark: Decimal) -> Decimal | None:
    """From the mark to the stop; None without a stop that is still ahead."""
    stop = position.protective_stop
    if not isinstance(positive(stop, "a stop"), Decimal) or stop is None:
        return None
    gap = mark - stop if position.quantity > 0 else stop - mark
    return gap if gap > 0 else None


def _position_risk(position: OpenPosition, one: Valued, bad_day: Decimal) -> Decimal:
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
    if not isinstance(positive(stop, "a stop"), Decimal) or stop is None:
        return None
    distance = leg.highest - stop if side is Side.BUY else stop - leg.lowest
    return distance if distance > 0 else None


def _legs(book: Book, name: str, side: Side, mark: Decimal) -> tuple[Leg, ...] | Missing:
    """What could fill on a side; of orders that cancel each other the largest quantity and the widest prices."""
    grouped: dict[str, Leg] = {}
    for one in book.reservations:
        if one.instrument != name or one.side is not side:
            continue
        for value in (one.quantity, *one.prices):
            if isinstance(number(value, "a number"), Missing):
                return Missing(f"a number of order {one.client_order_id}")
        leg = Leg(one.quantity, min((mark, *one.prices)), max((mark, *one.prices)), one.protective_stop)
        key = f"group {one.group}" if one.group and one.reduces_only else f"order {one.client_order_id}"
        other = grouped.get(key)
        grouped[key] = leg if other is None else _widest(leg, other)
    return tuple(grouped.values())


def _widest(one: Leg, other: Leg) -> Leg:
    return Leg(max(one.quantity, other.quantity), min(one.lowest, other.lowest), max(one.highest, other.highest), None)
