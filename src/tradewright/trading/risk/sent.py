"""What was sent today, as the gate counts it: how many, how much money, how recently, and whether an order was sent
before.

This file decides how a growing record stays a value. Two books that follow one another share one list and see
different lengths of it; who adds to a book that was added to already gets a copy. So counting costs the same at the
first order of a day and at the two-thousandth. A clock that was set back never shrinks a window: an order counts until
everything that was sent before it has left the window.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from tradewright.domain.identifiers import ClientOrderId
from tradewright.domain.orders.request import OrderRequest
from tradewright.domain.orders.side import Side
from tradewright.domain.quick import quick

_ZERO = Decimal(0)
_Print = tuple[object, ...]


@quick
@dataclass(frozen=True, slots=True)
class SentOrder:
    """An order that the gate approved, for counting."""

    client_order_id: ClientOrderId
    order: OrderRequest
    time_ns: int
    is_reducing: bool
    notional: Decimal = _ZERO
    """Money of the account that it moved, at its highest price."""
    price: Decimal | None = None
    """Its limit price, or the mark where it had none; None: not known."""


@dataclass(slots=True)
class _Record:
    """Columns that only grow; `opened` and `money` are running sums over orders of new risk."""

    orders: list[SentOrder] = field(default_factory=list)
    latest: list[int] = field(default_factory=list)
    opened: list[int] = field(default_factory=list)
    money: list[Decimal] = field(default_factory=list)
    first: dict[ClientOrderId, int] = field(default_factory=dict)
    alike: dict[_Print, list[int]] = field(default_factory=dict)
    on_side: dict[tuple[str, Side], list[int]] = field(default_factory=dict)

    def add(self, one: SentOrder) -> None:
        place = len(self.orders)
        opens = not one.is_reducing
        self.orders.append(one)
        self.latest.append(max(self.latest[-1], one.time_ns) if place else one.time_ns)
        self.opened.append((self.opened[-1] if place else 0) + opens)
        self.money.append((self.money[-1] if place else _ZERO) + (one.notional if opens else _ZERO))
        self.first.setdefault(one.client_order_id, place)
        self.alike.setdefault(_print(one.order), []).append(place)
        self.on_side.setdefault((one.order.instrument, one.order.side), []).append(place)


class SentOrders:
    """Orders approved since the day began, in the order of their approval. A value: adding gives a new one."""

    __slots__ = ("_count", "_record")

    def __init__(self, orders: Iterable[SentOrder] = ()) -> None:
        self._record = _Record()
        for one in orders:
            self._record.add(one)
        self._count = len(self._record.orders)

    def adding(self, one: SentOrder) -> "SentOrders":
        """With one more order."""
        record = self._record
        if len(record.orders) != self._count:  # somebody else added to the same beginning
            record = SentOrders(self)._record
        record.add(one)
        return self._seen(record, self._count + 1)

    def since(self, time_ns: int) -> "SentOrders":
        """Without the orders of before a moment: what a new day starts with."""
        start = self._start(time_ns)
        return SentOrders(list(self)[start:]) if start else self

    def number(self, *, since_ns: int) -> int:
        """How many since a moment (included)."""
        return self._count - self._start(since_ns)

    def opening(self, *, since_ns: int) -> int:
        """How many of new risk since a moment (included)."""
        start, opened = self._start(since_ns), self._record.opened
        return (opened[self._count - 1] if self._count else 0) - (opened[start - 1] if start else 0)

    def money(self, *, since_ns: int) -> Decimal:
        """Notional of the orders of new risk since a moment (included)."""
        start, money = self._start(since_ns), self._record.money
        return (money[self._count - 1] if self._count else _ZERO) - (money[start - 1] if start else _ZERO)

    def knows(self, client_order_id: ClientOrderId) -> bool:
        """Whether an order of that id was sent."""
        return self._record.first.get(client_order_id, self._count) < self._count

    def twin(self, order: OrderRequest, *, of: ClientOrderId, after_ns: int) -> SentOrder | None:
        """The last order of another id that is the same wish, sent after a moment."""
        for one in self._back(self._record.alike.get(_print(order), ()), after_ns):
            if one.client_order_id != of and one.time_ns > after_ns:
                return one
        return None

    def on_side(self, instrument: str, *, side: Side, after_ns: int) -> Iterator[SentOrder]:
        """Orders of an instrument and side sent after a moment, the last first."""
        yield from self._back(self._record.on_side.get((instrument, side), ()), after_ns)

    def _back(self, places: Sequence[int], after_ns: int) -> Iterator[SentOrder]:
        record = self._record
        for place in reversed(places):
            if place < self._count:
                if record.latest[place] <= after_ns:
                    return
                yield record.orders[place]

    def _start(self, time_ns: int) -> int:
        """The first place that is in a window which begins at that moment."""
        return bisect_left(self._record.latest, time_ns, 0, self._count)

    @classmethod
    def _seen(cls, record: _Record, count: int) -> "SentOrders":
        found = cls.__new__(cls)
        found._record, found._count = record, count
        return found

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[SentOrder]:
        return iter(self._record.orders[: self._count])

    def __getitem__(self, place: int) -> SentOrder:
        if not -self._count <= place < self._count:
            raise IndexError(place)
        return self._record.orders[place % self._count]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SentOrders) and list(self) == list(other)

    def __hash__(self) -> int:
        return hash((self._count, self[-1].client_order_id if self._count else ""))

    def __repr__(self) -> str:
        return f"SentOrders({self._count})"


class Moments:
    """When something happened (a message, a fill), for counting; nanoseconds UTC. A value, as `SentOrders` is."""

    __slots__ = ("_count", "_latest")

    def __init__(self, times_ns: Iterable[int] = ()) -> None:
        self._latest: list[int] = []
        for time_ns in times_ns:
            self._latest.append(max(self._latest[-1], time_ns) if self._latest else time_ns)
        self._count = len(self._latest)

    def adding(self, time_ns: int) -> "Moments":
        """With one more moment."""
        found = Moments.__new__(Moments)
        latest = self._latest if len(self._latest) == self._count else self._latest[: self._count]
        latest.append(max(latest[-1], time_ns) if latest else time_ns)
        found._latest, found._count = latest, self._count + 1
        return found

    def count(self, *, after_ns: int) -> int:
        """How many after a moment."""
        return self._count - bisect_right(self._latest, after_ns, 0, self._count)

    def since(self, time_ns: int) -> "Moments":
        """Without those of before a moment."""
        return Moments(self._latest[bisect_left(self._latest, time_ns, 0, self._count) : self._count])

    def __len__(self) -> int:
        return self._count

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Moments) and self._latest[: self._count] == other._latest[: other._count]

    def __hash__(self) -> int:
        return hash((self._count, self._latest[self._count - 1] if self._count else 0))


def _print(order: OrderRequest) -> _Print:
    """What makes two orders the same wish."""
    return (
        order.strategy,
        order.instrument,
        order.side,
        order.quantity,
        order.kind,
        order.limit_price,
        order.stop_price,
        order.trailing_offset,
    )
