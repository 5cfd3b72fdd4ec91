"""What the source says of a value: the words of its class, and those below each field.

A field's meaning is written once, beside it; the documentation of the routes shows the same words.
"""

import ast
import inspect
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache


def words_of(kind: type) -> Mapping[str, str]:
    """Field -> the text below it, also of the classes it is derived from."""
    found: dict[str, str] = {}
    for one in reversed(kind.__mro__):
        if is_dataclass(one):
            found |= _module(one.__module__).get(one.__qualname__, {})
    return {item.name: found[item.name] for item in fields(kind) if item.name in found} if is_dataclass(kind) else {}


def summary_of(kind: type) -> str:
    """The first paragraph of a class's own words."""
    told = inspect.getdoc(kind) or ""
    return " ".join(told.split("\n\n", maxsplit=1)[0].split())


@cache
def _module(name: str) -> Mapping[str, dict[str, str]]:
    """Class -> field -> text, of a module's source; empty where the source is not there."""
    try:
        tree = ast.parse(inspect.getsource(sys.modules[name]))
    except (OSError, KeyError):
        return {}
    return {one.name: _fields(one) for one in tree.body if isinstance(one, ast.ClassDef)}


def _fields(found: ast.ClassDef) -> dict[str, str]:
    told = {}
    for before, after in zip(found.body, found.body[1:], strict=False):
        is_field = isinstance(before, ast.AnnAssign) and isinstance(before.target, ast.Name)
        is_text = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
        if is_field and is_text and isinstance(after.value.value, str):  # type: ignore[attr-defined]
            told[before.target.id] = " ".join(after.value.value.split())  # type: ignore[attr-defined]
    return told
