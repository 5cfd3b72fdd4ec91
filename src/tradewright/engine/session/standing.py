"""What stands of a session is what the gate's book counts: positions with their stops, and orders that could fill.

This file decides when a part of it is made anew: where its order, its quantity or its stop has changed, and only there.
Most of it stands as it stood before the last order, and what was found out about it still holds.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from tradewright.engine.session.tracked import TrackedOrder
from tradewright.trading.risk.book import OpenPosition, Reservation

MakesPosition = Callable[[str, Decimal, TrackedOrder | None], OpenPosition]
"""From an instrument, a signed quantity and the stop that works for it."""


class StandingPositions:
    """The positions of an account, as they were asked for last."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: dict[str, tuple[TrackedOrder | None, OpenPosition]] = {}

    def of(
        self, net: Mapping[str, Decimal], stops: Mapping[str, TrackedOrder], *, make: MakesPosition
    ) -> tuple[OpenPosition, ...]:
        """By signed quantity and the working stop of each instrument, in the order given."""
        before, self._kept = self._kept, {}
        for name, quantity in net.items():
            stop, kept = stops.get(name), before.get(name)
            if kept is None or kept[0] is not stop or not _is_same(kept[1].quantity, quantity):
                kept = (stop, make(name, quantity, stop))
            self._kept[name] = kept
        return tuple([position for _, position in self._kept.values()])


class StandingOrders:
    """What could fill of an account's orders, as it was asked for last."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: dict[str, tuple[TrackedOrder, Reservation]] = {}

    def of(self, orders: Iterable[TrackedOrder]) -> tuple[Reservation, ...]:
        """The reservation of each, in the order given."""
        before, self._kept = self._kept, {}
        for tracked in orders:
            kept = before.get(tracked.id)
            self._kept[tracked.id] = (
                kept if kept is not None and kept[0] is tracked else (tracked, tracked.reservation())
            )
        return tuple([reservation for _, reservation in self._kept.values()])


def _is_same(one: Decimal, other: Decimal) -> bool:
    """Equal, and written with as many digits."""
    return one == other and one.same_quantum(other)
