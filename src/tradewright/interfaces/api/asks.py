"""One route: which message is asked there, how it stands in the request, and how its answer is told.

This file decides that a route cannot exist without the message it asks, whose role it then needs. What is open to
everybody is no `Ask`; it is written in `open_routes.py`, and there alone.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

from pydantic import Field as Described
from pydantic import ValidationError, create_model

from tradewright.application.messages import Actor
from tradewright.interfaces.api.problems import invalid
from tradewright.interfaces.api.schemas.asked import (
    Asked,
    Part,
    asked_part,
    drop_default,
    problems_of,
    shown_name,
)
from tradewright.interfaces.api.schemas.told import told_kind

API: Final = "/api"
PARAMETER: Final = re.compile(r"\{([a-z_]+)\}")
READING: Final = frozenset({"GET", "DELETE"})
"""Methods whose fields stand in the address."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, from where, as part of what."""

    actor: Actor
    address: str
    correlation_id: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that is told in another form than its view, or with another status."""

    content: bytes
    media: str = "application/json"
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Placed:
    """An answer that has an address of its own."""

    answer: object
    place: str
    """Its path."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that came with a request."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Example:
    """A request that works on the data of the demo: what stands in the path, the query, the body."""

    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One route."""

    method: str
    path: str
    """Below `/api`, with `{name}` for what stands in it."""
    message: type
    answer: Any
    """The type of the answer: a view, a tuple of views, a page; None where it is never told as JSON."""
    group: str
    summary: str = ""
    """Empty: the message's own words."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Name in the request -> field of the message, where they differ."""
    hidden: frozenset[str] = frozenset()
    """Fields that nobody sets over the web."""
    given: Mapping[str, Callable[[Caller], object]] = field(default_factory=dict)
    """Fields that are known of whoever asks."""
    fixed: Mapping[str, object] = field(default_factory=dict)
    """Fields that the route itself says."""
    kinds: Mapping[str, Any] = field(default_factory=dict)
    """Field -> more than its type says: a choice, a pattern. Those of other fields do nothing."""
    extra: Mapping[str, tuple[Any, str]] = field(default_factory=dict)
    """Parameters of the query that are for the door alone: name -> kind and words."""
    from_wishes: Callable[[Mapping[str, Any]], Mapping[str, object]] | None = None
    """Fields that follow from the parameters of `extra`."""
    shows: Callable[[Any, Mapping[str, Any]], Reply | object] | None = None
    """Makes another form of the answer, with the parameters of `extra` that were given."""
    media: tuple[str, ...] = ()
    """Kinds of content beside JSON that the answer can have."""
    is_remembered: bool = False
    """Its answer is a view that is remembered as long as its data stay: told from memory, without a thread."""
    is_followed: bool = False
    """The answer changes until it is final: it can be followed as server-sent events."""
    status: int = 200
    upload: tuple[str, str] | None = None
    """The fields that a file's name and its bytes become; the others then come beside it, as parts of a form."""
    needs_key: bool = False
    """An Idempotency-Key must be sent."""
    is_urgent: bool = False
    """It is answered also while everything else is busy."""
    rate: str = ""
    """A count of its own beside that of all requests: `orders`."""
    same: tuple[str, ...] = ()
    """Other paths, whole, that answer the same and stay."""
    also: tuple[str, ...] = ()
    """Old paths, whole, that answer the same; marked deprecated."""
    example: Example = field(default_factory=Example)

    @property
    def full_path(self) -> str:
        """With the prefix."""
        return f"{API}{self.path}"

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path that answers it, whole."""
        return (self.full_path, *self.same, *self.also)

    @property
    def name(self) -> str:
        """Of the operation: `get_orders_id`."""
        words = PARAMETER.sub(r"\1", self.path).replace("-", "_").strip("/").split("/")
        return "_".join([self.method.lower(), *words])

    @property
    def takes_key(self) -> bool:
        """An Idempotency-Key may be sent."""
        return self.method == "POST" and (self.needs_key or self.status in {201, 202})

    @cached_property
    def path_part(self) -> Part:
        """What stands in the path."""
        wanted = {one: self.names.get(one, one) for one in PARAMETER.findall(self.path)}
        return self._part(wanted, "Path", is_text=True)

    @cached_property
    def query_part(self) -> Part:
        """What stands in the query, without `extra`."""
        return self._part(self._rest() if self.method in READING else {}, "Query", is_text=True)

    @cached_property
    def extra_model(self) -> type[Asked]:
        """What of the query is for the door alone."""
        described: dict[str, Any] = {
            name: (kind, Described(default=None, description=told, json_schema_extra=drop_default))
            for name, (kind, told) in self.extra.items()
        }
        return create_model(f"{self._class}Extra", __base__=Asked, **described)

    @cached_property
    def query_model(self) -> type[Asked] | None:
        """The whole query, for the documentation; None where there is nothing in it."""
        if not (self.query_part.fields or self.extra):
            return None
        return create_model(f"{self._class}Asked", __base__=(self.query_part.model, self.extra_model))

    @cached_property
    def body_part(self) -> Part:
        """What stands in the body."""
        return self._part({} if self.method in READING else self._rest(), "Body", is_text=self.upload is not None)

    @cached_property
    def needs_body(self) -> bool:
        """Whether one must be sent."""
        return self.upload is not None or any(one.is_required() for one in self.body_part.model.model_fields.values())

    @cached_property
    def told(self) -> Any:
        """The model of the answer."""
        return None if self.answer is None else told_kind(self.answer)

    def made(
        self,
        parts: Mapping[str, Mapping[str, object]],
        caller: Caller,
        *,
        file: "Uploaded | None" = None,
        wishes: Mapping[str, Any] = MappingProxyType({}),
    ) -> object:
        """The message of a request with these parts; a `Problem` that names every place that cannot be used."""
        found: dict[str, object] = {}
        if self.upload is not None and file is not None:
            found = {self.upload[0]: file.name, self.upload[1]: file.content}
        wrong: list[dict[str, str]] = []
        for name, part in (("path", self.path_part), ("query", self.query_part), ("body", self.body_part)):
            try:
                found |= part.read(parts[name])
            except ValidationError as problem:
                wrong += problems_of(problem, name)
        if wrong:
            raise invalid(*wrong)
        found |= self.fixed
        found |= {} if self.from_wishes is None else self.from_wishes(wishes)
        found |= {name: give(caller) for name, give in self.given.items()}
        return self.message(**found)

    def _rest(self) -> dict[str, str]:
        """Fields that neither the path nor the route says."""
        shown = {one: name for name, one in self.names.items()}
        taken = {self.names.get(one, one) for one in PARAMETER.findall(self.path)}
        taken |= self.hidden | set(self.given) | set(self.fixed) | set(self.upload or ())
        return {
            shown.get(one.name, shown_name(one.name)): one.name for one in fields(self.message) if one.name not in taken
        }

    def _part(self, wanted: Mapping[str, str], called: str, *, is_text: bool) -> Part:
        return asked_part(self.message, wanted, called=f"{self._class}{called}", kinds=self.kinds, is_text=is_text)

    @property
    def _class(self) -> str:
        return "".join(word.capitalize() for word in self.name.split("_"))

    def check(self) -> None:
        """ValueError for a route that says something of a field that is none, or leaves one out that is needed."""
        known = {one.name: one for one in fields(self.message)}
        said = {*self.names.values(), *self.hidden, *self.given, *self.fixed}
        unknown = said - set(known)
        hidden = [
            name for name in self.hidden if known[name].default is MISSING and known[name].default_factory is MISSING
        ]
        if unknown or hidden:
            raise ValueError(
                f"{self.method} {self.path}: {', '.join([*unknown, *hidden])} of {self.message.__name__} "
                f"{'is no field' if unknown else 'is needed'}"
            )


def by_actor(caller: Caller) -> str:
    """Who asks, by name."""
    return caller.actor.name


def by_address(caller: Caller) -> str:
    """Where they ask from."""
    return caller.address
