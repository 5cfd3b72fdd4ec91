"""A frame is one JSON object on the wire, with its length before it.

This file decides the spelling of requests, answers and errors, and what is too long or no frame at all.
"""

import struct
from typing import Final

import msgspec

from tradewright.domain import errors
from tradewright.domain.errors import ControlError, InputError, TradewrightError, UnknownInstrument
from tradewright.ports.control import VERSION, ControlRequest

LARGEST: Final = 1 << 20
"""Bytes of a frame without its length."""
_TEXT: Final = 4000
"""Letters of a text of an error."""
LENGTH: Final = struct.Struct(">I")


class _Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    name: str
    content: msgspec.Raw
    actor: str
    correlation_id: str
    idempotency_key: str | None = None


class _Failure(msgspec.Struct, frozen=True):
    kind: str
    problem: str
    expected: str = ""
    found: str = ""
    remedy: str = ""
    name: str = ""
    near: tuple[str, ...] = ()


_NOTHING: Final = msgspec.Raw()


class _Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    version: int
    answer: msgspec.Raw = _NOTHING
    error: _Failure | None = None


def framed(content: bytes) -> bytes:
    """The bytes with their length; InputError where they are too many."""
    if len(content) > LARGEST:
        raise InputError(
            "this does not fit on the control line",
            expected=f"at most {LARGEST} bytes",
            found=f"{len(content)}",
            remedy="ask for less at a time, as with --limit",
        )
    return LENGTH.pack(len(content)) + content


def request_frame(request: ControlRequest) -> bytes:
    """A request, ready to be sent."""
    told = _Request(
        VERSION,
        request.name,
        msgspec.Raw(request.content),
        request.actor,
        request.correlation_id,
        request.idempotency_key,
    )
    return framed(msgspec.json.encode(told))


def request_in(content: bytes) -> ControlRequest:
    """The request of a frame; InputError that says what is wrong with it."""
    version = _version(content, "request")
    if version != VERSION:
        raise InputError(
            "the terminal and the trader are of different versions",
            expected=f"control line {VERSION}",
            found=str(version),
            remedy="use the version that started the session, or stop and resume it with this one",
        )
    try:
        told = msgspec.json.decode(content, type=_Request)
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise InputError("this is no request", found=str(problem)) from problem
    return ControlRequest(
        name=told.name,
        content=bytes(told.content),
        actor=told.actor,
        correlation_id=told.correlation_id,
        idempotency_key=told.idempotency_key,
    )


def answer_frame(content: bytes) -> bytes:
    """An answer, ready to be sent; InputError where it is too long."""
    return framed(msgspec.json.encode(_Answer(VERSION, answer=msgspec.Raw(content))))


def error_frame(problem: TradewrightError) -> bytes:
    """An error, ready to be sent; long texts are cut."""
    name, near = (problem.name, problem.near) if isinstance(problem, UnknownInstrument) else ("", ())
    failure = _Failure(
        kind=_kind(problem),
        problem=problem.problem[:_TEXT],
        expected=problem.expected[:_TEXT],
        found=problem.found[:_TEXT],
        remedy=problem.remedy[:_TEXT],
        name=name[:_TEXT],
        near=near,
    )
    return framed(msgspec.json.encode(_Answer(VERSION, error=failure)))


def answer_in(content: bytes) -> bytes:
    """The answer of a frame as JSON; raises the error that it carries."""
    try:
        told = msgspec.json.decode(content, type=_Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise ControlError("the trader's answer cannot be read", found=str(problem)) from problem
    if told.error is not None:
        raise _raised(told.error)
    if not bytes(told.answer):
        raise ControlError("the trader's answer is empty", expected="an answer or an error")
    return bytes(told.answer)


def _version(content: bytes, what: str) -> object:
    try:
        told = msgspec.json.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise InputError(f"this is no {what}", expected="a JSON object", found=str(problem)) from problem
    if not isinstance(told, dict) or "version" not in told:
        raise InputError(f"this is no {what}", expected="a JSON object with a version", found=type(told).__name__)
    return told["version"]


def _kind(problem: TradewrightError) -> str:
    """The nearest branch of the tree that both ends know."""
    names = (one.__name__ for one in type(problem).__mro__ if getattr(errors, one.__name__, None) is one)
    return str(next(names))


def _raised(failure: _Failure) -> TradewrightError:
    """The error as it was at the other end; one of an unknown kind is of the root's."""
    found = getattr(errors, failure.kind, None)
    kind = found if isinstance(found, type) and issubclass(found, TradewrightError) else TradewrightError
    # a branch may spell its own problem from other arguments: the fields are set as they were told
    made = kind.__new__(kind)
    if isinstance(made, UnknownInstrument):
        made.name, made.near = failure.name, failure.near
    TradewrightError.__init__(
        made, failure.problem, expected=failure.expected, found=failure.found, remedy=failure.remedy
    )
    return made
