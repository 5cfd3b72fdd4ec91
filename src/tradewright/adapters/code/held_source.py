"""Runs the bytes of an uploaded strategy that this confined process holds, exactly those that were hashed.

Made in a process behind walls alone. There is no file: what is compiled is what was handed over, once its digest is
the one that was asked for, so that nothing can be put in its place in between.
"""

import hashlib
import re
import sys
from importlib.abc import InspectLoader
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from pathlib import Path
from types import CodeType, ModuleType
from typing import Final, NoReturn

from tradewright.domain.errors import InputError, StrategyError
from tradewright.ports.code import LoadedCode, Source

_PLAIN_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


class HeldSource:
    """Implements `ports.code.CodeFiles` over one source; files of the machine are out of its reach."""

    def __init__(self, source: Source | None) -> None:
        self._source = source

    def load(self, path: Path) -> NoReturn:
        """Refuse."""
        raise InputError(
            f"strategy file {path} is not there for a confined process",
            expected="an uploaded strategy, or the id of a built-in one",
            remedy="upload the file",
        )

    def load_kept(self, digest: str) -> LoadedCode:
        """Run the bytes once; InputError where they are not those of the digest, StrategyError for what they raise."""
        source = self._source
        held = "nothing" if source is None else hashlib.sha256(source.content).hexdigest()
        if source is None or held != digest:
            raise InputError("the source is not the one that was agreed on", expected=digest[:80], found=held)
        name = f"tradewright_uploaded_{digest[:12]}"
        module = _run(source, name)
        found = {
            key: value for key, value in vars(module).items() if isinstance(value, type) and value.__module__ == name
        }
        return LoadedCode(Path(shown_name(source.file_name)), source.content, found)


def shown_name(file_name: str) -> str:
    """The name of an uploaded file as it can be shown anywhere; a name that is no plain one is replaced."""
    return file_name if _PLAIN_NAME.fullmatch(file_name) else "strategy.py"


class _FromBytes(InspectLoader):
    def __init__(self, source: Source) -> None:
        self._source = source
        self._path = f"uploaded/{shown_name(source.file_name)}"

    def get_source(self, fullname: str) -> str:
        """The text, for whoever asks for lines of it."""
        return self._source.content.decode("utf-8", "replace")

    def get_code(self, fullname: str) -> CodeType:
        """The compiled bytes."""
        return self.source_to_code(self._source.content, self._path)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """A module with a file's name, which errors and digests ask for."""
        module = ModuleType(spec.name)
        module.__file__ = self._path
        return module


def _run(source: Source, name: str) -> ModuleType:
    loader = _FromBytes(source)
    module = module_from_spec(ModuleSpec(name, loader, origin=shown_name(source.file_name)))
    sys.modules[name] = module  # dataclasses look their module up by name
    try:
        loader.exec_module(module)
    except Exception as problem:
        del sys.modules[name]
        told = f"{type(problem).__name__}: {problem}{_line(problem)}"
        raise StrategyError(f"{shown_name(source.file_name)} cannot be loaded", found=told) from problem
    return module


def _line(problem: Exception) -> str:
    if isinstance(problem, SyntaxError):
        return f" (line {problem.lineno})" if problem.lineno and "line" not in str(problem) else ""
    step, line = problem.__traceback__, 0
    while step is not None:
        if step.tb_frame.f_code.co_filename.startswith("uploaded/"):
            line = step.tb_lineno
        step = step.tb_next
    return f" (line {line})" if line else ""
