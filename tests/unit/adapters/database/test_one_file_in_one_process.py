"""A process may open the database twice: what others write meanwhile stays, and so does what it writes itself."""

import subprocess
import sys
from pathlib import Path

from tradewright.adapters.database.opening import opened
from tradewright.adapters.database.place import file
from tradewright.adapters.database.symbols import DatabaseSymbols
from tradewright.ports.symbols import Watchlist

WRITER = """
import sys
from pathlib import Path
from tradewright.adapters.database.opening import opened
from tradewright.adapters.database.place import file
from tradewright.adapters.database.symbols import DatabaseSymbols
from tradewright.ports.symbols import Watchlist
database = opened(file(Path(sys.argv[1])))
lists = DatabaseSymbols(database)
if len(sys.argv) > 2:
    lists.keep_watchlist(Watchlist(name=sys.argv[2], instruments=(), created_ns=1, changed_ns=1), is_new=True)
print(" ".join(sorted(one.name for one in lists.watchlists())))
database.close()
"""


def elsewhere(path: Path, *names: str) -> str:
    """Lists as another process knows them, once it has added this one."""
    done = subprocess.run([sys.executable, "-c", WRITER, path, *names], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def listed(name: str) -> Watchlist:
    return Watchlist(name=name, instruments=(), created_ns=1, changed_ns=1)


def test_a_second_opening_leaves_the_locks_of_the_first(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    first = opened(file(path))
    lists = DatabaseSymbols(first)
    lists.keep_watchlist(listed("a"), is_new=True)
    second = opened(file(path))  # whoever opened and closed the file here would drop the locks that first holds
    second.close()
    assert elsewhere(path, "b") == "a b"  # the last one to leave would take the log away, were first not seen
    lists.keep_watchlist(listed("c"), is_new=True)
    assert elsewhere(path) == "a b c"
    first.close()
    assert elsewhere(path) == "a b c"
