"""A market for the paper venue that trades what a test says, bar by bar."""

from decimal import Decimal
from itertools import count
from typing import ClassVar

from tradewright.domain.identifiers import ExecutionId
from tradewright.domain.orders.request import OrderKind, TimeInForce
from tradewright.ports.feed import Slice, SliceBar
from tradewright.simulation.paper.inputs import Busted, Input, MarketOpened, SlicePlayed

HOUR_NS = 3_600_000_000_000
DAY = 24


class ScriptedMarket:
    """Slices of one instrument, an day apart."""

    stranger = "NOBODY.XNYS"
    kinds = frozenset(OrderKind)
    forces = frozenset(TimeInForce)
    has_passive = True
    lot = Decimal("0.01")
    has_busts = True
    hours: ClassVar["count[int]"] = count(20_000 * DAY, DAY)
    """Every bar is later than all before, whoever's it is."""

    def __init__(self, instrument: str) -> None:
        self.instrument = instrument
        self.number = 0

    def opening(self) -> tuple[Input, ...]:
        """The market opens, and trades at 100."""
        market = MarketOpened(self.instrument, (self.instrument,), "1h", 0)
        return market, self.piece((100.0, 100.0, 100.0, 100.0), is_last=True)

    def piece(self, prices: tuple[float, float, float, float], *, is_last: bool) -> Input:
        """The next slice."""
        self.number += 1
        hour = next(self.hours)
        bar = SliceBar(*prices, volume=1_000_000.0)
        time_ns = hour * HOUR_NS
        return SlicePlayed(
            Slice(
                number=self.number, time_ns=time_ns, session=hour // DAY, bars=(bar,),
                next_open_ns=time_ns + HOUR_NS if is_last else time_ns,
            )
        )  # fmt: skip

    async def move(self, prices: tuple[float, float, float, float], *, is_last: bool) -> None:
        """Play the next slice."""
        await self.inject(self.piece(prices, is_last=is_last))

    async def take_back(self, execution_id: ExecutionId) -> None:
        """Take an execution back."""
        await self.inject(Busted(execution_id))

    async def inject(self, given: Input) -> None:
        """Let the venue take an input."""
        raise NotImplementedError
