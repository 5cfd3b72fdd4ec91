"""Recordings of a venue's market-data stream: one JSON message a line, trades, quotes and books mixed.

Translates the public messages of Binance (spot and futures; a recorder's receive time in nanoseconds stands before each
message) and Bybit (order book topics) to rows. Books are taken from full snapshots; a change to a book is not one.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

import polars as pl

from tradewright.adapters.files.blocks import Block, blocks
from tradewright.adapters.files.opening import Source, as_text
from tradewright.domain.errors import InputError
from tradewright.ports.files import Chunk, FileFormat, FileHead, ReadOptions
from tradewright.ports.stores import Table

Row = tuple[object, ...]
COLUMNS: Mapping[Table, tuple[str, ...]] = {
    Table.TRADES: ("time", "symbol", "trade_id", "price", "quantity", "side"),
    Table.QUOTES: ("time", "symbol", "bid", "bid_quantity", "ask", "ask_quantity"),
    Table.BOOK: ("time", "symbol", "side", "level", "price", "quantity"),
}
_TEXT = frozenset({"symbol", "trade_id", "side"})
_MS = 1_000_000


class MessageFile:
    """A recording; `options.table` says which of its kinds of rows is wanted."""

    def __init__(self, source: Source, options: ReadOptions, *, block_bytes: int | None = None) -> None:
        self._source = source
        self._block_bytes = block_bytes
        lines = as_text(source.peek).read().splitlines()
        held = [table for table in COLUMNS if any(_rows_of(line, table, "") for line in lines)]
        table = options.table
        if table is None or table not in COLUMNS:
            raise InputError(
                f"{source.path} is a recording of several kinds of messages",
                expected="one table to read",
                found=", ".join(held) or "no message that is understood",
                remedy=f"say which with table={held[0] if held else Table.TRADES}",
            )
        self._table: Table = table
        self._symbol = next((symbol for symbol in map(_symbol_of, lines) if symbol), "")
        sample = _frame([row for line in lines for row in _rows_of(line, self._table, self._symbol) or ()], self._table)
        notes = ("quotes are stamped by the time of receipt" if self._table is Table.QUOTES else "",)
        self._head = FileHead(
            str(source.path), FileFormat.MESSAGES, COLUMNS[self._table], True, sample, notes=tuple(filter(None, notes))
        )

    @property
    def head(self) -> FileHead:
        """What can be seen without reading the whole file."""
        return self._head

    def chunks(self, *, columns: Sequence[str], numeric: Sequence[str]) -> Iterator[Chunk]:
        """The rows of the wanted kind, one chunk a block of lines."""
        del numeric
        for block in blocks(self._source, skip_lines=0, size=self._block_bytes):
            yield self._parse(block, columns)

    def _parse(self, block: Block, columns: Sequence[str]) -> Chunk:
        lines = block.lines()
        rows: list[Row] = []
        numbers: list[int] = []
        faults: dict[int, str] = {}
        for number, line in enumerate(lines, start=block.first):
            found = _rows_of(line, self._table, self._symbol) if line.strip() else ()
            if found is None:
                faults[len(rows)] = "not a message that can be read"
                found = [(None,) * len(COLUMNS[self._table])]
            rows.extend(found)
            numbers.extend([number] * len(found))

        def original(positions: Sequence[int]) -> list[str]:
            return [lines[numbers[position] - block.first].decode("utf-8", errors="replace") for position in positions]

        frame = _frame(rows, self._table).select(columns)
        return Chunk(frame, block.first, block.fraction, original, faults, lines=pl.Series(numbers, dtype=pl.Int64))


def _frame(rows: Sequence[Row], table: Table) -> pl.DataFrame:
    schema = {
        name: pl.String() if name in _TEXT else pl.Int64() if name in {"time", "level"} else pl.Float64()
        for name in COLUMNS[table]
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _split(line: str | bytes) -> tuple[int | None, object]:
    """Receipt stamp (None where the recorder kept none) and message."""
    text = line if isinstance(line, str) else line.decode("utf-8", errors="replace")
    stamp, blank, rest = text.partition(" ")
    if blank and stamp.isdigit():
        return int(stamp), json.loads(rest)
    return None, json.loads(text)


def _rows_of(line: str | bytes, table: Table, symbol: str) -> Sequence[Row] | None:
    """Rows of the wanted kind in one message; empty for other messages; None for a line that is no message."""
    try:
        received, message = _split(line)
        if not isinstance(message, dict):
            return None
        data = message.get("data", message)
        return _TRANSLATORS[table](received, message, data, symbol)
    except (ValueError, KeyError, TypeError, IndexError):
        return None


def _trades(received: int | None, message: Mapping[str, object], data: dict[str, object], symbol: str) -> list[Row]:
    del received, message
    if data.get("e") != "trade" or data.get("X", "MARKET") == "NA":  # X=NA: not traded in the book (insurance fund)
        return []
    side = "SELL" if data["m"] else "BUY"  # m: the buyer was the maker, so the taker sold
    price, quantity = float(str(data["p"])), float(str(data["q"]))
    return [(int(str(data["T"])) * _MS, data.get("s", symbol), str(data["t"]), price, quantity, side)]


def _quotes(received: int | None, message: Mapping[str, object], data: dict[str, object], symbol: str) -> list[Row]:
    if "B" not in data or "A" not in data or not str(message.get("stream", "bookTicker")).endswith("bookTicker"):
        return []
    stamp = received if received is not None else int(str(data["T"])) * _MS
    sizes = [float(str(data[name])) for name in ("b", "B", "a", "A")]
    return [(stamp, data.get("s", symbol), *sizes)]


def _book(received: int | None, message: Mapping[str, object], data: dict[str, object], symbol: str) -> list[Row]:
    if "lastUpdateId" in data:
        stamp = int(str(data["T"])) * _MS if "T" in data else received
        return _levels(stamp, symbol, data["bids"], data["asks"])
    if message.get("type") == "snapshot" and "b" in data:
        return _levels(int(str(message["ts"])) * _MS, str(data["s"]), data["b"], data["a"])
    return []


def _levels(stamp: int | None, symbol: str, bids: object, asks: object) -> list[Row]:
    if not isinstance(bids, list) or not isinstance(asks, list):
        raise TypeError("a book without levels")
    return [
        (stamp, symbol, side, level, float(price), float(quantity))
        for side, levels in (("BUY", bids), ("SELL", asks))
        for level, (price, quantity) in enumerate(levels)
    ]


def _symbol_of(line: str) -> str:
    try:
        _, message = _split(line)
    except ValueError:
        return ""
    data = message.get("data", message) if isinstance(message, dict) else {}
    return str(data.get("s", "")) if isinstance(data, dict) else ""


_TRANSLATORS: Mapping[Table, Callable[[int | None, Mapping[str, object], dict[str, object], str], list[Row]]] = {
    Table.TRADES: _trades,
    Table.QUOTES: _quotes,
    Table.BOOK: _book,
}
