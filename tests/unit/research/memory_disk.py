"""A disk in memory: nothing is lost, nothing fails."""

from collections.abc import Sequence

from tradewright.domain.errors import StorageError


class MemoryFile:
    def __init__(self, files: dict[str, bytearray], path: str) -> None:
        self._files, self._path = files, path

    @property
    def _content(self) -> bytearray:
        return self._files[self._path]

    def read(self, offset: int, count: int) -> bytes:
        return bytes(self._content[offset : offset + count])

    def write(self, offset: int, content: bytes) -> None:
        missing = offset + len(content) - len(self._content)
        self._content.extend(bytes(max(0, missing)))
        self._content[offset : offset + len(content)] = content

    def preallocate(self, length: int) -> None:
        self._content.extend(bytes(max(0, length - len(self._content))))

    def truncate(self, length: int) -> None:
        del self._content[length:]

    def length(self) -> int:
        return len(self._content)

    def sync(self) -> None:
        pass

    def is_in_place(self) -> bool:
        return True

    def close(self) -> None:
        pass


class MemoryHold:
    def is_in_place(self) -> bool:
        return True

    def release(self) -> None:
        pass


class MemoryDisk:
    def __init__(self) -> None:
        self.files: dict[str, bytearray] = {}

    def open(self, path: str, *, create: bool = False) -> MemoryFile:
        if path not in self.files:
            if not create:
                raise StorageError(f"there is no file {path}")
            self.files[path] = bytearray()
        return MemoryFile(self.files, path)

    def read(self, path: str) -> bytes:
        if path not in self.files:
            raise StorageError(f"there is no file {path}")
        return bytes(self.files[path])

    def replace(self, path: str, content: bytes) -> None:
        self.files[path] = bytearray(content)

    def rename(self, path: str, target: str) -> None:
        self.files[target] = self.files.pop(path)

    def remove(self, path: str) -> None:
        self.files.pop(path, None)

    def exists(self, path: str) -> bool:
        return path in self.files

    def list(self, path: str = "") -> Sequence[str]:
        start = f"{path}/" if path else ""
        return sorted(name.removeprefix(start) for name in self.files if name.startswith(start))

    def sync_folder(self, path: str = "") -> None:
        pass

    def hold(self, path: str) -> MemoryHold:
        return MemoryHold()

    def free_bytes(self) -> int:
        return 1 << 40
