"""The layout of the tables of trading: every table, its columns, and what makes a row the same row.

Every place that keeps these tables lays them out like this; one that finds an older layout makes its tables anew, since
nothing is in them that is not in a journal.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

VERSION: Final = 1


class CellKind(StrEnum):
    """What stands in a column."""

    TEXT = "text"
    EXACT = "exact"
    """A decimal number, to the last digit."""
    WHOLE = "whole"
    """Counts, and times in nanoseconds UTC."""


@dataclass(frozen=True, slots=True)
class ColumnLayout:
    """One column."""

    name: str
    kind: CellKind = CellKind.TEXT
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class TableLayout:
    """One table; `key` names the columns that make a row the same row."""

    columns: tuple[ColumnLayout, ...]
    key: tuple[str, ...]


def _text(names: str) -> tuple[ColumnLayout, ...]:
    return tuple(ColumnLayout(name) for name in names.split())


def _key(names: str) -> tuple[ColumnLayout, ...]:
    return tuple(ColumnLayout(name, is_required=True) for name in names.split())


def _exact(names: str) -> tuple[ColumnLayout, ...]:
    return tuple(ColumnLayout(name, CellKind.EXACT) for name in names.split())


def _whole(names: str, *, is_required: bool = False) -> tuple[ColumnLayout, ...]:
    return tuple(ColumnLayout(name, CellKind.WHOLE, is_required) for name in names.split())


_TIME: Final = _whole("time_ns", is_required=True)
_SEQUENCE: Final = _whole("sequence", is_required=True)
LAYOUT: Final[Mapping[str, TableLayout]] = MappingProxyType(
    {
        "sessions": TableLayout(
            (
                *_key("session"),
                *_text("mode account strategy instruments"),
                *_whole("started_ns ended_ns"),
                *_text("end"),
            ),
            ("session",),
        ),
        "orders": TableLayout(
            (
                *_key("session client_order_id"),
                *_TIME,
                *_text("instrument side"),
                *_exact("quantity"),
                *_text("kind"),
                *_exact("limit_price stop_price"),
                *_text("time_in_force strategy role life"),
                *_exact("filled average_price"),
                *_text("venue_order_id correlation_id"),
                *_exact("wished"),
                *_text("bound remark"),
                *_whole("changed_ns"),
            ),
            ("session", "client_order_id"),
        ),
        "fills": TableLayout(
            (
                *_key("session execution_id"),
                *_TIME,
                *_text("client_order_id instrument side"),
                *_exact("quantity price fee"),
                *_text("fee_currency strategy"),
                *_whole("is_busted"),
            ),
            ("session", "execution_id"),
        ),
        "positions": TableLayout(
            (
                *_key("session strategy instrument"),
                *_exact("quantity cost_basis realized fees"),
                *_text("currency"),
                *_whole("changed_ns"),
            ),
            ("session", "strategy", "instrument"),
        ),
        "journal": TableLayout(
            (
                *_key("session"),
                *_SEQUENCE,
                *_whole("epoch"),
                *_TIME,
                *_key("kind"),
                *_text("client_order_id correlation_id fields"),
            ),
            ("session", "sequence"),
        ),
        "risk_events": TableLayout(
            (*_key("session"), *_SEQUENCE, *_TIME, *_text("what subject who reason")), ("session", "sequence")
        ),
        "alerts": TableLayout(
            (*_key("session code subject"), *_TIME, *_text("severity story seen_by"), *_whole("seen_ns")),
            ("session", "code", "subject", "time_ns"),
        ),
        "performance_snapshots": TableLayout(
            (
                *_key("session"),
                *_whole("slice", is_required=True),
                *_TIME,
                *_exact("equity cash gross_exposure"),
                *_text("currency"),
            ),
            ("session", "slice"),
        ),
    }
)
INDEXES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = MappingProxyType(
    {
        "journal_of_orders": ("journal", ("session", "client_order_id")),
        "journal_of_causes": ("journal", ("session", "correlation_id")),
        "fills_by_time": ("fills", ("session", "time_ns")),
    }
)
"""Name -> (table, columns)."""
