"""An error as the shell sees it: a stable code, what happened, what to do, and the exit code.

Exit codes: 0 done; 1 the world failed (disk, store, a strategy that raised); 2 what was typed cannot be used, or asks
for data that is not there; 130 interrupted; 143 told to end. A traceback is shown only when asked for.
"""

import errno
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import typer

from tradewright.domain.errors import StrategyError, TradewrightError, UnknownInstrument
from tradewright.interfaces.cli import interrupts
from tradewright.lazy import MissingLibraryError

FAILED = 1
WRONG_INPUT = 2
TERMINATED = interrupts.TERMINATED
BRING_DATA = "; `tradewright demo` or `tradewright data import FILE` brings data in"
SHOW_STACK = "; --traceback shows the whole stack"

OPTIONS: Final[Mapping[str, str]] = {
    "symbol": "--symbol",
    "venue": "--venue",
    "table": "--table",
    "interval": "--timeframe",
    "timezone": "--timezone",
    "stamps": "--stamps",
    "time_format": "--time-format",
    "date": "--date",
    "numbers": "--numbers",
    "member": "--member",
    "skip_lines": "--skip-lines",
    "engine": "--engine",
}
"""Names that the application uses in its advice, as options of the shell."""
SUPPLIED: Final[Mapping[str, str]] = {
    "protective_stop": "give it: --stop",
    "atr": "give it: --atr",
    "volatility_annual": "give it: --volatility",
    "value_at_risk": "give it: --value-at-risk",
    "maintenance_margin": "give it: --margin",
}
"""What sizing lacks, as options of the shell."""
_SUPPLY: Final = re.compile(r"\bsupply ([a-z_]+)")
_PAIR: Final = re.compile(r'\b([a-z_]+)=("[^"]*"|\{[^}]*\}|[^\s,;]+)')


@dataclass(frozen=True, slots=True)
class Failure:
    """What a door says of an error."""

    code: str
    """Stable, for programs: `unknown_instrument`, `storage_error`, `usage_error` ..."""
    message: str
    hint: str
    exit_code: int

    def told(self) -> dict[str, str | None]:
        """What a program is told."""
        return {"code": self.code, "message": self.message, "hint": self.hint or None}


ENDED_BY_CODE: Final = Failure(
    "strategy_error", "the program was ended from within, as by sys.exit in a strategy", "take the exit out", FAILED
)
"""Nothing of ours leaves that way."""


def explain(error: BaseException) -> Failure:
    """The one translation of errors into messages and exit codes."""
    if isinstance(error, TradewrightError):
        is_unlike_all = isinstance(error, UnknownInstrument) and not error.near
        has_stack = isinstance(error, StrategyError) and error.__cause__ is not None
        more = BRING_DATA if is_unlike_all else SHOW_STACK if has_stack else ""
        hint = f"{as_options(error.remedy)}{more}"
        return Failure(_code(type(error).__name__), _facts(error), hint, error.exit_code)
    if isinstance(error, typer.TyperException):
        hint = "see `tradewright --help`, or --help of the command" if error.exit_code == WRONG_INPUT else ""
        return Failure("usage_error", error.format_message(), hint, error.exit_code)
    if isinstance(error, KeyboardInterrupt | typer.Abort) or isinstance(error.__cause__, KeyboardInterrupt):
        return Failure(interrupts.CODE, interrupts.STORY, "", interrupts.EXIT_CODE)
    if isinstance(error, MissingLibraryError):
        return Failure("missing_library", str(error), "", FAILED)
    if isinstance(error, OSError):
        return _of_the_system(error)
    message = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return Failure("internal_error", message, "this should not happen; --traceback shows where", FAILED)


def as_options(advice: str) -> str:
    """Advice in the words of the shell: `interval=1d` becomes `--timeframe 1d`.

    >>> as_options('say which is which: mapping={"open": "...", "close": 5}')
    'say which is which: --column open=... --column close=5'
    >>> as_options("day_first=True for day/month, day_first=False for month/day")
    '--day-first for day/month, --month-first for month/day'
    >>> as_options("supply protective_stop")
    'give it: --stop'
    """
    return _SUPPLY.sub(lambda found: SUPPLIED.get(found[1], found[0]), _PAIR.sub(_as_option, advice))


def _as_option(pair: re.Match[str]) -> str:
    name, value = pair.groups()
    if name == "mapping":
        return " ".join(f"--column {role}={column}" for role, column in re.findall(r'"(\w+)": "?([^",}]+)"?', value))
    if name in {"with_actions", "overwrite"}:
        return f"--{name.replace('_', '-')}"
    if name in {"day_first", "header"}:
        yes, no = ("--day-first", "--month-first") if name == "day_first" else ("--header", "--no-header")
        return yes if value == "True" else no
    return f"{OPTIONS[name]} {value}" if name in OPTIONS else pair.group()


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
