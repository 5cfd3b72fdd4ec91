"""A duty is one reason for a guard to act, from the first cancel to the proof that nothing is left to be done.

This file decides when it is done: what could open a position is proven to be gone, and, where that is wanted, nothing
is held any more. As long as it lasts, the proof is repeated every second, because a frozen trader's last orders may
still be on their way. What cannot be proven within five seconds is told as an alarm, once, and tried on.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Protocol

from tradewright.application.risk.kill_watch import SECOND_NS, Cause, Judgement
from tradewright.bootstrap.guard_line import Clearing, Line
from tradewright.domain.errors import TradewrightError
from tradewright.ports.clock import Clock
from tradewright.ports.kill import KillMode

if TYPE_CHECKING:
    from tradewright.bootstrap.guard_flattening import Flattening

AGAIN_NS: Final = SECOND_NS
ESCALATE_NS: Final = 5 * SECOND_NS
STUCK_NS: Final = 15 * SECOND_NS
"""How long nothing is filled until closing counts as waiting for the market."""


class Telling(Protocol):
    """Keeps a note and says it."""

    def __call__(self, code: str, story: str, *, is_alarm: bool = False) -> None:
        """Never raises: what was done counts more."""
        ...


class Duty:
    """In a running loop; `step` is called again and again."""

    def __init__(
        self,
        judgement: Judgement,
        *,
        line: Line,
        clock: Clock,
        tell: Telling,
        flattening: Callable[[], "Flattening"],
    ) -> None:
        self.judgement = judgement
        self._clock, self._tell, self._make_flattening = clock, tell, flattening
        self._clearing = Clearing(line)
        self._began_ns = self._due_ns = self._moved_ns = clock.monotonic_ns()
        self._is_told = self._is_escalated = self._cannot_flatten = self._is_flat = False
        self._flattening: Flattening | None = None
        self._rest: Mapping[str, Decimal] = {}

    @property
    def is_finished(self) -> bool:
        """True once everything is done that can be done without a trader."""
        if not self.judgement.mode.cancels:
            return True
        if not self._is_told or not self._clearing.is_proven:
            return False
        flattens = self.judgement.mode is KillMode.FLATTEN
        return not flattens or self._is_flat or self._cannot_flatten or self._is_stuck()

    async def step(self) -> None:
        """What is due."""
        if not self.judgement.mode.cancels or self._clock.monotonic_ns() < self._due_ns:
            return
        if self._clearing.is_proven:
            self._clearing.again()
        await self._clearing.round()
        is_proven = self._clearing.is_proven
        self._due_ns = self._clock.monotonic_ns() + (AGAIN_NS if is_proven else int(self._clearing.pause_s * SECOND_NS))
        self._tell_of_it(is_proven=is_proven)
        if is_proven and self.judgement.mode is KillMode.FLATTEN and not self._cannot_flatten:
            await self._flatten()

    def _tell_of_it(self, *, is_proven: bool) -> None:
        took_s = (self._clock.monotonic_ns() - self._began_ns) / SECOND_NS
        seen = f"{self._clearing.canceled} canceled, " if self._clearing.canceled else ""
        story = f"{self.judgement.story}; {self._clearing} ({seen}{took_s:.2f} s)"
        if is_proven and not self._is_told:
            self._is_told = True
            is_news = self.judgement.cause is Cause.SILENT or self._clearing.canceled > 0
            self._tell("CLEARED", story, is_alarm=is_news)  # a kill that the trader has carried out itself is no news
        elif not is_proven and not self._is_escalated and took_s * SECOND_NS > ESCALATE_NS:
            self._is_escalated = True
            self._tell("NOT_CLEARED", story, is_alarm=True)

    async def _flatten(self) -> None:
        try:
            if self._flattening is None:
                self._flattening = self._make_flattening()
            await self._flattening.step()
        except TradewrightError as problem:
            self._cannot_flatten = True
            self._tell("CANNOT_FLATTEN", f"positions stay as they are: {problem}", is_alarm=True)
            return
        if dict(self._flattening.rest) != dict(self._rest):
            self._rest, self._moved_ns = dict(self._flattening.rest), self._clock.monotonic_ns()
        if self._flattening.is_flat and not self._is_flat:
            self._is_flat = True
            self._tell("FLAT", "nothing is held and nothing works", is_alarm=True)

    def _is_stuck(self) -> bool:
        return self._clock.monotonic_ns() - self._moved_ns > STUCK_NS
