"""The project's own files and their syntax trees, read once for all tidy tests."""

import ast
import gc
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "tradewright"
PYTHON_FOLDERS = ("src", "tests", "benchmarks", "examples", "simulator", "proofs")


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file."""

    path: Path
    text: str
    tree: ast.Module
    nodes: tuple[ast.AST, ...]
    """Every node of the tree, walked once for all tests."""

    @classmethod
    def of(cls, path: Path, text: str) -> "Source":
        """A file with this content."""
        tree = ast.parse(text, filename=str(path))
        return cls(path, text, tree, tuple(ast.walk(tree)))

    @property
    def name(self) -> str:
        """The path as people write it, from the project's folder."""
        return self.path.relative_to(ROOT).as_posix()

    def is_in(self, *folders: str) -> bool:
        """Whether it is in one of these folders (or is one of these files) of the package."""
        if not self.path.is_relative_to(PACKAGE):
            return False
        inside = self.path.relative_to(PACKAGE).as_posix()
        return any(inside == folder or inside.startswith(f"{folder}/") for folder in folders)

    def at(self, node: ast.stmt | ast.expr | ast.ExceptHandler | ast.arg) -> str:
        """`file:line` of a node."""
        return f"{self.name}:{node.lineno}"


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """The Python files of these folders (`src` alone when none is named), sorted."""
    with _kept_for_good():
        return tuple(one for folder in folders or ("src",) for one in _in_folder(folder))


@cache
def _in_folder(folder: str) -> tuple[Source, ...]:
    paths = sorted((ROOT / folder).rglob("*.py"))
    return tuple(Source.of(path, path.read_text(encoding="utf-8")) for path in paths)


@contextmanager
def _kept_for_good() -> Iterator[None]:
    """What is made within stays until the tests are over: to look through it for garbage took seconds each time."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@cache
def project_files() -> tuple[Path, ...]:
    """Every file that is in git, or would be: not ignored. Without git, every file beside `.venv`."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    names = listed.stdout.decode().split("\0") if listed.returncode == 0 else []
    found = [ROOT / name for name in names if name]
    return tuple(sorted(path for path in found if path.is_file()))


@cache
def project_texts() -> tuple[tuple[str, str], ...]:
    """(name, content) of every project file that is text."""
    texts = []
    for path in project_files():
        content = path.read_bytes()
        if b"\0" not in content[:8192]:
            texts.append((path.relative_to(ROOT).as_posix(), content.decode("utf-8", errors="replace")))
    return tuple(texts)


def told(findings: list[str]) -> str:
    """Findings, one a line, for an assertion."""
    return "\n" + "\n".join(findings)
