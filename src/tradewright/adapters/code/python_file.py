"""Runs a file of Python in this process and gives the classes it defines.

The file is run as a module of its own, named after the file and a hash of its text, with its folder on the path while
it runs, so that it may import its neighbours.
"""

import hashlib
import importlib.util
import linecache
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import NoReturn

from tradewright.domain.errors import InputError, StrategyError
from tradewright.ports.code import LoadedCode


class PythonFiles:
    """Loads files of this machine; only ever asked for files that the person named."""

    def load(self, path: Path) -> LoadedCode:
        """Run the file once; the error of its code is told with the line it came from."""
        path = path.expanduser().resolve()
        if not path.is_file():
            raise InputError(
                f"strategy file {path} is not there", remedy="`tradewright strategy new NAME` writes one to start from"
            )
        source = path.read_bytes()
        name = f"tradewright_user_{path.stem}_{hashlib.blake2b(source, digest_size=6).hexdigest()}"
        module = _run(path, name)
        found = {
            key: value for key, value in vars(module).items() if isinstance(value, type) and value.__module__ == name
        }
        return LoadedCode(path, source, found)

    def load_kept(self, digest: str) -> NoReturn:
        """Refuse: what somebody uploaded never runs in a process with the rights of its user."""
        raise InputError(
            "an uploaded strategy runs confined only",
            expected="the id of a built-in strategy, or a file of this machine",
            found=f"sha256:{digest[:64]}",
        )


class _AsWritten(SourceFileLoader):
    """Compiles what the file says now; kept byte code can't tell an edit of the same size within the same second."""

    def path_stats(self, path: str) -> NoReturn:
        """No stamp, so no byte code is looked for or kept."""
        raise OSError(path)


def _run(path: Path, name: str) -> ModuleType:
    loader = _AsWritten(name, str(path))
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    if spec is None or path.suffix != ".py":
        raise InputError(f"strategy file {path} is no Python file", expected="a name that ends in .py", found=path.name)
    module = importlib.util.module_from_spec(spec)
    linecache.checkcache(str(path))
    sys.modules[name] = module  # dataclasses and pickling look their module up by name
    sys.path.insert(0, str(path.parent))
    try:
        loader.exec_module(module)
    except Exception as problem:
        del sys.modules[name]
        raise StrategyError(
            f"{path.name} cannot be loaded", found=f"{type(problem).__name__}: {problem}{_line(path, problem)}"
        ) from problem
    finally:
        sys.path.remove(str(path.parent))
    return module


def _line(path: Path, problem: Exception) -> str:
    if isinstance(problem, SyntaxError):
        return f" (line {problem.lineno})" if problem.lineno and "line" not in str(problem) else ""
    step, line = problem.__traceback__, 0
    while step is not None:
        if step.tb_frame.f_code.co_filename == str(path):
            line = step.tb_lineno
        step = step.tb_next
    return f" (line {line})" if line else ""
