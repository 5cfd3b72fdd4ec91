"""How a delimited text file is laid out: its delimiter, lines before the table, whether the first row names columns.

Everything is concluded from the first lines; a conclusion that was not obvious is noted, so that a person can object.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tradewright.adapters.files.opening import as_text
from tradewright.domain.errors import InputError
from tradewright.ports.files import ReadOptions

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_LINES = 2000
_VALUE = re.compile(r"[-+]?[0-9]|[-+]?\.[0-9]|nan|inf", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """The layout of one file."""

    delimiter: str
    skip_lines: int
    """Lines before the first row of data: what precedes the table, and the header."""
    has_header: bool
    columns: tuple[str, ...]
    notes: tuple[str, ...]


def detect(peek: bytes, options: ReadOptions, *, path: str) -> tuple[Dialect, list[list[str]]]:
    """The layout, and the first rows of data; an InputError when there is no row or no sense in it."""
    lines = as_text(peek).read().splitlines()[:SAMPLE_LINES]
    delimiter = _checked(options.delimiter) if options.delimiter is not None else _delimiter(lines)
    notes: list[str] = []
    skip = options.skip_lines
    if skip is None:
        skip = _preamble(lines, delimiter)
        if skip:
            notes.append(f"the first {skip} line{'s' if skip > 1 else ''} skipped: fewer fields than the rest")
    table = [row for row in fields_of(lines[skip:], delimiter) if "".join(row).strip()]
    if not table:
        raise InputError(f"{path} has no rows", expected="rows of market data", found=f"{len(lines)} lines before them")
    header = options.header if options.header is not None else not any(_VALUE.match(cell.strip()) for cell in table[0])
    names = _names(table[0]) if header else [str(number) for number in range(1, max(map(len, table)) + 1)]
    rows = table[1:] if header else table
    if not rows:
        raise InputError(
            f"{path} has a header and no rows", expected="rows of market data", found=f"only {', '.join(names)}"
        )
    _compare(rows, names, path=path, header=header)
    first = skip + (_header_lines(lines[skip:]) if header else 0)
    return Dialect(delimiter, first, header, tuple(names), tuple(notes)), rows


def fields_of(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    """The fields of each line; one that has a stray line end in it, or a field beyond all measure, has none."""
    rows = csv.reader(lines, delimiter=delimiter)
    while True:
        try:
            yield next(rows)
        except csv.Error:
            yield []
        except StopIteration:
            return


def _checked(given: str) -> str:
    """A delimiter that a person gives."""
    if len(given) != 1 or given in '"\r\n' or not given.isascii():
        raise InputError(
            "the delimiter cannot be used", expected="one character, as ; or | or a tab", found=repr(given)
        )
    return given


def _delimiter(lines: Sequence[str]) -> str:
    """The one that splits most lines into the same number of fields, more than one."""
    scores: dict[str, tuple[int, int]] = {}
    for delimiter in DELIMITERS:
        counts = Counter(len(row) for row in fields_of(lines[:200], delimiter) if row)
        fields, times = max(counts.items(), key=lambda item: (item[0] > 1, item[1], item[0]), default=(1, 0))
        scores[delimiter] = (times if fields > 1 else 0, fields)
    return max(DELIMITERS, key=lambda delimiter: scores[delimiter])


def _preamble(lines: Sequence[str], delimiter: str) -> int:
    """Lines before the first one that has as many fields as most lines have; a remark above the table."""
    counts = [len(row) for row in fields_of(lines[:200], delimiter)]
    if len(counts) < 3:
        return 0
    usual = Counter(count for count in counts if count).most_common(1)[0][0]
    for number, count in enumerate(counts[:20]):
        if count == usual or count > 2:
            return number
    return 0


def _header_lines(lines: Sequence[str]) -> int:
    return next(number for number, line in enumerate(lines, start=1) if line.strip())


def _names(header: Sequence[str]) -> list[str]:
    """Column names, stripped; one without a name gets its position, a repeated one its position after it."""
    names: list[str] = []
    for position, cell in enumerate(header, start=1):
        name = cell.strip() or str(position)
        names.append(f"{name} ({position})" if name in names else name)
    return names


def _compare(rows: Sequence[Sequence[str]], names: Sequence[str], *, path: str, header: bool) -> None:
    """Refuse a file in which (nearly) every row has another number of fields than the header."""
    usual = Counter(map(len, rows)).most_common(1)[0][0]
    if header and usual != len(names):
        raise InputError(
            f"{path}: the rows do not fit the header",
            expected=f"{len(names)} fields ({', '.join(names)})",
            found=f"{usual} fields, as in: {', '.join(rows[0])}",
            remedy="leave the header out and name the columns by position: "
            'skip_lines=1, header=False, mapping={"date": 1, ...}',
        )
