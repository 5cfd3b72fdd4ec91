import pickle

import pytest

from tradewright.domain import errors
from tradewright.domain.errors import (
    InputError,
    NotFound,
    StorageError,
    TooOften,
    TradewrightError,
    UnknownInstrument,
    UnknownVenue,
)


def branches() -> list[type[TradewrightError]]:
    found = [TradewrightError]
    for one in found:
        found.extend(one.__subclasses__())
    return [one for one in found if one.__module__ == errors.__name__]


def test_the_drawing_shows_every_branch_with_its_exit_code() -> None:
    drawing = errors.__doc__ or ""
    for one in branches():
        line = next(line for line in drawing.splitlines() if one.__name__ in line.split())
        assert str(one.exit_code) in line.split()


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({}, "it broke"),
        ({"expected": "a"}, "it broke: expected a"),
        ({"found": "b"}, "it broke: found b"),
        ({"remedy": "c"}, "it broke; c"),
        ({"expected": "a", "found": "b", "remedy": "c"}, "it broke: expected a, found b; c"),
    ],
)
def test_a_message_says_what_is_known(parts: dict[str, str], told: str) -> None:
    assert str(TradewrightError("it broke", **parts)) == told


@pytest.mark.parametrize(
    "error",
    [
        StorageError("full", found="0 bytes", remedy="free some"),
        UnknownInstrument("APPL", near=["AAPL.XNAS"]),
        UnknownVenue("XNSA", near=["XNAS"]),
        TooOften("too many requests", wait_s=7),
    ],
)
def test_an_error_survives_the_way_from_a_worker_process(error: TradewrightError) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert vars(copy) == vars(error)


def test_an_unknown_instrument_without_a_near_one_says_where_to_look() -> None:
    assert "tradewright data list" in str(UnknownInstrument("ZZZ"))
    assert str(UnknownInstrument("ZZZ", remedy="import it")) == "instrument ZZZ is not known; import it"
    assert str(UnknownVenue("ZZZ")) == "venue ZZZ is not known"
    assert isinstance(UnknownVenue("ZZZ"), NotFound) and isinstance(UnknownVenue("ZZZ"), InputError)
