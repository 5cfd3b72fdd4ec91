"""P6: processes from their start to their end: the first result from a CSV file, the help, the import.

Cold means as after a reboot: the files of the interpreter's packages are dropped from the page cache, and no compiled
kernel is there (byte code is, since installing writes it). Files that another process has mapped stay in memory, so
measure on a quiet machine.
This file imports nothing heavy: the peak memory of a process that it starts includes its own.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import benchmarks
from benchmarks.workloads.case import Answers, Case, Place

ROOT = Path(benchmarks.__file__).resolve().parents[1]


def packages() -> list[Path]:
    """Where Python's files and those of its packages are."""
    paths = sysconfig.get_paths()
    return [Path(paths[name]) for name in ("stdlib", "purelib", "platlib")] + [ROOT / "src"]


def drop_from_memory(folders: list[Path]) -> None:
    """Let the page cache forget these files; needs no privilege. Where the system cannot, nothing happens."""
    if not hasattr(os, "posix_fadvise"):
        return
    for folder in dict.fromkeys(folders):
        for path in folder.rglob("*"):
            if path.is_file() and not path.is_symlink():
                handle = os.open(path, os.O_RDONLY)
                try:
                    os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
                finally:
                    os.close(handle)


def _finished(command: list[str], environment: dict[str, str]) -> Answers:
    """Run a command; what goes wrong is raised with what it said."""
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[:3])} ended with {done.returncode}: {done.stderr[-2000:]}")
    figures = done.stdout.split()
    if len(figures) != 3:
        return {}
    return dict(zip(("bars", "final_equity", "round_trips"), map(float, figures), strict=True))


def _always(command: list[str]) -> Case:
    run = partial(_finished, command, dict(os.environ))
    return Case(1, lambda: run, is_process=True)


def _help(place: Place) -> Case:
    script = Path(sys.executable).with_name("tradewright")
    by_name = [sys.executable, "-c", "from tradewright.__main__ import main; main()"]
    return _always([*([str(script)] if script.exists() else by_name), "--help"])


def _import(place: Place) -> Case:
    return _always([sys.executable, "-c", "import tradewright"])


def _first_result(place: Place, *, is_cold: bool) -> Case:
    folder = Path(tempfile.mkdtemp(prefix="tradewright-start-"))
    command = [sys.executable, "-m", "benchmarks.workloads.first_result", str(place.data.absolute() / "daily.csv")]

    def turn() -> Callable[[], Answers]:
        environment = dict(os.environ)
        if is_cold:
            environment["TRADEWRIGHT_KERNEL_CACHE"] = tempfile.mkdtemp(dir=folder)
            drop_from_memory(packages())
        return partial(_finished, command, environment)

    return Case(1, turn, is_process=True, close=partial(shutil.rmtree, folder, ignore_errors=True))


CASES = {
    "P6.warm": partial(_first_result, is_cold=False),
    "P6.cold": partial(_first_result, is_cold=True),
    "P6.help": _help,
    "P6.import": _import,
}
