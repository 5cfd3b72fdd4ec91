"""Heavy libraries come when they are asked for; what is missing is told with its remedy."""

import runpy
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tradewright.lazy import MissingLibraryError, attach, load


def test_a_library_is_loaded_by_name() -> None:
    assert load("json").dumps([1]) == "[1]"


@pytest.mark.parametrize(
    ("extra", "remedy"), [("plots", r"pip install 'tradewright\[plots\]'"), (None, "pip install nowhere_at_all")]
)
def test_a_missing_library_says_how_to_get_it(extra: str | None, remedy: str) -> None:
    with pytest.raises(MissingLibraryError, match=remedy):
        load("nowhere_at_all.inner", extra=extra)


def test_a_library_that_misses_another_is_not_blamed_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "needs_other.py").write_text("import nowhere_at_all\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ModuleNotFoundError, match="nowhere_at_all") as found:
        load("needs_other")
    assert not isinstance(found.value, MissingLibraryError)


def test_a_face_gives_attributes_modules_and_other_names() -> None:
    get, names = attach("face", {"dumps": "json", "json": "json:", "write": "json:dumps"})
    json = sys.modules["json"]
    assert isinstance(json, ModuleType)
    assert get("dumps") is get("write") is json.dumps
    assert get("json") is json
    assert names() == ["dumps", "json", "write"]
    with pytest.raises(AttributeError, match="module 'face' has no attribute 'loads'"):
        get("loads")


def test_the_package_runs_as_a_module(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["tradewright", "--version"])
    with pytest.raises(SystemExit) as left:
        runpy.run_module("tradewright", run_name="__main__", alter_sys=True)
    assert left.value.code in {0, None}
    assert capsys.readouterr().out.strip().startswith("tradewright")
