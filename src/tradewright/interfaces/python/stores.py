"""The store of a project as a notebook meets it: which folder, and how data gets in where there is none."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tradewright.domain.errors import InputError, UnknownInstrument

BRING_DATA = "`tradewright demo` or tw.import_data(FILE) brings data in"


@contextmanager
def bringing_data() -> Iterator[None]:
    """An unknown instrument that is like no other says how to bring data in."""
    try:
        yield
    except UnknownInstrument as unknown:
        if unknown.near:
            raise
        raise UnknownInstrument(unknown.name, remedy=f"{unknown.remedy}; {BRING_DATA}") from None


def folder_of(project: str | Path | None) -> Path | None:
    """The project folder that a person names; InputError when there is no such folder."""
    if project is None:
        return None
    folder = Path(project).expanduser()
    if not folder.is_dir():
        raise InputError("there is no such project folder", expected="a folder", found=str(project))
    return folder
