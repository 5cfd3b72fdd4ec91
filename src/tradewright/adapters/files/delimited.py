"""Delimited text: the format in which most market data changes hands.

Numbers are parsed by Polars at full speed; a block in which one is not a plain number, or a line is damaged, is read
again as text, so that the importer can say what stands there.
"""

import io
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import polars as pl

from tradewright.adapters.files.blocks import Block, blocks
from tradewright.adapters.files.dialect import Dialect, detect, fields_of
from tradewright.adapters.files.opening import Source
from tradewright.ports.files import Chunk, FileFormat, FileHead, ReadOptions


class DelimitedFile:
    """A CSV file, or one with another delimiter."""

    def __init__(self, source: Source, options: ReadOptions, *, block_bytes: int | None = None) -> None:
        self._source = source
        self._block_bytes = block_bytes
        self._dialect, rows = detect(source.peek, options, path=str(source.path))
        width = len(self._dialect.columns)
        whole = [row if len(row) == width else [*row[:width], *[None] * (width - len(row))] for row in rows]
        sample = pl.DataFrame(
            dict(zip(self._dialect.columns, zip(*whole, strict=True), strict=True)),
            schema=dict.fromkeys(self._dialect.columns, pl.String()),
        )
        self._head = FileHead(
            path=str(source.path),
            format=FileFormat.DELIMITED,
            columns=self._dialect.columns,
            has_header=self._dialect.has_header,
            sample=sample,
            notes=self._dialect.notes,
        )

    @property
    def head(self) -> FileHead:
        """What can be seen without reading the whole file."""
        return self._head

    def chunks(self, *, columns: Sequence[str], numeric: Sequence[str]) -> Iterator[Chunk]:
        """The rows from first to last, one chunk a block."""
        for block in blocks(self._source, skip_lines=self._dialect.skip_lines, size=self._block_bytes):
            yield parse_block(block, self._dialect, columns=columns, numeric=numeric)


def parse_block(block: Block, dialect: Dialect, *, columns: Sequence[str], numeric: Sequence[str]) -> Chunk:
    """The asked columns of a block; damaged lines are named in `faults`, empty ones in `blank`."""
    faults, blank = _examine(block, dialect)
    rows = _parse(block, dialect, columns=columns, numeric=frozenset(numeric))
    if any(rows[name].null_count() > len(blank) for name in numeric if name in rows.columns):
        rows = _parse(block, dialect, columns=columns, numeric=frozenset())
    if rows.height != _line_count(block):
        rows = _parse_line_by_line(block, dialect, columns=columns, faults=faults)

    def original(positions: Sequence[int]) -> list[str]:
        lines = block.lines()
        return [lines[position].decode("utf-8", errors="replace") for position in positions]

    return Chunk(rows, block.first, block.fraction, original, faults, blank)


def _line_count(block: Block) -> int:
    return block.text.count(b"\n") + (not block.text.endswith(b"\n"))


def _parse(block: Block, dialect: Dialect, *, columns: Sequence[str], numeric: frozenset[str]) -> pl.DataFrame:
    schema = {name: pl.Float64() if name in numeric else pl.String() for name in dialect.columns}
    try:
        scan = pl.scan_csv(
            block.text,
            has_header=False,
            schema=schema,
            separator=dialect.delimiter,
            ignore_errors=True,
            truncate_ragged_lines=True,
            missing_columns="insert",
            encoding="utf8-lossy",
        )
        return scan.select(columns).collect()
    except pl.exceptions.PolarsError:  # a quote that is never closed, or only blank lines: read line by line instead
        return pl.DataFrame()


def _examine(block: Block, dialect: Dialect) -> tuple[dict[int, str], frozenset[int]]:
    """Lines with another number of fields than the table has, and blank lines; quick when there are none."""
    delimiters = len(dialect.columns) - 1
    quoted = b'"' in block.text
    if not quoted and _is_regular(block.text, dialect.delimiter, delimiters):
        return {}, frozenset()
    lines = pl.Series(block.text.decode("utf-8", errors="replace").removesuffix("\n").split("\n")).str.strip_chars_end(
        "\r"
    )
    bare = lines.str.replace_all(r'"[^"]*"', "") if quoted else lines
    found = bare.str.count_matches(dialect.delimiter, literal=True)
    is_blank = lines.str.strip_chars() == ""
    wrong = ((found != delimiters) & ~is_blank).arg_true().to_list()
    faults = {position: f"{found[position] + 1} fields instead of {delimiters + 1}" for position in wrong}
    if quoted:
        faults |= dict.fromkeys(bare.str.contains('"', literal=True).arg_true().to_list(), "a quote that is not closed")
    return faults, frozenset(is_blank.arg_true().to_list())


def _is_regular(text: bytes, delimiter: str, count: int) -> bool:
    """True where each line has exactly `count` delimiters; compares places, 30 ms for 32 MB (a loop takes seconds)."""
    letters = np.frombuffer(text, np.uint8)
    ends = np.flatnonzero(letters == ord("\n"))
    if not text.endswith(b"\n"):
        ends = np.append(ends, len(letters))
    places = np.flatnonzero(letters == ord(delimiter))
    if count == 0 or len(places) != count * len(ends):
        return False
    by_line = places.reshape(len(ends), count)
    return bool((by_line[:, -1] < ends).all() and (by_line[1:, 0] > ends[:-1]).all())


def _parse_line_by_line(
    block: Block, dialect: Dialect, *, columns: Sequence[str], faults: Mapping[int, str]
) -> pl.DataFrame:
    """The slow way for odd blocks: every line for itself, so that one stray quote damages one line."""
    width = len(dialect.columns)
    places = [dialect.columns.index(name) for name in columns]
    nothing: list[str | None] = [None] * len(columns)
    table: list[list[str | None]] = []
    for position, line in enumerate(block.lines()):
        if position in faults or not line.strip():
            table.append(nothing)
            continue
        cells = next(fields_of(io.StringIO(line.decode("utf-8", errors="replace")), dialect.delimiter), [])
        padded: list[str | None] = [*cells, *[None] * (width - len(cells))]
        table.append([padded[place] for place in places])
    return pl.DataFrame(table, schema=dict.fromkeys(columns, pl.String()), orient="row")
