"""The journal of a session as people read it: which facts, which story one order has, do the bytes still prove it.

Journals are read from their files, whether the session runs or not; nothing is written and nobody is kept out. What
could be a secret is taken out of what is shown.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from tradewright.application.trading.books import order_view
from tradewright.application.trading.handlers import order_of
from tradewright.application.trading.messages import JournalEntries, JournalVerify, OrderTrace
from tradewright.application.trading.traders import Traders, told_of
from tradewright.application.trading.views import FactView, JournalCheck, JournalPage, OrderTraceView
from tradewright.domain.errors import InputError, StorageError
from tradewright.engine.runtime.journal.reader import read, replay, verify
from tradewright.engine.runtime.journal.record import Record
from tradewright.engine.session import facts
from tradewright.engine.session.apply import apply
from tradewright.engine.session.state import SessionState, state_digest
from tradewright.ports.sessions import KeptSession
from tradewright.settings.secrets import masked

_SECRET: Final = ("password", "passphrase", "secret", "token", "api_key", "apikey", "private_key", "credential")
HIDDEN: Final = "(hidden)"


def journal_entries(query: JournalEntries, *, traders: Traders) -> JournalPage:
    """Facts in order; of an order, or of all that one asking caused, everything that belongs to it."""
    kept = traders.which(query.session)
    kinds = {one.lower(): one for one in facts.catalogue().kinds} | {"sessionopened": "SessionOpened"}
    if query.kind and query.kind.lower() not in kinds:
        raise InputError(
            "there is no such fact", expected=f"one of {', '.join(sorted(kinds.values()))}", found=query.kind
        )
    kind = kinds.get(query.kind.lower(), "")
    records = _records(traders, kept)
    if query.order or query.correlation_id:
        records = belonging(records, order=query.order, correlation_id=query.correlation_id)
    wanted = (
        record
        for record in records
        if record.sequence > query.after and (not kind or type(record.fact).__name__ == kind)
    )
    page = [fact_view(record) for record, _ in zip(wanted, range(max(query.limit, 1) + 1), strict=False)]
    return JournalPage(kept.terms.session, tuple(page[: query.limit]), len(page) > query.limit)


def order_trace(query: OrderTrace, *, traders: Traders) -> OrderTraceView:
    """The strategy's wish, the gate's verdict, and everything the venue said."""
    kept = traders.which(query.session)
    books = traders.bygone(kept)
    tracked = order_of(books.state, query.order, left=books.left)
    story = belonging(_records(traders, kept), order=tracked.id)
    told = [
        record
        for record in _records(traders, kept)
        if isinstance(record.fact, facts.StrategyProposed) and tracked.intent and record.fact.slice == tracked.slice
    ]
    every = sorted({record.sequence: record for record in (*told, *story)}.items())
    return OrderTraceView(order_view(tracked), tuple(fact_view(record) for _, record in every))


def journal_verify(query: JournalVerify, *, traders: Traders) -> JournalCheck:
    """Every byte, and then whether the facts add up to a state."""
    kept = traders.which(query.session)
    found = verify(traders.journal_of(kept))
    damage, digest = str(found.damage or ""), ""
    if not damage:
        try:
            state = SessionState()
            replay(_records(traders, kept), apply, state=state)
            digest = state_digest(state)
        except (StorageError, AssertionError, KeyError, TypeError) as problem:
            damage = f"its facts cannot be replayed: {problem}"
    return JournalCheck(
        session=kept.terms.session,
        is_sound=not damage,
        records=found.records,
        epoch=found.epoch,
        segments=found.segments,
        torn_bytes=found.torn_bytes,
        damaged_anchors=found.damaged_anchors,
        damage=damage,
        digest=digest,
    )


def belonging(records: Iterable[Record], *, order: str = "", correlation_id: str = "") -> Iterator[Record]:
    """Facts of an order (by the beginning of its id, with its legs), or of all orders of a correlation id."""
    names: set[str] = set()
    for record in records:
        fact = record.fact
        own = _order_of(fact)
        is_caused = bool(correlation_id) and getattr(fact, "correlation_id", None) == correlation_id
        is_named = bool(order) and own.startswith(order)
        if own and (is_caused or is_named or getattr(fact, "parent", "") in names):
            names.add(own)
        if is_caused or own in names:
            yield record


def fact_view(record: Record) -> FactView:
    """A fact as it is shown."""
    fields = msgspec.to_builtins(record.fact, enc_hook=str, builtin_types=())
    assert isinstance(fields, dict)
    time_ns = getattr(record.fact, "time_ns", getattr(record.fact, "opened_ns", 0))
    return FactView(
        sequence=record.sequence,
        epoch=record.epoch,
        time_ns=int(time_ns),
        kind=type(record.fact).__name__,
        fields={name: without_secrets(name, value) for name, value in fields.items() if name != "time_ns"},
    )


def without_secrets(name: str, value: object) -> object:
    """A value for display: what is named like a secret is hidden, and so are passwords in addresses."""
    if any(word in name.lower() for word in _SECRET) and value:
        return HIDDEN
    if isinstance(value, dict):
        return {key: without_secrets(str(key), one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [without_secrets(name, one) for one in value]
    return masked(value) if isinstance(value, str) else value


def _order_of(fact: object) -> str:
    if isinstance(fact, facts.OrderFilled):
        return str(fact.fill.client_order_id)
    return str(getattr(fact, "client_order_id", ""))


def _records(traders: Traders, kept: KeptSession) -> Iterator[Record]:
    with told_of(kept):
        yield from read(traders.journal_of(kept), facts.catalogue())
