"""The simulated broker: one account at one venue that walks through history.

It adds nothing to the rules of fills; it feeds `domain/matching` and reports what happened. The same class runs on
floats and on Decimals.
"""

from collections.abc import Callable, Sequence
from typing import Any

from tradewright.domain.matching.book import accept, cancel, protect, supersede
from tradewright.domain.matching.layout import FINAL, SPLIT, TARGET, Book, Venue
from tradewright.domain.matching.records import EndingRecord, FillRecord, OrderRecord, Record, blank
from tradewright.domain.matching.step import close, is_fragile, liquidate, ruin, step
from tradewright.ports.broker import Dividend, Ended, Filled, MarketFeed, NewOrder, Number, Report, Split

Charge = Callable[[Any, Any, Any], Any]

NEVER = 2**62
"""A row that no history reaches."""


class SimulatedBroker:
    """One account; `charge` is the fee function (an own cost model may stand in for the schedule)."""

    __slots__ = ("_actions_seen", "_charge", "_closes_out", "_ended_seen", "_filled_seen", "_ledger", "_venue")

    def __init__(
        self, feed: MarketFeed, ledger: Any, positions: list[Any], *, charge: Charge, closes_out: bool = False
    ) -> None:
        zero = ledger.zero
        room = 4 * feed.width + 16
        self._charge = charge
        self._closes_out = closes_out
        self._filled_seen = self._ended_seen = self._actions_seen = 0
        self._ledger = ledger
        self._venue = Venue(
            *feed,
            _rows(FillRecord, room, zero),
            Book([ledger], positions, _rows(OrderRecord, room, zero), _rows(EndingRecord, room, zero)),
        )

    @property
    def venue(self) -> Venue:
        """The venue's columns and books, for reconciliation; they are the broker's to change."""
        return self._venue

    def submit(self, order: NewOrder, *, row: int) -> int:
        """Take an order for the next moment."""
        if order.role == TARGET:
            supersede(self._venue.book, row, order.instrument)
        self._make_room()
        return int(
            accept(
                self._venue.book, row, order.instrument, order.side, order.kind, order.role, order.until, 0,
                order.quantity, order.limit, order.trigger, order.weight, order.loss, order.gain, order.shrinks,
                order.by_weight,
            )
        )  # fmt: skip

    def supersede(self, instrument: int, *, row: int) -> None:
        """End waiting target orders."""
        supersede(self._venue.book, row, instrument)

    def cancel(self, order: int, *, row: int) -> None:
        """Cancel a working order."""
        cancel(self._venue.book, row, order)

    def protect(self, instrument: int, *, row: int, loss: Number, gain: Number) -> None:
        """Set or move protection."""
        self._make_room()
        protect(self._venue.book, row, instrument, loss, gain)

    def is_due(self, row: int) -> bool:
        """True when orders work or a corporate action falls on the row."""
        ledger = self._ledger
        if ledger.live > 0:
            return True
        actions = self._venue.actions
        return ledger.next_action < len(actions) and bool(actions[ledger.next_action].row <= row)

    def advance(self, row: int) -> None:
        """The row's corporate actions, open and range."""
        self._make_room()
        step(self._venue, row, self._charge)

    def close(self, row: int, *, is_last: bool) -> bool:
        """The row's close: signal-close fills, ruin, and closing out on the last row where that is wanted."""
        ledger = self._ledger
        if ledger.at_close == 1 and ledger.live > 0:
            self._make_room()
            close(self._venue, row, self._charge)
        is_over = False
        if is_fragile(self._venue):
            self._make_room()
            is_over = bool(ruin(self._venue, row, self._charge))
        if is_last and self._closes_out:
            self._make_room()
            liquidate(self._venue, row, FINAL, self._charge)
        return is_over

    def rests_until(self, row: int) -> int:
        """The next row that can bring a report by itself: at once while orders work, else with the next action."""
        ledger = self._ledger
        if ledger.live > 0 or is_fragile(self._venue):
            return row + 1
        actions = self._venue.actions
        return int(actions[ledger.next_action].row) if ledger.next_action < len(actions) else NEVER

    def reports(self) -> Sequence[Report]:
        """Actions first (they come before the open), then fills, then endings."""
        ledger = self._ledger
        found: list[Report] = [self._action(n) for n in range(self._actions_seen, ledger.next_action)]
        found.extend(self._fill(n) for n in range(self._filled_seen, ledger.filled))
        found.extend(self._ending(n) for n in range(self._ended_seen, ledger.ended))
        self._actions_seen, self._filled_seen, self._ended_seen = ledger.next_action, ledger.filled, ledger.ended
        return found

    def has_news(self) -> bool:
        """True when `reports` would not be empty."""
        ledger = self._ledger
        return bool(
            ledger.filled != self._filled_seen
            or ledger.ended != self._ended_seen
            or ledger.next_action != self._actions_seen
        )

    def _fill(self, n: int) -> Report:
        f = self._venue.fills[n]
        unit_price = f.price * self._venue.book.positions[f.instrument].multiplier
        return Filled(
            f.row, f.order, f.instrument, f.role, f.quantity, f.price, unit_price, f.fee, f.slippage, f.asked
        )  # fmt: skip

    def _ending(self, n: int) -> Report:
        e = self._venue.book.endings[n]
        return Ended(e.row, e.order, e.instrument, e.reason, e.needed, e.available)

    def _action(self, n: int) -> Report:
        action, venue = self._venue.actions[n], self._venue
        row, i, value = action.row, action.instrument, action.value
        position = venue.book.positions[i]
        if action.kind != SPLIT:
            return Dividend(row, i, value * position.multiplier)
        unit_price = venue.mark[(row - 1) * venue.width + i] / value * position.multiplier
        return Split(row, i, value, unit_price, position.lot)

    def _make_room(self) -> None:
        """Enlarge what one row could fill at the worst."""
        ledger, venue = self._ledger, self._venue
        most = 4 * ledger.live + 4 * venue.width + 16
        _grow(venue.book.orders, ledger.live + most, OrderRecord, ledger.zero)
        _grow(venue.fills, ledger.filled + most, FillRecord, ledger.zero)
        _grow(venue.book.endings, ledger.ended + 2 * most, EndingRecord, ledger.zero)


def _rows(kind: type[Record], count: int, zero: Number) -> list[Any]:
    return [blank(kind, zero) for _ in range(count)]


def _grow(records: list[Any], wanted: int, kind: type[Record], zero: Number) -> None:
    if len(records) < wanted:
        records.extend(_rows(kind, wanted, zero))
