"""What no file of the project holds, and what every package and changelog fragment has."""

import ast
import re

import pytest
from tests.architecture.source import PACKAGE, ROOT, project_files, project_texts, sources, told

LEFTOVERS = re.compile("|".join(rf"\b{word}\b" for word in ("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")))
MACHINE_PATHS = re.compile(r"(?<![\w.$~}])/(?:work|root|home|Users|mnt)/[\w.-]+|\b[A-Z]:\\\\?(?:Users|home)")
REGISTRIES = re.compile(
    r"--(?:extra-)?index-url|--find-links|--trusted-host|files\.pythonhosted\.org|pypi\.org/simple|registry\.npmjs"
    r"|artifactory|\.pkg\.dev\b|/nexus/|devpi",
    re.IGNORECASE,
)
OWN = "tests/architecture/test_tidy_files.py"
KINDS = ("added", "changed", "fixed", "removed")
FRAGMENT = re.compile(rf"[a-z0-9]+(?:-[a-z0-9]+)*\.({'|'.join(KINDS)})\.md")


def lines_with(pattern: re.Pattern[str], *, but: tuple[str, ...] = ()) -> list[str]:
    """`file:line: text` wherever the pattern is found."""
    return [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, text in project_texts()
        if name != OWN and not name.startswith(but)
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_nothing_is_left_for_later() -> None:
    found = lines_with(LEFTOVERS)
    assert not found, told([f"{line}  <- do it, or write an issue" for line in found])


def test_no_file_names_a_place_on_a_machine() -> None:
    found = lines_with(MACHINE_PATHS)
    assert not found, told([f"{line}  <- make it relative" for line in found])


def test_no_file_names_a_package_registry() -> None:
    found = lines_with(REGISTRIES)
    assert not found, told([f"{line}  <- the user's own settings decide where packages come from" for line in found])


@pytest.mark.parametrize("text", ["see /" + "home/anna/x", "'/" + "work/main'", "C:\\" + "Users\\anna"])
def test_the_search_for_machine_paths_finds_them(text: str) -> None:
    assert MACHINE_PATHS.search(text)


@pytest.mark.parametrize("text", ["https://example.org/home/page", "src/work/x", "$HOME/work", "~/work/x", "/homepage"])
def test_the_search_for_machine_paths_accuses_nobody_else(text: str) -> None:
    assert not MACHINE_PATHS.search(text)


def test_every_package_says_what_it_is() -> None:
    folders = {path.parent for path in PACKAGE.rglob("*.py")}
    silent = []
    for folder in sorted(folders):
        face = folder / "__init__.py"
        told_there = ast.get_docstring(ast.parse(face.read_text(encoding="utf-8"))) if face.exists() else None
        if not told_there or len(told_there) < 12:
            silent.append(f"{face.relative_to(ROOT).as_posix()}: say in a sentence what the package holds")
    assert not silent, told(silent)


def test_every_module_says_what_it_is() -> None:
    silent = [
        f"{one.name}: begin with what the thing is in the market, then what the file decides"
        for one in sources()
        if len(ast.get_docstring(one.tree) or "") < 12
    ]
    assert not silent, told(silent)


def test_faces_only_re_export() -> None:
    busy: list[str] = []
    for one in sources():
        if one.path.name != "__init__.py":
            continue
        busy.extend(
            f"{one.at(node)}: {node.name} is defined in a face; give it a file of its own"
            for node in one.tree.body
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        )
    assert not busy, told(busy)


def test_changelog_fragments_have_a_topic_and_a_kind() -> None:
    wrong = []
    for path in project_files():
        if path.parent.name != "changelog.d" or path.name == "README.md":
            continue
        if FRAGMENT.fullmatch(path.name) is None:
            wrong.append(f"changelog.d/{path.name}: call it <topic>.<kind>.md, kind one of {', '.join(KINDS)}")
        text = path.read_text(encoding="utf-8").strip()
        if not text.endswith(".") or text.startswith("#"):
            wrong.append(f"changelog.d/{path.name}: tell users in sentences what is different, without a heading")
    assert not wrong, told(wrong)


def test_tests_have_names_of_their_own() -> None:
    names: dict[str, str] = {}
    twice = []
    for one in sources("tests"):
        if one.path.name.startswith("test_"):
            if one.path.name in names:
                twice.append(f"{one.name} and {names[one.path.name]}: rename one")
            names[one.path.name] = one.name
    packages = [path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("__init__.py")]
    assert not twice, told(twice)
    assert not packages, told([f"{path}: test folders are no packages; remove it" for path in packages])
