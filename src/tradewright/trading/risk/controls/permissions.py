"""Controls of what may be done at all: the state of trading, the list of instruments, shorts, a true reduce-only."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from tradewright.domain.orders.side import Side
from tradewright.trading.risk.case import Case
from tradewright.trading.risk.states import TradingState
from tradewright.trading.risk.verdict import Finding, Missing, absent, stated


@dataclass(frozen=True, slots=True)
class StateOfTrading:
    """The kill switch and its milder relatives: of the account, the strategy and the instrument the worst counts."""

    name: ClassVar[str] = "trading_state"
    binds_reducing: ClassVar[bool] = True
    depends_on_quantity: ClassVar[bool] = False

    def judge(self, case: Case) -> Finding:
        """Whether that state lets the order pass."""
        if case.book.state is None:
            return absent(self.name, Missing("the state of trading"), limit=TradingState.ACTIVE.name)
        order, state = case.request.order, case.book.state
        for scope in (order.strategy, order.instrument):
            if scope is not None:
                state = state.worse_of(case.book.halts.get(scope, TradingState.ACTIVE))
        return stated(
            self.name,
            state.name,
            limit=TradingState.ACTIVE.name,
            is_good=state.lets_pass(is_reducing=case.is_reducing, origin=order.origin),
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

    def judge(self, case: Case) -> Finding:
        """Whether the instrument is listed, and active where it trades."""
        is_listed = case.instrument in self.instruments
        can_trade = case.market is not None and case.market.instrument.status.can_trade
        reason = f"{case.instrument} is {'' if is_listed else 'not '}on the list"
        return stated(
            self.name,
            case.instrument,
            limit=f"{len(self.instruments)} listed, active",
            is_good=is_listed and can_trade,
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

    def judge(self, case: Case) -> Finding:
        """Whether the sells could open a short."""
        can_lend = case.market.can_short if case.market is not None else None
        limit = "shorts" if self.is_allowed else "no shorts"
        if isinstance(case.subject, Missing):
            return absent(self.name, case.subject, limit=limit)
        opens = case.request.order.side is Side.SELL and case.subject.opening(Side.SELL, lambda leg, _: Decimal(1)) > 0
        if opens and self.is_allowed and can_lend is None:
            return absent(self.name, Missing(f"whether {case.instrument} can be borrowed"), limit=limit)
        return stated(
            self.name,
            "could become short" if opens else "stays long or flat",
            limit=limit,
            is_good=not opens or (self.is_allowed and can_lend is True),
            reason="all sells together are more than is held" if opens else "no short can come of it",
            remedy="sell at most what is held and not already on sale, or allow shorts",
        )


@dataclass(frozen=True, slots=True)
class TrueReduceOnly:
    """An order that claims to shrink a position does so together with everything else on its side."""

    name: ClassVar[str] = "reduces_only"
    binds_reducing: ClassVar[bool] = True
    depends_on_quantity: ClassVar[bool] = True

    def judge(self, case: Case) -> Finding:
        """The claim against the proof."""
        claims = case.request.order.reduces_only
        return stated(
            self.name,
            "reduces" if case.is_reducing else "could open",
            limit="reduces" if claims else "any",
            is_good=case.is_reducing or not claims,
            reason="the orders of that side stay within the position"
            if case.is_reducing
            else "the orders of that side are more than the position against them",
            remedy="send at most what is held and not already being closed",
        )
