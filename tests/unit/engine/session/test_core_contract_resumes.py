"""What a session that goes on must find as it left it: its strategy's code, its answers to people, its books."""

from dataclasses import dataclass, make_dataclass, replace
from decimal import Decimal
from typing import get_args

import pytest
from tests.unit.engine.session.core_desk import (
    A,
    B,
    Desk,
    QuietMarkets,
    answer_of,
    buy,
    codes_of,
    commands_of,
    facts_of,
    start_of,
)

from tradewright.domain.identifiers import AccountId, ClientOrderId, ExecutionId, VenueOrderId
from tradewright.domain.orders.request import OrderKind
from tradewright.engine.session import facts
from tradewright.engine.session.core import Core
from tradewright.engine.session.effects import CloseHost, Show, Tell
from tradewright.engine.session.facts import StrategyLife
from tradewright.engine.session.inputs import (
    AdoptLimits,
    Asked,
    CancelOrders,
    ChangeOrder,
    ClosePositions,
    Opened,
    ProtectPosition,
    SeeAlert,
    SendOrder,
    SetStrategyLife,
    SetTradingState,
    StopSession,
)
from tradewright.engine.session.rules import SessionRules
from tradewright.engine.session.snapshots import shape_of
from tradewright.engine.session.state import EXTERNAL, SessionState, decoded, encoded, state_digest
from tradewright.ports import broker, hosts
from tradewright.ports.hosts import TargetWish
from tradewright.trading.risk.limits import shipped_limits
from tradewright.trading.risk.policy import LimitsPolicy
from tradewright.trading.risk.states import TradingState

AGREED = "c0de"
POLICY = LimitsPolicy(everywhere=shipped_limits(frozenset({A, B})))


def holding() -> Desk:
    """40 shares of A are held."""
    desk = trading(SessionState())
    desk.wish(TargetWish(A, 0.04))
    desk.fill(desk.last)
    return desk


def opened(state: SessionState, epoch: int) -> Desk:
    """A session with agreed code over these books, opened and nothing more."""
    start = start_of()
    core = Core(
        state,
        start=replace(start, strategy=replace(start.strategy, code=AGREED)),
        policy=LimitsPolicy(everywhere=shipped_limits(frozenset({A, B}))),
        traits=broker.BrokerTraits(
            name="paper", environment=broker.Environment.PAPER, account=AccountId("main"), has_brackets=True,
            has_groups=True, settles_within_ns=1,
        ),
        markets=QuietMarkets(),
        rules=SessionRules(self_test_every_ns=0),
    )  # fmt: skip
    state.epoch = epoch
    desk = Desk(core, slices=state.slice)
    desk.give(Opened(epoch))
    return desk


def trading(state: SessionState, epoch: int = 1, code: str = AGREED) -> Desk:
    desk = opened(state, epoch)
    desk.give(hosts.HostReady(code, 0, speaks_weights=False), broker.Connected())
    desk.reconcile()
    desk.slice()
    return desk


def test_a_session_that_goes_on_with_other_code_quarantines_the_strategy_and_lives() -> None:
    before = trading(SessionState())
    before.wish(TargetWish(A, 0.04))
    after = opened(decoded(encoded(before.core.state)), epoch=2)
    said = after.give(hosts.HostReady("other", 0, speaks_weights=False))
    assert after.core.state.life is StrategyLife.QUARANTINED
    assert "STRATEGY_FAILED" in codes_of(said) and any(isinstance(one, CloseHost) for one in said)
    assert not any(isinstance(one, Show) for one in after.slice())


def test_a_session_that_goes_on_with_the_code_it_began_with_trades_on() -> None:
    before = trading(SessionState())
    after = trading(decoded(encoded(before.core.state)), epoch=2)
    assert after.core.state.life is StrategyLife.RUNNING
    assert facts_of(after.wish(TargetWish(A, 0.04)), facts.OrderIntended)


REPEATED: list[tuple[Asked, Asked | None]] = [
    (SendOrder(number=1, who="kim", key="k", request=buy(5)), None),
    (SendOrder(number=1, who="kim", key="k", request=buy(50_000)), None),
    (
        ChangeOrder(number=1, who="kim", key="k", client_order_id="", request=buy(30)),
        ChangeOrder(number=2, who="kim", client_order_id="", request=buy(20)),
    ),
    (CancelOrders(number=1, who="kim", key="k"), SendOrder(number=2, who="kim", request=buy(5, B))),
    (ClosePositions(number=1, who="kim", key="k"), None),
    (ProtectPosition(number=1, who="kim", key="k", instrument=A, stop_loss=Decimal(90)), None),
    (ProtectPosition(number=1, who="kim", key="k", instrument=B, stop_loss=Decimal(40)), None),
    (
        SetStrategyLife(number=1, who="kim", key="k", life=StrategyLife.PAUSED),
        SetStrategyLife(number=2, who="kim", life=StrategyLife.RUNNING),
    ),
    (
        SetTradingState(number=1, who="kim", key="k", state=TradingState.ACTIVE),
        SetTradingState(number=2, who="lee", state=TradingState.KILLED),
    ),
    (AdoptLimits(number=1, who="kim", key="k", policy=POLICY), None),
    (SeeAlert(number=1, who="kim", key="k", code="BROKER_LOST"), None),
    (StopSession(number=1, who="kim", key="k"), None),
]


@pytest.mark.parametrize(("command", "between"), REPEATED, ids=lambda one: type(one).__name__)
def test_a_key_that_comes_again_gets_the_first_answer_and_changes_nothing(
    command: Asked, between: Asked | None
) -> None:
    desk = holding()
    if isinstance(command, ChangeOrder):
        desk.send(SendOrder(number=8, who="kim", request=buy(10, limit_price=Decimal(99), kind=OrderKind.LIMIT)))
        desk.accept(desk.last)
        changed = replace(desk.last.order.request, quantity=command.request.quantity)
        command = replace(command, client_order_id=desk.last.id, request=changed)
    first = answer_of(desk.send(command))
    if isinstance(command, ChangeOrder):
        desk.give(broker.Replaced(desk.last.id, command.request))
        assert isinstance(between, ChangeOrder)
        between = replace(between, client_order_id=desk.last.id, request=replace(command.request, quantity=Decimal(20)))
    if between is not None:
        desk.send(between)
    before = state_digest(desk.core.state)
    for books in (desk, opened(decoded(encoded(desk.core.state)), epoch=1)):
        now = state_digest(books.core.state)
        said = books.send(replace(command, number=7))
        again = answer_of(said)
        assert (again.is_done, again.story, again.client_order_ids) == (
            first.is_done, first.story, first.client_order_ids,
        )  # fmt: skip
        assert not facts_of(said) and not [one for one in said if isinstance(one, Tell)]
        assert state_digest(books.core.state) == now
    assert state_digest(desk.core.state) == before


def test_a_key_that_comes_with_another_wish_is_refused() -> None:
    desk = holding()
    desk.send(SendOrder(number=1, who="kim", key="k", request=buy(5)))
    for other in (SendOrder(number=2, who="kim", key="k", request=buy(6)), CancelOrders(number=2, who="kim", key="k")):
        said = desk.give(other)
        assert not answer_of(said).is_done and not facts_of(said)
    assert answer_of(desk.send(SendOrder(number=3, who="lee", key="k", request=buy(5, B)))).is_done


def test_every_kind_of_command_is_among_those_that_are_repeated() -> None:
    assert {type(command) for command, _ in REPEATED} == set(get_args(Asked))


def test_a_state_with_another_field_anywhere_has_another_shape_and_one_told_otherwise_has_not() -> None:
    @dataclass
    class Inner:
        """One."""

        one: int = 0

    before = shape_of(make_dataclass("Outer", [("inner", dict[str, Inner])]))
    Inner.__doc__ = "Another."
    assert shape_of(make_dataclass("Outer", [("inner", dict[str, Inner])])) == before
    wider = make_dataclass("Inner", [("one", int), ("two", int, 0)])
    assert shape_of(make_dataclass("Outer", [("inner", dict[str, wider])])) != before  # type: ignore[valid-type]
    assert shape_of(make_dataclass("Outer", [("inner", dict[str, Inner]), ("more", int, 0)])) != before


def test_an_order_that_was_refused_and_works_at_the_venue_counts_and_is_told() -> None:
    desk = holding()
    (refused,) = facts_of(desk.send(SendOrder(number=1, who="kim", request=buy(50_000))), facts.OrderRefused)
    assert isinstance(refused, facts.OrderRefused)
    report = broker.OrderReport(
        client_order_id=ClientOrderId(refused.client_order_id), venue_order_id=VenueOrderId("v1"),
        request=buy(50_000), life=broker.ReportedLife.WORKING, filled=Decimal(0),
    )  # fmt: skip
    said = desk.give(report)
    assert "FOREIGN_ORDER" in codes_of(said)
    assert desk.last.reservation().quantity == 50_000 and desk.last.strategy == EXTERNAL


def test_two_orders_under_one_name_of_the_venue_are_an_incident_and_freeze() -> None:
    desk = holding()
    for number in (1, 2):
        desk.send(SendOrder(number=number, who="kim", request=buy(number, B)))
    one, other = desk.orders[-2:]
    desk.accept(one)
    said = desk.give(replace(desk.report(other), venue_order_id=VenueOrderId(f"v-{one.id}")))
    assert "VENUE_ID_TWICE" in codes_of(said) and B in desk.core.state.frozen


def test_executions_of_another_session_on_the_account_are_taken_up_when_this_one_goes_on() -> None:
    before = holding()
    after = opened(decoded(encoded(before.core.state)), epoch=2)
    after.session_ns = before.session_ns + 3_600 * 10**9
    after.give(hosts.HostReady(AGREED, 0, speaks_weights=False))
    asked = after.give(broker.Connected())
    (question,) = commands_of(asked, broker.AskFills)
    assert isinstance(question, broker.AskFills)
    assert question.since_ns <= before.session_ns, "from well before the last one that is known"
    fill = replace(
        after.execution(before.orders[0], 5),
        execution_id=ExecutionId("theirs"),
        client_order_id=ClientOrderId("them-1"),
    )
    state = after.core.state
    cash = state.cash["USD"] - 5 * 100 - 1
    after.reconcile(fills=(*state.executions.values(), fill), positions={A: Decimal(45)}, cash=cash)
    assert state.net_positions() == {A: 45} and state.cash["USD"] == cash
    assert after.core.memory.is_green and not state.frozen
    assert state.orders["them-1"].strategy == EXTERNAL


def test_a_session_that_was_stopped_and_goes_on_is_not_over_until_it_is_stopped_again() -> None:
    before = holding()
    before.give(StopSession(number=1, who="kim"))
    assert before.core.state.is_over
    after = trading(decoded(encoded(before.core.state)), epoch=2)
    assert not after.core.state.is_over and after.core.state.end == ""
    assert facts_of(after.give(StopSession(number=1, who="lee")), facts.SessionStopped)
    assert after.core.state.end.startswith("lee")
