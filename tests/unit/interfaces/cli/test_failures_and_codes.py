import errno

import pytest
import typer

from tradewright.domain.errors import (
    DataError,
    InputError,
    StorageError,
    StrategyError,
    TradewrightError,
    UnknownInstrument,
)
from tradewright.interfaces.cli.failures import Failure, explain
from tradewright.lazy import MissingLibraryError


@pytest.mark.parametrize(
    ("error", "code", "exit_code"),
    [
        (InputError("no"), "input_error", 2),
        (UnknownInstrument("APPL", near=["AAPL.XNAS"]), "unknown_instrument", 2),
        (typer.BadParameter("no"), "usage_error", 2),
        (TradewrightError("no"), "tradewright_error", 1),
        (DataError("no"), "data_error", 2),
        (StrategyError("no"), "strategy_error", 1),
        (StorageError("no"), "storage_error", 1),
        (MissingLibraryError("no"), "missing_library", 1),
        (OSError(errno.ENOSPC, "No space left on device", "run.json"), "disk_full", 1),
        (OSError(errno.EACCES, "Permission denied", "run.json"), "not_permitted", 1),
        (OSError(errno.EIO, "Input/output error"), "system_error", 1),
        (ZeroDivisionError("division by zero"), "internal_error", 1),
        (KeyboardInterrupt(), "interrupted", 130),
        (typer.Abort(), "interrupted", 130),
    ],
)
def test_every_error_has_a_stable_code_and_an_exit_code(error: BaseException, code: str, exit_code: int) -> None:
    failure = explain(error)
    assert (failure.code, failure.exit_code) == (code, exit_code)
    assert failure.message


def test_what_was_expected_and_found_is_told_and_what_to_do_stands_apart() -> None:
    error = InputError("--cash cannot be used", expected="more than 0", found="-5", remedy="give more")
    expected = Failure("input_error", "--cash cannot be used: expected more than 0, found -5", "give more", 2)
    assert explain(error) == expected


def test_advice_is_in_the_words_of_the_shell_and_the_stack_is_offered_by_the_door() -> None:
    assert (
        explain(InputError("it is there already", remedy="replace it: overwrite=True")).hint
        == "replace it: --overwrite"
    )
    broken = StrategyError("Mine.on_bar raised KeyError", remedy="mend the strategy")
    assert explain(broken).hint == "mend the strategy"
    broken.__cause__ = KeyError("x")
    assert explain(broken).hint == "mend the strategy; --traceback shows the whole stack"


def test_a_full_disk_names_the_file_and_the_way_out() -> None:
    failure = explain(OSError(errno.ENOSPC, "No space left on device", "run.json"))
    assert failure.message == "No space left on device (run.json)"
    assert "free some space" in failure.hint


def test_an_error_without_a_text_is_told_by_its_name() -> None:
    assert explain(AssertionError()).message == "AssertionError"
