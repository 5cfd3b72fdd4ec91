"""The costs of a run as a person writes them: `PerShare(0.005, minimum=1) + 2 * Spread(bps=2)`.

Only the cost classes, numbers, words in quotes, pairs, + and * are understood; nothing that is written here is ever
executed as Python.
"""

import ast
from collections.abc import Callable
from typing import Any, Final

from tradewright.domain.costs import (
    Commission,
    Cost,
    Costs,
    MakerTaker,
    PerOrder,
    PerShare,
    Slippage,
    Spread,
    SquareRootImpact,
    Tiers,
    VolumeShareSlippage,
)
from tradewright.domain.errors import InputError
from tradewright.domain.written import made_of

KNOWN: Final[dict[str, Callable[..., Cost]]] = {
    made.__name__: made
    for made in (
        *(Commission, PerShare, PerOrder, Spread, Slippage),
        *(MakerTaker, Tiers, VolumeShareSlippage, SquareRootImpact),
    )
}


def costs_of(given: object) -> Cost:
    """A cost as it is, its expression read, None as no costs; InputError says what cannot be read."""
    if given is None:
        return Costs()
    if isinstance(given, Cost):
        return given
    if not isinstance(given, str):
        raise InputError(
            "costs cannot be used", expected="a cost, as tw.PerShare(0.005) + tw.Spread(bps=2)", found=repr(given)
        )
    try:
        made = _read(ast.parse(given.strip(), mode="eval").body)
    except (SyntaxError, TypeError, ValueError, OverflowError) as problem:
        raise _unreadable(given, str(problem)) from problem
    if not isinstance(made, Cost):
        raise _unreadable(given, f"the number {made}" if isinstance(made, int | float) else repr(made))
    return made


def _read(node: ast.expr) -> Any:
    """A cost, a number, a word or a pair."""
    if (
        isinstance(node, ast.Constant)
        and isinstance(node.value, int | float | str)
        and not isinstance(node.value, bool)
    ):
        return node.value
    if isinstance(node, ast.Tuple) and len(node.elts) == 2:
        return _read(node.elts[0]), _read(node.elts[1])
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _read(node.operand)
        if isinstance(inner, int | float):
            return -inner
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mult):
        left, right = _read(node.left), _read(node.right)
        if isinstance(node.op, ast.Add) and isinstance(left, Cost) and isinstance(right, Cost):
            return left + right
        if isinstance(node.op, ast.Mult) and isinstance(left, Cost) and isinstance(right, int | float):
            return left * right
        if isinstance(node.op, ast.Mult) and isinstance(right, Cost) and isinstance(left, int | float):
            return right * left
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KNOWN:
        named = {keyword.arg: _read(keyword.value) for keyword in node.keywords if keyword.arg is not None}
        if len(named) == len(node.keywords):
            return made_of(KNOWN[node.func.id], [_read(argument) for argument in node.args], named=named)
    raise ValueError(ast.unparse(node))


def _unreadable(given: str, found: str) -> InputError:
    return InputError(
        f"costs {given!r} cannot be used",
        expected=f"a sum of {', '.join(KNOWN)}, as PerShare(0.005, minimum=1) + Spread(bps=2)",
        found=found,
    )
