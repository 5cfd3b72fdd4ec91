"""A message as it is asked for: its fields as a model that refuses everything else.

This file decides how a field of a message becomes a value of a request. `..._ns` becomes a moment without the suffix,
Decimal an exact text, a tuple a list, a nested value an object; lists and tables are bounded. In an address there is
text only, and lists have commas.
"""

import types
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Final, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic import Field as Described

from tradewright.interfaces.api.schemas import values
from tradewright.interfaces.api.schemas.words import words_of

MOST_ITEMS: Final = 1_000
"""Of a list in a request."""
MOST_NAMES: Final = 100
"""Of a table in a request."""
DURATIONS: Final = frozenset({"duration_ns", "lag_ns"})
"""Fields in nanoseconds that are no moments; they keep their name."""


class Asked(BaseModel):
    """What every request is: closed, and frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=False)
    made_kind: ClassVar[type | None] = None
    """What a nested value becomes."""
    made_names: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """Name in the request -> field."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some fields of a message, as one part of a request: its address, its query, or its body."""

    model: type[Asked]
    fields: Mapping[str, str]
    """Name in the request -> field of the message."""

    def read(self, given: Mapping[str, object]) -> dict[str, object]:
        """The message's fields that were given; pydantic's ValidationError where they cannot be used."""
        made = self.model.model_validate(given)
        return {self.fields[name]: _plain(getattr(made, name)) for name in self.fields if name in made.model_fields_set}


def is_moment(name: str) -> bool:
    """Whether a field of that name holds a moment in nanoseconds."""
    return name.endswith("_ns") and name not in DURATIONS


def shown_name(name: str) -> str:
    """The name of a field as doors over the network say it.

    >>> shown_name("created_ns"), shown_name("lag_ns")
    ('created', 'lag_ns')
    """
    return name.removesuffix("_ns") if is_moment(name) else name


def asked_part(
    message: type,
    wanted: Mapping[str, str],
    *,
    called: str,
    kinds: Mapping[str, Any],
    is_text: bool = False,
) -> Part:
    """The fields `wanted` (name in the request -> field) of a message; `kinds` say more of a field than its type."""
    hints, declared = get_type_hints(message), {one.name: one for one in fields(message)}
    told = words_of(message)
    described: dict[str, Any] = {}
    for shown, name in wanted.items():
        kind = kinds.get(name) or _kind(hints[name], name, is_text=is_text, called=called)
        described[shown] = (kind, _described(declared[name], told.get(name, "")))
    model = create_model(called, __base__=Asked, **described)
    return Part(model, dict(wanted))


def problems_of(found: ValidationError, part: str) -> list[dict[str, str]]:
    """What is wrong, and where."""
    told = []
    for one in found.errors(include_url=False, include_context=False, include_input=False):
        place = ".".join([part, *(str(step) for step in one["loc"])])
        told.append(
            {"place": place[:200], "problem": _TELLING.get(one["type"], one["msg"].removeprefix("Value error, "))}
        )
    return told


_TELLING: Final = {
    "extra_forbidden": "there is no such field",
    "missing": "this is needed",
    "model_type": "write it as an object",
    "model_attributes_type": "write it as an object",
    "dict_type": "write it as an object",
    "list_type": "write it as a list",
    "bool_type": "write true or false",
}
"""Pydantic's words in ours."""


def _described(declared: "Field[Any]", told: str) -> Any:
    default = declared.default if declared.default is not MISSING else None
    if declared.default is MISSING and declared.default_factory is MISSING:
        return Described(description=told or None)
    return Described(default=default, description=told or None, json_schema_extra=drop_default)


def drop_default(schema: dict[str, Any]) -> None:
    """A default of ours may be no value of a request (None, a tuple, nanoseconds): it is told in words where needed."""
    if not isinstance(schema.get("default"), str | int | float) or schema.get("default") == "":
        schema.pop("default", None)


def _kind(hint: Any, name: str, *, is_text: bool, called: str) -> Any:
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _kind(inner[0], name, is_text=is_text, called=called)
    if origin in {Union, types.UnionType}:
        return _union(
            [one for one in inner if one is not type(None)], name, is_text=is_text, called=called, given=inner
        )
    if origin is tuple or (isinstance(origin, type) and issubclass(origin, Sequence)):
        item = _kind(inner[0], name, is_text=is_text, called=called)
        return values.list_kind(item, is_text=is_text, most=MOST_ITEMS)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        value = _kind(inner[1], name, is_text=is_text, called=called)
        key = values.text_kind(64, shortest=1)
        return Annotated[dict[key, value], Described(max_length=MOST_NAMES)]  # type: ignore[valid-type]
    return _single(hint, name, is_text=is_text, called=called)


def _single(hint: Any, name: str, *, is_text: bool, called: str) -> Any:
    if hint is int:
        if is_moment(name):
            return values.MOMENT_KIND
        return (
            values.whole_kind(1, MOST_ITEMS, is_text=is_text) if name == "limit" else values.whole_kind(is_text=is_text)
        )
    simple = {
        Decimal: values.EXACT_KIND,
        bool: values.yes_kind(is_text=is_text),
        float: values.number_kind(is_text=is_text),
        str: values.text_kind(_LENGTHS.get(name, values.LONGEST)),
        date: values.text_kind(32),
        datetime: values.text_kind(40),
        object: Any,
    }
    if hint in simple:
        return simple[hint]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return values.choice_kind(tuple(str(one.value) for one in hint), made=hint)
    if is_dataclass(hint) and isinstance(hint, type):
        names = {shown_name(one.name): one.name for one in fields(hint)}
        part = asked_part(hint, names, called=f"{called}{hint.__name__}", kinds={})
        part.model.made_kind, part.model.made_names = hint, names
        return part.model
    raise TypeError(f"{called}: no request can hold a {hint!r} for {name}; leave the field out, or say its kind")


_LENGTHS: Final = {
    "reason": 500,
    "why": 500,
    "description": 1_000,
    "remark": 500,
    "costs": 500,
    "sizing": 500,
    "password": 256,
    "cursor": 500,
}


def _union(kinds: list[Any], name: str, *, is_text: bool, called: str, given: tuple[Any, ...]) -> Any:
    """A value or null; several kinds only in a body, where their JSON tells them apart. Days and moments are text."""
    if str in kinds and {date, datetime} & set(kinds):
        kinds = [str]
    made = [_kind(one, name, is_text=is_text, called=called) for one in kinds]
    whole = made[0]
    for one in made[1:]:
        whole = Union[whole, one]  # noqa: UP007 - of values, not of names
    return whole if is_text or type(None) not in given else whole | None


def _plain(value: object) -> object:
    """As messages have it: lists are tuples."""
    if isinstance(value, list):
        return tuple(_plain(one) for one in value)
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, Asked):
        kind, given = type(value).made_kind, value.model_fields_set
        assert kind is not None, "only nested values lie in a request"
        return kind(
            **{field: _plain(getattr(value, name)) for name, field in value.made_names.items() if name in given}
        )
    return value
