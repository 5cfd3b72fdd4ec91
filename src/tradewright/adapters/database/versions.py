"""The version of the tables: which one this program wants, and which one a database has.

It stands apart from the migrations, so that opening a database does not load them.
"""

from typing import Final

from sqlalchemy import Connection, inspect

NEWEST: Final = "0004"
"""The version that this program reads and writes; the newest migration has the same."""
NOTHING: Final = "0000"
"""A database without tables."""
VERSION_TABLE: Final = "alembic_version"
"""Where Alembic writes it down."""


def version_of(connection: Connection) -> str:
    """The version of the tables as they are."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return NOTHING
    return connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalar() or NOTHING
