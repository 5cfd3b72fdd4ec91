from pathlib import Path

import pytest

from tradewright.adapters.code.python_file import PythonFiles
from tradewright.application.strategies.finding import find_class, make_strategy
from tradewright.domain.errors import InputError, StrategyError
from tradewright.trading.strategies.moving_average import MovingAverage
from tradewright.trading.strategies.strategy import Strategy

CODE = PythonFiles()
ONE = "import tradewright as tw\nclass Idea(tw.Strategy):\n    fast: int = tw.parameter(3, low=1, high=9)\n"


def written(folder: Path, text: str = ONE) -> str:
    path = folder / "idea.py"
    path.write_text(text)
    return str(path)


def test_a_built_in_strategy_is_found_by_its_id_and_made_with_parameters_read_from_text() -> None:
    strategy, found = make_strategy("moving_average", {"fast": "5", "slow": "9"}, code=CODE)
    assert repr(strategy).startswith("MovingAverage(fast=5, slow=9")
    assert found.id == "moving_average"


def test_an_unknown_id_names_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean moving_average"):
        find_class("moving_averge", CODE)


def test_the_only_strategy_of_a_file_need_not_be_named(tmp_path: Path) -> None:
    path = written(tmp_path)
    assert find_class(path, CODE).id == "Idea"
    assert find_class(f"{path}:Idea", CODE).kind.__name__ == "Idea"


def test_a_file_with_several_strategies_asks_which(tmp_path: Path) -> None:
    path = written(tmp_path, ONE + "class Other(Idea): pass\n")
    with pytest.raises(InputError, match=r"several strategies: expected one of Idea, Other.*idea\.py:Idea"):
        find_class(path, CODE)


def test_a_file_without_a_strategy_or_without_that_one_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no strategy Missing: expected one of Idea"):
        find_class(f"{written(tmp_path)}:Missing", CODE)
    with pytest.raises(InputError, match="holds no strategies: expected a class that derives from"):
        find_class(written(tmp_path, "class Idea: pass\n"), CODE)


def test_a_class_or_a_strategy_is_taken_as_it_is() -> None:
    made = MovingAverage(fast=2, slow=4)
    assert make_strategy(made, {}, code=CODE)[0] is made
    assert isinstance(make_strategy(MovingAverage, {"fast": 2}, code=CODE)[0], MovingAverage)


def test_parameters_beside_a_strategy_that_has_its_own_are_refused() -> None:
    with pytest.raises(InputError, match=r"MovingAverage\(fast=3\)"):
        make_strategy(MovingAverage(), {"fast": 3}, code=CODE)


@pytest.mark.parametrize("given", [3, int, None])
def test_what_is_no_strategy_is_refused(given: object) -> None:
    with pytest.raises(InputError, match="this is no strategy"):
        make_strategy(given, {}, code=CODE)


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"fast": "fifty"}, "a whole number from 1 to 500"),
        ({"fast": 0}, "a whole number from 1 to 500"),
        ({"quick": 5}, "has no parameter 'quick'"),
        ({"fast": 60, "slow": 50}, "fast below slow"),
    ],
)
def test_parameters_out_of_range_of_a_wrong_type_or_unknown_are_refused(
    parameters: dict[str, object], told: str
) -> None:
    with pytest.raises(InputError, match=told):
        make_strategy("moving_average", parameters, code=CODE)


def test_a_check_may_refuse_by_a_plain_value_error() -> None:
    class Picky(Strategy):
        def check(self) -> None:
            raise ValueError("too near")

    with pytest.raises(InputError, match="Picky refuses its parameters: found too near"):
        make_strategy(Picky, {}, code=CODE)


def test_a_strategy_that_raises_while_it_is_made_is_told_by_name() -> None:
    class Broken(Strategy):
        def check(self) -> None:
            raise ZeroDivisionError("by design")

    with pytest.raises(StrategyError, match="Broken cannot be made: found ZeroDivisionError: by design"):
        make_strategy(Broken, {}, code=CODE)
