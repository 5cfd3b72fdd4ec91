"""A verdict is what the gate answers: approved with a ticket, or refused with reasons; both show every control.

This file decides what a control reports (its finding), and what is said where a number that it needs is not there.
"""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Context, Decimal
from enum import StrEnum


class Verdict(StrEnum):
    """What one control says."""

    PASSED = "passed"
    REFUSED = "refused"
    EXEMPT = "exempt"
    """It would refuse new risk, but the order only shrinks a position."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A number that a control needs is absent, not finite, or not exact: the answer is no."""

    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one control measured, what it allows, and what follows."""

    control: str
    value: Decimal | str | None
    """What was measured, with the order in it; None where it could not be."""
    limit: Decimal | str
    verdict: Verdict
    reason: str
    remedy: str = ""
    """What to do about a refusal."""

    @property
    def is_refused(self) -> bool:
        """True where this control says no."""
        return self.verdict is Verdict.REFUSED


def at_most(control: str, value: Decimal | Missing, *, limit: Decimal, what: str, remedy: str) -> Finding:
    """Passed up to the limit and at it, refused above it or where the value is missing."""
    if isinstance(value, Missing):
        return absent(control, value, limit=limit)
    verdict = Verdict.PASSED if value <= limit else Verdict.REFUSED
    sign = "is within" if verdict is Verdict.PASSED else "is above"
    reason = f"{what} {_short(value)} {sign} {_short(limit)}"
    return Finding(
        control=control,
        value=value,
        limit=limit,
        verdict=verdict,
        reason=reason,
        remedy=remedy if verdict is Verdict.REFUSED else "",
    )


def stated(control: str, value: str, *, limit: str, is_good: bool, reason: str, remedy: str) -> Finding:
    """A finding about a fact rather than a number."""
    return Finding(
        control=control,
        value=value,
        limit=limit,
        verdict=Verdict.PASSED if is_good else Verdict.REFUSED,
        reason=reason,
        remedy="" if is_good else remedy,
    )


def absent(control: str, missing: Missing, *, limit: Decimal | str) -> Finding:
    """Refused, because it cannot be measured."""
    return Finding(
        control=control,
        value=None,
        limit=limit,
        verdict=Verdict.REFUSED,
        reason=f"{missing.what} is not known, so nothing new is risked",
        remedy=f"supply {missing.what}, then send again",
    )


def number(value: object, what: str) -> Decimal | Missing:
    """A finite Decimal as it is; anything else is missing."""
    return value if isinstance(value, Decimal) and value.is_finite() else Missing(what)


def positive(value: object, what: str) -> Decimal | Missing:
    """A finite Decimal above 0 as it is; anything else is missing."""
    found = number(value, what)
    return found if isinstance(found, Missing) or found > 0 else Missing(what)


def part(amount: Decimal | Missing, whole: Decimal | Missing) -> Decimal | Missing:
    """Amount over whole, its last digit rounded up so that a measure is never understated."""
    if isinstance(amount, Missing) or isinstance(whole, Missing):
        return amount if isinstance(amount, Missing) else whole
    return Context(prec=28, rounding=ROUND_CEILING).divide(amount, whole)


def _short(value: Decimal) -> str:
    """Six digits for people; the finding has them all."""
    return f"{Context(prec=6).plus(value).normalize():f}"
