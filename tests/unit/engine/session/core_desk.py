"""A core without a shell, for tests of what it decides: inputs in, facts and effects out, time moved by hand."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from tradewright.domain.identifiers import AccountId, ClientOrderId, ExecutionId, InstrumentId, VenueOrderId
from tradewright.domain.instruments.instrument import AssetClass, Instrument
from tradewright.domain.money import Money
from tradewright.domain.orders.fill import Fill
from tradewright.domain.orders.request import OrderRequest
from tradewright.domain.orders.side import Side
from tradewright.engine.session.core import EFFECTS, Core
from tradewright.engine.session.effects import Alert, Answer, Effect, Tell
from tradewright.engine.session.experience import NO_EXPERIENCE, Experience
from tradewright.engine.session.facts import Fact, InstrumentTerms, SessionStarted
from tradewright.engine.session.inputs import HandedOver, Input, Moment, Opened
from tradewright.engine.session.rules import SessionRules
from tradewright.engine.session.state import SessionState
from tradewright.engine.session.tracked import TrackedOrder
from tradewright.ports import broker, feed, hosts
from tradewright.trading.risk.book import MarketView
from tradewright.trading.risk.hours import OpenHours
from tradewright.trading.risk.limits import shipped_limits
from tradewright.trading.risk.policy import LimitsPolicy

A, B = "AAA.XNYS", "BBB.XNYS"
SECOND = 1_000_000_000
DAY = 86_400 * SECOND
CASH = Decimal(100_000)


class QuietMarkets:
    """Markets that are always open, move little and trade much."""

    def take(self, seen: feed.Slice) -> None:
        pass

    def view(self, instrument: str, *, mark: Decimal | None, marked_ns: int | None, now_ns: int) -> MarketView | None:
        if instrument not in {A, B}:
            return None
        return MarketView(
            instrument=Instrument(InstrumentId(instrument), "USD", AssetClass.EQUITY, tick=Decimal("0.01")),
            mark=mark,
            marked_ns=now_ns,
            value_at_risk=Decimal("0.02"),
            day_quantity=Decimal(10_000_000),
            can_short=True,
            hours=OpenHours(((0, 1 << 61),), (0, 1 << 61)),
        )

    def correlations(self, _: Sequence[str], *, beside: Sequence[str]) -> dict[tuple[str, str], Decimal]:
        return {(A, B): Decimal("0.1")}


def terms_of(name: str) -> InstrumentTerms:
    return InstrumentTerms(
        instrument=name,
        currency="USD",
        multiplier=Decimal(1),
        lot=Decimal(1),
        tick=Decimal("0.01"),
        asset_class="equity",
    )


def start_of(mode: str = "paper") -> SessionStarted:
    return SessionStarted(
        time_ns=DAY,
        session="s1",
        mode=mode,
        account="main",
        broker="paper",
        strategy=hosts.StrategyTerms(strategy="x", parameters={}, instruments=(A, B), multipliers={}, lots={}),
        strategy_name="x",
        instruments=(terms_of(A), terms_of(B)),
        feed={},
        opening_cash={"USD": CASH},
        limits_version=1,
        engine_version="test",
    )


@dataclass
class Desk:
    """One core, the time, and everything it said so far."""

    core: Core
    session_ns: int = 2 * DAY
    monotonic_ns: int = 0
    said: list[Fact | Effect] = field(default_factory=list)
    slices: int = 0
    executions: int = 0

    def give(self, *inputs: Input) -> list[Fact | Effect]:
        """Hand inputs over, one after the other; what came of them."""
        found: list[Fact | Effect] = []
        for given in inputs:
            found += self.core.handle(Moment(self.session_ns, self.monotonic_ns), given)
        self.said += found
        return found

    def send(self, *inputs: Input) -> list[Fact | Effect]:
        """The same, and every order is handed over as a shell would do."""
        found = self.give(*inputs)
        for tell in [one for one in found if isinstance(one, Tell)]:
            if isinstance(tell.command, broker.SubmitOrder):
                found += self.give(HandedOver(tell.command.ticket.client_order_id))
        return found

    def wait(self, nanoseconds: int) -> None:
        self.monotonic_ns += nanoseconds

    def slice(self, a: float | None = 100.0, b: float | None = 50.0) -> list[Fact | Effect]:
        """The next daily slice."""
        self.slices += 1
        self.session_ns += DAY
        bars = tuple(None if one is None else feed.SliceBar(one, one, one, one, 1e6) for one in (a, b))
        return self.give(
            feed.Slice(
                number=self.slices,
                time_ns=self.session_ns,
                session=self.session_ns // DAY,
                bars=bars,
                next_open_ns=self.session_ns + 1,
                next_close_ns=self.session_ns + DAY,
                ends_day=True,
            )
        )

    def wish(self, *wishes: hosts.Wish) -> list[Fact | Effect]:
        """The strategy's answer to the last slice."""
        return self.send(hosts.Proposed(self.slices, wishes, 0))

    def reconcile(
        self,
        *,
        orders: tuple[broker.OrderReport, ...] = (),
        fills: tuple[Fill, ...] = (),
        positions: dict[str, Decimal] | None = None,
        cash: Decimal | None = None,
        is_complete: bool = True,
    ) -> list[Fact | Effect]:
        """Answer the round that is open; what is not given is as the state has it."""
        state, current = self.core.state, self.core.memory.round
        assert current is not None, "no round is open"
        return self.give(
            broker.OpenOrdersAnswer(current.first, orders, is_complete),
            broker.FillsAnswer(current.first + 1, fills, is_complete),
            broker.AccountAnswer(
                current.first + 2,
                state.net_positions() if positions is None else positions,
                {"USD": state.cash["USD"] if cash is None else cash},
                is_complete,
            ),
        )

    def accept(self, tracked: TrackedOrder) -> list[Fact | Effect]:
        """The venue works the order."""
        return self.give(self.report(tracked))

    def report(
        self,
        tracked: TrackedOrder,
        life: broker.ReportedLife = broker.ReportedLife.WORKING,
        request: OrderRequest | None = None,
        reason: str = "",
    ) -> broker.OrderReport:
        return broker.OrderReport(
            client_order_id=tracked.id,
            venue_order_id=VenueOrderId(f"v-{tracked.id}"),
            request=request or tracked.order.request,
            life=life,
            filled=self.core.state.orders[tracked.id].order.filled,
            reason=reason,
        )

    def question(self) -> int:
        """The number of a question that is asked now."""
        self.core.memory.moment = Moment(self.session_ns, self.monotonic_ns)
        return self.core.memory.question()

    def fill(self, tracked: TrackedOrder, quantity: int | None = None, price: str = "100") -> list[Fact | Effect]:
        """An execution of the order."""
        return self.give(broker.Executed(self.execution(tracked, quantity, price)))

    def execution(self, tracked: TrackedOrder, quantity: int | None = None, price: str = "100") -> Fill:
        self.executions += 1
        return Fill(
            execution_id=ExecutionId(f"e{self.executions}"),
            client_order_id=tracked.id,
            instrument=tracked.instrument,
            side=tracked.order.request.side,
            quantity=Decimal(quantity) if quantity is not None else tracked.order.remaining,
            price=Decimal(price),
            fee=Money.of("1.00", "USD"),
            time_ns=self.session_ns,
        )

    @property
    def orders(self) -> list[TrackedOrder]:
        """Every order, oldest first."""
        return list(self.core.state.orders.values())

    @property
    def last(self) -> TrackedOrder:
        return self.orders[-1]


def trading_desk(
    rules: SessionRules | None = None, policy: LimitsPolicy | None = None, *, live: Experience | None = None
) -> Desk:
    """A session that trades: opened, connected, reconciled, its strategy ready, one slice closed; on paper, or `live`
    with a strategy of such experience."""
    desk = desk_over(SessionState(), rules, policy=policy, live=live)
    desk.core.state.epoch = 1
    desk.give(Opened(1), hosts.HostReady("code", 0, speaks_weights=False), broker.Connected())
    desk.reconcile()
    desk.slice()
    return desk


def desk_over(
    state: SessionState,
    rules: SessionRules | None = None,
    *,
    policy: LimitsPolicy | None = None,
    live: Experience | None = None,
) -> Desk:
    """A session over a state, to which nothing has happened yet."""
    traits = broker.BrokerTraits(
        name="paper", environment=broker.Environment.PAPER, account=AccountId("main"), has_brackets=True,
        has_groups=True, is_current=True, settles_within_ns=2 * SECOND,
    )  # fmt: skip
    core = Core(
        state,
        start=start_of("paper" if live is None else "live"),
        policy=policy or LimitsPolicy(everywhere=shipped_limits(frozenset({A, B}))),
        traits=traits,
        markets=QuietMarkets(),
        rules=rules or SessionRules(self_test_every_ns=0),
        before=live or NO_EXPERIENCE,
    )
    return Desk(core)


def facts_of(said: list[Fact | Effect], kind: type | None = None) -> list[Fact]:
    """The facts among what was said, or those of a kind."""
    return [one for one in said if not isinstance(one, EFFECTS) and (kind is None or isinstance(one, kind))]


def commands_of(said: list[Fact | Effect], kind: type) -> list[broker.Command]:
    """Commands of a kind that the broker was told."""
    return [one.command for one in said if isinstance(one, Tell) and isinstance(one.command, kind)]


def answer_of(said: list[Fact | Effect]) -> Answer:
    """The answer that a person got."""
    (found,) = [one for one in said if isinstance(one, Answer)]
    return found


def codes_of(said: list[Fact | Effect]) -> list[str]:
    """The codes of the alerts."""
    return [one.code for one in said if isinstance(one, Alert)]


def buy(quantity: int, instrument: str = A, **terms: object) -> OrderRequest:
    """A request to buy."""
    return OrderRequest(instrument=instrument, side=Side.BUY, quantity=Decimal(quantity), **terms)  # type: ignore[arg-type]


def sell(quantity: int, instrument: str = A, **terms: object) -> OrderRequest:
    """A request to sell."""
    return OrderRequest(instrument=instrument, side=Side.SELL, quantity=Decimal(quantity), **terms)  # type: ignore[arg-type]


def named(name: str) -> ClientOrderId:
    """The name as an identifier."""
    return ClientOrderId(name)
