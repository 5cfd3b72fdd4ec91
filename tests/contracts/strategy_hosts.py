"""Strategies of files, slices to show them, and a listener that keeps what a host says and when."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tradewright.adapters.code.python_file import PythonFiles
from tradewright.adapters.hosts.in_process import InProcessHost
from tradewright.adapters.hosts.limits import HostLimits
from tradewright.adapters.hosts.worker import WorkerHost
from tradewright.adapters.sandbox.enclosing import Enclosure
from tradewright.adapters.sandbox.layers import layers
from tradewright.adapters.system.randomness import SystemRandomness
from tradewright.application.strategies.programs import load_program
from tradewright.ports.code import Source
from tradewright.ports.feed import Slice, SliceBar
from tradewright.ports.hosts import (
    HostEvent,
    HostFailed,
    HostReady,
    HostSink,
    Proposed,
    Shown,
    StrategyHost,
    StrategyTerms,
)

MINUTE_NS = 60_000_000_000
NAME = "AAA.XNYS"
BUYS = """
import tradewright as tw


class Buys(tw.Strategy):
    size: int = tw.parameter(1, low=1, high=10)

    def warm_up_bars(self):
        return 3

    def on_start(self, context):
        self.bars = 0

    def on_bar(self, context, bar):
        self.bars += 1
        context.buy(self.size * self.bars, limit=bar.close)
        if self.bars % 2:
            context.target(0.5)
            context.protect(stop_loss=bar.low)
            context.cancel(1)
"""


PATIENCE_S = 180.0
"""For what comes soon where the machine has time."""
PATIENT: dict[str, Any] = dict.fromkeys(("start_s", "warm_up_s", "answer_s", "close_s"), PATIENCE_S)


def strategy_file(folder: Path, *, body: str, imports: str = "") -> str:
    """A file with a strategy whose `on_bar` does `body` after the second bar; gives its name for the terms."""
    lines = "\n".join(f"            {line}" for line in body.strip().splitlines())
    text = (
        f"import os\nimport sys\nimport time\n{imports}\n"
        "import tradewright as tw\n\n\n"
        "class Bad(tw.Strategy):\n"
        "    def on_bar(self, context, bar):\n"
        f"        if bar.time >= 2 * {MINUTE_NS}:\n"
        f"{lines}\n"
    )
    path = folder / "bad.py"
    path.write_text(text, encoding="utf-8")
    return f"{path}:Bad"


def terms(strategy: str, **other: Any) -> StrategyTerms:
    """Terms of a strategy over one instrument."""
    stated: dict[str, Any] = {"parameters": {}, "instruments": (NAME,), "multipliers": {}, "lots": {}}
    return StrategyTerms(strategy=strategy, **(stated | {"interval": "1m"} | other))


def shown(number: int, **other: Any) -> Shown:
    """A slice of one bar."""
    is_warm_up = other.pop("is_warm_up", False)
    price = 100.0 + number % 7
    made = Slice(
        number=number,
        time_ns=number * MINUTE_NS,
        session=number // 390,
        bars=(SliceBar(price, price + 1, price - 1, price + 0.5, 1000.0),),
        is_warm_up=is_warm_up,
    )
    stated: dict[str, Any] = {"cash": 1e5, "equity": 1e5, "positions": {}, "working": {}}
    return Shown(slice=made, **(stated | other))


def queued_s() -> float:
    """How long this thread could have run so far and had no processor; 0 where the system does not tell."""
    try:
        return int(Path("/proc/thread-self/schedstat").read_text("ascii").split()[1]) / 1e9
    except OSError:
        return 0.0


class Listener:
    """Keeps the events of a host; and meanwhile looks at how long the loop is ever held up."""

    def __init__(self) -> None:
        self.events: list[HostEvent] = []
        self.longest_s = 0.0
        """Of the loop's pauses, but for the time in which a busy machine gave this thread no processor."""
        self._news = asyncio.Event()

    def __call__(self, event: HostEvent) -> None:
        self.events.append(event)
        self._news.set()

    async def until(self, count: int, seconds: float = PATIENCE_S) -> list[HostEvent]:
        """Wait for so many events in all."""
        async with asyncio.timeout(seconds):
            while len(self.events) < count:
                self._news.clear()
                await self._news.wait()
        return self.events

    async def beat(self) -> None:
        """Feel the pulse of the loop every 2 ms, until canceled."""
        loop = asyncio.get_running_loop()
        while True:
            before, queued = loop.time(), queued_s()
            await asyncio.sleep(0.002)
            passed = loop.time() - before - 0.002
            self.longest_s = max(self.longest_s, passed - (queued_s() - queued))

    @property
    def ready(self) -> HostReady:
        """The first event."""
        first = self.events[0]
        assert isinstance(first, HostReady), first
        return first

    @property
    def failed(self) -> HostFailed:
        """The last event."""
        last = self.events[-1]
        assert isinstance(last, HostFailed), last
        return last

    @property
    def proposed(self) -> list[Proposed]:
        """The answers."""
        return [event for event in self.events if isinstance(event, Proposed)]


Place = Callable[..., StrategyHost]
ENTRY = "tradewright.bootstrap.strategy_worker"
LOGS = itertools.count()


def worker(folder: Path, **limits: Any) -> WorkerHost:
    """A host with a process of its own, and with patience for a slow machine where a test states no other."""
    log = folder / f"worker-{next(LOGS)}.log"
    return WorkerHost(ENTRY, log=log, randomness=SystemRandomness(), limits=HostLimits(**(PATIENT | limits)))


CONFINED_ENTRY = "tradewright.bootstrap.confined_worker"


class Uploading(WorkerHost):
    """A host behind walls, that uploads the file which the terms name and runs its bytes."""

    def __init__(self, folder: Path, **limits: Any) -> None:
        self._sources: dict[str, Source] = {}
        super().__init__(
            Enclosure(entry=CONFINED_ENTRY, source_of=lambda digest: self._sources[digest]),
            log=folder / f"worker-{next(LOGS)}.log",
            randomness=SystemRandomness(),
            limits=HostLimits(**(PATIENT | limits)),
        )

    async def start(self, terms: StrategyTerms, sink: HostSink) -> None:
        named, _, class_name = terms.strategy.partition(".py:")
        path = Path(f"{named.removesuffix('.py')}.py")
        if path.is_file():
            source = Source(path.read_bytes(), path.name)
            self._sources[source.digest] = source
            terms = replace(terms, strategy=source.named(class_name))
        await super().start(terms, sink)


needs_walls = pytest.mark.skipif(
    not all(one.is_there for one in layers() if one.is_needed),
    reason="this machine lacks a wall: see tradewright doctor",
)


def confined(folder: Path, **limits: Any) -> WorkerHost:
    """A host with a process of its own behind walls."""
    return Uploading(folder, **limits)


def here(folder: Path, **limits: Any) -> InProcessHost:
    """A host in this process, that answers at once."""
    del folder, limits
    return InProcessHost(partial(load_program, code=PythonFiles()))


def later(folder: Path, **limits: Any) -> InProcessHost:
    """A host in this process, that answers in a turn of the loop to come."""
    del folder, limits
    defer = asyncio.get_running_loop().call_soon
    return InProcessHost(partial(load_program, code=PythonFiles()), defer=defer)


async def ask(host: StrategyHost, stated: StrategyTerms, slices: list[Shown]) -> Listener:
    """Start, show, and wait for all answers or the failure; the host is closed."""
    listener = Listener()
    await host.start(stated, listener)
    pulse = asyncio.create_task(listener.beat())
    await listener.until(1)
    for one in slices:
        host.show(one)
    while len(listener.events) < len(slices) + 1 and not isinstance(listener.events[-1], HostFailed):
        await listener.until(len(listener.events) + 1)
    pulse.cancel()
    await host.close()
    return listener
