"""Tickets: a page in a browser asks for one with its key, and shows it once, at once, where a key must not be shown.

This file decides that a ticket is good for thirty seconds and for one use, in whichever process it is used, and that
what is kept of it is a digest: the table of answers that are given once is atomic, and is cleaned up by itself.
"""

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import msgspec

from tradewright.application.access.entering import actor_of, stranger
from tradewright.application.access.keys import SECOND, state_of
from tradewright.application.access.messages import IssueTicket
from tradewright.application.access.views import TicketView
from tradewright.application.envelope import Envelope
from tradewright.application.messages import Actor
from tradewright.domain.errors import Conflict
from tradewright.ports.clock import Clock
from tradewright.ports.keys import KeyRing
from tradewright.ports.randomness import Randomness
from tradewright.ports.repeats import Claim, KeptRepeats

GOOD_S: Final = 30
PREFIX: Final = "twt_"
_BYTES: Final = 32
_LENGTH: Final = 47
_GIVEN, _USED = "/ticket given", "/ticket used"
"""No actor has a name with a slash."""


class _Kept(msgspec.Struct, frozen=True):
    key: str
    until_ns: int


def issue_ticket(
    _command: IssueTicket, *, repeats: KeptRepeats, clock: Clock, randomness: Randomness, envelope: Envelope
) -> TicketView:
    """A ticket for the key that asks."""
    key = envelope.actor.key
    if not key:
        raise Conflict("a ticket is for a key", found="somebody without one", remedy="ask with a key")
    secret = randomness.below(1 << (8 * _BYTES)).to_bytes(_BYTES, "big")
    ticket = PREFIX + urlsafe_b64encode(secret).rstrip(b"=").decode("ascii")
    until_ns = clock.now_ns() + GOOD_S * SECOND
    digest = _digest(ticket)
    if repeats.claim(_GIVEN, digest, digest=digest).claim is not Claim.NEW:
        raise Conflict("this ticket was given before", remedy="ask again")
    repeats.keep(_GIVEN, digest, answer=msgspec.json.encode(_Kept(key, until_ns)))
    return TicketView(ticket=ticket, expires_ns=until_ns)


@dataclass(slots=True)
class Tickets:
    """Where tickets are shown. Safe for several threads and processes."""

    repeats: KeptRepeats
    keys: KeyRing
    clock: Clock

    def actor(self, given: str) -> Actor:
        """Whose it is, this once; `NotIdentified` for every text that is no good ticket, whatever is wrong with it."""
        if not (given.startswith(PREFIX) and len(given) == _LENGTH and given.isascii()):
            raise stranger()
        digest = _digest(given)
        found = self.repeats.claim(_GIVEN, digest, digest=digest)
        if found.claim is Claim.NEW:
            self.repeats.release(_GIVEN, digest)
        if found.claim is not Claim.DONE:
            raise stranger()
        ticket, now_ns = msgspec.json.decode(found.answer, type=_Kept), self.clock.now_ns()
        if self.repeats.claim(_USED, digest, digest=digest).claim is not Claim.NEW:
            raise stranger()
        self.repeats.keep(_USED, digest, answer=b"")
        kept = self.keys.find(ticket.key)
        is_late = not 0 <= ticket.until_ns - now_ns <= GOOD_S * SECOND
        if is_late or kept is None or state_of(kept, now_ns) != "good":
            raise stranger()
        return actor_of(kept)


def _digest(ticket: str) -> str:
    return sha256(ticket.encode("ascii")).hexdigest()
