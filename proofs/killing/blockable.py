"""A trader whose loop can be blocked from outside: SIGUSR1 makes it sleep in the middle of whatever it does.

This is what a callback that never returns looks like: the process lives, its threads live, and nothing is decided.
"""

import signal
import sys
import time

from tradewright.bootstrap import trader

SECONDS = 60.0


def main(arguments: list[str]) -> int:
    """The trader, with the signal."""
    signal.signal(signal.SIGUSR1, lambda *_: time.sleep(SECONDS))
    return trader.main(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
