"""What a process of its own does to the state, for the tests of several processes: `state_worker.py PLACE TASK ...`."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.contracts.audit_entries import ENTRY
from tests.contracts.job_wishes import wish

from tradewright.adapters.database.audit import DatabaseAudit
from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.jobs import DatabaseJobs
from tradewright.adapters.database.leases import DatabaseLeases
from tradewright.adapters.database.opening import opened
from tradewright.adapters.database.place import file, server
from tradewright.adapters.database.repeats import DatabaseRepeats
from tradewright.adapters.system.clock import SystemClock
from tradewright.adapters.system.randomness import SystemRandomness
from tradewright.ports.repeats import Claim

LEASE_NS = 300 * 10**9
"""Of those that work: a machine that stands still for a moment takes no job away."""
LOST_NS = 1_500_000_000
"""Of one that will be killed."""
SHORT_NS = 2 * 10**6


def queue(database: Database) -> DatabaseJobs:
    return DatabaseJobs(database, SystemClock(), randomness=SystemRandomness())


def name() -> str:
    return f"worker-{os.getpid()}"


def work(database: Database, done: str) -> dict[str, object]:
    """Do every job that can be had, until told that all are done."""
    jobs = queue(database)
    finished: list[str] = []
    while True:
        job = jobs.claim(name(), lease_ns=LEASE_NS)
        if job is None:
            if Path(done).exists():
                return {"finished": finished}
            Event().wait(0.01)
        elif jobs.finish(job.id, name(), result={"by": name()}):
            finished.append(job.id)


def hold(database: Database) -> dict[str, object]:
    """Take one job, say which, and never come to its end."""
    job = queue(database).claim(name(), lease_ns=LOST_NS)
    print(json.dumps({"held": job.id if job else ""}), flush=True)
    Event().wait()
    return {}


def submit(database: Database, count: str) -> dict[str, object]:
    """Ask for jobs, each second one after the one before it, and for one that all others ask for too."""
    jobs, before, asked = queue(database), "", []
    for number in range(int(count)):
        job = jobs.submit(wish(str(number), after=before if number % 2 else ""))
        before = job.id
        asked.append(job.id)
    planned = [jobs.submit(wish("planned", planned=f"daily@{number}")).id for number in range(5)]
    return {"asked": asked, "planned": planned}


def watch(database: Database, done: str) -> dict[str, object]:
    """Look at every change until told to stop, and tell how each job ended, as it was seen."""
    jobs, last, seen, turned_back = queue(database), 0, {}, 0
    while True:
        is_over = Path(done).exists()
        news = jobs.changed(last, limit=20)
        for job in news:
            turned_back += job.change <= last
            last = job.change
            seen[job.id] = [str(job.life), job.change]
        if is_over and not news:
            return {"seen": seen, "turned_back": turned_back}
        if not news:
            Event().wait(0.002)


def compete(database: Database, turns: str) -> dict[str, object]:
    """Write into the audit trail, some entries several at once; claim the keys that all claim; lead now and then."""
    trail, leases = DatabaseAudit(database), DatabaseLeases(database, SystemClock())
    repeats = DatabaseRepeats(database, SystemClock())
    added, new, led = 0, [], []
    for turn in range(int(turns)):
        entries = [ENTRY] * (1 + turn % 3)
        trail.add(entries)
        added += len(entries)
        if repeats.claim("anna", f"k{turn}", digest="d").claim is Claim.NEW:
            new.append(turn)
        lease = leases.take("scheduler", name(), for_ns=SHORT_NS)
        if lease is not None:
            led.append(lease.epoch)
            if turn % 2:
                leases.release(lease)
    return {"added": added, "new": new, "led": led}


TASKS: dict[str, Callable[..., dict[str, object]]] = {
    "work": work,
    "hold": hold,
    "submit": submit,
    "watch": watch,
    "compete": compete,
    "open": lambda database: {"is_open": bool(database)},
}

if __name__ == "__main__":
    place, task, *arguments = sys.argv[1:]
    found = opened(server(place) if place.startswith("postgresql://") else file(Path(place)))
    try:
        print(json.dumps(TASKS[task](found, *arguments)), flush=True)
    finally:
        found.close()
