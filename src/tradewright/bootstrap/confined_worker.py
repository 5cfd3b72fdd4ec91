"""The process of an uploaded strategy: it raises its walls, and then finds, makes and answers as any strategy worker.

Started by a strategy host alone (`python -m tradewright.bootstrap.confined_worker`). The walls are raised when the
strategy is asked for, before one byte of it is compiled; where one does not stand, that is the answer.
"""

import sys

from tradewright.adapters.code.held_source import HeldSource
from tradewright.adapters.hosts.serving import serve
from tradewright.adapters.sandbox.handing import Handed
from tradewright.adapters.sandbox.walls import raise_walls
from tradewright.application.strategies.programs import load_program
from tradewright.ports.hosts import StrategyProgram, StrategyTerms


def main(arguments: list[str]) -> int:
    """Serve one session; the first argument says what this process is handed, the others are a worker's."""
    handed = Handed.read(arguments[0])
    code = HeldSource(handed.source())

    def load(terms: StrategyTerms) -> StrategyProgram:
        raise_walls(handed.walls)
        return load_program(terms, code=code)

    return serve(load, arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
