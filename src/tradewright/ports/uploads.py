"""A place where bytes that came over the network lie as a file for as long as somebody reads them."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol


class Uploads(Protocol):
    """Files that nobody keeps."""

    def held(self, name: str, content: bytes) -> AbstractContextManager[Path]:
        """The bytes as a file whose name ends like `name`, gone when the context ends. StorageError where it fails."""
        ...
