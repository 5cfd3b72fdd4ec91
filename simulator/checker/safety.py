"""Safety: what must never happen, whatever the faults. Each rule reads the evidence and tells what is wrong."""

import base64
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from hashlib import blake2b

from simulator.checker.evidence import Evidence, Finding
from simulator.checker.fold import KILLED, Fold
from simulator.checker.growing import outgrown
from simulator.checker.journal import Promised, Written, durable, whole
from simulator.checker.leaving import left
from simulator.log import Entry

_LOOKED_AT_NS = 30_000_000_000
"""How long an answer about positions may have been on its way, and a loop stalled, before it is written down."""


def safety(evidence: Evidence) -> list[Finding]:
    """Every finding against the rules that hold at all times."""
    records = whole(evidence.journal)
    fold = Fold(lot=Decimal(evidence.lot), position_share=Decimal(evidence.position_share)).take(records)
    return [
        *evidence.observed,
        *fold.findings,
        *_chain(records),
        *_sends(evidence),
        *_one_order_each(evidence),
        *_names(evidence, records),
        *_promises(evidence, records),
        *_grid(evidence),
        *_digests(evidence),
        *_differences(evidence),
        *_kill(evidence),
        *_answers(evidence, records),
        *_repeated(evidence),
        *_filled(fold),
        *outgrown(records, Fold(lot=Decimal(evidence.lot)), limit=Decimal(evidence.order_quantity)),
        *_books(evidence, fold),
        *left(evidence, fold),
        *(Finding("L5", problem) for problem in evidence.problems),
    ]


def _durable(evidence: Evidence, entry: Entry) -> list[Written | Promised]:
    """What became durable with a sync."""
    if entry.order not in evidence.read:
        chunks: list[tuple[int, bytes]] = entry.data["chunks"]  # type: ignore[assignment]  # as the disk logs them
        evidence.read[entry.order] = list(durable(str(entry.data["path"]), chunks))
    return evidence.read[entry.order]


def _chain(records: list[Written]) -> Iterator[Finding]:
    previous = bytes(16)
    for at, record in enumerate(records, start=1):
        if record.sequence != at or record.previous != previous:
            yield Finding("I20", f"record {record.sequence} stands at place {at}, or does not follow the one before")
            return
        previous = record.digest


def _sends(evidence: Evidence) -> Iterator[Finding]:
    """I1 and I4: before a send, its intent is durable and promised; one intent is good for one send."""
    written: dict[tuple[str, int], Written] = {}
    promised = 0
    used: set[tuple[str, int]] = set()
    for entry in evidence.entries:
        if entry.kind == "synced":
            for found in _durable(evidence, entry):
                if isinstance(found, Promised):
                    promised = max(promised, found.sequence)
                elif found.kind == "OrderIntended":
                    written[found.fields["client_order_id"], found.fields["attempt"]] = found
        elif entry.kind == "sent":
            name, attempt = str(entry.data["client_order_id"]), int(str(entry.data["attempt"]))
            intent = written.get((name, attempt))
            if intent is None or intent.sequence > promised:
                yield Finding("I1", f"order {name}, attempt {attempt}, left before its intent was durable")
            elif intent.fields["request"] != entry.data["request"]:
                yield Finding("I1", f"order {name} left with another body than was intended")
            elif (intent.fields["epoch"], intent.fields["limits_version"]) != (
                entry.data["epoch"],
                entry.data["limits_version"],
            ):
                yield Finding("I4", f"order {name} left by a ticket of another epoch or other limits")
            if (name, attempt) in used:
                yield Finding("I4", f"attempt {attempt} of order {name} left twice")
            used.add((name, attempt))


def _one_order_each(evidence: Evidence) -> Iterator[Finding]:
    """I2: one intent leads to one order at the venue at most."""
    counts = Counter(one["client_order_id"] for one in evidence.truth["orders"] if one["client_order_id"])
    for name, count in counts.items():
        if count > 1:
            yield Finding("I2", f"the venue took {count} orders of the name {name}")


def _names(evidence: Evidence, records: list[Written]) -> Iterator[Finding]:
    """I3: the same intent has the same name for ever, and no two have one."""
    owners: dict[str, int] = {}
    session = account = ""
    for record in records:
        if record.kind == "SessionStarted":
            session, account = record.fields["session"], record.fields["account"]
        if record.kind not in {"OrderIntended", "OrderRefused"}:
            continue
        name, intent = record.fields["client_order_id"], record.fields["intent"]
        if owners.setdefault(name, intent) != intent:
            yield Finding("I3", f"intents {owners[name]} and {intent} have one name, {name}")
        if name != _name(evidence.engine, session, account, record.fields["strategy"], intent):
            yield Finding("I3", f"the name {name} of intent {intent} does not follow from the journal")


def _name(*parts: object) -> str:
    engine = str(parts[0])
    digest = blake2b("\x00".join(str(one) for one in parts).encode(), digest_size=13).digest()
    return f"{engine.lower()[:4].ljust(4, '0')}-{base64.b32encode(digest).decode()[:20].lower()}"


def _promises(evidence: Evidence, records: list[Written]) -> Iterator[Finding]:
    """I20: whatever was promised is in the journal at the end, as it was."""
    digests = {record.sequence: record.digest for record in records}
    for entry in evidence.entries:
        if entry.kind != "synced":
            continue
        for found in _durable(evidence, entry):
            if isinstance(found, Promised) and found.sequence and digests.get(found.sequence) != found.digest:
                yield Finding("I20", f"record {found.sequence} was promised and is not in the journal as it was")
                return


def _grid(evidence: Evidence) -> Iterator[Finding]:
    """I23: what leaves lies on the venue's grid."""
    tick, lot = Decimal(evidence.tick), Decimal(evidence.lot)
    for entry in evidence.entries:
        if entry.kind not in {"sent", "replacing"}:
            continue
        request = entry.data["request"]
        assert isinstance(request, dict), "a request is logged field by field"
        prices = [request.get(one) for one in ("limit_price", "stop_price", "stop_loss", "take_profit")]
        if Decimal(request["quantity"]) % lot or any(Decimal(one) % tick for one in prices if one is not None):
            yield Finding("I23", f"order {entry.data['client_order_id']} is off the venue's grid: {request}")


def _digests(evidence: Evidence) -> Iterator[Finding]:
    """I19: a replay leads to the very state that the session had."""
    for where, live, replayed in evidence.digests:
        if live != replayed:
            yield Finding("I19", f"{where}: the live state is {live}, the replayed one {replayed}")


def _differences(evidence: Evidence) -> Iterator[Finding]:
    """2.5: no information is never "flat": a difference that is acted on quotes what the venue held just before."""
    held = evidence.truth["held"]
    for entry in evidence.entries:
        if entry.kind != "synced":
            continue
        for found in _durable(evidence, entry):
            if isinstance(found, Written) and found.kind == "Reconciled":
                for one in found.fields["differences"]:
                    course = held.get(one["name"], [])
                    if one["what"] == "position" and not _was_held(Decimal(one["theirs"]), course, entry.time_ns):
                        story = f"{one['name']} was compared with {one['theirs']}, which the venue did not have"
                        yield Finding("2.5", story)


def _was_held(quantity: Decimal, course: list[tuple[int, str]], now_ns: int) -> bool:
    """Whether that was the position at some moment of the last while; `course` tells it from each moment on."""
    since_ns = now_ns - _LOOKED_AT_NS
    before = [Decimal(held) for time_ns, held in course if time_ns <= since_ns]
    within = [Decimal(held) for time_ns, held in course if time_ns > since_ns]
    return quantity in ([before[-1] if before else Decimal(0), *within])


def _kill(evidence: Evidence) -> Iterator[Finding]:
    """L4 and I18: after a kill is known, everything but protection is canceled, within 5 s while connected; time in
    which the whole process stood still is not counted (the guard outside is for that)."""
    waiting: dict[str, int] = {}
    for entry in evidence.entries:
        who = entry.process
        if entry.kind == "stalled":
            waiting = {one: since + int(str(entry.data["for_ns"])) for one, since in waiting.items()}
        if who in waiting and entry.time_ns - waiting[who] > 5_000_000_000:
            del waiting[who]
            yield Finding("L4", f"{who} was killed for 5 s and canceled nothing")
        if entry.kind == "canceling_everything":
            if who in waiting and not entry.data["keeps_protection"]:
                yield Finding("I18", f"{who} canceled protection when it was killed")
            waiting.pop(who, None)
        elif entry.kind in {"killed", "ended", "disconnected"}:
            waiting.pop(who, None)
        elif entry.kind == "switch_released":
            waiting.clear()
        elif entry.kind == "synced":
            for found in _durable(evidence, entry):
                if isinstance(found, Written) and found.kind == "TradingStateChanged" and not found.fields["scope"]:
                    waiting.pop(who, None)
                    if found.fields["state"] == KILLED and entry.data.get("is_connected"):
                        waiting[who] = entry.time_ns


def _answers(evidence: Evidence, records: list[Written]) -> Iterator[Finding]:
    """I21: what a person was told is done is known after every crash."""
    known = {record.fields["client_order_id"] for record in records if record.kind in {"OrderIntended", "OrderAdopted"}}
    ended = {record.fields["client_order_id"] for record in records if record.kind in _ENDS}
    ended |= {record.fields["fill"]["client_order_id"] for record in records if record.kind == "OrderFilled"}
    for entry in evidence.entries:
        if entry.kind == "answered" and entry.data["is_done"]:
            names = entry.data["client_order_ids"]
            assert isinstance(names, list), "ids are logged as a list"
            for name in names:
                if name not in known:
                    yield Finding("I21", f"order {name} was confirmed to its sender and is forgotten")
            canceled = entry.data["canceled"]
            assert isinstance(canceled, list), "ids are logged as a list"
            for name in canceled:
                if name not in ended:
                    yield Finding("I21", f"a cancel of order {name} was confirmed, and is forgotten")


_ENDS = frozenset({"CancelRequested", "OrderCanceled", "OrderExpired", "OrderRejected", "OrderLost", "OrderNotSent"})
"""What an order that is to be canceled comes to, or that it filled."""


def _repeated(evidence: Evidence) -> Iterator[Finding]:
    """I21: a request with a key that came before is answered as it was the first time."""
    first: dict[object, tuple[object, ...]] = {}
    for entry in evidence.entries:
        key = entry.data.get("key")
        if entry.kind != "answered" or not key:
            continue
        answer = tuple(str(entry.data[name]) for name in ("is_done", "story", "client_order_ids"))
        if first.setdefault(key, answer) != answer:
            yield Finding("I21", f"the request {key} was answered {first[key]} and then {answer}")


def _filled(fold: Fold) -> Iterator[Finding]:
    """I8: never more filled than ordered, unless the venue did it and it was told."""
    for order in fold.orders.values():
        if order.filled < 0 or (order.filled > order.quantity and not order.had_overfill):
            yield Finding("I8", f"{order.filled} of {order.quantity} is filled of order {order.name}")


def _books(evidence: Evidence, fold: Fold) -> Iterator[Finding]:
    """I6, I7, I9: the session's books are what its executions and movements add up to, to the last digit."""
    believed = evidence.believed
    if believed is None:
        return
    ours = {name: Decimal(held) for name, held in believed.positions.items()}
    if ours != fold.net():
        yield Finding("I6", f"positions are {_told(ours)}, the executions add up to {_told(fold.net())}")
    cash = {name: Decimal(amount) for name, amount in believed.cash.items()}
    if cash != fold.cash:
        yield Finding("I7", f"cash is {_told(cash)}, the facts add up to {_told(fold.cash)}")
    for name, order in fold.orders.items():
        told = believed.orders.get(name)
        if told is None and order.may_have_left:
            continue
        if told is None:
            yield Finding("I21", f"order {name} is in the journal and not in the books")
        elif (told["life"], Decimal(told["filled"])) != (order.life, order.filled):
            yield Finding(
                "I8",
                f"order {name} is {told['life']} with {told['filled']} filled, "
                f"the facts say {order.life} with {order.filled}",
            )


def _told(values: dict[str, Decimal]) -> dict[str, str]:
    return {name: str(value) for name, value in sorted(values.items())}
