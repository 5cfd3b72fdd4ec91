"""Proposing turns what a strategy wishes after a slice into orders, by the very rules of a backtest.

This file decides what a late answer is worth (nothing, once a newer slice has closed), and how each kind of wish is
carried out: a target becomes the order that leads to it, an order is sent as it is, protection is moved or made.
"""

from collections import deque
from decimal import Decimal

from tradewright.domain.identifiers import StrategyId
from tradewright.domain.matching.plan import delta_to, is_instruction
from tradewright.domain.orders.request import LinkRule, OrderKind, OrderRequest, TimeInForce
from tradewright.domain.orders.side import Side
from tradewright.engine.runtime.day_measures import exact
from tradewright.engine.runtime.known_market import FINEST
from tradewright.engine.session import facts
from tradewright.engine.session.deciding.desk import Desk, Outcomes
from tradewright.engine.session.deciding.ordering import cancel, own_purpose, place
from tradewright.engine.session.deciding.protecting import protect
from tradewright.engine.session.effects import Acknowledge
from tradewright.engine.session.facts import RecordedWish, Role
from tradewright.engine.session.memory import Carrying
from tradewright.engine.session.state import DeferredTarget
from tradewright.engine.session.tracked import TrackedOrder
from tradewright.ports.hosts import CancelWish, OrderWish, Proposed, ProtectWish, TargetWish, Wish

_ZERO = Decimal(0)


def proposed(desk: Desk, given: Proposed) -> Outcomes:
    """An answer of the strategy."""
    state, memory = desk.state, desk.memory
    shown = memory.shown
    if shown is None or given.slice != shown.number or given.slice != state.slice or given.slice <= state.answered:
        if given.slice > state.answered and not (shown is not None and shown.is_warm_up):
            reason = f"slice {state.slice} has closed since"
            yield facts.ProposalDropped(desk.now_ns, given.slice, reason)
        yield Acknowledge(given.slice)
        return
    if shown.is_warm_up:
        yield Acknowledge(given.slice)
        return
    if not state.life.trades:
        yield facts.ProposalDropped(desk.now_ns, given.slice, f"the strategy is {state.life.value}")
        yield Acknowledge(given.slice)
        return
    if not memory.is_green:
        memory.held = given  # the books are being laid beside the venue's: a moment later it is taken up
        return
    yield from carry_out(desk, given)


def carry_out(desk: Desk, given: Proposed) -> Outcomes:
    """Every wish in its order, then the slice is dealt with."""
    asks = [_asks(desk, wish) for wish in given.wishes]  # measured by what was wanted before this answer
    equity = desk.state.equity()
    recorded = tuple(RecordedWish.of(wish) for wish in given.wishes)
    yield facts.StrategyProposed(desk.now_ns, given.slice, recorded, given.took_ns)
    desk.memory.carrying = Carrying(given.slice, equity, deque(zip(given.wishes, asks, strict=True)))
    yield from go_on(desk)


def go_on(desk: Desk) -> Outcomes:
    """Carry out the wishes that nothing stands before, in their order; at the end the slice is dealt with.

    A wish waits until changes and cancels before it are answered: the gate and the venue then see what a backtest sees.
    What still waits when the next slice closes, or the strategy does not trade any more, comes to nothing.
    """
    memory = desk.memory
    yield from _free(desk)
    carrying = memory.carrying
    if carrying is None:
        return
    late = "" if desk.state.slice == carrying.slice else f"slice {desk.state.slice} has closed since"
    problem = late or ("" if desk.state.life.trades else f"the strategy is {desk.state.life.value}")
    if problem and carrying.wishes:
        left = len(carrying.wishes)
        carrying.wishes.clear()
        yield facts.ProposalDropped(desk.now_ns, carrying.slice, f"{left} of its wishes still waited: {problem}")
    while carrying.wishes:
        wish, does_ask = carrying.wishes[0]
        if not memory.is_green or _must_wait(desk, wish):
            return
        carrying.wishes.popleft()
        yield from _wish(desk, wish, does_ask=does_ask, equity=carrying.equity, slice_number=carrying.slice)
    if problem or not (desk.state.deferred or desk.state.unwanted):
        memory.carrying = None
        yield Acknowledge(carrying.slice)


def _free(desk: Desk) -> Outcomes:
    """Whatever ended an order (a report, proof of its absence, a send that never left), nothing waits for it then."""
    for instrument in list(desk.state.deferred):
        yield from settle(desk, instrument)


def _must_wait(desk: Desk, wish: Wish) -> bool:
    """Whether something that the wish builds on is not known yet."""
    own = desk.state.terms.strategy_name
    if desk.state.deferred or desk.state.unwanted:
        return True
    for tracked in desk.state.working():
        if tracked.strategy != own:
            continue
        if tracked.order.pending is not None:
            return True
        if tracked.is_in_doubt and _concerns(wish, tracked):
            return True
    return False


def _concerns(wish: Wish, tracked: TrackedOrder) -> bool:
    match wish:
        case OrderWish():
            return False
        case CancelWish():
            return tracked.number == wish.number
        case TargetWish() | ProtectWish():
            return tracked.instrument == wish.instrument and tracked.role is not Role.PLAIN


def settle(desk: Desk, instrument: str) -> Outcomes:
    """Take up a target that waited for the instrument's order before it, once that is out of the way."""
    waiting = desk.state.deferred.get(instrument)
    if waiting is None or desk.targets(instrument):
        return
    if waiting.slice != desk.state.slice:
        yield facts.TargetSettled(desk.now_ns, instrument, "the market has moved on")
        return
    yield facts.TargetSettled(desk.now_ns, instrument, "its turn has come")
    yield from _target(desk, instrument, waiting, equity=desk.state.equity())


def _asks(desk: Desk, wish: Wish) -> bool:
    """Whether a target asks for an order: it differs from the one before, or is an instruction in itself."""
    if not isinstance(wish, TargetWish):
        return False
    ready = desk.memory.host
    restated = wish.is_instruction or (ready is not None and ready.speaks_weights)
    before = desk.state.wanted.get(wish.instrument, float("nan"))
    return bool(is_instruction(wish.weight, before, int(restated)))


def _wish(desk: Desk, wish: Wish, *, does_ask: bool, equity: Decimal | None, slice_number: int) -> Outcomes:
    match wish:
        case TargetWish():
            loss, gain = _price(wish.stop_loss), _price(wish.take_profit)
            if does_ask and wish.instrument in desk.state.marks:
                target = DeferredTarget(wish.weight, loss, gain, slice_number)
                yield from _target(desk, wish.instrument, target, equity=equity)
            elif not does_ask:
                yield from protect(desk, wish.instrument, loss=loss, gain=gain)
        case OrderWish():
            clips = desk.rules.clips
            purpose = own_purpose(desk, Role.PLAIN, slice_number=slice_number, number=wish.number, clips=clips)
            yield from place(desk, request_of(wish, strategy=purpose.strategy), purpose=purpose)
        case CancelWish():
            name = desk.state.numbers.get(wish.number)
            if name is not None and name in desk.state.open:
                tracked = desk.state.orders[name]
                yield from cancel(desk, tracked, who=desk.state.terms.strategy_name, reason="the strategy asked")
        case ProtectWish():
            yield from protect(desk, wish.instrument, loss=_price(wish.stop_loss), gain=_price(wish.take_profit))


def _target(desk: Desk, instrument: str, target: DeferredTarget, *, equity: Decimal | None) -> Outcomes:
    """The order that leads to a weight; one that waits for the same instrument is canceled first."""
    state = desk.state
    waiting = desk.targets(instrument)
    if waiting:
        for tracked in waiting:
            yield from cancel(desk, tracked, who=state.terms.strategy_name, reason="superseded by another target")
        yield facts.TargetDeferred(
            desk.now_ns, instrument, target.weight, target.stop_loss, target.take_profit, target.slice
        )
        return
    if instrument in state.deferred:
        yield facts.TargetSettled(desk.now_ns, instrument, "another target took its place")
    held, terms = state.held(instrument), state.instrument(instrument)
    weight = exact(target.weight)
    if terms is None or (weight == 0 and held == 0):
        return
    if equity is None:
        yield from desk.incident("NO_EQUITY", instrument, story="the account cannot be valued, so no target has a size")
        return
    mark = state.marks[instrument]
    delta = delta_to(weight, equity, mark, terms.multiplier, terms.lot or FINEST, held)
    if delta == 0:
        yield from protect(desk, instrument, loss=target.stop_loss, gain=target.take_profit)
        return
    request = OrderRequest(
        instrument=instrument,
        side=Side.of(delta),
        quantity=abs(delta),
        time_in_force=TimeInForce.GTC,
        takes_less=True,
        stop_loss=target.stop_loss or None,
        take_profit=target.take_profit or None,
        reason=f"target {target.weight:g}",
        strategy=StrategyId(state.terms.strategy_name),
    )
    yield from place(
        desk, request, purpose=own_purpose(desk, Role.TARGET, slice_number=target.slice, clips=desk.rules.clips)
    )


def request_of(wish: OrderWish, *, strategy: str = "") -> OrderRequest:
    """A strategy's order as a request."""
    return OrderRequest(
        instrument=wish.instrument,
        side=Side(wish.side),
        quantity=exact(wish.quantity),
        kind=OrderKind(wish.kind),
        limit_price=_price(wish.limit) or None,
        stop_price=_price(wish.stop) or None,
        trailing_offset=_price(wish.trail) or None,
        trailing_share=_price(wish.trail_share) or None,
        time_in_force=TimeInForce(wish.time_in_force),
        expires_ns=wish.expires_ns or None,
        reduces_only=wish.reduces_only,
        is_passive=wish.is_passive,
        stop_loss=_price(wish.stop_loss) or None,
        take_profit=_price(wish.take_profit) or None,
        group=wish.group,
        link=wish.link,
        link_rule=LinkRule(wish.link_rule),
        reason=wish.reason,
        strategy=StrategyId(strategy) if strategy else None,
    )


def _price(value: float) -> Decimal:
    return exact(value) if value > 0 else _ZERO
