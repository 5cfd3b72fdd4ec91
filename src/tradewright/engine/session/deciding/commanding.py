"""Commanding is what people ask of a running session; every command is answered, and a repeated one changes nothing.

This file decides what each leads to. Orders by hand take the same path as a strategy's, through the same gate.
"""

from dataclasses import replace
from decimal import Decimal
from hashlib import blake2b

import msgspec

from tradewright.domain.errors import InputError
from tradewright.domain.identifiers import StrategyId
from tradewright.domain.orders.request import Origin
from tradewright.engine.session import facts
from tradewright.engine.session.deciding.confirming import confirmed, offer
from tradewright.engine.session.deciding.desk import Desk, Outcomes
from tradewright.engine.session.deciding.linking import leg_failed
from tradewright.engine.session.deciding.ordering import Purpose, cancel, change, place
from tradewright.engine.session.deciding.protecting import close_position, protect_by_hand
from tradewright.engine.session.deciding.supervising import SUPERVISOR, shut
from tradewright.engine.session.effects import Answer, CloseHost, EndSession, SetTimer, Tell
from tradewright.engine.session.facts import Role, StrategyLife
from tradewright.engine.session.inputs import (
    AdoptLimits,
    Asked,
    CancelOrders,
    ChangeOrder,
    ClosePositions,
    KillFound,
    ProtectPosition,
    SeeAlert,
    SendOrder,
    SetStrategyLife,
    SetTradingState,
    StopSession,
)
from tradewright.engine.session.state import OPERATOR
from tradewright.engine.session.tracked import TrackedOrder
from tradewright.ports.broker import CancelEverything
from tradewright.ports.kill import KillMode
from tradewright.trading.risk.policy import spelled
from tradewright.trading.risk.policy_history import policy_from, policy_line
from tradewright.trading.risk.states import TradingState

FAREWELL = "farewell"


def commanded(desk: Desk, given: Asked) -> Outcomes:
    """One command; with a key that came before its first answer again, whatever has happened since."""
    if not given.key:
        yield from _commanded(desk, given)
        return
    told = _told(given)
    known = desk.state.replies.get(f"{given.who} {given.key}")
    if known is not None and known.command != told:
        yield Answer(given.number, False, f"the key {given.key} came before with another command: use a new one")
    elif known is not None:
        yield Answer(given.number, known.is_done, known.story, known.client_order_ids)
    else:
        for outcome in _commanded(desk, given):
            if isinstance(outcome, Answer):
                yield facts.CommandAnswered(
                    time_ns=desk.now_ns,
                    who=given.who,
                    key=given.key,
                    command=told,
                    is_done=outcome.is_done,
                    story=outcome.story,
                    client_order_ids=outcome.client_order_ids,
                )
            yield outcome


def _told(given: Asked) -> str:
    """What a command asks for, whoever waits for its answer."""
    asked = policy_line(given.policy) if isinstance(given, AdoptLimits) else replace(given, number=0, correlation_id="")
    content = msgspec.json.encode(asked, order="sorted")
    return f"{type(given).__name__} {blake2b(content, digest_size=8).hexdigest()}"


def _commanded(desk: Desk, given: Asked) -> Outcomes:
    match given:
        case SendOrder():
            yield from _send(desk, given)
        case ChangeOrder():
            yield from _change(desk, given)
        case CancelOrders():
            yield from _cancel(desk, given)
        case ClosePositions():
            yield from _close(desk, given)
        case ProtectPosition():
            yield from protect_by_hand(desk, given)
        case SetStrategyLife():
            yield from _life(desk, given)
        case SetTradingState():
            yield from _trading(desk, given)
        case AdoptLimits():
            yield from adopt(desk, given)
        case SeeAlert():
            yield from _see(desk, given)
        case StopSession():
            yield from _stop(desk, given)


def killed(desk: Desk, given: KillFound) -> Outcomes:
    """Somebody pressed the kill switch, maybe while we slept."""
    yield from _killed(desk, who=given.who, reason=given.reason, mode=given.mode)


def _killed(desk: Desk, *, who: str, reason: str, mode: KillMode) -> Outcomes:
    """Shut; one that was shut without canceling may be told to cancel later."""
    before = desk.state.shut.get("")
    if before is not None and before.state >= TradingState.KILLED:
        if mode.cancels and desk.memory.is_connected and _could_open(desk):
            yield Tell(CancelEverything(keeps_protection=True))
        return
    yield from shut(desk, TradingState.KILLED, who=who, reason=reason, cancels=mode.cancels)


def _could_open(desk: Desk) -> bool:
    return any(not one.order.request.reduces_only for one in desk.state.working())


def farewell(desk: Desk) -> Outcomes:
    """Leave once nothing waits for an answer, or when waiting was long enough."""
    memory = desk.memory
    if memory.leaving and not any(one.order.pending is not None for one in desk.state.working()):
        yield from leave(desk)


def leave(desk: Desk) -> Outcomes:
    """The session's last fact."""
    reason, desk.memory.leaving = desk.memory.leaving, ""
    if not desk.state.is_over:
        who, _, why = reason.partition(": ")
        yield facts.SessionStopped(desk.now_ns, who, why)
    yield EndSession(reason)


def adopt(desk: Desk, given: AdoptLimits) -> Outcomes:
    """Other limits hold from here on; orders that stand are not looked at again."""
    try:
        given.policy.tightest(account=desk.account, strategy=StrategyId(desk.state.terms.strategy_name))
    except InputError as problem:
        yield Answer(given.number, False, f"limits version {given.policy.version} leave nothing to trade by: {problem}")
        return
    desk.policy = given.policy
    yield limits_fact(desk, who=given.who)
    yield Answer(given.number, True, f"limits version {given.policy.version} hold from now on")


def is_adopted(desk: Desk) -> bool:
    """Whether the limits that hold are those that the journal knows, by their content and not by their number alone."""
    line = desk.state.limits or desk.state.terms.limits
    if not line:  # a journal of before they were written down
        return desk.policy.version == desk.state.limits_version
    return policy_from(line) == desk.policy


def limits_fact(desk: Desk, *, who: str) -> facts.LimitsAdopted:
    """The limits that hold, every one as text."""
    everywhere = desk.policy.everywhere
    names = [name for name in dir(everywhere) if not name.startswith("_") and name != "version"]
    told = {name: spelled(value) for name in names if not callable(value := getattr(everywhere, name))}
    return facts.LimitsAdopted(desk.now_ns, desk.policy.version, who, told, policy_line(desk.policy))


def _send(desk: Desk, given: SendOrder) -> Outcomes:
    known = desk.state.keys.get(given.key) if given.key else None
    if known is not None:
        yield _came_of(desk, given.number, known)
        return
    if given.request.instrument not in {one.instrument for one in desk.state.terms.instruments}:
        names = ", ".join(one.instrument for one in desk.state.terms.instruments)
        yield Answer(given.number, False, f"the session trades {names}, not {given.request.instrument}")
        return
    typed = confirmed(desk, given) if given.typed else {}
    if isinstance(typed, str):
        yield Answer(given.number, False, typed)
        return
    purpose = Purpose(
        strategy=OPERATOR, role=Role.PLAIN, correlation_id=given.correlation_id, key=given.key, who=given.who,
        confirmed=typed,
    )  # fmt: skip
    name = yield from place(desk, given.request, purpose=purpose)
    if name not in desk.state.orders:
        yield from leg_failed(desk, given.request, name=name, reason="risk refused it")
        story, to_type = offer(desk, given)
        if to_type:
            yield Answer(given.number, False, story, (name,), to_type)
            return
    yield _came_of(desk, given.number, name)


def _came_of(desk: Desk, number: int, name: str) -> Answer:
    tracked = desk.state.orders.get(name)
    if desk.state.gone.has_order(name):
        return Answer(number, True, _long_ago(name), (name,))
    if tracked is None:
        return Answer(number, False, "risk refused the order; its reasons stand in the journal", (name,))
    return Answer(number, True, f"order {name} is {tracked.order.life.value}", (name,))


def _change(desk: Desk, given: ChangeOrder) -> Outcomes:
    tracked = desk.state.orders.get(given.client_order_id)
    if tracked is None:
        yield _unknown(desk, given.number, given.client_order_id)
        return
    problem = yield from change(desk, tracked, request=given.request, who=given.who)
    yield Answer(given.number, not problem, problem or "the change was asked for", (tracked.id,))


def _cancel(desk: Desk, given: CancelOrders) -> Outcomes:
    orders, gone = desk.state.orders, desk.state.gone
    unknown = [name for name in given.client_order_ids if name not in orders and not gone.has_order(name)]
    if unknown:
        yield _unknown(desk, given.number, unknown[0])
        return
    chosen = [orders[name] for name in given.client_order_ids if name in orders]
    chosen = (
        chosen
        if given.client_order_ids
        else [one for one in desk.state.working() if not (given.keeps_protection and one.role.is_protection)]
    )
    still = [one for one in chosen if one.is_open]
    for tracked in still:
        yield from cancel(desk, tracked, who=given.who, reason="asked by hand")
    ended = (len(given.client_order_ids) or len(chosen)) - len(still)
    story = f"{len(still)} asked to be canceled" + (f", {ended} had ended before" if ended else "")
    yield Answer(given.number, True, story, tuple(one.id for one in still))


def _close(desk: Desk, given: ClosePositions) -> Outcomes:
    known = desk.state.keys.get(given.key) if given.key else None
    if known is not None:
        yield _came_of(desk, given.number, known)
        return
    held = desk.state.net_positions()
    names = given.instruments or tuple(held)
    flat = [name for name in names if name not in held]
    if flat:
        yield Answer(given.number, False, f"nothing is held of {', '.join(flat)}")
        return
    ids = []
    for name in names:
        for tracked in [one for one in desk.state.working() if one.instrument == name and one.role is Role.TARGET]:
            yield from cancel(desk, tracked, who=given.who, reason="the position is closed by hand")
        for holder, quantity in _holders(desk, name):
            purpose = Purpose(strategy=holder, role=Role.FLATTEN, correlation_id=given.correlation_id, key=given.key)
            ids.append((yield from close_position(desk, name, purpose=purpose, quantity=quantity)))
    refused = [name for name in ids if name not in desk.state.orders]
    story = f"{len(ids) - len(refused)} closing orders sent" + (f", {len(refused)} refused" if refused else "")
    yield Answer(given.number, not refused, story, tuple(ids))


def _holders(desk: Desk, instrument: str) -> list[tuple[str, Decimal]]:
    """Whose the position is, and how much; where two hold against each other, the net is the strategy's."""
    held = desk.state.held(instrument)
    each = [
        (name, of[instrument].quantity)
        for name, of in desk.state.positions.items()
        if instrument in of and of[instrument].quantity != 0
    ]
    if any(quantity * held < 0 for _, quantity in each):
        return [(desk.state.terms.strategy_name, abs(held))]
    return [(name, abs(quantity)) for name, quantity in each]


def _life(desk: Desk, given: SetStrategyLife) -> Outcomes:
    life, wanted = desk.state.life, given.life
    allowed = {
        StrategyLife.PAUSED: {StrategyLife.RUNNING},
        StrategyLife.RUNNING: {StrategyLife.PAUSED},
        StrategyLife.STOPPED: {StrategyLife.RUNNING, StrategyLife.PAUSED, StrategyLife.QUARANTINED},
    }
    if wanted is life:
        yield Answer(given.number, True, f"the strategy is {life.value} already")
        return
    if life not in allowed.get(wanted, set()):
        yield Answer(given.number, False, f"a strategy that is {life.value} cannot become {wanted.value}")
        return
    name = desk.state.terms.strategy_name
    yield facts.StrategyLifeChanged(desk.now_ns, name, wanted, given.who, given.reason)
    if wanted is StrategyLife.STOPPED:
        yield from cancel_entries(desk, who=given.who, reason="the strategy was stopped")
        yield CloseHost(given.reason or f"stopped by {given.who}")
    yield Answer(given.number, True, f"the strategy is {wanted.value}")


def cancel_entries(desk: Desk, *, who: str, reason: str) -> Outcomes:
    """Cancel what could open a position; protection stays at the venue."""
    for tracked in list(desk.state.working()):
        if not tracked.role.is_protection and tracked.strategy == desk.state.terms.strategy_name:
            yield from cancel(desk, tracked, who=who, reason=reason)


def _trading(desk: Desk, given: SetTradingState) -> Outcomes:
    held = desk.state.shut.get(given.scope)
    before = TradingState.ACTIVE if held is None else TradingState(held.state)
    if given.state is TradingState.KILLED:
        yield from _kill_asked(desk, given)
    elif given.state > before:
        yield from shut(desk, given.state, who=given.who, reason=given.reason or "asked by hand", scope=given.scope)
    elif given.state < before or given.scope in desk.state.frozen:
        if not given.who.strip():
            yield Answer(given.number, False, "opening needs the name of the person who answers for it")
            return
        if given.who == SUPERVISOR and held is not None and held.who != SUPERVISOR:
            yield Answer(given.number, False, f"{held.who} shut it too: {held.reason}")
            return
        if not desk.memory.is_green:
            yield Answer(given.number, False, "the books do not agree with the venue's yet; opening has to wait")
            return
        if (reason := desk.state.frozen.get(given.scope, "")).startswith("position "):
            yield Answer(given.number, False, f"it is frozen until the books agree: {reason}")
            return
        if reason:
            yield facts.InstrumentThawed(desk.now_ns, given.scope)
        if given.state < before:
            yield facts.TradingStateChanged(desk.now_ns, given.scope, int(given.state), given.who, given.reason)
    yield Answer(given.number, True, f"trading is {given.state.name.lower()}{_still_shut(desk, given.scope)}")


def _still_shut(desk: Desk, scope: str) -> str:
    """What else holds back, so that nobody takes a part for the whole."""
    shut = {name: state.name.lower() for name, state in desk.halts().items() if name != scope}
    whole = desk.state.shut.get("")
    if scope and whole is not None:
        shut["everything"] = TradingState(whole.state).name.lower()
    told = ", ".join(f"{name} ({state})" for name, state in sorted(shut.items()))
    return f"; still shut: {told}" if told else ""


def _kill_asked(desk: Desk, given: SetTradingState) -> Outcomes:
    """Everything, or one strategy or instrument of the session: shut it, cancel what could open, close what is held."""
    reason = given.reason or "asked by hand"
    if not given.scope:
        yield from _killed(desk, who=given.who, reason=reason, mode=given.mode)
        return
    yield from shut(desk, TradingState.KILLED, who=given.who, reason=reason, scope=given.scope)
    if not given.mode.cancels:
        return
    for tracked in list(desk.state.working()):
        is_meant = given.scope in {tracked.strategy, tracked.instrument}
        if is_meant and not tracked.order.request.reduces_only:
            yield from cancel(desk, tracked, who=given.who, reason=f"{given.scope} is killed")
    if given.mode is KillMode.FLATTEN:
        yield from _flatten(desk, given)


def _flatten(desk: Desk, given: SetTradingState) -> Outcomes:
    """Closing orders of risk's own for what the scope holds, each strategy's by itself; together never more than the
    account holds."""
    for name, net in desk.state.net_positions().items():
        rest = abs(net)
        for strategy, positions in list(desk.state.positions.items()):
            held = positions[name].quantity if name in positions else rest * 0
            quantity = min(abs(held), rest) if held * net > 0 and given.scope in {strategy, name} else rest * 0
            if not quantity:
                continue
            rest -= quantity
            purpose = Purpose(strategy=strategy, role=Role.FLATTEN, correlation_id=given.correlation_id)
            yield from close_position(desk, name, purpose=purpose, origin=Origin.RISK, quantity=quantity)


def _see(desk: Desk, given: SeeAlert) -> Outcomes:
    if f"{given.code} {given.subject}" not in desk.state.alerts:
        yield Answer(given.number, False, f"there is no open alert {given.code} {given.subject}".rstrip())
        return
    yield facts.AlertSeen(desk.now_ns, given.code, given.subject, given.who)
    yield Answer(given.number, True, "noted")


def _stop(desk: Desk, given: StopSession) -> Outcomes:
    who, reason = given.who, given.reason or "asked to stop"
    desk.memory.leaving = f"{who}: {reason}"
    for tracked in list(desk.state.working()):
        if _leaves(tracked, given.orders):
            yield from cancel(desk, tracked, who=who, reason="the session ends")
    if given.orders == "cancel_all" and desk.memory.is_connected:
        yield Tell(CancelEverything())
    yield Answer(given.number, True, "the session ends")
    yield SetTimer(FAREWELL, desk.rules.farewell_ns)
    yield from farewell(desk)


def _leaves(tracked: TrackedOrder, policy: str) -> bool:
    return policy == "cancel_all" or (policy == "keep_protection" and not tracked.role.is_protection)


def _unknown(desk: Desk, number: int, name: str) -> Answer:
    if desk.state.gone.has_order(name):
        return Answer(number, False, _long_ago(name))
    return Answer(number, False, f"no order {name} is known to this session")


def _long_ago(name: str) -> str:
    return f"order {name} ended long ago; its story is in the journal"
