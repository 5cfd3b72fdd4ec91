"""What every cache promises: nothing that was forgotten is told, whoever keeps it; in a process, and in Redis."""

import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest
import redis
from tests.contracts.store_rows import KNOWN, bars

from tradewright.adapters.caches.local import LocalCache
from tradewright.adapters.caches.redis import RedisCache
from tradewright.adapters.stores.delta import DeltaStore
from tradewright.adapters.stores.marks import DeltaMarks
from tradewright.adapters.system.clock import ManualClock, SystemClock
from tradewright.application.data.caching import CachedStore, RememberedViews
from tradewright.application.data.showing import LatestBars, latest_bars
from tradewright.ports.cache import Cache
from tradewright.ports.stores import MarketStore, Selection, Table

WITHIN_S = 20.0
NUMBERS = count(1)


@pytest.fixture(params=["local", "redis"])
def cache(request: pytest.FixtureRequest) -> Iterator[Cache]:
    if request.param == "local":
        yield LocalCache(SystemClock())
        return
    url, prefix = request.getfixturevalue("redis_server"), f"cache-test-{next(NUMBERS)}:"
    yield RedisCache(url, SystemClock(), prefix)
    with redis.Redis.from_url(url) as client:
        for key in client.scan_iter(f"{prefix}*"):
            client.delete(key)


def keep(cache: Cache, name: str, value: bytes, *tags: str, ttl_s: float = 60.0) -> None:
    cache.keep(cache.look(name, tags=tags).place, value, ttl_s=ttl_s)


def test_what_is_kept_is_told_until_one_of_its_tags_is_forgotten(cache: Cache) -> None:
    keep(cache, "one", b"1", "bars", "AAPL")
    keep(cache, "two", b"2", "bars", "MSFT")
    assert cache.look("one", tags=["bars", "AAPL"]).value == b"1"
    cache.forget(["AAPL"])
    assert cache.look("one", tags=["bars", "AAPL"]).value is None
    assert cache.look("two", tags=["bars", "MSFT"]).value == b"2"
    cache.forget(["bars"])
    assert cache.look("two", tags=["bars", "MSFT"]).value is None
    counted = cache.counts()
    assert (counted.hits, counted.misses, counted.forgotten) == (2, 4, 2)
    assert counted.hit_rate == pytest.approx(1 / 3)


def test_what_was_read_before_and_is_kept_after_a_tag_was_forgotten_is_not_told(cache: Cache) -> None:
    looked = cache.look("one", tags=["AAPL"])
    cache.forget(["AAPL"])
    cache.keep(looked.place, b"stale", ttl_s=60)
    assert cache.look("one", tags=["AAPL"]).value is None


def test_what_is_too_old_is_not_told(cache: Cache) -> None:
    keep(cache, "one", b"1", "AAPL", ttl_s=0.05)
    until = time.monotonic() + WITHIN_S
    while cache.look("one", tags=["AAPL"]).value is not None:
        assert time.monotonic() < until
        time.sleep(0.01)
    keep(cache, "never", b"1", "AAPL", ttl_s=0)
    assert cache.look("never", tags=["AAPL"]).value is None


def test_the_cache_of_a_process_holds_so_many_bytes_and_lets_the_oldest_go() -> None:
    clock = ManualClock()
    cache = LocalCache(clock, most_bytes=800)
    for number in range(10):
        keep(cache, str(number), b"x" * 100)
        cache.look("0", tags=())
    counted = cache.counts()
    assert (counted.entries, counted.bytes) == (8, 800)
    assert cache.look("0", tags=()).value and not cache.look("1", tags=()).value
    keep(cache, "large", b"x" * 101)
    assert not cache.look("large", tags=()).value
    clock.advance(61 * 10**9)
    assert not cache.look("9", tags=()).value


def test_while_redis_is_away_everything_is_read_anew_and_nothing_stale_is_told_afterwards(redis_server: str) -> None:
    clock = ManualClock()
    prefix = f"cache-test-{next(NUMBERS)}:"
    cache = RedisCache(redis_server, clock, prefix)
    keep(cache, "one", b"1", "AAPL")
    good, away = cache._client, redis.Redis(port=1, socket_connect_timeout=0.2)
    cache._client = away
    assert cache.look("one", tags=["AAPL"]).value is None
    cache.forget(["AAPL"])
    keep(cache, "one", b"1", "AAPL")
    cache._client = good
    assert cache.look("one", tags=["AAPL"]).value is None, "it is not asked again at once"
    clock.advance(6 * 10**9)
    assert cache.look("one", tags=["AAPL"]).value is None, "what was to be forgotten meanwhile is forgotten first"
    keep(cache, "one", b"2", "AAPL")
    assert cache.look("one", tags=["AAPL"]).value == b"2"
    assert cache.counts().failures > 0


def test_two_processes_share_what_redis_keeps_and_what_is_forgotten(redis_server: str) -> None:
    prefix = f"cache-test-{next(NUMBERS)}:"
    one, two = (RedisCache(redis_server, SystemClock(), prefix) for _ in range(2))
    keep(one, "x", b"1", "AAPL")
    assert two.look("x", tags=["AAPL"]).value == b"1"
    two.forget(["AAPL"])
    assert one.look("x", tags=["AAPL"]).value is None


def cached(folder: Path, cache: Cache) -> MarketStore:
    return CachedStore(DeltaStore(folder), cache, DeltaMarks(folder, SystemClock()), 3_600.0)


def closes(store: MarketStore, instrument: str) -> list[float]:
    return store.read(Selection(Table.BARS, (instrument,)))["close"].to_list()


def test_a_corrected_bar_is_told_at_once_and_others_stay_remembered(cache: Cache, tmp_path: Path) -> None:
    store = cached(tmp_path, cache)
    for name in ("AAPL.XNAS", "MSFT.XNAS"):
        store.append(Table.BARS, bars(name, [1.0, 2.0, 3.0]))
    for name in ("AAPL.XNAS", "MSFT.XNAS"):
        assert closes(store, name) == closes(store, name) == [1.0, 2.0, 3.0]
    before = cache.counts()
    store.append(Table.BARS, bars("AAPL.XNAS", [1.0, 2.5, 3.0], known_at=KNOWN + 2))
    assert closes(store, "AAPL.XNAS") == [1.0, 2.5, 3.0]
    assert closes(store, "MSFT.XNAS") == [1.0, 2.0, 3.0]
    after = cache.counts()
    assert (after.hits - before.hits, after.misses - before.misses) == (1, 1), "MSFT was remembered, AAPL read anew"


def test_what_another_process_writes_is_told_at_once(cache: Cache, tmp_path: Path) -> None:
    store, other = cached(tmp_path, cache), DeltaStore(tmp_path)
    other.append(Table.BARS, bars("AAPL.XNAS", [1.0]))
    for number in range(2, 12):
        assert closes(store, "AAPL.XNAS") == [float(number - 1)] == closes(store, "AAPL.XNAS")
        other.append(Table.BARS, bars("AAPL.XNAS", [float(number)], known_at=KNOWN + number))
        assert len(store.coverage(Table.BARS)) == 1


def test_nothing_stale_is_told_however_reading_and_writing_meet(cache: Cache, tmp_path: Path) -> None:
    """A writer corrects again and again; readers never see an older bar after a newer one."""
    store, other = cached(tmp_path, cache), DeltaStore(tmp_path)
    other.append(Table.BARS, bars("AAPL.XNAS", [0.0]))
    wrong, done = list[tuple[float, float]](), threading.Event()

    def read() -> None:
        newest = 0.0
        while not done.is_set():
            (found,) = closes(store, "AAPL.XNAS")
            if found < newest:
                wrong.append((found, newest))
            newest = max(newest, found)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(1, 15):
        writer = store if number % 2 else other
        writer.append(Table.BARS, bars("AAPL.XNAS", [float(number)], known_at=KNOWN + number + 1))
        assert closes(store, "AAPL.XNAS") == [float(number)], "whoever has written reads it"
    done.set()
    for thread in threads:
        thread.join(WITHIN_S)
    assert wrong == []


def test_the_newest_bar_is_remembered_and_told_anew_after_a_correction(cache: Cache, tmp_path: Path) -> None:
    store = CachedStore(DeltaStore(tmp_path), cache, DeltaMarks(tmp_path, SystemClock()), 3_600.0)
    store.append(Table.BARS, bars("AAPL.XNAS", [1.0, 2.25]))
    asked, views = LatestBars(symbols=("AAPL",)), RememberedViews(store)
    first = latest_bars(asked, store=store, views=views)
    before = cache.counts()
    assert latest_bars(asked, store=store, views=views) == first == latest_bars(asked, store=DeltaStore(tmp_path))
    assert (cache.counts().hits - before.hits, cache.counts().misses - before.misses) == (1, 0)
    DeltaStore(tmp_path).append(Table.BARS, bars("AAPL.XNAS", [1.0, 3.5], known_at=KNOWN + 1))
    assert [one.close for one in latest_bars(asked, store=store, views=views)] == [Decimal("3.5")]


def test_what_is_at_hand_is_told_without_counting_and_never_where_a_server_has_to_be_asked(cache: Cache) -> None:
    keep(cache, "one", b"1", "bars")
    before = cache.counts()
    assert cache.at_hand("one", tags=["bars"]) == (b"1" if isinstance(cache, LocalCache) else None)
    assert cache.at_hand("two", tags=["bars"]) is None
    cache.forget(["bars"])
    assert cache.at_hand("one", tags=["bars"]) is None
    after = cache.counts()
    assert (after.hits, after.misses) == (before.hits, before.misses)
