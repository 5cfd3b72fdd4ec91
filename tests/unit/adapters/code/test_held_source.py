"""Uploaded bytes run exactly as they were hashed, in a process that holds them, and nowhere else."""

import hashlib
from pathlib import Path

import pytest

from tradewright.adapters.code.held_source import HeldSource, shown_name
from tradewright.adapters.code.python_file import PythonFiles
from tradewright.adapters.sandbox.handing import sealed
from tradewright.application.strategies.finding import find_class
from tradewright.application.strategies.source import code_digest
from tradewright.domain.errors import InputError, StrategyError
from tradewright.ports.code import Source, kept_parts

TEXT = b"import tradewright as tw\n\n\nclass Idea(tw.Strategy):\n    def on_bar(self, context, bar):\n        pass\n"


def test_the_bytes_of_the_digest_are_run() -> None:
    source = Source(TEXT, "idea.py")
    found = find_class(source.named("Idea"), HeldSource(source))
    assert found.id == "Idea"
    assert found.path == Path("idea.py")
    assert find_class(source.named(), HeldSource(source)).id == "Idea"


def test_other_bytes_than_those_of_the_digest_are_refused() -> None:
    source, other = Source(TEXT), Source(TEXT + b"#")
    with pytest.raises(InputError, match="not the one that was agreed on"):
        find_class(other.named(), HeldSource(source))
    with pytest.raises(InputError, match="found nothing"):
        find_class(source.named(), HeldSource(None))


def test_a_process_that_is_not_confined_runs_no_upload() -> None:
    with pytest.raises(InputError, match="runs confined only"):
        find_class(Source(TEXT).named(), PythonFiles())


def test_a_confined_process_runs_no_file(tmp_path: Path) -> None:
    path = tmp_path / "idea.py"
    path.write_bytes(TEXT)
    with pytest.raises(InputError, match="is not there for a confined process"):
        find_class(str(path), HeldSource(Source(TEXT)))


def test_the_same_text_has_the_same_digest_of_code_from_a_file_and_from_bytes(tmp_path: Path) -> None:
    path = tmp_path / "idea.py"
    path.write_bytes(TEXT)
    source = Source(TEXT, "idea.py")
    assert code_digest(find_class(source.named(), HeldSource(source)).kind) == code_digest(
        find_class(str(path), PythonFiles()).kind
    )


def test_what_it_raises_while_it_loads_has_its_line() -> None:
    source = Source(b"x = 1\ny = x / 0\n", "bad.py")
    with pytest.raises(StrategyError, match=r"bad.py cannot be loaded: found ZeroDivisionError.*line 2"):
        HeldSource(source).load_kept(source.digest)
    source = Source(b"x = (\n", "bad.py")
    with pytest.raises(StrategyError, match="line 1"):
        HeldSource(source).load_kept(source.digest)


@pytest.mark.parametrize("name", ["../../x.py", "a b.py", "", ".hidden.py", "x" * 80, "a\nb.py", "a\x1b.py"])
def test_a_name_that_is_no_plain_one_is_not_shown(name: str) -> None:
    assert shown_name(name) == "strategy.py"


def test_names_of_kept_strategies_are_read_back() -> None:
    source = Source(TEXT)
    assert source.digest == hashlib.sha256(TEXT).hexdigest()
    assert kept_parts(source.named("Idea")) == (source.digest, "Idea")
    assert kept_parts(source.named()) == (source.digest, "")
    assert kept_parts("moving_average") is None


def test_what_is_handed_over_cannot_be_changed_by_anybody() -> None:
    number = sealed(b"abc", "test")
    with open(number, "r+b", buffering=0) as file:  # noqa: PTH123 - a number has no path
        with pytest.raises(OSError, match="not permitted"):
            file.write(b"x")
        for size in (1, 9):
            with pytest.raises(OSError, match="not permitted"):
                file.truncate(size)
        file.seek(0)
        assert file.read() == b"abc"
