"""Answers about all sessions at once: which are meant, what each says, one list of all.

This file decides which sessions are meant where none is named (those that run, and those that ended today), and that a
trader that does not answer is no reason to show nothing: its journal says the same up to the last commit.
"""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Final

from tradewright.application.envelope import Envelope
from tradewright.application.trading import handlers
from tradewright.application.trading.accounts import require_account
from tradewright.application.trading.across_messages import (
    AccountRisk,
    AccountView,
    AllAccounts,
    AllOrders,
    AllPortfolios,
    AllPositions,
    AllRisk,
    OneOrder,
    OneTrace,
    SessionOrder,
    SessionPosition,
)
from tradewright.application.trading.archive import ORDER_ROWS, order_of_row
from tradewright.application.trading.journal import order_trace
from tradewright.application.trading.keyset import Place, after, cursor_of, place_of
from tradewright.application.trading.messages import Orders, OrderTrace, Portfolio, Positions, SessionShown
from tradewright.application.trading.trader import Trader
from tradewright.application.trading.traders import Traders
from tradewright.application.trading.views import (
    OrderTraceView,
    OrderView,
    PortfolioView,
    PositionView,
    SessionView,
)
from tradewright.domain.calendars import DAY
from tradewright.domain.errors import ControlError, InputError, NotFound, UnknownInstrument
from tradewright.domain.identifiers import resolve
from tradewright.domain.orders.life import OrderLife
from tradewright.ports.clock import Clock
from tradewright.ports.paging import Page
from tradewright.ports.sessions import Accounts, KeptSession, SessionLife
from tradewright.ports.tables import Cell, TradingTables

MOST: Final = 1_000
_OPEN: Final = tuple(one.value for one in OrderLife if not one.is_final)


def meant(traders: Traders, *, session: str, account: str, now_ns: int, is_running: bool = False) -> list[KeptSession]:
    """The sessions that a message is about, newest first."""
    if session:
        found = traders.sessions.find(session)
        if account and found.terms.account != account:
            raise NotFound(f"session {found.terms.session} is not on account {account}", found=found.terms.account)
        return [found]
    every = [one for one in traders.sessions.all() if not account or one.terms.account == account]
    return [one for one in every if one.life is SessionLife.RUNNING or (not is_running and _is_of_today(one, now_ns))]


def all_orders(
    query: AllOrders,
    *,
    traders: Traders,
    accounts: Accounts,
    tables: TradingTables,
    clock: Clock,
    envelope: Envelope,
) -> Page[SessionOrder]:
    """What the traders have in their books, and what the tables have of older ones."""
    if query.life and query.life not in {one.value for one in OrderLife}:
        expected = ", ".join(one.value for one in OrderLife)
        raise InputError("there is no such state of an order", expected=f"one of {expected}", found=query.life)
    chosen = _chosen(query.session, query.account, traders=traders, accounts=accounts, clock=clock)
    place = place_of(query.cursor)
    found: dict[tuple[str, str], SessionOrder] = {}
    are_open = query.is_open or query.life in _OPEN  # then the books have them all, and the tables may be late
    for kept in chosen:
        for one in () if are_open else _rows_of(kept, query, place, tables=tables):
            found[one.session, one.order] = one
        if place is None or are_open:
            for order in _held(kept, query, traders=traders, envelope=envelope):
                if place is None or (order.born_ns, order.order) < (place.time_ns, place.name):
                    found[kept.terms.session, order.order] = _with_session(order, kept)
    newest = sorted(found.values(), key=lambda one: (one.born_ns, one.order), reverse=True)[: query.limit]
    has_more = len(found) > query.limit
    return Page(newest, cursor_of(newest[-1].born_ns, newest[-1].order) if has_more else "")


def one_order(
    query: OneOrder, *, traders: Traders, tables: TradingTables, clock: Clock, envelope: Envelope
) -> SessionOrder:
    """By its id or its beginning."""
    kept = session_of(query.order, query.session, traders=traders, tables=tables, clock=clock, envelope=envelope)
    wanted = AllOrders(limit=MOST)
    held = _held(kept, wanted, traders=traders, envelope=envelope)
    rows = [one for one in held if one.order.startswith(query.order.strip().lower())]
    exact = [one for one in rows if one.order == query.order.strip().lower()] or rows
    if len(exact) == 1:
        return _with_session(exact[0], kept)
    trace = order_trace(OrderTrace(query.order, kept.terms.session), traders=traders)
    return _with_session(trace.order, kept)


def one_trace(
    query: OneTrace, *, traders: Traders, tables: TradingTables, clock: Clock, envelope: Envelope
) -> OrderTraceView:
    """From the journal of its session."""
    kept = session_of(query.order, query.session, traders=traders, tables=tables, clock=clock, envelope=envelope)
    return order_trace(OrderTrace(query.order, kept.terms.session), traders=traders)


def all_positions(
    query: AllPositions, *, traders: Traders, accounts: Accounts, clock: Clock, envelope: Envelope
) -> tuple[SessionPosition, ...]:
    """Session by session."""
    found = []
    for kept in _chosen(query.session, query.account, traders=traders, accounts=accounts, clock=clock):
        asked = Positions(kept.terms.session, query.with_flat)
        answer = _answer(asked, kept, traders=traders, envelope=envelope)
        assert isinstance(answer, tuple)
        positions: tuple[PositionView, ...] = answer
        wanted = query.symbol and _resolved(query.symbol, [one.instrument for one in positions])
        found += [_position(one, kept) for one in positions if not query.symbol or one.instrument == wanted]
    if query.symbol and not found:
        raise NotFound(f"nothing of {query.symbol} is held", remedy="with_flat=true shows what is closed, too")
    return tuple(found)


def all_portfolios(
    query: AllPortfolios, *, traders: Traders, accounts: Accounts, clock: Clock, envelope: Envelope
) -> tuple[PortfolioView, ...]:
    """One a session; a session that never began has no books and is left out."""
    chosen = _chosen(query.session, query.account, traders=traders, accounts=accounts, clock=clock)
    found = (_portfolio(kept, traders=traders, envelope=envelope) for kept in chosen)
    return tuple(one for one in found if one is not None)


def all_accounts(
    query: AllAccounts, *, traders: Traders, accounts: Accounts, envelope: Envelope
) -> tuple[AccountView, ...]:
    """By name; with the numbers of the session that trades it, or traded it last."""
    if query.account:
        require_account(query.account, accounts)
    every = traders.sessions.all()
    found = []
    for name in sorted(accounts.names()):
        if query.account in {"", name}:
            own = [one for one in every if one.terms.account == name]
            kept = next((one for one in own if one.life is SessionLife.RUNNING), own[0] if own else None)
            view = None if kept is None else _portfolio(kept, traders=traders, envelope=envelope)
            found.append(_account(name, kept, view, accounts=accounts))
    return tuple(found)


def all_risk(
    query: AllRisk, *, traders: Traders, accounts: Accounts, clock: Clock, envelope: Envelope
) -> tuple[AccountRisk, ...]:
    """One a session."""
    found = []
    for kept in _chosen(query.session, query.account, traders=traders, accounts=accounts, clock=clock):
        if _portfolio(kept, traders=traders, envelope=envelope) is not None:
            view = _answer(SessionShown(kept.terms.session), kept, traders=traders, envelope=envelope)
            assert isinstance(view, SessionView)
            found.append(_risk(view, kept))
    return tuple(found)


def session_of(
    order: str, session: str, *, traders: Traders, tables: TradingTables, clock: Clock, envelope: Envelope
) -> KeptSession:
    """Whose order it is: of the session named, of one that the tables know it of, or of one that runs."""
    if session:
        return traders.sessions.find(session)
    wanted = order.strip().lower()
    seen = {one.terms.session: one for one in traders.sessions.all()}
    rows = tables.ask(
        "SELECT DISTINCT session FROM orders WHERE client_order_id = ? OR substr(client_order_id, 1, ?) = ?",
        wanted, len(wanted), wanted,
    )  # fmt: skip
    found = [seen[name] for row in rows if (name := str(row["session"])) in seen]
    if not found and wanted:  # the tables follow the journals by half a second
        running = meant(traders, session="", account="", now_ns=clock.now_ns(), is_running=True)
        found = [
            kept
            for kept in running
            for one in _held(kept, AllOrders(limit=MOST), traders=traders, envelope=envelope)
            if one.order.startswith(wanted)
        ]
    names = {one.terms.session for one in found}
    if len(names) != 1:
        raise NotFound(
            f"order {order} is not {'the only one' if names else 'known'}",
            expected="a client order id, or the beginning of one",
            found=", ".join(sorted(names)[:5]),
            remedy="say the session, too" if names else "list them: GET /api/orders",
        )
    return found[0]


def _chosen(session: str, account: str, *, traders: Traders, accounts: Accounts, clock: Clock) -> list[KeptSession]:
    if account:
        require_account(account, accounts)
    return meant(traders, session=session, account=account, now_ns=clock.now_ns())


def _is_of_today(kept: KeptSession, now_ns: int) -> bool:
    last_ns = kept.terms.created_ns if kept.end is None else kept.end.time_ns
    return last_ns // DAY == now_ns // DAY


def _answer(message: object, kept: KeptSession, *, traders: Traders, envelope: Envelope) -> object:
    """Of the trader, or where there is none or it is silent, of its journal."""
    if kept.life is SessionLife.RUNNING:
        try:
            return traders.urge(kept, replace(envelope, message=message, idempotency_key=None))
        except ControlError:
            pass
    trader: Trader = traders.bygone(kept)
    match message:
        case Orders():
            return handlers.orders(message, trader=trader)
        case Positions():
            return handlers.positions(message, trader=trader)
        case SessionShown():
            return handlers.session_shown(message, trader=trader)
        case _:
            assert isinstance(message, Portfolio)
            return handlers.portfolio(message, trader=trader)


def _held(kept: KeptSession, query: AllOrders, *, traders: Traders, envelope: Envelope) -> Sequence[OrderView]:
    """The newest in the books of one session; none of an instrument that it does not trade."""
    asked = Orders(
        session=kept.terms.session,
        is_open=query.is_open,
        symbol=query.symbol,
        life=query.life,
        limit=MOST if query.cursor else min(query.limit, MOST) + 1,
    )
    try:
        answer = _answer(asked, kept, traders=traders, envelope=envelope)
    except UnknownInstrument:
        return ()
    assert isinstance(answer, tuple)
    return answer


def _rows_of(kept: KeptSession, query: AllOrders, place: Place | None, *, tables: TradingTables) -> list[SessionOrder]:
    """The newest of one session in the tables, after the place where the page before ended."""
    where, values = ["session = ?"], list[Cell]([kept.terms.session])
    if query.life:
        where, values = [*where, "life = ?"], [*values, query.life]
    if query.symbol:
        wanted = query.symbol.strip().upper()
        where.append("(instrument = ? OR substr(instrument, 1, ?) = ?)")
        values += [wanted, len(wanted) + 1, f"{wanted}."]
    more, at = after(place, "time_ns", name="client_order_id")
    rows = tables.ask(
        f"{ORDER_ROWS} WHERE {' AND '.join([*where, *more])} "
        "ORDER BY time_ns DESC, client_order_id DESC LIMIT ?",
        *values, *at, min(query.limit, MOST) + 1,
    )  # fmt: skip
    return [_with_session(order_of_row(row), kept) for row in rows]


def _with_session(order: OrderView, kept: KeptSession) -> SessionOrder:
    told = {one.name: getattr(order, one.name) for one in fields(OrderView)}
    return SessionOrder(**told, session=kept.terms.session, account=kept.terms.account)


def _position(position: PositionView, kept: KeptSession) -> SessionPosition:
    told = {one.name: getattr(position, one.name) for one in fields(PositionView)}
    return SessionPosition(**told, session=kept.terms.session, account=kept.terms.account)


def _resolved(symbol: str, known: Sequence[str]) -> str:
    try:
        return resolve(symbol, known)
    except UnknownInstrument:
        return ""


def _portfolio(kept: KeptSession, *, traders: Traders, envelope: Envelope) -> PortfolioView | None:
    try:
        view = _answer(Portfolio(kept.terms.session), kept, traders=traders, envelope=envelope)
    except InputError:  # it has no books yet
        return None
    assert isinstance(view, PortfolioView)
    return view


def _account(name: str, kept: KeptSession | None, view: PortfolioView | None, *, accounts: Accounts) -> AccountView:
    opening, note = accounts.opening(name), accounts.killed(name)
    return AccountView(
        account=name,
        mode="" if kept is None else kept.terms.mode,
        is_killed=note is not None,
        killed_by="" if note is None else note.who,
        kill_reason="" if note is None else note.reason,
        currency="" if opening is None else opening.currency,
        opening_cash=None if opening is None else opening.cash,
        costs="" if opening is None else opening.costs,
        session="" if kept is None else kept.terms.session,
        life="" if kept is None else kept.life.value,
        time_ns=None if view is None else view.time_ns,
        equity=None if view is None else view.equity,
        day_result=None if view is None else view.day_result,
        drawdown=None if view is None else view.drawdown,
        gross_exposure=None if view is None else view.gross_exposure,
    )


def _risk(view: SessionView, kept: KeptSession) -> AccountRisk:
    money = view.portfolio
    return AccountRisk(
        session=kept.terms.session,
        account=kept.terms.account,
        strategy=kept.terms.strategy,
        life=kept.life.value,
        currency=money.currency,
        equity=money.equity,
        day_result=money.day_result,
        drawdown=money.drawdown,
        gross_exposure=money.gross_exposure,
        net_exposure=money.net_exposure,
        shut=view.shut,
        uses=money.risk,
    )
