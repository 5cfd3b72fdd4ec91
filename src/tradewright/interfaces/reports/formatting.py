"""How numbers read on a page: aligned, with their unit, a true minus sign, and a dash where a number is not defined."""

from datetime import date, datetime
from math import isfinite

UNDEFINED = "–"
_MINUS = "−"
_HUGE = 1e15
"""From here on a number is written with an exponent: a return of one hour, scaled to a year, has 200 digits."""


def percent(value: object, digits: int = 2, *, signed: bool = False) -> str:
    """A fraction as percent: 0.1234 reads 12.34%."""
    return _written(value, 100.0, f"{'+' if signed else ''},.{digits}f", "%")


def number(value: object, digits: int = 2, *, signed: bool = False) -> str:
    """A plain number with a fixed count of digits and thousands apart."""
    return _written(value, 1.0, f"{'+' if signed else ''},.{digits}f", "")


def money(value: object, *, signed: bool = False) -> str:
    """Money to the cent; from a million on without cents."""
    is_large = isinstance(value, int | float) and abs(value) >= 1_000_000
    return number(value, 0 if is_large else 2, signed=signed)


def count(value: object) -> str:
    """A whole number with thousands apart."""
    return number(value, 0)


def price(value: object) -> str:
    """A price with as many digits as its size asks for."""
    if not isinstance(value, int | float) or not isfinite(value):
        return UNDEFINED
    size = abs(value)
    return number(value, 2 if size >= 10 else 4 if size >= 0.1 else 8)


def day(value: object) -> str:
    """A session date in ISO form, or the date of a moment."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else UNDEFINED


def moment(value: object, *, is_daily: bool) -> str:
    """A time in UTC; only its date where bars are days."""
    if not isinstance(value, datetime) or is_daily:
        return day(value)
    return value.strftime("%Y-%m-%d %H:%M:%S")


def _written(value: object, scale: float, pattern: str, unit: str) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value * scale):
        return UNDEFINED
    is_huge = abs(value) * scale >= _HUGE
    text = format(value * scale, f"{pattern[: pattern.index(',')]}.2e" if is_huge else pattern)
    if not text.strip("+-0.,"):  # rounded to nothing: no sign
        text = text.lstrip("+-")
    return text.replace("-", _MINUS) + unit
