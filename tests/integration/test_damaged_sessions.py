"""One damaged file of a session: it is shown with what is wrong and what to do; other sessions are as before."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.integration.cli_tools import asked, run
from tests.integration.trading_tools import QUICK, project


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with project(tmp_path_factory.mktemp("damaged")) as made:
        for account in ("sound", "broken"):
            asked("trade", "start", "moving_average", *QUICK, "--to", "2015-04-30", "--account", account, folder=made)
        yield made


@pytest.fixture(scope="module")
def names(folder: Path) -> dict[str, str]:
    """Sessions by their account."""
    return {one["account"]: one["session"] for one in asked("trade", "list", folder=folder)["sessions"]}


@contextmanager
def damaged(folder: Path, session: str, file: str, content: bytes = b'{"garb') -> Iterator[None]:
    """A file of a session with other content for a while."""
    path = folder / ".tradewright" / "paper" / "sessions" / session / file
    before = path.read_bytes()
    path.write_bytes(content)
    try:
        yield
    finally:
        path.write_bytes(before)


@pytest.mark.slow
def test_terms_that_cannot_be_read_do_not_hide_a_session(folder: Path, names: dict[str, str]) -> None:
    broken, sound = names["broken"], names["sound"]
    with damaged(folder, broken, "terms.json"):
        found = {one["session"]: one for one in asked("trade", "list", folder=folder)["sessions"]}
        assert found[sound]["life"] == "stopped"
        assert found[broken]["life"] == "damaged"
        assert "terms.json cannot be read" in found[broken]["end"]
        assert "bring" in found[broken]["end"]
        assert not asked("trade", "list", "--running", folder=folder)["sessions"]
        shown = run("trade", "list", folder=folder)
        assert shown.returncode == 0
        assert broken in shown.stdout and "damaged" in shown.stdout and "terms.json" in shown.stdout
        assert asked("trade", "show", sound, folder=folder)["line"]["life"] == "stopped"
        assert asked("trade", "show", folder=folder)["line"]["session"] == sound
        rebuilt = asked("trade", "journal", "--rebuild", folder=folder)
        assert rebuilt["sessions"] == [sound]
        assert broken in rebuilt["problems"][0]
    assert asked("trade", "show", broken, folder=folder)["line"]["life"] == "stopped"


ASKING: tuple[Callable[[str], tuple[str, ...]], ...] = (
    lambda session: ("show", session),
    lambda session: ("orders", "--session", session),
    lambda session: ("journal", "--session", session),
    lambda session: ("stop", session),
    lambda session: ("parity", session),
    lambda session: ("start", "--resume", session),
)


@pytest.mark.parametrize("asking", ASKING, ids=[one("ID")[0] for one in ASKING])
def test_whoever_asks_a_session_without_terms_is_told_the_file_and_what_to_do(
    folder: Path, names: dict[str, str], asking: Callable[[str], tuple[str, ...]]
) -> None:
    broken = names["broken"]
    with damaged(folder, broken, "terms.json"):
        done = run("trade", *asking(broken), folder=folder)
        assert (done.returncode, done.stdout) == (1, "")
        assert f"session {broken} is damaged: terms.json cannot be read" in done.stderr
        assert "from a copy" in done.stderr
        told = json.loads(run("trade", *asking(broken), "--json", folder=folder).stdout)["error"]
        assert told["code"] == "storage_error"
        assert "terms.json" in told["hint"]


def test_an_end_that_cannot_be_read_is_no_crash_and_the_books_are_still_there(
    folder: Path, names: dict[str, str]
) -> None:
    broken = names["broken"]
    with damaged(folder, broken, "ended.json"):
        found = {one["session"]: one for one in asked("trade", "list", folder=folder)["sessions"]}
        assert found[broken]["life"] == "damaged"
        assert "ended.json cannot be read" in found[broken]["end"]
        assert asked("trade", "show", broken, folder=folder)["end"].startswith("feed: the history is over")
        done = run("trade", "start", "--resume", folder=folder)  # nobody asked for that one by its name
        assert done.returncode == 2
        assert "no session has crashed" in done.stderr


@pytest.mark.parametrize("command", ["show", "orders --session", "journal --session", "positions --session"])
def test_a_damaged_journal_is_told_with_its_session(folder: Path, names: dict[str, str], command: str) -> None:
    broken = names["broken"]
    with damaged(folder, broken, "journal/anchor", b"\xff" * 8192):
        done = run("trade", *command.split(), broken, folder=folder)
        assert done.returncode == 1
        assert f"the journal of session {broken} cannot be used: anchor" in done.stderr
        assert asked("trade", "show", names["sound"], folder=folder)["line"]["life"] == "stopped"
        assert len(asked("trade", "list", folder=folder)["sessions"]) == 2
