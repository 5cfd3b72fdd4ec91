"""What the compiled dialect does not have is refused with the line and the reason, before anything runs."""

import inspect
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tradewright.domain.errors import StrategyError
from tradewright.engine.dialect.building import build
from tradewright.trading.strategies.compiled import CompiledStrategy, state
from tradewright.trading.strategies.parameters import parameter

HEAD = """
import math
import os
from typing import Any
from tradewright.trading.strategies.compiled import CompiledStrategy, state
from tradewright.trading.strategies.parameters import parameter

FACTOR = 2.5


def again(x):
    return again(x)


class Tried(CompiledStrategy):
    every: int = parameter(3)
    seen: int = state(0)
    average: float = state(0.0)
    recent: list[float] = state(0.0, length=3)

    def on_tick(self, desk: Any, tick: Any) -> None:
"""


def tried(body: str, folder: Path) -> type[CompiledStrategy]:
    """The class with that body of on_tick, from a file."""
    file = folder / "tried.py"
    file.write_text(HEAD + "".join(f"        {line}\n" for line in body.splitlines()), encoding="utf-8")
    module = ModuleType("tried")
    module.__file__ = str(file)
    exec(compile(file.read_text(encoding="utf-8"), str(file), "exec"), module.__dict__)
    kind: type[CompiledStrategy] = module.__dict__["Tried"]
    return kind


FIRST = HEAD.count("\n") + 1
REFUSED = [
    ("x = [1, 2]", 0, "allocates"),
    ("x = 1\ny = {1: 2}", 1, "allocates"),
    ("x = 'text'", 0, "no text"),
    ("x = f'{tick.price}'", 0, "no text"),
    ("x = tick.price ** 2", 0, "product"),
    ("try:\n    pass\nexcept ValueError:\n    pass", 0, "neither raises nor catches"),
    ("raise ValueError", 0, "neither raises nor catches"),
    ("import sys", 0, "top of the file"),
    ("x = lambda: 1", 0, "objects"),
    ("for x in self.recent:\n    pass", 0, "range"),
    ("while True:\n    break\nelse:\n    pass", 0, "no else"),
    ("print(tick.price)", 0, "print is not in the dialect"),
    ("open('x')", 0, "open is not in the dialect"),
    ("os.remove(1)", 0, "of modules, only math"),
    ("x = os.environ", 0, "only numbers"),
    ("x = unknown", 0, "unknown is not in the dialect"),
    ("self.new = 1", 0, "declare it: new = tw.state"),
    ("self.every = 1", 0, "parameter"),
    ("x = self.recent", 0, "row of numbers"),
    ("x = self.recent[0:2]", 0, "new row"),
    ("x = self", 0, "self is no number"),
    ("x = tick", 0, "tick is no number"),
    ("x = tick.volume", 0, "tick has no volume"),
    ("desk.hack()", 0, "the desk has no hack"),
    ("x = math.gamma(1.0)", 0, "of modules, only math"),
    ("x = again(1.0)", None, "calls itself"),
    ("return 5", 0, "gives nothing back"),
    ("x = y = 1", 0, "one name"),
    ("x, y = 1, 2", 0, "objects"),
    ("x = 1 if tick.price is None else 2", 0, "compared"),
    ("x = 1 << 3", 0, "only + - * / // %"),
    ("x = 99999999999999999999", 0, "2^53"),
    ("x = min(1)", 0, "two numbers"),
    ("tick = 5", 0, "keeps its meaning"),
    ("desk.buy(1.0, *[2])", 0, "fixed number"),
    ("x = (y := 1)", 0, "statement of its own"),
    ("global x", 0, "fields of the class"),
    ("1 + 1", 0, "nobody takes"),
]


@pytest.mark.parametrize(("body", "line", "reason"), REFUSED, ids=[body.splitlines()[-1] for body, _, _ in REFUSED])
def test_it_is_refused_with_the_line_and_the_reason(body: str, line: int | None, reason: str, tmp_path: Path) -> None:
    with pytest.raises(StrategyError) as told:
        build(tried(body, tmp_path))
    assert reason in str(told.value)
    if line is not None:
        assert f"line {FIRST + line} of tried.py" in str(told.value)


def test_what_the_dialect_has_is_accepted(tmp_path: Path) -> None:
    body = (
        '"""Words about it."""\nx: float = FACTOR * tick.price\nfor k in range(len(self.recent)):\n'
        "    self.recent[k] += x / (1 + k)\n    if k > 1 and not x < 0:\n        continue\n"
        "y = max(x, -self.recent[-1], math.sqrt(4.0)) if x > 0 else math.pi\n"
        "while self.seen < 3:\n    self.seen += 1\ndesk.buy(abs(y) + 1, limit=round(x) + 0.5, post_only=True)\nreturn"
    )
    handlers = build(tried(body, tmp_path)).handlers
    assert list(inspect.signature(handlers["on_tick"]).parameters)[:3] == ["reals__", "wholes__", "desk"]


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (CompiledStrategy.dialect, "on_tick"),
        (lambda: state("text"), "a number"),  # type: ignore[arg-type]
        (lambda: state(0, length=-1), "places"),
    ],
    ids=["no handler", "text", "length"],
)
def test_a_class_that_cannot_be_one_is_refused(made: Callable[[], Any], says: str) -> None:
    with pytest.raises((StrategyError, TypeError, ValueError), match=says):
        made()


def test_a_parameter_of_text_is_refused_by_name() -> None:
    class Worded(CompiledStrategy):
        side: str = parameter("long")

        def on_tick(self, desk: Any, tick: Any) -> None:
            """Nothing."""

    with pytest.raises(StrategyError, match="its parameter side is text"):
        build(Worded)


def test_a_change_of_a_helper_is_another_code(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    body = "self.average = helped(tick.price)"
    kinds = []
    for folder, factor in (("one", 2), ("two", 3)):
        kind = tried(body, tmp_path / folder)
        helper = tmp_path / folder / "helper.py"
        helper.write_text(f"def helped(x):\n    return x * {factor}\n", encoding="utf-8")
        found: dict[str, Any] = {"__name__": "helper"}
        exec(compile(helper.read_text(encoding="utf-8"), str(helper), "exec"), found)
        kind.on_tick.__globals__["helped"] = found["helped"]
        kinds.append(kind)
    assert build(kinds[0]).digest != build(kinds[1]).digest
