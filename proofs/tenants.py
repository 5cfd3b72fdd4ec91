"""Two tenants on one platform, each with a key of its own account: nothing of one ever shows to the other."""

import argparse
import tempfile
from pathlib import Path
from typing import Final

from proofs.asking.desk import desk
from proofs.asking.tenants import ACCOUNTS, Tenants
from proofs.report import Report

GOAL: Final = 5_000


def options(parser: argparse.ArgumentParser) -> None:
    """What can be chosen."""
    parser.add_argument("--requests", type=int, default=GOAL)
    parser.add_argument("--seed", type=int, default=1)


def prove(asked: argparse.Namespace) -> int:
    """Ask as one of them until enough was asked, and look at the other before and after."""
    report = Report("tenants", "G29 (tenants)")
    with (
        tempfile.TemporaryDirectory(prefix="proofs-tenants-", ignore_cleanup_errors=True) as folder,
        desk(Path(folder), accounts=ACCOUNTS, speed="0.2") as world,
    ):
        tenants, round_ = Tenants(world, seed=asked.seed), 0
        while tenants.requests < asked.requests:
            tenants.seed = asked.seed + round_
            tenants.ask(200)
            round_ += 1
    report.say("requests", tenants.requests, goal=f"{GOAL:,}", is_met=tenants.requests >= GOAL)
    report.say("leaks", len(tenants.findings), goal="0", is_met=not tenants.findings)
    report.numbers |= {"statuses": dict(sorted(tenants.statuses.items())), "seed": asked.seed}
    report.findings = tenants.findings
    return report.finish(is_kept=not asked.no_record)
