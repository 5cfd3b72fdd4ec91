"""The code of a strategy, as part of the identity of a run: an edit makes another run, a moved file does not."""

import ast
import hashlib
import inspect
import sys
from pathlib import Path
from types import CodeType


def code_digest(strategy: type) -> str:
    """Hash of the sources of the class and of the classes it derives from, as far as a person wrote them.

    The file is taken whole, because functions beside the class count too, and so are the files of its folder that it
    imports. Code that was typed into a notebook or a
    prompt, where no file exists, is taken as the text of the class, else as its compiled form.
    """
    digest = hashlib.blake2b(digest_size=16)
    seen: set[str] = set()
    for kind in strategy.__mro__:
        text = "" if kind is object else _source(kind)
        if text and text not in seen:
            seen.add(text)
            digest.update(text.encode())
    digest.update(strategy.__qualname__.encode())
    for path in _beside(strategy):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _beside(strategy: type) -> list[Path]:
    """The files of the strategy's folder that its file imports, and those that they import, in order of their names."""
    found: set[Path] = set()
    waiting = [
        Path(file)
        for kind in strategy.__mro__
        if kind.__module__.partition(".")[0] != "tradewright"
        and (file := getattr(sys.modules.get(kind.__module__), "__file__", None))
        and Path(file).is_file()
    ]
    seen = set(waiting)
    while waiting:
        file = waiting.pop()
        for path in _imported(file) - seen:
            seen.add(path)
            found.add(path)
            waiting.append(path)
    return sorted(found)


def _imported(file: Path) -> set[Path]:
    """The modules of the same folder that a file imports by their names."""
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return set()
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {one.name.split(".")[0] for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    places = [place for name in names for place in (file.parent / f"{name}.py", file.parent / name / "__init__.py")]
    return {place for place in places if place.is_file()}


def _source(kind: type) -> str:
    module = sys.modules.get(kind.__module__)
    for place in (module, kind):
        if place is None:
            continue
        try:
            return inspect.getsource(place)
        except (OSError, TypeError):
            continue
    return "".join(_compiled(value.__code__) for _, value in sorted(vars(kind).items()) if inspect.isfunction(value))


def _compiled(code: CodeType) -> str:
    constants = "".join(_constant(value) for value in code.co_consts)
    return f"{code.co_name}{code.co_names}{code.co_code.hex()}{constants}"


def _constant(value: object) -> str:
    if isinstance(value, CodeType):
        return _compiled(value)
    if isinstance(value, frozenset):  # the order of a set of text differs from process to process
        return "".join(sorted(map(repr, value)))
    return repr(value)
