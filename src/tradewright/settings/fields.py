"""A field of the settings tree seen from outside: its dotted name, its variable, what may be written in it."""

import math
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Annotated, Literal, TypeVar, Union, get_args, get_origin

import msgspec

from tradewright.settings.secrets import Secret
from tradewright.settings.tree import Section, Settings

PREFIX = "TRADEWRIGHT_"
_Tree = TypeVar("_Tree", bound=Section)
_YES, _NO = frozenset({"true", "yes", "on", "1"}), frozenset({"false", "no", "off", "0"})
_PLAIN = {float: "a number", int: "a whole number", Decimal: "a number", str: "a text", bool: "true or false"}
_BOUNDS = {"gt": "above", "ge": "at least", "lt": "below", "le": "at most"}


@dataclass(frozen=True, slots=True)
class Field:
    """One leaf of the tree."""

    name: str
    """Dotted: `risk.max_position`."""
    type: object
    default: object

    @property
    def variable(self) -> str:
        """The variable of the environment: `TRADEWRIGHT_RISK_MAX_POSITION`."""
        return PREFIX + self.name.upper().replace(".", "_")

    @property
    def spelled_out(self) -> str:
        """The same with its sections told apart: `TRADEWRIGHT_RISK__MAX_POSITION`; read too."""
        return PREFIX + self.name.upper().replace(".", "__")

    @property
    def plain_type(self) -> object:
        """The type without its range."""
        return get_args(self.type)[0] if get_origin(self.type) is Annotated else self.type

    @property
    def is_secret(self) -> bool:
        """True where only the place of a value may be written."""
        return self.plain_type is Secret

    @property
    def description(self) -> str:
        """What the tree says about it."""
        told = [meta.description for meta in _metas(self.type) if meta.description]
        return told[-1] if told else ""

    @property
    def expected(self) -> str:
        """What may be written, in words."""
        return _described(self.type)

    def converted(self, value: object, *, is_text: bool) -> object:
        """`value` in the field's type; ValueError when it does not fit. `is_text`: from a variable or a flag."""
        if self.plain_type is Decimal:
            return self._exact(value, is_text=is_text)
        try:
            found = msgspec.convert(
                self._read(value) if is_text or isinstance(value, Decimal) else value, self.type, strict=not is_text
            )
        except msgspec.ValidationError as problem:
            raise ValueError(str(problem)) from None
        if isinstance(found, float) and not math.isfinite(found):
            raise ValueError("not finite")
        return found

    def _exact(self, value: object, *, is_text: bool) -> Decimal:
        """The number as it is written; ValueError where it is none, not finite, or out of its range."""
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal | (str if is_text else int)):
            raise ValueError("not a number")
        try:
            found = Decimal(str(value).strip())
        except InvalidOperation:
            raise ValueError("not a number") from None
        if not found.is_finite() or not all(_within(found, meta.extra or {}) for meta in _metas(self.type)):
            raise ValueError("out of range")
        return found

    def _read(self, value: object) -> object:
        """A text with its spellings: lists with commas, words in any case, yes and no; a file's number as a float."""
        if isinstance(value, Decimal):
            return float(value)
        if not isinstance(value, str):
            return value
        text = value.strip()
        if get_origin(self.plain_type) is tuple:
            return tuple(part.strip() for part in text.split(",") if part.strip())
        if get_origin(self.plain_type) is Literal and str in {type(one) for one in get_args(self.plain_type)}:
            return text.lower()
        if self.plain_type is bool:
            return True if text.lower() in _YES else False if text.lower() in _NO else text
        return text


@cache
def fields() -> tuple[Field, ...]:
    """Every leaf of the tree, in its order; looked up once, as it takes 0.5 ms and every backtest asks."""
    return tuple(_leaves(Settings, ""))


def _leaves(tree: type[Section], prefix: str) -> Iterator[Field]:
    for name, field, is_section in _parts(tree):
        if is_section:
            yield from _leaves(field.type, f"{prefix}{name}.")
        else:
            yield Field(f"{prefix}{name}", field.type, field.default)


@cache
def _parts(tree: type[Section]) -> tuple[tuple[str, msgspec.structs.FieldInfo, bool], ...]:
    """The fields of a section, and whether each is a section itself."""
    return tuple(
        (field.name, field, isinstance(field.type, type) and issubclass(field.type, Section))
        for field in msgspec.structs.fields(tree)
    )


def built(values: Mapping[str, object]) -> Settings:
    """The tree with these values, by dotted name; every leaf must be there and of its type."""
    return _section(Settings, values, "")


def _section(tree: type[_Tree], values: Mapping[str, object], prefix: str) -> _Tree:
    found: dict[str, object] = {}
    for name, field, is_section in _parts(tree):
        found[name] = _section(field.type, values, f"{prefix}{name}.") if is_section else values[f"{prefix}{name}"]
    return tree(**found)


def _metas(kind: object) -> tuple[msgspec.Meta, ...]:
    if get_origin(kind) is not Annotated:
        return ()
    inner, *notes = get_args(kind)
    return (*_metas(inner), *(note for note in notes if isinstance(note, msgspec.Meta)))


def _described(kind: object) -> str:
    if get_origin(kind) is Annotated:
        metas = _metas(kind)
        examples = [str(example) for meta in metas for example in meta.examples or ()]
        bounds = [f"{word} {_limit(meta, key):g}" for meta in metas for key, word in _BOUNDS.items() if _has(meta, key)]
        text = " ".join([_described(get_args(kind)[0]), ", ".join(bounds)]).strip()
        return f"{text} like {examples[0]}" if examples else text
    if kind is Secret:
        return 'the place of the secret: { env = "NAME" } or { file = "PATH" }'
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(str(one) for one in get_args(kind))
    if get_origin(kind) is tuple:
        return "a list of texts"
    if get_origin(kind) in {Union, types.UnionType}:
        return " or ".join(_described(one) for one in get_args(kind) if one is not types.NoneType)
    return _PLAIN[kind] if isinstance(kind, type) else str(kind)


def _limit(meta: msgspec.Meta, key: str) -> object:
    """The bound of a range, of an exact number too."""
    found: object = (meta.extra or {}).get(key, getattr(meta, key))
    return found


def _has(meta: msgspec.Meta, key: str) -> bool:
    return _limit(meta, key) is not None


def _within(value: Decimal, bounds: Mapping[str, Decimal]) -> bool:
    return bounds.get("gt", value - 1) < value <= bounds.get("le", value)
