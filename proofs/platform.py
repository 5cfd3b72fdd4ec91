"""A platform taken apart, two of each service, under load: each process is killed (SIGKILL), and comes back.

Callers who do not give up ask both gateways for backtests, watchlists and keys, each wish with a key of its own; a
schedule comes every two seconds; each process is killed once while they ask, workers while they have a job. At the end
every wish that was answered is there once, every job is done, and no answer was anything but right or "ask again".
"""

import argparse
import os
import random
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from threading import Event

from tests.servers import running_postgres

from proofs.report import Report
from proofs.serving.asking import Caller, Wishes
from proofs.serving.house import House, Instance, house
from proofs.serving.judging import TICKING, jobs, judged, until_all_is_done
from tradewright.application.schedules.messages import ChangeSchedule
from tradewright.application.schedules.views import ScheduleView
from tradewright.bootstrap.app import App
from tradewright.bootstrap.services import WORKER
from tradewright.ports.jobs import JobLife

ROOT = Path(__file__).resolve().parents[1]
BUSY_WITHIN_S = 60.0


def options(parser: argparse.ArgumentParser) -> None:
    """How much of it."""
    parser.add_argument("--on", choices=("sqlite", "postgresql", "both"), default="both", help="which database (both)")
    parser.add_argument("--each", type=int, default=2, help="instances of each service (2)")
    parser.add_argument("--rounds", type=int, default=1, help="how often each process is killed (1)")
    parser.add_argument("--callers", type=int, default=4, help="callers at once (4)")
    parser.add_argument("--only", default="", help="kill these services alone, with commas (all)")
    parser.add_argument("--seed", type=int, default=1, help="the order of the kills (1)")


def prove(asked: argparse.Namespace) -> int:
    """On each database."""
    os.environ["PYTHONPATH"] = os.pathsep.join((str(ROOT), os.environ.get("PYTHONPATH", "")))
    report = Report("platform", "PL3, PL6")
    for kind in ("sqlite", "postgresql") if asked.on == "both" else (asked.on,):
        with ExitStack() as stack:
            database = ""
            if kind == "postgresql":
                server = stack.enter_context(running_postgres())
                database = server.address(stack.enter_context(server.fresh()))
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="platform-")))
            _proved(report, kind, folder, asked=asked, database=database)
    return report.finish(is_kept=not asked.no_record)


def _proved(report: Report, kind: str, folder: Path, *, asked: argparse.Namespace, database: str) -> None:
    environment = {"TRADEWRIGHT_DATABASE_URL": database} if database else {}
    app, wishes, leaving = App(folder, environment=environment), Wishes(), Event()
    with house(folder, each=asked.each, database=database) as found:
        _tick(app)
        callers = [Caller(found, wishes, number, leaving) for number in range(asked.callers)]
        for caller in callers:
            caller.start()
        try:
            kills = _killed(found, app, asked)
        finally:
            leaving.set()
            for caller in callers:
                caller.join()
        is_done = until_all_is_done(app)
    if not is_done:
        wishes.findings.append(f"{kind}: jobs are not done")
    problems = [*wishes.findings, *judged(app, wishes)]
    every = jobs(app)
    firings = len(app.state.schedules.firings(TICKING, limit=1_000))
    app.state.close()
    report.findings += [f"{kind}: {one}" for one in problems]
    count = len(wishes.jobs) + len(wishes.lists) + len(wishes.keys)
    report.say(f"{kind}: processes killed", kills)
    report.say(f"{kind}: wishes answered", count, goal="more than 0", is_met=count > 0)
    report.say(f"{kind}: lost or twice", len(problems), goal="0", is_met=not problems)
    report.say(f"{kind}: jobs done", sum(one.life is JobLife.DONE for one in every), goal=str(len(every)),
               is_met=all(one.life is JobLife.DONE for one in every))  # fmt: skip
    report.say(f"{kind}: begun more than once", sum(one.attempts > 1 for one in every))
    report.say(f"{kind}: moments of the schedule", firings)
    report.say(f"{kind}: longest until an answer", f"{wishes.longest_s:.1f} s")
    report.numbers[kind] = {"answers": dict(sorted(wishes.answers.items())), "kills": kills, "seed": asked.seed,
                            "each": asked.each, "callers": asked.callers}  # fmt: skip


def _tick(app: App) -> None:
    """Let one schedule come every two seconds, once somebody has shipped it."""
    until = time.monotonic() + BUSY_WITHIN_S
    while TICKING not in {one.id for one in app.state.schedules.all()}:
        assert time.monotonic() < until, "nothing is shipped: no scheduler works"
        time.sleep(0.2)
    app.ask(ChangeSchedule(schedule=TICKING, rule="every 2s"), answer=ScheduleView)


def _killed(found: House, app: App, asked: argparse.Namespace) -> int:
    """Each in its turn, and back again before the next."""
    only = {one for one in asked.only.split(",") if one}
    chosen = [one for one in found.instances if not only or one.service in only] * asked.rounds
    random.Random(asked.seed).shuffle(chosen)
    for one in chosen:
        if one.service == WORKER:
            _wait_until_busy(app)
        one.kill()
        time.sleep(1.0)
        one.start()
        _wait_until_back(one)
    return len(chosen)


def _wait_until_busy(app: App) -> None:
    """A job is at work."""
    until = time.monotonic() + BUSY_WITHIN_S
    while not any(one.life is JobLife.RUNNING for one in jobs(app)):
        assert time.monotonic() < until, "no job is at work"
        time.sleep(0.02)


def _wait_until_back(one: Instance) -> None:
    until = time.monotonic() + BUSY_WITHIN_S * 4
    while not one.is_ready():
        assert time.monotonic() < until, f"{one.name} has not come back"
        time.sleep(0.2)
