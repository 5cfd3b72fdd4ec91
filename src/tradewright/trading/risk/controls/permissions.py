"""Controls of what may be done at all: the state of trading, the list of instruments, shorts, a true reduce-only."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from tradewright.domain.orders.side import Side
from tradewright.trading.risk.case import Case
from tradewright.trading.risk.exposure import Leg, Valued
from tradewright.trading.risk.states import TradingState
from tradewright.trading.risk.verdict import Finding, Missing, absent, stated


@dataclass(frozen=True, slots=True)
class StateOfTrading:
    """The kill switch and its milder relatives: of the account, the strategy and the instrument the worst counts."""

    name: ClassVar[str] = "trading_state"
    binds_reducing: ClassVar[bool] = True
    depends_on_quantity: ClassVar[bool] = False

    def lets_pass(self, case: Case) -> bool:
        """Whether that state lets the order pass."""
        state = _worst_state(case)
        return state is not None and state.lets_pass(is_reducing=case.is_reducing, origin=case.request.order.origin)

    def judge(self, case: Case) -> Finding:
        """The same, told."""
        state = _worst_state(case)
        if state is None:
            return absent(self.name, Missing("the state of trading"), limit=TradingState.ACTIVE.name)
        return stated(
            self.name,
            state.name,
            limit=TradingState.ACTIVE.name,
            is_good=self.lets_pass(case),
            reason=f"trading is {state.name.replace('_', ' ').lower()}",
            remedy="shrink positions only, or have a named person release it",
        )


@dataclass(frozen=True, slots=True)
class AllowList:
    """What is not on the list is not traded; what is held can always be closed."""

    name: ClassVar[str] = "instruments"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = False
    instruments: frozenset[str]

    def lets_pass(self, case: Case) -> bool:
        """Whether the instrument is listed, and active where it trades."""
        return case.instrument in self.instruments and _can_trade(case)

    def judge(self, case: Case) -> Finding:
        """The same, told."""
        is_listed, can_trade = case.instrument in self.instruments, _can_trade(case)
        reason = f"{case.instrument} is {'' if is_listed else 'not '}on the list"
        return stated(
            self.name,
            case.instrument,
            limit=f"{len(self.instruments)} listed, active",
            is_good=self.lets_pass(case),
            reason=reason + ("" if can_trade else ", and is not known to be active"),
            remedy="add it to the allowed instruments, or wait until it trades again",
        )


@dataclass(frozen=True, slots=True)
class ShortPermission:
    """No order may make a short where that is not allowed or nobody lends it, whichever orders fill first."""

    name: ClassVar[str] = "short"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = True
    is_allowed: bool

    def lets_pass(self, case: Case) -> bool:
        """Whether no short could come of the sells, or one may."""
        if isinstance(case.subject, Missing):
            return False
        return not _opens_short(case, case.subject) or (self.is_allowed and _can_lend(case) is True)

    def judge(self, case: Case) -> Finding:
        """The same, told."""
        limit = "shorts" if self.is_allowed else "no shorts"
        if isinstance(case.subject, Missing):
            return absent(self.name, case.subject, limit=limit)
        opens = _opens_short(case, case.subject)
        if opens and self.is_allowed and _can_lend(case) is None:
            return absent(self.name, Missing(f"whether {case.instrument} can be borrowed"), limit=limit)
        return stated(
            self.name,
            "could become short" if opens else "stays long or flat",
            limit=limit,
            is_good=self.lets_pass(case),
            reason="all sells together are more than is held" if opens else "no short can come of it",
            remedy="sell at most what is held and not already on sale, or allow shorts",
        )


@dataclass(frozen=True, slots=True)
class TrueReduceOnly:
    """An order that claims to shrink a position does so together with everything else on its side."""

    name: ClassVar[str] = "reduces_only"
    binds_reducing: ClassVar[bool] = True
    depends_on_quantity: ClassVar[bool] = True

    def lets_pass(self, case: Case) -> bool:
        """The claim against the proof."""
        return case.is_reducing or not case.request.order.reduces_only

    def judge(self, case: Case) -> Finding:
        """The same, told."""
        return stated(
            self.name,
            "reduces" if case.is_reducing else "could open",
            limit="reduces" if case.request.order.reduces_only else "any",
            is_good=self.lets_pass(case),
            reason="the orders of that side stay within the position"
            if case.is_reducing
            else "the orders of that side are more than the position against them",
            remedy="send at most what is held and not already being closed",
        )


def _worst_state(case: Case) -> TradingState | None:
    order, state = case.request.order, case.book.state
    if state is None:
        return None
    for scope in (order.strategy, order.instrument):
        if scope is not None and scope in case.book.halts:
            state = state.worse_of(case.book.halts[scope])
    return state


def _can_trade(case: Case) -> bool:
    return case.market is not None and case.market.instrument.status.can_trade


def _can_lend(case: Case) -> bool | None:
    return None if case.market is None else case.market.can_short


def _opens_short(case: Case, subject: Valued) -> bool:
    return case.request.order.side is Side.SELL and subject.opening(Side.SELL, _unit) > 0


def _unit(leg: Leg, side: Side) -> Decimal:
    return Decimal(1)
