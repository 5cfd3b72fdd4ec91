"""A process that reads a bus over Redis: it takes some messages, says so, and waits to be killed."""

import sys
from threading import Event

from tests.integration.test_bus_between_processes import FACTS

from tradewright.adapters.buses.redis_streams import RedisBus
from tradewright.adapters.system.clock import SystemClock

url, prefix, most = sys.argv[1:]
bus = RedisBus(url, name="doomed", clock=SystemClock(), prefix=prefix)
taken = bus.subscribe(FACTS, "worker").take(int(most))
print(*(one.time_ns for one in taken), flush=True)
Event().wait()
