"""A problem is one setting that can't be used: its name, what was found and where, and what to write instead."""

from collections.abc import Sequence
from dataclasses import dataclass

FLAG = "flag"
"""Where a value comes from that was typed as an option."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One setting that can't be used.

    >>> print(Problem("risk.max_position", "5", "tradewright.toml", "write a number above 0, at most 1"))
    risk.max_position = 5 (tradewright.toml): write a number above 0, at most 1
    >>> print(Problem("backtest.cash", "-1.0", FLAG, "write a number above 0"))
    --cash -1.0: write a number above 0
    """

    name: str
    value: str
    """As found, with secrets hidden."""
    origin: str
    remedy: str

    def __str__(self) -> str:
        if self.origin == FLAG:
            return f"--{self.name.rpartition('.')[2].replace('_', '-')} {self.value}: {self.remedy}"
        return f"{self.name} = {self.value} ({self.origin}): {self.remedy}"


class SettingsError(ValueError):
    """The settings can't be used; `problems` holds all that is wrong, not only the first."""

    exit_code = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(tuple(problems))
        self.problems = tuple(problems)

    @property
    def is_typed(self) -> bool:
        """True when all that is wrong was typed as options."""
        return all(problem.origin == FLAG for problem in self.problems)

    def __str__(self) -> str:
        noun = "option" if self.is_typed else "setting"
        count = f"one {noun}" if len(self.problems) == 1 else f"{len(self.problems)} {noun}s"
        return "\n".join([f"{count} cannot be used:", *(f"  {problem}" for problem in self.problems)])
