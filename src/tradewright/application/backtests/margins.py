"""The margin mode of a run as a person writes it: `RegT()`, `Futures(10, mode="isolated")`.

Only the names of the modes and plain values are understood; nothing that is written here is ever executed as Python.
"""

import ast
from collections.abc import Callable
from typing import Final

from tradewright.domain.errors import InputError
from tradewright.domain.margin import CashAccount, Futures, Leverage, Margin, PortfolioFactor, RegT
from tradewright.domain.written import made_of

KNOWN: Final[dict[str, Callable[..., Margin]]] = {
    made.__name__: made for made in (Leverage, CashAccount, RegT, PortfolioFactor, Futures)
}


def margin_of(given: object) -> Margin | None:
    """A mode as it is, its expression read, None as None; InputError says what cannot be read."""
    if given is None or isinstance(given, Margin):
        return given
    if not isinstance(given, str):
        raise InputError("margin cannot be used", expected="a mode, as tw.RegT() or tw.Futures(10)", found=repr(given))
    try:
        node = ast.parse(given.strip(), mode="eval").body
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KNOWN):
            raise ValueError(ast.unparse(node))
        named = {word.arg: ast.literal_eval(word.value) for word in node.keywords if word.arg is not None}
        if len(named) != len(node.keywords):
            raise ValueError("**")
        return made_of(KNOWN[node.func.id], [ast.literal_eval(one) for one in node.args], named=named)
    except InputError:
        raise
    except (SyntaxError, TypeError, ValueError, AttributeError, RecursionError, MemoryError) as problem:
        raise InputError(
            f"margin {given!r} cannot be used",
            expected=f"one of {', '.join(KNOWN)}, as RegT() or Futures(10, mode='isolated')",
            found=str(problem),
        ) from problem
