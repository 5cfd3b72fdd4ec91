"""The file in which a paper account outlives its process: the terms it was opened on, then every input in order.

This file decides how an input is written (a header with its number and two checksums, then JSON) and what is done
about damage: a torn end was never acknowledged and is cut, anything else is refused. Each record holds a checksum of
what came of the input, so that an account is never led to another history by rules that have changed.
"""

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import msgspec

from tradewright.domain.costs import Cost, Costs
from tradewright.domain.errors import StorageError
from tradewright.domain.identifiers import AccountId
from tradewright.ports.broker import BrokerEvent
from tradewright.ports.disk import Disk, OpenFile
from tradewright.simulation.paper import inputs
from tradewright.simulation.paper.exchange import Exchange
from tradewright.simulation.paper.inputs import Input, SlicePlayed
from tradewright.simulation.paper.terms import AccountTerms

FILE = "account.log"
MAGIC = b"TWPA"
HEADER = struct.Struct(">4sIIII")
"""Magic, number, length and checksum of the content, checksum of the header."""
SCHEMA = 1
KINDS = MappingProxyType(
    {
        kind.__name__: kind
        for kind in (
            inputs.MarketOpened, inputs.SlicePlayed, inputs.MarketEnded, inputs.Submitted, inputs.ReplaceAsked,
            inputs.CancelAsked, inputs.CancelAllAsked, inputs.PlacedByHand, inputs.Busted, inputs.RestsWiped,
        )
    }
)  # fmt: skip
ReadCosts = Callable[[str], Cost]


class AccountFile:
    """An account's file, open for appending."""

    __slots__ = ("_file", "_is_broken", "_length", "_number")

    def __init__(self, file: OpenFile, *, length: int, number: int) -> None:
        self._file = file
        self._length = length
        self._number = number
        self._is_broken = False

    def keep(self, given: Input, events: list[BrokerEvent]) -> None:
        """Write an input down; durably, but for a slice that brought nothing: the history has it, too."""
        record = {"kind": type(given).__name__, "input": given, "check": _check(events)}
        self._append(msgspec.json.encode(record))
        if events or not isinstance(given, SlicePlayed):
            self._sync()

    def close(self) -> None:
        """Close the file; twice is allowed."""
        self._file.close()

    def _append(self, content: bytes) -> None:
        if self._is_broken:
            raise StorageError("the paper account's file cannot be trusted any more", remedy="start the venue again")
        self._is_broken = True
        self._number += 1
        framed = _framed(self._number, content)
        self._file.write(self._length, framed)
        self._length += len(framed)
        self._is_broken = False

    def _sync(self) -> None:
        self._is_broken = True
        self._file.sync()
        self._is_broken = False


def open_account(
    disk: Disk, terms: AccountTerms, *, read_costs: ReadCosts
) -> tuple[AccountFile, AccountTerms, list[Any]]:
    """The account's file, its terms, and its records; made with `terms` where there is none.

    StorageError for a damaged file. The terms of an account that exists are those it was opened on.
    """
    if disk.exists(FILE):
        file = disk.open(FILE)
        content = file.read(0, file.length())
        records, end = _records(content)
        if records:
            if end < len(content):
                file.truncate(end)
                file.sync()
            return AccountFile(file, length=end, number=len(records)), _terms(records[0], read_costs), records[1:]
        file.truncate(0)
    else:
        file = disk.open(FILE, create=True)
        disk.sync_folder()
    made = AccountFile(file, length=0, number=0)
    made._append(msgspec.json.encode(_opening(terms)))
    made._sync()
    return made, terms, []


def recall(exchange: Exchange, records: list[Any]) -> None:
    """Lead an exchange to where its account stood; StorageError where today's rules lead elsewhere."""
    for number, record in enumerate(records, 2):
        kind: Any = KINDS[record["kind"]]
        given: Input = msgspec.convert(record["input"], kind)
        if _check(exchange.recall(given)) != record["check"]:
            raise StorageError(
                f"record {number} of the paper account leads to another history than it did",
                expected="the events that were told then",
                found="others: the rules of this version differ from those the account was kept by",
                remedy="go back to that version, or move the account's folder away and open a new one",
            )


def _opening(terms: AccountTerms) -> dict[str, Any]:
    plain = {name: value for name, value in asdict(terms).items() if name != "costs"}
    return {
        "kind": "Opened",
        "schema": SCHEMA,
        "terms": plain,
        "costs": "" if terms.costs == Costs() else repr(terms.costs),
    }


def _terms(record: Any, read_costs: ReadCosts) -> AccountTerms:
    if record.get("kind") != "Opened" or record.get("schema") != SCHEMA:
        raise StorageError(
            "the paper account's file cannot be read by this version",
            expected=f"schema {SCHEMA}",
            found=f"{record.get('kind')}, schema {record.get('schema')}",
        )
    plain = dict(record["terms"])
    return AccountTerms(
        account=AccountId(plain["account"]),
        currency=plain["currency"],
        cash=Decimal(plain["cash"]),
        costs=read_costs(record["costs"]) if record["costs"] else Costs(),
        leverage=Decimal(plain["leverage"]),
        lot=Decimal(plain["lot"]),
        lots={name: Decimal(one) for name, one in plain["lots"].items()},
        multipliers={name: Decimal(one) for name, one in plain["multipliers"].items()},
        participation=Decimal(plain["participation"]),
    )


def _framed(number: int, content: bytes) -> bytes:
    head = HEADER.pack(MAGIC, number, len(content), zlib.crc32(content), 0)[:-4]
    return head + struct.pack(">I", zlib.crc32(head)) + content


def _records(content: bytes) -> tuple[list[Any], int]:
    """Every whole record, and where the last one ends."""
    found: list[Any] = []
    end = 0
    for number, start, length, checksum in _headers(content):
        body = content[start : start + length]
        if number != len(found) + 1 or len(body) < length or zlib.crc32(body) != checksum:
            break
        found.append(msgspec.json.decode(body))
        end = start + length
    rest = content[end:]
    place = rest.find(MAGIC, 1)
    while place >= 0:
        if _header(rest, place) is not None:
            raise StorageError(
                "the paper account's file is damaged",
                expected="whole records to the end",
                found=f"a broken one at byte {end}, with whole ones after it",
                remedy="bring the file back from a copy, or move the account's folder away and open a new one",
            )
        place = rest.find(MAGIC, place + 1)
    return found, end


def _headers(content: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Number, start, length and checksum of the contents, as long as headers follow one another."""
    place = 0
    while (header := _header(content, place)) is not None:
        number, length, checksum = header
        start = place + HEADER.size
        yield number, start, length, checksum
        place = start + length


def _header(content: bytes, place: int) -> tuple[int, int, int] | None:
    head = content[place : place + HEADER.size]
    if len(head) < HEADER.size:
        return None
    magic, number, length, checksum, own = HEADER.unpack(head)
    if magic != MAGIC or zlib.crc32(head[:-4]) != own:
        return None
    return number, length, checksum


def _check(events: list[BrokerEvent]) -> int:
    return zlib.crc32(msgspec.json.encode(events)) if events else 0
