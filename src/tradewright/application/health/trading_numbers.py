"""The numbers about trading, by account: counts from the SQL tables, money from the newest session's last mark."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final, Protocol

from tradewright.application.health.views import Number
from tradewright.application.trading.traders import Traders
from tradewright.domain.orders.life import OrderLife
from tradewright.ports.sessions import Accounts
from tradewright.ports.tables import TradingTables

_OPEN: Final = ", ".join(f"'{one.value}'" for one in OrderLife if not one.is_final)
_ORDERS: Final = f"""
SELECT session, count(*) AS born,
       sum(CASE WHEN life IN ({_OPEN}) THEN 1 ELSE 0 END) AS open,
       sum(CASE WHEN life = '{OrderLife.REJECTED.value}' THEN 1 ELSE 0 END) AS rejected
FROM orders GROUP BY session
"""
_FILLS: Final = "SELECT session, count(*) AS fills FROM fills WHERE is_busted = 0 GROUP BY session"
_REFUSED: Final = "SELECT session, count(*) AS refused FROM risk_events WHERE what = 'refused' GROUP BY session"
_UNSEEN: Final = (
    "SELECT session, severity, count(*) AS alerts FROM alerts WHERE seen_ns IS NULL GROUP BY session, severity"
)
_FLAT: Final = "SELECT count(*) AS held FROM positions WHERE session = ? AND CAST(quantity AS NUMERIC) <> 0"
_MARKS: Final = (
    "SELECT equity, gross_exposure, currency FROM performance_snapshots WHERE session = ? ORDER BY slice {} LIMIT 1"
)


class Numbered(Protocol):
    """Makes a number of the table."""

    def __call__(self, name: str, value: float, **labels: str) -> Number:
        """By its name and labels."""
        ...


def trading_numbers(
    traders: Traders, accounts: Accounts, *, tables: TradingTables, number: Numbered
) -> Iterator[Number]:
    """Of every account that is seen."""
    every = traders.sessions.all()
    account_of = {one.terms.session: one.terms.account for one in every}
    newest: dict[str, str] = {}
    for one in every:
        newest.setdefault(one.terms.account, one.terms.session)
    for name, column, sql in (
        ("tradewright_orders_total", "born", _ORDERS),
        ("tradewright_orders_open", "open", _ORDERS),
        ("tradewright_rejects_total", "rejected", _ORDERS),
        ("tradewright_refusals_total", "refused", _REFUSED),
        ("tradewright_fills_total", "fills", _FILLS),
    ):
        sums = dict.fromkeys(newest, 0)
        for row in tables.ask(sql):
            account = account_of.get(str(row["session"]))
            if account is not None:
                sums[account] += int(row[column] or 0)
        for account, value in sums.items():
            yield number(name, value, account=account)
    yield from _alerts(account_of, tables, number=number)
    for account, session in newest.items():
        yield from _marked(account, session, tables=tables, number=number)
    for account in accounts.names():
        yield number("tradewright_account_killed", accounts.killed(account) is not None, account=account)


def _alerts(account_of: dict[str, str], tables: TradingTables, *, number: Numbered) -> Iterator[Number]:
    sums: dict[tuple[str, str], int] = {}
    for row in tables.ask(_UNSEEN):
        account = account_of.get(str(row["session"]))
        if account is not None:
            key = account, str(row["severity"])
            sums[key] = sums.get(key, 0) + int(row["alerts"] or 0)
    for (account, severity), value in sums.items():
        yield number("tradewright_alerts_unseen", value, account=account, severity=severity)


def _marked(account: str, session: str, *, tables: TradingTables, number: Numbered) -> Iterator[Number]:
    """What its last mark says, and how much that is since its first."""
    held = tables.ask(_FLAT, session)
    yield number("tradewright_positions_open", int(held[0]["held"] or 0), account=account)
    first, last = (tables.ask(_MARKS.format(way), session) for way in ("ASC", "DESC"))
    if not (first and last and last[0]["equity"] is not None):
        return
    row, currency = last[0], str(last[0]["currency"] or "")
    equity = Decimal(str(row["equity"]))
    yield number("tradewright_equity", float(equity), account=account, currency=currency)
    if first[0]["equity"] is not None:
        gained = equity - Decimal(str(first[0]["equity"]))
        yield number("tradewright_pnl", float(gained), account=account, currency=currency)
    gross = Decimal(str(row["gross_exposure"] or 0))
    yield number("tradewright_gross_exposure", float(gross), account=account, currency=currency)
