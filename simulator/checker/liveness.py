"""Liveness: what must become true once the faults have stopped, and what must hold at every look in between."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from simulator.checker.evidence import Evidence, Finding, Plain

_DOUBT = frozenset({"approved", "unknown"})
_ENDED = {"filled": "filled", "canceled": "canceled", "expired": "expired", "rejected": "rejected"}


def liveness(evidence: Evidence) -> list[Finding]:
    """Every finding against L1, L2 and L6, at the end of the second phase."""
    if not evidence.must_settle:
        return []
    believed = evidence.believed
    if believed is None:
        return [Finding("L1", "the session could not be brought up again after the faults had stopped")]
    findings = list(_money(evidence))
    findings.extend(_orders(evidence))
    if believed.frozen:
        findings.append(Finding("L2", f"still shut though the books agree: {dict(believed.frozen)}"))
    if not believed.is_green:
        findings.append(Finding("L2", "the session never began to trade again"))
    return findings


def _money(evidence: Evidence) -> Iterator[Finding]:
    assert evidence.believed is not None, "looked at before"
    for what in ("positions", "cash"):
        ours = {name: Decimal(amount) for name, amount in getattr(evidence.believed, what).items()}
        theirs = {name: Decimal(amount) for name, amount in evidence.truth[what].items()}
        if any(ours.get(name, 0) != theirs.get(name, 0) for name in {*ours, *theirs}):
            yield Finding("L1", f"{what}: ours {_told(ours)}, the venue's {_told(theirs)}")


def _orders(evidence: Evidence) -> Iterator[Finding]:
    assert evidence.believed is not None, "looked at before"
    ours = dict(evidence.believed.orders)
    for order in evidence.truth["orders"]:
        name = order["client_order_id"] or f"ext-{order['venue_order_id']}"
        told = ours.pop(name, None)
        if name in evidence.believed.dropped:
            continue  # its books are those of the facts, which are looked at at the end
        if told is None and (order["life"] == "working" or Decimal(order["filled"])):
            yield Finding("I14", f"order {name} at the venue is not known")
        elif told is not None:
            yield from _one(name, told, order)
    for name, told in ours.items():
        if told["life"] in _DOUBT or told["pending"]:
            yield Finding(
                "L1", f"order {name} is {told['life']} (pending: {told['pending'] or 'nothing'}), never resolved"
            )
        elif told["life"] in {"working", "partially_filled", "filled"} or Decimal(told["filled"]):
            yield Finding("L1", f"order {name} is {told['life']}, and the venue never had it")


def _one(name: str, told: Plain, order: Plain) -> Iterator[Finding]:
    life, filled = order["life"], Decimal(order["filled"])
    if life == "working":
        expected = {"partially_filled"} if filled else {"working"}
    elif filled >= Decimal(order["quantity"]):
        expected = {"filled", "canceled", "expired"}
    else:
        expected = {_ENDED[life]}
        if order["was_rejected"] and not filled:
            expected.add("rejected")
    if told["life"] not in expected or Decimal(told["filled"]) != filled:
        yield Finding(
            "L1",
            f"order {name} is {told['life']} with {told['filled']} filled; at the venue it is {life} with {filled}",
        )
    if life == "working":
        for price in ("limit_price", "stop_price"):
            if _number(told[price]) != _number(order[price]):
                yield Finding("L1", f"order {name} has {price} {told[price]}; at the venue it is {order[price]}")
    if told["pending"]:
        yield Finding("L1", f"order {name} still waits for an answer to its {told['pending']}")


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def exposure(reserved: Mapping[str, Decimal], working: Mapping[str, Decimal]) -> Iterator[Finding]:
    """I11, at any moment: what the venue may still fill of our own orders is counted. Both by client order id."""
    for name, remaining in working.items():
        counted = reserved.get(name)
        if counted is None or counted < remaining:
            yield Finding("I11", f"the venue may fill {remaining} of order {name}, {counted or 'nothing'} is counted")


def _told(values: dict[str, Decimal]) -> dict[str, str]:
    return {name: str(value) for name, value in sorted(values.items())}
