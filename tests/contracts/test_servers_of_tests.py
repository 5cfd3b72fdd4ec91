"""The servers that tests ask for are real, and empty."""

import psycopg
import redis
from tests.servers import PostgresServer


def test_a_database_is_empty_and_gone_afterwards(postgres_server: PostgresServer) -> None:
    with postgres_server.fresh() as name, psycopg.connect(postgres_server.address(name)) as connection:
        found = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        assert found == (0,)
    with psycopg.connect(postgres_server.address()) as connection:
        assert connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is None


def test_redis_answers_and_has_nothing_in_it(redis_url: str) -> None:
    client = redis.Redis.from_url(redis_url)
    assert client.dbsize() == 0
    client.set("a", "b")
    assert client.get("a") == b"b"
    client.close()
