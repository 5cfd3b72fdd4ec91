"""No name that comes with an upload steers anything: what is shown is plain, what is wrong is refused."""

import re
import unicodedata

import pytest
from tests.unit.application.shelf.hostile_names import NAMES

from tradewright.application.shelf.naming import (
    LONGEST_FILE_NAME,
    NAME_PATTERN,
    Reference,
    checked_description,
    checked_tags,
    plain_name,
    reference_of,
    shown_file_name,
)
from tradewright.domain.errors import InputError


def test_there_are_five_hundred_names_that_mean_no_good() -> None:
    assert len(set(NAMES)) == 500


def test_every_hostile_name_is_shown_as_a_plain_last_part_or_not_at_all() -> None:
    for given in NAMES:
        shown = shown_file_name(given)
        assert 0 < len(shown) <= LONGEST_FILE_NAME
        assert not set(shown) & set("/\\:") and shown not in {".", ".."} and shown == shown.strip()
        assert all(unicodedata.category(one)[0] != "C" and one not in "\u2028\u2029" for one in shown), given
        assert shown_file_name(shown) == shown


def test_a_name_made_of_a_hostile_file_name_is_plain_or_is_asked_for() -> None:
    refused = []
    for given in NAMES:
        try:
            assert re.fullmatch(NAME_PATTERN, plain_name("", given))
        except InputError:
            refused.append(given)
    assert 0 < len(refused) < 200


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ("shelf:My idea", Reference("My idea")),
        ("shelf:my_idea@12", Reference("my_idea", 12)),
        ("up_abcdefgh23", Reference("up_abcdefgh23")),
        ("up_abcdefgh23@3", Reference("up_abcdefgh23", 3)),
        ("moving_average", None),
        ("./my_idea.py:MyIdea", None),
        ("sha256:ab:Idea", None),
    ],
)
def test_a_reference_names_a_strategy_and_maybe_a_version(named: str, found: Reference | None) -> None:
    assert reference_of(named) == found


@pytest.mark.parametrize(
    "named",
    ["shelf:", "shelf:@1", "shelf:a@0", "shelf:a@-1", "shelf:a@x", "shelf:../a", "up_abcdefgh23@", "shelf:a@1@2"],
)
def test_what_is_meant_for_the_shelf_and_names_nothing_is_refused(named: str) -> None:
    with pytest.raises(InputError, match="names no strategy of the shelf"):
        reference_of(named)


def test_ids_are_no_names_and_names_have_bounds() -> None:
    for wrong in ("up_mine", "-x", "a" * 65, "a/b", "a@1", "a:b", "é"):
        with pytest.raises(InputError):
            plain_name(wrong, "idea.py")
    assert plain_name(" My idea ", "x") == "My idea"


def test_tags_and_descriptions_have_bounds() -> None:
    assert checked_tags(("trend", "daily-2")) == {"trend", "daily-2"}
    for wrong in (("Trend",), ("a b",), tuple(f"t{one}" for one in range(21))):
        with pytest.raises(InputError, match="tags"):
            checked_tags(wrong)
    assert checked_description("a\u202eb\x1b[2J\nc") == "ab[2J\nc"
    with pytest.raises(InputError, match="too long"):
        checked_description("a" * 1_001)
