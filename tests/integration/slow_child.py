"""A child of a worker that does what its job's title says: it speaks the lines of the real one.

`python -m tests.integration.slow_child PROJECT PARENT`.
"""

import os
import sys
import time

from tradewright.adapters.system.parent import bind_to
from tradewright.bootstrap.job_lines import Broke, How, Made, line_of, read_do
from tradewright.ports.jobs import JobError

ENTRY = "tests.integration.slow_child"


def child(parent: int) -> None:
    bind_to(parent)
    for line in sys.stdin.buffer:
        what = read_do(line).wish.title
        if what == "die":
            os._exit(3)
        if what == "babble":
            sys.stdout.buffer.write(b"this is no line of ours\n")
        elif what == "refuse":
            sys.stdout.buffer.write(line_of(Broke(JobError(kind="InputError", problem="no bars"))))
        else:
            for done in range(1_000 if what == "slow" else 1):
                sys.stdout.buffer.write(line_of(How(done, 1_000)))
                sys.stdout.buffer.flush()
                time.sleep(0.05 if what == "slow" else 0)
            sys.stdout.buffer.write(line_of(Made({"by": str(os.getpid())})))
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    child(int(sys.argv[2]))
