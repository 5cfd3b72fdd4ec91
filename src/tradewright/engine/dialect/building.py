"""From a strategy's class to functions of one signature: plain ones, and the same as machine code kept on disk.

Compiled code lies in a folder named by all sources that are in it: the user's handlers and every function of his that
they reach, and the kernel's own. The compiler's cache would not notice an edit in a helper of another file.
"""

import ast
import hashlib
import math
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final, cast

from tradewright.domain.errors import InputError, StrategyError
from tradewright.domain.matching import tick_desk
from tradewright.engine.dialect import dialect_math
from tradewright.engine.dialect.grammar import MEMORY
from tradewright.engine.dialect.places import places_of
from tradewright.engine.dialect.reading import Written, short, written
from tradewright.engine.dialect.rewriting import Rewriting
from tradewright.lazy import load
from tradewright.quant.compiled import compiler, kernel_folder, share_parts
from tradewright.trading.strategies.compiled import CompiledStrategy

TICK: Final = ("kind", "time", "instrument", "price", "quantity", "side", "ask", "ask_quantity")
FILL: Final = ("order", "time", "instrument", "price", "quantity", "remaining")
VIEWS: Final = {"on_tick": TICK, "on_fill": FILL}
"""What a handler may read of its third argument, in the order in which the kernel hands it over."""
DESK: Final = {
    name: getattr(tick_desk, name)
    for name in (
        "buy", "sell", "cancel", "replace", "remaining", "is_working", "orders", "position", "cash", "equity", "now",
        "bid", "ask", "bid_quantity", "ask_quantity", "last", "mark",
    )
}  # fmt: skip
"""What a strategy may do and look at."""
MATHEMATICS: Final = ("place_in", "square_root", "natural_log", "exponential", "whole_of", "rounded", "floor_of",
                      "ceiling_of", "kept_whole", "float_of")  # fmt: skip
DEEPEST: Final = 50
"""Helpers that a strategy reaches."""


@dataclass(frozen=True, slots=True, eq=False)
class Built:
    """The handlers of a strategy's class as plain functions of the kernel's signature."""

    kind: type[CompiledStrategy]
    handlers: dict[str, FunctionType]
    digest: str
    """Of the sources of the handlers and of every helper they reach."""


def build(kind: type[CompiledStrategy]) -> Built:
    """Read, check and rewrite; a StrategyError names the line that the dialect does not have, and why."""
    return _built(cast("Any", kind))


@cache
def _built(kind: Any) -> Built:
    kind.dialect()
    places = places_of(kind)
    names: dict[FunctionType, str] = {}
    trees: list[ast.FunctionDef] = []
    sources: list[str] = [repr(sorted(places.items()))]
    calls: dict[FunctionType, list[FunctionType]] = {}
    for name, view in VIEWS.items():
        if kind.handles(name):
            source = written(getattr(kind, name))
            third = _handler_arguments(source)
            rewriting = Rewriting(
                source, places, views={"desk": frozenset(), third: frozenset(view)}, desk=DESK, owner=kind, names=names
            )
            arguments = [*MEMORY, "desk", *(f"{third}_{field}__" for field in view)]
            trees.append(rewriting.rewritten(name, arguments, is_handler=True))
            sources.append(ast.dump(source.tree))
            calls[source.function] = rewriting.used  # type: ignore[index]
    waiting = list(names)
    while waiting:
        helper = waiting.pop()
        if helper in calls:
            continue
        if len(calls) > DEEPEST:
            raise StrategyError(f"{kind.__name__} reaches more than {DEEPEST} functions", remedy="join some of them")
        source = written(helper)
        views: dict[str, frozenset[str]] = (
            {"desk": frozenset()} if "desk" in helper.__code__.co_varnames[: helper.__code__.co_argcount] else {}
        )
        rewriting = Rewriting(source, places, views=views, desk=DESK, owner=kind, names=names)
        own = [*MEMORY, *rewriting.arguments[1:]] if rewriting.itself else rewriting.arguments
        trees.append(rewriting.rewritten(names[helper], own, is_handler=False))
        sources.append(ast.dump(source.tree))
        calls[helper] = rewriting.used
        waiting += rewriting.used
    _refuse_circles(kind, calls)
    text = "\n\n".join(ast.unparse(tree) for tree in trees)
    digest = hashlib.blake2b("\n".join([*sources, text]).encode(), digest_size=12).hexdigest()
    return Built(kind, _defined(trees, text, digest), digest)


def _handler_arguments(source: Written) -> str:
    found = [one.arg for one in source.tree.args.args]
    if len(found) != 3 or found[1] != "desk":
        source.refuse(source.tree, "a handler's arguments are self, desk, and what has happened", remedy="name them so")
    return found[2]


def _refuse_circles(kind: type, calls: dict[FunctionType, list[FunctionType]]) -> None:
    def reaches(start: FunctionType, path: tuple[FunctionType, ...]) -> None:
        if start in path:
            written(start).refuse(written(start).tree, "it calls itself", remedy="write a loop")
        for one in calls.get(start, []):
            reaches(one, (*path, start))

    for function in calls:
        reaches(function, ())


def _defined(trees: list[ast.FunctionDef], text: str, digest: str) -> dict[str, FunctionType]:
    """The functions of a module of their own, whose lines are those of the user's files."""
    file = _file_of(text, digest)
    home = ModuleType(f"tradewright_dialect_{digest}")
    home.__file__ = file
    sys.modules[home.__name__] = home  # compiled code that comes from disk looks its module up by name
    space = vars(home)
    space |= {f"desk_{name}__": function for name, function in DESK.items()}
    space |= {name: getattr(dialect_math, name) for name in MATHEMATICS}
    space |= {name: getattr(math, name) for name in ("isnan", "isinf", "isfinite", "fabs", "copysign")}
    module = ast.Module(body=list(trees), type_ignores=[])
    for code in compile(ast.fix_missing_locations(module), file, "exec").co_consts:
        if isinstance(code, CodeType):
            space[code.co_name] = FunctionType(code, space, code.co_name)
    return {tree.name: space[tree.name] for tree in trees}


def _file_of(text: str, digest: str) -> str:
    """Where compiled code of these sources is kept; a name without a file where nothing can be written."""
    folder = kernel_folder() / "strategies" / digest
    file = folder / "strategy.py"
    if file.exists():
        return str(file)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / f"strategy.{hashlib.blake2b(text.encode(), digest_size=4).hexdigest()}.part"
        unfinished.write_text(text + "\n", encoding="utf-8")
        unfinished.replace(file)
    except OSError:
        return f"<strategy {digest}>"
    return str(file)


@cache
def machine_code(built: Built, name: str, *, signature: Any) -> Any:
    """A handler as machine code of that signature; a StrategyError says what the compiler could not type."""
    function = built.handlers[name]
    numba = compiler()
    for helper in (one for key, one in built.handlers.items() if key not in VIEWS):
        _share(helper)
    for shared in (*DESK.values(), *(getattr(dialect_math, one) for one in MATHEMATICS)):
        _share(shared)
        share_parts(shared)
    keeps = Path(function.__code__.co_filename).exists()
    try:
        return numba.njit(signature, cache=keeps, nogil=True, error_model="python", _nrt=False)(function)
    except load("numba.core.errors").NumbaError as problem:
        raise _untyped(built, name, str(problem)) from None


def _share(function: Callable[..., Any]) -> None:
    if not getattr(function, "__numba_shared__", False):
        load("numba.extending").register_jitable(error_model="python", _nrt=False)(function)
        function.__numba_shared__ = True  # type: ignore[attr-defined]


def _untyped(built: Built, name: str, text: str) -> StrategyError:
    source = written(getattr(built.kind, name))
    lines = [int(one) for one in re.findall(r"strategy\.py\", line (\d+)", text)] or [source.tree.lineno]
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    if "kept_whole" in plain or "operator.or_" in plain or "or_" in plain:
        reason = "a field of whole numbers is given a fraction; declare it with 0.0, or use int(...)"
    else:
        found = [line.strip() for line in plain.splitlines() if line.strip()]
        reason = " ".join(found[1:3])[:200] or "its types cannot be told"
    return StrategyError(
        f"{source.name} cannot be compiled: line {lines[-1]} of {short(source.file)}: {reason}",
        remedy='give every name one type, or use engine="runtime"; see docs/concepts/compiled.md',
    )


def require_compiler(is_enabled: bool) -> None:
    """An InputError where machine code is asked for and the compiler is off."""
    if not is_enabled:
        raise InputError(
            "the compiler is off", expected="no NUMBA_DISABLE_JIT=1 in the environment", remedy='use engine="runtime"'
        )
