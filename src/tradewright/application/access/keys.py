"""Keys of programs: make one, list them, revoke one, put another in place of one.

This file decides that a secret is shown once and never kept, and that an admin's key is for every account.
"""

import re
from typing import Final

from tradewright.application.access import opaque
from tradewright.application.access.messages import CreateKey, Keys, MakeFirstKey, RevokeKey, RotateKey
from tradewright.application.access.views import FirstKey, KeyView, NewKey
from tradewright.application.envelope import Envelope
from tradewright.application.messages import Role
from tradewright.domain.errors import Conflict, InputError, NotFound
from tradewright.ports.clock import Clock
from tradewright.ports.keys import KeptKey, KeyKind, KeyRing
from tradewright.ports.randomness import Randomness

SECOND: Final = 1_000_000_000
FIRST_ID: Final = "tw_first"
"""Of the first key: two processes that start at once cannot both make it."""
LONGEST_DAYS: Final = 3_650
LONGEST_OVERLAP_S: Final = 30 * 86_400
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._@-]{0,63}")
_ACCOUNT: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


def create_key(
    command: CreateKey, *, keys: KeyRing, clock: Clock, randomness: Randomness, envelope: Envelope
) -> NewKey:
    """A new one."""
    now_ns = clock.now_ns()
    days = command.days
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        raise InputError(
            "a key cannot be good for that long", expected=f"1 to {LONGEST_DAYS} days, or none", found=str(days)
        )
    made = opaque.made(randomness)
    kept = KeptKey(
        id=made.id,
        digest=made.digest,
        kind=KeyKind.PROGRAM,
        name=checked_name(command.name),
        roles=frozenset(one.value for one in command.roles),
        accounts=checked_accounts(command.accounts, command.roles),
        created_ns=now_ns,
        created_by=envelope.actor.name,
        expires_ns=None if days is None else now_ns + days * 86_400 * SECOND,
    )
    keys.add(kept)
    return NewKey(key=made.spelled, about=key_view(kept, now_ns))


def make_first_key(
    command: MakeFirstKey, *, keys: KeyRing, clock: Clock, randomness: Randomness, envelope: Envelope
) -> FirstKey:
    """The admin's, where there is none at all."""
    if not keys.is_empty():
        return FirstKey(None)
    made, now_ns = opaque.made(randomness, id=FIRST_ID), clock.now_ns()
    kept = KeptKey(
        id=made.id,
        digest=made.digest,
        kind=KeyKind.PROGRAM,
        name=checked_name(command.name),
        roles=frozenset({Role.ADMIN.value}),
        created_ns=now_ns,
        created_by=envelope.actor.name,
    )
    try:
        keys.add(kept)
    except InputError:
        if keys.find(FIRST_ID) is None:
            raise
        return FirstKey(None)  # another process was first
    return FirstKey(NewKey(key=made.spelled, about=key_view(kept, now_ns)))


def known_keys(_query: Keys, *, keys: KeyRing, clock: Clock) -> tuple[KeyView, ...]:
    """All."""
    now_ns = clock.now_ns()
    return tuple(key_view(one, now_ns) for one in keys.all())


def revoke_key(command: RevokeKey, *, keys: KeyRing, clock: Clock) -> KeyView:
    """For good."""
    found = found_key(command.key, keys)
    now_ns = clock.now_ns()
    keys.revoke(found.id, now_ns=now_ns)
    return key_view(found_key(found.id, keys), now_ns)


def rotate_key(
    command: RotateKey, *, keys: KeyRing, clock: Clock, randomness: Randomness, envelope: Envelope
) -> NewKey:
    """The same name, roles, accounts and end; the old one ends when the overlap does."""
    if not 0 <= command.overlap_s <= LONGEST_OVERLAP_S:
        raise InputError(
            "the old key cannot go on for that long",
            expected=f"0 to {LONGEST_OVERLAP_S} seconds",
            found=str(command.overlap_s),
        )
    old, now_ns = found_key(command.key, keys), clock.now_ns()
    if old.kind is not KeyKind.PROGRAM or state_of(old, now_ns) != "good":
        told = "of a login" if old.kind is not KeyKind.PROGRAM else state_of(old, now_ns)
        raise Conflict(f"key {old.id} cannot be rotated", expected="a good key of a program", found=f"one {told}")
    made = opaque.made(randomness)
    kept = KeptKey(
        id=made.id,
        digest=made.digest,
        kind=old.kind,
        name=old.name,
        roles=old.roles,
        accounts=old.accounts,
        created_ns=now_ns,
        created_by=envelope.actor.name,
        expires_ns=old.expires_ns,
        replaces=old.id,
    )
    keys.add(kept)
    keys.expire(old.id, at_ns=now_ns + command.overlap_s * SECOND)
    return NewKey(key=made.spelled, about=key_view(kept, now_ns))


def found_key(key: str, keys: KeyRing) -> KeptKey:
    """One by its public id; a whole key is refused, because it does not belong into an address or a log."""
    found = keys.find(key)
    if found is None:
        raise NotFound(
            "there is no key of that id",
            expected="the part before the dot, as tw_ab12cd34ef56",
            remedy="list them: tradewright keys list",
        )
    return found


def key_view(kept: KeptKey, now_ns: int) -> KeyView:
    """As it is shown."""
    return KeyView(
        id=kept.id,
        kind=kept.kind.value,
        name=kept.name,
        roles=shown_roles(kept.roles),
        accounts=None if kept.accounts is None else tuple(sorted(kept.accounts)),
        state=state_of(kept, now_ns),
        created_ns=kept.created_ns,
        created_by=kept.created_by,
        expires_ns=kept.expires_ns,
        revoked_ns=kept.revoked_ns,
        used_ns=kept.used_ns,
        replaces=kept.replaces,
    )


def state_of(kept: KeptKey, now_ns: int) -> str:
    """Whether it opens."""
    if kept.revoked_ns is not None:
        return "revoked"
    return "expired" if kept.expires_ns is not None and kept.expires_ns <= now_ns else "good"


def shown_roles(roles: frozenset[str]) -> tuple[Role, ...]:
    """In the order of the roles; a role that this version does not know opens nothing."""
    return tuple(one for one in Role if one.value in roles)


def checked_name(name: str) -> str:
    """The name, which stands in audit and journal."""
    if _NAME.fullmatch(name) is None:
        raise InputError(
            f"{name!r} cannot be a name", expected="up to 64 letters, digits, spaces and . _ @ -", found=repr(name)
        )
    return name


def checked_accounts(accounts: tuple[str, ...] | None, roles: tuple[Role, ...]) -> frozenset[str] | None:
    """The accounts, where they can be those of somebody with these roles."""
    if not roles:
        raise InputError(
            "somebody without a role may do nothing", expected=f"one of {', '.join(Role)}, or several", found="none"
        )
    if accounts is None:
        return None
    if Role.ADMIN in roles:
        raise InputError(
            "an admin is admin of everything",
            expected="no accounts beside the role admin",
            found=", ".join(accounts) or "none",
            remedy="leave the accounts away, or give other roles",
        )
    wrong = [one for one in accounts if _ACCOUNT.fullmatch(one) is None]
    if wrong or not accounts:
        raise InputError(
            "these cannot be accounts" if wrong else "somebody without an account sees nothing",
            expected="names of up to 32 lower-case letters, digits, _ and -",
            found=", ".join(wrong) or "none",
        )
    return frozenset(accounts)
