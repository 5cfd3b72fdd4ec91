"""A route of FastAPI made of an `Ask`: FastAPI finds it and documents it, the desk answers it."""

import inspect
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Annotated, Any, Final

from fastapi import Body, Header, Path, Query
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict
from pydantic import Field as Described
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match
from starlette.types import Scope

from tradewright.interfaces.api.asks import PARAMETER, Ask
from tradewright.interfaces.api.desk import KEY_HEADER, KEY_PATTERN
from tradewright.interfaces.api.problems import MEDIA
from tradewright.interfaces.api.schemas import values
from tradewright.interfaces.api.schemas.words import summary_of

Answers = Callable[[Ask, Request], Awaitable[Response]]
"""Whoever answers a route: the desk of this process, or another service."""
SECURITY: Final[tuple[dict[str, list[str]], ...]] = ({"bearer": []}, {"header": []})
"""Either of the two ways to show a key."""
STATUS_WORDS: Final[Mapping[int, str]] = {
    204: "Its end was seen already (Last-Event-ID).",
    304: "It is as whoever asks has it already (If-None-Match).",
    400: "The request cannot be read.",
    401: "No key, or one that opens nothing.",
    403: "The key's roles do not allow it, or the page of another site asks.",
    404: "It is not there, or not for this key.",
    409: "It does not fit what is there now, the same wish is at work, or risk refused it.",
    413: "The body is too large.",
    415: "The body is of another kind.",
    422: "The request does not say what is needed, or what it says cannot be used.",
    429: "Too many requests.",
    503: "What is needed to answer failed, or too much is asked at once.",
}


class Wrong(BaseModel):
    """One place that cannot be used."""

    model_config = ConfigDict(extra="forbid")
    place: str
    problem: str


class ProblemTold(BaseModel):
    """What is wrong with a request, or what came of it (RFC 9457)."""

    model_config = ConfigDict(extra="forbid")
    type: str
    title: str
    status: int
    detail: str = Described(description="What happened.")
    code: str = Described(description="Stable, for programs.")
    expected: str
    found: str
    remedy: str = Described(description="What to do.")
    errors: list[Wrong] = Described(description="Every place of the request that cannot be used.")
    correlation_id: str = Described(description="Joins this answer with the log and the audit.")


class AskRoute(APIRoute):
    """The route of an `Ask`, at its path or at an old one."""

    def __init__(self, ask: Ask, answer: "Answers", *, path: str, words: Mapping[str, frozenset[str]]) -> None:
        """`words`: parameter -> what stands in its place in other paths, and is theirs."""
        self.ask, self.answer, self.words = ask, answer, words
        is_old, is_main = path in ask.also, path == ask.full_path
        super().__init__(
            path,
            _signed(ask),
            methods=[ask.method],
            name=ask.name,
            operation_id=ask.name if is_main else _operation(ask, path),
            summary=ask.summary or None,
            description=f"Needs the role {{role:{ask.name}}}.",
            tags=[ask.group],
            status_code=ask.status,
            response_model=ask.told,
            response_class=Response if ask.told is None else JSONResponse,
            response_description=summary_of(ask.told) if ask.told else "The page.",
            responses=_responses(ask),
            deprecated=is_old or None,
            openapi_extra={"security": list(SECURITY), **_form(ask)},
        )

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The desk's answer."""
        ask, answer = self.ask, self.answer

        async def handler(request: Request) -> Response:
            return await answer(ask, request)

        return handler

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Not where the value of a parameter is a word of another path: `/api/data/import` is no symbol."""
        match, child = super().matches(scope)
        if match is not Match.NONE:
            found = child.get("path_params", {})
            if any(found.get(name) in taken for name, taken in self.words.items()):
                return Match.NONE, {}
        return match, child


def words_beside(path: str, paths: frozenset[str]) -> dict[str, frozenset[str]]:
    """Of each parameter in a path, the words that other paths have in its place."""
    parts = path.split("/")
    found: dict[str, frozenset[str]] = {}
    for position, part in enumerate(parts):
        parameter = PARAMETER.fullmatch(part)
        if parameter is None:
            continue
        beside = (one.split("/") for one in paths)
        found[parameter[1]] = frozenset(
            one[position]
            for one in beside
            if len(one) == len(parts)
            and _fits(one[:position], parts[:position])
            and not PARAMETER.fullmatch(one[position])
            and _fits(one[position + 1 :], parts[position + 1 :])
        )
    return found


def _fits(one: list[str], other: list[str]) -> bool:
    return all(a == b or PARAMETER.fullmatch(a) or PARAMETER.fullmatch(b) for a, b in zip(one, other, strict=True))


def _signed(ask: Ask) -> Callable[[], None]:
    """A function whose signature tells FastAPI what stands where; the desk reads the request, so it is never called."""

    def declared() -> None:
        raise AssertionError("the desk answers")

    kind = inspect.Parameter.KEYWORD_ONLY
    parameters = [
        inspect.Parameter(
            name,
            kind,
            annotation=Annotated[item.annotation, *item.metadata, Path(description=item.description)],
        )
        for name, item in ask.path_part.model.model_fields.items()
    ]
    if ask.query_model is not None:
        parameters.append(inspect.Parameter("asked", kind, annotation=Annotated[ask.query_model, Query()]))
    if ask.body_part.fields and ask.upload is None:
        default = inspect.Parameter.empty if ask.needs_body else None
        model: Any = ask.body_part.model
        body = Annotated[model, Body(openapi_examples=_examples(ask))]
        parameters.append(inspect.Parameter("body", kind, annotation=body, default=default))
    if ask.takes_key:
        header = Header(alias=KEY_HEADER, description="A name of your own for this wish: sent twice, it is done once.")
        told = values.text_kind(128, pattern=KEY_PATTERN, shortest=1)
        default = inspect.Parameter.empty if ask.needs_key else None
        parameters.append(inspect.Parameter("key", kind, annotation=Annotated[told, header], default=default))
    declared.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return declared


def _form(ask: Ask) -> dict[str, Any]:
    """The body of a route that takes a file."""
    if ask.upload is None:
        return {}
    schema = ask.body_part.model.model_json_schema()
    schema["properties"] = {"file": {"type": "string", "format": "binary"}, **schema["properties"]}
    schema["required"] = ["file", *schema.get("required", ())]
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


def _examples(ask: Ask) -> dict[str, Any] | None:
    return None if ask.example.body is None else {"example": {"value": dict(ask.example.body)}}


def _responses(ask: Ask) -> dict[int | str, dict[str, Any]]:
    """Everything that this route can answer beside what it is asked for."""
    told: dict[int | str, dict[str, Any]] = {}
    if ask.method == "GET":
        told[304] = {"description": STATUS_WORDS[304]}
    statuses = [400, 401, 403, 404, 409, 422, 429, 503]
    if ask.body_part.fields or ask.upload:
        statuses += [413, 415]
    for status in sorted(statuses):
        told[status] = problem_response(status)
    if ask.is_followed:
        told[204] = {"description": STATUS_WORDS[204]}
    if ask.media:
        told[ask.status] = {"content": {media: {"schema": {"type": "string"}} for media in ask.media}}
    return told


def problem_response(status: int) -> dict[str, Any]:
    """How a problem of that status is documented."""
    schema = {"$ref": "#/components/schemas/ProblemTold"}
    told: dict[str, Any] = {"description": STATUS_WORDS[status], "content": {MEDIA: {"schema": schema}}}
    if status in {429, 503}:
        told["headers"] = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "string"}}}
    return told


def _operation(ask: Ask, path: str) -> str:
    words = PARAMETER.sub(r"\1", path).replace("-", "_").strip("/").split("/")
    return "_".join(["old" if path in ask.also else "short", ask.method.lower(), *words])
