from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.unit.application.trading.trading_samples import (
    AAPL,
    FIRST,
    THIRD,
    ListeningTrader,
    running,
    state_after,
)

from tradewright.adapters.system.clock import ManualClock
from tradewright.application.dispatcher import Dispatcher
from tradewright.application.envelope import Envelope
from tradewright.application.messages import OWNER
from tradewright.application.repeats import RecentAnswers
from tradewright.application.risk.messages import ReopenTrading, ShutTrading
from tradewright.application.trading.messages import (
    CancelOrders,
    ChangeOrder,
    ClosePosition,
    Orders,
    PauseStrategy,
    Portfolio,
    Positions,
    ResumeStrategy,
    SeeAlert,
    SessionShown,
    StopSession,
    SubmitOrder,
)
from tradewright.bootstrap.answering import trader_routes
from tradewright.domain.errors import InputError, NotFound
from tradewright.domain.identifiers import CorrelationId, IdempotencyKey
from tradewright.domain.orders.request import OrderKind, Origin
from tradewright.engine.session import inputs
from tradewright.engine.session.effects import Answer
from tradewright.engine.session.facts import StrategyLife
from tradewright.trading.risk.states import TradingState


@pytest.fixture
def trader(tmp_path: Path) -> ListeningTrader:
    return ListeningTrader(running(tmp_path), state_after())


def ask(trader: ListeningTrader, message: object, key: str | None = None) -> Any:
    made = Dispatcher(
        trader_routes(),
        providers={"trader": lambda: trader, "policy_of": lambda: lambda: trader.policy},
        repeats=RecentAnswers(),
        clock=ManualClock(),
        audit=lambda record: None,
    )
    made.check()
    return made.dispatch(Envelope(message, OWNER, CorrelationId("c9"), None if key is None else IdempotencyKey(key)))


def test_a_session_is_shown_with_everything(trader: ListeningTrader) -> None:
    view = ask(trader, SessionShown())
    assert (view.strategy_life, view.time_ns, view.line.life) == ("running", 63, "running")
    assert [(one.scope, one.state, one.who) for one in view.shut] == [("", "reduce_only", "risk")]
    assert [one.code for one in view.alerts] == ["DRIFT"]
    assert [one.order for one in view.orders] == [THIRD]


def test_money_adds_up_to_the_cent(trader: ListeningTrader) -> None:
    book = ask(trader, Portfolio())
    assert book.cash == {"USD": Decimal("94994.00")}
    assert book.equity == Decimal("100494.00")
    (result,) = book.strategies
    assert (result.realized, result.unrealized, result.fees) == (0, Decimal("495.00"), Decimal("1.00"))
    assert result.net == Decimal("494.00") == book.equity - 100_000
    assert (book.gross_exposure, book.net_exposure) == (5500, 5500)
    used = {one.name: one for one in book.risk}
    assert used["position"].value == pytest.approx(Decimal("0.0547"), abs=Decimal("0.0001"))
    assert used["trades_per_day"].value == 2
    assert used["drawdown"].value == 0


def test_what_needs_a_mark_that_is_missing_is_not_told(trader: ListeningTrader) -> None:
    trader.state.marks.clear()
    book = ask(trader, Portfolio())
    assert (book.equity, book.drawdown, book.gross_exposure) == (None, None, None)
    assert book.strategies[0].net is None
    (held,) = ask(trader, Positions())
    assert (held.mark, held.market_value, held.unrealized) == (None, None, None)


def test_orders_are_found_by_state_and_instrument(trader: ListeningTrader) -> None:
    every = ask(trader, Orders())
    assert [one.order for one in every] == [THIRD, FIRST]
    assert [one.order for one in ask(trader, Orders(is_open=True))] == [THIRD]
    assert [one.order for one in ask(trader, Orders(life="filled", symbol="aapl"))] == [FIRST]
    assert len(ask(trader, Orders(limit=1))) == 1
    first = every[1]
    assert (first.wished, first.bound, first.average_price) == (1000, "position", Decimal("100.10"))
    with pytest.raises(InputError, match="no such state"):
        ask(trader, Orders(life="odd"))
    with pytest.raises(NotFound):
        ask(trader, Orders(symbol="MSFT"))


def test_an_order_by_hand_becomes_a_command_of_whoever_asked(trader: ListeningTrader) -> None:
    command = SubmitOrder(
        symbol="AAPL", side="buy", quantity=Decimal(5), kind="limit", limit_price=Decimal("99.5"), time_in_force="gtc"
    )
    done = ask(trader, command, key="k1")
    assert (done.is_done, done.orders) == (True, (FIRST,))
    (sent,) = trader.asked
    assert isinstance(sent, inputs.SendOrder)
    assert (sent.number, sent.who, sent.correlation_id, sent.key) == (7, "owner", "c9", "k1")
    assert (sent.request.instrument, sent.request.kind, sent.request.origin) == (AAPL, OrderKind.LIMIT, Origin.OPERATOR)


@pytest.mark.parametrize(
    "wrong",
    [
        {"side": "HOLD"},
        {"kind": "magic"},
        {"time_in_force": "never"},
        {"quantity": Decimal("NaN")},
        {"quantity": Decimal(-1)},
        {"symbol": "MSFT"},
        {"limit_price": Decimal(5)},
    ],
)
def test_an_order_that_makes_no_sense_never_reaches_the_session(trader: ListeningTrader, wrong: dict[str, Any]) -> None:
    right: dict[str, Any] = {"symbol": "AAPL", "side": "BUY", "quantity": Decimal(1)}
    with pytest.raises(InputError):
        ask(trader, SubmitOrder(**(right | wrong)))
    assert not trader.asked


def test_an_order_is_named_by_the_beginning_of_its_id(trader: ListeningTrader) -> None:
    ask(trader, ChangeOrder(order="TW00-C", limit_price=Decimal(91)))
    ask(trader, CancelOrders(orders=(FIRST,)))
    changed, canceled = trader.asked
    assert isinstance(changed, inputs.ChangeOrder)
    assert changed.client_order_id == THIRD
    assert (changed.request.limit_price, changed.request.quantity) == (Decimal(91), Decimal(5))
    assert isinstance(canceled, inputs.CancelOrders)
    assert canceled.client_order_ids == (FIRST,)
    for name, told in (("tw00-", "not the only one"), ("x", "not known"), ("", "not known")):
        with pytest.raises(InputError, match=told):
            ask(trader, CancelOrders(orders=(name,)))
    with pytest.raises(InputError, match="a new quantity or price"):
        ask(trader, ChangeOrder(order=FIRST))


def test_everything_is_only_done_when_it_is_said(trader: ListeningTrader) -> None:
    for message in (CancelOrders(), CancelOrders(orders=(FIRST,), is_all=True), ClosePosition(),
                    ClosePosition(symbol="AAPL", is_all=True), StopSession(orders="maybe")):  # fmt: skip
        with pytest.raises(InputError):
            ask(trader, message)
    assert not trader.asked
    ask(trader, CancelOrders(is_all=True, keeps_protection=True))
    ask(trader, ClosePosition(symbol="AAPL"))
    ask(trader, ClosePosition(is_all=True))
    ask(trader, StopSession(orders="cancel_all"))
    closed = [one.instruments for one in trader.asked if isinstance(one, inputs.ClosePositions)]
    assert closed == [(AAPL,), ()]


def test_the_strategy_is_paused_and_alerts_are_seen_by_name(trader: ListeningTrader) -> None:
    ask(trader, PauseStrategy(reason="lunch"))
    ask(trader, ResumeStrategy())
    ask(trader, SeeAlert("DRIFT", AAPL))
    paused, resumed, seen = trader.asked
    assert isinstance(paused, inputs.SetStrategyLife)
    assert isinstance(resumed, inputs.SetStrategyLife)
    assert (paused.life, paused.reason, resumed.life) == (StrategyLife.PAUSED, "lunch", StrategyLife.RUNNING)
    assert isinstance(seen, inputs.SeeAlert)


def test_a_kill_shuts_the_gate_before_the_books_and_a_release_the_other_way(trader: ListeningTrader) -> None:
    ask(trader, ShutTrading("Ada", "odd", 5))
    assert trader.killed
    shut = trader.asked[-1]
    assert isinstance(shut, inputs.SetTradingState)
    assert (shut.state, shut.who) == (TradingState.KILLED, "Ada")
    trader.says = Answer(0, False, "not now")
    ask(trader, ReopenTrading("Bob", "fine"))
    assert trader.killed
    trader.says = Answer(0, True, "active")
    ask(trader, ReopenTrading("Bob", "fine"))
    assert not trader.killed
