"""How a text tells a moment: the spellings of dates, clocks and zones that market data comes in.

Concluded from the first rows. `01/02/03` is not guessed: either the rows themselves decide it, or a person does.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tradewright.domain.errors import InputError

_SPELLED_DATES = (
    (r"\d{4}-\d{1,2}-\d{1,2}", "%Y-%m-%d"),
    (r"\d{4}/\d{1,2}/\d{1,2}", "%Y/%m/%d"),
    (r"\d{4}\.\d{1,2}\.\d{1,2}", "%Y.%m.%d"),
    (r"\d{1,2}\.\d{1,2}\.\d{4}", "%d.%m.%Y"),
    (r"\d{1,2}-[A-Za-z]{3}-\d{4}", "%d-%b-%Y"),
    (r"\d{1,2}-[A-Za-z]{3}-\d{2}", "%d-%b-%y"),
    (r"\d{1,2} [A-Za-z]{3} \d{4}", "%d %b %Y"),
    (r"\d{1,2} [A-Za-z]{4,9} \d{4}", "%d %B %Y"),
    (r"[A-Za-z]{3} \d{1,2}, \d{4}", "%b %d, %Y"),
    (r"[A-Za-z]{4,9} \d{1,2}, \d{4}", "%B %d, %Y"),
    (r"(?:19|20)\d{2}[01]\d[0-3]\d", "%Y%m%d"),
    (r"\d{1,2}/\d{1,2}/\d{4}", "?/?/%Y"),
    (r"\d{1,2}/\d{1,2}/\d{2}", "?/?/%y"),
    (r"\d{1,2}-\d{1,2}-\d{4}", "?-?-%Y"),
)
_CLOCKS = (
    (r"\d{1,2}:\d{2}:\d{2}[.,]\d+", "%H:%M:%S%.f"),
    (r"\d{1,2}:\d{2}:\d{2} ?[AaPp][Mm]", "%I:%M:%S %p"),
    (r"\d{1,2}:\d{2} ?[AaPp][Mm]", "%I:%M %p"),
    (r"\d{1,2}:\d{2}:\d{2}", "%H:%M:%S"),
    (r"\d{1,2}:\d{2}", "%H:%M"),
    (r"\d{9}", "%H%M%S%3f"),
    (r"\d{6}", "%H%M%S"),
    (r"\d{4}", "%H%M"),
    (r"\d{1,2}-[AaPp][Mm]", "%I:%M-%p"),
)
_ZONES = (
    (r"[+-]\d{2}:?\d{2}", "%z"),
    (r"[+-]\d{2}", "%#z"),
    (r"Z", "Z"),
    (r" ?UTC", " UTC"),
    (r" ?GMT", " GMT"),
    ("", ""),
)
_DATE = re.compile("|".join(f"(?P<d{number}>{pattern})(?!\\d)" if number != 10 else f"(?P<d{number}>{pattern})"
                            for number, (pattern, _) in enumerate(_SPELLED_DATES)))  # fmt: skip
_REST = re.compile(
    "(?P<gap>[T ]?)"
    + f"(?:{'|'.join(f'(?P<c{number}>{pattern})' for number, (pattern, _) in enumerate(_CLOCKS))})"
    + f"(?:{'|'.join(f'(?P<z{number}>{pattern})' for number, (pattern, _) in enumerate(_ZONES))})"
)
_ANY_DIGIT = str.maketrans("123456789", "000000000")


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to write a moment."""

    date: str
    """Format of the date; `?` stands for a day or month that is not told apart yet."""
    gap: str = ""
    clock: str = ""
    zone: str = ""

    @property
    def format(self) -> str:
        """The whole, as `strptime` takes it."""
        return f"{self.date}{self.gap}{self.clock}{self.zone}"

    @property
    def is_date_only(self) -> bool:
        """True where no time of day is written."""
        return not self.clock

    @property
    def is_zoned(self) -> bool:
        """True where the text itself tells the zone."""
        return bool(self.zone)


def spelling_of(text: str) -> Spelling | None:
    """How one text is spelled; None for one that is no date."""
    match = _DATE.match(text)
    if match is None or match.lastgroup is None:
        return None
    date = _SPELLED_DATES[int(match.lastgroup[1:])][1]
    rest = text[match.end() :]
    if not rest:
        return Spelling(date)
    found = _REST.fullmatch(rest)
    if found is None:
        return None
    clock = next(format_ for number, (_, format_) in enumerate(_CLOCKS) if found[f"c{number}"] is not None)
    zone = next(format_ for number, (_, format_) in enumerate(_ZONES) if found[f"z{number}"] is not None)
    return Spelling(date, found["gap"], clock, zone)


def conclude_spelling(values: Sequence[str], *, day_first: bool | None, path: str) -> Spelling:
    """The spelling most values have; an InputError for none, for mixed zones, and for days that may be months."""
    found = _spellings(values)
    if not found:
        raise InputError(
            f"{path}: the time {values[0]!r} is not understood",
            expected="a date, a date and a time, or a count since 1970",
            remedy='say how it is written: time_format="%Y-%m-%d %H:%M:%S"',
        )
    if len({spelling.is_zoned for spelling in found if spelling.clock}) > 1:
        raise InputError(
            f"{path} mixes time zones",
            expected="every time with a zone, or none",
            found=f"{_example(values, True)} beside {_example(values, False)}",
            remedy="write all times in UTC",
        )
    spelling = _with_fractions(found)
    if "?" in spelling.date:
        spelling = _told_apart(spelling, values, day_first=day_first, path=path)
    return spelling


def _spellings(values: Sequence[str]) -> Counter[Spelling]:
    """How often each spelling is used. Texts that differ in their digits only are looked at once, unless the digits
    themselves tell a date from a number, as eight in a row do."""
    shapes: dict[str, list[str]] = {}
    for text in values:
        shapes.setdefault(text if text[:8].isdigit() else text.translate(_ANY_DIGIT), []).append(text)
    found: Counter[Spelling] = Counter()
    for texts in shapes.values():
        spelling = spelling_of(texts[0])
        if spelling is not None:
            found[spelling] += len(texts)
    return found


def _with_fractions(found: Counter[Spelling]) -> Spelling:
    """The usual spelling; where some clocks have a fraction of a second, the format that takes both."""
    usual = found.most_common(1)[0][0]
    if usual.clock == "%H:%M:%S" and any(other.clock == "%H:%M:%S%.f" for other in found):
        return Spelling(usual.date, usual.gap, "%H:%M:%S%.f", usual.zone)
    return usual


def _example(values: Sequence[str], zoned: bool) -> str:
    spellings = ((value, spelling_of(value)) for value in values)
    return next(value for value, spelling in spellings if spelling is not None and spelling.is_zoned is zoned)


def _told_apart(spelling: Spelling, values: Sequence[str], *, day_first: bool | None, path: str) -> Spelling:
    """Day and month by the numbers above 12 that are seen."""
    pairs = [pair for value in values if (pair := re.match(r"(\d{1,2})[/-](\d{1,2})[/-]", value))]
    first_is_day = any(int(pair[1]) > 12 for pair in pairs)
    first_is_month = any(int(pair[2]) > 12 for pair in pairs)
    if first_is_day and first_is_month:
        raise InputError(f"{path} mixes day/month and month/day", expected="one order of day and month")
    if day_first is None and not (first_is_day or first_is_month):
        raise InputError(
            f"{path}: the date {values[0]!r} can be read in two ways",
            expected="to be told whether the day comes first",
            remedy="day_first=True for day/month, day_first=False for month/day",
        )
    is_day = first_is_day if first_is_day or first_is_month else day_first
    first, second = ("%d", "%m") if is_day else ("%m", "%d")
    date = spelling.date.replace("?", first, 1).replace("?", second, 1)
    return Spelling(date, spelling.gap, spelling.clock, spelling.zone)
