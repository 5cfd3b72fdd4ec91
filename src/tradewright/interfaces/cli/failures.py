"""An error as the shell sees it: a stable code, what happened, what to do, and the exit code.

Exit codes: 0 done; 1 the world failed (disk, store, a strategy that raised); 2 what was typed cannot be used, or asks
for data that is not there; 130 interrupted. A traceback is shown only when asked for.
"""

import errno
import re
from dataclasses import dataclass

import typer

from tradewright.domain.errors import DataError, InputError, TradewrightError, UnknownInstrument
from tradewright.lazy import MissingLibraryError

FAILED = 1
WRONG_INPUT = 2
INTERRUPTED = 130
BRING_DATA = "; `tradewright demo` or `tradewright data import FILE` brings data in"


@dataclass(frozen=True, slots=True)
class Failure:
    """What a door says of an error."""

    code: str
    """Stable, for programs: `unknown_instrument`, `storage_error`, `usage_error` ..."""
    message: str
    hint: str
    exit_code: int


def explain(error: BaseException) -> Failure:
    """The one translation of errors into messages and exit codes."""
    if isinstance(error, TradewrightError):
        exit_code = WRONG_INPUT if isinstance(error, InputError | DataError) else FAILED
        is_unlike_all = isinstance(error, UnknownInstrument) and not error.near
        hint = f"{error.remedy}{BRING_DATA if is_unlike_all else ''}"
        return Failure(_code(type(error).__name__), _facts(error), hint, exit_code)
    if isinstance(error, typer.TyperException):
        hint = "see `tradewright --help`, or --help of the command" if error.exit_code == WRONG_INPUT else ""
        return Failure("usage_error", error.format_message(), hint, error.exit_code)
    if isinstance(error, KeyboardInterrupt | typer.Abort):
        return Failure("interrupted", "interrupted; nothing half-written is left", "", INTERRUPTED)
    if isinstance(error, MissingLibraryError):
        return Failure("missing_library", str(error), "", FAILED)
    if isinstance(error, OSError):
        return _of_the_system(error)
    message = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return Failure("internal_error", message, "this should not happen; --traceback shows where", FAILED)


def _of_the_system(error: OSError) -> Failure:
    where = f" ({error.filename})" if error.filename else ""
    message = f"{error.strerror or error}{where}"
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return Failure("disk_full", message, "free some space or choose another project folder", FAILED)
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return Failure("not_permitted", message, "check who owns the folder and whether it may be written", FAILED)
    return Failure("system_error", message, "", FAILED)


def _facts(error: TradewrightError) -> str:
    facts = [f"expected {error.expected}" if error.expected else "", f"found {error.found}" if error.found else ""]
    told = ", ".join(fact for fact in facts if fact)
    return f"{error.problem}: {told}" if told else error.problem


def _code(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
