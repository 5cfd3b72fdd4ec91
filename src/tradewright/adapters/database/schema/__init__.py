"""Every table of the platform's state, one file a group."""

from tradewright.adapters.database.schema import (
    accounting,
    deployments,
    jobs,
    keys,
    leases,
    prices,
    schedules,
    signals,
    strategies,
    symbols,
    uptimes,
)
from tradewright.adapters.database.schema.base import METADATA

__all__ = [
    "METADATA",
    "accounting",
    "deployments",
    "jobs",
    "keys",
    "leases",
    "prices",
    "schedules",
    "signals",
    "strategies",
    "symbols",
    "uptimes",
]
