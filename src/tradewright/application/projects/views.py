"""What doors show of a project folder."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a check went."""

    OK = "ok"
    WARNING = "warning"
    """Works, but somebody should look."""
    PROBLEM = "problem"
    """Something will fail."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    verdict: Verdict
    found: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class SettingLine:
    """One setting with the place it comes from."""

    name: str
    value: str
    origin: str
    """`default`, a file with its name, `environment` with the variable, `flag`."""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All checks and all settings."""

    project: str
    checks: tuple[Check, ...]
    settings: tuple[SettingLine, ...]

    @property
    def is_healthy(self) -> bool:
        """Whether nothing will fail."""
        return all(check.verdict is not Verdict.PROBLEM for check in self.checks)


@dataclass(frozen=True, slots=True)
class Initialized:
    """What setting a folder up did."""

    project: str
    written: tuple[str, ...]
    kept: tuple[str, ...]
    """Files that were there already and stay as they are."""


@dataclass(frozen=True, slots=True)
class StatusView:
    """What a project folder holds."""

    project: str
    is_initialized: bool
    instruments: int
    bars: int
    timeframes: tuple[str, ...]
    first: str | None
    """Oldest bar, ISO date."""
    last: str | None
    backtests: int
    latest_backtest: str | None
    """Its run id."""
    store_files: int
    store_bytes: int
    free_bytes: int
