"""A client order id is made before sending, from what the journal knows: the same intent has the same id for ever.

This file decides its form: four letters and twenty digits of base 32 over 100 bits, so that it fits every venue
(letters, digits and a hyphen, at most 32 with the legs' endings) and tells nothing.
"""

import hashlib
from functools import lru_cache
from typing import Final

from tradewright.domain.identifiers import ClientOrderId

STOP_LEG: Final = "-S"
TARGET_LEG: Final = "-T"
_BYTES: Final = 13
_UNSPELLED: Final = 4
"""Of the 104 bits."""
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz234567"
"""The digits of base 32 (RFC 4648), small."""
_PAIRS: Final = tuple(first + second for first in _LETTERS for second in _LETTERS)
_PLACES: Final = tuple(range(90, -1, -10))


def client_order_id(session: str, account: str, *, strategy: str, intent: int, engine: str) -> ClientOrderId:
    """The id of a session's intent; `engine` names the installation."""
    told = "\x00".join((engine, session, account, strategy, str(intent)))
    digest = hashlib.blake2b(told.encode(), digest_size=_BYTES).digest()
    bits = int.from_bytes(digest, "big") >> _UNSPELLED
    return ClientOrderId(f"{_prefix(engine)}-{''.join([_PAIRS[bits >> place & 1023] for place in _PLACES])}")


@lru_cache(maxsize=8)
def _prefix(engine: str) -> str:
    return "".join(letter for letter in engine.lower() if letter.isascii() and letter.isalnum())[:4].ljust(4, "0")
