"""Sending is the last step before money is at risk: a look at everything that must hold, and then the hand-over.

This file decides what a send needs, all of it looked at right before it: a journal that is sound, the promise that the
intent is in it, a ticket for exactly that order, this opening and this attempt that was not used before, the hold on
the account, and a kill switch that nobody pulled. It decides the order within a group too: what cancels or only
reduces goes before what adds risk, but never before an order that it speaks about.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from tradewright.domain.errors import NotSent
from tradewright.domain.orders.request import Origin
from tradewright.domain.orders.ticket import Ticket
from tradewright.engine.runtime.journal.writer import Journal
from tradewright.engine.session.effects import Effect, Tell
from tradewright.engine.session.facts import Fact, OrderIntended, ReplaceRequested
from tradewright.engine.session.inputs import HandedOver, Input, NotHandedOver
from tradewright.ports.broker import (
    AskAccount,
    AskFills,
    AskOpenOrders,
    AskOrder,
    Broker,
    CancelEverything,
    CancelOrder,
    Command,
    NoAnswer,
    ReplaceOrder,
    SubmitOrder,
)
from tradewright.ports.disk import Hold
from tradewright.ports.kill import KillFence, KillNote

Ticketed = SubmitOrder | ReplaceOrder
Intent = OrderIntended | ReplaceRequested


class SendGuard:
    """The checks before a send. An intent is good for one send, in the group it was written down in."""

    __slots__ = ("_fence", "_hold", "_intents", "_journal", "killed", "note", "shut")

    def __init__(self, journal: Journal, *, hold: Hold, fence: KillFence) -> None:
        self._journal, self._hold, self._fence = journal, hold, fence
        self._intents: list[tuple[Intent, int]] = []
        self.shut = ""
        """Why nothing with risk may leave any more; only a new start opens it."""
        self.killed: KillNote | None = None
        """Killed in this process."""
        self.note: KillNote | None = None
        """Of the kill switch, when it was looked at last."""

    def learn(self, fact: Fact, sequence: int) -> None:
        """See a fact that was appended: an intent allows one send once it is durable."""
        if isinstance(fact, OrderIntended | ReplaceRequested):
            self._intents.append((fact, sequence))

    def forget(self) -> None:
        """The group is over: what was not sent in it cannot be sent by these intents."""
        self._intents.clear()

    def look_at_the_switch(self) -> KillNote | None:
        """Whether somebody pulled the kill switch."""
        self.note = self._fence.is_down()
        return self.note

    def objection(self, command: Ticketed) -> str:
        """Why this may not be sent, now; empty where it may. Uses the ticket up, whatever the answer."""
        ticket = command.ticket
        intent, sequence = self._used(command)
        if self._journal.poison:
            return f"the journal is closed: {self._journal.poison}"
        if intent is None:
            return "no unused intent of this group is for exactly this order: a ticket is good for one send"
        if sequence > self._journal.committed:
            return f"its intent, record {sequence}, is not durable: the journal is safe up to {self._journal.committed}"
        if not ticket.epoch == intent.epoch == self._journal.epoch:
            return f"the ticket is of epoch {ticket.epoch}, this is epoch {self._journal.epoch}"
        if not self._hold.is_in_place():
            return "the account is not held by this process any more"
        return self._killed(ticket)

    def _used(self, command: Ticketed) -> tuple[Intent | None, int]:
        """The intent that a ticket was minted for, taken away, and its record."""
        for place, (intent, sequence) in enumerate(self._intents):
            if _is_for(intent, command):
                del self._intents[place]
                return intent, sequence
        return None, 0

    def _killed(self, ticket: Ticket) -> str:
        request = ticket.request
        if request.reduces_only and request.origin is Origin.RISK:
            return ""
        if self.shut:
            return self.shut
        note = self.killed or self.look_at_the_switch()
        return "" if note is None else f"trading is killed by {note.who or 'nobody named'}: {note.reason}"


def _is_for(intent: Intent, command: Ticketed) -> bool:
    ticket = command.ticket
    if isinstance(intent, OrderIntended) is not isinstance(command, SubmitOrder):
        return False
    if isinstance(intent, OrderIntended) and intent.attempt != ticket.attempt:
        return False
    ours = (intent.client_order_id, intent.request, intent.limits_version)
    return ours == (ticket.client_order_id, ticket.request, ticket.limits_version)


class Sender:
    """Hands commands to the broker and tells what came of it."""

    __slots__ = ("_broker", "guard")

    def __init__(self, broker: Broker, guard: SendGuard) -> None:
        self._broker, self.guard = broker, guard

    def send(self, command: Command, *, objection: str = "") -> Input | None:
        """Send, unless something speaks against it (`objection`, or the guard); what the core must hear of it."""
        if isinstance(command, SubmitOrder | ReplaceOrder):
            against = self.guard.objection(command) or (objection if adds_risk(command) else "")
            if against:
                return _stopped(command, against)
        try:
            self._broker.enqueue(command)
        except NotSent as proven:
            return _stopped(command, str(proven))
        return HandedOver(command.ticket.client_order_id) if isinstance(command, SubmitOrder) else None


def adds_risk(command: Command) -> bool:
    """True for an order, or a change of one, that may open or enlarge a position."""
    return isinstance(command, SubmitOrder | ReplaceOrder) and not command.ticket.request.reduces_only


def _stopped(command: Command, reason: str) -> NotHandedOver | NoAnswer:
    match command:
        case SubmitOrder(ticket):
            return NotHandedOver(ticket.client_order_id, "submit", reason)
        case ReplaceOrder(ticket):
            return NotHandedOver(ticket.client_order_id, "replace", reason)
        case CancelOrder(client_order_id):
            return NotHandedOver(client_order_id, "cancel", reason)
        case CancelEverything():
            return NotHandedOver("", "cancel", reason)
        case AskOrder() | AskOpenOrders() | AskFills() | AskAccount():
            return NoAnswer(command.number, reason)


@dataclass(frozen=True, slots=True)
class Due:
    """An effect that is to be carried out, and when the input came that it followed from (monotonic nanoseconds)."""

    effect: Effect
    since_ns: int


def in_order(group: Iterable[Due]) -> list[Due]:
    """The effects of a group as they are carried out: what cancels or reduces first, the rest as it was decided.

    A cancel stays behind an order of the same group that it concerns, a reducing order behind those in the same
    instrument, and canceling everything behind whatever was decided before it.
    """
    first: list[Due] = []
    rest: list[Due] = []
    names: set[str] = set()
    for due in group:
        command = due.effect.command if isinstance(due.effect, Tell) else None
        if command is None or not _may_go_first(command, behind=names):
            rest.append(due)
            if isinstance(command, SubmitOrder | ReplaceOrder):
                names |= {command.ticket.client_order_id, command.ticket.request.instrument}
        else:
            first.append(due)
    return first + rest


def _may_go_first(command: Command, *, behind: set[str]) -> bool:
    match command:
        case CancelEverything():
            return not behind
        case CancelOrder(client_order_id):
            return client_order_id not in behind
        case SubmitOrder(ticket) | ReplaceOrder(ticket):
            return not adds_risk(command) and ticket.request.instrument not in behind
        case _:
            return False
