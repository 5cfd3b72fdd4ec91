"""The archive of a session: orders that ended long ago and have left its books, as they were when they left.

This file decides where they are found again. Whoever replays a journal meets them on the way; of a session that runs
they are asked of the SQL tables, and of its journal where the tables have not come so far.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from heapq import merge
from typing import Final

from tradewright.application.trading.messages import Orders
from tradewright.application.trading.views import OrderView, SessionView
from tradewright.domain.identifiers import resolve
from tradewright.domain.orders.life import OrderLife
from tradewright.engine.session.apply import apply
from tradewright.engine.session.facts import Pruned
from tradewright.engine.session.pruning import prunable
from tradewright.engine.session.state import SessionState
from tradewright.engine.session.tracked import TrackedOrder
from tradewright.ports.tables import Cell, TradingTables

PAGE: Final = 5_000
"""Rows that are asked for at once."""
_FINAL: Final = tuple(one.value for one in OrderLife if one.is_final)
_REACHED: Final = (
    "SELECT time_ns FROM journal WHERE session = ? AND kind <> 'SessionOpened' ORDER BY sequence DESC LIMIT 1"
)
ORDER_ROWS: Final = """
SELECT *, (SELECT json_extract(fields, '$.parent') FROM journal WHERE journal.session = orders.session
AND journal.client_order_id = orders.client_order_id ORDER BY sequence LIMIT 1) AS parent FROM orders
"""
"""What `order_of_row` reads."""
_LEFT: Final = f"""
{ORDER_ROWS} WHERE session = ? AND changed_ns < ? AND life IN ({", ".join(f"'{life}'" for life in _FINAL)})
AND (? = '' OR life = ?) AND (? = '' OR instrument = ?)
ORDER BY time_ns DESC, client_order_id LIMIT ? OFFSET ?
"""


@dataclass(slots=True)
class Archive:
    """Books that are made of facts, beside all orders that left them."""

    state: SessionState = field(default_factory=SessionState)
    left: dict[str, TrackedOrder] = field(default_factory=dict)
    """By client order id."""

    def orders(self) -> list[TrackedOrder]:
        """Every order that there was, oldest first."""
        held = list(self.state.orders.values())
        return held if not self.left else sorted((*self.left.values(), *held), key=lambda one: one.born_ns)

    def take(self, fact: object) -> None:
        """Book one fact."""
        if isinstance(fact, Pruned):
            self.left.update(prunable(self.state, fact.before_ns))
        apply(self.state, fact)


def newest_first(held: Iterable[OrderView], left: Iterable[OrderView], *, limit: int) -> tuple[OrderView, ...]:
    """Orders of the books (newest first) and such as have left them, each once."""
    found: dict[str, OrderView] = {}
    oldest_last = sorted(left, key=lambda one: -one.born_ns)
    for one in merge(held, oldest_last, key=lambda one: -one.born_ns):
        if len(found) < max(limit, 0):
            found.setdefault(one.order, one)
    return tuple(found.values())


def has_reached(tables: TradingTables, view: SessionView) -> bool:
    """Whether the tables have every fact about the orders that have left the books of a session."""
    newest = tables.ask(_REACHED, view.line.session)
    return bool(newest) and int(newest[0]["time_ns"] or 0) >= view.dropped_before_ns


def left_orders(tables: TradingTables, view: SessionView, *, query: Orders) -> Iterator[OrderView]:
    """Orders that ended before others left the books of a session, newest first: those that left, a few that stay."""
    session = view.line.session
    wanted = resolve(query.symbol, _instruments(tables, view)) if query.symbol else ""
    for start in range(0, max(query.limit, 0), PAGE):
        size = min(PAGE, query.limit - start)
        rows = tables.ask(
            _LEFT, session, view.dropped_before_ns, query.life, query.life, wanted, wanted, size, start
        )  # fmt: skip
        yield from (order_of_row(row) for row in rows)
        if len(rows) < size:
            return


def _instruments(tables: TradingTables, view: SessionView) -> set[str]:
    rows = tables.ask("SELECT DISTINCT instrument FROM orders WHERE session = ?", view.line.session)
    return {str(row["instrument"]) for row in rows} | set(view.line.instruments)


def order_of_row(row: Mapping[str, Cell]) -> OrderView:
    """A row of the table of orders, with its parent, as it is shown."""
    quantity, filled = Decimal(str(row["quantity"])), Decimal(str(row["filled"]))
    return OrderView(
        order=str(row["client_order_id"]),
        venue_order=str(row["venue_order_id"] or ""),
        strategy=str(row["strategy"]),
        role=str(row["role"]),
        instrument=str(row["instrument"]),
        side=str(row["side"]),
        kind=str(row["kind"]),
        time_in_force=str(row["time_in_force"]),
        quantity=quantity,
        filled=filled,
        remaining=max(quantity - filled, Decimal(0)),
        limit_price=_number(row["limit_price"]),
        stop_price=_number(row["stop_price"]),
        average_price=_number(row["average_price"]),
        life=str(row["life"]),
        pending="",
        wished=Decimal(str(row["wished"])),
        bound=str(row["bound"]),
        remark=str(row["remark"]),
        correlation_id=str(row["correlation_id"]),
        born_ns=int(row["time_ns"] or 0),
        parent=str(row["parent"] or ""),
    )


def _number(cell: Cell) -> Decimal | None:
    return None if cell is None else Decimal(str(cell))
