"""A reader holds one file and one function in the head at a time."""

import ast
from collections.abc import Iterator
from functools import cache

from tests.architecture.source import PYTHON_FOLDERS, Source, sources, told

FILE_LINES = 400
BODY_LINES = 50
PARAMETERS = 8
POSITIONAL = 2
POSITIONAL_IN_HELPERS = 4
"""A helper (`_name`) sees all its callers in one file, so it may take a little more by position."""
BAR_FIELDS = frozenset({"open", "open_", "high", "low", "close", "volume", "session", "highs", "lows"})
"""A bar's fields come in an order everybody knows; by position they count as one."""
SPELLED_AS_NUMPY = frozenset({"where"})
"""Called as the function of numpy that everybody knows."""
NUMERIC = (
    "domain/arithmetic",
    "domain/matching",
    "engine/dialect/dialect_math.py",
    "engine/kernel/loop.py",
    "engine/kernel/tick_loop.py",
    "quant/indicators/rows.py",
)
"""Shared with the compiler, or compiled: positional, no limit of parameters, and the step may be longer."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(source: Source) -> Iterator[tuple[Function, bool]]:
    """Every function with whether it is a method."""
    methods = {
        id(child) for node in source.nodes if isinstance(node, ast.ClassDef) for child in ast.iter_child_nodes(node)
    }
    for node in source.nodes:
        if isinstance(node, Function):
            yield node, id(node) in methods


@cache
def compiled_functions() -> frozenset[str]:
    """Names of functions that the package hands to its compiler: they take what it wants."""
    names: set[str] = set()
    for source in sources():
        for node in source.nodes:
            is_call = isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in {"compiled", "shared"}
            if is_call and isinstance(node, ast.Call):
                names.update(ast.unparse(one).split(".")[-1] for one in node.args)
    return frozenset(names)


def body_lines(function: Function) -> int:
    """Lines of the body without the docstring."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_no_file_is_longer_than_400_lines() -> None:
    long = [
        f"{one.name}: {one.text.count(chr(10))} lines, at most {FILE_LINES}; one file, one noun: split by noun"
        for one in sources(*PYTHON_FOLDERS)
        if one.text.count("\n") > FILE_LINES
    ]
    assert not long, told(long)


def test_no_function_is_longer_than_50_lines() -> None:
    long = [
        f"{one.at(function)}: {function.name} has {body_lines(function)} lines, at most {BODY_LINES}; name its parts"
        for one in sources("src", "benchmarks", "examples")
        for function, _ in functions(one)
        if body_lines(function) > BODY_LINES and not is_compiled(function, one)
    ]
    assert not long, told(long)


def test_no_function_has_more_than_8_parameters() -> None:
    wide = []
    for one in sources("src", "benchmarks", "examples"):
        for function, is_method in functions(one):
            given = function.args
            count = len([*given.posonlyargs, *given.args, *given.kwonlyargs]) - is_method
            if count > PARAMETERS and not is_compiled(function, one):
                wide.append(f"{one.at(function)}: {function.name} has {count} parameters, at most {PARAMETERS}")
    assert not wide, told([f"{line}; group them in a value" for line in wide])


def test_parameters_after_the_second_are_keyword_only() -> None:
    loose = []
    for one in sources():
        for function, is_method in functions(one):
            allowed = POSITIONAL_IN_HELPERS if function.name.startswith("_") else POSITIONAL
            count = positional(function) - is_method
            if count > allowed and not is_compiled(function, one) and not is_operator(function):
                loose.append(f"{one.at(function)}: {function.name} takes {count} by position; put a * after {allowed}")
    assert not loose, told(loose)


def positional(function: Function) -> int:
    """Parameters that can be given by position; a bar's fields count as one."""
    names = {one.arg for one in (*function.args.posonlyargs, *function.args.args)}
    return len(names - BAR_FIELDS) + bool(names & BAR_FIELDS)


def is_compiled(function: Function, source: Source) -> bool:
    """Kernels take what the compiler wants: the shared rooms, what is handed to it, the steps of indicators."""
    if function.name in SPELLED_AS_NUMPY:
        return True
    is_step = source.is_in("quant/indicators") and function.name.endswith("_step")
    return is_step or source.is_in(*NUMERIC) or function.name in compiled_functions()


def is_operator(function: Function) -> bool:
    """The language gives them their shape."""
    return function.name.startswith("__") and function.name.endswith("__") and function.name != "__init__"
