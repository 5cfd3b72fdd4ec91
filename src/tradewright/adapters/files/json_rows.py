"""JSON with one record a line, or one array of records; a record is an object with names or an array of values."""

import json
from collections.abc import Callable, Iterator, Sequence

import polars as pl

from tradewright.adapters.files.blocks import Block, blocks
from tradewright.adapters.files.opening import Source, as_text
from tradewright.domain.errors import InputError
from tradewright.ports.files import Chunk, FileFormat, FileHead

SAMPLE_RECORDS = 2000
ARRAY_BYTES = 512 << 20
_NAMED = "records as objects with names, or as arrays of values"


class JsonLinesFile:
    """One JSON record a line."""

    def __init__(self, source: Source, *, block_bytes: int | None = None) -> None:
        self._source = source
        self._block_bytes = block_bytes
        lines = [line for line in as_text(source.peek).read().splitlines() if line.strip()][:SAMPLE_RECORDS]
        records = [record for record in map(_record, lines) if record is not None]
        if not records:
            raise InputError(
                f"{source.path} has no rows", expected=f"one JSON record a line: {_NAMED}", found=lines[0][:80]
            )
        sample = frame(records)
        self._head = FileHead(str(source.path), FileFormat.JSON, tuple(sample.columns), True, sample)

    @property
    def head(self) -> FileHead:
        """What can be seen without reading the whole file."""
        return self._head

    def chunks(self, *, columns: Sequence[str], numeric: Sequence[str]) -> Iterator[Chunk]:
        """The rows from first to last, one chunk a block."""
        del numeric  # JSON says what is a number
        for block in blocks(self._source, skip_lines=0, size=self._block_bytes):
            yield _parse(block, columns)


class JsonArrayFile:
    """One JSON array that holds all records; read at once, so its size has a limit."""

    def __init__(self, source: Source) -> None:
        if source.size > ARRAY_BYTES:
            raise InputError(
                f"{source.path} is too large for one JSON array",
                expected=f"at most {ARRAY_BYTES >> 20} MB",
                found=f"{source.size >> 20} MB",
                remedy="write one record a line (JSON lines)",
            )
        self._source = source
        try:
            content = json.loads(source.everything().decode("utf-8-sig"))
        except ValueError as broken:
            raise InputError(f"{source.path} is not valid JSON", found=str(broken)) from broken
        self._records = _records_of(content, str(source.path))
        self._rows = frame(self._records)
        sample = self._rows.head(SAMPLE_RECORDS)
        self._head = FileHead(
            str(source.path), FileFormat.JSON, tuple(sample.columns), True, sample, len(self._records)
        )

    @property
    def head(self) -> FileHead:
        """What can be seen without reading the whole file."""
        return self._head

    def chunks(self, *, columns: Sequence[str], numeric: Sequence[str]) -> Iterator[Chunk]:
        """All rows in one chunk."""
        del numeric

        def original(positions: Sequence[int]) -> list[str]:
            return [json.dumps(self._records[position]) for position in positions]

        yield Chunk(self._rows.select(columns), 1, 1.0, original)


def frame(records: Sequence[dict[str, object]]) -> pl.DataFrame:
    """Records as columns; a column with numbers only is a number, any other is text."""
    names = list(dict.fromkeys(name for record in records for name in record))
    return pl.DataFrame({name: _column([record.get(name) for record in records]) for name in names})


def _column(values: Sequence[object]) -> pl.Series:
    kinds = {type(value) for value in values if value is not None}
    if kinds == {int}:
        return pl.Series(values, dtype=pl.Int64)
    if kinds and kinds <= {int, float}:
        return pl.Series(values, dtype=pl.Float64, strict=False)
    texts = [value if isinstance(value, str) or value is None else json.dumps(value) for value in values]
    return pl.Series(texts, dtype=pl.String)


def _named(value: object) -> dict[str, object] | None:
    if isinstance(value, dict):
        return value
    if isinstance(value, list):
        return {str(position): item for position, item in enumerate(value, start=1)}
    return None


def _record(line: str | bytes) -> dict[str, object] | None:
    try:
        return _named(json.loads(line))
    except ValueError:
        return None


def _records_of(content: object, path: str) -> list[dict[str, object]]:
    if isinstance(content, dict):  # {"AAPL": [...]} or {"data": [...]}: the one list inside
        lists = [value for value in content.values() if isinstance(value, list)]
        content = lists[0] if len(lists) == 1 else content
    if not isinstance(content, list):
        raise InputError(
            f"{path} has no rows", expected="a JSON array of records", found="one object without a single list in it"
        )
    records = [_named(value) for value in content]
    good = [record for record in records if record is not None]
    if not good or len(good) != len(records):
        raise InputError(f"{path} cannot be read", expected=_NAMED, found=json.dumps(content[:1])[:80])
    return good


def _parse(block: Block, columns: Sequence[str]) -> Chunk:
    return _parse_at_once(block, columns) or _parse_line_by_line(block, columns)


def _parse_at_once(block: Block, columns: Sequence[str]) -> Chunk | None:
    """The quick way, for blocks of sound objects without nested values; None for any other."""
    if not block.text.startswith(b"{") or b"\n\n" in block.text:
        return None
    try:
        rows = pl.read_ndjson(block.text, infer_schema_length=None).select(columns)
    except pl.exceptions.PolarsError:
        return None
    lines = block.lines()
    if rows.height != len(lines) or any(kind.is_nested() for kind in rows.dtypes):
        return None
    return Chunk(rows, block.first, block.fraction, _texts(lines))


def _texts(lines: Sequence[bytes]) -> Callable[[Sequence[int]], list[str]]:
    def original(positions: Sequence[int]) -> list[str]:
        return [lines[position].decode("utf-8", errors="replace") for position in positions]

    return original


def _parse_line_by_line(block: Block, columns: Sequence[str]) -> Chunk:
    lines = block.lines()
    records: list[dict[str, object]] = []
    faults: dict[int, str] = {}
    blank: list[int] = []
    for position, line in enumerate(lines):
        record = _record(line) if line.strip() else {}
        if not line.strip():
            blank.append(position)
        elif record is None:
            faults[position] = "not a JSON record"
        records.append(record or {})
    rows = frame([{name: record.get(name) for name in columns} for record in records])
    return Chunk(rows, block.first, block.fraction, _texts(lines), faults, frozenset(blank))


def is_array(source: Source) -> bool:
    """True for one document; False for one record a line (records that are arrays themselves included)."""
    lines = [line for line in as_text(source.peek).read().splitlines()[:3] if line.strip()]
    if len(lines) == 1:
        return _holds_records(lines[0])
    return any(_record(line) is None for line in lines[:2]) or _holds_records(lines[0])


def _holds_records(line: str) -> bool:
    """True where a line is a document of records, or the beginning of one, rather than one record."""
    try:
        value = json.loads(line)
    except ValueError:
        return True
    if isinstance(value, dict):
        lists = [item for item in value.values() if isinstance(item, list)]
        value = lists[0] if len(lists) == 1 else []
    return isinstance(value, list) and bool(value) and isinstance(value[0], list | dict)
