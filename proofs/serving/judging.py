"""What became of every wish, read from the database by nobody who had a part in it: nothing lost, nothing twice."""

import time
from collections import Counter
from collections.abc import Iterator

from proofs.serving.asking import Wishes
from tradewright.bootstrap.app import App
from tradewright.ports.jobs import Job, JobFilter
from tradewright.ports.paging import Slot

WITHIN_S = 240.0
TICKING = "job_clean_up"
"""The schedule that comes every two seconds while processes are killed."""


def until_all_is_done(app: App) -> bool:
    """Every job has come to its end; False where one has not in time."""
    until = time.monotonic() + WITHIN_S
    while any(not one.life.is_final for one in jobs(app)):
        if time.monotonic() > until:
            return False
        time.sleep(0.5)
    return True


def jobs(app: App) -> list[Job]:
    """All of them."""
    found: list[Job] = []
    cursor = ""
    while True:
        page = app.state.jobs.all(JobFilter(), Slot(1_000, cursor))
        found += page.items
        cursor = page.cursor
        if not cursor:
            return found


def judged(app: App, wishes: Wishes) -> Iterator[str]:
    """What is wrong."""
    every = jobs(app)
    backtests = [one for one in every if one.wish.kind == "backtest"]
    yield from (f"job {one.id} ended {one.life}: {one.error}" for one in every if one.life.value != "done")
    if len(backtests) != len(wishes.jobs):
        yield f"{len(wishes.jobs)} backtests were wished, {len(backtests)} jobs are there"
    known = {one.id: one for one in backtests}
    yield from (
        f"wish {name} was answered with job {job}, which is not there"
        for name, job in wishes.jobs.items()
        if job not in known
    )
    twice = [job for job, count in Counter(wishes.jobs.values()).items() if count > 1]
    yield from (f"job {job} was the answer to two wishes" for job in twice)
    kept = {one.run_id for one in app.providers()["runs"]().summaries()}  # type: ignore[attr-defined]
    made = {str((one.result or {}).get("run_id")) for one in backtests if one.life.value == "done"}
    yield from (f"run {one} was told and is not kept" for one in sorted(made - kept))
    yield from (f"run {one} is kept and was never told" for one in sorted(kept - made))
    lists = {one.name for one in app.state.symbols.watchlists()}
    if lists != wishes.lists:
        yield f"watchlists differ: lost {sorted(wishes.lists - lists)}, unasked {sorted(lists - wishes.lists)}"
    names = Counter(one.name for one in app.state.keys.all())
    yield from (f"key {name} is there {names[name]} times" for name in sorted(wishes.keys) if names[name] != 1)
    broken = app.state.audit.first_broken()
    if broken is not None:
        yield f"the audit trail is broken at {broken}"
    yield from _ticks(app, every)


def _ticks(app: App, every: list[Job]) -> Iterator[str]:
    """Each planned moment is one firing with one job."""
    firings = app.state.schedules.firings(TICKING, limit=1_000)
    moments = Counter(one.planned_ns for one in firings)
    yield from (f"{TICKING} came twice at {moment}" for moment, count in moments.items() if count > 1)
    fired = {one.job for one in firings if one.job}
    planned = Counter(one.wish.planned for one in every if one.wish.subject == TICKING)
    yield from (f"{count} jobs of {name}" for name, count in planned.items() if count > 1)
    there = {one.id for one in every}
    yield from (f"firing of job {one}, which is not there" for one in sorted(fired - there))
