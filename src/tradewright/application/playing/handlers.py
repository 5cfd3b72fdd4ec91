"""Playing a trading session: terms are made of what was asked, and what happened is folded from its facts.

This file decides that the limits are those of trading (nobody trades without), and that a result is told from the
journal's facts alone.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from tradewright.application.backtests.costs import costs_of
from tradewright.application.backtests.handlers import limits_of
from tradewright.application.playing.messages import (
    AccountRow,
    PlayedFill,
    PlayedRefusal,
    PlayedSession,
    PlaySession,
)
from tradewright.application.strategies.finding import make_strategy
from tradewright.application.trading.archive import Archive
from tradewright.application.trading.books import order_view, session_view
from tradewright.application.trading.parity import ParityView, parity_view
from tradewright.application.trading.tally import Tally
from tradewright.application.trading.traders import Bygone
from tradewright.domain.calendars import date_from_days, session_open_ns, venue_of
from tradewright.domain.errors import InputError
from tradewright.engine.session import facts
from tradewright.engine.session.facts import InstrumentTerms, SessionStarted
from tradewright.engine.session.recording import Scene
from tradewright.engine.session.state import SessionState
from tradewright.ports.code import CodeFiles
from tradewright.ports.hosts import StrategyTerms
from tradewright.ports.sessions import FeedTerms, KeptSession, SessionEnd, SessionLife, SessionTerms
from tradewright.research.parity_report import ParityReport
from tradewright.trading.bars import Bars
from tradewright.trading.risk.policy import LimitsPolicy
from tradewright.trading.risk.policy_history import policy_line
from tradewright.trading.sizing.sizing_text import sizing_of
from tradewright.trading.strategies.strategy import Strategy

PLAYED: Final = "played"
"""Name of the session and of its account."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a session left: its facts and its recording, both in order."""

    facts: tuple[object, ...]
    scenes: tuple[Scene, ...]


def play_session(
    command: PlaySession, *, code: CodeFiles, playing: Callable[..., Told], comparing: Callable[..., ParityReport]
) -> PlayedSession:
    """Play, and fold what happened."""
    made, found = make_strategy(command.strategy, {}, code=code)
    parameters = {name: getattr(made, name) for name in type(made).parameters}
    policy = limits_of(command.limits, command.bars)
    assert policy is not None, "a session has limits"
    costs = costs_of(command.costs)
    start = _start(command, found.id, parameters=parameters, policy=policy, costs=repr(costs) if command.costs else "")

    def make() -> Strategy:
        return type(made)(**parameters)

    told = playing(bars=command.bars, start=start, policy=policy, cash=command.cash, costs=costs, strategy=make)

    def compared() -> ParityView:
        report = comparing(told.facts, told.scenes, strategy=make, costs=costs)
        return parity_view(report, start.strategy_name, notes=report.notes)

    return _folded(told, start, policy=policy, parity=compared)


def _start(
    command: PlaySession, name: str, *, parameters: dict[str, Any], policy: LimitsPolicy, costs: str
) -> SessionStarted:
    """The first fact."""
    bars = command.bars
    if not len(bars):
        raise InputError("there are no bars to trade", expected="at least one bar", found="none")
    if not (command.cash.is_finite() and command.cash > 0):
        raise InputError("cash cannot be used", expected="more than 0", found=str(command.cash))
    if not command.lot > 0:
        raise InputError("lot cannot be used", expected="more than 0, the smallest step", found=repr(command.lot))
    first = int(bars.session[0])
    strategy = StrategyTerms(
        strategy=name,
        parameters=parameters,
        instruments=bars.instruments,
        multipliers={},
        lots=dict.fromkeys(bars.instruments, float(command.lot)),
        allocation="equal" if command.sizing is None else repr(sizing_of(command.sizing)),
        interval=str(bars.timeframe),
    )
    instruments = (
        InstrumentTerms(
            instrument=one,
            currency=bars.currency,
            multiplier=Decimal(1),
            lot=Decimal(str(command.lot)),
            tick=Decimal(0),
            asset_class="equity",
        )
        for one in bars.instruments
    )
    return SessionStarted(
        time_ns=session_open_ns(first, venue_of(bars.instruments[0])),
        session=PLAYED,
        mode="paper",
        account=PLAYED,
        broker="paper",
        strategy=strategy,
        strategy_name=name,
        instruments=tuple(instruments),
        feed={"kind": "replay", "first": _day(bars, 0), "last": _day(bars, -1), "speed": "max",
              "interval": str(bars.timeframe)},
        opening_cash={bars.currency: command.cash},
        limits_version=policy.version,
        limits=policy_line(policy),
        engine_version=PLAYED,
        costs=costs,
    )  # fmt: skip


def _folded(
    told: Told, start: SessionStarted, *, policy: LimitsPolicy, parity: Callable[[], ParityView]
) -> PlayedSession:
    fold = _Fold()
    for fact in told.facts:
        fold.take(fact)
    warm_up = sum(one.shown.slice.is_warm_up for one in told.scenes)
    trader = Bygone(_kept(start, fold.state), fold.state, policy)
    return PlayedSession(
        view=replace(session_view(trader), counts=fold.tally.counts()),
        orders=tuple(order_view(one) for one in fold.archive.orders()),
        fills=tuple(fold.fills),
        refusals=tuple(fold.refusals),
        account=tuple(fold.account[warm_up:]),
        parity=parity,
    )


@dataclass(slots=True)
class _Fold:
    archive: Archive = field(default_factory=Archive)
    tally: Tally = field(default_factory=Tally)
    fills: list[PlayedFill] = field(default_factory=list)
    refusals: list[PlayedRefusal] = field(default_factory=list)
    account: list[AccountRow] = field(default_factory=list)

    @property
    def state(self) -> SessionState:
        """The books."""
        return self.archive.state

    def take(self, fact: object) -> None:
        """One fact, in its order."""
        self.archive.take(fact)
        self.tally.add(fact)
        match fact:
            case facts.SliceClosed():
                equity = self.state.equity()
                cash = self.state.cash.get(self.state.currency, Decimal(0))
                self.account.append(AccountRow(fact.time_ns, cash if equity is None else equity, cash))
            case facts.OrderFilled():
                self.fills.append(self._fill(fact))
            case facts.OrderRefused():
                request = fact.request
                self.refusals += (
                    PlayedRefusal(
                        fact.time_ns, fact.client_order_id, request.instrument, request.side.value, fact.wished,
                        one.control, one.reason, one.remedy,
                    )
                    for one in fact.by
                )  # fmt: skip

    def _fill(self, fact: facts.OrderFilled) -> PlayedFill:
        fill = fact.fill
        role = self.state.orders[fill.client_order_id].role.value
        return PlayedFill(
            fill.time_ns, fill.client_order_id, fill.instrument, fill.side.value, fill.quantity, fill.price,
            fill.fee.amount, role,
        )  # fmt: skip


def _kept(start: SessionStarted, state: SessionState) -> KeptSession:
    """The session as it would lie on a disk."""
    terms = SessionTerms(
        session=start.session,
        mode=start.mode,
        account=start.account,
        strategy=start.strategy_name,
        strategy_name=start.strategy_name,
        parameters=start.strategy.parameters,
        instruments=start.strategy.instruments,
        feed=FeedTerms(**start.feed),
        cash=sum(start.opening_cash.values(), Decimal(0)),
        currency=state.currency,
        costs=start.costs,
        created_ns=start.time_ns,
        who="owner",
    )
    end = SessionEnd(life=SessionLife.STOPPED, time_ns=state.now_ns, reason=state.end)
    return KeptSession(terms=terms, folder=Path(), life=SessionLife.STOPPED, end=end)


def _day(bars: Bars, row: int) -> str:
    return date_from_days(int(bars.session[row])).isoformat()
