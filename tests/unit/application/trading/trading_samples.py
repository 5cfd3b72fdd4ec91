"""A small session in a real journal: one order that was cut and filled, one refused, one that works, an alert."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from tradewright.adapters.disk.disk import RealDisk
from tradewright.adapters.sessions.folders import SessionFolders
from tradewright.adapters.system.clock import ManualClock
from tradewright.application.trading.traders import Bygone
from tradewright.application.trading.views import Vitals
from tradewright.domain.identifiers import ClientOrderId, ExecutionId
from tradewright.domain.money import Money
from tradewright.domain.orders.fill import Fill
from tradewright.domain.orders.request import OrderKind, OrderRequest, TimeInForce
from tradewright.domain.orders.side import Side
from tradewright.engine.runtime.journal.writer import Journal
from tradewright.engine.session import facts
from tradewright.engine.session.apply import apply
from tradewright.engine.session.effects import Answer
from tradewright.engine.session.inputs import Asked
from tradewright.engine.session.state import SessionState
from tradewright.ports.hosts import StrategyTerms, TargetWish
from tradewright.ports.kill import KillNote
from tradewright.ports.sessions import FeedTerms, KeptSession, SessionLife, SessionTerms
from tradewright.trading.risk.limits import shipped_limits
from tradewright.trading.risk.policy import LimitsPolicy

AAPL = "AAPL.XNAS"
FIRST, SECOND, THIRD = "tw00-aaaaaaaaaaaaaaaaaaaa", "tw00-bbbbbbbbbbbbbbbbbbbb", "tw00-cccccccccccccccccccc"


def terms(session: str = "20261120-moving_average-abcd") -> SessionTerms:
    return SessionTerms(
        session=session, mode="paper", account="paper", strategy="moving_average", strategy_name="moving_average",
        instruments=(AAPL,), feed=FeedTerms(kind="replay", first="2005-01-03"), cash=Decimal(100_000), currency="USD",
        created_ns=1, who="owner",
    )  # fmt: skip


def kept_in(folder: Path) -> KeptSession:
    sessions = SessionFolders(folder, RealDisk(folder), ManualClock())
    return sessions.create(terms())


def request(quantity: str, **more: object) -> OrderRequest:
    return OrderRequest(instrument=AAPL, side=Side.BUY, quantity=Decimal(quantity), **more)  # type: ignore[arg-type]


def story() -> Sequence[object]:
    strategy = StrategyTerms(
        strategy="moving_average", parameters={}, instruments=(AAPL,), multipliers={}, lots={AAPL: 1.0}
    )
    instrument = facts.InstrumentTerms(
        instrument=AAPL, currency="USD", multiplier=Decimal(1), lot=Decimal(1), tick=Decimal(0), asset_class="equity"
    )
    fill = Fill(
        execution_id=ExecutionId("E1"), client_order_id=ClientOrderId(FIRST), instrument=AAPL, side=Side.BUY,
        quantity=Decimal(50), price=Decimal("100.10"), fee=Money.of("1.00", "USD"), time_ns=50,
    )  # fmt: skip
    limit = request("5", kind=OrderKind.LIMIT, limit_price=Decimal(90), time_in_force=TimeInForce.GTC)
    return (
        facts.SessionStarted(
            time_ns=10, session="20261120-moving_average-abcd", mode="paper", account="paper", broker="paper",
            strategy=strategy, strategy_name="moving_average", instruments=(instrument,), feed={"password": "hunter2"},
            opening_cash={}, limits_version=1, engine_version="1",
        ),
        facts.CashBooked(11, "opening USD", facts.OPENING, "", "USD", Decimal(100_000)),
        facts.StrategyLifeChanged(12, "moving_average", facts.StrategyLife.RUNNING, "session", "loaded"),
        facts.SliceClosed(20, 1, 12_000, {AAPL: Decimal(100)}),
        facts.StrategyProposed(21, 1, (facts.RecordedWish(target=TargetWish(AAPL, 1.0)),), 5),
        facts.OrderIntended(
            time_ns=22, client_order_id=FIRST, intent=1, request=request("50"), strategy="moving_average",
            role=facts.Role.TARGET, limits_version=1, epoch=1, attempt=1, slice=1, correlation_id="c1",
            arrival_price=Decimal(100), wished=Decimal(1000), bound="position",
        ),
        facts.OrderHandedOver(23, FIRST, 1),
        facts.OrderAccepted(24, FIRST, "V1"),
        facts.OrderFilled(50, fill),
        facts.OrderRefused(
            time_ns=51, client_order_id=SECOND, intent=2, request=request("9999"), strategy="operator",
            role=facts.Role.PLAIN, slice=1, correlation_id="c2", wished=Decimal(9999),
            by=(facts.RefusedBy("order_notional", "9", "1", "too much", "send less"),),
        ),
        facts.OrderIntended(
            time_ns=52, client_order_id=THIRD, intent=3, request=limit, strategy="operator", role=facts.Role.PLAIN,
            limits_version=1, epoch=1, attempt=1, slice=1, correlation_id="c3", arrival_price=Decimal(100),
            wished=Decimal(5),
        ),
        facts.OrderHandedOver(53, THIRD, 1),
        facts.OrderAccepted(54, THIRD, "V3"),
        facts.SliceClosed(60, 2, 12_001, {AAPL: Decimal(110)}),
        facts.AlertRaised(61, "critical", "DRIFT", AAPL, "see https://me:secret@host"),
        facts.IncidentRaised(62, "DRIFT", AAPL, "odd"),
        facts.TradingStateChanged(63, "", 1, "risk", "daily loss"),
    )  # fmt: skip


def written(kept: KeptSession, told: Sequence[object] = (), *, segment_bytes: int = 1 << 16) -> RealDisk:
    """The journal of the session, with the story unless another one is told."""
    disk = RealDisk(kept.folder / "journal")
    journal = Journal.open(disk, facts.catalogue(), opened_ns=1, segment_bytes=segment_bytes)
    for fact in told or story():
        journal.append(fact)
        journal.commit()
    journal.close()
    return disk


def state_after(told: Sequence[object] = ()) -> SessionState:
    state = SessionState()
    for fact in told or story():
        apply(state, fact)
    return state


@dataclass(slots=True)
class ListeningTrader(Bygone):
    """Answers every command with what it was told to; remembers what it was asked."""

    asked: list[Asked] = field(default_factory=list)
    killed: list[KillNote] = field(default_factory=list)
    says: Answer = field(default_factory=lambda: Answer(0, True, "done", (FIRST,)))
    policy: LimitsPolicy | None = field(
        default_factory=lambda: LimitsPolicy(everywhere=shipped_limits(frozenset({AAPL})))
    )
    vitals: Vitals = field(default_factory=Vitals)

    def ask(self, command: Callable[[int], Asked]) -> Answer:
        self.asked.append(command(7))
        return self.says

    def kill(self, note: KillNote) -> None:
        self.killed.append(note)

    def release(self) -> None:
        self.killed.clear()


def running(folder: Path) -> KeptSession:
    return KeptSession(terms=terms(), folder=folder, life=SessionLife.RUNNING, process=1)
