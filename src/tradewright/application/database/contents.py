"""What belongs into a backup, in which order it is copied, and where in the archive it lies.

This file decides the order, because everything goes on meanwhile: whatever is named by something else is copied after
it. So the database comes first (it names runs and sessions), a session's journal before its account (whose book of
record may be ahead of the journal, and never behind), and the log of a table of bars before the files it names. A
journal is copied up to its anchor: what lies behind was promised to nobody.
"""

import re
from collections.abc import Iterator
from typing import Final

from tradewright.domain.errors import StorageError
from tradewright.engine.runtime.journal.anchor import ANCHOR, Anchor, anchor_content, anchor_in
from tradewright.engine.runtime.journal.segment import numbers
from tradewright.ports.backups import BackedFolder, Piece

STATE: Final = "state"
DATABASE: Final = "database"
PROJECT: Final = "project"
SETTINGS: Final = "tradewright.toml"
BACKUPS: Final = "backups"
CHECKPOINT: Final = "_last_checkpoint"
LOG: Final = "/_delta_log/"
LIMITS: Final = re.compile(r"(.*/)?limits\.(head|trail)")
_LOOKS: Final = 10
_LEFT: Final = re.compile(
    r"backups/.*|\.(restore|replaced|backup)-.*"  # backups, and what they need themselves
    r"|(.*/)?tables\.sqlite(-.*)?"  # made anew from the journals
    r"|(.*/)?snapshot-\d+\.json"  # so are these, when a session starts
    r"|logs/.*"  # what processes said
    r"|.*\.(writing|new|tmp)"  # not finished
    r"|(.*/)?(running|hold|lock|[a-z]+\.lock)"  # locks of processes of now
)


def is_left(name: str) -> bool:
    """A file of the state folder that no backup has."""
    return _LEFT.fullmatch(name) is not None


def stays(name: str) -> bool:
    """A top-level name of the state folder that a restored backup does not take the place of."""
    return name == BACKUPS or name.startswith((".restore-", ".replaced-", ".backup-"))


def pieces(folder: BackedFolder, *, but: frozenset[str], vanished: list[str]) -> Iterator[Piece]:
    """Every file of the state folder that belongs into a backup, in the order in which it is to be copied."""
    checkpoints = {name: folder.content(name) for name in folder.names() if name.endswith(LOG + CHECKPOINT)}
    first = sorted((name for name in folder.names() if LOG in name and name not in checkpoints), key=_rank)
    yield from (held(name, content) for name, content in checkpoints.items() if content is not None)
    yield from _each(folder, first, vanished, is_needed=True)
    rest = sorted((name for name in folder.names() if LOG not in name), key=_rank)
    chosen = [name for name in rest if name not in but and not is_left(name)]
    journals = {name.removesuffix(ANCHOR) for name in chosen if name.endswith(f"/journal/{ANCHOR}")}
    yield from _each(folder, [one for one in chosen if _rank(one)[0] == 0], vanished)
    for journal in sorted(journals):
        yield from journal_pieces(folder, journal)
    yield from limits_pieces(folder, [one for one in chosen if LIMITS.fullmatch(one)])
    others = [one for one in chosen if _rank(one)[0] > 0 and not LIMITS.fullmatch(one)]
    yield from _each(folder, [one for one in others if _journal_of(one) not in journals], vanished)


def journal_pieces(folder: BackedFolder, journal: str) -> Iterator[Piece]:
    """A journal as far as its anchor reaches; `journal` ends with a slash."""
    content = folder.content(journal + ANCHOR)
    if content is None:
        return
    anchor = anchor_in(content)[0]
    for number in numbers([name.removeprefix(journal) for name in folder.names(journal)]):
        name = f"{journal}segment-{number:08d}.journal"
        if number <= anchor.segment and (piece := folder.piece(name, limit=_limit(anchor, number))):
            yield piece
    yield held(journal + ANCHOR, anchor_content(anchor))


def limits_pieces(folder: BackedFolder, names: list[str]) -> Iterator[Piece]:
    """The trail of limits and its head, as they were while neither changed."""
    for _ in range(_LOOKS):
        found = {name: folder.content(name) for name in sorted(names)}
        if found == {name: folder.content(name) for name in sorted(names)}:
            yield from (held(name, content) for name, content in found.items() if content is not None)
            return
    raise StorageError("the limits change without end", remedy="try again")


def held(name: str, content: bytes) -> Piece:
    """A small file that was read already."""
    return Piece(name, len(content), lambda: iter([content] if content else []))


def _each(folder: BackedFolder, names: list[str], vanished: list[str], *, is_needed: bool = False) -> Iterator[Piece]:
    for name in names:
        piece = folder.piece(name)
        if piece is not None:
            yield piece
        elif is_needed:
            raise StorageError(f"{name} was removed while it was copied", remedy="try again")
        else:
            vanished.append(name)


def _rank(name: str) -> tuple[int, str]:
    """Ends and terms of sessions first: whoever has ended has its whole journal. Then the rest."""
    return (0 if name.endswith(("/ended.json", "/terms.json")) else 1 if "/accounts/" not in name else 2, name)


def _journal_of(name: str) -> str:
    folder, found, _ = name.rpartition("/journal/")
    return f"{folder}/journal/" if found else ""


def _limit(anchor: Anchor, number: int) -> int | None:
    return anchor.offset if number == anchor.segment else None
