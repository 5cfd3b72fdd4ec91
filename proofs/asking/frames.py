"""Frames that no sane client sends, from a seed: broken in the protocol, broken in the message; and some good ones."""

import json
import random
import struct
from collections.abc import Iterator
from typing import Final

from tradewright.application.watching.news import TOPICS

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
_TOPICS: Final = [*TOPICS, "nosuch", "", "orders\n", "ORDERS", "%s", "../orders", "日本"]
_ODD: Final[list[object]] = [
    None, True, -1, 0, 2**63, 2**70, 1e308, "", "x" * 5_000, "\0", [], {}, [[[]]], {"a": {"b": {}}}, "tw_x", "\u202e",
]  # fmt: skip


def frames(seed: int, many: int) -> Iterator[bytes]:
    """So many, the same each time."""
    chance = random.Random(seed)
    for _ in range(many):
        yield frame(chance)


def frame(chance: random.Random) -> bytes:
    """One, of a kind that is drawn."""
    kind = chance.random()
    if kind < 0.45:
        return message(chance)
    if kind < 0.55:
        return coded(TEXT, chance.randbytes(chance.choice([0, 1, 5, 125, 126, 200, 4_000])), chance)
    if kind < 0.65:
        return coded(
            chance.choice([PING, PONG, CLOSE]), chance.randbytes(chance.choice([0, 1, 2, 50, 125, 126])), chance
        )
    if kind < 0.72:
        return b"".join(fragments(chance))
    if kind < 0.8:
        return coded(chance.choice([0, BINARY, 3, 4, 7, 11, 15]), chance.randbytes(chance.randrange(50)), chance)
    if kind < 0.86:
        return coded(TEXT, b"{}", chance, reserved=chance.randrange(1, 8))
    if kind < 0.9:
        return struct.pack("!BBQ", 0x81, 0xFF, chance.choice([2**63 - 1, 2**63, 70_000, 2**32])) + b"abcd"
    if kind < 0.94:
        return coded(TEXT, b'{"op":"ping"}', chance, is_masked=False)
    return chance.randbytes(chance.randrange(1, 200))


def message(chance: random.Random) -> bytes:
    """A frame as it should be, with a message that may be anything."""
    return coded(TEXT, mutated(chance).encode("utf-8", "replace"), chance)


def mutated(chance: random.Random) -> str:
    """A message of ours, with something wrong in it, or nothing."""
    message: dict[str, object] = chance.choice(
        [
            {"op": "subscribe", "topic": chance.choice(_TOPICS)},
            {"op": "subscribe", "topic": "bars", "filters": {"symbol": "S1"}, "id": "x"},
            {"op": "subscribe", "topic": "risk", "after": {"stream": "s", "seq": chance.randrange(-5, 2**40)}},
            {"op": "unsubscribe", "topic": chance.choice(_TOPICS)},
            {"op": "topics"},
            {"op": "ping", "id": "1"},
            {"op": "auth", "key": "tw_x." + "a" * 43},
        ]
    )
    for _ in range(chance.randrange(3)):
        place = chance.choice([*message, "more", "op", "filters", "after", "id"])
        message[place] = chance.choice(_ODD)
    text = json.dumps(message, ensure_ascii=chance.random() < 0.5)
    if chance.random() < 0.3:
        at = chance.randrange(len(text))
        text = text[:at] + chance.choice(["", "}", "\x00", '"', "[" * 2_000, text, "\ud800"]) + text[at + 1 :]
    return text


def fragments(chance: random.Random) -> Iterator[bytes]:
    """A message in parts, perhaps never finished, perhaps with a ping between."""
    parts = chance.choice([2, 5, 63, 64, 65, 200])
    yield coded(TEXT, b'{"op":', chance, is_last=False)
    for number in range(parts - 1):
        if chance.random() < 0.05:
            yield coded(PING, b"x", chance)
        content = b"" if number < parts - 2 else b'"ping"}'
        yield coded(0, content, chance, is_last=number == parts - 2 and chance.random() < 0.8)


def coded(
    opcode: int,
    content: bytes,
    chance: random.Random,
    *,
    is_last: bool = True,
    reserved: int = 0,
    is_masked: bool = True,
) -> bytes:
    """A frame of a client, as RFC 6455 writes it."""
    first = (0x80 if is_last else 0) | reserved << 4 | opcode
    bit = 0x80 if is_masked else 0
    size = len(content)
    if size < 126:
        head = struct.pack("!BB", first, bit | size)
    elif size < 65_536:
        head = struct.pack("!BBH", first, bit | 126, size)
    else:
        head = struct.pack("!BBQ", first, bit | 127, size)
    mask = chance.randbytes(4) if is_masked else b""
    body = bytes(byte ^ mask[place % 4] for place, byte in enumerate(content)) if is_masked else content
    return head + mask + body
