"""One run of a peer's script in a process of its own, measured as ours are."""

import json
import math
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.machine import ROOT
from benchmarks.peers.watch import MARK
from benchmarks.running import environment
from benchmarks.workloads.case import Place
from benchmarks.workloads.start import drop_from_memory

RESULT = "RESULT "
MOST_SECONDS = 600


class PeerError(Exception):
    """A peer's run failed; the text says what it said last."""


@dataclass(frozen=True, slots=True)
class PeerRun:
    """One run; seconds and megabytes."""

    run_s: float
    process_s: float
    peak_mb: float
    version: str
    final: float
    fills: int
    rate: float
    """Units a second, which the scripts tell with more digits than the time; 0 where they do not."""

    def timed_by(self, units: int) -> "PeerRun":
        """The same with the time of the run from its rate."""
        return replace(self, run_s=units / self.rate) if self.rate > 0 else self


def scripts_folder() -> Path:
    """Where the peers' scripts are; PeerError that says where they were looked for."""
    folder = Path(os.environ.get("PEERS_SCRIPTS") or ROOT.parent / "shared" / "peers").absolute()
    if not (folder / "common.py").is_file():
        raise PeerError(
            f"the peers' scripts are missing: expected common.py and peer_*.py in {folder}; "
            "put them there, or say with PEERS_SCRIPTS where they are"
        )
    return folder


def run_peer(python: Path, script: Path, arguments: list[str], *, place: Place, is_cold: bool = False) -> PeerRun:
    """Run it once."""
    if is_cold:
        make_cold(python)
    command = [sys.executable, "-m", "benchmarks.peers.watch", str(python), str(script), *arguments]
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=_environment(place, python),
            capture_output=True,
            text=True,
            timeout=MOST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as slow:
        raise PeerError(f"ran longer than {MOST_SECONDS} s") from slow
    found = _line(done.stdout, RESULT)
    if done.returncode or found is None:
        raise PeerError(f"ended with {done.returncode}: {done.stderr.strip()[-300:] or done.stdout.strip()[-300:]}")
    watched = _line(done.stdout, MARK) or {}
    return PeerRun(
        run_s=float(found.get("run_s", watched["process_s"])),
        process_s=float(watched["process_s"]),
        peak_mb=float(watched["peak_mb"]),
        version=str(found.get("version", "")),
        final=float(found.get("final", math.nan)),
        fills=int(found.get("fills", -1)),
        rate=float(found.get("rate", 0.0)),
    )


def _line(told: str, mark: str) -> dict[str, Any] | None:
    for text in told.splitlines():
        if text.startswith(mark):
            found: dict[str, Any] = json.loads(text.removeprefix(mark))
            return found
    return None


def make_cold(python: Path) -> None:
    """Drop the environment's files from the page cache, and what numba compiled into it."""
    library = python.parents[1] / "lib"
    for path in library.rglob("*.nb[ic]"):
        path.unlink()
    drop_from_memory([library, Path(sys.base_prefix) / "lib"])


def _environment(place: Place, python: Path) -> dict[str, str]:
    """The peers read their data from PEERS_DIR/data; nothing is written beside their scripts."""
    found = {name: value for name, value in environment().items() if name != "PYTHONPATH"}
    found |= {"PEERS_DIR": str(place.data.parent), "PYTHONPYCACHEPREFIX": str(place.folder / "pycache")}
    if python == Path(sys.executable):
        found["NUMBA_CACHE_DIR"] = str(place.folder / "numba")
    return found
