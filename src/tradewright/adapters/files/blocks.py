"""A text file in pieces that end at a line's end, so that a file of any size is read in bounded memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from tradewright.adapters.files.opening import BROKEN, Source, damaged
from tradewright.domain.errors import InputError

BLOCK_BYTES = 8 << 20
"""As fast as any size; what is made of a block on the way takes ten times as much memory."""
MOST_LINE = 32 << 20


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines of a file."""

    text: bytes
    first: int
    """Number of the first line, counted from 1."""
    fraction: float
    """How much of the file has been read with this block, 0 to 1."""

    def lines(self) -> list[bytes]:
        """The lines without their ends."""
        return [line.rstrip(b"\r") for line in self.text.removesuffix(b"\n").split(b"\n")]


def blocks(source: Source, *, skip_lines: int, size: int | None = None) -> Iterator[Block]:
    """All lines after the first `skip_lines`, in blocks of about `size` bytes (8 MB)."""
    size = BLOCK_BYTES if size is None else size
    try:
        with source.stream() as (unwrapped, raw):
            rest = unwrapped.read(3).removeprefix(b"\xef\xbb\xbf")
            rest += b"".join(_line(unwrapped, source) for _ in range(skip_lines)) if skip_lines else b""
            rest = _after(rest, skip_lines)
            line = skip_lines + 1
            piece = unwrapped.read(size)
            while rest or piece:
                following = unwrapped.read(size)  # the last line may lack its end, so know which piece is the last
                text = rest + piece
                cut = text.rfind(b"\n") + 1 if following else len(text)
                if cut:
                    yield Block(text[:cut], line, min(raw.tell() / source.size, 1.0) if following else 1.0)
                    line += text.count(b"\n", 0, cut)
                rest, piece = text[cut:], following
                _bounded(rest, source)
    except BROKEN as broken:
        raise damaged(source.path, broken) from broken


def _line(unwrapped: IO[bytes], source: Source) -> bytes:
    found = unwrapped.readline(MOST_LINE + 1)
    _bounded(found, source)
    return found


def _bounded(line: bytes, source: Source) -> None:
    """InputError for a line that is none: text of that length without an end."""
    if len(line) > MOST_LINE:
        raise InputError(
            f"{source.path} has a line that does not end",
            expected=f"lines of at most {MOST_LINE >> 20} MB",
            found="more without a line end",
            remedy="see whether it is what its name says",
        )


def _after(text: bytes, lines: int) -> bytes:
    """What follows the first `lines` line ends."""
    place = 0
    for _ in range(lines):
        place = text.find(b"\n", place) + 1
        if place == 0:
            return b""
    return text[place:]
