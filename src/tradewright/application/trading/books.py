"""The books of a session as doors show them: a state goes in, views come out.

This file decides what is counted as what: results are shown by strategy and currency, before and after fees; what needs
a mark that is missing is not told.
"""

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Final

from tradewright.application.trading.trader import Trader
from tradewright.application.trading.views import (
    AlertView,
    OrderView,
    PortfolioView,
    PositionView,
    RiskLine,
    SessionLine,
    SessionView,
    ShutView,
    StrategyResult,
)
from tradewright.domain.errors import InputError
from tradewright.domain.identifiers import AccountId, StrategyId
from tradewright.domain.portfolio.position import Position
from tradewright.engine.session.state import SessionState
from tradewright.engine.session.tracked import TrackedOrder
from tradewright.ports.sessions import DamagedSession, KeptSession, SessionLife
from tradewright.trading.risk.limits import Limits
from tradewright.trading.risk.states import TradingState

_ZERO: Final = Decimal(0)
_RATIO: Final = Context(prec=12, rounding=ROUND_HALF_EVEN)
"""Ratios are for people; nobody reads its flags."""


def line_of(kept: KeptSession) -> SessionLine:
    """A session in a list."""
    terms = kept.terms
    days = f"{terms.feed.first} to {terms.feed.last}" if terms.feed.last else f"from {terms.feed.first}"
    end = kept.end
    told = "" if end is None else f"{end.reason}; {end.remedy}" if end.remedy else end.reason
    return SessionLine(
        session=terms.session,
        mode=terms.mode,
        life=kept.life.value,
        process=kept.process,
        account=terms.account,
        strategy=terms.strategy,
        instruments=terms.instruments,
        feed=f"{terms.feed.kind} {terms.feed.interval} {days}, speed {terms.feed.speed}",
        created_ns=terms.created_ns,
        end=told,
    )


def damaged_line(broken: DamagedSession) -> SessionLine:
    """A session in a list of which nothing is known but that it is there."""
    return SessionLine(
        session=broken.session,
        mode="",
        life=SessionLife.DAMAGED.value,
        process=broken.process,
        account="",
        strategy="",
        instruments=(),
        feed="",
        created_ns=0,
        end=f"{broken.reason}; {broken.remedy}",
    )


def session_view(trader: Trader) -> SessionView:
    """Everything of a session at once."""
    state = trader.state
    shut = (
        ShutView(scope=scope, state=TradingState(one.state).name.lower(), who=one.who, reason=one.reason,
                 time_ns=one.time_ns)
        for scope, one in state.shut.items()
    )  # fmt: skip
    alerts = (
        AlertView(code=one.code, subject=one.subject, story=one.story, time_ns=one.time_ns, seen_by=one.seen_by)
        for one in state.alerts.values()
    )
    return SessionView(
        line=line_of(trader.session),
        time_ns=state.now_ns,
        strategy_life=state.life.value,
        strategy_reason=state.life_reason,
        shut=tuple(shut),
        portfolio=portfolio_view(trader),
        positions=position_views(state, with_flat=False),
        orders=tuple(order_view(one) for one in state.working()),
        alerts=tuple(alerts),
        vitals=trader.vitals,
        end=state.end,
        dropped=state.gone.orders,
        dropped_before_ns=state.gone.until_ns,
    )


def order_view(tracked: TrackedOrder) -> OrderView:
    """One order."""
    order, request = tracked.order, tracked.order.request
    return OrderView(
        order=tracked.id,
        venue_order=order.venue_order_id or "",
        strategy=tracked.strategy,
        role=tracked.role.value,
        instrument=request.instrument,
        side=request.side.value,
        kind=request.kind.value,
        time_in_force=request.time_in_force.value,
        quantity=request.quantity,
        filled=order.filled,
        remaining=order.remaining,
        limit_price=request.limit_price,
        stop_price=request.stop_price,
        average_price=tracked.average_price,
        life=order.life.value,
        pending="" if order.pending is None else order.pending.kind.value,
        wished=tracked.wished,
        bound=tracked.bound,
        remark=tracked.remark,
        correlation_id=tracked.correlation_id,
        born_ns=tracked.born_ns,
        parent=tracked.parent,
    )


def position_views(state: SessionState, *, with_flat: bool) -> tuple[PositionView, ...]:
    """By strategy, then by instrument."""
    return tuple(
        _position(state, strategy, one)
        for strategy, of in sorted(state.positions.items())
        for _, one in sorted(of.items())
        if with_flat or not one.is_flat
    )


def portfolio_view(trader: Trader) -> PortfolioView:
    """The account."""
    state = trader.state
    if state.started is None:
        raise InputError(
            f"session {trader.session.terms.session} has no books yet",
            found="a journal without a beginning",
            remedy="ask again once it runs; `tradewright trade list` tells how it stands",
        )
    equity, peak = _equity(state), state.peak_equity
    if equity is not None and peak is not None:
        peak = max(peak, equity)
    gross, net = _exposure(state)
    day = state.day_result()
    return PortfolioView(
        session=state.terms.session,
        account=state.terms.account,
        currency=state.currency,
        time_ns=state.now_ns,
        equity=equity,
        cash=dict(state.cash),
        day_equity=state.day_equity,
        peak_equity=peak,
        day_result=day,
        drawdown=_ratio(None if equity is None or peak is None else equity - peak, peak),
        gross_exposure=gross,
        net_exposure=net,
        other_cash=dict(state.other_cash),
        strategies=_results(state),
        risk=_risk(trader, gross=gross, net=net),
    )


def _equity(state: SessionState) -> Decimal | None:
    """None also before anybody has said what the account has."""
    return state.equity() if state.currency in state.cash else None


def _position(state: SessionState, strategy: str, one: Position) -> PositionView:
    mark = state.marks.get(one.instrument)
    return PositionView(
        strategy=strategy,
        instrument=one.instrument,
        quantity=one.quantity,
        direction=one.direction.value,
        average_price=one.average_price,
        cost_basis=one.cost_basis,
        mark=mark,
        marked_ns=state.marked_ns.get(one.instrument),
        market_value=None if mark is None else one.market_value(mark),
        unrealized=_unrealized(one, mark),
        realized=one.realized,
        fees=one.fees,
        currency=one.currency,
    )


def _unrealized(position: Position, mark: Decimal | None) -> Decimal | None:
    if position.is_flat:
        return _ZERO
    return None if mark is None else position.unrealized(mark)


def _results(state: SessionState) -> tuple[StrategyResult, ...]:
    found = []
    for strategy, of in sorted(state.positions.items()):
        for currency in sorted({one.currency for one in of.values()}):
            held = [one for one in of.values() if one.currency == currency]
            unrealized = _sum(_unrealized(one, state.marks.get(one.instrument)) for one in held)
            realized, fees = sum((one.realized for one in held), _ZERO), sum((one.fees for one in held), _ZERO)
            found.append(
                StrategyResult(
                    strategy=strategy,
                    currency=currency,
                    realized=realized,
                    unrealized=unrealized,
                    fees=fees,
                    net=None if unrealized is None else realized + unrealized - fees,
                )
            )
    return tuple(found)


def _sum(values: Iterable[Decimal | None]) -> Decimal | None:
    """None where one of them is not known."""
    every = list(values)
    known = [one for one in every if one is not None]
    return sum(known, _ZERO) if len(known) == len(every) else None


def _exposure(state: SessionState) -> tuple[Decimal | None, Decimal | None]:
    """Gross and net market value; None where a mark is missing."""
    values = []
    for name, quantity in state.net_positions().items():
        mark, terms = state.marks.get(name), state.instrument(name)
        if mark is None:
            return None, None
        values.append(quantity * mark * (terms.multiplier if terms else Decimal(1)))
    return sum((abs(one) for one in values), _ZERO), sum(values, _ZERO)


def _risk(trader: Trader, *, gross: Decimal | None, net: Decimal | None) -> tuple[RiskLine, ...]:
    """What the account's own limits leave; none where the limits are not known."""
    limits = limits_of(trader)
    if limits is None:
        return ()
    state = trader.state
    equity, day, peak = _equity(state), state.day_equity, state.peak_equity
    below = None if equity is None or peak is None else max(peak - equity, _ZERO)
    lost = None if equity is None or day is None else max(day - equity, _ZERO)
    sent = Decimal(sum(1 for one in state.sent if one.time_ns >= state.day_began_ns))
    measured = (
        ("gross_exposure", _ratio(gross, day), limits.gross_exposure),
        ("net_exposure", _ratio(None if net is None else abs(net), day), limits.net_exposure),
        ("leverage", _ratio(gross, equity), limits.leverage),
        ("position", _largest_position(state, equity), limits.position),
        ("daily_loss", _ratio(lost, day), limits.daily_loss),
        ("drawdown", _ratio(below, peak), limits.drawdown.stop),
        ("trades_per_day", sent, Decimal(limits.trades_per_day)),
    )
    return tuple(
        RiskLine(name=name, value=value, limit=limit, used=_ratio(value, limit)) for name, value, limit in measured
    )


def limits_of(trader: Trader) -> Limits | None:
    """The limits of the session's strategy on its account; None where they are not known."""
    if trader.policy is None:
        return None
    terms = trader.session.terms
    return trader.policy.tightest(account=AccountId(terms.account), strategy=StrategyId(terms.strategy_name))


def _largest_position(state: SessionState, equity: Decimal | None) -> Decimal | None:
    shares = []
    for name, quantity in state.net_positions().items():
        mark, terms = state.marks.get(name), state.instrument(name)
        if mark is None:
            return None
        shares.append(_ratio(abs(quantity) * mark * (terms.multiplier if terms else Decimal(1)), equity))
    known = [one for one in shares if one is not None]
    return max(known, default=_ZERO) if len(known) == len(shares) else None


def _ratio(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    return None if part is None or whole is None or whole <= 0 else _RATIO.divide(part, whole)
