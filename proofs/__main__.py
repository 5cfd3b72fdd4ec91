"""`python -m proofs NAME ...`: prove one thing, print what was found, keep it under `proofs/results/`."""

import argparse
import sys
from collections.abc import Callable
from importlib import import_module

COMMANDS = {
    "files": "damaged market data: text, Parquet and archives, mutated",
    "tenants": "two tenants, each with a key of its own account: nothing of one shows to the other",
    "api": "requests made from the API's own document, right and wrong, with every role",
    "sandbox": "attacks on the sandbox of uploaded strategies, at each level of confinement",
    "canaries": "secrets planted everywhere, a run through everything, a search of all that it said",
    "timing": "whether the time of a comparison tells anything of a secret",
    "uploads": "mutated strategy files, checked behind walls",
    "websocket": "frames that no sane client sends, to a real server",
    "platform": "kill each process of a platform under load: nothing lost, nothing twice",
    "crash": "kill real traders at random and at every named place, resume, compare with the venue's book",
    "torture": "cut and flip the bytes of a session's journal",
    "nth": "let every disk operation of a session fail, one at a time",
    "kill": "kill switch, guard and alerts: how fast, how surely, with a frozen trader too",
    "recovery": "how long a restart takes with a long journal and many open orders",
    "decision": "how long a check of the gate and a whole decision take, by the size of the book",
    "latency": "from a decision to a send, calm and in a burst",
    "soak": "hours of trading: memory, tasks, files, the loop's lag",
    "calendars": "trading hours, minute by minute, against an independent calendar",
}
"""Each is a module of this package with `options(parser)` and `prove(asked)`, which gives the exit code."""


def main(arguments: list[str] | None = None) -> int:
    """Prove what was asked for; 1 where a goal was not reached."""
    parser = argparse.ArgumentParser(prog="python -m proofs", description=__doc__)
    parser.add_argument(
        "name",
        choices=sorted(COMMANDS),
        metavar="NAME",
        help="; ".join(f"{name}: {told}" for name, told in COMMANDS.items()),
    )
    parser.add_argument("rest", nargs=argparse.REMAINDER)
    given = parser.parse_args(arguments)
    module = import_module(f"proofs.{given.name}")
    own = argparse.ArgumentParser(prog=f"python -m proofs {given.name}", description=module.__doc__)
    own.add_argument("--no-record", action="store_true", help="keep nothing in proofs/results")
    module.options(own)
    prove: Callable[[argparse.Namespace], int] = module.prove
    return prove(own.parse_args(given.rest))


if __name__ == "__main__":
    sys.exit(main())
