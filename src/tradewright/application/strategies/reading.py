"""The source of an uploaded strategy, read and never run: what it is, and what in it no strategy needs.

This file decides which constructs are forbidden, each with a stable code and its line. It is a reader for people's
mistakes, not a wall: code that means harm gets past any reader, and meets the walls.
"""

import ast
from collections.abc import Iterator
from typing import Final

from tradewright.ports.shelf import Finding

MODULES: Final[dict[str, frozenset[str]]] = {
    "__future__": frozenset({""}),
    "abc": frozenset({""}),
    "bisect": frozenset({""}),
    "cmath": frozenset({""}),
    "collections": frozenset({"", "abc"}),
    "copy": frozenset({""}),
    "dataclasses": frozenset({""}),
    "datetime": frozenset({""}),
    "decimal": frozenset({""}),
    "enum": frozenset({""}),
    "fractions": frozenset({""}),
    "functools": frozenset({""}),
    "heapq": frozenset({""}),
    "itertools": frozenset({""}),
    "math": frozenset({""}),
    "numba": frozenset({""}),
    "numpy": frozenset({"", "fft", "lib.stride_tricks", "linalg", "polynomial", "random", "typing"}),
    "operator": frozenset({""}),
    "polars": frozenset({"", "selectors"}),
    "statistics": frozenset({""}),
    "tradewright": frozenset({"", "domain.costs", "domain.errors", "indicators"}),
    "typing": frozenset({""}),
    "zoneinfo": frozenset({""}),
}
"""What may be imported: a package, and which parts of it."""
BUILT_IN: Final = frozenset(
    {"__import__", "breakpoint", "compile", "delattr", "eval", "exec", "globals", "input", "locals", "open", "setattr",
     "vars"}
)  # fmt: skip
NAMED: Final = frozenset({"getattr", "hasattr"})
"""Fine with a name that is written out, and does not begin with an underscore."""
PLAIN_DUNDERS: Final = frozenset(
    {"__init__", "__post_init__", "__init_subclass__", "__repr__", "__str__", "__name__", "__doc__", "__len__",
     "__eq__", "__hash__", "__iter__", "__getitem__", "__call__", "__slots__", "__future__", "__all__"}
)  # fmt: skip
CLOCKS: Final = frozenset({"now", "utcnow", "today", "fromtimestamp", "time_ns", "perf_counter", "monotonic"})
CLOCK_OWNERS: Final = frozenset({"datetime", "date", "dt", "time"})
FILES: Final = frozenset(
    {"fromfile", "genfromtxt", "load", "load_library", "loadtxt", "memmap", "save", "savetxt", "savez",
     "savez_compressed", "tofile", "open_memmap", "DataSource"}
)  # fmt: skip
FILE_BEGINNINGS: Final = ("read_", "scan_", "write_", "sink_")
ROOM_DOORS: Final = frozenset({"backtest", "check", "import_data", "load_bars", "paper", "sweep", "verify"})
HIDDEN: Final = frozenset(
    {"adapters", "application", "bootstrap", "core", "ctypeslib", "distutils", "domain", "engine", "f2py",
     "interfaces", "lazy", "lib", "ports", "quant", "research", "settings", "simulation", "testing", "trading",
     "venues"}
)  # fmt: skip
"""Parts of packages that may be imported which may not be, even as a name `from` them."""
WIDE_RANDOM: Final = frozenset({"rand", "randn", "randint", "random", "normal", "uniform", "choice", "shuffle"})


def forbidden(tree: ast.Module) -> Iterator[Finding]:
    """What stands in the source and no strategy needs, in the order of the tree."""
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                for one in node.names:
                    yield from _import(node, one.name)
            case ast.ImportFrom():
                yield from _import_from(node)
            case ast.Call():
                yield from _call(node)
            case ast.Attribute():
                yield from _dunder(node, node.attr)
            case ast.Name():
                yield from _dunder(node, node.id)
            case ast.While() if _is_endless(node):
                yield Finding(node.lineno, "endless-loop", "this loop has no end of its own", is_fatal=False)
            case ast.Subscript():
                yield from _backwards(node)


def _import(node: ast.stmt, name: str) -> Iterator[Finding]:
    if not _is_allowed(name):
        allowed = ", ".join(sorted(MODULES))
        yield Finding(node.lineno, "forbidden-import", f"{_short(name)} cannot be imported; what can: {allowed}")


def _is_allowed(name: str) -> bool:
    package, _, part = name.partition(".")
    return part in MODULES.get(package, frozenset())


def _import_from(node: ast.ImportFrom) -> Iterator[Finding]:
    if node.level:
        yield Finding(node.lineno, "forbidden-import", "a strategy is one file: there is nothing beside it to import")
        return
    name = node.module or ""
    for one in node.names:
        if one.name == "*":
            yield Finding(node.lineno, "star-import", f"name what is needed of {_short(name)}, instead of *")
        elif one.name in HIDDEN and not _is_allowed(f"{name}.{one.name}"):
            yield from _import(node, f"{name}.{one.name}")
        elif not _is_allowed(f"{name}.{one.name}"):
            yield from _import(node, name)  # a name in a module that may be imported, not a module of its own
        if name == "tradewright" and one.name in ROOM_DOORS:
            yield _room(node, one.name)
        if name in {"datetime", "time"} and one.name in CLOCKS:
            yield _clock(node, one.name)


def _call(node: ast.Call) -> Iterator[Finding]:
    match node.func:
        case ast.Name(id=name) if name in BUILT_IN:
            yield Finding(node.lineno, "forbidden-call", f"{name}() is nothing a strategy needs")
        case ast.Name(id=name) if name in NAMED:
            yield from _getattr(node, name)
        case ast.Attribute(value=owner, attr=name):
            yield from _method(node, owner, name)
        case _:
            pass


def _getattr(node: ast.Call, name: str) -> Iterator[Finding]:
    wanted = node.args[1] if len(node.args) > 1 else None
    text = wanted.value if isinstance(wanted, ast.Constant) else None
    if not isinstance(text, str) or text.startswith("_"):
        yield Finding(node.lineno, "forbidden-call", f"{name}() takes a name that is written out, without underscores")


def _method(node: ast.Call, owner: ast.expr, name: str) -> Iterator[Finding]:
    whose = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
    if name == "sleep":
        yield Finding(node.lineno, "forbidden-call", "a strategy does not wait: it is asked when there is a bar")
    if name in CLOCKS and whose in CLOCK_OWNERS:
        yield _clock(node, name)
    is_of_numpy = whose in {"np", "numpy"}
    if (is_of_numpy and name in FILES) or name.startswith(FILE_BEGINNINGS):
        yield Finding(
            node.lineno, "forbidden-call", f"{name}() reads or writes files; a strategy sees what it is shown"
        )
    if whose in {"tw", "tradewright"} and name in ROOM_DOORS:
        yield _room(node, name)
    if whose == "random" and name in WIDE_RANDOM:
        told = "chance without a seed gives another result each time; use np.random.default_rng(seed)"
        yield Finding(node.lineno, "no-seed", told, is_fatal=False)
    if name == "default_rng" and not (node.args or node.keywords):
        told = "a generator without a seed gives another result each time; write default_rng(1)"
        yield Finding(node.lineno, "no-seed", told, is_fatal=False)
    if name in {"shift", "roll", "diff"} and any(_is_negative(one) for one in _values(node)):
        told = f"{name} by a negative number looks ahead: the row sees what happens later"
        yield Finding(node.lineno, "look-ahead", told, is_fatal=False)


def _room(node: ast.stmt | ast.expr, name: str) -> Finding:
    return Finding(node.lineno, "forbidden-call", f"tw.{name} is for whoever runs strategies, not for a strategy")


def _clock(node: ast.stmt | ast.expr, name: str) -> Finding:
    return Finding(node.lineno, "clock", f"{name} asks the clock of the machine; the time of the bar is bar.time")


def _dunder(node: ast.expr, name: str) -> Iterator[Finding]:
    if name.startswith("__") and name.endswith("__") and name not in PLAIN_DUNDERS and name not in BUILT_IN:
        yield Finding(node.lineno, "dunder", f"{_short(name)} reaches into Python itself; no strategy needs it")


def _backwards(node: ast.Subscript) -> Iterator[Finding]:
    """`close[::-1]`: columns turned round, and what follows sees the future first."""
    for one in ast.walk(node.slice):
        if isinstance(one, ast.Slice) and one.step is not None and _is_negative(one.step):
            told = "columns turned round put later rows before earlier ones"
            yield Finding(node.lineno, "look-ahead", told, is_fatal=False)
            return


def _values(node: ast.Call) -> Iterator[ast.expr]:
    yield from node.args
    yield from (keyword.value for keyword in node.keywords if keyword.arg in {"n", "shift", "periods", "k"})


def _is_negative(node: ast.expr) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant)


def _is_endless(node: ast.While) -> bool:
    is_true = isinstance(node.test, ast.Constant) and bool(node.test.value)
    return is_true and not any(isinstance(one, ast.Break | ast.Return | ast.Raise) for one in ast.walk(node))


def _short(name: str) -> str:
    return name if len(name) <= 60 else f"{name[:57]}..."
