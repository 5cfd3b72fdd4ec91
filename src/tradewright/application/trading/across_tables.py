"""Fills and risk events of all sessions, from the tables that follow their journals half a second behind."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final, TypeVar

from tradewright.application.trading.accounts import require_account
from tradewright.application.trading.across import meant
from tradewright.application.trading.across_messages import AllFills, FillView, RiskEvents, RiskEventView
from tradewright.application.trading.keyset import after, cursor_of, place_of
from tradewright.application.trading.traders import Traders
from tradewright.ports.clock import Clock
from tradewright.ports.paging import Page
from tradewright.ports.sessions import Accounts, KeptSession
from tradewright.ports.tables import Cell, TradingTables

Item = TypeVar("Item")
_SEQUENCE_LETTERS: Final = 12
"""Numbers of facts as texts of one length, so that they sort as numbers do."""
_DIGITS: Final = "CAST(sequence AS TEXT)"
_EVENT: Final = f"substr('{'0' * _SEQUENCE_LETTERS}' || {_DIGITS}, 1 + length({_DIGITS})) || session"


def all_fills(
    query: AllFills, *, traders: Traders, accounts: Accounts, tables: TradingTables, clock: Clock
) -> Page[FillView]:
    """Newest first."""
    chosen = _chosen(query.session, query.account, traders=traders, accounts=accounts, clock=clock)
    where, values = _of(chosen)
    if query.order:
        where, values = [*where, "client_order_id = ?"], [*values, query.order.strip().lower()]
    if query.symbol:
        wanted = query.symbol.strip().upper()
        where.append("(instrument = ? OR substr(instrument, 1, ?) = ?)")
        values += [wanted, len(wanted) + 1, f"{wanted}."]
    name = "execution_id || session"
    more, at = after(place_of(query.cursor), "time_ns", name=name)
    rows = tables.ask(
        f"SELECT *, {name} AS name FROM fills WHERE {' AND '.join([*where, *more])} "
        "ORDER BY time_ns DESC, name DESC LIMIT ?",
        *values, *at, query.limit + 1,
    )  # fmt: skip
    return _page([_fill(row, chosen) for row in rows], rows, limit=query.limit)


def risk_events(
    query: RiskEvents, *, traders: Traders, accounts: Accounts, tables: TradingTables, clock: Clock
) -> Page[RiskEventView]:
    """Newest first."""
    chosen = _chosen(query.session, query.account, traders=traders, accounts=accounts, clock=clock)
    where, values = _of(chosen)
    if query.what:
        where, values = [*where, "substr(what, 1, ?) = ?"], [*values, len(query.what), query.what]
    more, at = after(place_of(query.cursor), "time_ns", name=_EVENT)
    rows = tables.ask(
        f"SELECT *, {_EVENT} AS name FROM risk_events WHERE {' AND '.join([*where, *more])} "
        "ORDER BY time_ns DESC, name DESC LIMIT ?",
        *values, *at, query.limit + 1,
    )  # fmt: skip
    return _page([_event(row, chosen) for row in rows], rows, limit=query.limit)


def _chosen(
    session: str, account: str, *, traders: Traders, accounts: Accounts, clock: Clock
) -> dict[str, KeptSession]:
    if account:
        require_account(account, accounts)
    found = meant(traders, session=session, account=account, now_ns=clock.now_ns())
    return {one.terms.session: one for one in found}


def _of(chosen: Mapping[str, KeptSession]) -> tuple[list[str], list[Cell]]:
    return [f"session IN ({', '.join('?' for _ in chosen)})" if chosen else "1 = 0"], list(chosen)


def _page(items: Sequence[Item], rows: Sequence[Mapping[str, Cell]], *, limit: int) -> Page[Item]:
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(items[:limit], "" if last is None else cursor_of(int(last["time_ns"] or 0), str(last["name"])))


def _fill(row: Mapping[str, Cell], chosen: Mapping[str, KeptSession]) -> FillView:
    session = str(row["session"])
    return FillView(
        session=session,
        account=chosen[session].terms.account,
        execution=str(row["execution_id"]),
        time_ns=int(row["time_ns"] or 0),
        order=str(row["client_order_id"] or ""),
        instrument=str(row["instrument"] or ""),
        side=str(row["side"] or ""),
        quantity=Decimal(str(row["quantity"] or 0)),
        price=Decimal(str(row["price"] or 0)),
        fee=Decimal(str(row["fee"] or 0)),
        fee_currency=str(row["fee_currency"] or ""),
        strategy=str(row["strategy"] or ""),
        is_busted=bool(row["is_busted"]),
    )


def _event(row: Mapping[str, Cell], chosen: Mapping[str, KeptSession]) -> RiskEventView:
    session = str(row["session"])
    return RiskEventView(
        session=session,
        account=chosen[session].terms.account,
        sequence=int(row["sequence"] or 0),
        time_ns=int(row["time_ns"] or 0),
        what=str(row["what"] or ""),
        subject=str(row["subject"] or ""),
        who=str(row["who"] or ""),
        reason=str(row["reason"] or ""),
    )
