"""The process of confined work: `python -m tradewright.bootstrap.confined_job`, started by `ConfinedJobs` alone.

The works are loaded once the walls stand.
"""

import sys
from functools import partial
from typing import Final

from tradewright.adapters.code.held_source import HeldSource
from tradewright.adapters.sandbox.serving import Work, serve_job
from tradewright.bootstrap.engines import backtesting, comparing
from tradewright.lazy import load
from tradewright.ports.code import Source
from tradewright.ports.confinement import ConfinedWork

INSIDE: Final = {
    ConfinedWork.BACKTEST: ("tradewright.application.confined.running", "run_inside"),
    ConfinedWork.CHECK: ("tradewright.application.confined.trial", "check_inside"),
    ConfinedWork.DESCRIBE: ("tradewright.application.confined.describing", "describe_inside"),
    ConfinedWork.SIGNALS: ("tradewright.application.confined.signaling", "signals_inside"),
    ConfinedWork.HONESTY: ("tradewright.application.confined.honesty", "honesty_inside"),
    ConfinedWork.PARITY: ("tradewright.application.confined.parity", "parity_inside"),
}


def work_of(named: ConfinedWork) -> Work:
    """What does the work, with the ordinary engine; a comparison with that and with files in memory."""
    module, function = INSIDE[named]
    inside = getattr(load(module), function)
    parts: dict[str, object] = {"engine": backtesting()}
    if named is ConfinedWork.PARITY:
        parts = {"comparing": comparing(), "disk_of": load("tradewright.adapters.disk.packed").HeldDisk}

    def work(source: Source, content: memoryview) -> bytes:
        done: bytes = inside(source, content, code=HeldSource(source), **parts)
        return done

    return work


def main(arguments: list[str]) -> int:
    """Do one work."""
    return serve_job({one: partial(work_of, one) for one in ConfinedWork}, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
