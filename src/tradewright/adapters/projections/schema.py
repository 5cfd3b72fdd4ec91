"""The tables of trading in SQLite. Money and quantities are decimal text, times nanoseconds UTC.

A table of another schema version is thrown away and made anew: nothing is in it that is not in a journal.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

VERSION: Final = 1
_TIME = "time_ns INTEGER NOT NULL"
TABLES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "sessions": (
            "session TEXT NOT NULL, mode TEXT, account TEXT, strategy TEXT, instruments TEXT, started_ns INTEGER,"
            " ended_ns INTEGER, end TEXT",
            "session",
        ),
        "orders": (
            f"session TEXT NOT NULL, client_order_id TEXT NOT NULL, {_TIME}, instrument TEXT, side TEXT, quantity TEXT,"
            " kind TEXT, limit_price TEXT, stop_price TEXT, time_in_force TEXT, strategy TEXT, role TEXT, life TEXT,"
            " filled TEXT, average_price TEXT, venue_order_id TEXT, correlation_id TEXT, wished TEXT, bound TEXT,"
            " remark TEXT, changed_ns INTEGER",
            "session, client_order_id",
        ),
        "fills": (
            f"session TEXT NOT NULL, execution_id TEXT NOT NULL, {_TIME}, client_order_id TEXT, instrument TEXT,"
            " side TEXT, quantity TEXT, price TEXT, fee TEXT, fee_currency TEXT, strategy TEXT, is_busted INTEGER",
            "session, execution_id",
        ),
        "positions": (
            "session TEXT NOT NULL, strategy TEXT NOT NULL, instrument TEXT NOT NULL, quantity TEXT, cost_basis TEXT,"
            " realized TEXT, fees TEXT, currency TEXT, changed_ns INTEGER",
            "session, strategy, instrument",
        ),
        "journal": (
            f"session TEXT NOT NULL, sequence INTEGER NOT NULL, epoch INTEGER, {_TIME}, kind TEXT NOT NULL,"
            " client_order_id TEXT, correlation_id TEXT, fields TEXT",
            "session, sequence",
        ),
        "risk_events": (
            f"session TEXT NOT NULL, sequence INTEGER NOT NULL, {_TIME}, what TEXT, subject TEXT, who TEXT,"
            " reason TEXT",
            "session, sequence",
        ),
        "alerts": (
            f"session TEXT NOT NULL, code TEXT NOT NULL, subject TEXT NOT NULL, {_TIME}, severity TEXT, story TEXT,"
            " seen_by TEXT, seen_ns INTEGER",
            "session, code, subject, time_ns",
        ),
        "performance_snapshots": (
            f"session TEXT NOT NULL, slice INTEGER NOT NULL, {_TIME}, equity TEXT, cash TEXT, gross_exposure TEXT,"
            " currency TEXT",
            "session, slice",
        ),
    }
)
"""Name -> (columns, primary key)."""
INDEXES: Final = (
    "CREATE INDEX IF NOT EXISTS journal_of_orders ON journal (session, client_order_id)",
    "CREATE INDEX IF NOT EXISTS journal_of_causes ON journal (session, correlation_id)",
    "CREATE INDEX IF NOT EXISTS fills_by_time ON fills (session, time_ns)",
)
