"""The state of a session is what its facts add up to: orders, positions, cash, who trades and how far trading is shut.

This file decides what is remembered, and its digest: two sessions with the same facts have the same digest. Marks, and
what follows from them, are remembered and not part of it (idea 1). Only `apply.py` changes a state.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

import msgspec

from tradewright.domain.orders.fill import Fill
from tradewright.domain.portfolio.position import Position
from tradewright.engine.session.dropped import NOTHING, Base, Dropped
from tradewright.engine.session.facts import InstrumentTerms, PositionAdopted, SessionStarted, SplitBooked, StrategyLife
from tradewright.engine.session.tracked import TrackedOrder
from tradewright.trading.risk.sent import SentOrder

_ZERO = Decimal(0)
EXTERNAL: Final = "external"
"""Whose the positions and orders are that nobody here asked for."""
OPERATOR: Final = "operator"


@dataclass(frozen=True, slots=True)
class Shut:
    """How far trading is shut in a scope, and why."""

    state: int
    who: str
    reason: str
    time_ns: int


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """Something that somebody has to look at."""

    code: str
    subject: str
    story: str
    time_ns: int
    seen_by: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a command with an idempotency key was answered."""

    command: str
    is_done: bool
    story: str
    client_order_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeferredTarget:
    """A target that waits until the order before it is out of the way."""

    weight: float
    stop_loss: Decimal
    take_profit: Decimal
    slice: int


@dataclass(frozen=True, slots=True)
class HeldBefore:
    """A position that was there before the session."""

    fact: PositionAdopted
    as_of_ns: int
    """The venue's time up to which everything is in it."""


@dataclass(frozen=True, slots=True)
class WantedAway:
    """Who wants an order canceled, and why."""

    who: str
    reason: str


@dataclass(frozen=True, slots=True)
class WantedStop:
    """The price of a stop that a position must have, and since when."""

    price: Decimal
    since_ns: int


@dataclass(slots=True)
class SessionState:
    """All that a session knows for good. Mutable, and changed in `apply.py` only."""

    started: SessionStarted | None = None
    epoch: int = 0
    now_ns: int = 0
    """Session time of the last fact."""
    intents: int = 0
    orders: dict[str, TrackedOrder] = field(default_factory=dict)
    open: dict[str, None] = field(default_factory=dict)
    """Ids of the orders that could still fill, in the order they came."""
    executions: dict[str, Fill] = field(default_factory=dict)
    """Every execution that was booked, by its id."""
    busted: dict[str, None] = field(default_factory=dict)
    positions: dict[str, dict[str, Position]] = field(default_factory=dict)
    """By strategy, then by instrument."""
    cash: dict[str, Decimal] = field(default_factory=dict)
    moved: dict[str, None] = field(default_factory=dict)
    """Identities of the cash movements and splits that were booked."""
    splits: dict[str, list[SplitBooked]] = field(default_factory=dict)
    """By instrument, in the order they were booked."""
    split_paid: dict[str, Decimal] = field(default_factory=dict)
    """Cash for fractions of lots, by instrument."""
    held_before: list[HeldBefore] = field(default_factory=list)
    other_cash: dict[str, Decimal] = field(default_factory=dict)
    """Dividends, funding, interest, transfers: what moved cash beside fills, by currency."""
    life: StrategyLife = StrategyLife.STARTING
    life_reason: str = ""
    shut: dict[str, Shut] = field(default_factory=dict)
    """By scope; the empty one is everything."""
    frozen: dict[str, str] = field(default_factory=dict)
    """Instruments whose books differ from the venue's, with the difference."""
    limits_version: int = 0
    limits: str = ""
    """The limits that were adopted last, as `policy_line` writes them; empty: those that it began with."""
    wanted: dict[str, float] = field(default_factory=dict)
    """The weight last wanted, by instrument."""
    deferred: dict[str, DeferredTarget] = field(default_factory=dict)
    exits: dict[str, int] = field(default_factory=dict)
    """When a position is to be closed, by instrument; session time."""
    unwanted: dict[str, WantedAway] = field(default_factory=dict)
    """Orders that are to be canceled as soon as they can be, by client order id."""
    numbers: dict[int, str] = field(default_factory=dict)
    """Client order ids by the strategy's own numbers."""
    keys: dict[str, str] = field(default_factory=dict)
    """Client order ids by idempotency key."""
    replies: dict[str, Reply] = field(default_factory=dict)
    """Answers to the last commands with an idempotency key, by who gave them and the key."""
    untold: list[str] = field(default_factory=list)
    """Executions since the last slice; the strategy is told with the next one."""
    telling: list[str] = field(default_factory=list)
    """Executions that the strategy is told with the last slice."""
    unended: list[int] = field(default_factory=list)
    """The strategy's numbers of orders that ended since the last slice."""
    ending: list[int] = field(default_factory=list)
    """The same, told with the last slice."""
    alerts: dict[str, OpenAlert] = field(default_factory=dict)
    sent: list[SentOrder] = field(default_factory=list)
    """What the gate approved since the day before, for counting."""
    messages: list[int] = field(default_factory=list)
    """When cancels, replacements and further sends of an order went out; the first send of each is in `sent`."""
    fill_times: list[int] = field(default_factory=list)
    answers: list[bool] = field(default_factory=list)
    """Whether the venue took each of the last orders."""
    rate_breaches: list[int] = field(default_factory=list)
    """When the gate refused an order for its rate."""
    stops: dict[str, WantedStop] = field(default_factory=dict)
    """The protective stop that each held instrument must have at the venue."""
    day_gains: dict[str, Decimal] = field(default_factory=dict)
    """What each strategy had gained when the trading day began."""
    slice: int = 0
    answered: int = 0
    """The last slice whose proposal was dealt with."""
    slice_session: int = 0
    """Session date of the last slice."""
    day: int = 0
    """Session date of the trading day that runs; after a close it is the next one's at the earliest."""
    day_began_ns: int = 0
    live_days: int = 0
    """Trading days that the strategy has traded live and that are over, those of earlier sessions among them."""
    live_orders: int = 0
    """Orders that it sent live, in earlier sessions too; protection is not counted."""
    day_starts: list[int] = field(default_factory=list)
    """When the last trading days began."""
    day_equity: Decimal | None = None
    """Equity when the trading day began."""
    day_before_equity: Decimal | None = None
    """The same of the day before."""
    peak_equity: Decimal | None = None
    equities: list[tuple[int, Decimal]] = field(default_factory=list)
    """Equity at the last slices."""
    marks: dict[str, Decimal] = field(default_factory=dict)
    marked_ns: dict[str, int] = field(default_factory=dict)
    reconciled_ns: int = 0
    dropped: Dropped | None = None
    """What is known of orders that ended long ago; None while there are none."""
    refused: dict[str, None] = field(default_factory=dict)
    """Executions, busts and splits that came too late to be booked."""
    is_over: bool = False
    end: str = ""

    @property
    def terms(self) -> SessionStarted:
        """The session's terms; it must have been started."""
        assert self.started is not None, "a session that was not started has no terms"
        return self.started

    def instrument(self, name: str) -> InstrumentTerms | None:
        """What is known of an instrument that the session trades."""
        return next((one for one in self.terms.instruments if one.instrument == name), None)

    @property
    def gone(self) -> Dropped:
        """What is known of dropped orders."""
        return self.dropped or NOTHING

    def base(self, instrument: str) -> Base | None:
        """What was held of an instrument when executions of it were dropped; None while it has them all."""
        return self.gone.bases.get(instrument)

    @property
    def is_live(self) -> bool:
        """Whether money is real."""
        return self.terms.mode == "live"

    def held(self, instrument: str) -> Decimal:
        """Signed quantity of the account, whoever holds it."""
        return sum(
            (of[instrument].quantity for of in self.positions.values() if instrument in of),
            _ZERO,
        )

    def basis(self, instrument: str) -> Decimal:
        """Cost basis of the account's position."""
        return sum((of[instrument].cost_basis for of in self.positions.values() if instrument in of), _ZERO)

    def net_positions(self) -> dict[str, Decimal]:
        """Signed quantity of the account by instrument, of everything that is not flat, in order of the names."""
        total: dict[str, Decimal] = {}
        for of in self.positions.values():
            for name, position in of.items():
                total[name] = total.get(name, _ZERO) + position.quantity
        return {name: total[name] for name in sorted(total) if total[name] != 0}

    def working(self) -> Iterator[TrackedOrder]:
        """Orders that could still fill, oldest first."""
        return (self.orders[name] for name in self.open)

    def equity(self) -> Decimal | None:
        """Cash plus everything marked, in the currency of the session; None where a mark is missing."""
        currency = self.currency
        total = self.cash.get(currency, _ZERO)
        for of in self.positions.values():
            for name, position in of.items():
                if position.quantity != 0:
                    mark = self.marks.get(name)
                    if mark is None or position.currency != currency:
                        return None
                    total += position.market_value(mark)
        return total

    def day_result(self) -> Decimal | None:
        """Equity gained in the trading day; right after a close, in the day that has just ended."""
        equity = self.equity()
        has_just_begun = self.equities and self.equities[-1][0] == self.day_began_ns
        since = self.day_before_equity if has_just_begun else self.day_equity
        return None if equity is None or since is None else equity - since

    def gain(self, strategy: str) -> Decimal | None:
        """Realized and unrealized, less fees, since the session began; None where a mark is missing."""
        total = _ZERO
        for name, position in self.positions.get(strategy, {}).items():
            mark = self.marks.get(name)
            if position.quantity != 0 and mark is None:
                return None
            total += position.realized - position.fees
            total += position.unrealized(mark) if mark is not None else _ZERO
        return total

    @property
    def currency(self) -> str:
        """The currency that the account is valued in: that of its first instrument."""
        return self.terms.instruments[0].currency


_NOT_IN_THE_DIGEST: Final = (
    "limits", "marks", "marked_ns", "messages", "equities", "day_starts", "day_equity", "day_before_equity",
    "day_gains", "peak_equity", "now_ns",
)  # fmt: skip

_LEFT_OUT_WHILE_EMPTY: Final = (
    "replies", "dropped", "refused", "day_starts", "unwanted", "live_days", "live_orders", "limits", "messages",
)  # fmt: skip
"""Fields that came later: a journal of before them adds up to the digest that it always had."""


def encoded(state: SessionState) -> bytes:
    """The whole state as JSON, to be read back by `decoded`; mappings keep their order, which says what came first."""
    return msgspec.json.encode(state)


def decoded(content: bytes) -> SessionState:
    """A state from its JSON; msgspec.MsgspecError where it is none."""
    return msgspec.json.decode(content, type=SessionState)


def state_digest(state: SessionState) -> str:
    """What two states with the same facts have in common: 128 bits, as hexadecimal digits."""
    bare = replace(state, **{name: getattr(SessionState(), name) for name in _NOT_IN_THE_DIGEST})
    sorted_by_name = msgspec.to_builtins(bare, str_keys=True, order="sorted")
    for name in _LEFT_OUT_WHILE_EMPTY:
        if not sorted_by_name[name]:
            del sorted_by_name[name]
    return hashlib.blake2b(msgspec.json.encode(sorted_by_name), digest_size=16).hexdigest()
