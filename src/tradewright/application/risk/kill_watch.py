"""A watch is a guard's judgement of one trader from outside: does its loop live, has somebody killed it, is it over?

This file decides when silence is a loss. Silence is counted by the guard's own looks, each for a short while at most,
so that a machine that stood still for everybody is not taken for a dead trader. A replay that is paused beats on. A
trader that ended in good order, or never came up, needs no guard; one whose process is gone and that never said goodbye
is given the same patience as a frozen one, because it may be started again.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from tradewright.engine.session.heartbeat import Beat
from tradewright.ports.kill import GuardTerms, KillMode, KillNote

SECOND_NS: Final = 1_000_000_000
LONGEST_STEP_NS: Final = SECOND_NS
"""What one look can add to the silence."""
FEWEST_LOOKS: Final = 5
"""Looks in a row that hear nothing before silence is a loss, however short the patience: after a moment in which the
whole machine stood still, the guard may look before the trader can beat."""
GRACE_NS: Final = SECOND_NS // 2
"""How long a living trader is left to carry out a kill by itself."""
COMES_UP_NS: Final = 60 * SECOND_NS
"""How long a trader may take to its first beat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a guard sees at one look."""

    monotonic_ns: int
    beat: Beat | None
    """The last one; None where it cannot be read."""
    note: KillNote | None
    """Of the kill switch."""
    has_trader: bool
    """A process holds the session."""
    is_ended: bool
    """It was ended for good."""


class Cause(StrEnum):
    """Why a guard acts, or does not."""

    NONE = "none"
    KILLED = "killed"
    SILENT = "silent"
    OVER = "over"
    """It has nothing to guard any more."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a guard has to do now."""

    cause: Cause
    mode: KillMode = KillMode.STOP
    story: str = ""
    when_ns: int = 0
    """When it was killed, by the kill's own words: a release and another kill may lie between two looks."""


@dataclass(slots=True)
class Watch:
    """One trader, looked at again and again."""

    terms: GuardTerms
    is_alone: bool = False
    """There is no trader, and a kill is to be carried out all the same."""
    _beat: Beat | None = field(default=None, init=False)
    _has_looked: bool = field(default=False, init=False)
    _has_beaten: bool = field(default=False, init=False)
    _looked_ns: int = field(default=0, init=False)
    _silent_ns: int = field(default=0, init=False)
    _note: KillNote | None = field(default=None, init=False)
    _killed_ns: int = field(default=0, init=False)
    """When this kill was first seen."""

    @property
    def silent_s(self) -> float:
        """How long nothing was heard, in seconds."""
        return self._silent_ns / SECOND_NS

    @property
    def _patience_ns(self) -> int:
        return int(self.terms.lost_after_s * SECOND_NS) if self._has_beaten else COMES_UP_NS

    def look(self, sight: Sight) -> Judgement:
        """Judge by one more look."""
        self._listen(sight)
        if sight.note != self._note:
            self._note, self._killed_ns = sight.note, sight.monotonic_ns
        if sight.note is not None and (sight.has_trader or self._has_beaten or self.is_alone):
            return self._killed(sight, sight.note)
        if not sight.has_trader and self._needs_nobody(sight):
            return Judgement(Cause.OVER, story=self._farewell(sight))
        if self._silent_ns >= self._patience_ns and not self._said_goodbye():
            gone = "" if sight.has_trader else ", and its process is gone"
            return Judgement(Cause.SILENT, self.terms.when_lost, f"no heart-beat for {self.silent_s:.1f} s{gone}")
        return Judgement(Cause.NONE)

    def _listen(self, sight: Sight) -> None:
        step = sight.monotonic_ns - self._looked_ns if self._has_looked else 0
        is_news = sight.beat is not None and sight.beat != self._beat
        if is_news and self._has_looked:  # what lay there before the first look may be of an earlier process
            self._has_beaten, self._silent_ns = True, 0
        else:
            self._silent_ns += min(step, LONGEST_STEP_NS, self._patience_ns // FEWEST_LOOKS)
        self._beat = sight.beat or self._beat
        self._has_looked, self._looked_ns = True, sight.monotonic_ns

    def _killed(self, sight: Sight, note: KillNote) -> Judgement:
        story = f"killed by {note.who or 'nobody named'}: {note.reason}"
        waits = sight.has_trader and sight.monotonic_ns - self._killed_ns < GRACE_NS
        return Judgement(Cause.NONE if waits else Cause.KILLED, note.mode, story, note.when_ns)

    def _said_goodbye(self) -> bool:
        return self._has_beaten and self._beat is not None and self._beat.is_over

    def _needs_nobody(self, sight: Sight) -> bool:
        return sight.is_ended or not self._has_beaten or self._said_goodbye()

    def _farewell(self, sight: Sight) -> str:
        if not self._has_beaten and not sight.is_ended:
            return "the trader never came up"
        return "the session has ended"
