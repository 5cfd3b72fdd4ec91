"""Coming in: a key is looked at, a password is looked at, a login ends.

This file decides that every key and password that opens nothing is answered alike, whatever is wrong with it.
"""

from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Final

from tradewright.application.access import opaque
from tradewright.application.access.keys import SECOND, shown_roles, state_of
from tradewright.application.access.lockout import Lockout, wait_ns
from tradewright.application.access.messages import LogIn, LogOut, WhoAmI
from tradewright.application.access.recent import RecentKeys
from tradewright.application.access.views import ActorView, LoggedIn, LoggedOut
from tradewright.application.envelope import Envelope
from tradewright.application.messages import Actor
from tradewright.domain.errors import Conflict, NotIdentified, TooOften
from tradewright.ports.clock import Clock
from tradewright.ports.keys import KeptKey, KeyKind, KeyRing
from tradewright.ports.passwords import Passwords
from tradewright.ports.randomness import Randomness

LOGIN_S: Final = 8 * 3_600
"""A login is good for a working day."""
USE_NS: Final = 60 * SECOND
"""Uses of a key are written down at most so often."""
_NOTHING: Final = bytes(32)
"""The digest of no secret."""


@dataclass(slots=True)
class Entrance:
    """Where doors over the network ask who somebody is. Safe for several threads."""

    keys: KeyRing
    clock: Clock
    _recent: RecentKeys = field(init=False)
    _used: dict[str, int] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self._recent = RecentKeys(self.keys, self.clock)

    def is_at_hand(self, given: str) -> bool:
        """Whether `actor` answers without a look at the state, and writes nothing down."""
        key = opaque.read(given)
        kept = None if key is None else self._recent.at_hand(key.id)
        return kept is not None and not self._is_due(kept, self.clock.now_ns())

    def actor(self, given: str) -> Actor:
        """Whose key this is; `NotIdentified` for every text that opens nothing."""
        key = opaque.read(given)
        kept = None if key is None else self._recent.find(key.id)
        fits = opaque.fits(key or opaque.Opaque("", ""), _NOTHING if kept is None else kept.digest)
        now_ns = self.clock.now_ns()
        if kept is None or not fits or state_of(kept, now_ns) != "good":
            raise stranger()
        self._write_down(kept, now_ns)
        return actor_of(kept)

    def is_good(self, actor: Actor) -> bool:
        """Whether the key that somebody came in with still opens, with the same roles and accounts."""
        kept = self.keys.find(actor.key)
        return kept is not None and state_of(kept, self.clock.now_ns()) == "good" and actor_of(kept) == actor

    def _write_down(self, kept: KeptKey, now_ns: int) -> None:
        with self._lock:
            if not self._is_due(kept, now_ns):
                return
            self._used[kept.id] = now_ns
        self.keys.used(kept.id, now_ns=now_ns)

    def _is_due(self, kept: KeptKey, now_ns: int) -> bool:
        return not 0 <= now_ns - self._used.get(kept.id, kept.used_ns or 0) < USE_NS


def actor_of(kept: KeptKey) -> Actor:
    """Whoever comes in with the key."""
    return Actor(kept.name, frozenset(shown_roles(kept.roles)), kept.accounts, kept.id)


def stranger() -> NotIdentified:
    """What is said to everybody who is not known."""
    return NotIdentified(
        "nobody is known by this",
        expected="a good key, as Authorization: Bearer tw_... or X-API-Key: tw_...",
        remedy="an admin makes one: tradewright keys create NAME --role viewer",
    )


def log_in(
    command: LogIn, *, keys: KeyRing, clock: Clock, randomness: Randomness, passwords: Passwords, lockout: Lockout
) -> LoggedIn:
    """A key for a working day, for the right password."""
    subjects = (f"name {command.name}", f"address {command.address}")
    waiting, now_ns = lockout.begin(*subjects), clock.now_ns()
    person = keys.person(command.name)
    if person is not None:
        waiting = max(waiting, person.locked_until_ns - now_ns)
    if waiting > 0:
        raise TooOften("too many wrong passwords", wait_s=-(-waiting // SECOND))
    if not passwords.fits(command.password, "" if person is None else person.password) or person is None:
        if person is not None:
            failures = person.failures + 1
            keys.keep_person(replace(person, failures=failures, locked_until_ns=now_ns + wait_ns(failures)))
        raise NotIdentified("name or password is wrong")
    lockout.passed(*subjects)
    if person.failures:
        keys.keep_person(replace(person, failures=0, locked_until_ns=0))
    made, expires_ns = opaque.made(randomness), now_ns + LOGIN_S * SECOND
    keys.add(
        KeptKey(
            id=made.id,
            digest=made.digest,
            kind=KeyKind.LOGIN,
            name=person.name,
            roles=person.roles,
            accounts=person.accounts,
            created_ns=now_ns,
            created_by=person.name,
            expires_ns=expires_ns,
        )
    )
    return LoggedIn(
        key=made.spelled,
        expires_ns=expires_ns,
        name=person.name,
        roles=shown_roles(person.roles),
        accounts=None if person.accounts is None else tuple(sorted(person.accounts)),
    )


def log_out(command: LogOut, *, keys: KeyRing, clock: Clock, envelope: Envelope) -> LoggedOut:
    """This login, or all of this person."""
    kept = keys.find(envelope.actor.key)
    if kept is None or kept.kind is not KeyKind.LOGIN:
        raise Conflict(
            "only a login can be ended",
            expected="a key of a login",
            found="a key of a program" if kept else "no key",
            remedy="a program's key is revoked by an admin: tradewright keys revoke",
        )
    now_ns = clock.now_ns()
    if command.everywhere:
        return LoggedOut(keys.revoke_logins(kept.name, now_ns=now_ns))
    keys.revoke(kept.id, now_ns=now_ns)
    return LoggedOut(1)


def who_am_i(_query: WhoAmI, *, envelope: Envelope) -> ActorView:
    """As the gate sees them."""
    actor = envelope.actor
    return ActorView(
        name=actor.name,
        roles=shown_roles(frozenset(one.value for one in actor.roles)),
        accounts=None if actor.accounts is None else tuple(sorted(actor.accounts)),
        key=actor.key,
    )
