"""The judge of a crash proof: two files, the venue's book of record and the session's journal, read as bytes and JSON.

This file decides what counts as wrong. Nothing of the engine is used: the journal is folded by the simulator's judge,
the venue's inputs are read here, and the venue's own rules say what came of them.
"""

import json
import struct
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
from simulator.checker.fold import Fold
from simulator.checker.journal import Promised, Written, whole

from proofs.folding import folded
from tradewright.application.backtests.costs import costs_of
from tradewright.domain.identifiers import AccountId
from tradewright.simulation.paper.exchange import Exchange
from tradewright.simulation.paper.keeping import recall
from tradewright.simulation.paper.terms import AccountTerms
from tradewright.simulation.paper.venue import PaperVenue

_HEADER = struct.Struct(">4sIIII")
_ENDED = frozenset({"filled", "canceled", "expired", "rejected", "refused", "replaced", "lost"})


@dataclass(frozen=True, slots=True)
class Ledger:
    """What a history came to: every execution in its order, positions and cash."""

    fills: tuple[tuple[str, str, str, str, str, int], ...]
    """Instrument, side, quantity, price, fee, time."""
    positions: tuple[tuple[str, str], ...]
    cash: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Verdict:
    """What was found of one history."""

    findings: list[str] = field(default_factory=list)
    orders: int = 0
    acknowledged: int = 0
    fills: int = 0
    records: int = 0
    epochs: int = 0
    resent: int = 0
    """Orders that were sent once more after their absence was proven; the venue saw each once."""
    unknown: int = 0
    """Intents that a restart found without an outcome."""
    ledger: Ledger | None = None


def judge(session: Path, venue: Path, *, promises: Iterable[Promised] = ()) -> Verdict:
    """Read what is on the disk and compare."""
    verdict = Verdict()
    files = {one.name: one.read_bytes() for one in (session / "journal").iterdir()}
    records = whole(files)
    _chain(records, promises, verdict)
    fold = folded(records)
    opening = _opening(records)
    verdict.findings += [str(one) for one in fold.findings if one.rule not in {"I7", "I12"} or opening > 1]
    inputs = list(venue_records(venue / "account.log"))
    truth = _truth(inputs)
    _sends(inputs, records, truth, verdict=verdict)
    _books(fold, truth, verdict)
    verdict.records, verdict.epochs = len(records), max((one.epoch for one in records), default=0)
    verdict.orders, verdict.fills = len(fold.orders), len(fold.fills)
    verdict.ledger = _ledger(fold)
    return verdict


def venue_records(file: Path) -> Iterator[dict[str, Any]]:
    """Every record of a paper account's file that its checksums prove; the terms first."""
    content, place = file.read_bytes(), 0
    while place + _HEADER.size <= len(content):
        magic, _, length, checksum, _ = _HEADER.unpack_from(content, place)
        body = content[place + _HEADER.size : place + _HEADER.size + length]
        if magic != b"TWPA" or zlib.crc32(body) != checksum:
            return
        yield json.loads(body)
        place += _HEADER.size + length


def _chain(records: list[Written], promises: Iterable[Promised], verdict: Verdict) -> None:
    """Numbers without a gap, each with the digest of the one before, and every promise kept."""
    for number, (before, after) in enumerate(pairwise(records), 1):
        if (before.sequence, before.digest) != (number, after.previous) or before.epoch > after.epoch:
            verdict.findings.append(f"durability: record {number} of the journal does not lead to the next")
            return
    for promise in promises:
        kept = records[promise.sequence - 1] if 0 < promise.sequence <= len(records) else None
        if promise.sequence and (kept is None or kept.digest != promise.digest):
            verdict.findings.append(f"durability: record {promise.sequence} was promised and is not there")


def _opening(records: list[Written]) -> int:
    return sum(one.kind == "CashBooked" and one.fields["kind"] == "opening" for one in records)


def _truth(inputs: list[dict[str, Any]]) -> PaperVenue:
    """The account as the venue has it: its inputs by its own rules."""
    plain = inputs[0]["terms"]
    terms = AccountTerms(
        account=AccountId(plain["account"]), currency=plain["currency"], cash=Decimal(plain["cash"]),
        costs=costs_of(inputs[0]["costs"] or None), leverage=Decimal(plain["leverage"]), lot=Decimal(plain["lot"]),
    )  # fmt: skip
    exchange = Exchange(PaperVenue(terms))
    recall(exchange, inputs[1:])
    return exchange.venue


def _sends(inputs: list[dict[str, Any]], records: list[Written], truth: PaperVenue, *, verdict: Verdict) -> None:
    """I1, I2: each order came to the venue at most once, and only after its intent; what it knows, we know."""
    sent = Counter(one["input"]["client_order_id"] for one in inputs if one["kind"] == "Submitted")
    verdict.findings += [f"duplicate: order {name} came to the venue {n} times" for name, n in sent.items() if n > 1]
    intents = Counter(one.fields["client_order_id"] for one in records if one.kind == "OrderIntended")
    verdict.findings += [
        f"I1: order {name} came to the venue without an intent" for name in sent if name not in intents
    ]
    verdict.resent = sum(n - 1 for n in intents.values())
    heard = {one.fields["client_order_id"] for one in records if one.kind == "OrderAccepted"}
    heard |= {one.fields["fill"]["client_order_id"] for one in records if one.kind == "OrderFilled"}
    taken = {str(one.client_order_id) for one in truth.book.orders if one.client_order_id is not None}
    verdict.acknowledged = len(taken)
    verdict.findings += [f"lost: order {name} was accepted and the journal does not know it" for name in taken - heard]
    for name in heard - taken:
        verdict.findings.append(f"invented: order {name} is in the journal and not at the venue")


def _books(fold: Fold, truth: PaperVenue, verdict: Verdict) -> None:
    """I6, I7, I10: executions one by one, then positions and cash."""
    theirs = {str(fill.execution_id): fill for fill in truth.book.fills}
    for name in theirs.keys() - fold.fills.keys():
        verdict.findings.append(f"lost: execution {name} is not in the journal")
    for name in fold.fills.keys() - theirs.keys():
        verdict.findings.append(f"invented: execution {name} is not at the venue")
    held = {name: quantity for name, quantity in truth.positions().items() if quantity}
    if fold.net() != held:
        verdict.findings.append(f"I6: positions {fold.net()}, the venue has {held}")
    cash = fold.cash.get(truth.terms.currency, Decimal(0))
    if cash != truth.cash:
        verdict.findings.append(f"I7: cash {cash}, the venue has {truth.cash}")
    open_there = {str(one.client_order_id) for one in truth.book.working()}
    for order in fold.orders.values():
        if order.is_open != (order.name in open_there):
            verdict.findings.append(f"L1: order {order.name} is {order.life} at the end, and not so at the venue")


def _ledger(fold: Fold) -> Ledger:
    fills = sorted(
        (fill["instrument"], fill["side"], fill["quantity"], fill["price"], fill["fee"]["amount"], fill["time_ns"])
        for fill in fold.fills.values()
    )
    positions = tuple((name, str(held)) for name, held in fold.net().items())
    return Ledger(tuple(fills), positions, tuple((name, str(amount)) for name, amount in sorted(fold.cash.items())))


def encoded(verdict: Verdict) -> bytes:
    """For the way between two processes."""
    return msgspec.json.encode(verdict)
