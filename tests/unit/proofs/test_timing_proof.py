"""The proof about comparisons in one time sees a comparison that is none, and covers every place."""

import doctest
import random

import proofs.timing
from proofs.timing import letter_by_letter, measured, places, seen


def test_a_comparison_letter_by_letter_is_seen() -> None:
    assert seen(measured(letter_by_letter(random.Random(5)), 4_000, random.Random(6)))


def test_every_place_can_be_measured_and_lets_nobody_in() -> None:
    chance = random.Random(7)
    found = places(chance)
    assert len(found) == 4
    for place in found:
        assert not any(place.guess(one) for one in (*place.near, *place.far))
        assert measured(place, 200, chance).samples == 200


def test_welch_is_as_it_is_written() -> None:
    assert doctest.testmod(proofs.timing).failed == 0
