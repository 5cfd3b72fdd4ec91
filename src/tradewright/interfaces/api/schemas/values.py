"""Single values as they stand in a request or an answer: exact numbers, moments, texts, whole numbers.

This file decides the spelling. Exact numbers are plain decimal texts, never JSON numbers, so that no program on the way
rounds them; moments are ISO 8601 in UTC; nothing is NaN, infinite or minus zero; texts hold no control characters and
come in one form of Unicode (NFC).
"""

import math
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, StrictBool, WithJsonSchema

EXACT: Final = r"^-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?$"
"""Up to eighteen digits before the point and as many behind it."""
MOMENT: Final = (
    r"^(19[7-9][0-9]|20[0-9]{2}|21[0-9]{2})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?Z$"
)
PLAIN: Final = r"^[^\x00-\x1f\x7f]*$"
"""No control characters; `�` is what a broken byte becomes, and is refused apart."""
LARGEST: Final = 2**53 - 1
"""A whole number that every JSON reader keeps exactly."""
LONGEST: Final = 200
"""Letters of a text, where nobody says else."""
BROKEN: Final = "�"
_WHOLE: Final = re.compile(r"-?(0|[1-9][0-9]{0,15})")
_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]{0,15})(\.[0-9]{1,17})?([eE][+-]?[0-9]{1,2})?")
_SECOND: Final = 1_000_000_000


def exact(given: object) -> Decimal:
    """A decimal text as a number.

    >>> exact("10.50")
    Decimal('10.50')
    """
    if not isinstance(given, str):
        raise ValueError('write it as a decimal text, as "10.5"')
    if re.fullmatch(EXACT, given) is None or len(given) > 64:
        raise ValueError('write it as a decimal text, as "10.5", with at most 18 digits on each side of the point')
    number = Decimal(given)
    if number.is_zero() and number.is_signed():
        raise ValueError("write 0 without a sign")
    return number


def moment(given: object) -> int:
    """An ISO time in UTC as nanoseconds.

    >>> moment("2015-03-02T21:00:00.25Z")
    1425330000250000000
    """
    if not isinstance(given, str) or re.fullmatch(MOMENT, given) is None:
        raise ValueError("write it as a time in UTC, as 2015-03-02T21:00:00Z")
    whole, _, fraction = given[:-1].partition(".")
    try:
        seconds = int(datetime.fromisoformat(whole).replace(tzinfo=UTC).timestamp())
    except ValueError:
        raise ValueError("there is no such day") from None
    return seconds * _SECOND + int(fraction.ljust(9, "0") or 0)


def moment_text(time_ns: int) -> str:
    """Nanoseconds as an ISO time in UTC; the fraction only where there is one.

    >>> moment_text(1425330000250000000)
    '2015-03-02T21:00:00.250000000Z'
    """
    seconds, rest = divmod(time_ns, _SECOND)
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{rest:09d}Z" if rest else f"{text}Z"


def text_of(given: object) -> str:
    """A text in one form, without what no name has."""
    if not isinstance(given, str):
        raise ValueError("write it as a text")
    if re.fullmatch(PLAIN, given) is None or BROKEN in given:
        raise ValueError("leave control characters and broken letters out")
    if any("\ud800" <= letter <= "\udfff" for letter in given):
        raise ValueError("half a letter (a lone surrogate) is no text")
    return unicodedata.normalize("NFC", given)


def whole(given: object) -> int:
    """A JSON integer; 1.0 and true are none."""
    if isinstance(given, bool) or not isinstance(given, int):
        raise ValueError("write it as a whole number")
    return given


def whole_of_text(given: object) -> int:
    """A whole number of an address."""
    if not isinstance(given, str) or _WHOLE.fullmatch(given) is None or given == "-0":
        raise ValueError("write it as a whole number")
    return int(given)


def number(given: object) -> float:
    """A finite JSON number."""
    if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given):
        raise ValueError("write it as a number")
    return float(given)


def number_of_text(given: object) -> float:
    """A finite number of an address."""
    if not isinstance(given, str) or _NUMBER.fullmatch(given) is None:
        raise ValueError("write it as a number")
    return float(given)


def yes_of_text(given: object) -> bool:
    """`true` or `false`."""
    if given not in ("true", "false"):
        raise ValueError("write true or false")
    return given == "true"


def shown(schema: dict[str, Any]) -> WithJsonSchema:
    """What the documentation says of a value."""
    return WithJsonSchema(schema)


def text_kind(longest: int = LONGEST, *, pattern: str = PLAIN, shortest: int = 0) -> Any:
    """A text of at most so many letters."""
    told: dict[str, Any] = {"type": "string", "maxLength": longest, "pattern": pattern}
    told |= {"minLength": shortest} if shortest else {}
    return Annotated[
        str, BeforeValidator(text_of), Field(max_length=longest, min_length=shortest, pattern=pattern), shown(told)
    ]


def choice_kind(values: tuple[str, ...], *, made: Callable[[str], object] = str) -> Any:
    """One of these words, and what becomes of it."""

    def chosen(given: object) -> object:
        if not isinstance(given, str) or given not in values:
            raise ValueError(f"write one of {', '.join(values)}")
        return made(given)

    return Annotated[object, PlainValidator(chosen), shown({"type": "string", "enum": list(values)})]


def whole_kind(least: int = -LARGEST, most: int = LARGEST, *, is_text: bool = False) -> Any:
    """A whole number in bounds."""
    told = {"type": "integer", "minimum": least, "maximum": most}
    return Annotated[int, BeforeValidator(whole_of_text if is_text else whole), Field(ge=least, le=most), shown(told)]


def number_kind(*, is_text: bool = False) -> Any:
    """A number of research: a ratio, a strength."""
    told = {"type": "number", "minimum": -1e15, "maximum": 1e15}
    return Annotated[
        float, BeforeValidator(number_of_text if is_text else number), Field(ge=-1e15, le=1e15), shown(told)
    ]


def yes_kind(*, is_text: bool = False) -> Any:
    """True or false."""
    return Annotated[bool, BeforeValidator(yes_of_text), shown({"type": "boolean"})] if is_text else StrictBool


def list_kind(item: Any, *, is_text: bool = False, most: int = 1_000, least: int = 0) -> Any:
    """A list; of an address, with commas."""
    kind = Annotated[list[item], Field(max_length=most, min_length=least)]
    return Annotated[kind, BeforeValidator(_split)] if is_text else kind


def lonely_kind(item: Any) -> Any:
    """One value, where a message takes several."""
    return Annotated[item, AfterValidator(lambda one: (one,))]


def _split(given: object) -> object:
    return given.split(",") if isinstance(given, str) else given


EXACT_KIND: Final[Any] = Annotated[Decimal, BeforeValidator(exact), shown({"type": "string", "pattern": EXACT})]
MOMENT_KIND: Final[Any] = Annotated[
    int, BeforeValidator(moment), shown({"type": "string", "pattern": MOMENT, "examples": ["2026-03-02T21:00:00Z"]})
]
EXACT_SHOWN: Final[Any] = Annotated[str, shown({"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"})]
MOMENT_SHOWN: Final[Any] = Annotated[
    str, shown({"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{9})?Z$"})
]
DATE_SHOWN: Final[Any] = Annotated[str, shown({"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"})]
