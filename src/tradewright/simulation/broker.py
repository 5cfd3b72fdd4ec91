"""The simulated broker: one account at one venue that walks through history.

It adds nothing to the rules of fills; it feeds `domain/matching` and reports what happened. The same class runs on
floats and on Decimals, over a history or over a feed that grows row by row (`simulation/feed.py`).
"""

from collections.abc import Callable, Sequence
from typing import Any

from tradewright.domain.errors import InputError
from tradewright.domain.matching.amend import amend
from tradewright.domain.matching.book import cancel, protect, supersede
from tradewright.domain.matching.calls import call_at_close, watches
from tradewright.domain.matching.carry import rate_before
from tradewright.domain.matching.layout import (
    ACCOUNT,
    AT_CLOSE,
    CROSS,
    DELISTING,
    DIVIDEND,
    EARNED,
    FINAL,
    GTD,
    IOC,
    LIMIT,
    PAYMENT,
    SPLIT,
    STOP,
    TOUCHED_LIMIT,
    TRAILING,
    Book,
    Venue,
)
from tradewright.domain.matching.records import EndingRecord, FillRecord, OrderRecord, Record, blank
from tradewright.domain.matching.step import close, is_fragile, liquidate, ruin, step
from tradewright.domain.matching.terms import place
from tradewright.ports.historical import Carried, Dividend, Ended, Filled, MarketFeed, NewOrder, Number, Report, Split

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
        if ledger.participation > 0:
            ledger.has_terms = ledger.has_passes = 1
        one = zero + 1
        for position in positions:
            position.rate, position.unit = one, position.multiplier * one
        ledger.has_rates = int(len(feed.rate) > 0)
        if (ledger.participation > 0 or ledger.has_impact == 1) and len(feed.volume) != len(feed.close):
            raise InputError(
                "orders take a part of a bar's volume, or move the price by it, and the feed has none",
                expected=f"{len(feed.close)} volumes",
                found=str(len(feed.volume)),
            )
        room = 4 * feed.width + 16
        self._charge = charge
        self._closes_out = closes_out
        self._filled_seen = self._ended_seen = self._actions_seen = 0
        self._ledger = ledger
        self._venue = Venue(
            **feed._asdict(),
            fills=_rows(FillRecord, room, zero),
            book=Book([ledger], positions, _rows(OrderRecord, room, zero), _rows(EndingRecord, room, zero)),
        )

    @property
    def venue(self) -> Venue:
        """The venue's columns and books, for reconciliation; they are the broker's to change."""
        return self._venue

    def submit(self, order: NewOrder, *, row: int) -> int:
        """Take an order for the next moment; an InputError says what cannot be carried out."""
        if order.kind > STOP or order.force or order.passive or order.parent:
            self._require_sense(order)
        self._make_room()
        return int(place(self._venue, row, order))

    def supersede(self, instrument: int, *, row: int) -> None:
        """End waiting target orders."""
        supersede(self._venue.book, row, instrument)

    def cancel(self, order: int, *, row: int) -> None:
        """Cancel a working order."""
        cancel(self._venue.book, row, order)

    def replace(self, order: int, terms: NewOrder, *, row: int) -> None:
        """Give a working order other terms."""
        self._make_room()
        amend(self._venue, row, order, terms)

    def protect(self, instrument: int, *, row: int, loss: Number, gain: Number) -> None:
        """Set or move protection."""
        self._make_room()
        protect(self._venue.book, row, instrument, loss, gain)

    def is_due(self, row: int) -> bool:
        """True when orders work or a corporate action falls on the row."""
        ledger = self._ledger
        if ledger.live > 0 or (ledger.margin >= CROSS and watches(self._venue)):
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
        if ledger.margin == ACCOUNT:
            self._make_room()
            call_at_close(self._venue, row, self._charge)
        if is_fragile(self._venue):
            self._make_room()
            is_over = bool(ruin(self._venue, row, self._charge))
        if is_last and self._closes_out:
            self._make_room()
            liquidate(self._venue, row, FINAL, self._charge)
        return is_over

    def rests_until(self, row: int) -> int:
        """The next row that can bring a report by itself: at once while orders work, else with the next action.

        It speaks of the rows and actions there are: where the feed grows, ask `is_due` of each new row instead.
        """
        ledger = self._ledger
        if ledger.live > 0 or is_fragile(self._venue) or watches(self._venue):
            return row + 1
        actions = self._venue.actions
        return int(actions[ledger.next_action].row) if ledger.next_action < len(actions) else NEVER

    def reports(self) -> Sequence[Report]:
        """Actions and fills in the order in which they moved cash, then endings."""
        ledger, found = self._ledger, list[Report]()
        filled, ended, acted = ledger.filled, ledger.ended, ledger.next_action
        while self._actions_seen < acted:
            action = self._venue.actions[self._actions_seen]
            found += [self._fill(n) for n in range(self._filled_seen, action.filled)]
            self._filled_seen = max(self._filled_seen, action.filled)
            found += self._action(action)
            self._actions_seen += 1
        if filled != self._filled_seen:
            found += [self._fill(n) for n in range(self._filled_seen, filled)]
            self._filled_seen = filled
        if ended != self._ended_seen:
            found += [self._ending(n) for n in range(self._ended_seen, ended)]
            self._ended_seen = ended
        return found

    def margin_calls(self) -> int:
        """How many margin calls there were."""
        return int(self._ledger.calls)

    def forget(self) -> None:
        """Let go of the fills and endings that were reported; unless some were not, when this does nothing. Only for a
        walk whose reports nobody looks up by their numbers again."""
        if not self.has_news():
            self._ledger.filled = self._ledger.ended = self._filled_seen = self._ended_seen = 0

    def has_news(self) -> bool:
        """True when `reports` would not be empty."""
        ledger = self._ledger
        return bool(
            ledger.filled != self._filled_seen
            or ledger.ended != self._ended_seen
            or ledger.next_action != self._actions_seen
        )

    def _require_sense(self, order: NewOrder) -> None:
        """An InputError for terms that no venue could carry out together."""
        if order.kind > TOUCHED_LIMIT or order.force > AT_CLOSE:
            problem = "a kind and a time in force of domain/matching/layout.py"
        elif order.kind == TRAILING and (order.trail > 0) == (order.trail_share > 0):
            problem = "a trailing stop with a distance, or with a share of the price"
        elif order.kind > LIMIT and order.force >= IOC:
            problem = "a market or a limit order where it has to fill at once or in an auction"
        elif order.passive and not (order.kind == LIMIT and order.force < IOC):
            problem = "a limit order that can wait where it must not take"
        elif order.parent and order.force >= IOC:
            problem = "a time in force that can wait where an order sleeps until another fills"
        elif order.force == GTD and not (order.expires > 0 and len(self._venue.time) == len(self._venue.session)):
            problem = "a last moment, and a feed with the time of each row, where an order works until a moment"
        else:
            return
        raise InputError("the simulated broker cannot carry out this order", expected=problem, found=str(order))

    def _fill(self, n: int) -> Report:
        f = self._venue.fills[n]
        unit_price = f.price * (self._venue.book.positions[f.instrument].multiplier * f.rate)
        return Filled(
            f.row, f.order, f.instrument, f.role, f.quantity, f.price, unit_price, f.fee, f.slippage, f.asked,
            f.remaining, f.rate, f.made,
        )  # fmt: skip

    def _ending(self, n: int) -> Report:
        e = self._venue.book.endings[n]
        return Ended(e.row, e.order, e.instrument, e.reason, e.needed, e.available, e.remaining)

    def _action(self, action: Any) -> list[Report]:
        """What an action has done; a delisting tells of itself by its fill."""
        venue, zero = self._venue, self._ledger.zero
        row, i, value = action.row, action.instrument, action.value
        position, rate = venue.book.positions[i], rate_before(venue, row, i)
        if action.kind == SPLIT:
            unit_price = venue.mark[(row - 1) * venue.width + i] / value * position.multiplier
            return [Split(row, i, value, unit_price, position.lot, rate)]
        if action.kind == DIVIDEND:
            return [Dividend(row, i, value * (position.multiplier * rate))]
        if action.kind == DELISTING:
            return []
        if action.kind == PAYMENT:
            return [Carried(row, i, PAYMENT, zero, action.amount)]
        due = action.amount if action.kind == EARNED else zero
        return [Carried(row, i, action.kind, action.amount, due, action.is_after)]

    def _make_room(self) -> None:
        """Enlarge what one row could fill at the worst."""
        ledger, venue = self._ledger, self._venue
        book, live = venue.book, ledger.live
        most = 4 * live + 4 * venue.width + 16
        if len(book.orders) < live + most:
            book.orders.extend(_rows(OrderRecord, live + most, ledger.zero))
        if len(venue.fills) < ledger.filled + most:
            venue.fills.extend(_rows(FillRecord, ledger.filled + most, ledger.zero))
        if len(book.endings) < ledger.ended + 2 * most:
            book.endings.extend(_rows(EndingRecord, ledger.ended + 2 * most, ledger.zero))


def _rows(kind: type[Record], count: int, zero: Number) -> list[Any]:
    return [blank(kind, zero) for _ in range(count)]
