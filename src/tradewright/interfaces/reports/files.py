"""Files that readers open are whole or absent: they are written beside their place and moved there at the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A place to write to; becomes `path` when the block ends well and vanishes when it does not.

    Folders are made where they are missing. A `path` that is a folder is an IsADirectoryError.
    """
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; a file name is expected here, such as {path / 'tear-sheet.html'}")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
