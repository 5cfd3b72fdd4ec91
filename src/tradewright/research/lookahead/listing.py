"""The source of a strategy as the check reads it: which files are its own, which names lead to its answer.

This file decides what of a function cannot be to blame: a variable that never flows into what is returned or ordered.
"""

import ast
import inspect
import linecache
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import CodeType

from tradewright.research.lookahead.report import Place
from tradewright.trading.strategies.strategy import Strategy

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True, slots=True)
class Assigned:
    """An assignment: the names that it sets and the names that it reads."""

    sets: frozenset[str]
    reads: frozenset[str]


def files_of(kind: type) -> frozenset[str]:
    """The files of a strategy's class and of what it derives from, as its code names them.

    Sources that lie in no file of this machine (uploaded ones) are asked of their module.
    """
    for one in kind.__mro__:
        module = sys.modules.get(one.__module__)
        if module is not None and getattr(module, "__file__", None):
            linecache.lazycache(str(module.__file__), vars(module))
    return frozenset(code.co_filename for code in codes_of(kind))


def codes_of(kind: type) -> Iterator[CodeType]:
    """The code of every method that a person wrote."""
    for one in kind.__mro__:
        if one in {object, Strategy}:
            continue
        for value in vars(one).values():
            plain = inspect.unwrap(getattr(value, "__func__", value)) if callable(value) or value else value
            code = getattr(plain, "__code__", None)
            if isinstance(code, CodeType):
                yield code


def is_beside(file: str, files: frozenset[str]) -> bool:
    """Whether a file is one of the strategy's, or a module in the folder of one that was written by hand."""
    if file in files:
        return True
    if "site-packages" in file or "tradewright" in Path(file).parts[:-1] or file.startswith("<"):
        return False
    return any(Path(file).parent == Path(one).parent for one in files if not one.startswith("<"))


class Listing:
    """One file of source."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines = linecache.getlines(file)
        self._loops: dict[int, tuple[str, ...] | None] = {}
        self._flows: dict[int, frozenset[str]] = {}

    def place(self, line: int, name: str) -> Place:
        """A line of it, to be shown."""
        text = self.lines[line - 1].strip() if 0 < line <= len(self.lines) else ""
        shown = self.file if self.file.startswith("<") else Path(self.file).name
        return Place(shown, line, text, name)

    @cached_property
    def _tree(self) -> ast.Module:
        try:
            return ast.parse("".join(self.lines))
        except SyntaxError:
            return ast.Module([], [])

    @cached_property
    def _functions(self) -> tuple[Function, ...]:
        return tuple(node for node in ast.walk(self._tree) if isinstance(node, Function))

    def loops(self, line: int) -> tuple[str, ...] | None:
        """The names that steer the loops around a line, the innermost first; None outside of loops."""
        if line not in self._loops:
            self._loops[line] = self._loops_around(line)
        return self._loops[line]

    def _loops_around(self, line: int) -> tuple[str, ...] | None:
        around = [one for one in self._all_loops if one.lineno <= line <= (one.end_lineno or 0)]
        found: list[str] = []
        for node in sorted(around, key=lambda one: -one.lineno):
            steers = node.test if isinstance(node, ast.While) else node.target
            found += [one.id for one in ast.walk(steers) if isinstance(one, ast.Name)]
        return tuple(found) if around else None

    @cached_property
    def _all_loops(self) -> tuple[ast.For | ast.While, ...]:
        return tuple(node for node in ast.walk(self._tree) if isinstance(node, ast.For | ast.While))

    def stores(self, name: str, around: int) -> int:
        """The line that fills `name` (`name[...] = `) in the function around a line; else that line itself."""
        function = self._function(around)
        for node in ast.walk(function) if function is not None else ():
            if isinstance(node, ast.Assign | ast.AugAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                if any(isinstance(one, ast.Subscript) and ast.unparse(one.value) == name for one in targets):
                    return node.lineno
        return around

    def matters(self, name: str, line: int) -> bool:
        """Whether a name of the function around a line flows into what the function returns, keeps or asks for."""
        function = self._function(line)
        if function is None or name.startswith("self."):
            return True
        return name in self._flow(function)

    def call_matters(self, line: int) -> bool:
        """Whether the value of the statement at a line goes anywhere that matters."""
        function = self._function(line)
        if function is None:
            return True
        flowing = self._flow(function)
        for node in ast.walk(function):
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and node.lineno <= line <= (
                node.end_lineno or node.lineno
            ):
                return bool(_sets(node) & flowing) or any(name.startswith("self.") for name in _sets(node))
        return True

    def _flow(self, function: Function) -> frozenset[str]:
        if function.lineno not in self._flows:
            self._flows[function.lineno] = _flowing(function)
        return self._flows[function.lineno]

    def _function(self, line: int) -> Function | None:
        around = [
            one
            for one in self._functions
            if not isinstance(one, ast.Lambda) and one.lineno <= line <= (one.end_lineno or 0)
        ]
        return max(around, key=lambda one: one.lineno, default=None)


@dataclass(slots=True)
class _Flow:
    wanted: set[str] = field(default_factory=set)


def _flowing(function: Function) -> frozenset[str]:
    """Names that reach a return, an attribute, a condition or a call that stands alone."""
    assigned = [
        Assigned(frozenset(_sets(node)), frozenset(_reads(node)))
        for node in ast.walk(function)
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.For | ast.NamedExpr)
    ]
    flow = _Flow()
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value is not None:
            flow.wanted |= _names(node.value)
        elif isinstance(node, ast.If | ast.While):
            flow.wanted |= _names(node.test)
        elif isinstance(node, ast.Expr | ast.Yield) and node.value is not None:
            flow.wanted |= _names(node.value)
    for one in assigned:
        if any(name.startswith("self.") for name in one.sets):
            flow.wanted |= one.reads
    grown = -1
    while grown != len(flow.wanted):
        grown = len(flow.wanted)
        for one in assigned:
            if one.sets & flow.wanted:
                flow.wanted |= one.reads
    return frozenset(flow.wanted)


def _sets(node: ast.AST) -> set[str]:
    targets = (
        node.targets if isinstance(node, ast.Assign)
        else [node.target] if isinstance(node, ast.AnnAssign | ast.AugAssign | ast.For | ast.NamedExpr) else []
    )  # fmt: skip
    found: set[str] = set()
    for target in targets:
        for one in ast.walk(target):
            if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name) and one.value.id == "self":
                found.add(f"self.{one.attr}")
            elif isinstance(one, ast.Name) and (isinstance(one.ctx, ast.Store) or one is not target):
                found.add(one.id)
    return found - {"self"}


def _reads(node: ast.AST) -> set[str]:
    value = node.iter if isinstance(node, ast.For) else getattr(node, "value", None)
    found = _names(value) if isinstance(value, ast.AST) else set()
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                found |= _names(target)
    return found


def _names(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
