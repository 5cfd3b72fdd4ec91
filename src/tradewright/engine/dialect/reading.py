"""The source of a user's function as a tree whose lines are those of the user's file, and refusals that name them."""

import ast
import inspect
import linecache
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from tradewright.domain.errors import StrategyError

Code = Callable[..., Any]


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """A function as it was written."""

    function: Code
    tree: ast.FunctionDef
    file: str

    @property
    def name(self) -> str:
        """As errors say it: `Maker.on_tick`."""
        return self.function.__qualname__.rpartition("<locals>.")[2]

    def refuse(self, node: ast.AST, reason: str, *, remedy: str) -> NoReturn:
        """A StrategyError with the line and what stands there."""
        line = getattr(node, "lineno", self.tree.lineno)
        text = ast.unparse(node).splitlines()[0][:80] if isinstance(node, ast.AST) else ""
        raise StrategyError(
            f"{self.name} cannot be compiled: line {line} of {short(self.file)}: {reason}", found=text, remedy=remedy
        )


def written(function: Code) -> Written:
    """The function's tree; a StrategyError where its source cannot be read."""
    plain = inspect.unwrap(function)
    try:
        lines, first = inspect.getsourcelines(plain)
    except (OSError, TypeError):
        lines, first = _held_lines(plain)
    text = textwrap.dedent("".join(lines))
    try:
        found = ast.parse(text).body
    except SyntaxError:
        found = []
    if not found or not isinstance(found[0], ast.FunctionDef):
        raise StrategyError(
            f"{plain.__qualname__} cannot be compiled", expected="a function written with def", found="something else"
        )
    ast.increment_lineno(found[0], first - 1)
    return Written(plain, found[0], plain.__code__.co_filename)


def short(file: str) -> str:
    """The name of a file without its folders."""
    return file.replace("\\", "/").rpartition("/")[2]


def _held_lines(function: Code) -> tuple[list[str], int]:
    """Lines of a module that its loader holds and no file has, as those of an uploaded strategy."""
    module = sys.modules.get(function.__module__)
    loader = getattr(getattr(module, "__spec__", None), "loader", None)
    ask = getattr(loader, "get_source", None)
    text = ask(function.__module__) if ask is not None else "".join(linecache.getlines(function.__code__.co_filename))
    if not text:
        raise StrategyError(
            f"{function.__qualname__} cannot be compiled: its source cannot be read",
            expected="a class in a file or a notebook's cell",
            remedy='write it into a file, or take engine="runtime"',
        )
    lines = text.splitlines(keepends=True)
    first = function.__code__.co_firstlineno
    return inspect.getblock(lines[first - 1 :]), first
