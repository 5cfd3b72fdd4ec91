"""What a schedule is to do: a message of the job table, from the name of its kind and the values of its fields.

This file decides that a wish which its job could only refuse is refused at once: a field that there is not, a value of
another kind, a strategy, a cost or a deployment that is not there.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, get_origin, get_type_hints

import msgspec

from tradewright.application.backtests.submitting import checked_wish, title_of
from tradewright.application.backtests.wishes import MakeBacktest
from tradewright.application.deployments.messages import (
    PauseDeployment,
    ResumeDeployment,
    StartDeployment,
    StopDeployment,
)
from tradewright.application.jobs.submitting import JobTable
from tradewright.application.schedules.messages import Wish
from tradewright.application.shelf.naming import Reference
from tradewright.application.shelf.running import Runnable
from tradewright.domain.errors import InputError
from tradewright.ports.code import CodeFiles
from tradewright.ports.deployments import Deployments

_OF_DEPLOYMENTS = StartDeployment | StopDeployment | PauseDeployment | ResumeDeployment


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What wishes are held against."""

    code: CodeFiles
    runnable: Callable[[Reference], Runnable]
    deployments: Deployments


def wanted(table: JobTable, kind: str, *, wishes: Mapping[str, Wish], known: Known) -> object:
    """The message; InputError says what of the wishes cannot be used."""
    return _checked(_read(_message_of(table, kind), kind, wishes), known)


def told_by(message: object, kind: str) -> str:
    """A title, where nobody wrote one."""
    return title_of(message) if isinstance(message, MakeBacktest) else kind.replace("_", " ").capitalize()


def _message_of(table: JobTable, kind: str) -> type:
    found = table.messages.get(kind)
    if found is None:
        raise InputError("no worker does that", expected=f"one of {', '.join(sorted(table.messages))}", found=kind)
    return found


def _read(message: type, kind: str, wishes: Mapping[str, Wish]) -> object:
    hints = get_type_hints(message)
    strange = sorted(set(wishes) - set(hints))
    needed = [one.name for one in fields(message) if one.default is MISSING and one.default_factory is MISSING]
    missing = [name for name in needed if name not in wishes]
    if strange or missing:
        raise InputError(
            f"{kind} cannot be asked so",
            expected=f"fields of {', '.join(hints) or 'no name: it has none'}",
            found=f"no {', '.join(missing)}" if missing else ", ".join(strange),
        )
    given = {name: _spelled(value, hints[name]) for name, value in wishes.items()}
    try:
        return msgspec.convert(given, message, strict=False)
    except (msgspec.ValidationError, ValueError) as problem:
        raise InputError(
            f"{kind} cannot be asked so", expected="values that fit the fields", found=str(problem)
        ) from None


def _spelled(value: Wish, hint: Any) -> object:
    """Lists may be written with commas, exact numbers as numbers."""
    if get_origin(hint) is tuple and isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number and hint not in {int, float} else value


def _checked(message: object, known: Known) -> object:
    if isinstance(message, MakeBacktest):
        return checked_wish(message, code=known.code, runnable=known.runnable)
    if isinstance(message, _OF_DEPLOYMENTS):
        if message.deployment:
            known.deployments.find(message.deployment)
        elif not message.strategy:
            raise InputError("which deployment?", expected="deployment, or strategy", found="neither")
    return message
