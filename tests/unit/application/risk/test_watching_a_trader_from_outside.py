"""When a guard acts: silence, a kill, a process that is gone; and when it must not."""

from dataclasses import replace

import pytest

from tradewright.application.risk.kill_watch import COMES_UP_NS, GRACE_NS, SECOND_NS, Cause, Sight, Watch
from tradewright.engine.session.heartbeat import Beat
from tradewright.ports.kill import GuardTerms, KillMode, KillNote

NOTE = KillNote("Ada", "looks wrong", 7)
TICK_NS = SECOND_NS // 10


class Outside:
    """A trader as its guard sees it; time passes with each look."""

    def __init__(self, *, is_alone: bool = False, terms: GuardTerms | None = None) -> None:
        self.watch = Watch(terms or GuardTerms(), is_alone)
        self.sight = Sight(monotonic_ns=0, beat=None, note=None, has_trader=True, is_ended=False)
        self.beats = 0

    def beat(self, *, is_over: bool = False) -> None:
        self.beats += 1
        beat = Beat(epoch=1, sequence=1, session_ns=1, monotonic_ns=self.beats, wall_ns=1, is_over=is_over)
        self.sight = replace(self.sight, beat=beat)

    def look(self, seconds: float = 0.1) -> Cause:
        """The last judgement after so long, looked at ten times a second."""
        cause = Cause.NONE
        for _ in range(max(1, round(seconds * 10))):
            self.sight = replace(self.sight, monotonic_ns=self.sight.monotonic_ns + TICK_NS)
            cause = self.watch.look(self.sight).cause
        return cause

    def lived(self) -> "Outside":
        """It has beaten."""
        self.look()
        self.beat()
        assert self.look() is Cause.NONE
        return self


def test_a_trader_is_lost_after_five_seconds_of_silence_and_not_before() -> None:
    outside = Outside().lived()
    assert outside.look(4.8) is Cause.NONE
    assert outside.look(0.3) is Cause.SILENT
    outside.beat()
    assert outside.look() is Cause.NONE


@pytest.mark.parametrize("mode", list(KillMode))
def test_what_is_done_then_is_the_sessions_own_policy(mode: KillMode) -> None:
    outside = Outside(terms=GuardTerms(lost_after_s=1.0, when_lost=mode)).lived()
    outside.look(1.2)
    judgement = outside.watch.look(outside.sight)
    assert (judgement.cause, judgement.mode) == (Cause.SILENT, mode)


def test_a_machine_that_stood_still_for_everybody_is_no_loss() -> None:
    outside = Outside().lived()
    outside.sight = replace(outside.sight, monotonic_ns=outside.sight.monotonic_ns + 60 * SECOND_NS)
    assert outside.watch.look(outside.sight).cause is Cause.NONE
    assert outside.watch.silent_s <= 1.1


@pytest.mark.parametrize("lost_after_s", [0.5, 1.0, 3.0])
def test_a_machine_that_stands_still_again_and_again_is_no_loss_to_an_impatient_guard(lost_after_s: float) -> None:
    outside = Outside(terms=GuardTerms(lost_after_s=lost_after_s)).lived()
    for _ in range(10):  # each time the guard looks twice before the trader beats
        outside.sight = replace(outside.sight, monotonic_ns=outside.sight.monotonic_ns + 20 * SECOND_NS)
        assert [outside.watch.look(outside.sight).cause, outside.look()] == [Cause.NONE, Cause.NONE]
        outside.beat()
        assert outside.look() is Cause.NONE
    assert outside.look(lost_after_s + 0.5) is Cause.SILENT


def test_a_beat_that_lay_there_before_is_not_taken_for_life() -> None:
    outside = Outside()
    outside.beat()
    assert outside.look(6.0) is Cause.NONE
    outside.sight = replace(outside.sight, has_trader=False)
    assert outside.look() is Cause.OVER
    assert outside.watch.look(outside.sight).story == "the trader never came up"


def test_a_trader_that_is_up_and_never_beats_is_lost_in_the_end() -> None:
    outside = Outside()
    assert outside.look(COMES_UP_NS / SECOND_NS - 1) is Cause.NONE
    assert outside.look(2) is Cause.SILENT


def test_a_process_that_is_gone_gets_the_patience_of_a_frozen_one_and_may_come_back() -> None:
    outside = Outside().lived()
    outside.sight = replace(outside.sight, has_trader=False)
    assert outside.look(4.8) is Cause.NONE
    assert outside.look(0.5) is Cause.SILENT
    assert "process is gone" in outside.watch.look(outside.sight).story
    outside.sight = replace(outside.sight, has_trader=True)
    outside.beat()
    assert outside.look() is Cause.NONE


@pytest.mark.parametrize("is_ended", [True, False])
def test_an_orderly_end_ends_the_guard_however_long_the_trader_takes_to_leave(is_ended: bool) -> None:
    outside = Outside().lived()
    outside.beat(is_over=True)
    assert outside.look(8.0) is Cause.NONE
    outside.sight = replace(outside.sight, has_trader=False, is_ended=is_ended)
    assert outside.look() is Cause.OVER


def test_a_kill_is_left_to_a_living_trader_for_a_moment_and_then_carried_out() -> None:
    outside = Outside().lived()
    outside.sight = replace(outside.sight, note=replace(NOTE, mode=KillMode.FLATTEN))
    assert outside.look() is Cause.NONE
    assert outside.look(GRACE_NS / SECOND_NS) is Cause.KILLED
    judgement = outside.watch.look(outside.sight)
    assert (judgement.mode, judgement.story) == (KillMode.FLATTEN, "killed by Ada: looks wrong")
    outside.sight = replace(outside.sight, note=None)
    outside.beat()
    assert outside.look() is Cause.NONE


def test_a_release_and_another_kill_between_two_looks_are_seen() -> None:
    outside = Outside().lived()
    outside.sight = replace(outside.sight, note=NOTE)
    assert outside.look(1.0) is Cause.KILLED
    outside.sight = replace(outside.sight, note=replace(NOTE, when_ns=8))
    assert outside.look() is Cause.NONE, "the trader has its moment again"
    assert outside.look(0.5) is Cause.KILLED
    assert outside.watch.look(outside.sight).when_ns == 8


def test_a_kill_that_nobody_could_wait_for_is_carried_out_at_once() -> None:
    outside = Outside().lived()
    outside.sight = replace(outside.sight, note=NOTE, has_trader=False)
    assert outside.look() is Cause.KILLED


def test_without_a_trader_only_a_guard_that_was_sent_for_it_carries_out_a_kill() -> None:
    for is_alone, cause in ((True, Cause.KILLED), (False, Cause.OVER)):
        outside = Outside(is_alone=is_alone)
        outside.sight = replace(outside.sight, note=NOTE, has_trader=False, is_ended=True)
        assert outside.look() is cause


def test_a_beat_that_cannot_be_read_is_silence() -> None:
    outside = Outside().lived()
    outside.sight = replace(outside.sight, beat=None)
    assert outside.look(5.1) is Cause.SILENT
