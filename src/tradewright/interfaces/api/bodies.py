"""The bytes of a request, before anybody believes them: how many, how deep, which letters, each name once.

This file decides what is no JSON for us although a lenient reader would take it: NaN and infinity, numbers beyond what
is finite, the same name twice, half letters, NUL, more than twenty levels, any other encoding than UTF-8.
"""

import json
import math
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from email.message import Message
from typing import Final
from urllib.parse import parse_qsl, unquote_to_bytes

from tradewright.interfaces.api.problems import Problem, invalid, malformed

MOST_BYTES: Final = 1 << 20
MOST_UPLOADED: Final = 5 << 20
DEEPEST: Final = 20
MOST_PARAMETERS: Final = 100
LONGEST_QUERY: Final = 16_384
_STRINGS: Final = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKETS: Final = re.compile(rb"[\[\]{}]")
_LONGEST_NUMBER: Final = 64


async def body_of(stream: AsyncIterator[bytes], *, declared: str | None, most: int = MOST_BYTES) -> bytes:
    """The whole body; 413 as soon as it is too long, whatever length was declared."""
    if declared is not None and declared.isdigit() and int(declared) > most:
        raise too_large(most)
    parts, length = [], 0
    async for part in stream:
        length += len(part)
        if length > most:
            raise too_large(most)
        parts.append(part)
    return b"".join(parts)


def too_large(most: int) -> Problem:
    """413."""
    return Problem(
        413, "too_large", "the body is too large", expected=f"at most {most} bytes", headers={"Connection": "close"}
    )


def object_of(content: bytes, media_type: str | None) -> Mapping[str, object]:
    """The JSON object of a body; none of no body."""
    if not content:
        return {}
    require_json(media_type)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise malformed("body", f"byte {problem.start} is no UTF-8") from problem
    if depth_of(content) > DEEPEST:
        raise malformed("body", f"it is more than {DEEPEST} levels deep")
    try:
        found = json.loads(
            text, object_pairs_hook=_named_once, parse_constant=_no_constant, parse_float=_finite, parse_int=_short
        )
    except json.JSONDecodeError as problem:
        raise malformed("body", f"no JSON at line {problem.lineno}, letter {problem.colno}: {problem.msg}") from problem
    if not isinstance(found, dict):
        raise invalid({"place": "body", "problem": "write it as an object"})
    broken = next(_broken(found, "body"), None)
    if broken is not None:
        raise malformed(broken, "NUL and half letters (lone surrogates) are no text")
    return found


def require_json(media_type: str | None) -> None:
    """415 for anything but JSON in UTF-8."""
    told = Message()
    told["content-type"] = media_type or ""
    charset = str(told.get_param("charset", "utf-8")).lower()
    if told.get_content_type() != "application/json" or not media_type or charset not in {"utf-8", "utf8"}:
        raise Problem(
            415,
            "wrong_media_type",
            "the body is of another kind",
            expected="Content-Type: application/json",
            found=(media_type or "none")[:100],
        )


def depth_of(content: bytes) -> int:
    """How deep lists and objects lie in each other, without reading them.

    >>> depth_of(b'{"a": [[1], "[[["]}')
    3
    """
    deepest = depth = 0
    for bracket in _BRACKETS.finditer(_STRINGS.sub(b"", content)):
        depth += 1 if bracket[0] in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def query_of(raw: bytes) -> dict[str, str]:
    """The parameters of an address, each once."""
    if len(raw) > LONGEST_QUERY:
        raise malformed("query", f"it is longer than {LONGEST_QUERY} bytes")
    try:
        pairs = parse_qsl(
            raw.decode("ascii"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=MOST_PARAMETERS,
        )
    except (UnicodeDecodeError, ValueError) as problem:
        raise malformed("query", "it is no list of parameters in UTF-8") from problem
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            raise invalid({"place": f"query.{name[:64]}", "problem": "it is given twice"})
        found[name] = value
    return found


def checked_path(raw: bytes) -> None:
    """400 for a path that is no UTF-8: what was replaced in it would name something else."""
    try:
        unquote_to_bytes(raw).decode("utf-8")
    except UnicodeDecodeError as problem:
        raise malformed("path", "it is no UTF-8") from problem


def _named_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise malformed(f"body.{twice[:64]}", "it is given twice")
    return found


def _no_constant(text: str) -> object:
    raise malformed("body", f"{text} is no JSON")


def _finite(text: str) -> float:
    found = float(text)
    if not math.isfinite(found):
        raise malformed("body", f"{text[:_LONGEST_NUMBER]} is more than a number can be")
    return found


def _short(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        raise malformed("body", f"a number of {len(text)} digits")
    return int(text)


def _broken(value: object, place: str) -> Iterator[str]:
    """Where a text is none."""
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            yield place
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _broken(name, f"{place}.{name.encode('ascii', 'backslashreplace').decode()[:64]}")
            yield from _broken(one, f"{place}.{name.encode('ascii', 'backslashreplace').decode()[:64]}")
    elif isinstance(value, list):
        for position, one in enumerate(value):
            yield from _broken(one, f"{place}.{position}")
