"""Results that stay: one JSON file a table, a row a line, each with the commit it was measured at.

Measuring a few lines replaces these lines and keeps the others, so a file is always the newest of everything.
"""

import json
from pathlib import Path

from benchmarks.machine import commit, machine, now, versions
from benchmarks.rows import Row, row_of

FOLDER = Path(__file__).resolve().parent / "results"


def recorded(file: Path) -> dict[str, dict[str, object]]:
    """What was written last, by line; empty when nothing was."""
    if not file.exists():
        return {}
    found = json.loads(file.read_text(encoding="utf-8"))
    return {str(entry["id"]): entry for entry in found["rows"]}


def record(file: Path, rows: list[dict[str, object]], **more: object) -> None:
    """Write rows over those of the same id, with machine, versions and commit."""
    stamp = {"commit": commit(), "measured": now(), "machine": machine()}
    merged = recorded(file) | {str(row["id"]): row | stamp for row in rows}
    ordered = [merged[name] for name in sorted(merged)]
    content = {"versions": versions(), **more, "rows": ordered}
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".new")
    unfinished.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    unfinished.replace(file)


def before(file: Path, row: Row) -> Row | None:
    """The recorded row of the same line, when the same machine made it."""
    entry = recorded(file).get(row.id)
    if entry is None:
        return None
    there, here = entry["machine"], machine()
    assert isinstance(there, dict)
    if (there["processor"], there["cores"]) != (here["processor"], here["cores"]):
        return None
    return row_of({name: value for name, value in entry.items() if name in Row.__slots__})
