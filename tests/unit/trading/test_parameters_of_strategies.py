"""Parameters are typed, ranged and read from text; an unknown or wrong one is told with what would do."""

from typing import Any

import pytest

from tradewright.domain.errors import InputError
from tradewright.trading.strategies.parameters import Parameter, parameter, read_values
from tradewright.trading.strategies.strategy import Strategy


class Sample(Strategy):
    """All kinds of parameters."""

    window: int = parameter(20, low=2, high=200, description="bars")
    factor: float = parameter(1.5, low=0.5)
    ceiling: float = parameter(1.0, high=3.0)
    anything: float = parameter(0.0)
    short: bool = parameter(False)
    side: str = parameter("long", choices=("long", "short"))
    note: str = parameter("")

    def on_bar(self, context: Any, bar: Any) -> None: ...


class Child(Sample):
    """Inherits, and adds."""

    more: int = parameter(1)


@pytest.mark.parametrize(
    ("name", "given", "read"),
    [
        ("window", "55", 55), ("window", 55.0, 55), ("factor", "2", 2.0), ("factor", 3, 3.0), ("short", "yes", True),
        ("short", "False", False), ("short", True, True), ("side", "short", "short"), ("note", "a text", "a text"),
    ],
)  # fmt: skip
def test_values_are_read_in_the_type_of_the_default(name: str, given: object, read: object) -> None:
    value = Sample(**{name: given}).values[name]
    assert value == read
    assert type(value) is type(read)


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("window", 1, "a whole number from 2 to 200"), ("window", 2.5, "a whole number from 2 to 200"),
        ("window", "many", "a whole number"), ("window", True, "a whole number"), ("window", None, "a whole number"),
        ("factor", 0.1, "a number from 0.5"), ("ceiling", 4, "a number up to 3"), ("anything", "nan", "finite number"),
        ("anything", "x", "expected a number,"), ("short", "perhaps", "true or false"), ("short", 1, "true or false"),
        ("side", "both", "one of long, short"), ("note", 5, "text"),
    ],
)  # fmt: skip
def test_values_that_do_not_fit_are_told(name: str, given: object, expected: str) -> None:
    with pytest.raises(InputError, match=f"parameter {name} of Sample does not take .*{expected}"):
        Sample(**{name: given})


def test_what_a_parameter_may_be_is_told_in_words() -> None:
    told = {name: one.range_text() for name, one in Sample.parameters.items()}
    assert told == {
        "window": "a whole number from 2 to 200",
        "factor": "a number from 0.5",
        "ceiling": "a number up to 3",
        "anything": "a number",
        "short": "true or false",
        "side": "one of long, short",
        "note": "text",
    }


def test_unknown_names_are_told_with_near_ones() -> None:
    with pytest.raises(InputError, match="did you mean window"):
        Sample(windw=3)
    with pytest.raises(InputError, match="see: tradewright strategy show Sample"):
        Sample(zzz=3)
    with pytest.raises(InputError, match="expected no parameters at all"):
        read_values("Bare", {}, given={"x": 1})


def test_a_child_inherits_parameters_and_repr_is_the_expression() -> None:
    assert list(Child.parameters) == [*Sample.parameters, "more"]
    assert repr(Child(more=2)) == (
        "Child(window=20, factor=1.5, ceiling=1.0, anything=0.0, short=False, side='long', note='', more=2)"
    )
    assert Child.parameters["window"] == Parameter("window", 20, 2, 200, description="bars")


def test_a_default_is_in_its_own_range() -> None:
    with pytest.raises(InputError, match="its declaration does not take 1"):
        parameter(1, low=2)
    with pytest.raises(TypeError, match="a number, a text or a truth value, found list"):
        parameter([1])
