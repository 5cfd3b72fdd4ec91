"""The document about all routes (OpenAPI 3.1): what FastAPI derives, and what only we know.

This file decides what is added: the two ways to show a key, the role that each message needs, the form of problems, and
that lists of an address have commas.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from tradewright.application.dispatcher import Dispatcher
from tradewright.interfaces.api.routes import AskRoute, ProblemTold, Wrong

TITLE: Final = "Tradewright"
WORDS: Final = (
    "Everything of the command line over HTTP. Money, prices and quantities are decimal texts; times are ISO 8601 in "
    "UTC; errors are problem details (RFC 9457) with a stable code. A request that has a field nobody knows is refused."
)
SCHEMES: Final[Mapping[str, Any]] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A key: `Authorization: Bearer tw_...`"},
    "header": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "The same key: `X-API-Key: tw_...`",
    },
}


def document(routes: Iterable[BaseRoute], dispatcher: Dispatcher, *, version: str) -> dict[str, Any]:
    """The whole document."""
    listed = list(routes)
    told = get_openapi(title=TITLE, version=version, description=WORDS, routes=listed, openapi_version="3.1.0")
    components = told.setdefault("components", {})
    components["securitySchemes"] = {name: dict(scheme) for name, scheme in SCHEMES.items()}
    schemas = components.setdefault("schemas", {})
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    for model in (Wrong, ProblemTold):
        schemas[model.__name__] = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas[model.__name__].pop("$defs", None)
    for route in listed:
        if isinstance(route, AskRoute):
            _finish(told["paths"][route.path_format][route.ask.method.lower()], route, dispatcher)
    return told


def _finish(operation: dict[str, Any], route: AskRoute, dispatcher: Dispatcher) -> None:
    ask = route.ask
    role = dispatcher.route(ask.message).role
    if role is None:
        operation["security"] = []
        operation["description"] = "Open to everybody who knows the password."
        operation["responses"].pop("403", None)
    else:
        found = dispatcher.route(ask.message)
        roles = " or ".join(one.value for one in (found.role, found.or_role) if one is not None)
        operation["description"] = f"Needs the role {roles}."
    if not operation.get("summary"):
        operation["summary"] = ask.summary
    for one in operation.get("parameters", ()):
        if one["schema"].get("type") == "array":
            one |= {"style": "form", "explode": False}
        example = {"path": ask.example.path, "query": ask.example.query}.get(one["in"], {}).get(one["name"])
        if example is not None:
            one["example"] = example
