"""A view as it is told: its fields as closed objects, and the bytes of an answer.

This file decides the same spelling for the documentation (`told_kind`) and for what is sent (`Telling`). Moments lose
their suffix and are null where they never were; exact numbers are texts; an undefined statistic is null; a tuple is an
object with `items`, so that a page can say where the next one begins.
"""

import math
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from pydantic import BaseModel, ConfigDict, create_model
from pydantic import Field as Described

from tradewright.interfaces.api.schemas import values
from tradewright.interfaces.api.schemas.asked import is_moment, shown_name
from tradewright.interfaces.api.schemas.words import summary_of, words_of
from tradewright.ports.paging import Page


class Told(BaseModel):
    """What every object of an answer is: closed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def told_kind(answer: Any) -> Any:
    """The model of an answer's type: a view, a tuple of views, a page."""
    origin, inner = get_origin(answer), get_args(answer)
    if origin is tuple:
        return _list_model(inner[0], is_page=False)
    if origin is Page:
        return _list_model(inner[0], is_page=True)
    return _kind(answer, "")


@cache
def _list_model(item: Any, *, is_page: bool) -> Any:
    described: dict[str, Any] = {"items": (list[_kind(item, "")], Described())}  # type: ignore[misc]
    if is_page:
        described["cursor"] = (
            str,
            Described(description="What the next page is asked with; empty after the last one."),
        )
    name = f"{getattr(item, '__name__', 'Value')}{'Page' if is_page else 'List'}"
    words = summary_of(item) if isinstance(item, type) else ""
    return create_model(name, __base__=Told, __doc__=f"{'A page' if is_page else 'A list'}: {words}", **described)


@cache
def _model(kind: type) -> Any:
    hints, told = get_type_hints(kind), words_of(kind)
    described: dict[str, Any] = {
        shown_name(one.name): (_kind(hints[one.name], one.name), Described(description=told.get(one.name)))
        for one in fields(kind)
    }
    return create_model(kind.__name__, __base__=Told, __doc__=summary_of(kind), **described)


def _kind(hint: Any, name: str) -> Any:
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _kind(inner[0], name)
    if isinstance(hint, TypeVar):
        raise TypeError(f"{name} has no type of its own; say it")
    if is_moment(name) and hint in (int, int | None):
        return values.MOMENT_SHOWN | None
    if origin in {Union, types.UnionType}:
        return Union[tuple(_kind(one, name) for one in inner)]  # noqa: UP007 - of values, not of names
    if origin is Page:
        return _list_model(inner[0], is_page=True)
    if origin in {tuple, list, frozenset} or (isinstance(origin, type) and issubclass(origin, Sequence)):
        return list[_kind(inner[0], name)]  # type: ignore[misc]
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return dict[str, _kind(inner[1], name)]  # type: ignore[misc]
    if is_dataclass(hint) and isinstance(hint, type):
        return _model(hint)
    return _single(hint, name)


def _single(hint: Any, name: str) -> Any:
    simple: dict[Any, Any] = {
        Decimal: values.EXACT_SHOWN,
        datetime: values.MOMENT_SHOWN,
        date: values.DATE_SHOWN,
        Path: str,
        object: Any,
        type(None): None,
    }
    if hint in simple:
        return simple[hint]
    if hint in {str, int, bool, float}:
        return float | None if hint is float else hint
    if isinstance(hint, type) and issubclass(hint, Enum):
        words = [str(one.value) for one in hint]
        return Annotated[str, values.shown({"type": "string", "enum": words})]
    raise TypeError(f"no answer can hold a {hint!r} for {name}; say how it is told")


Maker = Callable[[Any], object]


@dataclass(slots=True)
class Telling:
    """Makes bytes of answers. It learns each class once, and may be asked by several threads."""

    _makers: dict[type, Maker] = field(default_factory=dict)

    def encoded(self, answer: object) -> bytes:
        """An answer as JSON: always an object."""
        if isinstance(answer, tuple):
            return msgspec.json.encode({"items": [self.plain(one) for one in answer]})
        return msgspec.json.encode(self.plain(answer))

    def plain(self, value: object) -> object:
        """JSON values only."""
        kind = type(value)
        maker = self._makers.get(kind)
        if maker is None:
            maker = self._makers[kind] = self._maker(kind)
        return maker(value)

    def _maker(self, kind: type) -> Maker:
        if kind in {str, int, bool, type(None)}:
            return _same
        for base, maker in self._table():
            if issubclass(kind, base):
                return maker
        if is_dataclass(kind):
            return self._of_fields(kind)
        raise TypeError(f"no answer can hold a {kind.__name__}")

    def _table(self) -> tuple[tuple[type, Maker], ...]:
        return (
            (Enum, lambda one: str(one.value)),
            (float, lambda one: one if math.isfinite(one) else None),
            (Decimal, lambda one: f"{one:f}"),
            (datetime, _moment_of_datetime),
            (date, lambda one: one.isoformat()),
            (Path, str),
            (Page, lambda one: {"items": [self.plain(each) for each in one.items], "cursor": one.cursor}),
            (Mapping, lambda one: {str(name): self.plain(each) for name, each in one.items()}),
            (str, str),
            (int, int),
            (frozenset, lambda one: sorted(self.plain(each) for each in one)),  # type: ignore[type-var]
            (Sequence, lambda one: [self.plain(each) for each in one]),
        )

    def _of_fields(self, kind: type) -> Maker:
        plan = [
            (one.name, shown_name(one.name), _moment_of_ns if is_moment(one.name) else self.plain)
            for one in fields(kind)
        ]
        return lambda value: {shown: make(getattr(value, name)) for name, shown, make in plan}


def _same(value: object) -> object:
    return value


def _moment_of_ns(value: int | None) -> str | None:
    return values.moment_text(value) if value else None


def _moment_of_datetime(value: datetime) -> str:
    given = value if value.tzinfo else value.replace(tzinfo=UTC)
    seconds = int(given.timestamp())
    return values.moment_text(seconds * 1_000_000_000 + given.microsecond * 1_000)
