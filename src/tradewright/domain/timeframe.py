"""A timeframe is the interval that one bar covers: `1m`, `5m`, `1h`, `1d`, `1w`.

This file decides how it is spelled and how long it is; where a bar ends in a session is `calendars.py`.
"""

import re
from dataclasses import dataclass

NANOSECONDS = {"s": 1_000_000_000, "m": 60_000_000_000, "h": 3_600_000_000_000, "d": 86_400_000_000_000}
NANOSECONDS["w"] = 7 * NANOSECONDS["d"]

_SPELLING = re.compile(r"([1-9][0-9]*)([smhdw])")


@dataclass(frozen=True, slots=True, order=True)
class Timeframe:
    """The length of a bar, in nanoseconds; ordered by length.

    >>> Timeframe.parse("5m")
    Timeframe('5m')
    >>> Timeframe.parse("1d").is_intraday
    False
    """

    nanoseconds: int

    @classmethod
    def parse(cls, text: str) -> "Timeframe":
        """Read `1m`, `5m`, `1h`, `1d`, `1w`; anything else is a ValueError that lists what is understood."""
        match = _SPELLING.fullmatch(text.strip().lower())
        if match is None:
            raise ValueError(
                f"timeframe {text!r} is not understood; write a count and a unit, as 30s, 1m, 5m, 1h, 1d, 1w"
            )
        count, unit = match.groups()
        return cls(int(count) * NANOSECONDS[unit])

    @property
    def is_intraday(self) -> bool:
        """True where several bars fit in one session."""
        return self.nanoseconds < NANOSECONDS["d"]

    def __str__(self) -> str:
        for unit in ("w", "d", "h", "m", "s"):
            count, rest = divmod(self.nanoseconds, NANOSECONDS[unit])
            if count and not rest:
                return f"{count}{unit}"
        return f"{self.nanoseconds}ns"

    def __repr__(self) -> str:
        return f"Timeframe({str(self)!r})"


DAILY = Timeframe(NANOSECONDS["d"])
