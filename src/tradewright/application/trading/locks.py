"""The locks of an account are all that stands between it and real money, as they are on this machine right now.

This file decides where each is looked for: mode and credentials in the settings, arming and kill with the account.
"""

from dataclasses import asdict, dataclass
from typing import Final

from tradewright.domain.errors import StorageError
from tradewright.ports.sessions import Accounts
from tradewright.trading.unlock import Arming, LiveWish, missing, unarmed

NO_LIVE_BROKER: Final = "this version has no live broker"


@dataclass(frozen=True, slots=True)
class Locks:
    """Of one account."""

    arming: Arming | None
    """As the arm file says; None where there is none, or none that can be believed."""
    is_armed: bool
    """The arming holds now; other locks may be shut."""
    shut: tuple[str, ...]
    """Everything that is shut, a sentence each."""


def locks_of(account: str, *, accounts: Accounts, mode: str, credentials: str, now_ns: int) -> Locks:
    """What keeps the account shut."""
    arming, doubts = None, list[str]()
    try:
        told = accounts.arming(account)
        arming = None if told is None else Arming(**asdict(told))
    except StorageError as doubt:
        doubts.append(str(doubt))
    wish = LiveWish(mode=mode, account=account, credentials=credentials, arming=arming)
    note = accounts.killed(account)
    if note is not None:
        doubts.append(f"trading on it is killed by {note.who or 'nobody named'}: {note.reason}")
    return Locks(
        arming=arming,
        is_armed=not unarmed(wish, now_ns=now_ns),
        shut=(*missing(wish, now_ns=now_ns), *doubts, NO_LIVE_BROKER),
    )
