"""Answers of one trader about its gate: what every control says now, how much may be traded, shut and open.

Nothing is reserved and nothing is sent by asking.
"""

from collections.abc import Callable
from dataclasses import fields, replace
from decimal import Decimal
from typing import Final

from tradewright.application.envelope import Envelope
from tradewright.application.risk.messages import (
    AdoptLimits,
    CheckOrder,
    ReopenTrading,
    RiskShown,
    ShutTrading,
    SizeQuestion,
)
from tradewright.application.risk.sizes import method_of
from tradewright.application.risk.views import ControlLine, OrderCheck, RiskView, SizeConstraint, SizeView
from tradewright.application.trading.books import limits_of
from tradewright.application.trading.handlers import chosen, instrument_of, request_of
from tradewright.application.trading.messages import SubmitOrder
from tradewright.application.trading.trader import Trader
from tradewright.application.trading.views import Done
from tradewright.domain.errors import ControlError, DataError, InputError
from tradewright.domain.identifiers import AccountId, ClientOrderId, StrategyId
from tradewright.domain.orders.request import OrderRequest, Origin
from tradewright.domain.orders.side import Side
from tradewright.engine.session import inputs
from tradewright.engine.session.state import OPERATOR
from tradewright.engine.session.tracked import TrackedOrder
from tradewright.ports.kill import KillMode, KillNote
from tradewright.trading.risk.book import Book, MarketView
from tradewright.trading.risk.gate import check
from tradewright.trading.risk.limits import Limits
from tradewright.trading.risk.policy import LimitsPolicy
from tradewright.trading.risk.request import RiskRequest
from tradewright.trading.risk.states import TradingState
from tradewright.trading.risk.verdict import Finding
from tradewright.trading.sizing.situation import Situation
from tradewright.trading.sizing.size import clipped, sized

_ASKED: Final = ClientOrderId("asked-and-never-sent")


def risk_shown(query: RiskShown, *, trader: Trader) -> RiskView:
    """The gate's findings for one lot."""
    state, limits = trader.state, _limits(trader)
    name = instrument_of(state, query.symbol) if query.symbol else state.terms.instruments[0].instrument
    side = chosen(Side, query.side.upper(), what="side")
    book = trader.book(name)
    terms = state.instrument(name)
    lot = terms.lot if terms else Decimal(1)
    answer = check(_request(trader, name, side=side, quantity=lot), book, limits=limits, now_ns=book.valued_ns or 0)
    shut = state.shut.get("")
    controls = tuple(_line(one) for one in answer.findings)
    return RiskView(
        session=state.terms.session,
        account=state.terms.account,
        state=(book.state or TradingState.ACTIVE).name.lower(),
        shut_by="" if shut is None else shut.who,
        shut_because="" if shut is None else shut.reason,
        halts={scope: one.name.lower() for scope, one in book.halts.items()},
        limits_version=limits.version,
        asked=f"{side} {lot} {name} at market",
        is_allowed=all(one.verdict != "refused" for one in controls),
        controls=controls,
    )


def check_order(query: CheckOrder, *, trader: Trader, envelope: Envelope) -> OrderCheck:
    """Every control, asked about the very request that sending it would make."""
    state, policy = trader.state, trader.policy
    if policy is None:
        raise _gone(trader)
    limits = policy.tightest(account=AccountId(state.terms.account), strategy=StrategyId(OPERATOR))
    told = {one.name: getattr(query, one.name) for one in fields(CheckOrder)}
    order = request_of(SubmitOrder(**told), trader=trader, envelope=envelope)
    if order.instrument not in {one.instrument for one in state.terms.instruments}:
        traded = ", ".join(one.instrument for one in state.terms.instruments)
        raise InputError(f"the session does not trade {order.instrument}", expected=f"one of {traded}")
    book = trader.book(order.instrument)
    request = RiskRequest(
        client_order_id=_ASKED,
        order=replace(order, strategy=StrategyId(OPERATOR)),
        executes_ns=trader.executes_ns(),
        protective_stop=query.stop_loss,
    )
    answer = check(request, book, limits=limits, now_ns=book.valued_ns or 0)
    controls = tuple(_line(one) for one in answer.findings)
    price = order.limit_price or order.stop_price
    at = f" at {price:f}" if price else ""
    return OrderCheck(
        session=state.terms.session,
        account=state.terms.account,
        time_ns=state.now_ns,
        asked=f"{order.side} {order.quantity:f} {order.instrument} {order.kind}{at} {order.time_in_force}",
        instrument=order.instrument,
        side=order.side.value,
        quantity=order.quantity,
        is_allowed=all(one.verdict != "refused" for one in controls),
        state=(book.state or TradingState.ACTIVE).name.lower(),
        limits_version=limits.version,
        controls=controls,
    )


def size_question(query: SizeQuestion, *, trader: Trader) -> SizeView:
    """The methods' least, cut to what the gate would let through now."""
    state, limits = trader.state, _limits(trader)
    name = instrument_of(state, query.symbol)
    side = chosen(Side, query.side.upper(), what="side")
    book = trader.book(name)
    market = book.markets.get(name)
    if market is None:
        raise DataError(f"the market of {name} is not known to the session", remedy="wait for its first bar")
    entry = query.entry or market.mark
    if entry is None or book.equity is None:
        raise DataError(f"{name} has no mark yet", remedy="give the price to open at: --entry")
    situation = _situation(query, market, entry=entry, book=book)
    size = sized(situation, [method_of(method, numbers) for method, numbers in query.methods.items()])
    if size.quantity > 0:
        request = _request(trader, name, side=side, quantity=size.quantity, stop=query.stop)
        size = clipped(size, request, book=book, limits=limits, now_ns=book.valued_ns or 0)
    return SizeView(
        instrument=name,
        side=side.value,
        quantity=size.quantity,
        bound=size.bound,
        reason=size.reason,
        entry=entry,
        notional=size.quantity * situation.unit_notional,
        equity=book.equity,
        constraints=tuple(
            SizeConstraint(name=one.name, quantity=one.quantity, reason=one.reason) for one in size.constraints
        ),
    )


def adopt_limits(
    _command: AdoptLimits, *, trader: Trader, envelope: Envelope, policy_of: Callable[[], LimitsPolicy]
) -> Done:
    """Measured by from now on; orders that stand are not looked at again."""
    policy = policy_of()
    answer = trader.ask(
        lambda number: inputs.AdoptLimits(
            number=number, who=envelope.actor.name, correlation_id=envelope.correlation_id, policy=policy
        )
    )
    return Done(trader.session.terms.session, answer.is_done, answer.story)


def shut_trading(command: ShutTrading, *, trader: Trader, envelope: Envelope) -> Done:
    """The gate first, at once; then the books. A single strategy or instrument is shut by the books alone."""
    mode = KillMode(command.mode)
    if not command.scope:
        trader.kill(KillNote(command.who, command.reason, command.when_ns, mode))
    return _state(trader, TradingState.KILLED, command, envelope, mode=mode)


def reopen_trading(command: ReopenTrading, *, trader: Trader, envelope: Envelope) -> Done:
    """The books first, if the session has nothing against it; then the gate."""
    done = _state(trader, TradingState.ACTIVE, command, envelope)
    if done.is_done and not command.scope:
        trader.release()
    return done


def _state(
    trader: Trader,
    state: TradingState,
    command: ShutTrading | ReopenTrading,
    envelope: Envelope,
    *,
    mode: KillMode = KillMode.CANCEL,
) -> Done:
    scope = _scope(trader, command.scope)
    answer = trader.ask(
        lambda number: inputs.SetTradingState(
            number=number,
            who=command.who,
            correlation_id=envelope.correlation_id,
            key=envelope.idempotency_key or "",
            state=state,
            scope=scope,
            reason=command.reason,
            mode=mode,
        )
    )
    told = f"{scope}: {answer.story}" if scope else answer.story
    return Done(trader.session.terms.session, answer.is_done, told, answer.client_order_ids)


def _scope(trader: Trader, name: str) -> str:
    """The strategy of the session, or one of its instruments; InputError for what it does not trade."""
    strategies = {trader.session.terms.strategy_name, *trader.state.positions, *map(_strategy, trader.state.working())}
    return name if not name or name in strategies else instrument_of(trader.state, name)


def _strategy(tracked: TrackedOrder) -> str:
    return tracked.strategy


def _limits(trader: Trader) -> Limits:
    limits = limits_of(trader)
    if limits is None:
        raise _gone(trader)
    return limits


def _gone(trader: Trader) -> ControlError:
    return ControlError(
        f"session {trader.session.terms.session} runs no more, and its gate with it",
        remedy="go on with it: tradewright trade start --resume",
    )


def _situation(query: SizeQuestion, market: MarketView, *, entry: Decimal, book: Book) -> Situation:
    if book.equity is None or market.rate is None:
        raise DataError("the account cannot be valued now", remedy="see: tradewright trade show")
    if not query.methods:
        raise InputError("nothing says how much", expected="a method, as --method risk_part=0.01", found="none")
    return Situation(
        instrument=market.instrument,
        equity=book.equity,
        entry=entry,
        rate=market.rate,
        protective_stop=query.stop,
        atr=query.atr,
        volatility_annual=query.volatility_annual,
        value_at_risk=query.value_at_risk or market.value_at_risk,
        maintenance_margin=query.maintenance_margin,
    )


def _request(
    trader: Trader, instrument: str, *, side: Side, quantity: Decimal, stop: Decimal | None = None
) -> RiskRequest:
    order = OrderRequest(
        instrument=instrument,
        side=side,
        quantity=quantity,
        strategy=StrategyId(trader.session.terms.strategy_name),
        origin=Origin.OPERATOR,
    )
    return RiskRequest(client_order_id=_ASKED, order=order, executes_ns=trader.executes_ns(), protective_stop=stop)


def _line(finding: Finding) -> ControlLine:
    return ControlLine(
        control=finding.control,
        value=_told(finding.value),
        limit=_told(finding.limit),
        verdict=finding.verdict.value,
        reason=finding.reason,
        remedy=finding.remedy,
    )


def _told(value: Decimal | str | None) -> str:
    if value is None:
        return "-"
    return f"{value:f}" if isinstance(value, Decimal) else value
