"""A strategy in a trading session: it is shown slices one by one, and says what it wishes after each.

This file decides what all dialects share: the bars so far, the slots of equity, and that the answer to the same slices
is the same, in a session, in its repetition, and in a backtest of the same bars.
"""

from typing import Final, Protocol

from tradewright.domain.errors import InputError, StrategyError
from tradewright.domain.timeframe import Timeframe
from tradewright.engine.program import call, require_instruments, sizes_of
from tradewright.engine.session.strategies.columns import ColumnSpeaker
from tradewright.engine.session.strategies.events import EventSpeaker
from tradewright.engine.session.strategies.history import GrowingMarket
from tradewright.ports.hosts import Shown, StrategyTerms, Wish
from tradewright.quant.indicators.growing import GrowingMemo, going_on
from tradewright.trading.sizing.sizing import Sizing
from tradewright.trading.sizing.sizing_text import allocation_of
from tradewright.trading.strategies.strategy import Dialect, Speaks, Strategy

INDICATOR_BYTES: Final = 1 << 25
"""What a strategy's indicators may keep to go on from: thirty thousand bars of some forty of them."""


class _Speaker(Protocol):
    def show(self, shown: Shown) -> tuple[Wish, ...]: ...

    def end(self) -> None: ...


class LiveStrategy:
    """Runs a strategy of any dialect slice by slice; synchronous, without a clock."""

    def __init__(self, strategy: Strategy, terms: StrategyTerms, *, code: str = "") -> None:
        """`code` is the digest of its code. InputError for terms that cannot be: no instruments, or an allocation that
        is not known; StrategyError for a strategy that cannot say what it speaks or how long it warms up.
        """
        if not terms.instruments:
            raise InputError("a strategy needs an instrument", expected="at least one", found="none")
        require_instruments(strategy, terms.instruments)
        self.code = code
        silent = warm_up_bars_of(strategy)
        self._strategy = strategy
        self._newest: int | None = None
        self._answer: tuple[Wish, ...] = ()
        self._market = GrowingMarket(terms.instruments, _timeframe(terms))
        self._indicators = GrowingMemo(INDICATOR_BYTES)
        allocation = allocation_of(terms.allocation, terms.instruments)
        sizing = allocation if isinstance(allocation, Sizing) else None
        self.warm_up_bars: int = max(silent, 0 if sizing is None else sizing.warm_up_bars())
        """How many bars must pass before the first opinion, and the first size."""
        multipliers = [terms.multipliers.get(name, 1.0) for name in terms.instruments]
        sizes = sizes_of(strategy, sizing, multipliers=multipliers)
        self._speaker: _Speaker = (
            EventSpeaker(strategy, self._market, terms=terms, allocation=allocation, sizes=sizes)
            if strategy.dialect() is Dialect.EVENTS
            else ColumnSpeaker(strategy, self._market, terms=terms, allocation=allocation, silent=silent, sizes=sizes)
        )

    @property
    def speaks_weights(self) -> bool:
        """True where every weight it gives is an instruction."""
        return self._strategy.speaks is Speaks.WEIGHTS

    def show(self, shown: Shown) -> tuple[Wish, ...]:
        """What it wishes after the slice, in the order in which it asked; nothing while the session warms up.

        The newest slice shown once more (a session was resumed before it had dealt with it) gets the same answer.
        What the strategy raises, or an answer that is none, is a StrategyError; a slice out of order is a DataError.
        """
        if shown.slice.number != self._newest:
            self._market.append(shown.slice)
            self._newest, self._answer = shown.slice.number, ()
            with going_on(self._indicators):
                self._answer = self._speaker.show(shown)
        return self._answer

    def end(self) -> None:
        """No more slices will come."""
        self._speaker.end()


def warm_up_bars_of(strategy: Strategy) -> int:
    """How many bars it sees before it may trade; StrategyError for what is no such number."""
    bars = call(strategy, "warm_up_bars")
    if type(bars) is int and bars >= 0:
        return bars
    raise StrategyError(
        f"{type(strategy).__name__}.warm_up_bars is no number of bars",
        expected="a whole number, 0 or more",
        found=repr(bars),
    )


def _timeframe(terms: StrategyTerms) -> Timeframe:
    try:
        return Timeframe.parse(terms.interval)
    except ValueError as wrong:
        raise InputError(str(wrong)) from wrong
