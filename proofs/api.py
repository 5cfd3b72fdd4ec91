"""Requests made from the API's own document, by everybody: right ones, wrong ones, with every role and with none.

No answer may be a failure of the server, of a status or a form that the document does not have, and nothing may be let
in without a key. What ends the world that is asked (stopping a session, the kill switch, logging out) is asked last.
"""

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import requests
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.result import Ok
from schemathesis.core.transport import Response
from schemathesis.errors import SerializationNotPossible
from schemathesis.openapi import from_dict
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from proofs.asking.desk import desk
from proofs.asking.served import Served, listening
from proofs.report import Report

GOAL: Final = 20_000
ROLES: Final = ("viewer", "trader", "risk", "admin")
STRANGERS: Final = ("", "garbage", "expired", "revoked")
ENDING: Final = ("/stop", "/kill", "/release", "/cancel-all", "/close", "/logout", "/sessions/{id}")
"""Ends of paths that would end what the other requests ask about."""
Operation = APIOperation[Any, Any, Any, Any]
Asking = Case[Any]
CHECKS: Final = (content_type_conformance, response_schema_conformance, status_code_conformance)


@dataclass(slots=True)
class Asked:
    """What was asked so far, and what came of it."""

    cases: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    operations: set[str] = field(default_factory=set)
    findings: dict[str, str] = field(default_factory=dict)
    """One of a kind each: what, where -> how to see it again."""
    let_in: int = 0
    """Requests that were more than refused."""


def options(parser: argparse.ArgumentParser) -> None:
    """What can be chosen."""
    parser.add_argument("--cases", type=int, default=GOAL, help="how many requests, over all operations and roles")
    parser.add_argument("--only", default="", help="operations whose path holds this")
    parser.add_argument("--seed", type=int, default=1)


def prove(asked: argparse.Namespace) -> int:
    """Ask, judge, tell."""
    report = Report("api", "G28")
    with (
        tempfile.TemporaryDirectory(prefix="proofs-api-", ignore_cleanup_errors=True) as folder,
        desk(Path(folder), speed="0.2") as world,
    ):
        found = everything(world, cases=asked.cases, only=asked.only, number=asked.seed)
        every = len(operations(document_of(world), only=asked.only))
    report.say("requests", found.cases, goal=f"{GOAL:,}", is_met=found.cases >= GOAL)
    report.say(
        "operations asked", f"{len(found.operations)} of {every}", goal="all", is_met=len(found.operations) == every
    )
    report.say("more than refused", found.let_in)
    report.numbers |= {"statuses": dict(sorted(found.statuses.items())), "seed": asked.seed}
    report.findings += [f"{what}: {again}" for what, again in found.findings.items()]
    return report.finish(is_kept=not asked.no_record)


def everything(world: Served, *, cases: int, only: str = "", number: int = 1) -> Asked:
    """Every operation by every role with right and wrong requests, then by strangers."""
    found, document = Asked(), document_of(world)
    listed = operations(document, only=only)
    shares = len(listed) * (2 * len(ROLES) + 1)
    each = max(1, round(cases / shares))
    with listening(world.serving) as address, requests.Session() as session:
        for operation in listed:
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                for role in ROLES:
                    _ask(operation, Wish(address, session, world.keys[role], role, mode, each, number), found)
            _ask(operation, Wish(address, session, "", "", GenerationMode.POSITIVE, each, number), found)
        for stranger in STRANGERS[1:]:
            for operation in listed:
                key = world.keys[stranger]
                _ask(operation, Wish(address, session, key, stranger, GenerationMode.POSITIVE, 1, number), found)
    return found


def document_of(world: Served) -> dict[str, Any]:
    """The document, as it is served."""
    found: dict[str, Any] = world.told("GET", "/openapi.json")
    return found


def operations(document: dict[str, Any], *, only: str = "") -> list[Operation]:
    """Every one, those last that end something."""
    schema = from_dict(document)
    listed = [one.ok() for one in schema.get_all_operations() if isinstance(one, Ok)]
    chosen = [one for one in listed if only in one.path]
    return sorted(chosen, key=lambda one: (one.method.upper() != "GET" and one.path.endswith(ENDING), one.path))


@dataclass(frozen=True, slots=True)
class Wish:
    """How one operation is asked."""

    address: str
    session: requests.Session
    key: str
    who: str
    mode: GenerationMode
    cases: int
    number: int


def _ask(operation: Operation, wish: Wish, found: Asked) -> None:
    """So many cases of one operation; an operation about which nothing wrong can be said is asked right ones only."""

    @seed(wish.number)
    @settings(
        max_examples=wish.cases, deadline=None, database=None, phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(operation.as_strategy(generation_mode=wish.mode))
    def asked(case: Asking) -> None:
        _one(case, wish, found)

    with suppress(Unsatisfiable, SerializationNotPossible):
        asked()


def _one(case: Asking, wish: Wish, found: Asked) -> None:
    headers = {"Authorization": f"Bearer {wish.key}"} if wish.key else {}
    with suppress(SerializationNotPossible):
        case.headers.pop("Authorization", None)
        case.headers.pop("X-API-Key", None)
        response = case.call(base_url=wish.address, session=wish.session, headers=headers, timeout=60)
        found.cases += 1
        found.statuses[response.status_code] += 1
        label = f"{case.operation.method.upper()} {case.operation.path}"
        found.operations.add(label)
        again = f"as {wish.who or 'nobody'}: {case.as_curl_command(headers)[:400]}"
        for what in _wrong(case, response, wish):
            found.findings.setdefault(f"{label}: {what}", again)
        found.let_in += response.status_code not in {401, 403}


def _is_open(case: Asking) -> bool:
    """Whether the document says that no key is needed: none is named, or none is among what is enough."""
    security = case.operation.definition.raw.get("security")
    return not security or {} in security


def _wrong(case: Asking, response: Response, wish: Wish) -> Iterator[str]:
    """What must not be about an answer."""
    if response.status_code >= 500:
        yield f"answered {response.status_code} {response.text[:120]}"
    if wish.who not in ROLES and response.status_code not in {401, 400} and not _is_open(case):
        yield f"let {wish.who or 'a stranger'} in with {response.status_code}"
    try:
        case.validate_response(response, checks=list(CHECKS))
    except FailureGroup as group:
        for one in group.exceptions:
            yield " ".join(str(one).split())[:200]
    except Failure as one:
        yield " ".join(str(one).split())[:200]
