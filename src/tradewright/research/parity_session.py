"""What a trading session did, read from its journal and its recording.

This file decides which facts are compared: orders and refusals of the session's strategy, every execution of the
account, and the books after each slice. What no backtest can do alike becomes evidence (`parity_evidence.py`).
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from tradewright.domain.errors import DataError
from tradewright.domain.orders.fill import Fill
from tradewright.domain.orders.request import OrderKind, OrderRequest
from tradewright.domain.timeframe import Timeframe
from tradewright.engine.session import facts
from tradewright.engine.session.apply import apply
from tradewright.engine.session.facts import Role, SessionStarted
from tradewright.engine.session.recording import Scene
from tradewright.engine.session.state import SessionState
from tradewright.ports.feed import Slice
from tradewright.ports.sessions import TRADES
from tradewright.research.parity_evidence import Evidence, Witness
from tradewright.research.parity_story import Execution, Intent, Ledger, Refusal, Story, asked
from tradewright.trading.bars import Bars

_COMPARED = frozenset({Role.PLAIN, Role.TARGET})


@dataclass(frozen=True, slots=True)
class SessionStory:
    """A session as far as it can be compared."""

    start: SessionStarted
    opening_cash: Decimal
    slices: tuple[Slice, ...]
    """As they were shown, the warm-up first."""
    story: Story
    evidence: Evidence
    limits: tuple[tuple[int, str], ...]
    """From which slice on other limits held, and their policy as a line; the first ones at slice 0."""

    @property
    def bars(self) -> Bars:
        """The slices as columns."""
        return _bars(self.start, self.slices)


def session_story(records: Iterable[object], scenes: Iterable[Scene]) -> SessionStory:
    """Read a session from its facts in order, and its recording; a DataError where one of the two is empty."""
    slices = _distinct(scene.shown.slice for scene in scenes)
    if not slices:
        raise DataError(
            "the session has no recording to replay",
            expected="slices as the strategy was shown them",
            found="none",
            remedy="parity needs the file `recording` in the session's folder",
        )
    reader = _Reader(slices)
    for fact in records:
        reader.take(fact)
    if reader.state.started is None:
        raise DataError("the journal has no session in it", expected="a first fact SessionStarted", found="none")
    reader.witness.close(reader.state.slice)
    reader.story.end = reader.ledger()
    return SessionStory(
        start=reader.state.started,
        opening_cash=reader.opening,
        slices=slices,
        story=reader.story,
        evidence=reader.witness.evidence,
        limits=tuple(reader.limits),
    )


class _Reader:
    """Folds the facts and keeps what is compared."""

    def __init__(self, slices: Sequence[Slice]) -> None:
        self.state = SessionState()
        self.story = Story()
        self.witness = Witness(self.state, slices)
        self.limits: list[tuple[int, str]] = []
        self.opening = Decimal(0)
        self._slices = slices
        self._numbers = [one.number for one in slices]
        self._times = [one.time_ns for one in slices]
        self._last = slices[-1].number

    def take(self, fact: object) -> None:
        """One fact, in its order."""
        self.witness.before(fact)
        if isinstance(fact, facts.SliceClosed) and self._is_told():
            self.story.ledgers[fact.slice] = self.ledger()
        apply(self.state, fact)
        match fact:
            case SessionStarted():
                self.limits.append((0, fact.limits))
                self.opening += sum(fact.opening_cash.values(), Decimal(0))
            case facts.LimitsAdopted():
                since = self.state.slice + (self.state.answered >= self.state.slice)
                self.limits.append((since, fact.policy))
            case facts.CashBooked() if fact.kind == facts.OPENING or not self.state.reconciled_ns:
                self.opening += fact.amount
            case facts.OrderIntended() if self._is_compared(fact.strategy, fact.role, fact.slice) and fact.attempt == 1:
                self.story.intents.append(_intent(fact.request, fact))
            case facts.OrderRefused() if self._is_compared(fact.strategy, fact.role, fact.slice):
                self.story.refusals.append(_refusal(fact))
            case facts.OrderFilled():
                self._take_fill(fact.fill)

    def _is_told(self) -> bool:
        """The venue has said what the account holds; the first slices of a warm-up may be quicker than its answer, and
        so may dividends of sessions before, which are of the opening."""
        if self.state.started is None or self.state.currency not in self.state.cash:
            return False
        return bool(self.state.reconciled_ns or self.state.started.opening_cash)

    def ledger(self) -> Ledger:
        """The account as the facts so far say."""
        realized: dict[str, Decimal] = {}
        for of in self.state.positions.values():
            for name, position in of.items():
                realized[name] = realized.get(name, Decimal(0)) + position.realized
        cash = self.state.cash.get(self.state.currency, Decimal(0)) if self.state.started else Decimal(0)
        return Ledger(cash, self.state.net_positions(), {name: one for name, one in realized.items() if one})

    def _is_compared(self, strategy: str, role: Role, number: int) -> bool:
        return strategy == self.state.terms.strategy_name and role in _COMPARED and 0 < number < self._last

    def _take_fill(self, fill: Fill) -> None:
        at = bisect_left(self._times, fill.time_ns)
        number = self._numbers[at] if at < len(self._numbers) else self._last + 1
        tracked = self.state.orders[fill.client_order_id]
        found = Execution(
            number, fill.instrument, tracked.role.value, fill.signed_quantity, fill.price, fill.fee.amount
        )
        self.story.fills.append(found)
        waited = tracked.order.request.kind is not OrderKind.MARKET
        if waited and self.state.terms.feed.get("kind") == TRADES and self._is_inside(fill, at):
            self.story.inside.append(found)

    def _is_inside(self, fill: Fill, at: int) -> bool:
        """The price lies within the recorded bar."""
        if at >= len(self._slices):
            return False
        names = [one.instrument for one in self.state.terms.instruments]
        bar = self._slices[at].bars[names.index(fill.instrument)] if fill.instrument in names else None
        return bar is not None and bar.low <= float(fill.price) <= bar.high


def _intent(request: OrderRequest, fact: facts.OrderIntended) -> Intent:
    return Intent(
        slice=fact.slice,
        instrument=request.instrument,
        role=fact.role.value,
        side=request.side.sign,
        quantity=request.quantity,
        wished=fact.wished if fact.wished == request.quantity else asked(fact.wished),
        bound=fact.bound,
        kind=request.kind.value,
        time_in_force=request.time_in_force.value,
        limit=request.limit_price,
        stop=request.stop_price,
        trail=request.trailing_offset,
        trail_share=request.trailing_share,
        expires_ns=request.expires_ns or 0,
        group=request.group,
        reduces=request.reduces_only,
        stop_loss=request.stop_loss,
        take_profit=request.take_profit,
    )


def _refusal(fact: facts.OrderRefused) -> Refusal:
    request = fact.request
    return Refusal(
        fact.slice, request.instrument, request.side.sign, asked(fact.wished), tuple(one.control for one in fact.by)
    )


def _distinct(slices: Iterable[Slice]) -> tuple[Slice, ...]:
    """Each slice once: a session that was resumed may have shown one again."""
    found: dict[int, Slice] = {}
    for one in slices:
        found.setdefault(one.number, one)
    return tuple(found.values())


def _bars(start: SessionStarted, slices: Sequence[Slice]) -> Bars:
    nothing = (np.nan,) * 5
    rows = [
        [nothing if bar is None else (bar.open, bar.high, bar.low, bar.close, bar.volume) for bar in one.bars]
        for one in slices
    ]
    prices = np.array(rows, np.float64)
    opens, highs, lows, closes, volumes = (np.ascontiguousarray(prices[:, :, k]) for k in range(5))
    return Bars(
        instruments=tuple(one.instrument for one in start.instruments),
        timeframe=Timeframe.parse(start.strategy.interval),
        time=np.array([one.time_ns for one in slices], np.int64),
        session=np.array([one.session for one in slices], np.int32),
        opens=opens,
        highs=highs,
        lows=lows,
        closes=closes,
        volumes=volumes,
        actions=tuple(action for one in slices for action in one.actions),
        currency=start.instruments[0].currency,
    )
