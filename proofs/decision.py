"""How long deciding takes: one check of the gate, and the whole way from a market event to the gate's verdict.

The core is the product's with the shipped limits, without a disk or a venue around it: a slice closes, the strategy's
wish comes at once, and the clock stops at the intent or the refusal. It is the time of the thread, so that other
processes lengthen it less; collecting garbage counts, as it is set in a trader. By the size of the book: instruments
held and orders working; bars of a day end a trading day each, bars of a minute share one.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random
from typing import Final

from proofs.report import Report, quantile
from tradewright.adapters.system.garbage import keep_what_is_there
from tradewright.domain.calendars import DAY
from tradewright.domain.identifiers import AccountId, ClientOrderId, ExecutionId, StrategyId, VenueOrderId
from tradewright.domain.money import Money
from tradewright.domain.orders.fill import Fill
from tradewright.domain.orders.request import OrderRequest
from tradewright.domain.orders.side import Side
from tradewright.engine.session.core import Core
from tradewright.engine.session.effects import Tell
from tradewright.engine.session.facts import Fact, InstrumentTerms, OrderIntended, OrderRefused, SessionStarted
from tradewright.engine.session.inputs import HandedOver, Input, Moment, Opened
from tradewright.engine.session.markets import SessionMarkets
from tradewright.engine.session.state import SessionState
from tradewright.ports import broker, feed, hosts
from tradewright.trading.risk.gate import Approved, check
from tradewright.trading.risk.limits import shipped_limits
from tradewright.trading.risk.policy import LimitsPolicy
from tradewright.trading.risk.request import RiskRequest

MINUTE: Final = 60_000_000_000
WARM_UP: Final = 90
"""Days before the first order."""
CASH: Final = Decimal(100_000_000)
FEE: Final = Money.of("1.00", "USD")
SIZES: Final = ((1, 0), (10, 5), (50, 20))
"""Instruments, all of them held, and orders that work."""
CHECK_US: Final = 150.0
DECISION_MS: Final = 0.3
_now = time.thread_time_ns


def options(parser: argparse.ArgumentParser) -> None:
    """What can be chosen."""
    parser.add_argument("--checks", type=int, default=3000, help="checks of the gate for each size (3,000)")
    parser.add_argument("--decisions", type=int, default=1200, help="decisions of each kind (1,200, a day's minutes)")


def prove(asked: argparse.Namespace) -> int:
    """Checks, then decisions."""
    report = Report("decision", "P9, G20")
    for instruments, working in SIZES:
        desk = DecidingDesk(instruments, working=working)
        took = [one / 1e3 for one in checks(desk, asked.checks)]
        _say(report, f"check of the gate, {desk.told}, us", took, goal=CHECK_US)
    for instruments, working in SIZES:
        for is_daily in (True, False):
            for kind, wish in (("whole", DecidingDesk.plain), ("cut", DecidingDesk.too_much)):
                desk = DecidingDesk(instruments, working=working, is_daily=is_daily)
                took = [one / 1e6 for one in desk.decisions(asked.decisions, wish)]
                bars = "days" if is_daily else "minutes"
                _say(report, f"decision, {desk.told}, {bars}, {kind}, ms", took, goal=DECISION_MS)
    return report.finish(is_kept=not asked.no_record)


def _say(report: Report, what: str, took: list[float], *, goal: float) -> None:
    middle, last = quantile(took, 0.5), quantile(took, 0.99)
    digits = 0 if goal > 1 else 3
    found = f"{middle:.{digits}f} / {last:.{digits}f}"
    report.say(f"{what}, p50 / p99", found, goal=f"p99 {goal:g}", is_met=last <= goal)
    report.numbers[what] = {"p50": middle, "p99": last, "least": min(took), "count": len(took)}


def checks(desk: "DecidingDesk", count: int) -> list[int]:
    """Nanoseconds of single checks of new orders on the book as it stands, each of which passes."""
    name, limits, found = desk.names[0], desk.core.policy.everywhere, []
    desk.give(desk.slice())
    book, moment = desk.core.book(name), desk.core.executes_ns()
    wish = OrderRequest(instrument=name, side=Side.BUY, quantity=Decimal(1), strategy=StrategyId("proof"))
    for number in range(count + 100):
        order = replace(wish, quantity=Decimal(1 + number % 7))
        request = RiskRequest(client_order_id=ClientOrderId(f"c{number}"), order=order, executes_ns=moment)
        began = _now()
        answer = check(request, book, limits=limits, now_ns=desk.now_ns)
        found.append(_now() - began)
        assert isinstance(answer, Approved), answer
    return found[100:]


@dataclass
class DecidingDesk:
    """A core that is handed slices and wishes; a venue of one line fills what has no limit price."""

    instruments: int
    working: int = 0
    is_daily: bool = True
    now_ns: int = 0
    slices: int = 0
    fills: int = 0
    chance: Random = field(default_factory=lambda: Random(7))

    def __post_init__(self) -> None:
        self.names = tuple(f"S{number:03}.XNAS" for number in range(self.instruments))
        self.prices = [100.0] * self.instruments
        traits = broker.BrokerTraits(
            name="proof",
            environment=broker.Environment.PAPER,
            account=AccountId("proof"),
            has_brackets=False,
            has_groups=False,
            settles_within_ns=0,
        )
        start = _terms(self.names)
        policy = LimitsPolicy(everywhere=shipped_limits(frozenset(self.names)))
        state = SessionState(epoch=1)
        self.core = Core(
            state, start=start, policy=policy, traits=traits, markets=SessionMarkets(start.instruments)
        )  # fmt: skip
        self._open()
        keep_what_is_there()

    @property
    def told(self) -> str:
        """The size of the book in words."""
        return f"{self.instruments} held, {self.working} working"

    def decisions(self, count: int, wish: Callable[["DecidingDesk"], hosts.Wish]) -> list[int]:
        """Nanoseconds of decisions; of those that are to be cut only the ones that were."""
        found: list[int] = []
        while len(found) < count and self.slices < WARM_UP + self.instruments + self.working + 3 * count:
            closed = self.slice()
            began = _now()
            for _ in self._handled(closed):
                pass
            said, to_slice = wish(self), _now() - began
            took, verdict, outcomes, began = 0, None, [], _now()
            for outcome in self._handled(hosts.Proposed(self.slices, (said,), 0)):
                if verdict is None and isinstance(outcome, OrderIntended | OrderRefused):
                    took, verdict = to_slice + _now() - began, outcome
                outcomes.append(outcome)
            self._venue(outcomes)
            is_wanted = isinstance(verdict, OrderIntended) and (bool(verdict.bound) or wish is DecidingDesk.plain)
            if is_wanted:
                found.append(took)
        return found[len(found) // 10 :]

    def plain(self) -> hosts.Wish:
        """One share more or less of the next instrument: nothing has to be cut."""
        name = self.names[self.slices % self.instruments]
        side = "SELL" if self.core.state.held(name) > 5 else "BUY"
        return hosts.OrderWish(number=self.slices, instrument=name, side=side, quantity=1.0)

    def too_much(self) -> hosts.Wish:
        """A weight that no limit lets through whole, and out of it again."""
        name = self.names[self.slices // 2 % self.instruments]
        weight = 0.06 if self.core.state.held(name) <= 5 else 0.0
        return hosts.TargetWish(name, weight, is_instruction=True)

    def give(self, given: Input) -> list[Fact | object]:
        """Hand an input over; what came of it."""
        return list(self._handled(given))

    def slice(self, *, is_day: bool | None = None, is_warm_up: bool = False) -> feed.Slice:
        """The next bars."""
        ends_day = self.is_daily if is_day is None else is_day
        self.slices += 1
        self.now_ns += DAY if ends_day else MINUTE
        if not ends_day and self.now_ns % DAY > DAY - 10 * MINUTE:  # not right before the close
            self.now_ns = (self.now_ns // DAY + 1) * DAY + MINUTE
        for column, price in enumerate(self.prices):
            self.prices[column] = round(min(max(price * (1 + self.chance.gauss(0, 0.003)), 90.0), 110.0), 2)
        return feed.Slice(
            number=self.slices,
            time_ns=self.now_ns,
            session=self.now_ns // DAY,
            bars=tuple(feed.SliceBar(price, price, price, price, 1e7) for price in self.prices),
            next_open_ns=self.now_ns + (MINUTE if ends_day else 0),
            next_close_ns=(self.now_ns // DAY + 1) * DAY - 1,
            ends_day=ends_day,
            is_warm_up=is_warm_up,
        )

    def _handled(self, given: Input) -> Iterator[Fact | object]:
        return self.core.handle(Moment(self.now_ns, self.now_ns), given)

    def _open(self) -> None:
        """Ready, warm, and with the book that was asked for."""
        self.give(Opened(1))
        self.give(broker.Connected())
        self.give(hosts.HostReady("code", WARM_UP, speaks_weights=False))
        for _ in range(WARM_UP):
            self.give(self.slice(is_day=True, is_warm_up=True))
            self.give(hosts.Proposed(self.slices, (), 0))
        self._agree()
        for name in self.names:
            self._trade(hosts.OrderWish(number=self.slices + 1, instrument=name, side="BUY", quantity=5.0))
        for number in range(self.working):
            name = self.names[number % self.instruments]
            wish = hosts.OrderWish(number=self.slices + 1, instrument=name, side="BUY", quantity=1.0, kind="limit",
                                   limit=85.0 + number % 5)  # fmt: skip
            self._trade(wish)
        assert len(self.core.state.net_positions()) == self.instruments, "not everything is held"
        assert len(self.core.state.open) == self.working, "not as many orders work"

    def _trade(self, wish: hosts.Wish) -> None:
        self.give(self.slice())
        self._venue(self.give(hosts.Proposed(self.slices, (wish,), 0)))

    def _agree(self) -> None:
        """The venue has what we have."""
        asked, state = self.core.memory.round, self.core.state
        assert asked is not None, "nobody asked the venue"
        self.give(broker.OpenOrdersAnswer(asked.first, (), is_complete=True))
        self.give(broker.FillsAnswer(asked.first + 1, (), is_complete=True))
        self.give(broker.AccountAnswer(asked.first + 2, state.net_positions(), dict(state.cash), is_complete=True))

    def _venue(self, outcomes: list[Fact | object]) -> None:
        for one in outcomes:
            if isinstance(one, Tell) and isinstance(one.command, broker.SubmitOrder):
                self._deal(one.command.ticket.client_order_id, one.command.ticket.request)
        if self.core.memory.round is not None:  # old orders are to leave the books, which asks the venue first
            self._agree()

    def _deal(self, name: ClientOrderId, request: OrderRequest) -> None:
        self.fills += 1
        venue_id, working = VenueOrderId(f"v{self.fills}"), broker.ReportedLife.WORKING
        report = broker.OrderReport(
            client_order_id=name, venue_order_id=venue_id, request=request, life=working, filled=Decimal(0)
        )
        self.give(HandedOver(name))
        self.give(report)
        if request.limit_price is None:
            fill = Fill(
                execution_id=ExecutionId(f"x{self.fills}"),
                client_order_id=name,
                instrument=request.instrument,
                side=request.side,
                quantity=request.quantity,
                price=self.core.state.marks[request.instrument],
                fee=FEE,
                time_ns=self.now_ns,
            )
            self.give(broker.Executed(fill))


def _terms(names: tuple[str, ...]) -> SessionStarted:
    each = dict.fromkeys(names, 1.0)
    return SessionStarted(
        time_ns=0,
        session="proof",
        mode="paper",
        account="proof",
        broker="proof",
        strategy=hosts.StrategyTerms(strategy="proof", parameters={}, instruments=names, multipliers=each, lots=each),
        strategy_name="proof",
        instruments=tuple(
            InstrumentTerms(
                instrument=name,
                currency="USD",
                multiplier=Decimal(1),
                lot=Decimal(1),
                tick=Decimal("0.01"),
                asset_class="equity",
            )
            for name in names
        ),
        feed={"kind": "proof"},
        opening_cash={"USD": CASH},
        limits_version=1,
        engine_version="proof",
    )
