"""What may stand in a line of the log: bounded, without control characters, without secrets.

This file decides that nobody can write a line of their own into the log (a line break or an escape of the terminal
becomes visible letters), and how much of a long text stays.
"""

import re
from typing import Final

from tradewright.adapters.logs.redaction import HIDDEN, Redactor, is_secret_name

FIELD_BYTES: Final = 8 << 10
"""Of one field at most."""
_LOOKED_AT: Final = 32 << 10
"""Letters of a field in which secrets are looked for; the rest is cut off unseen."""
_HALVES: Final = 1 << 10
"""Letters at the cut that go too: half a secret is not found by its value."""
_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_CONTROLS_BUT_BREAKS: Final = re.compile(_CONTROLS.pattern.replace("\x00-\x1f", "\x00-\x09\x0b-\x1f"))


def visible(text: str) -> str:
    r"""Control characters, and those that turn the order of letters, as letters.

    >>> print(visible("filled\n2026-01-01 forged \x1b[2J"))
    filled\n2026-01-01 forged \x1b[2J
    """
    return _CONTROLS.sub(_escaped, text)


def cleaned(name: str, value: object, *, redact: Redactor) -> str:
    """A field as it is written."""
    if is_secret_name(name):
        return HIDDEN
    text = str(value)
    found = redact(text[:_LOOKED_AT])
    if len(text) > _LOOKED_AT:
        found = f"{found[:-_HALVES]}... {len(text) - _LOOKED_AT + _HALVES} letters"
    return _bounded(visible(found))


def cleaned_stack(text: str, redact: Redactor) -> str:
    """A stack keeps its lines; of a long one the end stays, which says what happened."""
    whole = redact(text[-_LOOKED_AT:])
    found = _CONTROLS_BUT_BREAKS.sub(_escaped, whole[_HALVES:] if len(text) > _LOOKED_AT else whole)
    data = found.encode("utf-8")
    if len(data) <= FIELD_BYTES:
        return found
    return f"... {len(data) - FIELD_BYTES} bytes before\n" + data[-FIELD_BYTES:].decode("utf-8", "ignore")


def _bounded(text: str) -> str:
    data = text.encode("utf-8")
    if len(data) <= FIELD_BYTES:
        return text
    return f"{data[:FIELD_BYTES].decode('utf-8', 'ignore')}... {len(data) - FIELD_BYTES} bytes"


def _escaped(found: "re.Match[str]") -> str:
    return found[0].encode("unicode_escape").decode("ascii")
