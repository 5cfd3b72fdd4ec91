"""`python -m proofs.sandboxing.stage LEVEL`: enter a level, and try the attacks that are named on standard input.

Each line that comes in is the number of an attack in the corpus; each that goes out is its verdict, as JSON.
"""

import os
import sys
from dataclasses import asdict
from typing import Final

import msgspec

from proofs.sandboxing.corpus import CORPUS, TOGETHER
from proofs.sandboxing.ground import Ground
from proofs.sandboxing.levels import enter
from proofs.sandboxing.trial import tried, tried_together

INSIDE: Final = "--inside"
ALL: Final = -1
"""The number that means: all that can be tried in one process."""


def main(arguments: list[str]) -> int:
    """Enter, run anew so that nothing from before is left, and try."""
    level = arguments[0]
    if INSIDE not in arguments:
        enter(level)
        os.execv(sys.executable, [sys.executable, "-m", "proofs.sandboxing.stage", level, INSIDE])
    ground = Ground.made()
    try:
        for line in sys.stdin:
            number = int(line)
            verdict = tried_together(TOGETHER, ground) if number == ALL else tried(CORPUS[number], ground)
            print(msgspec.json.encode(asdict(verdict)).decode(), flush=True)
    finally:
        ground.remove()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
