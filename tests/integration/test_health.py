"""Health, status and metrics as they are asked for: who is told what, and that the numbers are right."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from proofs.asking.desk import desk, waits
from proofs.asking.served import Served, served

from tradewright.application.health.metrics_table import METRICS
from tradewright.application.messages import Role
from tradewright.domain.errors import StorageError
from tradewright.settings import Settings
from tradewright.settings.secrets import Secret
from tradewright.settings.tree import Api, Redis

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "metrics.md"
TOKEN = "a-token-for-metrics-alone"


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    (tmp_path / "token").write_text(TOKEN)
    settings = Settings(api=Api(metrics_token=Secret(file=str(tmp_path / "token"))))
    with served(tmp_path, settings=settings) as found:
        yield found


def numbers(world: Served, *, key: str = "viewer", path: str = "/metrics") -> dict[tuple[str, Any], float]:
    """Every sample: (name, labels) -> value."""
    found = world.ask("GET", path, key=key)
    assert found.status_code == 200, found.text
    families = text_string_to_metric_families(found.text)
    return {(one.name, frozenset(one.labels.items())): one.value for family in families for one in family.samples}


def value(found: dict[tuple[str, Any], float], name: str, **labels: str) -> float:
    return found[name, frozenset(labels.items())]


def test_readiness_is_one_word_for_strangers_and_all_parts_for_a_key(bare: Served) -> None:
    for path in ("/health/ready", "/api/health/ready"):
        assert bare.told("GET", path, key="") == {"status": "ok"}
        told = bare.told("GET", path, key="viewer")
        assert told["status"] == "ok"
        parts = {one["name"]: (one["is_critical"], one["state"]) for one in told["components"]}
        assert parts["database"] == (True, "ok")
        assert {"sessions", "bars", "disk", "memory", "cpu"} <= set(parts) and "cache" not in parts
        assert bare.ask("GET", path, key="garbage").status_code == 401


def test_without_its_database_a_process_lives_and_is_not_ready(bare: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    app = bare.serving.app
    assert bare.told("GET", "/health/ready", key="")["status"] == "ok"

    def gone() -> None:
        raise StorageError("the database is gone", found="/secret/place")

    monkeypatch.setattr(app.state.jobs, "waiting", gone)
    app.health.watch.look()
    assert bare.told("GET", "/health", key="")["status"] == "ok"
    assert bare.told("GET", "/health/ready", key="", status=503) == {"status": "failed"}
    monkeypatch.undo()
    app.health.watch.look()
    assert bare.told("GET", "/health/ready", key="")["status"] == "ok"


def test_nobody_has_looked_for_too_long_is_not_ready(bare: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    watch = bare.serving.app.health.watch
    assert bare.told("GET", "/health/ready", key="")["status"] == "ok"
    watch.looked_ns -= 200 * 10**9
    assert watch._looking.acquire(blocking=False)  # a look that hangs
    try:
        assert bare.told("GET", "/health/ready", key="", status=503) == {"status": "failed"}
    finally:
        watch._looking.release()
    assert bare.told("GET", "/health/ready", key="")["status"] == "ok"


def test_a_cache_that_is_away_degrades_and_does_not_stop(tmp_path: Path) -> None:
    with served(tmp_path, settings=Settings(redis=Redis(url="redis://127.0.0.1:1/0"))) as world:
        assert world.told("GET", "/health/ready", key="")["status"] == "ok"
        told = world.told("GET", "/status", key="viewer")
        assert told["status"] == "degraded"
        (cache,) = [one for one in told["components"] if one["name"] == "cache"]
        assert (cache["state"], cache["is_critical"]) == ("failed", False)


def test_status_tells_parts_queue_data_and_machine(bare: Served) -> None:
    for path in ("/status", "/api/status"):
        assert bare.ask("GET", path, key="").status_code == 401
        told = bare.told("GET", path, key="viewer")
        assert (told["status"], told["service"], told["mode"]) == ("ok", "all", "paper")
        assert told["queue"] == dict.fromkeys(("queued", "running", "done", "failed", "canceled"), 0)
        assert (told["sessions"], told["data"]) == ([], [])
        assert 0 < told["machine"]["memory_available"] < told["machine"]["memory_size"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT.*Z", told["started"]) and told["uptime_s"] >= 0


def test_metrics_need_any_key_or_the_token_that_opens_nothing_else(bare: Served) -> None:
    for path in ("/metrics", "/api/metrics"):
        assert bare.ask("GET", path, key="").status_code == 401
        assert bare.ask("GET", path, key="garbage").status_code == 401
        assert bare.ask("GET", path, key=TOKEN).headers["content-type"].startswith("text/plain")
        assert bare.ask("GET", path, key="viewer").status_code == 200
    assert bare.ask("GET", "/status", key=TOKEN).status_code == 401
    assert bare.ask("GET", "/health/ready", key=TOKEN).status_code == 401


def test_the_page_the_table_and_what_is_told_are_the_same(bare: Served) -> None:
    told = list(text_string_to_metric_families(bare.ask("GET", "/metrics").text))
    shown = {one.name + ("_total" if one.type == "counter" else ""): one.type for one in told}
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \|(.*?)\| (\w+) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    page = [(name, kind, tuple(re.findall(r"`(\w+)`", labels)), by) for name, kind, labels, by in rows]
    assert page == [(one.name, one.kind, one.labels, one.told_by) for one in METRICS]
    assert shown == {one.name: one.kind for one in METRICS}


def test_requests_are_counted_by_their_route_and_never_by_their_path(bare: Served) -> None:
    before = numbers(bare)
    for symbol in ("AAPL", "MSFT"):
        bare.ask("GET", f"/api/symbols/{symbol}.XNAS", key="viewer")
    bare.ask("GET", "/nowhere/at/all", key="viewer")
    bare.ask("BREW", "/status", key="viewer")
    found = numbers(bare)
    name, route = "tradewright_http_requests_total", "/api/symbols/{symbol}"
    assert value(found, name, method="GET", route=route, status="404") == 2
    assert value(found, name, method="GET", route="none", status="404") == 1
    assert not any("AAPL" in str(key) or "nowhere" in str(key) or "BREW" in str(key) for key in found)
    count = "tradewright_http_request_seconds_count"
    assert value(found, count, method="GET", route=route) == 2
    assert value(found, "tradewright_http_requests_at_work") == 1, "the one that asks"
    assert value(before, "tradewright_http_requests_at_work") == 1


def test_uptime_is_counted_by_a_watch_and_kept(bare: Served) -> None:
    health = bare.serving.app.health
    watch = replace(health.watch, own="platform", _found={}, _unwritten=set())
    watch.look()
    time.sleep(0.02)
    watch.look()
    (platform,) = [one for one in bare.serving.app.state.uptimes.all() if one.component == "platform"]
    assert platform.is_ok and platform.share(is_open=False) == 1.0
    assert platform.ok_open_ns + platform.ok_closed_ns >= 20_000_000
    told = {one["name"]: one for one in bare.told("GET", "/status")["components"]}
    assert told["platform"]["state"] == "ok" and told["database"]["uptime"] == 1.0
    watch.leave()
    assert "platform" not in {one["name"] for one in bare.told("GET", "/status")["components"]}


@pytest.mark.slow
def test_a_session_that_trades_is_told_in_numbers_and_foreign_accounts_are_not(tmp_path: Path) -> None:
    with desk(tmp_path, speed="1") as world:
        order = {"symbol": "AAPL", "side": "BUY", "quantity": "10", "account": "paper"}
        world.told("POST", "/api/orders", json=order, headers={"Idempotency-Key": "one"}, status=201)

        def filled() -> bool:
            found = numbers(world, key="admin")
            return found.get(("tradewright_fills_total", frozenset({("account", "paper")})), 0) > 0

        waits(filled)
        found = numbers(world, key="admin")
        assert value(found, "tradewright_orders_total", account="paper") >= 1
        assert value(found, "tradewright_equity", account="paper", currency="USD") > 0
        assert value(found, "tradewright_sessions", state="running") == 1
        assert value(found, "tradewright_account_killed", account="paper") == 0
        assert value(found, "tradewright_bars", interval="1d") > 0
        (session,) = world.told("GET", "/status")["sessions"][:1]
        assert session["state"] == "running" and session["silent_s"] is not None
        world.made("other", Role.VIEWER, accounts=("elsewhere",))
        foreign = numbers(world, key="other")
        assert not any("paper" in str(labels) for _, labels in foreign)
        assert world.told("GET", "/status", key="other")["sessions"] == []
