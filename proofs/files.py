"""Damaged and hostile market data: text, Parquet and archives, mutated; each ends in a report or in words, in time.

Nothing but an error of our own tree may come out of a file, no reader may die, take long, or fill the memory.
"""

import argparse
import gzip
import io
import random
import resource
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import polars as pl

from proofs.report import Report, quantile
from tradewright.adapters.files.local import LocalFiles
from tradewright.application.data.importing import read_file
from tradewright.application.data.importing_request import ImportFile
from tradewright.domain.errors import TradewrightError

MOST_S: Final = 2.0
MOST_RESIDENT: Final = 512 << 20
PORTION: Final = 250
ROWS: Final = 60
WORDS: Final = (
    b"NaN", b"inf", b"-1e400", b"1e-320", b"99999999999999999999999999", b"\x00", b"\xff\xfe", b'"', b'""', b",,,,",
    b"\r", b"\n\n", b"2024-13-45", b"0000-00-00", b"=cmd()", b"<script>", b"../../etc/passwd", b"\xe2\x80\xae", b"1,5",
    b";", b"\t",
)  # fmt: skip
NAMES: Final = ("a.csv", "../a.csv", "/etc/passwd", "a/../../b.csv", "CON", "a\x00b.csv", "a" * 300, "b.zip", "")


@dataclass(slots=True)
class Portion:
    """What came of some files."""

    took: list[float] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)
    resident: int = 0
    """Bytes that the reading process had at most."""


def options(parser: argparse.ArgumentParser) -> None:
    """What can be chosen."""
    parser.add_argument("--files", type=int, default=10_000, help="of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-j", "--jobs", type=int, default=2)


def prove(asked: argparse.Namespace) -> int:
    """Read each."""
    report = Report("files", "G31 (data)")
    for kind in KINDS:
        found = every(kind, asked.files, number=asked.seed, jobs=asked.jobs)
        late = sum(one > MOST_S for one in found.took)
        report.say(f"{kind}: files", f"{len(found.took):,}", goal="10,000", is_met=len(found.took) >= 10_000)
        report.say(f"{kind}: longer than {MOST_S:g} s", late, goal="0", is_met=not late)
        times = " / ".join(f"{1e3 * quantile(found.took, one):.1f}" for one in (0.5, 0.99, 1.0))
        report.say(f"{kind}: ms, p50 / p99 / longest", times)
        report.say(
            f"{kind}: memory of a reader", f"{found.resident >> 20} MiB", goal="512 MiB",
            is_met=found.resident < MOST_RESIDENT,
        )  # fmt: skip
        report.numbers[kind] = dict(found.outcomes.most_common())
        report.findings += found.findings
    return report.finish(is_kept=not asked.no_record)


def every(kind: str, count: int, *, number: int, jobs: int) -> Portion:
    """So many files of a kind, read by processes of their own."""
    whole = Portion()
    firsts = range(0, count, PORTION)
    sizes = [min(PORTION, count - first) for first in firsts]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        try:
            for one in pool.map(_portion, repeat(kind), (number * 1_000_003 + first for first in firsts), sizes):
                whole.took += one.took
                whole.outcomes += one.outcomes
                whole.findings += one.findings
                whole.resident = max(whole.resident, one.resident)
        except BrokenProcessPool as died:
            whole.findings.append(f"{kind}: a reader died after {len(whole.took)} files: {died}")
    return whole


def _portion(kind: str, first: int, count: int) -> Portion:
    found = Portion()
    with tempfile.TemporaryDirectory(prefix="proofs-files-") as folder:
        for number in range(first, first + count):
            _read(kind, number, Path(folder), found)
    found.resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
    return found


def _read(kind: str, number: int, folder: Path, found: Portion) -> None:
    chance = random.Random(number)
    name, content = KINDS[kind](chance)
    path = folder / name
    path.write_bytes(content)
    files = LocalFiles(folder / "quarantine")
    began = time.monotonic()
    try:
        _, report = read_file(ImportFile(str(path), symbol="T.XNYS"), files=files)
        outcome = "read with rejected rows" if report.rejected.height else "read"
    except TradewrightError as told:
        outcome = type(told).__name__
        if not str(told).strip():
            found.findings.append(f"{kind} {number}: an error without words")
    except BaseException as broke:  # noqa: BLE001 - whatever else comes out of a file is what is looked for
        outcome = f"broke: {type(broke).__name__}"
        found.findings.append(f"{kind} {number}: {type(broke).__name__}: {str(broke)[:200]}")
    found.took.append(time.monotonic() - began)
    found.outcomes[outcome] += 1
    path.unlink()


def _rows(chance: random.Random) -> str:
    lines = ["Date,Open,High,Low,Close,Volume"]
    for row in range(chance.randint(1, ROWS)):
        price = 50 + chance.random() * 50
        day = f"2024-{1 + row // 28:02}-{1 + row % 28:02}"
        lines.append(f"{day},{price:.2f},{price + 1:.2f},{price - 1:.2f},{price + 0.5:.2f},{chance.randint(0, 10**6)}")
    return "\n".join(lines) + "\n"


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Some bytes flipped, cut out, doubled, moved, or put in; sometimes the end cut off."""
    found = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 3, 8, 30))):
        place = chance.randrange(len(found) + 1)
        length = chance.choice((1, 1, 2, 8, 40))
        match chance.randrange(6):
            case 0 if place < len(found):
                found[place] ^= 1 << chance.randrange(8)
            case 1:
                del found[place : place + length]
            case 2:
                found[place:place] = found[place : place + length] * chance.choice((1, 2, 50))
            case 3:
                found[place:place] = chance.choice(WORDS)
            case 4:
                found[place:place] = chance.randbytes(length)
            case _:
                del found[place : place + 1 if chance.random() < 0.8 else None]
    return bytes(found)


def text(chance: random.Random) -> tuple[str, bytes]:
    """Mutated lines."""
    return chance.choice(("a.csv", "a.txt", "a.json")), mutated(_rows(chance).encode(), chance)


def columns(chance: random.Random) -> tuple[str, bytes]:
    """Mutated Parquet or feather."""
    table, place = pl.read_csv(_rows(chance).encode(), try_parse_dates=True), io.BytesIO()
    if chance.random() < 0.7:
        table.write_parquet(place, compression=chance.choice(("zstd", "snappy", "uncompressed")))
        return "a.parquet", mutated(place.getvalue(), chance)
    table.write_ipc(place)
    return "a.feather", mutated(place.getvalue(), chance)


def archive(chance: random.Random) -> tuple[str, bytes]:
    """Mutated archives: with names that lead out of them, with others in them, with more in them than they weigh."""
    inner = _rows(chance).encode()
    if chance.random() < 0.1:
        inner = inner + b"2024-06-01,1,1,1,1,1\n" * chance.choice((10_000, 200_000))
    if chance.random() < 0.4:
        packed = gzip.compress(inner, mtime=0)
        packed = gzip.compress(packed, mtime=0) if chance.random() < 0.2 else packed
        return "a.csv.gz", packed if chance.random() < 0.2 else mutated(packed, chance)
    place = io.BytesIO()
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as made:
        for name in chance.sample(NAMES, chance.choice((1, 1, 1, 2, 4))):
            made.writestr(zipfile.ZipInfo(name or "x"), inner)
    packed = place.getvalue()
    return "a.zip", packed if chance.random() < 0.2 else mutated(packed, chance)


KINDS: Final[dict[str, Callable[[random.Random], tuple[str, bytes]]]] = {
    "text": text, "columns": columns, "archive": archive,
}  # fmt: skip
