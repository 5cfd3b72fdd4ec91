"""A sizing as a person writes it: `AtrRisk(0.01) + FixedPart(0.2)`, or `Sizing(VarBudget(0.02), var_window=500)`.

Only the names of methods, numbers and + are understood; nothing that is written here is ever executed as Python.
Numbers are read as they are written, into exact decimals.
"""

import ast
from dataclasses import fields
from decimal import Decimal
from typing import Final

from tradewright.domain.errors import InputError
from tradewright.domain.written import made_of
from tradewright.trading.sizing.allocation import Allocation, EqualSlots, Slots
from tradewright.trading.sizing.methods import SizingMethod
from tradewright.trading.sizing.sizing import METHODS, Sizing

_KNOWN: Final = {kind.__name__: kind for kind in METHODS}
_WHOLE: Final = ("atr_window", "volatility_window", "var_window")
_SETTINGS: Final = tuple(one.name for one in fields(Sizing)[1:])
_EXACT: Final = ("maintenance_margin",)
LONGEST: Final = 1_000


def sizing_of(said: object) -> Sizing:
    """A sizing as it is, a method alone, or its text read; InputError says what cannot be read."""
    if isinstance(said, Sizing):
        return said
    if isinstance(said, METHODS):
        return Sizing((said,))
    if not isinstance(said, str) or len(said) > LONGEST:
        raise _unreadable(repr(said)[:LONGEST], "no text")
    try:
        node = ast.parse(said.strip(), mode="eval").body
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Sizing":
            methods = [one for argument in node.args for one in _methods(argument, said)]
            return Sizing(tuple(methods), **_settings(node, said))  # type: ignore[arg-type]
        return Sizing(tuple(_methods(node, said)))
    except (SyntaxError, TypeError, ValueError, RecursionError, ArithmeticError) as problem:
        raise _unreadable(said, str(problem)) from problem


def allocation_of(said: str, instruments: tuple[str, ...]) -> Allocation:
    """The allocation of a session: `equal`, `whole` (each may use all), or the text of a sizing."""
    if said == "equal":
        return EqualSlots()
    if said == "whole":
        return Slots(dict.fromkeys(instruments, 1.0))
    try:
        return sizing_of(said)
    except InputError as unread:
        raise InputError(
            f"allocation {said} is not known", expected="equal, whole, or rules of size", found=str(unread)
        ) from unread


def _methods(node: ast.expr, said: str) -> list[SizingMethod]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [*_methods(node.left, said), *_methods(node.right, said)]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _KNOWN:
        named = {one.arg: _number(one.value, said) for one in node.keywords if one.arg is not None}
        if len(named) == len(node.keywords):
            return [made_of(_KNOWN[node.func.id], [_number(one, said) for one in node.args], named=named)]
    raise ValueError(ast.unparse(node))


def _settings(node: ast.Call, said: str) -> dict[str, object]:
    found: dict[str, object] = {}
    for one in node.keywords:
        if one.arg not in _SETTINGS:
            raise ValueError(f"{one.arg}: expected among {', '.join(_SETTINGS)}")
        number = _number(one.value, said)
        if one.arg in _WHOLE and number != int(number):
            raise ValueError(f"{one.arg}={number}: expected a whole number")
        found[one.arg] = int(number) if one.arg in _WHOLE else number if one.arg in _EXACT else float(number)
    return found


def _number(node: ast.expr, said: str) -> Decimal:
    """The number as it stands in the text: a float of it would round."""
    text = ast.get_source_segment(said.strip(), node)
    if isinstance(node, ast.Constant) and type(node.value) in (int, float) and text is not None:
        return Decimal(text.replace("_", ""))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_number(node.operand, said)
    raise ValueError(ast.unparse(node))


def _unreadable(given: str, found: str) -> InputError:
    return InputError(
        f"sizing {given!r} cannot be used",
        expected=f"a sum of {', '.join(_KNOWN)}, as AtrRisk(0.01) + FixedPart(0.2)",
        found=found,
    )
