"""The check of an uploaded strategy, as far as its text tells: can it be read, what does it declare, what is forbidden.

Nothing is run here. This file decides what a strategy's file must be: UTF-8, at most 1 MiB, one strategy class (or the
one that is named) that speaks one dialect. It is called behind walls, because reading alone can be an attack.
"""

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tradewright.application.strategies.reading import forbidden
from tradewright.ports.shelf import Finding

MOST_BYTES: Final = 1 << 20
MOST_FINDINGS: Final = 200
HANDLERS: Final = {
    "generate_signals": "columns",
    "generate_signal": "newest",
    "on_bar": "events",
    "on_fill": "events",
}
BASES: Final = frozenset(
    {
        *("Strategy", "Breakout", "MeanReversion", "MomentumRotation", "MovingAverage", "Pairs", "RangeTrading"),
        "TrendFollowing",
    }
)
"""What a strategy may derive from, as `tw.Strategy` or by its name alone; or another class of the file that does."""

_COOKIE: Final = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
"""PEP 263: a line by which a file tells Python to read its bytes otherwise than a person does."""
_UTF_8: Final = frozenset({b"utf-8", b"utf8"})


@dataclass(frozen=True, slots=True)
class ReadStrategy:
    """What the text tells."""

    findings: tuple[Finding, ...]
    class_name: str = ""
    """The strategy; empty where the text does not tell."""

    @property
    def is_fit(self) -> bool:
        """Whether it may be tried."""
        return not any(one.is_fatal for one in self.findings)


def faults_of_bytes(content: bytes) -> tuple[Finding, ...]:
    """What can be seen without reading Python: size, encoding, NUL."""
    if len(content) > MOST_BYTES:
        return (Finding(0, "too-large", f"{len(content):,} bytes; a strategy's file has at most {MOST_BYTES:,}"),)
    if b"\0" in content:
        return (Finding(content[: content.index(b"\0")].count(b"\n") + 1, "nul", "there is a NUL byte in the file"),)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as wrong:
        line = content[: wrong.start].count(b"\n") + 1
        return (Finding(line, "encoding", f"byte {wrong.start} is not UTF-8; save the file as UTF-8"),)
    for line, text in enumerate(content.split(b"\n", 2)[:2], start=1):
        said = _COOKIE.match(text[:200])
        if said is not None and said[1].lower().replace(b"_", b"-") not in _UTF_8:
            return (Finding(line, "encoding", "the file says that it is something else than UTF-8"),)
    return ()


def read_source(content: bytes, *, class_name: str = "") -> ReadStrategy:
    """Read the text; `class_name` says which strategy is meant where there are several."""
    faults = faults_of_bytes(content)
    if faults:
        return ReadStrategy(faults)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the text, as for an odd escape: nobody reads them here
            tree = ast.parse(content)
            compile(tree, "strategy", "exec", dont_inherit=True)
    except SyntaxError as wrong:
        return ReadStrategy((_syntax(wrong),))
    except (RecursionError, MemoryError):
        return ReadStrategy((Finding(0, "too-deep", "the text is nested too deep to be read"),))
    except ValueError as wrong:
        return ReadStrategy((Finding(0, "syntax", f"this is no Python: {wrong}"),))
    found = [*forbidden(tree), *_declared(tree, class_name)]
    unique = sorted(dict.fromkeys(found), key=lambda one: (one.line, one.code))
    return ReadStrategy(tuple(unique[:MOST_FINDINGS]), _named(tree, class_name))


def _syntax(wrong: SyntaxError) -> Finding:
    column = f", column {wrong.offset}" if wrong.offset else ""
    return Finding(wrong.lineno or 0, "syntax", f"{wrong.msg} (line {wrong.lineno or 0}{column})")


def strategies(tree: ast.Module) -> dict[str, ast.ClassDef]:
    """The classes of the file that derive from a strategy, by name."""
    found: dict[str, ast.ClassDef] = {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and any(_base(one) in BASES | set(found) for one in node.bases):
            found[node.name] = node
    return found


def _base(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _named(tree: ast.Module, class_name: str) -> str:
    found = strategies(tree)
    if class_name:
        return class_name if class_name in found else ""
    return next(iter(found)) if len(found) == 1 else ""


def _declared(tree: ast.Module, class_name: str) -> Iterator[Finding]:
    """What is wrong with the classes."""
    found = strategies(tree)
    if not found:
        yield Finding(0, "no-strategy", "no class derives from tw.Strategy")
    elif class_name and class_name not in found:
        yield Finding(0, "no-strategy", f"there is no strategy {class_name}; there is {', '.join(found)}")
    elif not class_name and len(found) > 1:
        second = list(found.values())[1]
        yield Finding(second.lineno, "several-strategies", f"say which one is meant: {', '.join(found)}")
    for node in found.values():
        yield from _class(node, found)


def _class(node: ast.ClassDef, found: dict[str, ast.ClassDef]) -> Iterator[Finding]:
    methods = {one.name: one for one in node.body if isinstance(one, ast.FunctionDef)}
    for one in node.body:
        if isinstance(one, ast.AsyncFunctionDef) and one.name in HANDLERS:
            yield Finding(one.lineno, "async", f"{one.name} is called, not awaited: write def instead of async def")
    spoken = {HANDLERS[name] for name in methods if name in HANDLERS}
    is_plain = all(_base(one) == "Strategy" for one in node.bases)
    if is_plain and not spoken and not _is_base_of(node.name, found):
        yield Finding(
            node.lineno, "no-handler", f"{node.name} has none of generate_signals, generate_signal, on_bar, on_fill"
        )
    if len(spoken) > 1:
        told = f"{node.name} speaks {' and '.join(sorted(spoken))}; a strategy speaks one"
        yield Finding(node.lineno, "several-dialects", told)
    for one in node.body:
        if isinstance(one, ast.AnnAssign | ast.Assign):
            yield from _parameter(one)


def _is_base_of(name: str, found: dict[str, ast.ClassDef]) -> bool:
    return any(name in {_base(base) for base in other.bases} for other in found.values())


def _parameter(node: ast.AnnAssign | ast.Assign) -> Iterator[Finding]:
    """A declaration `fast: int = tw.parameter(20, low=2, high=200)`."""
    call = node.value
    if not isinstance(call, ast.Call) or _base(call.func) != "parameter" or not call.args:
        return
    if isinstance(node, ast.Assign):
        told = "write the type of the parameter: name: int = tw.parameter(...)"
        yield Finding(node.lineno, "untyped-parameter", told, is_fatal=False)
    default = call.args[0]
    value = default.operand if isinstance(default, ast.UnaryOp) else default
    is_number = isinstance(value, ast.Constant) and isinstance(value.value, int | float)
    if is_number and isinstance(value, ast.Constant) and not isinstance(value.value, bool):
        given = {keyword.arg for keyword in call.keywords}
        if not {"low", "high"} <= given:
            told = "a number without low and high cannot be searched or checked"
            yield Finding(node.lineno, "no-range", told, is_fatal=False)
    if isinstance(node, ast.AnnAssign) and isinstance(node.annotation, ast.Name) and isinstance(value, ast.Constant):
        wanted, is_one = node.annotation.id, type(value.value).__name__
        if wanted in {"int", "float", "bool", "str"} and wanted != is_one and (wanted, is_one) != ("float", "int"):
            yield Finding(node.lineno, "wrong-type", f"the parameter is declared {wanted}, its default is {is_one}")
