"""The tables of trading in SQLite. Money and quantities are decimal text, times nanoseconds UTC.

A table of another schema version is thrown away and made anew: nothing is in it that is not in a journal.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tradewright.ports import table_layout
from tradewright.ports.table_layout import LAYOUT, CellKind, TableLayout

VERSION: Final = table_layout.VERSION


def _columns(layout: TableLayout) -> str:
    kinds = {CellKind.TEXT: "TEXT", CellKind.EXACT: "TEXT", CellKind.WHOLE: "INTEGER"}
    said = (f"{one.name} {kinds[one.kind]}{' NOT NULL' if one.is_required else ''}" for one in layout.columns)
    return ", ".join(said)


TABLES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {name: (_columns(layout), ", ".join(layout.key)) for name, layout in LAYOUT.items()}
)
"""Name -> (columns, primary key)."""
INDEXES: Final = tuple(
    f"CREATE INDEX IF NOT EXISTS {name} ON {table} ({', '.join(columns)})"
    for name, (table, columns) in table_layout.INDEXES.items()
)
