"""A secret is named in the settings, never written there: a variable of the environment or a file holds it."""

import re
from collections.abc import Mapping
from pathlib import Path

import msgspec


class Secret(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a secret is kept: `{ env = "ALPACA_SECRET_KEY" }` or `{ file = "/run/secrets/alpaca" }`.

    >>> Secret(env="ALPACA_SECRET_KEY")
    Secret(env:ALPACA_SECRET_KEY)
    """

    env: str = ""
    file: str = ""

    @property
    def is_set(self) -> bool:
        """Whether a place is named; whether anything is there, `reveal` tells."""
        return bool(self.env or self.file)

    def reveal(self, environment: Mapping[str, str]) -> str | None:
        """The secret itself; None when no place is named or nothing is there. Hand it on, never log or keep it."""
        if self.env:
            return environment.get(self.env) or None
        if self.file:
            place = Path(self.file).expanduser()
            return place.read_text(encoding="utf-8").strip() or None if place.is_file() else None
        return None

    def __str__(self) -> str:
        if self.env:
            return f"env:{self.env}"
        return f"file:{self.file}" if self.file else "not set"

    def __repr__(self) -> str:
        return f"Secret({self})"


_PASSWORD = re.compile(r"(?<=://)([^/@\s]*)@")


def masked(value: object) -> str:
    """A value for display: what stands before the @ of a web address is hidden.

    >>> masked("postgresql://tw:hunter2@db/tradewright")
    'postgresql://***@db/tradewright'
    """
    if isinstance(value, tuple | list):
        return ", ".join(masked(one) for one in value)
    return _PASSWORD.sub("***@", str(value))
