"""Uploads in a temporary folder that only this user can read; no name that came with them becomes a path."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tradewright.domain.errors import StorageError, way_out

_ENDING: Final = re.compile(r"(\.[A-Za-z0-9]{1,12}){1,2}$")


class TemporaryUploads:
    """Implements the port."""

    @contextmanager
    def held(self, name: str, content: bytes) -> Iterator[Path]:
        """`upload` with the ending of the name."""
        ending = _ENDING.search(name)
        with TemporaryDirectory(prefix="tradewright-upload-") as folder:
            path = Path(folder) / f"upload{ending[0] if ending else ''}"
            try:
                path.write_bytes(content)
            except OSError as problem:
                raise StorageError(
                    "the upload cannot be kept while it is read",
                    found=problem.strerror or str(problem),
                    remedy=way_out(problem),
                ) from problem
            yield path
