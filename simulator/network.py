"""The wire between a trader and the venue: it is late, it loses, repeats and reorders, and it breaks.

This file decides what the wire may do and what it may not: a request arrives at most `LATEST_NS` after it was handed
over, and an answer is at most `STALEST_NS` old, so that the venue's promise (`SETTLES_NS`) is true. A connection that
broke has forgotten what was on its way. Everything else is allowed, one direction apart from the other.
"""

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.log import Log
from simulator.loop import Process, SimLoop
from simulator.venue.venue import Order, Venue, View
from tradewright.ports import broker
from tradewright.ports.broker import BrokerEvent

SECOND = 1_000_000_000
LATEST_NS = 8 * SECOND
STALEST_NS = 3 * SECOND
SETTLES_NS = LATEST_NS + STALEST_NS + SECOND
Question = broker.AskOrder | broker.AskOpenOrders | broker.AskFills | broker.AskAccount
Deliver = Callable[[BrokerEvent], None]


@dataclass
class WireFaults:
    """How often what goes wrong, as rates of messages."""

    loses_requests: float = 0.0
    loses_replies: float = 0.0
    loses_events: float = 0.0
    repeats_requests: float = 0.0
    repeats_events: float = 0.0
    reorders: float = 0.0
    delays_requests: float = 0.0
    refuses: float = 0.0
    """Nothing left, proven."""
    fails_with_effect: float = 0.0
    """A server error after it was done."""
    fails_without_effect: float = 0.0
    breaks_after_send: float = 0.0
    fails_questions: float = 0.0
    stale_answers: float = 0.0
    cut_answers: float = 0.0
    repeats_answers: float = 0.0
    hides_fresh_orders: float = 0.0
    """Of questions for one order: it is not known yet."""


@dataclass
class Connection:
    """One trader's end of the wire."""

    process: Process
    deliver: Deliver
    """Takes what arrives, inside the process."""
    lost: Callable[[str], None]
    is_up: bool = True
    last_request_ns: int = 0
    last_event_ns: int = 0
    generation: int = 0


@dataclass
class Wire:
    """Carries requests there, replies back, and the account's stream of events."""

    loop: SimLoop
    log: Log
    venue: Venue
    chance: random.Random
    faults: WireFaults
    latency_ns: int = 20_000_000
    is_up: bool = True
    is_mute: bool = False
    """The stream is open and nothing comes."""
    is_deaf: bool = False
    """Requests arrive, replies do not."""
    connections: list[Connection] = field(default_factory=list)
    views: deque[tuple[int, View]] = field(default_factory=deque)
    keeps_views: bool = False

    def struck(self, rate: float, name: str) -> bool:
        """Whether a named fault strikes now."""
        if rate and self.chance.random() < rate:
            self.log.hit(name)
            return True
        return False

    def _latency(self) -> int:
        return int(self.latency_ns * (0.5 + self.chance.random()))

    # Connections --------------------------------------------------------------------------------------------------

    def connect(self, connection: Connection) -> None:
        """A trader listens from now on."""
        self.connections.append(connection)
        connection.process.on_death.append(lambda: self.leave(connection))

    def leave(self, connection: Connection) -> None:
        """A trader is gone."""
        connection.is_up = False
        if connection in self.connections:
            self.connections.remove(connection)

    def break_down(self, reason: str) -> None:
        """The connection breaks for everybody until `mend`."""
        self.is_up = False
        for one in list(self.connections):
            one.generation += 1
            self.loop.at(self.log.now_ns, one.lost, reason, process=one.process)

    def mend(self) -> None:
        """It can be connected again."""
        self.is_up = True

    # Requests -----------------------------------------------------------------------------------------------------

    def request(self, connection: Connection, command: broker.Command, reply: Deliver) -> None:
        """Carry a command or a question there; what comes of it is told by `reply`, perhaps."""
        if self.struck(self.faults.loses_requests, "N2 request lost"):
            return
        delay = self._latency()
        if self.struck(self.faults.delays_requests, "N5 request arrives late"):
            delay = self.chance.randrange(SECOND, LATEST_NS)
            arrival = self.log.now_ns + delay
        else:
            arrival = max(self.log.now_ns + delay, connection.last_request_ns + 1)
            connection.last_request_ns = arrival
        self.loop.at(arrival, self._arrived, connection, command, reply)
        is_safe = not (self.venue.habits.reuses_ids and isinstance(command, broker.SubmitOrder))
        if is_safe and self.struck(self.faults.repeats_requests, "N5 request arrives twice"):
            again = self.log.now_ns + self.chance.randrange(self.latency_ns, LATEST_NS)
            self.loop.at(again, self._arrived, connection, command, _nowhere)
        if self.struck(self.faults.breaks_after_send, "N2 disconnect after send"):
            self.break_down("the connection broke")
            self.loop.at(self.log.now_ns + self.chance.randrange(SECOND, 5 * SECOND), self.mend)

    def _arrived(self, connection: Connection, command: broker.Command, reply: Deliver) -> None:
        if not self.is_up:
            self.log.hit("N2 request lost")
            return
        answers = self._answered(command) if isinstance(command, Question) else self._carried_out(command)
        for answer in answers:
            if self.is_deaf:
                self.log.hit("N21 reply dead, request alive")
            elif not self.struck(self.faults.loses_replies, "N2 reply lost"):
                self._reply(connection, answer, reply)

    def _reply(self, connection: Connection, answer: BrokerEvent, reply: Deliver) -> None:
        generation = connection.generation

        def arrive() -> None:
            if connection.generation == generation:
                reply(answer)

        self.loop.at(self.log.now_ns + self._latency(), arrive, process=connection.process)
        if self.struck(self.faults.repeats_answers, "N9 answer told twice"):
            self.loop.at(self.log.now_ns + self._latency() * 20, arrive, process=connection.process)

    def _carried_out(self, command: Order) -> list[BrokerEvent]:
        if isinstance(command, broker.CancelEverything):
            return self.venue.handle(command)
        name = command.client_order_id if isinstance(command, broker.CancelOrder) else command.ticket.client_order_id
        if self.struck(self.faults.fails_without_effect, "N6 server error without effect"):
            return [broker.SendUnclear(name, "server error 503")]
        answers = self.venue.handle(command)
        if self.struck(self.faults.fails_with_effect, "N6 server error with effect"):
            return [broker.SendUnclear(name, "server error 504")]
        return answers

    # Questions ----------------------------------------------------------------------------------------------------

    def _view(self) -> View:
        if self.views and self.struck(self.faults.stale_answers, "N15 stale answer"):
            wanted = self.log.now_ns - self.chance.randrange(STALEST_NS)
            older = [view for time_ns, view in self.views if time_ns <= wanted]
            return older[-1] if older else self.views[0][1]
        return self.venue.view()

    def remember(self) -> None:
        """Keep how the account looks now, for stale answers."""
        if self.keeps_views:
            self.views.append((self.log.now_ns, self.venue.view()))
            while self.views and self.views[0][0] < self.log.now_ns - STALEST_NS:
                self.views.popleft()

    def _answered(self, question: Question) -> list[BrokerEvent]:
        if self.struck(self.faults.fails_questions, "N18 question refused"):
            return [broker.NoAnswer(question.number, "too many requests")]
        view = self._view()
        is_whole = not self.struck(self.faults.cut_answers, "N17 answer cut")
        match question:
            case broker.AskOrder(number=number, client_order_id=name):
                report = view.reports.get(name)
                is_fresh = report is not None and self.venue.now_ns() - self._taken(name) < STALEST_NS
                if is_fresh and self.struck(self.faults.hides_fresh_orders, "N16 not found right after submit"):
                    report = None
                return [broker.OrderAnswer(number, name, report)]
            case broker.AskOpenOrders(number=number):
                reports = view.open_reports if is_whole else view.open_reports[: len(view.open_reports) // 2]
                return [broker.OpenOrdersAnswer(number, reports, is_whole)]
            case broker.AskFills(number=number, since_ns=since):
                fills = tuple(one for one in view.fills if one.time_ns >= since)
                busted = tuple(one for one in view.busts if self.venue.executed_ns(one) >= since)
                if not is_whole:
                    fills, busted = fills[: len(fills) // 2], busted[: len(busted) // 2]
                return [broker.FillsAnswer(number, fills, is_whole, busted)]
            case broker.AskAccount(number=number):
                return [self._account(number, view, is_whole)]

    def _account(self, number: int, view: View, is_whole: bool) -> broker.AccountAnswer:
        names = sorted(view.positions)
        positions = {name: view.positions[name] for name in (names if is_whole else names[: len(names) // 2])}
        return broker.AccountAnswer(
            number, positions, view.cash, is_whole, is_quiet=self.venue.is_quiet, movements=view.movements
        )

    def _taken(self, name: str) -> int:
        found = self.venue.account.named(name)
        return found[-1].taken_ns if found else 0

    # The stream ---------------------------------------------------------------------------------------------------

    def stream(self, event: BrokerEvent) -> None:
        """Carry one event of the account's stream to everybody who listens."""
        for connection in list(self.connections):
            if not self.is_up:
                continue
            if self.is_mute:
                self.log.hit("N12 stream open but mute")
                continue
            if self.struck(self.faults.loses_events, "N11 event lost"):
                continue
            self._carry(connection, event)
            if self.struck(self.faults.repeats_events, "N9 event told twice"):
                self._carry(connection, event, again=True)

    def _carry(self, connection: Connection, event: BrokerEvent, *, again: bool = False) -> None:
        generation = connection.generation

        def arrive() -> None:
            if connection.generation == generation and connection.is_up:
                connection.deliver(event)

        if again or self.struck(self.faults.reorders, "N10 events reordered"):
            when = self.log.now_ns + self.chance.randrange(self.latency_ns, 2 * SECOND)
        else:
            when = max(self.log.now_ns + self._latency(), connection.last_event_ns + 1)
            connection.last_event_ns = when
        self.loop.at(when, arrive, process=connection.process)


def _nowhere(event: BrokerEvent) -> None:
    """Nobody waits for this answer."""
