"""A burst: for 60 seconds ten times the messages come, while the reader is as slow as before (M9, G27).

Time is virtual: in each step of four milliseconds some messages arrive and the bus may serve at most so many.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from tests.unit.engine.pipeline.pipeline_samples import NAMES, market, trade

from tradewright.adapters.buses.local import LocalBus
from tradewright.domain.calendars import SECOND
from tradewright.domain.events import Event, OrderExpired, OrderFilled
from tradewright.domain.identifiers import ClientOrderId, ExecutionId
from tradewright.domain.market.quote import Quote
from tradewright.domain.money import Money
from tradewright.domain.orders.fill import Fill
from tradewright.domain.orders.side import Side
from tradewright.engine.pipeline.pipeline import Pipeline, Plan
from tradewright.engine.pipeline.topics import QUOTES, TRADES
from tradewright.ports.bus import Overflow, Topic

FACTS = Topic("facts", Event)
STEP = SECOND // 250
SERVED = 4
"""Messages that can be served in a step: twice what comes on a calm day, a fifth of what comes in the burst."""
CALM, BURST = (0, 2_500), (2_500, 17_500)
"""Steps: ten calm seconds, then sixty of burst."""


@dataclass
class Latencies:
    """Steps from publishing to serving, by when it was published."""

    calm: list[int] = field(default_factory=list)
    burst: list[int] = field(default_factory=list)

    def add(self, published: int, served: int) -> None:
        if CALM[0] <= published < CALM[1]:
            self.calm.append(served - published)
        elif BURST[0] <= published < BURST[1]:
            self.burst.append(served - published)


def p99(values: list[int]) -> int:
    return sorted(values)[len(values) * 99 // 100]


def fact(number: int, step: int) -> Event:
    """Every other one is a fill."""
    time_ns, name = step * STEP, ClientOrderId(f"a{number}")
    if number % 2:
        return OrderExpired(time_ns, name)
    one = Money.of("0.01", "USD")
    fill = Fill(
        execution_id=ExecutionId(str(number)),
        client_order_id=name,
        instrument="A.BINANCE",
        side=Side.BUY,
        quantity=Decimal("0.01"),
        price=Decimal("0.01"),
        fee=one,
        time_ns=time_ns,
    )
    return OrderFilled(time_ns, fill)


def arrivals(step: int) -> Iterator[str]:
    """What comes in a step: on a calm day a quote, a trade every other one, a fact every fifty."""
    times = 10 if BURST[0] <= step < BURST[1] else 1
    for copy in range(times):
        number = step * times + copy
        yield "quote"
        if number % 2 == 0:
            yield "trade"
        if number % 50 == 0:
            yield "fact"


class Story:
    """A feed that keeps what finds no room, and a session that is too slow for a minute."""

    def __init__(self) -> None:
        self.bus = LocalBus()
        self.now = self.facts = self.trades = self.quotes = 0
        self.served: list[Event] = []
        self.newest: dict[str, int] = {}
        self.held: deque[int] = deque()
        """Trades that found no room, by number: the feed keeps them (a socket does, while it is not read)."""
        self.waits = Latencies()
        self.pipeline = Pipeline(self.bus, market(), Plan(capacity=2_000))
        self.bus.handle(QUOTES, "marks", handler=self.on_quote, capacity=8, overflow=Overflow.CONFLATE)
        self.bus.handle(FACTS, "engine", handler=self.on_fact, capacity=1_000)

    def on_fact(self, one: Event) -> None:
        self.served.append(one)
        self.waits.add(one.time_ns // STEP, self.now)

    def on_quote(self, one: Quote) -> None:
        assert one.time_ns >= self.newest.get(one.instrument, 0)
        self.newest[one.instrument] = one.time_ns

    def arrive(self, what: str) -> None:
        if what == "quote":
            name = NAMES[self.quotes % 3]
            self.quotes += 1
            self.bus.publish(QUOTES, Quote(name, self.now * STEP, 100.0, 1.0, 101.0, 1.0))
        elif what == "fact":
            self.bus.publish(FACTS, fact(self.facts, self.now))
            self.facts += 1
        else:
            self.held.append(self.trades)
            self.trades += 1

    def offer_trades(self) -> None:
        while self.held and self.bus.offer(TRADES, trade(NAMES[self.held[0] % 3], self.held[0] / 10_000)):
            self.held.popleft()

    def play(self, steps: int) -> None:
        for self.now in range(steps):
            for what in arrivals(self.now):
                self.arrive(what)
            self.offer_trades()
            self.bus.drain(SERVED)


def test_a_burst_of_a_minute_loses_no_fact_and_delays_none() -> None:
    story = Story()
    story.play(BURST[1])
    while story.held:
        story.offer_trades()
        story.bus.drain()
    story.bus.drain()
    counted = story.bus.metrics()

    assert story.served == [fact(number, one.time_ns // STEP) for number, one in enumerate(story.served)]
    assert len(story.served) == story.facts == 15_000 * 10 // 50 + 2_500 // 50
    assert p99(story.waits.burst) <= 3 * max(1, p99(story.waits.calm)), "G27: at most three times as slow as calm"

    quotes = counted.subscriber("quotes", "marks")
    assert quotes.conflated > 100_000
    assert quotes.delivered + quotes.conflated == story.quotes == 152_500
    assert quotes.dropped == quotes.dead == 0
    assert set(story.newest.values()) == {(BURST[1] - 1) * STEP}, "the newest of each instrument arrives"

    assert counted.topic("trades").blocked > 0, "the feed was told"
    assert story.pipeline.metrics().believed == story.trades, "and kept what found no room"
    assert all(one.highest_fill <= one.capacity for one in counted.subscribers)
    assert counted.subscriber("quotes", "marks").highest_fill == 3
    assert counted.subscriber("facts", "engine").highest_fill < 20
    assert not story.bus.dead_letters()
