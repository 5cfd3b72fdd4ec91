"""A file as bytes, whatever it is wrapped in: plain, gzip or zip.

Decides what a file is from its first bytes (its name may lie) and says clearly what is wrong with one without rows.
"""

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from tradewright.domain.errors import InputError
from tradewright.ports.files import FileFormat

GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"
PEEK_BYTES = 1 << 18
MOST_UNPACKED = 64 << 20
MOST_RATIO = 100
"""Prices pack to a fifth or a tenth."""
_CONTROLS = bytes(byte for byte in range(32) if byte < 9 or byte > 13)
_BINARY = {
    b"\x89PNG": "a PNG image",
    b"%PDF": "a PDF document",
    b"\xff\xd8\xff": "a JPEG image",
    b"\x7fELF": "a program",
}
_READABLE = "CSV, JSON, Parquet or Arrow (Feather), also inside gzip or zip"
BROKEN = (OSError, EOFError, zlib.error, zipfile.BadZipFile)
"""What reading a damaged file raises."""


@dataclass(frozen=True, slots=True)
class Source:
    """A readable file: where it is, how it is wrapped, what its first bytes say."""

    path: Path
    wrapping: str
    """`plain`, `gzip` or `zip`."""
    member: str | None
    size: int
    """Bytes on disk, wrapped."""
    peek: bytes
    """The first unwrapped bytes."""
    format: FileFormat

    @contextmanager
    def stream(self) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
        """The unwrapped bytes, and the file on disk whose position tells how far we are."""
        with self.path.open("rb") as raw:
            if self.wrapping == "gzip":
                with gzip.GzipFile(fileobj=raw) as unwrapped:
                    yield cast("IO[bytes]", unwrapped), raw
            elif self.wrapping == "zip" and self.member is not None:
                with zipfile.ZipFile(raw) as archive, archive.open(self.member) as unwrapped:
                    yield unwrapped, raw
            else:
                yield raw, raw

    def everything(self) -> bytes:
        """All unwrapped bytes at once; InputError for what is packed so small that it can only be meant to fill us."""
        most = max(MOST_UNPACKED, self.size * MOST_RATIO)
        try:
            with self.stream() as (unwrapped, _):
                found = unwrapped.read(most + 1)
        except BROKEN as broken:
            raise damaged(self.path, broken) from broken
        if len(found) > most:
            raise InputError(
                f"{self.path} unpacks to more than is believed",
                expected=f"at most {most >> 20} MB",
                found=f"{self.size:,} bytes packed",
                remedy="unpack it first, if it is what it should be",
            )
        return found


def damaged(path: Path, cause: BaseException) -> InputError:
    """The error of a file that breaks off or does not unwrap."""
    return InputError(
        f"{path} is damaged", found=str(cause) or type(cause).__name__, remedy="fetch it again; nothing was imported"
    )


def locate(path: str, member: str | None = None) -> Source:
    """Find a file and look at its first bytes; an InputError says what it is when it holds no rows."""
    place = Path(path).expanduser()
    if not place.exists():
        raise InputError(f"there is no file {path}", remedy=_near(place))
    if place.is_dir():
        held = sorted(child.name for child in place.iterdir())[:5]
        raise InputError(
            f"{path} is a folder",
            expected="a file",
            found=f"a folder with {', '.join(held) or 'nothing'}",
            remedy="name one of its files",
        )
    size = place.stat().st_size
    if size == 0:
        raise InputError(f"{path} is empty", expected="rows of market data", found="0 bytes")
    try:
        wrapping, inside, peek = _unwrap(place, member)
    except BROKEN as broken:
        raise damaged(place, broken) from broken
    if not peek.strip():
        raise InputError(f"{path} is empty", expected="rows of market data", found="nothing but blanks")
    return Source(place, wrapping, inside, size, peek, _format(path, peek))


def _unwrap(place: Path, member: str | None) -> tuple[str, str | None, bytes]:
    with place.open("rb") as raw:
        start = raw.read(4)
    if start.startswith(GZIP) and member is None:
        with gzip.open(place) as unwrapped:
            return "gzip", None, unwrapped.read(PEEK_BYTES)
    if start == ZIP:
        with zipfile.ZipFile(place) as archive:
            inside = _member(str(place), archive, member)
            with archive.open(inside) as unwrapped:
                return "zip", inside, unwrapped.read(PEEK_BYTES)
    if member is not None:
        raise InputError(f"{place} holds no {member}", expected="a zip archive", found="a single file")
    with place.open("rb") as raw:
        return "plain", None, raw.read(PEEK_BYTES)


def _member(path: str, archive: zipfile.ZipFile, asked: str | None) -> str:
    names = [name for name in archive.namelist() if not name.endswith("/")]
    if asked is not None:
        if asked not in names:
            raise InputError(f"{path} holds no {asked}", found=", ".join(names[:5]))
        return asked
    if len(names) != 1:
        raise InputError(
            f"{path} holds {len(names)} files",
            expected="one file",
            found=", ".join(names[:5]) or "none",
            remedy="say which one with member=..." if names else "",
        )
    return names[0]


def _format(path: str, peek: bytes) -> FileFormat:
    if peek.startswith(b"PAR1"):
        return FileFormat.PARQUET
    if peek.startswith((b"ARROW1", b"\xff\xff\xff\xff")):
        return FileFormat.ARROW
    if peek.startswith(b"FEA1"):
        raise InputError(
            f"{path} is Feather version 1", expected=_READABLE, remedy="write it again as Feather version 2"
        )
    for magic, kind in _BINARY.items():
        if peek.startswith(magic):
            raise InputError(f"{path} holds no table", expected=_READABLE, found=kind)
    if peek.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"{path} cannot be read", expected="text in UTF-8", found="UTF-16", remedy="save it as UTF-8")
    if b"\x00" in peek[:8192] or _mostly_unprintable(peek[:8192]):
        raise InputError(f"{path} holds no table", expected=_READABLE, found="binary data of an unknown kind")
    return _text_format(peek)


def _text_format(peek: bytes) -> FileFormat:
    text = peek.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:1] in {b"{", b"["}:
        return FileFormat.MESSAGES if b'"topic"' in text[:200] and b'"data"' in text[:2000] else FileFormat.JSON
    stamp, _, rest = text[:64].partition(b" ")
    if stamp.isdigit() and len(stamp) == 19 and rest[:1] == b"{":
        return FileFormat.MESSAGES
    return FileFormat.DELIMITED


def _mostly_unprintable(peek: bytes) -> bool:
    controls = len(peek) - len(peek.translate(None, _CONTROLS))
    return controls > len(peek) // 50


def _near(place: Path) -> str:
    folder = place.parent
    if not folder.is_dir():
        return f"there is no folder {folder} either"
    alike = sorted(child.name for child in folder.iterdir() if child.stem.lower()[:4] == place.stem.lower()[:4])[:3]
    return f"{folder} holds {', '.join(alike)}" if alike else "check the path"


def as_text(peek: bytes) -> io.StringIO:
    """The first bytes as text, without a byte-order mark and without the last line, which may be cut."""
    text = peek.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="replace")
    if len(peek) >= PEEK_BYTES and "\n" in text:
        text = text[: text.rindex("\n") + 1]
    return io.StringIO(text, newline="")
