"""Pieces of the trees that a rewriting puts together, each at the line of the user's that it stands for."""

import ast
from collections.abc import Callable
from typing import Final

from tradewright.engine.dialect.places import Place

MISSING: Final = object()
"""A name that stands for nothing."""
CODES: Final = {"nan": 0, "inf": 1, "-inf": -1}
"""Of numbers that have no spelling, for `float_of`."""


def is_desk(node: ast.expr) -> bool:
    """True for the name of the desk."""
    return isinstance(node, ast.Name) and node.id == "desk"


def place_node(place: Place, at: ast.expr) -> ast.Subscript:
    """A place in one of the two arrays."""
    return ast.Subscript(ast.Name("wholes__" if place.is_whole else "reals__", ast.Load()), at, ast.Load())


def call_node(name: str, arguments: list[ast.expr]) -> ast.Call:
    """A call of a function of the module."""
    return ast.Call(ast.Name(name, ast.Load()), arguments, [])


def statement_at(node: ast.AST, text: str) -> ast.stmt:
    """A statement written here, at the line of the user's."""
    made = ast.parse(text).body[0]
    for part in ast.walk(made):
        if hasattr(part, "lineno") or isinstance(part, ast.expr | ast.stmt):
            ast.copy_location(part, node)
    return made


class ReturningNothing(ast.NodeTransformer):
    """A handler gives nothing back; the kernel wants a number."""

    def __init__(self, refuse: Callable[[ast.AST, str], None]) -> None:
        self._refuse = refuse

    def visit_Return(self, node: ast.Return) -> ast.stmt:
        """`return` is `return 0`."""
        if isinstance(node.value, ast.Constant) and node.value.value == 0:
            return node
        if node.value is not None:
            self._refuse(node, "a handler gives nothing back")
        return ast.copy_location(ast.Return(ast.Constant(0)), node)
