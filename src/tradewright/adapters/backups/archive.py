"""Archives as tar files: the files, then `manifest.json` with the SHA-256 of each.

This file decides that an archive is believed only as a whole, and that its names lead nowhere but into the folder that
it is unpacked to. It is not compressed: most of what is in it is already.
"""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import IO, Final

from tradewright.domain.errors import Conflict, InputError, StorageError, way_out
from tradewright.ports.backups import Archived, ArchiveFile, Piece, Told

MANIFEST: Final = "manifest.json"
FORMAT: Final = 1
ENDING: Final = ".tar"
_WRITING: Final = ".writing"
_CHUNK: Final = 1 << 20
_LARGEST_MANIFEST: Final = 1 << 28


class TarArchives:
    """`Archives` as tar files."""

    def write(self, path: Path, pieces: Iterable[Piece], *, about: Callable[[], Mapping[str, object]]) -> Archived:
        """Beside its name first; a failure leaves nothing."""
        if path.exists():
            raise Conflict(f"{path} is there already", remedy="choose another name, or remove it first")
        beside = path.with_name(path.name + _WRITING)
        try:
            with _told("written", path):
                path.parent.mkdir(parents=True, exist_ok=True)
                files = self._written(beside, pieces, about)
                beside.replace(path)
                _sync(path.parent)
        finally:
            with suppress(OSError):
                beside.unlink()
        return Archived(path, path.stat().st_size, files, about())

    def unpack(self, path: Path, into: Path, *, told: Told) -> Archived:
        """File by file; the manifest at the end is compared with what was found."""
        found: dict[str, tuple[int, str]] = {}
        manifest: dict[str, object] | None = None
        with _told("read", path), path.open("rb") as raw, tarfile.open(fileobj=raw, mode="r:") as archive:
            for member in archive:
                name = _checked(path, member)
                content = archive.extractfile(member)
                assert content is not None, "a regular file has content"
                if name == MANIFEST:
                    manifest = _manifest(path, content.read(_LARGEST_MANIFEST))
                    continue
                found[name] = _unpacked(content, into / name, member=member, told=told)
        about = _compared(path, manifest, found)
        return Archived(path, path.stat().st_size, len(found), about)

    def list(self, folder: Path) -> Sequence[ArchiveFile]:
        """By their names, which begin with the moment."""
        with _told("read", folder):
            found = sorted(folder.glob(f"*{ENDING}"), reverse=True) if folder.is_dir() else []
            return [ArchiveFile(path, path.stat().st_size) for path in found]

    def remove(self, path: Path) -> None:
        """The file."""
        with _told("removed", path):
            path.unlink(missing_ok=True)

    def _written(self, path: Path, pieces: Iterable[Piece], about: Callable[[], Mapping[str, object]]) -> int:
        digests: dict[str, dict[str, object]] = {}
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as raw:
            with tarfile.open(fileobj=raw, mode="w:", format=tarfile.PAX_FORMAT) as archive:
                for piece in pieces:
                    content = _Reading(piece)
                    archive.addfile(_member(piece.name, piece.size), content)
                    digests[piece.name] = {"bytes": piece.size, "sha256": content.digest}
                told = {"format": FORMAT, "about": about(), "files": digests}
                text = json.dumps(told, indent=1, ensure_ascii=True).encode()
                archive.addfile(_member(MANIFEST, len(text)), io.BytesIO(text))
            raw.flush()
            os.fsync(raw.fileno())
        return len(digests)


class _Reading(io.RawIOBase):
    """The chunks of a piece as a file to be read once, with the digest of what was read."""

    def __init__(self, piece: Piece) -> None:
        super().__init__()
        self._chunks = piece.chunks()
        self._rest = b""
        self._hash = hashlib.sha256()

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while len(self._rest) < size:
            chunk = next(self._chunks, None)
            if chunk is None:
                break
            self._rest += chunk
        found, self._rest = self._rest[:size], self._rest[size:]
        self._hash.update(found)
        return found


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member


def _checked(path: Path, member: tarfile.TarInfo) -> str:
    """The name of a member; StorageError where it leads elsewhere or is no file."""
    parts = PurePosixPath(member.name).parts
    if not member.isreg() or member.name.startswith("/") or ".." in parts or "\\" in member.name or not parts:
        raise _damaged(path, expected="files with names of their own", found=repr(member.name[:80]))
    return "/".join(parts)


def _manifest(path: Path, text: bytes) -> dict[str, object]:
    try:
        found = json.loads(text)
    except ValueError as problem:
        raise _damaged(path, expected="a manifest", found=str(problem)) from problem
    if not isinstance(found, dict) or not isinstance(found.get("format"), int):
        raise _damaged(path, expected="a manifest", found="something else")
    if found["format"] > FORMAT:
        raise StorageError(
            f"{path} was written by a newer version of this program",
            expected=f"format {FORMAT}",
            found=f"format {found['format']}",
            remedy="restore it with that version",
        )
    return found


def _unpacked(content: IO[bytes], place: Path, *, member: tarfile.TarInfo, told: Told) -> tuple[int, str]:
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
            file.write(chunk)
            told(len(chunk))
        file.flush()
        os.fsync(file.fileno())
    return member.size, digest.hexdigest()


def _compared(path: Path, manifest: dict[str, object] | None, found: dict[str, tuple[int, str]]) -> dict[str, object]:
    """What the manifest says of the whole; StorageError where anything differs from it."""
    if manifest is None:
        raise _damaged(path, expected="a manifest at its end", found="none: it was cut off")
    files, about = manifest.get("files"), manifest.get("about")
    if not isinstance(files, dict) or not isinstance(about, dict):
        raise _damaged(path, expected="a manifest of files", found="something else")
    written = {str(name): (one.get("bytes"), one.get("sha256")) for name, one in files.items() if isinstance(one, dict)}
    differing = sorted(name for name in written.keys() | found.keys() if written.get(name) != found.get(name))
    if differing:
        raise _damaged(path, expected="every file as it was written", found=f"another {', '.join(differing[:3])}")
    return about


def _damaged(path: Path, *, expected: str, found: str) -> StorageError:
    return StorageError(
        f"{path} is no whole backup", expected=expected, found=found, remedy="nothing was changed; use another backup"
    )


@contextmanager
def _told(doing: str, path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as missing:
        if doing == "read" and missing.filename == str(path):
            raise InputError(f"there is no backup {path}", remedy="`tradewright db status` lists them") from missing
        raise _failed(doing, path, missing) from missing
    except tarfile.TarError as problem:
        raise _damaged(path, expected="a tar file", found=str(problem)) from problem
    except OSError as problem:
        raise _failed(doing, path, problem) from problem


def _failed(doing: str, path: Path, problem: OSError) -> StorageError:
    return StorageError(
        f"the backup {path} cannot be {doing}", found=problem.strerror or str(problem), remedy=way_out(problem)
    )


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
