"""What every place that keeps answers promises, on both databases."""

import pytest

from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.repeats import DatabaseRepeats
from tradewright.adapters.system.clock import ManualClock
from tradewright.ports.repeats import Claim, Claimed, KeptRepeats

SECOND = 10**9
DAY = 24 * 3_600 * SECOND


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1_000)


@pytest.fixture
def repeats(database: Database, clock: ManualClock) -> KeptRepeats:
    return DatabaseRepeats(database, clock)


def test_the_second_waits_and_then_has_the_answer_of_the_first(repeats: KeptRepeats) -> None:
    assert repeats.claim("anna", "k", digest="d") == Claimed(Claim.NEW)
    assert repeats.claim("anna", "k", digest="d") == Claimed(Claim.AT_WORK)
    repeats.keep("anna", "k", answer=b"\x00answer")
    assert repeats.claim("anna", "k", digest="d") == Claimed(Claim.DONE, b"\x00answer")


def test_an_empty_answer_is_an_answer(repeats: KeptRepeats) -> None:
    repeats.claim("anna", "k", digest="d")
    repeats.keep("anna", "k", answer=b"")
    assert repeats.claim("anna", "k", digest="d") == Claimed(Claim.DONE)


def test_a_key_belongs_to_one_actor(repeats: KeptRepeats) -> None:
    repeats.claim("anna", "k", digest="d")
    assert repeats.claim("otto", "k", digest="other") == Claimed(Claim.NEW)


def test_another_wish_with_the_same_key_is_told(repeats: KeptRepeats) -> None:
    repeats.claim("anna", "k", digest="d")
    assert repeats.claim("anna", "k", digest="other") == Claimed(Claim.OTHER)
    repeats.keep("anna", "k", answer=b"a")
    assert repeats.claim("anna", "k", digest="other") == Claimed(Claim.OTHER)


def test_what_failed_may_be_tried_again_with_another_wish_too(repeats: KeptRepeats) -> None:
    repeats.claim("anna", "k", digest="d")
    repeats.release("anna", "k")
    assert repeats.claim("anna", "k", digest="other") == Claimed(Claim.NEW)


def test_an_answer_that_is_there_is_not_released(repeats: KeptRepeats) -> None:
    repeats.claim("anna", "k", digest="d")
    repeats.keep("anna", "k", answer=b"a")
    repeats.release("anna", "k")
    assert repeats.claim("anna", "k", digest="d") == Claimed(Claim.DONE, b"a")


def test_a_claim_of_a_dead_process_is_free_after_a_minute(repeats: KeptRepeats, clock: ManualClock) -> None:
    repeats.claim("anna", "k", digest="d")
    clock.advance(60 * SECOND - 1)
    assert repeats.claim("anna", "k", digest="d") == Claimed(Claim.AT_WORK)
    clock.advance(1)
    assert repeats.claim("anna", "k", digest="d") == Claimed(Claim.NEW)
    assert repeats.claim("anna", "k", digest="d") == Claimed(Claim.AT_WORK)


def test_an_answer_is_kept_for_a_day(repeats: KeptRepeats, clock: ManualClock) -> None:
    repeats.claim("anna", "k", digest="d")
    clock.advance(5)
    repeats.keep("anna", "k", answer=b"a")
    clock.advance(DAY - 1)
    assert repeats.claim("anna", "k", digest="d") == Claimed(Claim.DONE, b"a")
    clock.advance(1)
    assert repeats.claim("anna", "k", digest="d") == Claimed(Claim.NEW)
