import sys
from pathlib import Path

import pytest

from tradewright.adapters.code.python_file import PythonFiles
from tradewright.domain.errors import InputError, StrategyError


def written(folder: Path, text: str, name: str = "idea.py") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_only_the_classes_that_the_file_defines_itself_are_given(tmp_path: Path) -> None:
    path = written(tmp_path, "from decimal import Decimal\nclass Idea: pass\nclass Other(Idea): pass\nnumber = 3\n")
    loaded = PythonFiles().load(path)
    assert list(loaded.classes) == ["Idea", "Other"]
    assert loaded.source == path.read_bytes()


def test_a_file_may_import_its_neighbours_and_leaves_the_path_as_it_was(tmp_path: Path) -> None:
    written(tmp_path, "STEP = 7\n", "neighbour_of_the_idea.py")
    before = list(sys.path)
    loaded = PythonFiles().load(written(tmp_path, "import neighbour_of_the_idea as n\nclass Idea: step = n.STEP\n"))
    assert vars(loaded.classes["Idea"])["step"] == 7
    assert sys.path == before


def test_an_edited_file_is_run_anew(tmp_path: Path) -> None:
    first = PythonFiles().load(written(tmp_path, "class Idea: step = 1\n"))
    second = PythonFiles().load(written(tmp_path, "class Idea: step = 2\n"))
    assert (vars(first.classes["Idea"])["step"], vars(second.classes["Idea"])["step"]) == (1, 2)


def test_a_file_that_is_not_there_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="strategy new"):
        PythonFiles().load(tmp_path / "nothing.py")


def test_a_file_that_is_no_python_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"ends in \.py"):
        PythonFiles().load(written(tmp_path, "text", "idea.txt"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("class Idea:\n    step = 1 / 0\n", r"ZeroDivisionError: division by zero \(line 2\)"),
        ("class Idea\n    pass\n", "SyntaxError.*line 1"),
        ("import no_such_library_here\n", "no_such_library_here"),
    ],
)
def test_code_that_cannot_run_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    modules = set(sys.modules)
    with pytest.raises(StrategyError, match=told):
        PythonFiles().load(written(tmp_path, text))
    assert not {name for name in set(sys.modules) - modules if name.startswith("tradewright_user")}
