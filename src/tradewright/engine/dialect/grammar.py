"""What the compiled dialect has, and the reasons for what it does not have."""

import ast
from typing import Final

MOST_TURNS: Final = 10_000_000
"""Of all loops in one call of a handler."""
LARGEST: Final = 2**53
"""Beyond it whole numbers and floats no longer agree."""
OPERATORS: Final = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod)
COMPARISONS: Final = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE)
PLAIN: Final = frozenset({"abs", "min", "max", "float", "bool"})
CHANGED: Final = {"int": "whole_of", "round": "rounded"}
MATH: Final = {"sqrt": "square_root", "log": "natural_log", "exp": "exponential", "floor": "floor_of",
               "ceil": "ceiling_of", "isnan": "isnan", "isinf": "isinf", "isfinite": "isfinite", "fabs": "fabs",
               "copysign": "copysign"}  # fmt: skip
OBJECT: Final = "objects have no place in the dialect"
GROWS: Final = "what grows is allocated, and the dialect allocates nothing"
RAISES: Final = "a handler neither raises nor catches"
WAITS: Final = "nothing waits in the dialect"
ELSEWHERE: Final = "imports stand at the top of the file"
STATEMENTS: Final[dict[type, str]] = {
    ast.Try: RAISES, ast.Raise: RAISES, ast.Assert: RAISES, ast.With: OBJECT, ast.Match: OBJECT, ast.Delete: OBJECT,
    ast.Import: ELSEWHERE, ast.ImportFrom: ELSEWHERE, ast.FunctionDef: OBJECT, ast.ClassDef: OBJECT,
    ast.Global: "state lives in fields of the class", ast.Nonlocal: "state lives in fields of the class",
}  # fmt: skip
EXPRESSIONS: Final[dict[type, str]] = {
    ast.List: GROWS, ast.Tuple: OBJECT, ast.Dict: GROWS, ast.Set: GROWS, ast.ListComp: GROWS, ast.GeneratorExp: OBJECT,
    ast.SetComp: GROWS, ast.DictComp: GROWS, ast.Lambda: OBJECT, ast.JoinedStr: "there is no text in the dialect",
    ast.Await: WAITS, ast.Yield: WAITS, ast.YieldFrom: WAITS, ast.Starred: "a call has a fixed number of arguments",
    ast.NamedExpr: "a name is given in a statement of its own", ast.Slice: "a part of a row would be a new row",
}  # fmt: skip
MEMORY: Final = ("reals__", "wholes__")
"""The two arrays in which a strategy's numbers lie."""
REMEDY: Final = 'use numbers, fields declared by tw.state, or engine="runtime"; see docs/concepts/compiled.md'
