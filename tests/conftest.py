"""Fixtures that any test may ask for."""

from tests.contracts.databases import database, migrated, migrated_file, place
from tests.servers import postgres_server, postgres_url, redis_server, redis_url

__all__ = [
    "database",
    "migrated",
    "migrated_file",
    "place",
    "postgres_server",
    "postgres_url",
    "redis_server",
    "redis_url",
]
