"""The core of the product with the shipped limits, for the tests of the shell."""

from decimal import Decimal

from tests.unit.engine.session.little_core import AAPL, started

from tradewright.domain.identifiers import AccountId, InstrumentId
from tradewright.domain.instruments.instrument import AssetClass, Instrument
from tradewright.engine.session.core import Core
from tradewright.engine.session.rules import SessionRules
from tradewright.engine.session.state import SessionState
from tradewright.ports import broker
from tradewright.ports.feed import Slice
from tradewright.trading.risk.book import MarketView
from tradewright.trading.risk.hours import OpenHours
from tradewright.trading.risk.limits import shipped_limits
from tradewright.trading.risk.policy import LimitsPolicy

TRAITS = broker.BrokerTraits(
    name="memory", environment=broker.Environment.PAPER, account=AccountId("a1"), has_brackets=False, has_groups=False,
    settles_within_ns=0,
)  # fmt: skip
SHARE = Instrument(
    InstrumentId(AAPL), "USD", AssetClass.EQUITY, tick=Decimal("0.01"), lot=Decimal(1), multiplier=Decimal(1)
)
RULES = SessionRules(
    query_every_ns=1_000_000,
    absence_spread_ns=1_000_000,
    reconcile_every_ns=20_000_000,
    again_after_ns=1_000_000,
    farewell_ns=10_000_000,
    attempts=1,
)


class KnownMarkets:
    """Everything that the gate wants to know of one quiet market that is always open."""

    def take(self, seen: Slice) -> None:
        pass

    def view(self, instrument: str, *, mark: Decimal | None, marked_ns: int | None, now_ns: int) -> MarketView | None:
        return MarketView(
            instrument=SHARE,
            mark=mark,
            marked_ns=marked_ns,
            value_at_risk=Decimal("0.02"),
            day_quantity=Decimal(1_000_000),
            can_short=True,
            hours=OpenHours(((0, 1 << 60),), (0, 1 << 60)),
        )

    def correlations(self, _: object, *, beside: object) -> dict[tuple[str, str], Decimal]:
        return {}


def real_core(state: SessionState) -> Core:
    start = started(0)
    return Core(
        state,
        start=start,
        policy=LimitsPolicy(everywhere=shipped_limits(frozenset({AAPL}))),
        traits=TRAITS,
        markets=KnownMarkets(),
        rules=RULES,
    )


def holds_nothing_twice(state: SessionState) -> bool:
    """Every position is what the booked executions add up to."""
    total = sum(
        (one.signed_quantity for name, one in state.executions.items() if name not in state.busted), start=Decimal(0)
    )
    return state.net_positions().get(AAPL, Decimal(0)) == total
