"""How far a kill goes, and what of: everything, one strategy, one instrument."""

from decimal import Decimal

from tests.unit.engine.session.core_desk import A, B, Desk, answer_of, buy, commands_of
from tests.unit.engine.session.test_core_account import holding_desk

from tradewright.domain.orders.request import Origin
from tradewright.engine.session.effects import Effect
from tradewright.engine.session.facts import Fact, IncidentRaised
from tradewright.engine.session.inputs import KillFound, Noticed, SendOrder, SetTradingState
from tradewright.ports import broker
from tradewright.ports.kill import KillMode
from tradewright.trading.risk.states import TradingState


def kill(desk: Desk, scope: str, mode: KillMode = KillMode.CANCEL) -> list[Fact | Effect]:
    command = SetTradingState(number=9, who="kim", state=TradingState.KILLED, scope=scope, mode=mode, reason="odd")
    return desk.send(command)


def working_desk() -> Desk:
    """40 shares of A are held, and an order for B works."""
    desk = holding_desk()
    desk.send(SendOrder(number=1, who="kim", request=buy(1, instrument=B)))
    desk.give(desk.report(desk.last))
    return desk


def test_a_kill_that_only_stops_leaves_what_works_and_can_be_made_stronger() -> None:
    desk = working_desk()
    said = desk.give(KillFound("kim", "odd", KillMode.STOP))
    assert not commands_of(said, broker.CancelEverything)
    assert desk.core.state.shut[""].state == TradingState.KILLED
    assert commands_of(desk.give(KillFound("kim", "odd", KillMode.CANCEL)), broker.CancelEverything)


def test_one_instrument_is_killed_and_the_others_trade_on() -> None:
    desk = working_desk()
    said = kill(desk, B)
    assert not commands_of(said, broker.CancelEverything)
    assert [one.instrument for one in commands_of(said, broker.CancelOrder) if isinstance(one, broker.CancelOrder)] == [
        B
    ]
    assert "" not in desk.core.state.shut
    assert not answer_of(desk.send(SendOrder(number=2, who="kim", request=buy(1, instrument=B)))).is_done
    assert answer_of(desk.send(SendOrder(number=3, who="kim", request=buy(1, instrument=A)))).is_done


def test_a_kill_of_an_instrument_that_only_stops_cancels_nothing() -> None:
    desk = working_desk()
    assert not commands_of(kill(desk, B, KillMode.STOP), broker.CancelOrder)


def test_what_an_instrument_or_a_strategy_holds_is_closed_by_risk_itself() -> None:
    for scope in (A, "x"):
        desk = working_desk()
        (sent,) = commands_of(kill(desk, scope, KillMode.FLATTEN), broker.SubmitOrder)
        assert isinstance(sent, broker.SubmitOrder)
        order = sent.ticket.request
        assert (order.instrument, order.quantity, order.reduces_only) == (A, Decimal(40), True)
        assert order.origin is Origin.RISK
        assert order.strategy == "x"


def test_a_scope_that_holds_nothing_sends_nothing() -> None:
    assert not commands_of(kill(working_desk(), B, KillMode.FLATTEN), broker.SubmitOrder)


def test_what_a_guard_did_becomes_an_incident() -> None:
    desk = holding_desk()
    said = desk.give(Noticed("GUARD_CLEARED", "main", "no heart-beat for 5.0 s"))
    (raised,) = [one for one in said if isinstance(one, IncidentRaised)]
    assert (raised.code, raised.subject) == ("GUARD_CLEARED", "main")
    assert "GUARD_CLEARED main" in desk.core.state.alerts
