"""Ordering leads from a request to an order at the venue: sized, judged by the gate, written down, then handed over.

This file decides the one path to a send. Strategies, people, risk and resends all take it; the fact comes first, and
the shell makes it durable before it carries out the effect behind it.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType

from tradewright.domain.errors import InputError
from tradewright.domain.identifiers import ClientOrderId, StrategyId
from tradewright.domain.orders.pending import PendingKind
from tradewright.domain.orders.request import OrderRequest
from tradewright.domain.orders.ticket import Ticket
from tradewright.domain.orders.transitions import OrderEvent
from tradewright.domain.quick import quick
from tradewright.engine.gatekeeper import Gatekeeper
from tradewright.engine.gatekeeper import Verdict as Judged
from tradewright.engine.session import facts
from tradewright.engine.session.deciding.desk import Desk, Outcome, Outcomes
from tradewright.engine.session.effects import SetTimer, Severity, Tell
from tradewright.engine.session.facts import RefusedBy, Role
from tradewright.engine.session.memory import Watch
from tradewright.engine.session.naming import client_order_id
from tradewright.engine.session.rules import SECOND_NS
from tradewright.engine.session.tracked import TrackedOrder
from tradewright.ports.broker import CancelOrder, ReplaceOrder, SubmitOrder
from tradewright.trading.risk.controls.table import controls_of
from tradewright.trading.risk.gate import Approved, Refused
from tradewright.trading.risk.request import RiskRequest
from tradewright.trading.risk.verdict import Finding, Verdict

_NOTHING: Mapping[str, str] = MappingProxyType({})


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """Why an order is wanted, and by whom."""

    strategy: str
    role: Role
    correlation_id: str
    slice: int = 0
    number: int = 0
    key: str = ""
    parent: str = ""
    """The order that it undoes."""
    clips: bool = False
    """Cut it to what the limits leave, instead of refusing it."""
    who: str = ""
    """The person who asks."""
    confirmed: Mapping[str, str] = field(default_factory=dict)
    """What the person typed of soft controls that had refused it."""


def place(desk: Desk, wish: OrderRequest, *, purpose: Purpose) -> Generator[Outcome, None, str]:
    """Ask the gate, then intend and send, or refuse; gives the client order id either way."""
    state = desk.state
    intent = state.intents + 1
    now = _paced(desk, purpose)
    name = _named(desk, purpose, intent=intent)
    if wish.strategy != purpose.strategy:
        wish = replace(wish, strategy=StrategyId(purpose.strategy))
    judged = _judged(desk, name, wish, now_ns=now, clips=purpose.clips, confirmed=purpose.confirmed)
    if isinstance(judged.answer, Refused):
        desk.memory.refusal = judged.answer
        yield facts.OrderRefused(
            time_ns=now,
            client_order_id=name,
            intent=intent,
            request=wish,
            strategy=purpose.strategy,
            role=purpose.role,
            slice=purpose.slice,
            correlation_id=purpose.correlation_id,
            wished=wish.quantity,
            by=refused_by(judged.answer),
            number=purpose.number,
            key=purpose.key,
        )
        return name
    ticket, counted = judged.answer.ticket, judged.answer.sent
    if purpose.confirmed:
        yield from _all_the_same(desk, name, wish, purpose=purpose)
    yield facts.OrderIntended(
        time_ns=now,
        client_order_id=name,
        intent=intent,
        request=ticket.request,
        strategy=purpose.strategy,
        role=purpose.role,
        limits_version=ticket.limits_version,
        epoch=ticket.epoch,
        attempt=1,
        slice=purpose.slice,
        correlation_id=purpose.correlation_id or name,
        arrival_price=state.marks.get(wish.instrument),
        wished=wish.quantity,
        bound="" if judged.cut is None else judged.cut.left.bound,
        number=purpose.number,
        key=purpose.key,
        parent=purpose.parent,
        is_reducing=counted.is_reducing,
        notional=counted.notional,
    )
    yield from _send(desk, ticket)
    return name


def _named(desk: Desk, purpose: Purpose, *, intent: int) -> ClientOrderId:
    terms = desk.state.terms
    return client_order_id(
        terms.session, terms.account, strategy=purpose.strategy, intent=intent, engine=desk.rules.engine
    )


def _all_the_same(desk: Desk, name: str, wish: OrderRequest, *, purpose: Purpose) -> Outcomes:
    """Somebody's name stands for it, and people are told."""
    yield facts.OrderConfirmed(desk.now_ns, name, purpose.who, dict(purpose.confirmed))
    told = ", ".join(f"{control} at {number}" for control, number in purpose.confirmed.items())
    story = f"{purpose.who} confirmed order {name}, which risk had refused: {told}"
    yield from desk.alert(Severity.WARNING, "CONFIRMED", subject=wish.instrument, story=story)


def own_purpose(desk: Desk, role: Role, *, slice_number: int, number: int = 0, clips: bool = False) -> Purpose:
    """An order that the session's strategy stands behind."""
    return Purpose(
        strategy=desk.state.terms.strategy_name,
        role=role,
        correlation_id=f"{desk.state.terms.session}/{slice_number}",
        slice=slice_number,
        number=number,
        clips=clips,
    )


def resend(desk: Desk, tracked: TrackedOrder) -> Generator[Outcome, None, bool]:
    """Send again what is proven absent: the same id, another attempt, through the gate; False where that refuses."""
    attempt = tracked.order.attempt + 1
    request = RiskRequest(
        client_order_id=tracked.id,
        order=tracked.order.request,
        executes_ns=desk.executes_ns(),
        protective_stop=tracked.order.request.stop_loss,
        group=tracked.order.request.group,
        attempt=attempt,
    )
    book = desk.book(tracked.instrument, without=tracked.id)
    try:
        judged = Gatekeeper(desk.policy).judge(request, book, now_ns=desk.now_ns)
    except (InputError, ArithmeticError):
        return False
    if isinstance(judged.answer, Refused):
        return False
    ticket = judged.answer.ticket
    yield facts.OrderIntended(
        time_ns=desk.now_ns,
        client_order_id=tracked.id,
        intent=tracked.intent,
        request=tracked.order.request,
        strategy=tracked.strategy,
        role=tracked.role,
        limits_version=ticket.limits_version,
        epoch=ticket.epoch,
        attempt=attempt,
        slice=tracked.slice,
        correlation_id=tracked.correlation_id,
        arrival_price=tracked.arrival_price,
        wished=tracked.wished,
        bound=tracked.bound,
        number=tracked.number,
        key=tracked.key,
    )
    yield from _send(desk, ticket)
    return True


def cancel(desk: Desk, tracked: TrackedOrder, *, who: str, reason: str) -> Outcomes:
    """Ask for a cancel, unless something is outstanding; an order in doubt is canceled once it is found."""
    pending = tracked.order.pending
    if pending is not None and pending.kind is PendingKind.CANCEL:
        return  # asked already, and asked again until it is answered
    if pending is not None or tracked.is_in_doubt:
        if tracked.id not in desk.state.unwanted:
            yield facts.CancelWanted(desk.now_ns, tracked.id, who, reason)
        return
    if not desk.legal(tracked, OrderEvent.CANCEL_REQUESTED):
        return
    yield facts.CancelRequested(desk.now_ns, tracked.id, who, reason)
    yield from ask_cancel(desk, tracked)


def ask_cancel(desk: Desk, tracked: TrackedOrder) -> Outcomes:
    """Hand the cancel over, and look again later."""
    _watch(desk, tracked.id)
    yield Tell(CancelOrder(tracked.id, tracked.instrument, tracked.order.venue_order_id))
    yield SetTimer(f"answer {tracked.id}", desk.rules.answer_patience_ns)


def change(desk: Desk, tracked: TrackedOrder, *, request: OrderRequest, who: str) -> Generator[Outcome, None, str]:
    """Other terms for a working order, through the gate; gives why not, or nothing."""
    if tracked.order.pending is not None:
        return f"a {tracked.order.pending.kind.value} of the order has no answer yet"
    if not desk.legal(tracked, OrderEvent.REPLACE_REQUESTED):
        return f"the order is {tracked.order.life.value}"
    if request == tracked.order.request:
        return ""
    if (request.instrument, request.side) != (tracked.instrument, tracked.order.request.side):
        return "a change keeps instrument and side"
    if request.quantity <= tracked.order.filled:
        return f"{tracked.order.filled} is filled already"
    attempt = tracked.order.attempt + tracked.changes + 1
    judged = _judged(desk, tracked.id, request, now_ns=desk.now_ns, changes=tracked.id, attempt=attempt)
    if isinstance(judged.answer, Refused):
        return str(judged.answer)
    ticket = judged.answer.ticket
    yield facts.ReplaceRequested(
        time_ns=desk.now_ns,
        client_order_id=tracked.id,
        request=request,
        who=who,
        limits_version=ticket.limits_version,
        epoch=ticket.epoch,
    )
    _watch(desk, tracked.id)
    yield Tell(ReplaceOrder(ticket))
    yield SetTimer(f"answer {tracked.id}", desk.rules.answer_patience_ns)
    return ""


def outgrown(desk: Desk, tracked: TrackedOrder) -> Outcomes:
    """The venue, or a person there, made one of our orders larger, as a split does. Where it is over a limit now that
    looks at how much is wanted, nobody would have approved it: it is canceled."""
    request = tracked.order.request
    if tracked.role is Role.FOREIGN or request.reduces_only:
        return
    answer = _judged(desk, tracked.id, request, now_ns=desk.now_ns, changes=tracked.id).answer
    measured = [one for one in answer.reasons if one.value is not None] if isinstance(answer, Refused) else []
    if not measured:
        return
    limits = desk.policy.tightest(account=desk.account, strategy=StrategyId(tracked.strategy))
    of_size = {control.name for control in controls_of(limits) if control.depends_on_quantity}
    over = [one for one in measured if one.control in of_size]
    if over:
        told = "; ".join(f"{one.control}: {one.reason}" for one in over)
        story = f"the venue made order {tracked.id} one of {request.quantity}: {told}"
        yield from desk.alert(Severity.CRITICAL, "OUTGROWN", subject=tracked.instrument, story=story)
        yield from cancel(desk, tracked, who="risk", reason=story)


def refused_by(refused: Refused) -> tuple[RefusedBy, ...]:
    """The gate's reasons as they are written down."""
    return tuple(
        RefusedBy(one.control, _told(one.value), _told(one.limit), one.reason, one.remedy) for one in refused.reasons
    )


def _judged(
    desk: Desk,
    name: ClientOrderId,
    wish: OrderRequest,
    *,
    now_ns: int,
    clips: bool = False,
    changes: str = "",
    attempt: int = 1,
    confirmed: Mapping[str, str] = _NOTHING,
) -> Judged:
    request = RiskRequest(
        client_order_id=name,
        order=wish,
        executes_ns=max(desk.executes_ns() or now_ns, now_ns),
        protective_stop=wish.stop_loss,
        group=wish.group,
        confirmed=confirmed,
        attempt=attempt,
        is_change=bool(changes),
    )
    book = desk.book(wish.instrument, without=changes)
    keeper = Gatekeeper(desk.policy)
    try:
        ask = keeper.cut_and_judge if clips else keeper.judge
        return ask(request, book, now_ns=now_ns)
    except (InputError, ArithmeticError) as problem:  # a policy that leaves nothing to be traded, or numbers too large
        return Judged(request, cannot_tell(problem))


def cannot_tell(problem: Exception) -> Refused:
    """A gate that cannot compute says no."""
    told = str(problem) if isinstance(problem, InputError) else f"the numbers are too large: {problem}"
    remedy = "look at the limits: tradewright risk limits" if isinstance(problem, InputError) else "ask for less"
    return Refused((Finding("computable", None, "limits and numbers that go together", Verdict.REFUSED, told, remedy),))


def _paced(desk: Desk, purpose: Purpose) -> int:
    """Now; on a clock that stands still, as much later as the strategy's orders before it take to send."""
    if not (desk.rules.paces and purpose.slice) or purpose.role.is_protection:
        return desk.now_ns  # protection waits for nobody, and nobody for it: in a backtest it is no order of the desk
    before = desk.memory.asked
    count = before[1] + 1 if before[0] == purpose.slice else 0
    desk.memory.asked = (purpose.slice, count)
    try:
        limits = desk.policy.tightest(account=desk.account, strategy=StrategyId(purpose.strategy))
    except InputError:
        return desk.now_ns  # the gate will say why it refuses
    pace = max(SECOND_NS // limits.orders_per_second, 60 * SECOND_NS // limits.orders_per_minute) + 1
    return max(desk.memory.moment.session_ns + count * pace, desk.now_ns)


def _send(desk: Desk, ticket: Ticket) -> Outcomes:
    _watch(desk, ticket.client_order_id)
    yield Tell(SubmitOrder(ticket))
    yield SetTimer(f"answer {ticket.client_order_id}", desk.rules.answer_patience_ns)


def _watch(desk: Desk, name: str) -> None:
    desk.memory.watches[name] = Watch(desk.mono_ns)


def _told(value: Decimal | str | None) -> str:
    return "" if value is None else str(value)


__all__ = ["Approved", "Purpose", "ask_cancel", "cancel", "change", "place", "refused_by", "resend"]
