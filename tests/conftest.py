"""Fixtures that any test may ask for, and what holds for all: a slow machine is no failure."""

from hypothesis import HealthCheck, settings
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

settings.register_profile("patient", parent=settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
