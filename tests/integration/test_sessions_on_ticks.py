"""Sessions on recorded trades as a person has them: real processes, real trades, kills, compressed time, bad input."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.integration.cli_tools import asked, run, run_process
from tests.integration.trading_tools import ended_with_its_processes, killed_while_it_traded, line_of, waits
from tests.shared_data import shared

from tradewright.adapters.disk.disk import RealDisk
from tradewright.engine.session.recording import Scene, scenes

MINUTE = 60_000_000_000
FOLDER = "data/crypto/freqtrade"
FIRST = "2019-10-12"
STRATEGY = '''"""Ten bars in, with stops, ten bars out."""

from tradewright import Strategy


class Turns(Strategy):
    def on_start(self, context):
        self.seen = 0

    def on_bar(self, context, bar):
        self.seen += 1
        if self.seen % 20 == 1:
            context.enter(weight=0.001, stop_loss=bar.close * 0.985, take_profit=bar.close * 1.015)
        elif self.seen % 20 == 11:
            context.close()


class Near(Strategy):
    def on_start(self, context):
        self.seen = 0

    def on_bar(self, context, bar):
        self.seen += 1
        if self.seen % 6 == 1:
            context.enter(weight=0.0001, stop_loss=bar.close * 0.9985, take_profit=bar.close * 1.002)
        elif self.seen % 6 == 5:
            context.close()
'''
TRADED = ("./turns.py:Turns", "--symbols", "XRPETH", "--from", FIRST)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = tmp_path_factory.mktemp("ticks")
    (made / "turns.py").write_text(STRATEGY, encoding="utf-8")
    trades = shared(f"{FOLDER}/XRP_ETH-trades.parquet")
    asked("data", "import", str(trades), "--symbol", "XRPETH", "--venue", "BINANCE", folder=made)
    with ended_with_its_processes(made):
        yield made


def shown(folder: Path, session: str) -> list[Scene]:
    """What the session's strategy was shown, from its own recording."""
    return list(scenes(RealDisk(folder / ".tradewright" / "paper" / "sessions" / session)))


def bars(found: list[Scene]) -> list[tuple[Any, ...]]:
    """Close stamp, prices and volume of the one instrument."""
    rows = []
    for scene in found:
        one = scene.shown.slice
        (bar,) = one.bars
        assert bar is not None
        rows.append((one.time_ns, bar.open, bar.high, bar.low, bar.close, bar.volume))
    return rows


def fills(folder: Path, session: str) -> list[tuple[Any, ...]]:
    found = asked("trade", "journal", "--session", session, "--kind", "OrderFilled", "--limit", "500", folder=folder)
    told = (one["fields"]["fill"] for one in found["facts"])
    return [(one["side"], one["quantity"], one["price"], one["time_ns"]) for one in told]


@pytest.fixture(scope="module")
def whole(folder: Path) -> str:
    """A session over all there is, on bars of one minute."""
    done = run_process("trade", "start", *TRADED, "--feed", "trades", "--account", "whole", "--json", folder=folder)
    assert done.returncode == 0, done.stderr
    view = json.loads(done.stdout)
    assert view["line"]["life"] == "stopped"
    assert view["counts"]["fills"] > 20
    assert view["counts"]["incidents"] == {}
    return str(view["line"]["session"])


def test_the_bars_of_a_session_are_the_exchanges_own(folder: Path, whole: str) -> None:
    found = bars(shown(folder, whole))
    theirs = pl.read_ipc(shared(f"{FOLDER}/XRP_ETH-1m.feather")).filter(
        pl.col("date") >= pl.datetime(2019, 10, 12, time_zone="UTC")
    )
    stamps = (theirs["date"].dt.epoch("ns") + MINUTE).to_list()
    assert [row[0] for row in found] == stamps
    assert [row[1:] for row in found] == theirs.select("open", "high", "low", "close", "volume").rows()
    assert len(found) == 1447


def test_orders_fill_at_the_first_trade_after_they_were_sent(folder: Path, whole: str) -> None:
    trades = pl.read_parquet(shared(f"{FOLDER}/XRP_ETH-trades.parquet")).select("timestamp", "price").rows()
    sent = asked("trade", "journal", "--session", whole, "--kind", "OrderIntended", "--limit", "500", folder=folder)
    by_order = {
        one["fields"]["client_order_id"]: one["time_ns"]
        for one in sent["facts"]
        if one["fields"]["request"]["kind"] == "market"
    }
    filled = asked("trade", "journal", "--session", whole, "--kind", "OrderFilled", "--limit", "500", folder=folder)
    looked = 0
    for one in filled["facts"]:
        fill = one["fields"]["fill"]
        decided_ns = by_order.get(fill["client_order_id"])
        if decided_ns is None:
            continue
        stamp, price = next((at * 1_000_000, price) for at, price in trades if at * 1_000_000 >= decided_ns)
        assert (float(fill["price"]), fill["time_ns"]) == (price, stamp)
        looked += 1
    assert looked > 20


@pytest.mark.slow
def test_a_session_on_trades_has_parity_with_a_backtest_of_its_bars(folder: Path, whole: str) -> None:
    view = asked("trade", "parity", whole, folder=folder)
    assert (view["is_equal"], view["slices"]) == (True, 1447)
    assert view["fills"] > 20
    # with stops so near that trades inside the bars reach them, prices differ, and each is named
    wish = ("./turns.py:Near", *TRADED[1:], "--feed", "trades", "--timeframe", "5m", "--account", "near")
    session = asked("trade", "start", *wish, folder=folder)["line"]["session"]
    report = asked("trade", "parity", session, folder=folder)
    assert set(report["causes"]) == {"filled inside the bar"}
    assert report["unexplained"] == 0
    assert {one["matter"] for one in report["differences"]} <= {"fill", "ledger"}


@pytest.mark.slow
def test_the_same_strategy_on_these_bars_wants_the_same(folder: Path, whole: str) -> None:
    candles = shared(f"{FOLDER}/XRP_ETH-1m.feather")
    named = ("--symbol", "XRPETH", "--venue", "BINANCE")
    asked("data", "import", str(candles), *named, "--timeframe", "1m", folder=folder)
    done = run_process(
        "trade", "start", *TRADED, "--feed", "replay", "--timeframe", "1m", "--account", "bars", "--json", folder=folder
    )
    assert done.returncode == 0, done.stderr
    session = json.loads(done.stdout)["line"]["session"]
    on_bars, on_ticks = shown(folder, session), shown(folder, whole)
    assert bars(on_bars)[: len(on_ticks)] == bars(on_ticks)
    assert [one.answer for one in on_bars[: len(on_ticks)]] == [one.answer for one in on_ticks]
    assert [one[:3] for one in fills(folder, session)] == [one[:3] for one in fills(folder, whole)]


@pytest.mark.slow
def test_a_session_killed_in_the_middle_ends_as_if_it_had_not_been(folder: Path, whole: str) -> None:
    paces = ("30000x", "8000x", "2000x", "500x")
    patient = ("--lost-after", "300")  # the guard of a killed trader would cancel what works, which is another story
    session = killed_while_it_traded(folder, paces, *TRADED, "--feed", "trades", *patient)
    done = run_process("trade", "start", session, "--resume", "--json", folder=folder)
    assert done.returncode == 0, done.stderr
    view = json.loads(done.stdout)
    assert view["line"]["life"] == "stopped"
    assert view["counts"]["incidents"] == {}
    assert bars(shown(folder, session)) == bars(shown(folder, whole))
    assert fills(folder, session) == fills(folder, whole)
    assert asked("trade", "journal", "--session", session, "--verify", folder=folder)["epoch"] == 2


@pytest.mark.slow
def test_time_runs_as_fast_as_was_asked_and_show_tells_of_the_trades(folder: Path) -> None:
    wish = ("--feed", "trades", "--speed", "600x", "--account", "paced", "--detach")
    session = str(asked("trade", "start", *TRADED, *wish, folder=folder)["session"])
    first = waits(lambda: (found := ticks(folder, session)) and found["slices"] >= 2 and found)
    began = time.monotonic()

    def keeps_pace() -> dict[str, Any] | None:
        """The longer it is looked at, the less a moment counts in which the machine stood still."""
        found, took_s = ticks(folder, session), time.monotonic() - began
        market_s = (found["last_ns"] - first["last_ns"]) / 1e9
        is_quick = took_s > 2 and 0.8 * 600 * took_s < market_s < 1.15 * 600 * took_s
        return found if is_quick and found["lag_ns"] < 1e9 and found["per_second"] > 0 else None

    second = waits(keeps_pace)
    assert second["trades"] > first["trades"] > 0
    assert second["quarantined"] == {}
    text = run("trade", "show", session, folder=folder).stdout
    assert "put aside: none" in text
    asked("trade", "stop", folder=folder)


def ticks(folder: Path, session: str) -> dict[str, Any]:
    """What a running session says of its trades."""
    found: dict[str, Any] = asked("trade", "show", session, folder=folder)["vitals"]["ticks"]
    return found


@pytest.mark.slow
def test_bad_trades_are_told_and_a_session_goes_on(folder: Path, tmp_path: Path) -> None:
    begins = 1_719_792_000_000  # 2024-07-01
    rows = [(begins + n * 10_000, f"t{n}", 100.0 + n % 7, 1.0) for n in range(200)]
    rows += [(begins + 500_500, "wrong", 50_000.0, 1.0), (begins + 2_000_500, "t7", 101.0, 1.0)]
    rows += [(begins + 6_500_000 + n * 10_000, f"later{n}", 102.0, 1.0) for n in range(20_000)]  # longer than the test
    frame = pl.DataFrame(rows, schema=["timestamp", "trade_id", "price", "quantity"], orient="row")
    frame.sort("timestamp").write_csv(tmp_path / "bad.csv")
    asked("data", "import", str(tmp_path / "bad.csv"), "--symbol", "BAD.BINANCE", folder=folder)
    wish = ("./turns.py:Turns", "--symbols", "BAD", "--feed", "trades", "--from", "2024-07-01", "--speed", "3000x")
    session = str(asked("trade", "start", *wish, "--account", "bad", "--detach", folder=folder)["session"])
    found = waits(
        lambda: (told := ticks(folder, session)) and told["last_ns"] > (begins + 6_600_000) * 1_000_000 and told
    )
    assert found["quarantined"] == {"price jump": 1, "duplicate": 1}
    assert found["gaps"] >= 1
    assert any("50000" in note for note in found["notes"])
    assert any("no trade in 7" in note for note in found["notes"])
    text = run("trade", "show", session, folder=folder).stdout
    assert "price jump 1" in text
    asked("trade", "stop", session, folder=folder)
    waits(lambda: line_of(folder, session)["life"] == "stopped")
    view = asked("trade", "show", session, folder=folder)
    assert view["counts"]["incidents"] == {}
    assert not any(one > 1_000 for one in (row[2] for row in bars(shown(folder, session))))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("--symbols SPY", "SPY"),
        ("--symbols XRPETH --from 2020", "no trades of XRPETH.BINANCE in the period"),
        ("--symbols XRPETH --timeframe 1w", "trading day"),
        ("--symbols XRPETH --speed 0", "60x"),
        ("--symbols XRPETH --feed tick", "recorded trades"),
    ],
)
def test_what_cannot_be_traded_on_says_what_to_do(folder: Path, arguments: str, told: str) -> None:
    words = arguments.split()
    defaults = {"--feed": "trades", "--from": FIRST, "--account": "never"}
    more = [part for name, value in defaults.items() if name not in words for part in (name, value)]
    done = run("trade", "start", "./turns.py:Turns", *words, *more, folder=folder)
    assert done.returncode == 2, done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_no_trades_at_all_names_the_way_to_have_some(tmp_path: Path) -> None:
    (tmp_path / "turns.py").write_text(STRATEGY, encoding="utf-8")
    done = run("trade", "start", *TRADED, "--feed", "trades", folder=tmp_path)
    assert done.returncode == 2
    assert "no trades are stored" in done.stderr
    assert "data import" in done.stderr


def test_too_little_history_for_the_warm_up_refuses_the_start(folder: Path) -> None:
    wish = ("moving_average", "--symbols", "XRPETH", "--from", "2019-10-11", "--feed", "trades", "--account", "short")
    done = run("trade", "start", *wish, "--detach", folder=folder)
    assert done.returncode == 2
    assert "too little history" in done.stderr
    assert not [one for one in asked("trade", "list", folder=folder)["sessions"] if one["account"] == "short"]
    assert not (folder / ".tradewright" / "paper" / "accounts" / "short").exists()
