"""Where trading lies on the disk: paper and live each in a folder of their own, with sessions and accounts in it."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tradewright.lazy import load

if TYPE_CHECKING:
    from tradewright.adapters.disk.disk import RealDisk
    from tradewright.adapters.sessions.accounts import AccountFolders
    from tradewright.adapters.sessions.folders import SessionFolders
    from tradewright.ports.clock import Clock
    from tradewright.ports.sessions import KeptSession

MODES: Final = ("paper", "live")
JOURNAL: Final = "journal"
LOG: Final = "trader.log"


@dataclass(frozen=True, slots=True)
class ModeFolders:
    """The folder of one mode below the state folder; nothing in it knows of the other mode."""

    state_folder: Path
    mode: str

    @property
    def root(self) -> Path:
        """`.tradewright/paper` or `.tradewright/live`."""
        return self.state_folder / self.mode

    @property
    def tables(self) -> Path:
        """The SQLite file with the tables of this mode."""
        return self.root / "tables.sqlite"

    def sessions(self, clock: "Clock") -> "SessionFolders":
        """Every session of the mode."""
        folder = self.root / "sessions"
        made: SessionFolders = load("tradewright.adapters.sessions.folders").SessionFolders(
            folder, _disk(folder), clock
        )
        return made

    def accounts(self) -> "AccountFolders":
        """Every account of the mode."""
        folder = self.root / "accounts"
        made: AccountFolders = load("tradewright.adapters.sessions.accounts").AccountFolders(folder, _disk(folder))
        return made


def journal_of(kept: "KeptSession") -> "RealDisk":
    """Where the journal of a session lies."""
    return _disk(kept.folder / JOURNAL)


def session_disk(kept: "KeptSession") -> "RealDisk":
    """The folder of a session: snapshots, recording, heart-beat."""
    return _disk(kept.folder)


def _disk(folder: Path) -> "RealDisk":
    made: RealDisk = load("tradewright.adapters.disk.disk").RealDisk(folder)
    return made
