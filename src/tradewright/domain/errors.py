"""What can go wrong, as one tree; a door turns each branch into one message and one exit code (0 done, 1 the world
failed, 2 what was asked cannot be used or is not there).

    TradewrightError               1   something went wrong that has no branch of its own
    ├── InputError                 2   what a person typed or handed in cannot be used
    │   ├── UnknownInstrument      2   no instrument of that name; carries near matches
    │   └── UnknownVenue           2   no venue of that code; carries near matches
    ├── DataError                  2   market data is absent, damaged or not enough
    ├── StrategyError              1   a strategy raised or answered nonsense
    ├── StorageError               1   the place that keeps things failed: full, locked, damaged
    ├── BrokerError                1   a broker, its venue or the way there failed
    │   └── NotSent                1   a command, and it is proven that no byte of it left
    ├── ControlError               1   a running trader could not be asked: not there, frozen, or not understood
    └── Unauthorized               1   this actor may not do that

An expected "no" of the market or of risk is a value, never an exception; a broken assumption is an assertion. The
settings have an error of their own (`tradewright.settings.SettingsError`), because they know no room; doors answer it
as they answer an `InputError`.
"""

from collections.abc import Sequence
from typing import ClassVar


class TradewrightError(Exception):
    """The root: what happened, what was expected, what was found, what to do.

    >>> str(TradewrightError("the price is wrong", expected="more than 0", found="-1", remedy="check column close"))
    'the price is wrong: expected more than 0, found -1; check column close'
    """

    exit_code: ClassVar[int] = 1
    """What the command line returns to the shell."""

    def __init__(self, problem: str, *, expected: str = "", found: str = "", remedy: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.expected = expected
        self.found = found
        self.remedy = remedy

    def __str__(self) -> str:
        facts = [f"expected {self.expected}" if self.expected else "", f"found {self.found}" if self.found else ""]
        told = ", ".join(fact for fact in facts if fact)
        text = f"{self.problem}: {told}" if told else self.problem
        return f"{text}; {self.remedy}" if self.remedy else text


class InputError(TradewrightError):
    """What a person typed or handed in cannot be used.

    >>> str(InputError("--cash cannot be used", expected="more than 0", found="-5"))
    '--cash cannot be used: expected more than 0, found -5'
    """

    exit_code: ClassVar[int] = 2


class UnknownInstrument(InputError):  # noqa: N818 - said as a trader says it; the tree above tells that it is an error
    """No instrument of that name; `near` holds the known names that look like it.

    >>> str(UnknownInstrument("APPL", near=["AAPL.XNAS"]))
    'instrument APPL is not known; did you mean AAPL.XNAS?'
    """

    def __init__(self, name: str, *, near: Sequence[str] = (), remedy: str = "") -> None:
        super().__init__(f"instrument {name} is not known", remedy=remedy or _did_you_mean(near) or _LIST_INSTRUMENTS)
        self.name = name
        self.near = tuple(near)


class UnknownVenue(InputError):  # noqa: N818 - see UnknownInstrument
    """No venue of that code; `near` holds the known codes that look like it.

    >>> str(UnknownVenue("XNSA", near=["XNAS"]))
    'venue XNSA is not known; did you mean XNAS?'
    """

    def __init__(self, code: str, *, near: Sequence[str] = (), remedy: str = "") -> None:
        super().__init__(f"venue {code} is not known", remedy=remedy or _did_you_mean(near))
        self.code = code
        self.near = tuple(near)


class DataError(TradewrightError):
    """Market data is absent, damaged or not enough for what was asked.

    >>> str(DataError("AAPL.XNAS has too few bars", expected="at least 50", found="12"))
    'AAPL.XNAS has too few bars: expected at least 50, found 12'
    """

    exit_code: ClassVar[int] = 2


class StrategyError(TradewrightError):
    """A strategy raised or answered nonsense.

    >>> str(StrategyError("Breakout.on_bar raised ZeroDivisionError at bar 12", remedy="see line 7 of breakout.py"))
    'Breakout.on_bar raised ZeroDivisionError at bar 12; see line 7 of breakout.py'
    """


class StorageError(TradewrightError):
    """The place that keeps things failed: full, locked, read-only, damaged.

    >>> str(StorageError("the bar store cannot be written", found="no space left", remedy="free some space"))
    'the bar store cannot be written: found no space left; free some space'
    """


class BrokerError(TradewrightError):
    """A broker, its venue or the way there failed.

    >>> str(BrokerError("the paper venue cannot be reached", remedy="see its log"))
    'the paper venue cannot be reached; see its log'
    """


class NotSent(BrokerError):  # noqa: N818 - see UnknownInstrument
    """A command was not sent, proven: no byte of it left. Only then may it be counted as never made.

    >>> str(NotSent("order a1 was not sent", found="no connection"))
    'order a1 was not sent: found no connection'
    """


class ControlError(TradewrightError):
    """A running trader could not be asked; whether it did what was asked is then not known.

    >>> str(ControlError("session a1 does not answer", found="process 42", remedy="see its trader.log"))
    'session a1 does not answer: found process 42; see its trader.log'
    """


class Unauthorized(TradewrightError):  # noqa: N818 - see UnknownInstrument
    """This actor may not do that.

    >>> str(Unauthorized("guest may not ReleaseKillSwitch"))
    'guest may not ReleaseKillSwitch'
    """


def way_out(problem: BaseException) -> str:
    """What to do about a place that could not be written, by what the system or a library said of it.

    >>> way_out(OSError(28, "No space left on device"))
    'free some space, or choose another folder'
    >>> way_out(PermissionError(13, "Permission denied"))
    'check who may write there, or choose another folder'
    """
    text = str(problem).lower()
    if any(told in text for told in ("no space", "file too large", "quota")):
        return "free some space, or choose another folder"
    if any(told in text for told in ("permission denied", "read-only", "not permitted")):
        return "check who may write there, or choose another folder"
    if any(told in text for told in ("not a directory", "file exists", "no such file")):
        return "check that the path leads to a folder, or choose another folder"
    return "check the disk, or choose another folder"


_LIST_INSTRUMENTS = "`tradewright data list` shows what is there"


def _did_you_mean(near: Sequence[str]) -> str:
    return f"did you mean {' or '.join(near)}?" if near else ""
