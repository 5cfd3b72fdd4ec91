"""What can go wrong between a client and the venue, on purpose: seeded, and off unless asked for.

This file decides the faults of one connection. The account is never touched by them but for what a venue really does:
it rejects, takes back executions, loses waiting orders; everything else happens to messages alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from decimal import Decimal

import numpy as np

from tradewright.domain.errors import InputError
from tradewright.domain.orders.request import OrderRequest, Origin, TimeInForce
from tradewright.domain.orders.side import Side
from tradewright.ports.broker import (
    AccountAnswer,
    AskAccount,
    AskFills,
    AskOpenOrders,
    AskOrder,
    BrokerEvent,
    Executed,
    FillsAnswer,
    NoAnswer,
    OpenOrdersAnswer,
    OrderAnswer,
    OrderReport,
    ReportedLife,
    SubmitRejected,
)
from tradewright.simulation.paper.exchange import Exchange
from tradewright.simulation.paper.inputs import Busted, Input, PlacedByHand, RestsWiped, Submitted
from tradewright.simulation.paper.venue import Question

Answer = OrderAnswer | OpenOrdersAnswer | FillsAnswer | AccountAnswer
RATES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """How often what goes wrong, from 0 (never) to 1 (always)."""

    seed: int = 0
    latency_slices: int = 0
    """How many slices pass before a command reaches the venue."""
    latency_ms: int = 0
    """How long a command is on its way, in real time."""
    reject: float = 0.0
    """An order is rejected without cause."""
    lost_acknowledgement: float = 0.0
    """The first report of an order never comes."""
    late_acknowledgement: float = 0.0
    """The first report of an order comes after the next report: a fill may come before it."""
    duplicate: float = 0.0
    """A report comes twice."""
    reorder: float = 0.0
    """A report comes after the one that follows it."""
    drop: float = 0.0
    """A report never comes."""
    stale: float = 0.0
    """A question is answered as the same question was before."""
    truncated: float = 0.0
    """An answer holds half of what it should, and says that it is not complete."""
    unanswered: float = 0.0
    """A question is answered with `NoAnswer`."""
    disconnect: float = 0.0
    """The connection is lost after a command arrived and before anything is told."""
    bust: float = 0.0
    """An execution is taken back after it was told."""
    wipe: float = 0.0
    """Waiting orders are forgotten, at a slice."""
    foreign: float = 0.0
    """Somebody else places an order in the account, at a slice."""

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            most = 1 if one.type in {float, "float"} else RATES
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
                raise InputError(f"fault {one.name} cannot be used", expected=f"0 to {most}", found=repr(value))

    @property
    def are_off(self) -> bool:
        """True where nothing goes wrong."""
        return replace(self, seed=0) == Faults()


class ConnectionLost(Exception):  # noqa: N818 - said as it is told to a trader
    """The connection is to be lost now, on purpose."""


class Line:
    """What lies between one client and the exchange: commands in, reports out, both as the faults let them through."""

    __slots__ = ("_answers", "_chance", "_exchange", "_faults", "_held", "_late", "_waiting")

    def __init__(self, exchange: Exchange, faults: Faults | None = None) -> None:
        self._exchange = exchange
        self._faults = faults or Faults()
        self._chance = np.random.default_rng(self._faults.seed)
        self._answers: dict[type[Answer], Answer] = {}
        self._held: list[BrokerEvent] = []
        self._late: list[BrokerEvent] = []
        self._waiting: list[tuple[int, Input | Question]] = []

    @property
    def latency_s(self) -> float:
        """How long whoever moves commands has to hold one back."""
        return self._faults.latency_ms / 1000

    def tell(self, given: Input | Question) -> list[BrokerEvent]:
        """Hand an input or a question to the venue; what is told to its sender alone. Raises `ConnectionLost`."""
        if self._faults.latency_slices:
            self._waiting.append((self._faults.latency_slices, given))
            return []
        return self._tell(given)

    def slice_passed(self) -> list[BrokerEvent]:
        """A slice is about to be played: commands get nearer, and what happens to the account by itself happens."""
        told: list[BrokerEvent] = []
        waiting, self._waiting = self._waiting, []
        for left, given in waiting:
            if left > 1:
                self._waiting.append((left - 1, given))
            else:
                told.extend(self._tell(given))
        if self._happens(self._faults.wipe):
            self._exchange.take(RestsWiped())
        if self._happens(self._faults.foreign):
            self._place_by_hand()
        return told

    def let_through(self, events: list[BrokerEvent]) -> list[BrokerEvent]:
        """Reports as they arrive."""
        if self._faults.are_off:
            return events
        return [arrived for event in events for arrived in self._arriving(event)]

    @property
    def holds_back(self) -> bool:
        """True while reports wait for another one."""
        return bool(self._held or self._late)

    def rest(self) -> list[BrokerEvent]:
        """Reports that were held back, when no other is on its way."""
        rest = [*self._held, *self._late]
        self._held, self._late = [], []
        return rest

    def busts(self, events: list[BrokerEvent]) -> None:
        """Take executions back that were told just now."""
        for event in events:
            is_standing = (
                isinstance(event, Executed) and event.fill.execution_id not in self._exchange.venue.book.busted
            )
            if is_standing and isinstance(event, Executed) and self._happens(self._faults.bust):
                self._exchange.take(Busted(event.fill.execution_id))

    def _tell(self, given: Input | Question) -> list[BrokerEvent]:
        if isinstance(given, Submitted) and self._happens(self._faults.reject):
            return [SubmitRejected(given.client_order_id, "rejected by the fault layer")]
        if isinstance(given, AskOrder | AskOpenOrders | AskFills | AskAccount):
            return [self._answer(given)]
        self._exchange.take(given)
        if self._happens(self._faults.disconnect):
            raise ConnectionLost("on purpose, after a command")
        return []

    def _answer(self, question: Question) -> BrokerEvent:
        if self._happens(self._faults.unanswered):
            return NoAnswer(question.number, "the venue did not answer")
        answer = self._exchange.venue.answer(question)
        assert isinstance(answer, Answer), f"{question} was answered with {answer}"
        if isinstance(answer, OrderAnswer):
            if self._happens(self._faults.stale):
                return OrderAnswer(question.number, answer.client_order_id, None)
            return answer
        before = self._answers.get(type(answer))
        self._answers[type(answer)] = answer
        if before is not None and self._happens(self._faults.stale):
            return replace(before, number=question.number)
        return _halved(answer) if self._happens(self._faults.truncated) else answer

    def _arriving(self, event: BrokerEvent) -> Iterator[BrokerEvent]:
        faults = self._faults
        is_first = isinstance(event, OrderReport) and event.life is ReportedLife.WORKING and event.filled == 0
        if is_first and self._happens(faults.lost_acknowledgement):
            return
        if self._happens(faults.drop):
            return
        if is_first and self._happens(faults.late_acknowledgement):
            self._late.append(event)
            return
        if self._happens(faults.reorder):
            self._held.append(event)
            return
        yield event
        if self._happens(faults.duplicate):
            yield event
        yield from self.rest()

    def _place_by_hand(self) -> None:
        names = self._exchange.venue.tradable()
        if not names:
            return
        name = names[int(self._chance.integers(len(names)))]
        side = Side.BUY if self._chance.random() < 0.5 else Side.SELL
        lot = self._exchange.venue.terms.lot_of(name)
        quantity = (lot or Decimal(1)) * int(self._chance.integers(1, 10))
        request = OrderRequest(
            instrument=name, side=side, quantity=quantity, time_in_force=TimeInForce.GTC, origin=Origin.EXTERNAL
        )
        if not self._exchange.venue.is_ruined:
            self._exchange.take(PlacedByHand(request))

    def _happens(self, rate: float) -> bool:
        return rate > 0 and bool(self._chance.random() < rate)


def _halved(answer: OpenOrdersAnswer | FillsAnswer | AccountAnswer) -> BrokerEvent:
    match answer:
        case OpenOrdersAnswer():
            return replace(answer, reports=answer.reports[: len(answer.reports) // 2], is_complete=False)
        case FillsAnswer():
            return replace(answer, fills=answer.fills[: len(answer.fills) // 2], busted=(), is_complete=False)
        case AccountAnswer():
            kept = dict(list(answer.positions.items())[: len(answer.positions) // 2])
            return replace(answer, positions=kept, is_complete=False)
