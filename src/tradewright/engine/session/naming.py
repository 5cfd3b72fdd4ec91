"""A client order id is made before sending, from what the journal knows: the same intent has the same id for ever.

This file decides its form: four letters and twenty digits of base 32 over 100 bits, so that it fits every venue
(letters, digits and a hyphen, at most 32 with the legs' endings) and tells nothing.
"""

import base64
import hashlib
from typing import Final

from tradewright.domain.identifiers import ClientOrderId

STOP_LEG: Final = "-S"
TARGET_LEG: Final = "-T"
_BYTES: Final = 13  # 104 bits, of which 100 are spelled


def client_order_id(session: str, account: str, *, strategy: str, intent: int, engine: str) -> ClientOrderId:
    """The id of a session's intent; `engine` names the installation."""
    told = "\x00".join((engine, session, account, strategy, str(intent)))
    digest = hashlib.blake2b(told.encode(), digest_size=_BYTES).digest()
    prefix = "".join(letter for letter in engine.lower() if letter.isascii() and letter.isalnum())[:4].ljust(4, "0")
    return ClientOrderId(f"{prefix}-{base64.b32encode(digest).decode()[:20].lower()}")
