"""A quick value is made in another way than a frozen dataclass, and is one in every other respect."""

import copy
import pickle
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, is_dataclass, replace
from inspect import signature
from typing import Any

import msgspec
import pytest

from tradewright.domain.errors import InputError
from tradewright.domain.quick import quick


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A wish to trade."""

    name: str
    lots: int = 1
    parts: tuple[int, ...] = ()
    notes: list[str] = field(default_factory=list, compare=False)
    _memo: int | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.lots < 0:
            raise InputError("lots cannot be used", expected="0 or more", found=str(self.lots))

    @property
    def twice(self) -> int:
        return self.lots * 2

    @classmethod
    def of(cls, name: str) -> "Wish":
        return cls(name=name)


@quick
@dataclass(frozen=True, slots=True)
class Pair:
    base: str
    quote: str = "USD"


def test_it_is_made_with_its_defaults_and_checked() -> None:
    one = Wish(name="a")
    assert (one.name, one.lots, one.parts, one.notes, one.twice, one._memo) == ("a", 1, (), [], 2, None)
    assert one.notes is not Wish(name="a").notes
    assert type(one) is Wish and isinstance(Wish.of("b"), Wish)
    assert Pair("EUR") == Pair("EUR", "USD") == Pair(base="EUR")
    with pytest.raises(InputError, match="0 or more"):
        Wish(name="a", lots=-1)
    wrong: list[dict[str, Any]] = [{}, {"name": "a", "colour": "red"}]
    for given in wrong:
        with pytest.raises(TypeError, match="argument"):
            Wish(**given)


def test_it_is_frozen_and_has_no_room_for_more() -> None:
    one: Any = Wish(name="a")
    with pytest.raises(FrozenInstanceError):
        one.lots = 2
    with pytest.raises(FrozenInstanceError):
        del one.lots
    with pytest.raises((AttributeError, TypeError)):
        one.colour = "red"
    assert not hasattr(one, "__dict__")
    object.__setattr__(one, "_memo", 3)  # as a value keeps what it found out
    assert one._memo == 3 and one == Wish(name="a")


def test_it_is_compared_hashed_printed_and_matched_as_its_fields_are() -> None:
    one: Any = Pair("EUR")
    assert one == Pair("EUR") and one != Pair("GBP") and one != "EUR"
    assert len({one, Pair("EUR"), Pair("GBP")}) == 2
    assert repr(one) == "Pair(base='EUR', quote='USD')"
    match one:
        case Pair(base, quote=quote):
            assert (base, quote) == ("EUR", "USD")
    assert is_dataclass(Pair) and [named.name for named in fields(Pair)] == ["base", "quote"]
    assert str(signature(Pair)).startswith("(base: str, quote: str = 'USD')")
    assert (Wish.__name__, Wish.__qualname__, Wish.__module__, Wish.__doc__) == (
        "Wish", "Wish", __name__, "A wish to trade.",
    )  # fmt: skip


def test_it_is_copied_and_read_back_as_itself() -> None:
    one = Wish(name="a", lots=3, notes=["x"])
    again = [
        replace(one),
        copy.copy(one),
        copy.deepcopy(one),
        pickle.loads(pickle.dumps(one)),
        msgspec.json.decode(msgspec.json.encode(one), type=Wish),
    ]
    for other in again:
        assert type(other) is Wish and other == one and other.notes == ["x"] and other._memo is None
    assert replace(one, lots=4).twice == 8
    assert asdict(Pair("EUR")) == {"base": "EUR", "quote": "USD"}
    with pytest.raises(InputError):
        replace(one, lots=-1)


def test_only_a_frozen_dataclass_with_slots_can_be_quick() -> None:
    @dataclass(slots=True)
    class Open:
        lots: int

    @dataclass(frozen=True)
    class Roomy:
        lots: int

    @dataclass(frozen=True, slots=True)
    class Heir(Roomy):
        more: int

    for wrong in (Open, Roomy, Heir, int):
        with pytest.raises(TypeError, match="expected a frozen dataclass with slots and without bases"):
            quick(wrong)
    with pytest.raises(TypeError, match="it would be made as its base"):
        type("Kind", (Pair,), {})
