"""A host that runs the strategy in this very process: for tests, the simulator, and strategies of our own.

It isolates nothing but exceptions: a strategy that blocks here blocks everything. Answers come at once, or when the
`defer` it was given gets to them (as an event loop's `call_soon` does).
"""

import time
from collections.abc import Callable
from contextlib import suppress

from tradewright.domain.errors import TradewrightError
from tradewright.ports.hosts import (
    HostEvent,
    HostFailed,
    HostReady,
    HostSink,
    HostTrouble,
    ProgramLoader,
    Proposed,
    Shown,
    StrategyProgram,
    StrategyTerms,
)

Defer = Callable[[Callable[[], object]], object]


class InProcessHost:
    """Implements `ports.hosts.StrategyHost`."""

    def __init__(
        self,
        load: ProgramLoader,
        *,
        defer: Defer | None = None,
        clock: Callable[[], int] = time.perf_counter_ns,
    ) -> None:
        """`clock` measures how long the strategy took, in nanoseconds."""
        self._load = load
        self._defer = defer
        self._clock = clock
        self._program: StrategyProgram | None = None
        self._sink: HostSink | None = None

    async def start(self, terms: StrategyTerms, sink: HostSink) -> None:
        """Load the strategy."""
        self._sink = sink
        try:
            program = self._program = self._load(terms)
        except (TradewrightError, SystemExit) as refused:
            self._tell(HostFailed(HostTrouble.REFUSED, 0, told(refused)))
            return
        self._tell(HostReady(program.code, program.warm_up_bars, program.speaks_weights))

    def show(self, shown: Shown) -> None:
        """Show a slice."""
        if self._defer is None:
            self._answer(shown)
        else:
            self._defer(lambda: self._answer(shown))

    async def close(self) -> None:
        """Let the strategy end; it is asked nothing any more."""
        program, self._sink, self._program = self._program, None, None
        if program is not None:
            with suppress(TradewrightError, SystemExit):  # after the end there is nobody to tell
                program.end()

    def _answer(self, shown: Shown) -> None:
        if self._program is None:
            return
        before = self._clock()
        try:
            wishes = self._program.show(shown)
        except (TradewrightError, SystemExit) as raised:
            self._program = None
            self._tell(HostFailed(trouble_of(raised), shown.slice.number, told(raised)))
            return
        self._tell(Proposed(shown.slice.number, wishes, self._clock() - before))

    def _tell(self, event: HostEvent) -> None:
        if self._sink is not None:
            self._sink(event)


def trouble_of(raised: BaseException) -> HostTrouble:
    """What kind of trouble an exception of a strategy is."""
    is_large = isinstance(raised, MemoryError) or isinstance(raised.__cause__, MemoryError)
    return HostTrouble.TOO_LARGE if is_large else HostTrouble.RAISED


def told(raised: BaseException) -> str:
    """What happened, as a sentence."""
    if isinstance(raised, SystemExit):
        return f"the strategy left with sys.exit({raised.code!r}); it ends when its session does"
    return str(raised)
