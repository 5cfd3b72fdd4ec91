"""A value as a person writes it down: `PerShare(0.005, minimum=1)`, a name with numbers in brackets.

This file decides what is said when the numbers are not those that the name takes.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


def made_of(kind: Callable[..., T], given: Sequence[object], *, named: Mapping[str, object]) -> T:
    """The value; a ValueError says which argument is missing, given twice or not known, and what there is.

    >>> made_of(complex, [1.0], named={"imag": 2.0})
    (1+2j)
    >>> def spread(bps: float) -> float: return bps
    >>> made_of(spread, [], named={})
    Traceback (most recent call last):
    ValueError: spread: missing a required argument: 'bps'; it takes bps
    """
    takes = inspect.signature(kind).parameters
    try:
        inspect.signature(kind).bind(*given, **named)
    except TypeError as problem:
        raise ValueError(f"{kind.__name__}: {problem}; it takes {', '.join(takes)}") from None
    return kind(*given, **named)
