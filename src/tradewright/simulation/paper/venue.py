"""The simulated venue of one paper account: commands in, slices in, events out, each at once and always the same.

This file decides what is answered to a command; what a row of the market brings is told by `telling.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from tradewright.domain.errors import InputError
from tradewright.domain.identifiers import ClientOrderId, ExecutionId, VenueOrderId
from tradewright.domain.matching.fills import book_fill
from tradewright.domain.matching.layout import STOP_LOSS, TAKE_PROFIT, TARGET
from tradewright.domain.orders.request import OrderRequest
from tradewright.ports.broker import (
    AccountAnswer,
    AskAccount,
    AskFills,
    AskOpenOrders,
    AskOrder,
    BrokerEvent,
    CancelRejected,
    ExecutionBusted,
    FillsAnswer,
    OpenOrdersAnswer,
    OrderAnswer,
    Replaced,
    ReplaceRejected,
    ReportedLife,
    SubmitRejected,
)
from tradewright.ports.feed import Slice
from tradewright.simulation.paper.floor import Floor
from tradewright.simulation.paper.reach import Quiet, quiet_prices
from tradewright.simulation.paper.record import BookOfRecord, PaperOrder
from tradewright.simulation.paper.telling import Telling
from tradewright.simulation.paper.terms import ZERO, AccountTerms
from tradewright.simulation.paper.wishes import objection, step_order, step_role

Question = AskOrder | AskOpenOrders | AskFills | AskAccount
UNKNOWN_ORDER = "no such order"


class PaperVenue:
    """One account at the simulated venue. Nothing here waits, and nothing asks what time it is."""

    __slots__ = ("_floor", "_groups", "_telling", "_wanted", "book", "terms")

    def __init__(self, terms: AccountTerms) -> None:
        self.terms = terms
        self.book = BookOfRecord(terms.account)
        self._floor = Floor(terms)
        self._telling = Telling(self._floor, self.book)
        self._groups: dict[str, int] = {}
        self._wanted: tuple[str, ...] = ()

    @property
    def cash(self) -> Decimal:
        """Cash of the account."""
        return Decimal(self._floor.ledger.cash)

    @property
    def fees(self) -> Decimal:
        """Fees paid since the account was opened."""
        return Decimal(self._floor.ledger.fees)

    @property
    def time_ns(self) -> int:
        """Close of the last row, nanoseconds UTC; 0 before the first."""
        return self._floor.time_ns

    @property
    def is_ruined(self) -> bool:
        """True once equity was gone: everything was closed and nothing is taken any more."""
        return bool(self._floor.ledger.is_ruined)

    def tradable(self) -> tuple[str, ...]:
        """The instruments of the market that is open."""
        return self._wanted

    def quiet_prices(self) -> Mapping[str, Quiet]:
        """Prices to which no working order reacts, by instrument; one that is not named has no working order."""
        names = self._floor.instruments
        return {names[column]: one for column, one in quiet_prices(self._floor.working()).items()}

    def positions(self) -> Mapping[str, Decimal]:
        """Signed quantity by instrument, of those that are not flat."""
        pairs = zip(self._floor.instruments, self._floor.positions, strict=True)
        return {name: position.quantity for name, position in pairs if position.quantity != 0}

    def open_market(self, instruments: Sequence[str]) -> list[BrokerEvent]:
        """A new stretch of history begins with these instruments; orders for the day of the last one expire."""
        if not instruments:
            raise InputError("a market without instruments cannot be opened", expected="at least one", found="none")
        events = self.close()
        self._wanted = tuple(instruments)
        self._floor.list_instruments(self._wanted)
        return events + self._telling.expire_days()

    def advance(self, piece: Slice) -> list[BrokerEvent]:
        """The market's next slice: what came of the last row's close, then what this row brings."""
        events = self.close()
        if piece.is_warm_up:
            self._floor.show(piece, self._wanted)
            return events
        self._telling.begin()
        self._floor.advance(piece, self._wanted)
        return events + self._telling.tell()

    def close(self) -> list[BrokerEvent]:
        """The close of the last row, once: whether the account is ruined there."""
        self._telling.begin()
        self._floor.close()
        return self._telling.tell()

    def submit(self, client_order_id: ClientOrderId, request: OrderRequest) -> list[BrokerEvent]:
        """Take an order, or say why not.

        The very order again is answered with how it stands; another under a used id is rejected.
        """
        known = self.book.of_client(client_order_id)
        if known is not None:
            if known.sent == request:
                return [replace(known.report(), reason=f"duplicate client order id: this order has it. {known.reason}")]
            return [SubmitRejected(client_order_id, "duplicate client order id")]
        if reason := self._objection(request):
            return [SubmitRejected(client_order_id, reason)]
        return [self._accept(client_order_id, request).report()]

    def place_by_hand(self, request: OrderRequest) -> list[BrokerEvent]:
        """An order that somebody else placed in the account: it has no client order id."""
        if reason := self._objection(request):
            raise InputError("the venue does not take the order", found=reason)
        return [self._accept(None, request).report()]

    def replace(self, client_order_id: ClientOrderId, request: OrderRequest) -> list[BrokerEvent]:
        """Change prices and quantity of a working order; everything else has to stay as it is."""
        order = self.book.of_client(client_order_id)
        if order is None or not order.works:
            reason = UNKNOWN_ORDER if order is None else f"the order is {order.life}"
            return [ReplaceRejected(client_order_id, reason)]
        old = order.request
        kept = replace(
            request, quantity=old.quantity, limit_price=old.limit_price, stop_price=old.stop_price,
            trailing_offset=old.trailing_offset, trailing_share=old.trailing_share, stop_loss=old.stop_loss,
            take_profit=old.take_profit, reason=old.reason,
        )  # fmt: skip
        lot = self.terms.lot_of(old.instrument)
        if kept != old:
            return [ReplaceRejected(client_order_id, "only prices and quantity of a working order can change")]
        if request.quantity <= order.filled:
            return [ReplaceRejected(client_order_id, f"{order.filled} are filled already")]
        if reason := objection(request, lot=lot, mark=ZERO, time_ns=0):
            return [ReplaceRejected(client_order_id, reason)]
        self._move(order, request)
        return [Replaced(client_order_id, order.request)]

    def cancel(self, client_order_id: ClientOrderId, venue_order_id: VenueOrderId | None = None) -> list[BrokerEvent]:
        """Cancel a working order, found by either id."""
        order = self.book.named(client_order_id)
        if order is None and venue_order_id is not None:
            order = self.book.of_venue(venue_order_id)
        if order is None or not order.works:
            return [CancelRejected(client_order_id, UNKNOWN_ORDER if order is None else f"the order is {order.life}")]
        return self._cancel(order)

    def cancel_everything(self, *, keeps_protection: bool = False) -> list[BrokerEvent]:
        """Cancel all that works, whoever placed it; what only closes positions stays where that is wanted."""
        events: list[BrokerEvent] = []
        for order in self.book.working():
            if order.works and not (keeps_protection and order.request.reduces_only):
                events.extend(self._cancel(order))
        return events

    def wipe(self) -> list[BrokerEvent]:
        """Forget every order that works, and tell nobody: a fault. Whoever asks learns that they are canceled."""
        for order in self.book.working():
            if order.works:
                self._cancel(order)
        return []

    def answer(self, question: Question) -> BrokerEvent:
        """What the book of record says now."""
        match question:
            case AskOrder():
                order = self.book.named(question.client_order_id)
                return OrderAnswer(question.number, question.client_order_id, order.report() if order else None)
            case AskOpenOrders():
                reports = tuple(order.report() for order in self.book.working())
                return OpenOrdersAnswer(question.number, reports, is_complete=True)
            case AskFills():
                fills, busted = self.book.standing_fills(question.since_ns), self.book.busted_fills(question.since_ns)
                return FillsAnswer(question.number, fills, is_complete=True, busted=busted)
            case AskAccount():
                cash = {self.terms.currency: self.cash}
                movements = tuple(self.book.movements)
                return AccountAnswer(question.number, self.positions(), cash, is_complete=True, movements=movements)

    def bust(self, execution_id: ExecutionId) -> list[BrokerEvent]:
        """Take an execution back: position and cash are as if it had not been; its order stays ended."""
        fill = next((one for one in self.book.fills if one.execution_id == execution_id), None)
        if fill is None or execution_id in self.book.busted:
            raise InputError(f"execution {execution_id} cannot be taken back", found="no standing execution of that id")
        place = self._floor.place_of(fill.instrument)
        assert place is not None, f"{fill.instrument} was traded and is not on the floor"
        position = self._floor.positions[place]
        unit_price = fill.price * position.multiplier
        book_fill(self._floor.ledger, position, -fill.signed_quantity, unit_price, -fill.fee.amount)
        self.book.busted.add(execution_id)
        order = self.book.named(fill.client_order_id)
        assert order is not None, f"{fill.client_order_id} was filled and is not in the book"
        order.filled -= fill.quantity
        events: list[BrokerEvent] = [ExecutionBusted(fill.client_order_id, execution_id)]
        if not order.works:
            self.book.end(order, ReportedLife.CANCELED, reason="an execution was taken back", time_ns=self.time_ns)
            events.append(order.report())
        return events + self._telling.adjust()

    def _objection(self, request: OrderRequest) -> str:
        place = self._floor.place_of(request.instrument)
        if place is None:
            return f"{request.instrument} is not traded here; there are {', '.join(self._floor.instruments) or 'none'}"
        if self.is_ruined:
            return "the account was ruined"
        position, mark = self._floor.positions[place], tuple(self._floor.marks())[place]
        return objection(request, lot=position.lot, mark=mark, time_ns=self.time_ns)

    def _accept(self, client_order_id: ClientOrderId | None, request: OrderRequest) -> PaperOrder:
        place = self._floor.place_of(request.instrument)
        assert place is not None, f"{request.instrument} was not objected to"
        group = self._groups.setdefault(request.group, len(self._groups) + 1) if request.group else 0
        identity = self._floor.submit(step_order(request, place=place, group=group))
        if (
            step_role(request) == TARGET
        ):  # told to the step as target it would end other targets: those of other strategies
            record = self._floor.record(identity)
            assert record is not None, "a new order works"
            record.role = TARGET
        return self.book.open(request, identity, client_order_id=client_order_id, time_ns=self.time_ns)

    def _move(self, order: PaperOrder, request: OrderRequest) -> None:
        record = self._floor.record(order.identity)
        assert record is not None, f"{order.venue_order_id} works and is not on the floor"
        if record.role not in {STOP_LOSS, TAKE_PROFIT}:
            record.quantity = request.quantity - order.filled
        if record.limit != (request.limit_price or ZERO):
            record.rested = 0  # it has not waited in the book at its new price
        record.limit = request.limit_price or ZERO
        if request.stop_price is not None:
            record.trigger = request.stop_price
        record.trail = request.trailing_offset or ZERO
        record.trail_share = request.trailing_share or ZERO
        record.loss, record.gain = request.stop_loss or ZERO, request.take_profit or ZERO
        order.request = request
        order.time_ns = self.time_ns

    def _cancel(self, order: PaperOrder) -> list[BrokerEvent]:
        self._telling.begin()
        self._floor.cancel(order.identity)
        return self._telling.tell()
