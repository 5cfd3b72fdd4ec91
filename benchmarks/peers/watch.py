"""Runs one command and says what its process took: `python -m benchmarks.peers.watch command ...`.

A process of its own, because only the largest memory of *all* children can be asked for, and because a child's includes
its parent's: this one is small and has one child.
"""

import json
import resource
import subprocess
import sys
import time

MARK = "WATCHED "


def main() -> int:
    """Run; hand on what the command says; add a line."""
    started = time.perf_counter()
    ended = subprocess.run(sys.argv[1:], check=False).returncode
    process_s = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(MARK + json.dumps({"process_s": process_s, "peak_mb": peak / 1e6}), flush=True)
    return ended


if __name__ == "__main__":
    sys.exit(main())
