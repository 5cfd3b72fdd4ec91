"""Twelve planted secrets, and a run through commands, requests, sessions, jobs and failures: none is in any output.

Searched are outputs of commands, answers, logs, journals, databases, backups, reports, the command lines of processes
and the surroundings of strategies; in plain, in addresses, in base 64, in hexadecimal, and by halves.
"""

import argparse
import shutil
import tempfile
from pathlib import Path

from proofs.canary.planting import PLACES, plant
from proofs.canary.searching import Search
from proofs.canary.walk import Walk
from proofs.report import Report


def options(parser: argparse.ArgumentParser) -> None:
    """What can be chosen."""
    parser.add_argument("--folder", default="", help="where to run and to leave everything; else a folder that goes")


def searched(folder: Path) -> tuple[Search, Walk]:
    """The run, and what was found in all that it left."""
    planted = plant(folder)
    walk = Walk(planted)
    walk.whole()
    search = Search(planted.canaries)
    for where, data in walk.outputs:
        search.look(where, data)
    search.folder(folder, but=frozenset({folder / "tradewright.toml", folder / "keys" / "twelve_data"}))
    return search, walk


def prove(asked: argparse.Namespace) -> int:
    """Run and search."""
    folder = Path(asked.folder or tempfile.mkdtemp(prefix="canaries-")).absolute()
    try:
        search, walk = searched(folder / "project")
    finally:
        if not asked.folder:
            shutil.rmtree(folder, ignore_errors=True)
    report = Report("canaries", "G34")
    report.say(
        "secrets planted", len(search.canaries), goal=str(len(PLACES)), is_met=set(search.canaries) == set(PLACES)
    )
    report.say("steps of the run", len(walk.stories))
    report.say("outputs searched", f"{search.outputs:,}, {search.size / 1e6:,.1f} MB")
    report.say("secrets found", len(search.hits), goal="0", is_met=not search.hits)
    report.findings = search.hits
    report.numbers = {"outputs": search.outputs, "bytes": search.size, "steps": walk.stories}
    return report.finish(is_kept=not asked.no_record)
