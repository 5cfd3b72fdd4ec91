from decimal import Decimal
from pathlib import Path

import pytest

from tradewright.adapters.disk.disk import RealDisk
from tradewright.adapters.sessions.accounts import AccountFolders
from tradewright.domain.errors import InputError, StorageError
from tradewright.ports.kill import KillNote
from tradewright.ports.sessions import AccountOpening

KILL = KillNote("Ada", "looks wrong", 5)


@pytest.fixture
def accounts(tmp_path: Path) -> AccountFolders:
    return AccountFolders(tmp_path / "a", RealDisk(tmp_path / "a"))


def test_a_kill_holds_until_it_is_released_and_both_are_written_down(accounts: AccountFolders) -> None:
    assert accounts.killed("paper") is None
    accounts.kill("paper", KILL)
    accounts.kill("paper", KillNote("Bob", "me too", 6))
    assert accounts.killed("paper") == KILL
    released = KillNote("Cleo", "looked at it", 9)
    accounts.release("paper", released)
    assert accounts.killed("paper") is None
    assert list(accounts.kills("paper")) == [("killed", KILL), ("released", released)]
    assert list(accounts.names()) == ["paper"]


def test_a_kill_file_that_cannot_be_read_is_a_kill(accounts: AccountFolders) -> None:
    accounts.kill("paper", KILL)
    accounts.kill_file("paper").write_bytes(b"\xff")
    found = accounts.killed("paper")
    assert found is not None
    assert "cannot be read" in found.reason


def test_a_torn_line_of_the_history_spoils_no_other(accounts: AccountFolders) -> None:
    accounts.kill("paper", KILL)
    history = accounts.kill_file("paper").with_name("kills.jsonl")
    history.write_bytes(history.read_bytes() + b'{"what": "kil')
    accounts.release("paper", KILL)
    assert [what for what, _ in accounts.kills("paper")] == ["killed", "released"]


@pytest.mark.parametrize("name", ["", "..", "a/b", "A", "x" * 33, "-a"])
def test_an_account_is_named_by_what_can_be_a_folder(accounts: AccountFolders, name: str) -> None:
    with pytest.raises(InputError, match="cannot be an account"):
        accounts.kill_file(name)


def test_what_an_account_was_opened_with_stays(accounts: AccountFolders) -> None:
    assert accounts.opening("paper") is None
    opening = AccountOpening(cash=Decimal("100000.10"), currency="USD", costs="Commission(bps=1)")
    accounts.open("paper", opening)
    assert accounts.opening("paper") == opening
    assert accounts.folder("paper").stat().st_mode & 0o777 == 0o700
    (accounts.folder("paper") / "account.json").write_text("{")
    with pytest.raises(StorageError, match="bring it back"):
        accounts.opening("paper")
