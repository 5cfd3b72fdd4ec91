"""The tables of trading in PostgreSQL: the layout of the port, in a schema for each mode, with money as NUMERIC."""

from typing import Any

from sqlalchemy import BigInteger, Column, Index, MetaData, Table, Text
from sqlalchemy.types import TypeEngine

from tradewright.adapters.database.types import Exact
from tradewright.ports.table_layout import INDEXES, LAYOUT, CellKind, ColumnLayout

PROGRESS = "progress"


def trading_tables(mode: str) -> MetaData:
    """Every table of a mode, and how far each session's journal was read."""
    made = MetaData(schema=mode)
    for name, layout in LAYOUT.items():
        Table(name, made, *(_column(one, is_key=one.name in layout.key) for one in layout.columns))
    for name, (table, columns) in INDEXES.items():
        within = made.tables[f"{mode}.{table}"]
        Index(name, *(within.c[column] for column in columns))
    Table(
        PROGRESS,
        made,
        Column("session", Text, primary_key=True),
        Column("sequence", BigInteger, nullable=False),
    )
    return made


def _column(layout: ColumnLayout, *, is_key: bool) -> Column[Any]:
    # texts are ordered by code points, as in SQLite, whatever language the server was set up for
    kinds: dict[CellKind, TypeEngine[Any]] = {
        CellKind.TEXT: Text(collation="C"),
        CellKind.EXACT: Exact(),
        CellKind.WHOLE: BigInteger(),
    }
    return Column(
        layout.name,
        kinds[layout.kind],
        primary_key=is_key,
        nullable=not (is_key or layout.is_required),
        autoincrement=False,
    )
