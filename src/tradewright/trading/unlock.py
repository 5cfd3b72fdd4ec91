"""The unlock is what stands between a command and real money: four locks, and all of them have to be open at once.

This file decides which: the mode is live, the account is named, the credentials are of the live environment, and an arm
file says who armed just this account, until when (a day at most), with the account's name typed. Everything that is
missing is told at once.
"""

from dataclasses import dataclass
from typing import Final

LONGEST_NS: Final = 24 * 3_600 * 1_000_000_000
"""An arming lasts a day at most."""
LIVE: Final = "live"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arming:
    """Somebody has armed an account for live trading."""

    account: str
    who: str
    armed_ns: int
    """When, wall clock, nanoseconds UTC."""
    until_ns: int
    typed: str
    """What was typed to confirm: the account's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveWish:
    """What is there when somebody wants to trade with real money."""

    mode: str
    account: str
    credentials: str
    """The environment that the broker's credentials are of: `paper`, `live`, or empty where there are none."""
    arming: Arming | None


def missing(wish: LiveWish, *, now_ns: int) -> tuple[str, ...]:
    """Everything that keeps the account shut, a sentence each; empty where nothing does."""
    found = []
    if wish.mode != LIVE:
        found.append(f"the mode is {wish.mode}, not live")
    if not wish.account:
        found.append("no account is named")
    if wish.credentials != LIVE:
        has = f"of the {wish.credentials} environment" if wish.credentials else "not there"
        found.append(f"the broker's credentials are {has}")
    return (*found, *unarmed(wish, now_ns=now_ns))


def unarmed(wish: LiveWish, *, now_ns: int) -> tuple[str, ...]:
    """Why the account is not armed, whatever else keeps it shut; empty where it is."""
    arming = wish.arming
    if arming is None:
        return ("nobody has armed the account",)
    found = []
    if arming.account != wish.account:
        found.append(f"the arming is for account {arming.account or '(none)'}")
    if not arming.who.strip():
        found.append("the arming names nobody")
    if arming.typed != wish.account:
        found.append("the account's name was not typed when it was armed")
    if arming.until_ns - arming.armed_ns > LONGEST_NS or arming.until_ns <= arming.armed_ns:
        found.append("the arming does not end within a day of its beginning")
    if not arming.armed_ns <= now_ns < arming.until_ns:
        found.append("the arming is not valid now")
    return tuple(found)
