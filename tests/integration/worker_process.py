"""A worker in a process of its own with a child of the tests: `python -m tests.integration.worker_process PLACE NS`."""

import os
import sys
from pathlib import Path

from tests.integration.slow_child import ENTRY

from tradewright.adapters.database.jobs import DatabaseJobs
from tradewright.adapters.database.opening import opened
from tradewright.adapters.database.place import file, server
from tradewright.adapters.system.clock import SystemClock
from tradewright.adapters.system.randomness import SystemRandomness
from tradewright.bootstrap.worker import Hand, Worker

LEASE_NS = 300 * 10**9
"""A machine that stands still for a moment takes no job away."""
WORKER = "tests.integration.worker_process"


def work(place: str, lease_ns: int) -> None:
    database = opened(server(place) if "://" in place else file(Path(place)))
    queue = DatabaseJobs(database, SystemClock(), randomness=SystemRandomness())
    print("ready", flush=True)
    Worker(f"w{os.getpid()}", queue, Hand(Path(place), ENTRY), SystemClock(), lease_ns=lease_ns).run()


if __name__ == "__main__":
    work(sys.argv[1], int(sys.argv[2]))
