"""An account is named by a person, who may mistype: whoever asks about one that is not there hears which there are.

This file decides what an account is that is there: a session was started on it, somebody killed it, or armed it.
"""

from collections.abc import Collection
from difflib import SequenceMatcher
from typing import Final

from tradewright.domain.errors import NotFound
from tradewright.ports.sessions import Accounts

LIKE: Final = 0.6
"""From this likeness on (1 is the same) a name is taken for a mistyped one."""

SHOWN: Final = 8
"""Names that are told at most."""


def require_account(account: str, accounts: Accounts, *, also: Collection[str] = (), remedy: str = "") -> None:
    """NotFound with those that there are, the likest first; `also` are accounts that are there for another reason."""
    known = {*accounts.names(), *also}
    if account in known:
        return
    likest = sorted(sorted(known), key=lambda one: _likeness(account, one), reverse=True)
    if likest and _likeness(account, likest[0]) >= LIKE:
        remedy = f"did you mean {likest[0]}?"
    raise NotFound(
        f"there is no account {account or '(none)'}",
        expected=f"one of {', '.join(likest[:SHOWN])}" if likest else "an account that a session was started on",
        found=account if likest else "none",
        remedy=remedy or f"its first session opens it: tradewright trade start STRATEGY --account {account}",
    )


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one.lower(), other.lower()).ratio()
