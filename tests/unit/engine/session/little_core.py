"""A small honest core for the tests of the shell: real facts, the real `apply`, no gate, one wish one order."""

from collections.abc import Iterator
from decimal import Decimal

from tradewright.domain.identifiers import ClientOrderId
from tradewright.domain.orders.life import OrderLife
from tradewright.domain.orders.request import OrderRequest, Origin
from tradewright.domain.orders.side import Side
from tradewright.domain.orders.ticket import Ticket
from tradewright.engine.session import effects, facts, inputs
from tradewright.engine.session.apply import apply
from tradewright.engine.session.effects import Effect
from tradewright.engine.session.facts import Fact
from tradewright.engine.session.inputs import Input, Moment
from tradewright.engine.session.state import SessionState
from tradewright.ports import broker, feed, hosts
from tradewright.ports.feed import Slice
from tradewright.trading.risk.states import TradingState

AAPL = "AAPL.XNAS"
STRATEGY = hosts.StrategyTerms(
    strategy="echo", parameters={}, instruments=(AAPL,), multipliers={AAPL: 1.0}, lots={AAPL: 1.0}
)


def started(time_ns: int) -> facts.SessionStarted:
    return facts.SessionStarted(
        time_ns=time_ns,
        session="s1",
        mode="paper",
        account="a1",
        broker="memory",
        strategy=STRATEGY,
        strategy_name="echo",
        instruments=(facts.InstrumentTerms(
            instrument=AAPL, currency="USD", multiplier=Decimal(1), lot=Decimal(1), tick=Decimal("0.01"),
            asset_class="equity",
        ),),
        feed={"kind": "memory"},
        opening_cash={"USD": Decimal(100_000)},
        limits_version=1,
        engine_version="test",
    )  # fmt: skip


class LittleCore:
    """`raises_at` makes it break while it handles that slice's answer, after its first fact."""

    def __init__(self, state: SessionState, *, raises_at: int = 0) -> None:
        self.state = state
        self.raises_at = raises_at
        self.seen: list[Input] = []
        self.shut = TradingState.ACTIVE

    def remember(self, seen: Slice) -> None:
        """It knows no markets."""

    def handle(self, moment: Moment, given: Input) -> Iterator[Fact | Effect]:
        self.seen.append(given)
        for said in self._decide(moment.session_ns, given):
            if not isinstance(said, Effect):
                apply(self.state, said)
            yield said

    def _decide(self, now: int, given: Input) -> Iterator[Fact | Effect]:
        match given:
            case inputs.Opened(epoch):
                yield started(now) if self.state.started is None else facts.SessionResumed(now, epoch)
            case broker.Connected():
                for one in list(self.state.working()):
                    yield effects.Tell(broker.AskOrder(one.intent, one.id))
                yield effects.Tell(broker.AskFills(1, 0))
                yield effects.SetTimer("reconcile", 10_000_000)
            case hosts.HostReady():
                yield facts.StrategyLifeChanged(now, "echo", facts.StrategyLife.RUNNING, "start", "")
            case feed.Slice(number=number) if number > self.state.slice or number > self.state.answered:
                if number > self.state.slice:
                    yield facts.SliceClosed(now, number, given.session, {AAPL: Decimal(100)})
                yield effects.Show(shown_of(given))
            case hosts.Proposed() if given.slice > self.state.answered:
                yield from self._proposed(now, given)
            case feed.Slice(number=number):
                yield effects.Acknowledge(number)
            case feed.FeedEnded():
                yield facts.SessionStopped(now, "feed", "ended")
                yield effects.EndSession("the feed ended")
            case _ if isinstance(given, inputs.Asked):
                yield from self._asked(now, given)
            case _:
                yield from self._heard(now, given)

    def _proposed(self, now: int, given: hosts.Proposed) -> Iterator[Fact | Effect]:
        wishes = tuple(facts.RecordedWish.of(wish) for wish in given.wishes)
        yield facts.StrategyProposed(now, given.slice, wishes, given.took_ns)
        assert given.slice != self.raises_at, "the core breaks"
        for wish in given.wishes:
            match wish:
                case hosts.OrderWish():
                    yield from self.order(now, request_of(wish), number=wish.number)
                case hosts.CancelWish(number):
                    yield from self.cancel(now, self.state.numbers[number])
        yield effects.Acknowledge(given.slice)

    def order(self, now: int, request: OrderRequest, *, number: int = 0) -> Iterator[Fact | Effect]:
        intent = self.state.intents + 1
        name = ClientOrderId(f"o{intent}")
        ticket = Ticket(
            client_order_id=name, request=request, limits_version=1, epoch=self.state.epoch, attempt=1, minted_ns=now
        )
        yield facts.OrderIntended(
            time_ns=now, client_order_id=name, intent=intent, request=request, strategy="echo", role=facts.Role.PLAIN,
            limits_version=1, epoch=self.state.epoch, attempt=1, slice=self.state.slice, correlation_id="",
            arrival_price=None, wished=request.quantity, number=number,
        )  # fmt: skip
        yield effects.Tell(broker.SubmitOrder(ticket))

    def cancel(self, now: int, name: str) -> Iterator[Fact | Effect]:
        if self.state.orders[name].order.life in {OrderLife.WORKING, OrderLife.PARTIALLY_FILLED}:
            yield facts.CancelRequested(now, name, "echo", "")
            yield effects.Tell(broker.CancelOrder(ClientOrderId(name), AAPL))

    def _asked(self, now: int, given: inputs.Command) -> Iterator[Fact | Effect]:
        match given:
            case inputs.SendOrder(number=number, request=request):
                yield from self.order(now, request)
                yield effects.Answer(number, True, "sent", (f"o{self.state.intents}",))
            case inputs.SetTradingState(number=number, state=state, who=who, reason=reason):
                self.shut = state
                yield facts.TradingStateChanged(now, "", int(state), who, reason)
                yield effects.Answer(number, True, "so be it")
            case inputs.SetStrategyLife(number=number):
                yield effects.CloseHost("asked")
                yield effects.Answer(number, True, "closed")
            case inputs.StopSession(number=number, who=who, reason=reason) if reason != "never":
                yield facts.SessionStopped(now, who, reason)
                yield effects.Answer(number, True, "stopping")
                yield effects.EndSession(reason)

    def _heard(self, now: int, given: Input) -> Iterator[Fact | Effect]:
        match given:
            case inputs.HandedOver(name):
                yield facts.OrderHandedOver(now, name, 1)
            case inputs.NotHandedOver(name, "submit", reason):
                yield facts.OrderNotSent(now, name, reason)
            case broker.OrderReport(client_order_id=name) if name is not None:
                yield from self._reported(now, name, given)
            case broker.OrderAnswer(_, name, report):
                if report is not None:
                    yield from self._reported(now, name, report)
                elif self.state.orders[name].order.life is OrderLife.UNKNOWN:
                    yield facts.OrderLost(now, name, "not there")
            case broker.FillsAnswer(_, fills, _):
                for fill in fills:
                    yield from self._heard(now, broker.Executed(fill))
            case broker.Executed(fill) if fill.execution_id not in self.state.executions:
                yield facts.OrderFilled(now, fill)
            case inputs.KillFound(who, reason):
                yield facts.TradingStateChanged(now, "", int(TradingState.KILLED), who, reason)
                yield effects.Alert(effects.Severity.CRITICAL, "killed", who, reason)
            case inputs.TimerRang(name):
                yield facts.IncidentRaised(now, "rang", name, "")

    def _reported(self, now: int, name: str, report: broker.OrderReport) -> Iterator[Fact | Effect]:
        waits = {OrderLife.APPROVED, OrderLife.UNKNOWN}
        life = self.state.orders[name].order.life
        if report.life is broker.ReportedLife.WORKING and life in waits:
            yield facts.OrderAccepted(now, name, report.venue_order_id)
        elif report.life is broker.ReportedLife.CANCELED and not life.is_final:
            yield facts.OrderCanceled(now, name, report.reason)


def shown_of(given: feed.Slice) -> hosts.Shown:
    return hosts.Shown(slice=given, cash=0.0, equity=0.0, positions={}, working={})


def request_of(wish: hosts.OrderWish) -> OrderRequest:
    return OrderRequest(
        instrument=wish.instrument,
        side=Side(wish.side),
        quantity=Decimal(str(wish.quantity)),
        reduces_only=wish.reduces_only,
        origin=Origin.STRATEGY,
    )
