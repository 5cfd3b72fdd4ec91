"""Little recordings of prints, tapes of them in memory, and a trade feed that a test moves portion by portion."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.unit.simulation.paper.paper_samples import request, terms

from tradewright.domain.calendars import SECOND, date_from_days, days_from_date, session_open_ns
from tradewright.domain.identifiers import ClientOrderId
from tradewright.domain.market.actions import CorporateAction
from tradewright.ports.broker import BrokerEvent
from tradewright.ports.feed import FeedEnded, FeedLost
from tradewright.ports.trades import TradePortion, TradeSink, TradeSubscription
from tradewright.simulation.paper.exchange import Exchange
from tradewright.simulation.paper.hours import Hours
from tradewright.simulation.paper.inputs import Input, MarketOpened, SlicePlayed, Submitted
from tradewright.simulation.paper.pace import Pace
from tradewright.simulation.paper.tape import Believes, Print, Recording, Tape
from tradewright.simulation.paper.venue import PaperVenue

COIN = "COIN.BINANCE"
OTHER = "OTHER.BINANCE"
MINUTE = 60 * SECOND
DAY = 19_905
"""2024-07-01, a Monday."""
OPENS = session_open_ns(DAY, "BINANCE")

assert str(date_from_days(DAY)) == "2024-07-01" and days_from_date(date_from_days(DAY)) == DAY


def prints(*rows: tuple[float, float] | tuple[float, float, int], begins: int = OPENS) -> list[Print]:
    """Prints of one unit each: (seconds, price) or (seconds, price, place)."""
    return [
        (begins + round(row[0] * SECOND), row[2] if len(row) == 3 else 0, row[1], 1.0, str(begins + n))
        for n, row in enumerate(rows)
    ]


def walk(count: int, *, seed: int, width: int = 1, step_s: float = 7.0, begins: int = OPENS) -> list[Print]:
    """Prices wander by a fixed congruence around 100."""
    state, cents, found = seed + 1, [10_000] * width, list[Print]()
    at = 0
    for number in range(count):
        state = (state * 1_103_515_245 + 12_345) % 2**31
        place = (state >> 20) % width
        cents[place] = min(11_000, max(9_000, cents[place] + (state >> 8) % 41 - 20))
        at += (state >> 12) % round(2 * step_s * 10)
        found.append((begins + at * SECOND // 10, place, cents[place] / 100, 1.0 + (state >> 4) % 9, str(number)))
    return found


def everything(_: Print) -> bool:
    """Believes whatever comes."""
    return True


@dataclass
class Desk:
    """An account in memory that a tape is played into."""

    instruments: tuple[str, ...] = (COIN,)
    interval_ns: int = MINUTE
    changes: dict[str, Any] = field(default_factory=dict)
    exchange: Exchange = field(init=False)
    events: list[BrokerEvent] = field(default_factory=list)
    kept: list[Input] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.exchange = Exchange(
            PaperVenue(terms(lot=Decimal(0), **self.changes)), keep=lambda one, _: self.kept.append(one)
        )
        self.exchange.watch(self.events.extend)
        self.open()

    def open(self, stretch: str = "s", *, goes_on: bool = False) -> bool:
        market = MarketOpened(stretch, self.instruments, "trades 1m", 0)
        return self.exchange.open_tape(market, goes_on=goes_on, taken_over=lambda: None)

    def tape(
        self,
        recorded: Iterable[Print],
        *,
        pace: str = "max",
        believes: Believes = everything,
        first: int = DAY,
        since_ns: int = 0,
        actions: Sequence[CorporateAction] = (),
        kind: type[Tape] = Tape,
        clock: Callable[[], float] | None = None,
    ) -> Tape:
        recording = Recording(
            instruments=self.instruments,
            hours=Hours(self.instruments, self.interval_ns),
            prints=iter(recorded),
            first_session=first,
            believes=believes,
            actions=actions,
            shown_from_ns=since_ns,
            clock=clock,
        )
        return kind(self.exchange, recording, pace=Pace.parse(pace))

    def send(self, name: str, quantity: float, **changes: Any) -> None:
        wish = request(quantity, **{"instrument": self.instruments[0], **changes})
        self.exchange.take(Submitted(ClientOrderId(name), wish))

    def rows(self) -> list[SlicePlayed]:
        return [one for one in self.kept if isinstance(one, SlicePlayed)]


def portions(tape: Tape) -> list[TradePortion]:
    """All of a tape."""
    found: list[TradePortion] = []
    while isinstance(one := tape.next(), TradePortion):
        found.append(one)
    assert isinstance(one, FeedEnded), one
    return found


class HandTrades:
    """A trade feed that gives its next portion when it is told to."""

    def __init__(self, tape_of: Callable[[TradeSubscription], Tape]) -> None:
        self._tape_of = tape_of
        self._tape: Tape | None = None
        self._sink: TradeSink = lambda _: None
        self.wanted: TradeSubscription | None = None
        self.acknowledged: list[int] = []
        self.is_closed = False

    async def subscribe_trades(self, wanted: TradeSubscription, sink: TradeSink) -> None:
        self.wanted, self._sink = wanted, sink
        self._tape = self._tape_of(wanted)

    def give(self) -> TradePortion | FeedEnded | FeedLost:
        assert self._tape is not None
        one = self._tape.next()
        self._sink(one)
        return one

    def lose(self) -> None:
        self._sink(FeedLost("cut"))

    def acknowledge(self, number: int) -> None:
        self.acknowledged.append(number)

    async def close(self) -> None:
        self.is_closed = True
