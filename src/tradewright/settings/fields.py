"""A field of the settings tree seen from outside: its dotted name, its variable, what may be written in it."""

import math
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, TypeVar, Union, get_args, get_origin

import msgspec

from tradewright.settings.secrets import Secret
from tradewright.settings.tree import Section, Settings

PREFIX = "TRADEWRIGHT_"
_Tree = TypeVar("_Tree", bound=Section)
_YES, _NO = frozenset({"true", "yes", "on", "1"}), frozenset({"false", "no", "off", "0"})
_PLAIN = {float: "a number", int: "a whole number", str: "a text", bool: "true or false"}
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
        try:
            found = msgspec.convert(self._read(value) if is_text else value, self.type, strict=not is_text)
        except msgspec.ValidationError as problem:
            raise ValueError(str(problem)) from None
        if isinstance(found, float) and not math.isfinite(found):
            raise ValueError("not finite")
        return found

    def _read(self, value: object) -> object:
        """A text with its spellings: lists with commas, words in any case, yes and no."""
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


def fields(tree: type[Section] = Settings, prefix: str = "") -> Iterator[Field]:
    """Every leaf of the tree, in its order."""
    for field in msgspec.structs.fields(tree):
        name = f"{prefix}{field.name}"
        if isinstance(field.type, type) and issubclass(field.type, Section):
            yield from fields(field.type, f"{name}.")
        else:
            yield Field(name, field.type, field.default)


def built(values: Mapping[str, object]) -> Settings:
    """The tree with these values, by dotted name; every leaf must be there and of its type."""
    return _section(Settings, values, "")


def _section(tree: type[_Tree], values: Mapping[str, object], prefix: str) -> _Tree:
    found: dict[str, object] = {}
    for field in msgspec.structs.fields(tree):
        name = f"{prefix}{field.name}"
        is_section = isinstance(field.type, type) and issubclass(field.type, Section)
        found[field.name] = _section(field.type, values, f"{name}.") if is_section else values[name]
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
        bounds = [
            f"{word} {getattr(meta, key):g}" for meta in metas for key, word in _BOUNDS.items() if _has(meta, key)
        ]
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


def _has(meta: msgspec.Meta, key: str) -> bool:
    return getattr(meta, key) is not None
