"""Watching signals: whoever trades by them hears of one when it was made, whichever process made it.

This file decides how often it is looked, and how far back: those that write take their time, so each look goes a little
further back than the last signal that is known, and tells what it has not told.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from tradewright.application.watching.news import News
from tradewright.ports.clock import Clock
from tradewright.ports.paging import Slot
from tradewright.ports.signals import KeptSignal, KeptSignals, SignalFilter

EVERY_NS: Final = 1_000_000_000
BACK_NS: Final = 30_000_000_000
"""Between the making of a signal and its being there for everybody, at most."""
FIRST_NS: Final = 24 * 3_600 * 1_000_000_000
"""How old signals may be that are told to whoever begins to listen."""
AT_ONCE: Final = 500


@dataclass(slots=True)
class SignalsWatch:
    """Looks for signals that were made; `step` tells those that are new."""

    signals: KeptSignals
    clock: Clock
    _looked_ns: int | None = None
    _since_ns: int | None = None
    _told: dict[str, int] = field(default_factory=dict)
    """Ids of what was told, with when it was made, as far as it can be met again."""

    def step(self) -> Iterator[News]:
        """In the order in which they were made; at the first step those of a day."""
        now_ns = self.clock.monotonic_ns()
        if self._looked_ns is not None and now_ns - self._looked_ns < EVERY_NS:
            return
        self._looked_ns = now_ns
        since_ns = self.clock.now_ns() - FIRST_NS if self._since_ns is None else self._since_ns - BACK_NS
        new = sorted((one for one in self._made(since_ns) if one.id not in self._told), key=lambda one: one.made_ns)
        self._since_ns = max([self._since_ns or since_ns + BACK_NS, *(one.made_ns for one in new)])
        self._told |= {one.id: one.made_ns for one in new}
        self._told = {name: made_ns for name, made_ns in self._told.items() if made_ns >= self._since_ns - BACK_NS}
        for one in new:
            yield "signals", one

    def _made(self, since_ns: int) -> Iterator[KeptSignal]:
        cursor = ""
        while True:
            page = self.signals.all(SignalFilter(made_since_ns=since_ns), Slot(AT_ONCE, cursor))
            yield from page.items
            cursor = page.cursor
            if not cursor:
                return
