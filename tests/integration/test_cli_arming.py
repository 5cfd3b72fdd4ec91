"""Arming a live account from the shell: typed by a person or by options, kept, shown, taken back."""

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest
from tests.integration.cli_tools import COMMAND, asked, run

LIVE = '[trading]\nmode = "live"\nbroker = "binance"\n'
ARM = ("risk", "arm", "--account", "main", "--who", "Ada Lovelace", "--confirm", "main")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tradewright.toml").write_text(LIVE, encoding="utf-8")
    return tmp_path


def account(folder: Path) -> Path:
    return folder / ".tradewright" / "live" / "accounts" / "main"


def test_an_armed_account_is_shown_and_one_lock_less_is_shut(folder: Path) -> None:
    start = ("trade", "start", "moving_average", "--symbols", "A", "--from", "2015", "--account", "main")
    assert "nobody has armed the account" in run(*start, folder=folder).stderr
    done = run(*ARM, "--hours", "4", folder=folder)
    assert done.returncode == 0, done.stderr
    assert "Account main is armed by Ada Lovelace until" in done.stdout
    assert "Trading can lose everything." in done.stderr
    assert (account(folder) / "arm.json").stat().st_mode & 0o777 == 0o600
    refused = run(*start, folder=folder)
    assert refused.returncode == 2
    assert "armed" not in refused.stderr.replace("an arming of today", "")
    assert "no live broker" in refused.stderr
    shown = asked("risk", "state", "--account", "main", folder=folder)["arming"]
    assert (shown["is_armed"], shown["until_ns"] - shown["armed_ns"]) == (True, 4 * 3_600 * 10**9)
    assert "armed by Ada Lovelace" in run("risk", "state", "--account", "main", folder=folder).stdout
    gone = asked("risk", "disarm", "--account", "main", "--who", "Bob", folder=folder)
    assert not gone["is_armed"]
    assert [one["what"] for one in gone["history"]] == ["armed", "disarmed"]
    assert "nobody has armed the account" in run(*start, folder=folder).stderr


def test_an_arming_in_json_is_one_object_with_the_disclaimer(folder: Path) -> None:
    view = asked(*ARM, folder=folder)
    assert view["is_armed"]
    assert "You can lose all the money you put in" in view["disclaimer"]


WRONG = (
    (("risk", "arm"), "--who NAME"),
    (("risk", "arm", "--who", "Ada"), "--account"),
    (("risk", "arm", "--account", "main", "--who", "Ada"), "--confirm"),
    ((*ARM[:-1], "mian"), "its name typed: main, found mian"),
    ((*ARM, "--hours", "25"), "24 at most"),
    ((*ARM, "--hours", "long"), "--hours cannot be used"),
    (("risk", "disarm"), "no account (none)"),
    (("risk", "disarm", "--account", "main"), "no account main"),
)


@pytest.mark.parametrize(("wish", "told"), WRONG, ids=[" ".join(wish) for wish, _ in WRONG])
def test_what_is_not_said_whole_arms_nothing(folder: Path, wish: tuple[str, ...], told: str) -> None:
    done = run(*wish, folder=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert not account(folder).exists()


def test_a_paper_account_is_not_armed(tmp_path: Path) -> None:
    done = run(*ARM, folder=tmp_path)
    assert done.returncode == 2
    assert "account main is a paper account, and needs no arming" in done.stderr
    assert not (tmp_path / ".tradewright").exists()


@pytest.mark.parametrize(("typed", "code"), [("main", 0), ("mian", 2)])
def test_a_person_on_a_terminal_reads_the_disclaimer_and_types(folder: Path, typed: str, code: int) -> None:
    ours, theirs = pty.openpty()
    plain = {name: value for name, value in os.environ.items() if not name.startswith("TRADEWRIGHT")}
    program = subprocess.Popen(
        [*COMMAND, "risk", "arm"], cwd=folder, env=plain, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    os.close(theirs)
    os.write(ours, f"main\nAda\n{typed}\n".encode("ascii"))
    out, err = program.communicate(timeout=60)
    os.close(ours)
    assert program.returncode == code, err
    assert "Trading can lose everything." in err
    assert "Type the account's name (main) to arm it for 8 hours" in out
    assert ("armed by Ada" in out) is (code == 0)
    assert (account(folder) / "arm.json").exists() is (code == 0)
    if code == 0:
        assert json.loads((account(folder) / "arm.json").read_text())["typed"] == "main"
