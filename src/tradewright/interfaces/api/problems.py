"""An error as it is told over HTTP: problem details (RFC 9457) with a stable code, what was expected, found, and to do.

This file decides the status of every branch of the error tree, and that what is no error of ours tells nothing of
itself: it is a defect, logged with the correlation id that is told.
"""

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import msgspec
from starlette.responses import Response

from tradewright.domain import errors
from tradewright.domain.errors import TooOften, TradewrightError, UnfitStrategy
from tradewright.lazy import MissingLibraryError

MEDIA: Final = "application/problem+json"
_LOG: Final = logging.getLogger("tradewright.api")
STATUSES: Final[Mapping[type[TradewrightError], int]] = MappingProxyType(
    {
        errors.TradewrightError: 503,
        errors.InputError: 422,
        errors.NotFound: 404,
        errors.UnknownInstrument: 404,
        errors.UnknownVenue: 404,
        errors.Conflict: 409,
        errors.UnfitStrategy: 422,
        errors.DataError: 422,
        errors.StrategyError: 422,
        errors.ConfinementError: 503,
        errors.StorageError: 503,
        errors.BrokerError: 503,
        errors.NotSent: 503,
        errors.ControlError: 503,
        errors.NotRunning: 409,
        errors.Unauthorized: 403,
        errors.NotIdentified: 401,
        errors.TooOften: 429,
    }
)
"""Branch -> status; one of a later branch is told as the nearest that is here."""
TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "tradewright_error": "something went wrong",
        "input_error": "this cannot be used",
        "not_found": "this is not there",
        "unknown_instrument": "no such instrument",
        "unknown_venue": "no such venue",
        "conflict": "this does not fit what is there",
        "unfit_strategy": "the strategy has not passed the check",
        "data_error": "market data is missing or damaged",
        "strategy_error": "the strategy failed",
        "confinement_error": "a wall around an uploaded strategy is missing",
        "storage_error": "the place that keeps things failed",
        "broker_error": "the broker failed",
        "not_sent": "nothing was sent",
        "control_error": "the trader does not answer",
        "not_running": "no trader runs",
        "unauthorized": "you may not do that",
        "not_identified": "nobody is known by this",
        "too_often": "too many requests",
        "refused": "risk or the venue refused it",
        "invalid_request": "the request cannot be used",
        "malformed_request": "the request cannot be read",
        "unknown_path": "there is no such path",
        "unknown_method": "this path does not answer that method",
        "too_large": "the body is too large",
        "wrong_media_type": "the body is of another kind",
        "wrong_host": "this name is not served here",
        "wrong_origin": "this page may not ask",
        "overloaded": "too much is asked at once",
        "service_away": "a service does not answer",
        "service_silent": "a service fell silent",
        "missing_library": "a part is not installed",
        "internal_error": "a defect of the program",
    }
)
"""Code -> title; both are stable."""


@dataclass(eq=False)
class Problem(Exception):  # noqa: N818 - as RFC 9457 says it
    """What is wrong with a request, or what came of it."""

    status: int
    code: str
    detail: str
    expected: str = ""
    found: str = ""
    remedy: str = ""
    errors: Sequence[Mapping[str, str]] = ()
    """Each with its `place` and its `problem`."""
    headers: Mapping[str, str] = field(default_factory=dict)

    def content(self, correlation_id: str) -> bytes:
        """As JSON."""
        told = {
            "type": f"/docs#{self.code}",
            "title": TITLES[self.code],
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "expected": self.expected,
            "found": self.found,
            "remedy": self.remedy,
            "errors": [dict(one) for one in self.errors],
            "correlation_id": correlation_id,
        }
        return msgspec.json.encode(told)

    def response(self, correlation_id: str) -> Response:
        """As it is sent."""
        headers = {**self.headers, "Cache-Control": "no-store"}
        return Response(self.content(correlation_id), self.status, headers, media_type=MEDIA)


def problem_of(error: BaseException, correlation_id: str = "") -> Problem:
    """What a failure is to whoever asked."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, TradewrightError):
        kind = next(one for one in type(error).__mro__ if one in STATUSES)
        headers = {}
        if isinstance(error, TooOften):
            headers["Retry-After"] = str(error.wait_s)
        elif STATUSES[kind] == 503:
            headers["Retry-After"] = "1"
        elif STATUSES[kind] == 401:
            headers["WWW-Authenticate"] = 'Bearer realm="tradewright"'
        places = error.findings if isinstance(error, UnfitStrategy) else ()
        return Problem(
            STATUSES[kind],
            code_of(kind),
            str(error) if error.problem == "" else error.problem,
            expected=error.expected,
            found=error.found,
            remedy=error.remedy,
            errors=[{"place": place, "problem": told} for place, told in places],
            headers=headers,
        )
    if isinstance(error, MissingLibraryError):
        return Problem(503, "missing_library", str(error))
    _LOG.error("%s: a request failed by a defect", correlation_id, exc_info=error)
    return Problem(500, "internal_error", "a defect of the program", remedy="its log has it by the correlation id")


def code_of(kind: type) -> str:
    """`UnknownInstrument` as `unknown_instrument`, the same as the shell says."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind.__name__).lower()


def invalid(*found: Mapping[str, str]) -> Problem:
    """The request was read, and does not say what is needed."""
    first = found[0]
    return Problem(422, "invalid_request", f"{first['place']}: {first['problem']}", errors=found)


def malformed(place: str, problem: str) -> Problem:
    """The request cannot be read at all."""
    return Problem(400, "malformed_request", f"{place}: {problem}", errors=({"place": place, "problem": problem},))
