"""The floor is where the account's orders meet the market, one row at a time.

This file decides how history grows under the step: prices of the last two rows are kept, sessions and times of all. It
begins with a row without bars, which carries the marks that were known before.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, overload

from tradewright.domain.arithmetic.accounting import split
from tradewright.domain.errors import DataError
from tradewright.domain.market.actions import ActionKind, CorporateAction
from tradewright.domain.matching.impact import REACH
from tradewright.domain.matching.layout import DIVIDEND, SPLIT
from tradewright.domain.matching.records import ActionRecord, filled_in
from tradewright.ports.feed import Slice, SliceBar
from tradewright.ports.historical import MarketFeed, NewOrder, Report, Split
from tradewright.simulation.broker import SimulatedBroker
from tradewright.simulation.paper.terms import ZERO, AccountTerms, exact

NO_PRICE = Decimal("NaN")
KEPT_ROWS = 2
"""Where the impact of an order looks back over a window of bars, so many windows more are kept."""


class Recent(Sequence[Decimal]):
    """A growing column that remembers its end; what lies before is gone, the numbering stays."""

    __slots__ = ("_dropped", "_values")

    def __init__(self, values: Sequence[Decimal]) -> None:
        self._values = list(values)
        self._dropped = 0

    def __len__(self) -> int:
        return self._dropped + len(self._values)

    @overload
    def __getitem__(self, index: int) -> Decimal: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Decimal]: ...
    def __getitem__(self, index: int | slice) -> Decimal | Sequence[Decimal]:
        """The value at a place of the whole column that is still remembered."""
        assert isinstance(index, int) and index >= self._dropped, f"{index} is forgotten or a slice"
        return self._values[index - self._dropped]

    def push(self, values: Sequence[Decimal], *, keep: int) -> None:
        """Add values at the end, and remember `keep` in all."""
        self._values.extend(values)
        over = len(self._values) - keep
        if over > 0:
            del self._values[:over]
            self._dropped += over


class Floor:
    """The market of one account, and the broker that walks it."""

    __slots__ = (
        "_broker",
        "_closed",
        "_columns",
        "_feed",
        "_kept",
        "_places",
        "_row",
        "instruments",
        "ledger",
        "positions",
        "terms",
    )

    def __init__(self, terms: AccountTerms) -> None:
        self.terms = terms
        self.ledger: Any = terms.ledger()
        self.positions: list[Any] = []
        self.instruments: tuple[str, ...] = ()
        self._places: dict[str, int] = {}
        self._house({}, ())

    def list_instruments(self, wanted: Sequence[str]) -> None:
        """A new period of the market with these instruments, beside those the account has had before."""
        marks = dict(zip(self.instruments, self.marks(), strict=True))
        working = tuple(self.working())
        for name in wanted:
            if name not in self._places:
                self._places[name] = len(self.positions)
                self.positions.append(self.terms.position(name))
        self.instruments = tuple(self._places)
        self._house(marks, working)

    def _house(self, marks: dict[str, Decimal], working: Sequence[Any]) -> None:
        width = len(self.instruments)
        self._kept = width * (KEPT_ROWS + REACH * max((row.window for row in self.terms.costs.impacts()), default=0))
        nothing = [NO_PRICE] * width
        carried = [marks.get(name, ZERO) for name in self.instruments]
        self._columns = [Recent(one) for one in (nothing, nothing, nothing, nothing, carried, nothing)]
        opens, highs, lows, closes, mark, volumes = self._columns
        self.ledger.filled = self.ledger.ended = self.ledger.next_action = 0
        self._feed = MarketFeed(
            width=width, open=opens, high=highs, low=lows, close=closes, mark=mark, session=[-1], actions=[],
            fees=self.terms.fees(), time=[0], last=[1], volume=volumes, charges=self.terms.charges(),
            impacts=self.terms.impacts(),
        )  # fmt: skip
        self._broker = SimulatedBroker(self._feed, self.ledger, self.positions, charge=self.terms.charging())
        book = self._broker.venue.book.orders
        book[: len(working)] = working
        for order in working:
            order.placed = 0
            order.traded = min(order.traded, 1)  # rows begin anew: what filled in part did so before the first of them
        self._row, self._closed = 0, True

    @property
    def time_ns(self) -> int:
        """Close of the last row, nanoseconds UTC; 0 before the first."""
        return int(self._feed.time[self._row])

    @property
    def next_identity(self) -> int:
        """The number that the next order of the step will get."""
        return int(self.ledger.next_order)

    def place_of(self, instrument: str) -> int | None:
        """The column of an instrument; None for one the floor does not have."""
        return self._places.get(instrument)

    def marks(self) -> Iterator[Decimal]:
        """The last closes known, in the order of the instruments; 0 before the first bar."""
        first = self._row * len(self.instruments)
        return (self._feed.mark[first + i] for i in range(len(self.instruments)))

    def working(self) -> Iterator[Any]:
        """The step's records of the orders that work, in order of acceptance."""
        orders = self._broker.venue.book.orders
        return (orders[k] for k in range(self.ledger.live) if orders[k].side != 0)

    def record(self, identity: int) -> Any | None:
        """The step's record of a working order; None once it has ended."""
        return next((order for order in self.working() if order.identity == identity), None)

    def was_made(self, identity: int, *, role: int, place: int, side: int) -> bool:
        """True where the order of that number is such a one; of one that ended unfilled nothing tells otherwise."""
        found = self.record(identity)
        if found is not None:
            return bool(found.role == role and found.instrument == place and found.side == side)
        venue = self._broker.venue
        fills = (venue.fills[n] for n in range(self.ledger.filled))
        told = (
            fill.role == role and fill.instrument == place and fill.quantity * side > 0
            for fill in fills
            if fill.order == identity
        )
        return next(told, True)

    def after_split(self, held: Decimal, report: Split) -> Decimal:
        """What is held of an instrument after a split."""
        return Decimal(split(held, held, report.ratio, report.lot, report.unit_price, self.ledger.unit)[0])

    def show(self, piece: Slice, wanted: Sequence[str]) -> None:
        """The next row as marks alone: nothing trades in it (warm-up)."""
        self._push(piece, wanted, ())
        self._closed = True

    def advance(self, piece: Slice, wanted: Sequence[str]) -> None:
        """The next row: corporate actions, open and range; the row before must be closed."""
        assert self._closed, "the row before is not closed"
        self._push(piece, wanted, piece.actions)
        self._closed = False
        if self._broker.is_due(self._row):
            self._broker.advance(self._row)

    def close(self) -> bool:
        """The last row's close, once; True when the account was ruined there."""
        if self._closed:
            return False
        self._closed = True
        return self._broker.close(self._row, is_last=False)

    def submit(self, order: NewOrder) -> int:
        """An order for the next moment; gives its number."""
        return self._broker.submit(order, row=self._row)

    def cancel(self, identity: int) -> None:
        """Cancel a working order."""
        self._broker.cancel(identity, row=self._row)

    def forget(self) -> None:
        """Let go of what was reported: an account lives for years."""
        self._broker.forget()

    def reports(self) -> Sequence[Report]:
        """What happened since the last call: actions, fills, endings."""
        return self._broker.reports()

    def _push(self, piece: Slice, wanted: Sequence[str], actions: Sequence[CorporateAction]) -> None:
        width = len(self.instruments)
        bars: list[SliceBar | None] = [None] * width
        for name, bar in zip(wanted, piece.bars, strict=True):
            bars[self._places[name]] = bar
        marks = list(self.marks())
        self._row += 1
        for action in sorted(actions, key=lambda one: (self._place(one), one.kind is not ActionKind.SPLIT, one.value)):
            i, is_split = self._place(action), action.kind is ActionKind.SPLIT
            value = exact(action.value)
            row = (self._row, i, SPLIT if is_split else DIVIDEND, value)
            self._feed.actions.append(filled_in(ActionRecord, row))
            if is_split:
                marks[i] = marks[i] / value
        for i, bar in enumerate(bars):
            if bar is not None:
                marks[i] = exact(bar.close)
        rows = [_prices(bar) for bar in bars]
        opens, highs, lows, closes, mark, volumes = self._columns
        for column, values in zip((opens, highs, lows, closes, volumes), zip(*rows, strict=True), strict=False):
            column.push(values, keep=self._kept)
        mark.push(marks, keep=self._kept)
        self._feed.session.append(piece.session)
        self._feed.time.append(piece.time_ns)
        is_open_on = piece.next_open_ns is not None and piece.next_open_ns <= piece.time_ns
        self._feed.last.append(0 if is_open_on else 1)

    def _place(self, action: CorporateAction) -> int:
        place = self._places.get(action.instrument)
        if place is None:
            raise DataError(
                f"an action of {action.instrument} came with a slice",
                expected="actions of " + ", ".join(self.instruments),
                found=f"{action.kind} on {action.instrument}",
            )
        return place


def _prices(bar: SliceBar | None) -> tuple[Decimal, ...]:
    if bar is None:
        return (NO_PRICE,) * 5
    return exact(bar.open), exact(bar.high), exact(bar.low), exact(bar.close), exact(bar.volume)
