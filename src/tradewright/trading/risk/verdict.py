"""A verdict is what the gate answers: approved with a ticket, or refused with reasons; both show every control.

This file decides what a control reports (its finding), and what is said where a number that it needs is not there.
"""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Context, Decimal, InvalidOperation
from enum import StrEnum
from typing import Final, NamedTuple, TypeGuard

_UPWARDS: Final = Context(prec=28, rounding=ROUND_CEILING)
"""Nobody reads its flags, so that it is as good as a constant; making one takes longer than dividing."""
_divided_upwards: Final = _UPWARDS.divide
_DIGITS: Final = Context(prec=6)
_DIGITS_UPWARDS: Final = Context(prec=6, rounding=ROUND_CEILING)


class Verdict(StrEnum):
    """What one control says."""

    PASSED = "passed"
    REFUSED = "refused"
    EXEMPT = "exempt"
    """It would refuse new risk, but the order only shrinks a position."""
    CONFIRMED = "confirmed"
    """It would refuse, but a named person typed the number that it found."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A number that a control needs is absent, not finite, or not exact: the answer is no."""

    what: str


class Finding(NamedTuple):
    """What one control measured, what it allows, and what follows."""

    control: str
    value: Decimal | str | None
    """What was measured, with the order in it; None where it could not be."""
    limit: Decimal | str
    verdict: Verdict
    told: str
    """The reason; of a measure only what was measured, as its numbers are spelled when somebody reads them."""
    advice: str = ""
    bound: str = ""
    """How a measure stands to its limit: `is within`, `is above`; empty where `told` is the whole reason."""

    @property
    def is_refused(self) -> bool:
        """True where this control says no."""
        return self.verdict is Verdict.REFUSED

    @property
    def to_type(self) -> str:
        """What a person types who wants the order all the same; empty where nothing was measured."""
        if isinstance(self.value, Decimal):
            return f"{_DIGITS_UPWARDS.plus(self.value).normalize():f}"
        return self.value or ""

    def is_covered_by(self, typed: str) -> bool:
        """Whether somebody typed as much as was found, or more of it than there is now."""
        if not isinstance(self.value, Decimal):
            return bool(typed) and self.value == typed
        try:
            return self.value <= Decimal(typed)
        except InvalidOperation:
            return False

    @property
    def reason(self) -> str:
        """Why, as a sentence for people."""
        if not self.bound or not isinstance(self.value, Decimal) or not isinstance(self.limit, Decimal):
            return self.told
        return f"{self.told} {_short(self.value)} {self.bound} {_short(self.limit)}"

    @property
    def remedy(self) -> str:
        """What to do about a refusal; empty where there is none."""
        return "" if self.verdict is Verdict.PASSED else self.advice


def at_most(control: str, value: Decimal | Missing, *, limit: Decimal, what: str, remedy: str) -> Finding:
    """Passed up to the limit and at it, refused above it or where the value is missing."""
    if isinstance(value, Missing):
        return absent(control, value, limit=limit)
    if value <= limit:
        return Finding(control, value, limit, Verdict.PASSED, what, remedy, "is within")
    return Finding(control, value, limit, Verdict.REFUSED, what, remedy, "is above")


def below(control: str, value: Decimal | Missing, *, limit: Decimal, what: str, remedy: str) -> Finding:
    """Passed below the limit, refused at it and above, or where the value is missing."""
    if isinstance(value, Missing):
        return absent(control, value, limit=limit)
    if value < limit:
        return Finding(control, value, limit, Verdict.PASSED, what, remedy, "is below")
    return Finding(control, value, limit, Verdict.REFUSED, what, remedy, "has reached")


def stated(control: str, value: str, *, limit: str, is_good: bool, reason: str, remedy: str) -> Finding:
    """A finding about a fact rather than a number."""
    return Finding(control, value, limit, Verdict.PASSED if is_good else Verdict.REFUSED, reason, remedy)


def absent(control: str, missing: Missing, *, limit: Decimal | str) -> Finding:
    """Refused, because it cannot be measured."""
    told, advice = f"{missing.what} is not known, so nothing new is risked", f"supply {missing.what}, then send again"
    return Finding(control, None, limit, Verdict.REFUSED, told, advice)


def number(value: object, what: str) -> Decimal | Missing:
    """A finite Decimal as it is; anything else is missing."""
    return value if isinstance(value, Decimal) and value.is_finite() else Missing(what)


def positive(value: object, what: str) -> Decimal | Missing:
    """A finite Decimal above 0 as it is; anything else is missing."""
    found = number(value, what)
    return found if isinstance(found, Missing) or found > 0 else Missing(what)


def is_positive(value: object) -> TypeGuard[Decimal]:
    """True for a finite Decimal above 0."""
    return isinstance(value, Decimal) and value.is_finite() and value > 0


def part(amount: Decimal | Missing, whole: Decimal | Missing) -> Decimal | Missing:
    """Amount over whole, its last digit rounded up so that a measure is never understated."""
    if isinstance(amount, Missing) or isinstance(whole, Missing):
        return amount if isinstance(amount, Missing) else whole
    return _divided_upwards(amount, whole)


def _short(value: Decimal) -> str:
    """Six digits for people; the finding has them all."""
    return f"{_DIGITS.plus(value).normalize():f}"
