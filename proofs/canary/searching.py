"""Looking for secrets in whatever was said and kept: in any spelling, also inside archives."""

import gzip
import json
import tarfile
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Final
from urllib.parse import quote, quote_plus

SHORTEST: Final = 12


def spellings(value: str) -> frozenset[bytes]:
    """A secret as it may have been written: plain, in an address, in JSON, in a header, as numbers, and its halves."""
    data = value.encode()
    half = len(value) // 2
    texts = {value, quote(value, safe=""), quote_plus(value), json.dumps(value)[1:-1], data.hex()}
    encoded = {one(data).rstrip(b"=").decode() for one in (b64encode, urlsafe_b64encode)}
    halves = {one for one in (value[:half], value[half:]) if len(one) >= SHORTEST}
    return frozenset(one.encode() for one in texts | encoded | halves)


@dataclass(slots=True)
class Search:
    """What was looked at, and where a secret was."""

    canaries: Mapping[str, str]
    outputs: int = 0
    size: int = 0
    hits: list[str] = field(default_factory=list)

    def look(self, where: str, data: bytes) -> None:
        """One output."""
        self.outputs += 1
        self.size += len(data)
        for place, value in self.canaries.items():
            if any(one in data for one in spellings(value)):
                self.hits.append(f"{place}: in {where}")

    def folder(self, folder: Path, *, but: frozenset[Path]) -> None:
        """Every file below, but those in which secrets were planted, and their copies in an archive."""
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink() and path not in but:
                inside = [(name, content) for name, content in unpacked(path) if Path(name).name not in _names(but)]
                if not inside:
                    self.look(str(path.relative_to(folder)), path.read_bytes())
                for name, content in inside:
                    self.look(f"{path.relative_to(folder)}: {name}", content)


def _names(paths: frozenset[Path]) -> frozenset[str]:
    return frozenset(one.name for one in paths)


def unpacked(path: Path) -> Iterator[tuple[str, bytes]]:
    """What is inside an archive, and inside those in it."""
    data = path.read_bytes()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
        yield "unpacked", data
    if path.suffix in {".tar", ".gz", ".tgz", ".twb"} or b"ustar" in data[257:265]:
        try:
            with tarfile.open(fileobj=BytesIO(data)) as archive:
                for member in archive.getmembers():
                    content = archive.extractfile(member) if member.isfile() else None
                    if content is not None:
                        yield member.name, content.read()
        except tarfile.ReadError:
            return
