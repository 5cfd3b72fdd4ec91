"""People beside a simulated session: they send orders, cancel, close, see alerts, and open again what risk has shut."""

import asyncio
from dataclasses import replace
from decimal import Decimal

from simulator.trader import Trader
from simulator.world import SimWorld
from tradewright.domain.errors import TradewrightError
from tradewright.domain.orders.request import OrderKind, OrderRequest, Origin, TimeInForce
from tradewright.domain.orders.side import Side
from tradewright.engine.session.inputs import (
    AdoptLimits,
    Asked,
    CancelOrders,
    ChangeOrder,
    ClosePositions,
    ProtectPosition,
    SeeAlert,
    SendOrder,
    SetTradingState,
)
from tradewright.engine.session.shell import Session
from tradewright.trading.risk.states import TradingState

WHO = "ada"
_LOOKED_AT_NS = 8_000_000_000
"""How long a kill stands at the least before somebody releases it."""


async def ask(world: SimWorld, trader: Trader, command: Asked) -> bool:
    """Ask a session for something and write down what it said; whether it did it."""
    session = trader.session
    if session is None or trader.is_over:
        return False
    try:
        answer = await session.ask(command)
    except TradewrightError:
        return False
    names = list(answer.client_order_ids) if isinstance(command, SendOrder) else []
    canceled = list(answer.client_order_ids) if isinstance(command, CancelOrders) else []
    world.log.add(
        "answered", trader.process.name, is_done=answer.is_done, story=answer.story, client_order_ids=names,
        canceled=canceled, key=command.key,
    )  # fmt: skip
    return answer.is_done


async def attend(world: SimWorld, trader: Trader) -> None:
    """Somebody who looks after a trader: what shut it is looked at, and it is opened again."""
    while world.is_first_phase:
        least, more = world.scenario.happenings.looks_in
        await asyncio.sleep(least + more * world.people.random())
        await restore(world, trader)


async def work(world: SimWorld, trader: Trader) -> None:
    """What a busy person does with one trader, as part of its process."""
    pause = world.scenario.happenings.people
    while world.is_first_phase:
        await asyncio.sleep(world.people.expovariate(1 / pause))
        session = trader.session
        if session is None or session.core.state.started is None:
            continue
        has_more = world.scenario.happenings.changes
        if has_more and world.asked and world.people.random() < 0.2:
            world.log.hit("H0 asked twice with one key")
            await ask(world, trader, world.people.choice(world.asked))
            continue
        wish = _change(world, session) if has_more and world.people.random() < 0.5 else _wish(world, session)
        if wish.key:
            world.asked.append(wish)
        await ask(world, trader, wish)


def _wish(world: SimWorld, session: Session) -> Asked:
    chance = world.people
    world.log.hit("H0 person at work")
    match chance.randrange(5):
        case 0:
            open_orders = list(session.core.state.open)
            names = tuple(chance.sample(open_orders, min(2, len(open_orders))))
            return CancelOrders(number=0, who=WHO, client_order_ids=names, keeps_protection=chance.random() < 0.5)
        case 1:
            return ClosePositions(number=0, who=WHO)
        case 2:
            state = chance.choice([TradingState.REDUCE_ONLY, TradingState.CANCEL_ONLY, TradingState.ACTIVE])
            return SetTradingState(number=0, who=WHO, state=state, reason="simulated")
        case _:
            return _order(world)


def _change(world: SimWorld, session: Session) -> Asked:
    """Other terms for an order, for the protection of a position, or for everybody."""
    chance, state = world.people, session.core.state
    world.log.hit("H3 terms changed by hand")
    names, held = list(state.open), list(state.net_positions())
    key = f"key-{chance.getrandbits(32)}"
    if names and chance.random() < 0.6:
        order = state.orders[chance.choice(names)].order
        changed = order.request
        if chance.random() < 0.7 and not changed.closes_position:
            changed = replace(changed, quantity=order.filled + chance.randint(1, 20))
        for name in ("limit_price", "stop_price"):
            price = getattr(changed, name)
            if price is not None:
                changed = replace(changed, **{name: price + Decimal(chance.randint(-30, 30)) / 100})
        return ChangeOrder(number=0, who=WHO, key=key, client_order_id=order.client_order_id, request=changed)
    if held and chance.random() < 0.7:
        name = chance.choice(held)
        away = Decimal(chance.randint(50, 400)) / 100
        loss = world.market.price(name) - (away if state.held(name) > 0 else -away)
        return ProtectPosition(number=0, who=WHO, key=key, instrument=name, stop_loss=loss)
    policy = world.around.policy
    everywhere = replace(policy.everywhere, version=policy.version + 1, working_per_side=chance.randint(5, 20))
    world.around.policy = replace(policy, everywhere=everywhere)
    return AdoptLimits(number=0, who=WHO, key=key, policy=world.around.policy)


def _order(world: SimWorld) -> SendOrder:
    chance = world.people
    listing = chance.choice(world.listings)
    price = world.market.price(listing.instrument)
    is_limit = chance.random() < 0.5
    request = OrderRequest(
        instrument=listing.instrument,
        side=chance.choice([Side.BUY, Side.SELL]),
        quantity=Decimal(chance.randint(1, 20)),
        kind=OrderKind.LIMIT if is_limit else OrderKind.MARKET,
        limit_price=price + Decimal(chance.randint(-50, 50)) * listing.tick if is_limit else None,
        time_in_force=TimeInForce.GTC,
        origin=Origin.OPERATOR,
    )
    return SendOrder(number=0, who=WHO, key=f"key-{chance.getrandbits(32)}", request=request)


async def restore(world: SimWorld, trader: Trader) -> None:
    """Release the switch, see every alert, open what was shut."""
    session = trader.session
    if session is None or session.core.state.started is None:
        return
    note = world.around.fence.note
    if note is not None and world.is_first_phase and world.venue.now_ns() - note.when_ns < _LOOKED_AT_NS:
        return
    if note is not None:
        world.around.fence.note = None
        world.log.add("switch_released")
    session.release()
    for alert in list(session.core.state.alerts.values()):
        await ask(world, trader, SeeAlert(number=0, who=WHO, code=alert.code, subject=alert.subject))
    frozen = session.core.state.frozen
    looked_at = [name for name in frozen if any(one in frozen[name] for one in world.venue.contradicted)]
    for scope in [*session.core.state.shut, *looked_at]:
        command = SetTradingState(number=0, who=WHO, state=TradingState.ACTIVE, scope=scope, reason="all is well")
        await ask(world, trader, command)
