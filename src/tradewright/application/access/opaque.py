"""A key as it is carried: `tw_<id>.<secret>`. The id is public; the secret is 256 random bits, kept as their digest.

This file decides how a key is spelled and read, and that secrets are compared in one time whatever they are.
"""

import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from tradewright.ports.randomness import Randomness

PREFIX: Final = "tw_"
SECRET_BYTES: Final = 32
_ID_LETTERS: Final = 12
_SPELLED: Final = re.compile(r"(tw_[a-z0-9]{1,32})\.([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class Opaque:
    """A key in its two parts."""

    id: str
    secret: str = field(repr=False)

    @property
    def spelled(self) -> str:
        """As it is carried."""
        return f"{self.id}.{self.secret}"

    @property
    def digest(self) -> bytes:
        """What is kept of it."""
        return sha256(self.secret.encode("ascii")).digest()


def made(randomness: Randomness, *, id: str = "") -> Opaque:
    """A new key, with a random id where none is given."""
    secret = randomness.below(1 << (8 * SECRET_BYTES)).to_bytes(SECRET_BYTES, "big")
    return Opaque(
        id or f"{PREFIX}{randomness.token(_ID_LETTERS)}", urlsafe_b64encode(secret).rstrip(b"=").decode("ascii")
    )


def read(text: str) -> Opaque | None:
    """The key that a text spells; None where it spells none."""
    found = _SPELLED.fullmatch(text)
    return None if found is None else Opaque(found[1], found[2])


def fits(given: Opaque, digest: bytes) -> bool:
    """Whether the secret is the one that was kept."""
    return hmac.compare_digest(given.digest, digest)
