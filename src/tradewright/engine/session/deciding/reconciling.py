"""Reconciling lays our books beside the venue's: at the start, after every reconnect, and ever again.

This file decides what a difference means. What the venue did without us is taken up and booked; what cannot be
explained, seen twice, freezes the instrument. Nothing is ever traded to make books agree; a part answer says nothing.
"""

from decimal import Decimal

from tradewright.domain.identifiers import ClientOrderId
from tradewright.domain.orders.life import OrderLife
from tradewright.engine.session import facts
from tradewright.engine.session.deciding.adopting import found as known_order
from tradewright.engine.session.deciding.desk import Desk, Outcomes
from tradewright.engine.session.deciding.doubting import recheck
from tradewright.engine.session.deciding.executions import busted, executed
from tradewright.engine.session.deciding.late import is_of_dropped_order, name_of
from tradewright.engine.session.deciding.proposing import carry_out
from tradewright.engine.session.deciding.pruning import agreed
from tradewright.engine.session.deciding.reports import cash_moved, reported, split_done
from tradewright.engine.session.deciding.supervising import supervise, unseen
from tradewright.engine.session.deciding.watching import watch
from tradewright.engine.session.effects import SetTimer, Severity, Tell
from tradewright.engine.session.facts import OPENING, Difference
from tradewright.engine.session.memory import Round
from tradewright.engine.session.state import EXTERNAL
from tradewright.ports.broker import (
    AccountAnswer,
    AskAccount,
    AskFills,
    AskOpenOrders,
    AskOrder,
    CancelEverything,
    CancelOrder,
    CashMoved,
    FillsAnswer,
    NoAnswer,
    OpenOrdersAnswer,
    ReportedLife,
)
from tradewright.trading.risk.states import TradingState

_ZERO = Decimal(0)
TIMER = "reconcile"
_WORKS_ON = " ended for us and works at the venue"


def connected(desk: Desk) -> Outcomes:
    """Reports flow again; what happened before has to be asked for."""
    memory = desk.memory
    memory.is_connected, memory.is_green = True, False
    memory.round = None
    shut = desk.state.shut.get("")
    if shut is not None and shut.state == TradingState.KILLED:
        yield Tell(CancelEverything(keeps_protection=True))
    yield from begin(desk)
    yield from recheck(desk)


def disconnected(desk: Desk, reason: str) -> Outcomes:
    """Nothing new is risked until the books were compared again."""
    was = desk.memory.is_connected
    desk.memory.is_connected = desk.memory.is_green = False
    desk.memory.round = None
    if was:
        yield from desk.alert(Severity.WARNING, "BROKER_LOST", subject="", story=reason)


def begin(desk: Desk) -> Outcomes:
    """Ask the three questions."""
    memory = desk.memory
    if not memory.is_connected:
        return
    first = memory.question()
    memory.round = Round(first, desk.mono_ns)
    yield Tell(AskOpenOrders(first))
    yield Tell(AskFills(memory.question(), _since(desk)))
    yield Tell(AskAccount(memory.question()))
    yield SetTimer(TIMER, desk.rules.reconcile_every_ns)


def answered(desk: Desk, given: OpenOrdersAnswer | FillsAnswer | AccountAnswer) -> Outcomes:
    """One answer; what it tells is taken up at once, the comparison waits for all three."""
    if isinstance(given, FillsAnswer):
        for fill in given.fills:  # true also when there are more
            yield from executed(desk, fill)
        for bust in given.busted:
            yield from busted(desk, bust)
    elif isinstance(given, OpenOrdersAnswer):
        for report in given.reports:
            yield from reported(desk, report)
    else:
        yield from _movements(desk, given)
    current = desk.memory.round
    if current is None or not current.first <= given.number <= current.first + 2:
        return
    match given:
        case OpenOrdersAnswer():
            current.orders = given
        case FillsAnswer():
            current.fills = given
        case AccountAnswer():
            current.account = given
    if current.is_complete:
        desk.memory.round = None
        yield from _compare(desk, current)


def unanswered(desk: Desk, given: NoAnswer) -> Outcomes:
    """No information: ask again in a moment."""
    current = desk.memory.round
    if current is not None and current.first <= given.number <= current.first + 2:
        desk.memory.round = None
        yield SetTimer(TIMER, desk.rules.query_every_ns)


def rang(desk: Desk) -> Outcomes:
    """It is time to look again."""
    yield from unseen(desk)
    yield from watch(desk)
    yield SetTimer(TIMER, desk.rules.reconcile_every_ns)
    shut = desk.state.shut.get("")
    if desk.memory.is_connected and shut is not None and shut.state == TradingState.KILLED:
        yield Tell(CancelEverything(keeps_protection=True))  # the one before may not have arrived
    yield from begin(desk)


def _movements(desk: Desk, given: AccountAnswer) -> Outcomes:
    for movement in given.movements:
        if isinstance(movement, CashMoved):
            yield from cash_moved(desk, movement)
        else:
            yield from split_done(desk, movement)


def _compare(desk: Desk, whole: Round) -> Outcomes:
    """Orders, then positions and cash; green when nothing differs that cannot be explained."""
    account, orders = whole.account, whole.orders
    assert account is not None and orders is not None, "only a complete round is compared"
    if not account.is_quiet:
        yield SetTimer(TIMER, desk.rules.query_every_ns)
        return
    yield from _vanished(desk, orders)
    yield from _risen(desk, whole)
    found = _differences(desk, account)
    is_opening = desk.state.reconciled_ns == 0 and _is_seen_again(desk, found)
    if is_opening and found and _has_every_execution(desk, whole.fills):
        yield from _opening(desk, account)
        found = _differences(desk, account)
    seen = {one.name: f"{one.ours} {one.theirs}" for one in found}
    if seen != desk.memory.suspects:
        desk.memory.suspected_ns = desk.mono_ns
    confirmed = tuple(one for one in found if desk.memory.suspects.get(one.name) == seen[one.name])
    desk.memory.suspects = seen
    if len(confirmed) < len(found) or (found and _opening_waits(desk)):  # a fill may be on its way
        yield SetTimer(TIMER, desk.rules.again_after_ns)
        if not desk.memory.is_green:
            return
    yield from _verdict(desk, confirmed, is_settled=len(confirmed) == len(found))


def _is_seen_again(desk: Desk, found: tuple[Difference, ...]) -> bool:
    """Whether the very same was found before, and for as long as an execution may be on its way."""
    wait = 0 if desk.traits.is_current else desk.rules.opening_after_ns
    is_same = desk.memory.suspects == {one.name: f"{one.ours} {one.theirs}" for one in found}
    return is_same and desk.mono_ns - desk.memory.suspected_ns >= wait


def _opening_waits(desk: Desk) -> bool:
    """Whether what the account held before the session may still be found out; for twice as long as it has to stay."""
    wait = 0 if desk.traits.is_current else 2 * desk.rules.opening_after_ns
    return desk.state.reconciled_ns == 0 and desk.mono_ns - desk.memory.suspected_ns < wait


def _has_every_execution(desk: Desk, fills: FillsAnswer | None) -> bool:
    """Whether the venue tells every execution that is booked: one that it does not tell may have been taken back."""
    told = {fill.execution_id for fill in fills.fills} if fills is not None else set()
    return all(name in told for name in desk.state.executions if name not in desk.state.busted)


def _verdict(desk: Desk, differences: tuple[Difference, ...], *, is_settled: bool) -> Outcomes:
    """Freeze what differs, thaw what agrees again, and open."""
    drift = [one for one in differences if one.what == "cash" and one.name == desk.state.currency]
    desk.memory.venue_cash = Decimal(drift[0].theirs) if drift else None
    if drift:
        yield from supervise(desk)
    wrong = {one.name for one in differences if one.what == "position"}
    for one in differences:
        told = f"{one.what} {one.name}: ours {one.ours}, the venue's {one.theirs}"
        if one.what == "position":
            yield from desk.freeze(one.name, told)
        yield from desk.alert(Severity.CRITICAL, "DRIFT", subject=one.name, story=told)
    if is_settled:
        for name, reason in list(desk.state.frozen.items()):
            if name not in wrong and reason.startswith("position "):
                yield facts.InstrumentThawed(desk.now_ns, name)
    if differences or not desk.memory.is_green or desk.state.reconciled_ns == 0:
        yield facts.Reconciled(desk.now_ns, differences)
    if not desk.memory.is_green:
        desk.memory.is_green = True
        held, desk.memory.held = desk.memory.held, None
        if held is not None and held.slice == desk.state.slice and desk.state.life.trades:
            yield from carry_out(desk, held)
    if is_settled and not differences:
        yield from agreed(desk)


def _opening(desk: Desk, account: AccountAnswer) -> Outcomes:
    """The first look: cash and positions that were there before the session are its opening."""
    state = desk.state
    for currency, amount in sorted(account.cash.items()):
        difference = amount - state.cash.get(currency, _ZERO)
        if difference:
            yield facts.CashBooked(desk.now_ns, f"{OPENING} {currency}", OPENING, "", currency, difference)
    for name, quantity in sorted(account.positions.items()):
        difference = quantity - state.held(name)
        if difference:
            price = state.marks.get(name, _ZERO)
            yield facts.PositionAdopted(desk.now_ns, name, EXTERNAL, difference, price)


def _vanished(desk: Desk, orders: OpenOrdersAnswer) -> Outcomes:
    """Orders that work for us and are not among the venue's: ask for each what became of it."""
    there: set[str] = {report.client_order_id for report in orders.reports if report.client_order_id is not None}
    there |= {report.venue_order_id for report in orders.reports}
    for tracked in list(desk.state.working()):
        order = tracked.order
        is_there = tracked.id in there or (order.venue_order_id or tracked.id) in there
        if order.life in {OrderLife.WORKING, OrderLife.PARTIALLY_FILLED} and not is_there:
            yield Tell(AskOrder(desk.memory.question(), tracked.id))


def _risen(desk: Desk, whole: Round) -> Outcomes:
    """Orders that ended for us and still work at the venue, seen in looks that are apart: an end that was told or
    inferred wrongly. Their exposure is counted nowhere, so they are canceled, and nothing new is risked meanwhile."""
    there = {}
    for report in whole.orders.reports if whole.orders is not None else ():
        tracked = known_order(desk, report) if report.life is ReportedLife.WORKING else None
        if tracked is None and report.life is ReportedLife.WORKING and is_of_dropped_order(desk, report):
            there[name_of(desk, report)] = report
        if tracked is not None and not tracked.is_open and tracked.order.life is not OrderLife.LOST:
            there[tracked.id] = report
    for name in [one for one in desk.memory.risen if one not in there]:
        del desk.memory.risen[name]
    told = {_works_on(name) for name in there}
    for instrument, reason in list(desk.state.frozen.items()):
        if reason.endswith(_WORKS_ON) and reason not in told:
            yield facts.InstrumentThawed(desk.now_ns, instrument)
    for name, report in there.items():
        since = desk.memory.risen.setdefault(name, whole.began_ns)
        if whole.began_ns - since >= max(desk.rules.absence_spread_ns, desk.lag_ns):
            instrument = report.request.instrument
            yield from desk.incident_once("ENDED_WORKS", instrument, story=_works_on(name))
            yield from desk.freeze(instrument, _works_on(name))
            yield Tell(CancelOrder(ClientOrderId(name), instrument, report.venue_order_id))


def _works_on(name: str) -> str:
    return f"order {name}{_WORKS_ON}"


def _differences(desk: Desk, account: AccountAnswer) -> tuple[Difference, ...]:
    state = desk.state
    ours = state.net_positions()
    found = [
        Difference("position", name, str(ours.get(name, _ZERO)), str(account.positions.get(name, _ZERO)))
        for name in sorted({*ours, *account.positions})
        if ours.get(name, _ZERO) != account.positions.get(name, _ZERO)
    ]
    found += [
        Difference("cash", currency, str(state.cash.get(currency, _ZERO)), str(account.cash.get(currency, _ZERO)))
        for currency in sorted({*state.cash, *account.cash})
        if state.cash.get(currency, _ZERO) != account.cash.get(currency, _ZERO)
    ]
    return tuple(found)


def _since(desk: Desk) -> int:
    """From when executions are asked for: well before the last known one, never before the session began trading."""
    began = desk.state.terms.time_ns - desk.rules.skew_ns
    newest = min(desk.newest_execution_ns(began), desk.now_ns)  # one stamped wrongly must not hide those to come
    return max(began, newest - desk.rules.overlap_ns)
