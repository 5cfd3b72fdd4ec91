"""P11: a day of trades of ten instruments through a whole paper session: venue, trader, strategy, each its own process.

The trader's memory is looked at four times a second from outside. A short first day lets the gate learn what is traded
in a day; on the second one the strategy is in and out of every instrument all day, with stops at the venue.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import polars as pl

from benchmarks.workloads.case import Answers, Case, Place
from benchmarks.workloads.live_day import HEAVY, NAMES, trades
from tradewright.adapters.stores.delta import DeltaStore
from tradewright.domain.calendars import DAY
from tradewright.ports.stores import NS, TABLES, Table

FIRST = 19_905
"""2024-07-01, days since 1970."""
CHUNK = 200_000
MOST_GROWTH = 0.02
"""Of the trader's memory, from a quarter of its trades to its end."""
LOOKS = 80
"""A session that is over sooner has hardly warmed up: it is not asked how it grew."""
LOOK_S = 0.25
COMMAND = (sys.executable, "-c", "from tradewright.__main__ import main; main()")
STRATEGY = '''"""Ten bars in, ten bars out, with stops."""

from tradewright import Strategy


class Turns(Strategy):
    def on_start(self, context):
        self.shown = 0

    def on_bar(self, context, bar):
        minute, self.shown = self.shown // 10 % 20, self.shown + 1
        if minute == 0:
            context.enter(weight=0.05, stop_loss=bar.close * 0.99, take_profit=bar.close * 1.01)
        elif minute == 10:
            context.close()
'''


class RecordedDay:
    """The trades as chunks of the store's table; they can be walked through again."""

    def __init__(self, count: int) -> None:
        self._count = count

    def __iter__(self) -> Iterator[pl.DataFrame]:
        early = max(1_000, self._count // 100)
        yield from _chunks(early, FIRST)
        yield from _chunks(self._count - early, FIRST + 1)


def _chunks(count: int, day: int) -> Iterator[pl.DataFrame]:
    rows: list[tuple[object, ...]] = []
    for trade in trades(count):
        stamp = day * DAY + trade.time_ns
        rows.append((trade.instrument, "bench", stamp, f"{day}-{trade.trade_id}", trade.price, trade.quantity, None))
        if len(rows) == CHUNK:
            yield _frame(rows)
            rows = []
    if rows:
        yield _frame(rows)


def _frame(rows: list[tuple[object, ...]]) -> pl.DataFrame:
    names = [name for name in TABLES[Table.TRADES] if name != "known_at"]
    kinds = {**TABLES[Table.TRADES], "time": pl.Int64}
    frame = pl.DataFrame(rows, schema=[(name, kinds[name]) for name in names], orient="row")
    known = pl.lit(datetime(2024, 8, 1, tzinfo=UTC)).cast(NS).alias("known_at")
    return frame.with_columns(pl.col("time").cast(NS), known)


class Watched:
    """One session in the background, and its trader's memory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        wish = ("trade", "start", "turns.py:Turns", "--symbols", ",".join(NAMES), "--feed", "trades")
        line = self._asked(*wish, "--from", "2024-07-01", "--account", f"bench{time.time_ns()}", "--detach")
        self.session, self.process = str(line["session"]), int(str(line["process"]))
        self.megabytes: list[float] = []
        self.peak_mb = 0.0
        self.libraries: set[str] = set()

    def run(self) -> dict[str, object]:
        """Look at the trader until it ends; what it says of itself then."""
        while self._looked():
            time.sleep(LOOK_S)
        return self._asked("trade", "show", self.session)

    def growth(self) -> float:
        """Memory at the end over that after a quarter, minus one."""
        if len(self.megabytes) < LOOKS:
            return 0.0
        return self.megabytes[-1] / self.megabytes[len(self.megabytes) // 4] - 1

    def _looked(self) -> bool:
        about = Path(f"/proc/{self.process}")
        try:
            told = dict(line.split(":", 1) for line in (about / "status").read_text("ascii").splitlines())
            if "VmRSS" not in told:
                return False  # it has ended, and nobody has asked how
            self.megabytes.append(int(told["VmRSS"].split()[0]) * 1024 / 1e6)
            self.peak_mb = max(self.peak_mb, int(told["VmHWM"].split()[0]) * 1024 / 1e6)
            maps = (about / "maps").read_text("utf-8", "replace")
        except OSError:
            return False
        self.libraries |= {name for name in HEAVY if name in maps}
        return True

    def _asked(self, *arguments: str) -> dict[str, object]:
        command = [*COMMAND, *arguments, "--json"]
        done = subprocess.run(command, cwd=self._folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)} failed: {done.stderr.strip()}")
        found: dict[str, object] = json.loads(done.stdout)
        return found


def _session(place: Place) -> Case:
    place.folder.mkdir(parents=True, exist_ok=True)
    count, folder = place.sizes.live_ticks, Path(mkdtemp(dir=place.folder))
    DeltaStore(folder / ".tradewright" / "store").append_chunks(Table.TRADES, RecordedDay(count))
    (folder / "turns.py").write_text(STRATEGY, encoding="utf-8")
    watched: list[Watched] = []

    def run() -> Answers:
        watched.append(Watched(folder))
        view = watched[-1].run()
        counts = view["counts"]
        assert isinstance(counts, dict), "a session that is over counts what happened"
        return {"slices": float(counts["slices"]), "fills": float(counts["fills"])}

    def check() -> None:
        for one in watched:
            assert not one.libraries, f"the trader loads {', '.join(sorted(one.libraries))}"
            assert one.growth() < MOST_GROWTH, f"the trader grew by {one.growth():.1%} in the course of the day"

    def close() -> None:
        for lock in folder.glob(".tradewright/paper/accounts/*/venue/venue.lock"):
            try:
                os.kill(int(lock.read_text("ascii").strip()), signal.SIGTERM)
            except (OSError, ValueError):
                continue
        time.sleep(LOOK_S)  # the venue takes its socket away
        rmtree(folder, ignore_errors=True)

    return Case(count, lambda: run, check=check, close=close, peak_mb=lambda: max(one.peak_mb for one in watched))


CASES = {"P11.session": _session}
"""How each line is made."""
