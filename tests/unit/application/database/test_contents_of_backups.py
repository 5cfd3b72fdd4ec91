"""What is in a backup, and in which order: whatever is named by something else is copied after it."""

from pathlib import Path

import pytest
from tests.unit.application.trading.trading_samples import kept_in, written

from tradewright.adapters.backups.folder import FolderFiles
from tradewright.adapters.system.randomness import SeededRandomness
from tradewright.application.database.contents import is_left, pieces, stays
from tradewright.domain.errors import StorageError
from tradewright.ports.backups import Piece

FILES = (
    "store/bars/_delta_log/00000000000000000000.json",
    "store/bars/_delta_log/_last_checkpoint",
    "store/bars/year=2020/part-0.parquet",
    "runs/r1/run.json",
    "paper/accounts/demo/venue/account.log",
    "paper/limits/limits.head",
    "paper/limits/limits.trail",
    "paper/sessions/a/ended.json",
    "paper/sessions/a/recording",
    "live/accounts/main/arm.json",
)
LEFT = (
    "backups/old.tar",
    ".restore-abc/state/x",
    ".replaced-abc/x",
    "paper/tables.sqlite",
    "paper/tables.sqlite-wal",
    "paper/sessions/a/snapshot-000000000007.json",
    "paper/sessions/a/running",
    "paper/accounts/demo/hold",
    "paper/sessions/a/journal/segment-00000002.journal.new",
    "runs/r1.writing",
)


class Losing(FolderFiles):
    """A folder in which some files vanish between a look and the next."""

    gone: frozenset[str] = frozenset()

    def piece(self, name: str, *, limit: int | None = None) -> Piece | None:
        return None if name in self.gone else super().piece(name, limit=limit)


@pytest.fixture
def folder(tmp_path: Path) -> FolderFiles:
    for name in (*FILES, *LEFT):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="ascii")
    (tmp_path / "paper" / "sessions" / "a" / "link").symlink_to("/etc/passwd")
    kept = kept_in(tmp_path / "paper" / "sessions")
    written(kept)
    return FolderFiles(tmp_path, SeededRandomness(1))


def test_everything_is_in_it_but_what_is_made_anew(folder: FolderFiles) -> None:
    vanished: list[str] = []
    names = [piece.name for piece in pieces(folder, but=frozenset({"runs/r1/run.json"}), vanished=vanished)]
    of_a_session = {name for name in names if "20261120" in name}
    assert set(names) - of_a_session == {*FILES} - {"runs/r1/run.json"}
    assert {name.rpartition("/")[2] for name in of_a_session} == {"terms.json", "anchor", "segment-00000001.journal"}
    assert len(names) == len(set(names)) and not vanished
    assert all(is_left(name) for name in LEFT) and not any(is_left(name) for name in FILES)


def test_what_is_named_by_something_else_comes_after_it(folder: FolderFiles) -> None:
    names = [piece.name for piece in pieces(folder, but=frozenset(), vanished=[])]
    journal = next(name for name in names if name.endswith("/anchor"))
    order = (
        "store/bars/_delta_log/_last_checkpoint",
        "store/bars/_delta_log/00000000000000000000.json",
        "paper/sessions/a/ended.json",
        journal,
        "paper/sessions/a/recording",
        "paper/accounts/demo/venue/account.log",
    )
    places = [names.index(name) for name in order]
    assert places == sorted(places)
    assert names.index(order[1]) < names.index("store/bars/year=2020/part-0.parquet")


def test_a_file_that_vanished_is_told_but_a_log_of_bars_is_needed(folder: FolderFiles) -> None:
    losing = Losing(folder.root, folder.randomness)
    vanished: list[str] = []
    object.__setattr__(Losing, "gone", frozenset()) if False else None
    type.__setattr__(Losing, "gone", frozenset({"runs/r1/run.json"}))
    names = [piece.name for piece in pieces(losing, but=frozenset(), vanished=vanished)]
    assert vanished == ["runs/r1/run.json"] and "runs/r1/run.json" not in names
    type.__setattr__(Losing, "gone", frozenset({FILES[0]}))
    with pytest.raises(StorageError, match="removed while it was copied; try again"):
        list(pieces(losing, but=frozenset(), vanished=[]))


def test_the_content_is_of_one_moment(folder: FolderFiles) -> None:
    path = folder.root / "runs" / "r1" / "run.json"
    piece = folder.piece("runs/r1/run.json")
    assert piece is not None
    with path.open("a", encoding="ascii") as file:
        file.write(" and more")
    assert b"".join(piece.chunks()) == b"runs/r1/run.json"
    path.write_text("less", encoding="ascii")
    with pytest.raises(StorageError, match="became shorter"):
        list(piece.chunks())


def test_backups_themselves_stay_when_one_is_restored() -> None:
    assert all(stays(name) for name in ("backups", ".restore-abc", ".replaced-abc", ".backup-abc"))
    assert not any(stays(name) for name in ("store", "paper", "runs", ".hidden"))
