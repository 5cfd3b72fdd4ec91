"""Questions in SQL: DuckDB in memory over the store's files, one statement, reading only.

This file decides what may be asked and how a table looks from SQL: `bars` is what is known now, `bars_raw` has the
superseded rows too; `time` and `known_at` are timestamps in UTC.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, cast

import polars as pl

from tradewright.adapters.stores.layout import DISK_NAMES, STAMPS, hive_schema
from tradewright.domain.errors import InputError, StorageError
from tradewright.lazy import load
from tradewright.ports.stores import KEYS, TABLES, Table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

_TYPES: dict[object, str] = {pl.String: "VARCHAR", pl.Float64: "DOUBLE", pl.Date: "DATE", pl.Int32: "INTEGER"}
_INTEGERS = {f"{sign}{size}" for sign in ("", "U") for size in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT")}
_MOMENTS = {"DATE", "TIME", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE"}
_PLAIN = frozenset(_INTEGERS | _MOMENTS | {"BOOLEAN", "FLOAT", "DOUBLE", "VARCHAR", "BLOB"})
"""DuckDB types that Polars has."""


@dataclass(frozen=True, slots=True)
class Relation:
    """One table as SQL sees it: the files of its newest version."""

    table: Table
    files: tuple[str, ...]
    has_corrections: bool


def answered(statement: str, relations: Sequence[Relation]) -> pl.DataFrame:
    """The rows that the statement asks for; anything but one reading statement over the store is an InputError."""
    duckdb = load("duckdb")
    # without replacement scans: a statement must not see the variables of this process
    connection = duckdb.connect(":memory:", config={"python_enable_replacements": "false"})
    try:
        for relation in relations:
            for view in _views(relation):
                connection.execute(view)
        _lock(connection, [path for relation in relations for path in relation.files])
        _refuse_all_but_reading(duckdb, connection, statement)
        return _frame(connection.sql(statement))
    except (duckdb.IOException, duckdb.OutOfMemoryException) as problem:
        raise StorageError(
            "the SQL could not be answered", found=_first_line(problem), remedy="run it again, or ask for less"
        ) from problem
    except duckdb.PermissionException as problem:
        raise InputError(
            "SQL may only read the store's tables", found=_first_line(problem), remedy=_remedy(relations)
        ) from problem
    except duckdb.Error as problem:
        raise InputError(
            "the SQL is not understood", found=_first_line(problem), remedy=_remedy(relations)
        ) from problem
    finally:
        connection.close()


def _views(relation: Relation) -> list[str]:
    columns = TABLES[relation.table]
    names = ", ".join(f'"{name}"' for name in columns)
    raw = f'CREATE VIEW "{relation.table}_raw" AS {_rows(relation)}'
    newest = ""
    if relation.has_corrections:
        key = ", ".join(f'"{name}"' for name in KEYS[relation.table])
        newest = f' QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY "known_at" DESC) = 1'
    return [raw, f'CREATE VIEW "{relation.table}" AS SELECT {names} FROM "{relation.table}_raw"{newest}']


def _rows(relation: Relation) -> str:
    """All rows of the table's files under the port's names; none, but of the right types, where there is no file."""
    columns = TABLES[relation.table]
    if not relation.files:
        kinds = {name: "TIMESTAMP_NS" if name in STAMPS else _TYPES[kind] for name, kind in columns.items()}
        nothing = ", ".join(f'NULL::{kind} AS "{name}"' for name, kind in kinds.items())
        return f"SELECT {nothing} WHERE false"
    shown = ", ".join(f'{_stored_as(name)} AS "{name}"' for name in columns)
    types = ", ".join(f"'{name}': VARCHAR" for name in hive_schema(relation.table))
    files = ", ".join(map(_literal, relation.files))
    return f"SELECT {shown} FROM read_parquet([{files}], hive_partitioning=true, hive_types={{{types}}})"


def _stored_as(name: str) -> str:
    return f'make_timestamp_ns("{name}")' if name in STAMPS else f'"{DISK_NAMES.get(name, name)}"'


def _lock(connection: "DuckDBPyConnection", files: list[str]) -> None:
    """From here on only these files can be reached, and no setting can be changed."""
    settings = (
        "SET TimeZone = 'UTC'",
        "SET autoinstall_known_extensions = false",
        "SET autoload_known_extensions = false",
        "SET temp_directory = ''",
        f"SET allowed_paths = [{', '.join(map(_literal, files))}]",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
    )
    for setting in settings:
        connection.execute(setting)


def _refuse_all_but_reading(duckdb: ModuleType, connection: "DuckDBPyConnection", statement: str) -> None:
    statements = connection.extract_statements(statement)
    kinds = [each.type for each in statements]
    if kinds != [duckdb.StatementType.SELECT]:
        raise InputError(
            "SQL may only read",
            expected="one statement that begins with SELECT, WITH, FROM, DESCRIBE, SUMMARIZE or SHOW",
            found=" and ".join(kind.name for kind in kinds) or "no statement",
        )


def _frame(relation: "DuckDBPyRelation") -> pl.DataFrame:
    """The answer as a frame; types that Polars does not have come as text, or as a float where they are numbers."""
    columns, types = relation.columns, [str(kind) for kind in relation.types]
    unique = len({name.lower() for name in columns}) == len(columns)
    if unique and not all(_is_plain(kind) for kind in types):
        relation = relation.project(
            ", ".join(_projected(name, kind) for name, kind in zip(columns, types, strict=True))
        )
    frame = cast("pl.DataFrame", relation.pl())
    nanoseconds = [name for name, kind in frame.schema.items() if kind == pl.Datetime("ns")]
    return frame.with_columns(pl.col(name).dt.replace_time_zone("UTC") for name in nanoseconds)


def _is_plain(kind: str) -> bool:
    return kind.removesuffix("[]") in _PLAIN or kind.startswith(("DECIMAL", "STRUCT"))


def _projected(name: str, kind: str) -> str:
    quoted = '"' + name.replace('"', '""') + '"'
    if _is_plain(kind):
        return quoted
    return f"CAST({quoted} AS {'DOUBLE' if kind in {'HUGEINT', 'UHUGEINT'} else 'VARCHAR'}) AS {quoted}"


def _literal(path: str) -> str:
    return "'" + path.replace("'", "''") + "'"


def _first_line(problem: Exception) -> str:
    return (str(problem).strip().splitlines() or [type(problem).__name__])[0]


def _remedy(relations: Sequence[Relation]) -> str:
    return f"the tables are {', '.join(str(relation.table) for relation in relations)}, each also as <table>_raw"
