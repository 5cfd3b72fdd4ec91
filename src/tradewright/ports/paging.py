"""A page of a long list: some of it, and where the rest begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

Item = TypeVar("Item")
MOST: Final = 1_000
"""Items of one page at most."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Items in the order of the list; `cursor` is what the next page is asked with, empty after the last one."""

    items: Sequence[Item]
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """Which page is wanted: at most `limit` items (1 to `MOST`) after `cursor`; empty: from the beginning."""

    limit: int = 100
    cursor: str = ""
