"""The lines of the table: what each workload measures, in which unit, and what counts as good.

Goals that need a peer are judged by `python -m benchmarks.peers`, beside that peer. This file loads nothing heavy: the
process that starts the others must stay small, because a child's peak memory includes its parent's.
"""

from dataclasses import dataclass
from enum import StrEnum

from benchmarks.rows import Row


class Measure(StrEnum):
    """What a goal limits."""

    SECONDS = "s"
    SECONDS_P99 = "s at p99"
    MICROSECONDS_EACH = "us each"
    MEGABYTES = "MB"
    TIMES_BARE = "x bare"


@dataclass(frozen=True, slots=True)
class Goal:
    """At most this much."""

    most: float
    measure: Measure

    def __str__(self) -> str:
        return f"<= {self.most:g} {self.measure}"

    def reached(self, row: Row) -> float:
        """What the row has of it."""
        if self.measure is Measure.SECONDS:
            return row.median_s
        if self.measure is Measure.SECONDS_P99:
            return row.p99_s
        if self.measure is Measure.MICROSECONDS_EACH:
            return row.best_s / row.units * 1e6
        if self.measure is Measure.MEGABYTES:
            return row.peak_mb
        return row.times_bare or float("inf")

    def is_met(self, row: Row) -> bool:
        """Whether the row is good enough."""
        return self.reached(row) <= self.most


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One measurement, made in a process of its own."""

    id: str
    """`P1.backtest`: the workload of design and changelog, and a word."""
    module: str
    """The module below `benchmarks.workloads` whose `CASES` make it."""
    what: str
    unit: str
    goals: tuple[Goal, ...] = ()
    repetitions: int = 7

    @property
    def workload(self) -> str:
        """`P1`."""
        return self.id.partition(".")[0]


def _within(most: float, measure: Measure) -> tuple[Goal, ...]:
    return (Goal(most, measure),)


NEAR_BARE = _within(1.5, Measure.TIMES_BARE)
NEAR_WEB = _within(1.67, Measure.TIMES_BARE)
SLIM = _within(250, Measure.MEGABYTES)

LINES = (
    Line(
        id="P1.backtest",
        module="crossover",
        what="crossover through tw.backtest: signals, fills, ledger, equity",
        unit="bars",
        goals=SLIM,
    ),
    Line(
        id="P1.statistics",
        module="crossover",
        what="the same with the table of fills and all statistics",
        unit="bars",
        goals=SLIM,
    ),
    Line(
        id="P1.kernel", module="crossover", what="the kernel alone, signals given as columns", unit="bars", goals=SLIM
    ),
    Line(
        id="P2.callback",
        module="crossover",
        what="the same with on_bar in Python on every bar",
        unit="bars",
        goals=_within(1.7, Measure.MICROSECONDS_EACH),
        repetitions=3,
    ),
    Line(
        id="P2.empty",
        module="crossover",
        what="an on_bar that does nothing: the runtime alone",
        unit="bars",
        repetitions=3,
    ),
    Line(
        id="P3.sweep",
        module="sweep",
        what="a sweep over 25 x 40 pairs of windows: final equity, Sharpe, drawdown, round trips of each",
        unit="combinations",
        goals=SLIM,
        repetitions=3,
    ),
    Line(
        id="P4.compiled",
        module="ticks",
        what="5M trade ticks, an average and a limit order per 5,000, through tw.backtest: a compiled strategy",
        unit="ticks",
        repetitions=3,
    ),
    Line(
        id="P4.python",
        module="ticks",
        what="the same class as plain Python",
        unit="ticks",
        repetitions=1,
    ),
    Line(
        id="P5.rotation",
        module="rotation",
        what="momentum rotation through tw.backtest: signals, fills, equity",
        unit="bars",
    ),
    Line(
        id="P5.statistics", module="rotation", what="the same with the table of fills and all statistics", unit="bars"
    ),
    Line(id="P5.kernel", module="rotation", what="the kernel alone, weights given as columns", unit="bars"),
    Line(
        id="P6.warm",
        module="start",
        what="process start to first result from a CSV file, warm",
        unit="processes",
        goals=_within(0.3, Measure.SECONDS),
    ),
    Line(
        id="P6.cold",
        module="start",
        what="the same with the files out of memory and nothing compiled",
        unit="processes",
        goals=_within(0.5, Measure.SECONDS),
        repetitions=3,
    ),
    Line(
        id="P6.help",
        module="start",
        what="tradewright --help",
        unit="processes",
        goals=_within(0.25, Measure.SECONDS),
    ),
    Line(
        id="P6.import",
        module="start",
        what="import tradewright",
        unit="processes",
        goals=_within(0.1, Measure.SECONDS),
    ),
    Line(
        id="P7.range",
        module="store",
        what="read one instrument of the store's",
        unit="rows",
        goals=NEAR_BARE,
        repetitions=30,
    ),
    Line(id="P7.bars", module="store", what="the same as tw.Bars, through tw.load_bars", unit="rows", repetitions=30),
    Line(id="P7.full", module="store", what="read every instrument of the store", unit="rows", goals=NEAR_BARE),
    Line(
        id="P7.append",
        module="store",
        what="append one day to every instrument",
        unit="rows",
        goals=NEAR_BARE,
        repetitions=15,
    ),
    Line(
        id="P7.import",
        module="store",
        what="import a CSV file of minutes into the store",
        unit="rows",
        goals=NEAR_BARE,
        repetitions=3,
    ),
    Line(
        id="P9.order",
        module="live_path",
        what="slice, strategy, gate, durable journal, bytes at a socket; 50 orders a second",
        unit="orders",
        goals=_within(0.015, Measure.SECONDS_P99),
        repetitions=1_000,
    ),
    Line(
        id="P9.burst",
        module="live_path",
        what="the same as fast as it goes, 20 orders a slice",
        unit="orders",
        goals=_within(1_000, Measure.MICROSECONDS_EACH),
        repetitions=3,
    ),
    Line(
        id="P9.kill",
        module="live_path",
        what="call of the kill switch until the gate is shut, while orders go through",
        unit="kills",
        goals=_within(0.001, Measure.SECONDS_P99),
        repetitions=1_000,
    ),
    Line(
        id="P10.bus",
        module="bus",
        what="quotes published on the bus and handed to one subscriber",
        unit="events",
        goals=_within(2.0, Measure.MICROSECONDS_EACH),
        repetitions=5,
    ),
    Line(
        id="P10.await",
        module="bus",
        what="the same with an asyncio reader and a publisher that waits for room",
        unit="events",
        goals=_within(2.0, Measure.MICROSECONDS_EACH),
        repetitions=5,
    ),
    Line(
        id="P10.redis",
        module="bus",
        what="the same over Redis Streams, in portions of 1,000: published, read, acknowledged",
        unit="events",
        goals=_within(20.0, Measure.MICROSECONDS_EACH),
        repetitions=5,
    ),
    Line(
        id="P11.ticks",
        module="live_day",
        what="a day of trades of 10 instruments: bars, slices, indicators, signals",
        unit="trades",
        goals=_within(200, Measure.MEGABYTES),
        repetitions=1,
    ),
    Line(
        id="P11.session",
        module="tick_session",
        what="the same day traded by a paper session: the trader's process, from its start to its end",
        unit="trades",
        goals=_within(200, Measure.MEGABYTES),
        repetitions=0,
    ),
    Line(
        id="P12.reads",
        module="web",
        what="reads of the newest bar over HTTP, with key, audit and cache, beside a bare FastAPI route",
        unit="requests",
        goals=NEAR_WEB,
        repetitions=5,
    ),
    Line(
        id="P12.stream",
        module="web",
        what="news to ten WebSocket clients, beside bare uvicorn WebSockets",
        unit="messages",
        goals=NEAR_WEB,
        repetitions=5,
    ),
)


def chosen(names: list[str]) -> list[Line]:
    """The lines of these workloads or ids; all of them when none is named. ValueError for a name that is none."""
    known = {line.workload for line in LINES} | {line.id for line in LINES}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"{', '.join(unknown)}: not measured here; there are {', '.join(sorted(known))}")
    return [line for line in LINES if not names or line.workload in names or line.id in names]
