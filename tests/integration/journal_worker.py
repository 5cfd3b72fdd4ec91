"""A process that trades into a journal until it is killed: `journal_worker.py FOLDER FIRST`, a line a promise."""

import sys
from dataclasses import dataclass
from pathlib import Path

from tradewright.adapters.disk.disk import RealDisk
from tradewright.domain.errors import StorageError
from tradewright.engine.runtime.journal.record import Catalogue
from tradewright.engine.runtime.journal.writer import Journal

SEGMENT_BYTES = 1 << 13


@dataclass(frozen=True, slots=True)
class Counted:
    """A number, in order."""

    number: int


CATALOGUE = Catalogue(1, {"Counted": Counted})


def main(folder: str, first: int) -> None:
    """Append groups of one to seven numbers and tell the last of each group once it is promised."""
    journal = Journal.open(RealDisk(Path(folder)), CATALOGUE, opened_ns=1, segment_bytes=SEGMENT_BYTES)
    print("open", flush=True)
    number = first
    while True:
        for _ in range(1 + number % 7):
            journal.append(Counted(number))
            number += 1
        journal.commit()
        print(number - 1, flush=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1], int(sys.argv[2]))
    except StorageError as problem:
        sys.exit(str(problem))
