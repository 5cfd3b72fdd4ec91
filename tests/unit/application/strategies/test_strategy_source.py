from pathlib import Path

from tradewright.adapters.code.python_file import PythonFiles
from tradewright.application.strategies.source import code_digest
from tradewright.trading.strategies.breakout import Breakout
from tradewright.trading.strategies.moving_average import MovingAverage

TYPED = "class Typed:\n    def answer(self, word):\n        return word in {'yes', 'no', 'never'} and (lambda: 3)()\n"


def typed(text: str) -> type:
    """A class without a file, as one typed at a prompt."""
    space: dict[str, object] = {"__name__": "typed_at_a_prompt"}
    exec(text, space)
    made = space["Typed"]
    assert isinstance(made, type)
    return made


def test_the_same_class_has_the_same_digest_and_another_class_another() -> None:
    assert code_digest(MovingAverage) == code_digest(MovingAverage)
    assert code_digest(MovingAverage) != code_digest(Breakout)


def test_an_edit_beside_the_class_changes_its_digest_but_moving_the_file_does_not(tmp_path: Path) -> None:
    digests = []
    for folder, text in (("a", "HELP = 1\n"), ("b", "HELP = 1\n"), ("c", "HELP = 2\n")):
        (tmp_path / folder).mkdir()
        path = tmp_path / folder / "idea.py"
        path.write_text(text + "class Idea:\n    step = HELP\n")
        digests.append(code_digest(PythonFiles().load(path).classes["Idea"]))
    assert digests[0] == digests[1] != digests[2]


def test_a_class_without_a_file_is_known_by_its_compiled_form() -> None:
    assert code_digest(typed(TYPED)) == code_digest(typed(TYPED))
    assert code_digest(typed(TYPED)) != code_digest(typed(TYPED.replace("3", "4")))
    assert code_digest(typed(TYPED)) != code_digest(typed(TYPED.replace("never", "ever")))
