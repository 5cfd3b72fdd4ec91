"""Wrong wishes about trading: each answer says what is wrong and what to do, and nothing breaks."""

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.cli_tools import asked, run
from tests.integration.trading_tools import FIRST, project

START = f"trade start moving_average --symbols SPY --from {FIRST}"
WRONG = (
    ("trade start", "which strategy"),
    ("trade start nonsense --symbols SPY --from 2015", "is not known"),
    ("trade start ./none.py:X --symbols SPY --from 2015", "is not there"),
    ("trade start moving_average --from 2015", "nothing to trade"),
    ("trade start moving_average --symbols SPY", "first day"),
    ("trade start moving_average --symbols XYZ --from 2015", "XYZ is not known"),
    ("trade start moving_average --symbols SPY --from 2030", "no 1d bars"),
    ("trade start moving_average --symbols SPY --from 2016 --to 2015", "start that is not after"),
    ("trade start moving_average --symbols SPY --from never", "is no date"),
    (f"{START} --speed 0", "speed"),
    (f"{START} --speed -1", "speed"),
    (f"{START} --speed abc", "speed"),
    (f"{START} --feed live", "no such feed"),
    (f"{START} --account ../x", "cannot be an account"),
    (f"{START} --account {'a' * 300}", "cannot be an account"),
    (f"{START} --cash -5", "more than 0"),
    (f"{START} --cash nan", "--cash"),
    (f"{START} --cash 1e400", "--cash"),
    (f"{START} --cash 1e-9", "--cash"),
    (f"{START} --commission-bps 1e9", "--commission-bps"),
    (f"{START} --slippage-bps -1", "--slippage-bps"),
    (f"{START} --lost-after 0", "--lost-after"),
    (f"{START} --when-lost sleep", "--when-lost"),
    (f"{START} --costs os.system(1)", "costs"),
    (f"{START} --param fast=xx", "whole number"),
    (f"{START} --param nope=1", "no parameter"),
    (f"{START} --timeframe 1h", "no 1h bars"),
    ("trade start --resume", "no session has crashed"),
    ("trade start --resume nosuch", "nosuch is not there"),
    ("trade show nosuch", "nosuch is not there"),
    ("trade orders --state nonsense", "no session is running"),
    ("trade order nosuch", "no session is running"),
    ("trade parity nosuch", "nosuch is not there"),
    ("trade journal --session nosuch", "nosuch is not there"),
    ("trade send BUY 10 SPY", "no session is running"),
    ("trade send BUY nan SPY", "a number"),
    ("trade cancel", "no session is running"),
    ("trade stop", "no session is running"),
    ("risk limits --set position=0.04", "--why"),
    ("risk limits --set position=99 --why x", "position"),
    ("risk limits --set position=nan --why x", "position"),
    ("risk limits --set nope=1 --why x", "nope"),
    ("risk limits --set position --why x", "--set cannot be used"),
    ("risk limits --set position=0.06 --why x", "--confirm position=0.06"),
    ("risk kill --account ''", "cannot be an account"),
    ("risk release --account paper", "--who NAME"),
    ("risk release --account paper --who Ada --confirm wrong", "its name typed"),
    ("risk size SPY --method nope", "--method cannot be used"),
    ("risk limits --account nobody", "there is no account nobody"),
    ("risk limits --account nobody --set position=0.04 --why x", "--new-account"),
    ("risk state", "there is no account paper"),
    ("risk state --account nobody", "there is no account nobody"),
    ("broker test paper --account nobody", "there is no account nobody"),
    ("broker test nope", "nope is not known"),
    ("broker test alpaca", "not in this version"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with project(tmp_path_factory.mktemp("hostile")) as made:
        yield made


@pytest.mark.parametrize(("wish", "told"), WRONG, ids=[wish for wish, _ in WRONG])
def test_a_wrong_wish_is_told_what_is_wrong(wish: str, told: str, folder: Path) -> None:
    done = run(*shlex.split(wish), folder=folder)
    assert done.returncode == 2, done.stderr + done.stdout
    assert told in done.stderr
    assert "Traceback" not in done.stderr and "should not happen" not in done.stderr
    assert not done.stdout


def test_killing_an_account_that_nobody_trades_says_so_and_kills_it_all_the_same(folder: Path) -> None:
    view = asked("risk", "kill", "--account", "tpyo", "--reason", "x", folder=folder)
    assert view["is_killed"]
    assert "nobody has traded on an account of this name" in view["story"]


def test_a_kill_works_while_the_settings_are_broken(tmp_path: Path) -> None:
    for text in ("[risk]\nmax_position = 99\n", "[trading\n", "[trading]\nmode = 'live'\n"):
        (tmp_path / "tradewright.toml").write_text(text, encoding="utf-8")
        done = run("risk", "kill", "--account", "paper", "--reason", "x", folder=tmp_path)
        assert done.returncode == 0, done.stderr
        assert "by the defaults: paper" in done.stderr
        assert "is killed by" in done.stdout
        assert (tmp_path / ".tradewright" / "paper" / "accounts" / "paper" / "kill").exists()
        assert (
            run("trade", "start", "moving_average", "--symbols", "A", "--from", "2015", folder=tmp_path).returncode == 2
        )
