"""Secrets are taken out of whatever is said: by their values, by their names, by their looks.

This file decides what counts as a secret in a text: the values that are known here; what stands after a word such as
password or token; keys of ours; what follows `Bearer`; what stands before the @ of an address; private keys. Each way
is a net under the others, and none is a licence to log a secret.
"""

import re
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, quote_plus

HIDDEN: Final = "[hidden]"
SHORTEST: Final = 6
"""A value shorter than this would hide half of what is said."""
_NAMES: Final = (
    r"pass(?:word|wd|phrase)|pwd|secret|token|api[_-]?key|apikey|access[_-]?key|private[_-]?key|secret[_-]?key"
    r"|authorization|cookie|signature|credentials?|x-api-key|session[_-]?key"
)
_NAMED: Final = re.compile(rf"(?:^|[_\-.])(?:{_NAMES})$", re.IGNORECASE)
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PAIR: Final = re.compile(
    rf"""(?P<name>(?:{_NAMES})["']?\s{{0,2}}(?:=|:|=>)\s{{0,2}})"""
    r"""(?P<value>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|(?:bearer|basic|token)\s+[^\s,;&"')\]}]+|[^\s,;&"')\]}]+)""",
    re.IGNORECASE,
)
_SCHEME: Final = re.compile(r"\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE)
_KEY: Final = re.compile(r"\btw_[a-z0-9]{1,32}\.[A-Za-z0-9_-]{16,}")
_ADDRESS: Final = re.compile(r"(?<=://)[^/\s@\"']*@")
_PEM: Final = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)


def is_secret_name(name: str) -> bool:
    """Whether a field of that name holds a secret.

    >>> [is_secret_name(one) for one in ("gotify_token", "Authorization", "accessToken", "instrument", "bypass")]
    [True, True, True, False, False]
    """
    return _NAMED.search(_CAMEL.sub("_", name)) is not None


@dataclass(frozen=True, slots=True)
class Redactor:
    """Takes secrets out of texts."""

    values: frozenset[str] = frozenset()
    """Secrets that are known here."""
    _known: "re.Pattern[str] | None" = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        spelled = sorted({one for value in self.values for one in _spellings(value)}, key=lambda one: (-len(one), one))
        object.__setattr__(self, "_known", re.compile("|".join(map(re.escape, spelled))) if spelled else None)

    def __call__(self, text: str) -> str:
        """The text without secrets.

        >>> Redactor(frozenset({"hunter22"}))("login with hunter22 at postgresql://tw:open@db/x?token=abc")
        'login with [hidden] at postgresql://[hidden]@db/x?token=[hidden]'
        """
        if self._known is not None:
            text = self._known.sub(HIDDEN, text)
        text = _PEM.sub(HIDDEN, text)
        text = _KEY.sub(HIDDEN, text)
        text = _ADDRESS.sub(f"{HIDDEN}@", text)
        text = _PAIR.sub(lambda found: f"{found['name']}{HIDDEN}", text)
        return _SCHEME.sub(lambda found: f"{found[1]} {HIDDEN}", text)


def _spellings(value: str) -> Iterable[str]:
    """A secret as it may turn up: as it is, in an address, in a header, as Python and JSON write it."""
    if len(value) < SHORTEST:
        return
    yield value
    yield quote(value, safe="")
    yield quote_plus(value)
    yield b64encode(value.encode("utf-8")).rstrip(b"=").decode("ascii")
    yield repr(value)[1:-1]
