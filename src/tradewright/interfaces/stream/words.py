"""What a client may say over a WebSocket, and how it is answered.

This file decides the spelling: every message of a client is one JSON object with `op`, every frame of ours one with
`type`. What is not known is refused by name.
"""

from collections.abc import Mapping
from typing import Annotated, Final

import msgspec

from tradewright.domain.errors import InputError
from tradewright.interfaces.api.problems import Problem

_Word = Annotated[str, msgspec.Meta(max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")]


class Op(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="op", kw_only=True):
    """One message of a client."""

    id: _Word = ""
    """The client's own name of it; it comes back with the answer."""


class Auth(Op, frozen=True, tag="auth"):
    """Who it is: a key, or a ticket that was given for one."""

    key: _Word = ""
    ticket: _Word = ""

    def __repr__(self) -> str:
        """Without its secrets."""
        return "Auth(...)"


class After(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a client was when its connection ended."""

    stream: _Word
    seq: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class Subscribe(Op, frozen=True, tag="subscribe"):
    """From now on tell a topic."""

    topic: _Word
    filters: dict[_Word, _Word] = {}
    after: After | None = None


class Unsubscribe(Op, frozen=True, tag="unsubscribe"):
    """Tell a topic no more; without filters, none of its subscriptions."""

    topic: _Word
    filters: dict[_Word, _Word] | None = None


class Topics(Op, frozen=True, tag="topics"):
    """Which topics there are."""


class Ping(Op, frozen=True, tag="ping"):
    """Is somebody there."""


Said = Auth | Subscribe | Unsubscribe | Topics | Ping
_READ: Final[msgspec.json.Decoder[Said]] = msgspec.json.Decoder(Said)
OPS: Final = ("auth", "subscribe", "unsubscribe", "topics", "ping")


def said_in(text: str) -> Said:
    """The message that a text is; InputError for any other."""
    try:
        return _READ.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as problem:
        raise InputError(
            "this message cannot be used",
            expected=f"a JSON object with op, one of {', '.join(OPS)}",
            found=str(problem)[:200],
        ) from problem


def frame(kind: str, **told: object) -> bytes:
    """One frame of ours."""
    return msgspec.json.encode({"type": kind, **told})


def error_frame(problem: Problem, id: str) -> bytes:
    """What is wrong with a message."""
    return frame(
        "error",
        id=id,
        code=problem.code,
        detail=problem.detail,
        expected=problem.expected,
        found=problem.found,
        remedy=problem.remedy,
    )


def filters_of(given: Mapping[str, str], known: Mapping[str, str], *, topic: str) -> dict[str, str]:
    """Filters by the fields that they look at; InputError for one that the topic does not have."""
    unknown = [one for one in given if one not in known]
    if unknown:
        raise InputError(
            f"topic {topic} has no filter {unknown[0]}", expected=f"one of {', '.join(known)}", found=unknown[0]
        )
    return {known[name]: value.strip().upper() if name == "symbol" else value for name, value in given.items()}
