"""Confirming is a named person's "all the same" to an order that only soft controls refused: the numbers, typed.

This file decides what is offered and when it holds: for that very order, to whoever asked for it, for a minute, once;
and not at all where a hard control refused too.
"""

from collections.abc import Mapping
from hashlib import blake2b

import msgspec

from tradewright.engine.session.deciding.desk import Desk
from tradewright.engine.session.inputs import SendOrder
from tradewright.engine.session.memory import Offer
from tradewright.engine.session.rules import SECOND_NS
from tradewright.trading.risk.controls.table import SOFT

_OFFERS_KEPT = 1_000


def offer(desk: Desk, given: SendOrder) -> tuple[str, Mapping[str, str]]:
    """Why the gate has just refused the order, and what to type for it; nothing where that would not help."""
    refusal = desk.memory.refusal
    reasons = () if refusal is None else refusal.reasons
    if not reasons or not given.who.strip() or any(one.control not in SOFT or not one.to_type for one in reasons):
        return "", {}
    offers = desk.memory.offers
    for name in [one for one, held in offers.items() if _is_over(desk, held)]:
        del offers[name]
    if len(offers) >= _OFFERS_KEPT:
        return "", {}
    to_type = {one.control: one.to_type for one in reasons}
    offers[_named(given)] = Offer(desk.mono_ns, to_type)
    told = "; ".join(f"{one.control}: {one.reason}" for one in reasons)
    typed = ", ".join(f"{name}={number}" for name, number in to_type.items())
    seconds = desk.rules.confirm_within_ns // SECOND_NS
    return f"risk refused it: {told}; if it is meant, send it again within {seconds} s and confirm {typed}", to_type


def confirmed(desk: Desk, given: SendOrder) -> Mapping[str, str] | str:
    """The numbers that were typed, or why they do not count."""
    held = desk.memory.offers.pop(_named(given), None)
    if held is None or _is_over(desk, held):
        seconds = desk.rules.confirm_within_ns // SECOND_NS
        return f"risk has not refused this order to {given.who} within the last {seconds} s: send it without confirming"
    typed = {name: text.strip() for name, text in given.typed.items()}
    if typed != held.to_type:
        wanted = ", ".join(f"{name}={number}" for name, number in held.to_type.items())
        return f"that is not what risk found: expected {wanted}; send the order anew"
    return held.to_type


def _is_over(desk: Desk, held: Offer) -> bool:
    return desk.mono_ns - held.since_ns > desk.rules.confirm_within_ns


def _named(given: SendOrder) -> str:
    body = blake2b(msgspec.json.encode(given.request), digest_size=16).hexdigest()
    return f"{given.who} {body}"
