"""What can go wrong, as one tree; a door turns each branch into one message and one exit code (0 done, 1 the world
failed, 2 what was asked cannot be used or is not there).

    TradewrightError               1   something went wrong that has no branch of its own
    ├── InputError                 2   what a person typed or handed in cannot be used
    │   ├── NotFound               2   what is named is not there, or not for whoever asks
    │   │   ├── UnknownInstrument  2   no instrument of that name; carries near matches
    │   │   └── UnknownVenue       2   no venue of that code; carries near matches
    │   ├── Conflict               2   it does not fit what is there now: taken, changed since, at work
    │   └── UnfitStrategy          2   a strategy has not passed the check; carries what was found, with lines
    ├── DataError                  2   market data is absent, damaged or not enough
    ├── StrategyError              1   a strategy raised or answered nonsense
    ├── ConfinementError           1   a strategy that runs confined only cannot be: a wall is missing here
    ├── StorageError               1   the place that keeps things failed: full, locked, damaged
    ├── BrokerError                1   a broker, its venue or the way there failed
    │   └── NotSent                1   a command, and it is proven that no byte of it left
    ├── ControlError               1   a running trader could not be asked: frozen, or not understood
    │   └── NotRunning             1   there is no running trader to be asked
    ├── Unauthorized               1   this actor may not do that
    ├── NotIdentified              1   nobody knows who asks: no key, or one that opens nothing
    └── TooOften                   1   asked more often than is allowed; carries how long to wait

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


class NotFound(InputError):  # noqa: N818 - said as a trader says it; the tree above tells that it is an error
    """What is named is not there, or not for whoever asks.

    >>> str(NotFound("order a1 is not known", remedy="list them: tradewright trade orders"))
    'order a1 is not known; list them: tradewright trade orders'
    """


class Conflict(InputError):  # noqa: N818 - see NotFound
    """What is asked does not fit what is there now: a name is taken, somebody changed it since, it is at work.

    >>> str(Conflict("watchlist tech is there already", remedy="choose another name"))
    'watchlist tech is there already; choose another name'
    """


class UnfitStrategy(InputError):  # noqa: N818 - see NotFound
    """A strategy has not passed the check; `findings` are pairs of a place (`line 3`, `file`) and what is wrong there.

    >>> str(UnfitStrategy("strategy mine has not passed the check", findings=[("line 3", "syntax: invalid syntax")]))
    'strategy mine has not passed the check: found line 3: syntax: invalid syntax'
    """

    def __init__(self, problem: str, *, findings: Sequence[tuple[str, str]], remedy: str = "") -> None:
        super().__init__(problem, found="; ".join(f"{place}: {told}" for place, told in findings), remedy=remedy)
        self.findings = tuple(findings)


class UnknownInstrument(NotFound):
    """No instrument of that name; `near` holds the known names that look like it.

    >>> str(UnknownInstrument("APPL", near=["AAPL.XNAS"]))
    'instrument APPL is not known; did you mean AAPL.XNAS?'
    """

    def __init__(self, name: str, *, near: Sequence[str] = (), remedy: str = "") -> None:
        super().__init__(f"instrument {name} is not known", remedy=remedy or _did_you_mean(near) or _LIST_INSTRUMENTS)
        self.name = name
        self.near = tuple(near)


class UnknownVenue(NotFound):
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


class ConfinementError(TradewrightError):
    """An uploaded strategy was not run, because a wall that has to stand around it is missing on this machine.

    >>> str(ConfinementError("the strategy is not run: the wall 'Landlock' cannot be raised", found="Linux 5.4"))
    "the strategy is not run: the wall 'Landlock' cannot be raised: found Linux 5.4"
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


class NotSent(BrokerError):  # noqa: N818 - see NotFound
    """A command was not sent, proven: no byte of it left. Only then may it be counted as never made.

    >>> str(NotSent("order a1 was not sent", found="no connection"))
    'order a1 was not sent: found no connection'
    """


class ControlError(TradewrightError):
    """A running trader could not be asked; whether it did what was asked is then not known.

    >>> str(ControlError("session a1 does not answer", found="process 42", remedy="see its trader.log"))
    'session a1 does not answer: found process 42; see its trader.log'
    """


class NotRunning(ControlError):  # noqa: N818 - see NotFound
    """There is no running trader that could be asked: it was proven that nothing was done.

    >>> str(NotRunning("session a1 is not running", found="stopped"))
    'session a1 is not running: found stopped'
    """


class Unauthorized(TradewrightError):  # noqa: N818 - see NotFound
    """This actor may not do that.

    >>> str(Unauthorized("guest may not ReleaseKillSwitch"))
    'guest may not ReleaseKillSwitch'
    """


class NotIdentified(TradewrightError):  # noqa: N818 - see NotFound
    """Nobody knows who asks. It says the same for every key and password that opens nothing, whatever is wrong with it.

    >>> str(NotIdentified("nobody is known by this", expected="a key"))
    'nobody is known by this: expected a key'
    """


class TooOften(TradewrightError):  # noqa: N818 - see NotFound
    """Asked more often than is allowed; `wait_s` says for how many seconds nothing will be answered.

    >>> TooOften("too many requests", wait_s=3).wait_s
    3
    """

    wait_s: int = 1

    def __init__(self, problem: str, *, wait_s: int = 1, expected: str = "", remedy: str = "") -> None:
        super().__init__(problem, expected=expected, remedy=remedy or f"ask again in {wait_s} s")
        self.wait_s = wait_s


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
