"""A strategy of columns, or of the newest bar, in a trading session: it is asked after each slice with the bars so far.

This file decides when it is asked: a strategy of the newest bar from its warm-up on, as in a backtest; one of columns
only where the answer counts, because asking it changes nothing. What has drifted further from the weight wanted last
than the band is asked for again, as `engine/runtime/decide.py` does it.
"""

import math
from collections.abc import Iterator
from typing import cast

from tradewright.domain.errors import InputError
from tradewright.domain.matching.plan import has_drifted, is_instruction
from tradewright.engine.assumptions import Assumptions
from tradewright.engine.market import MarketColumns
from tradewright.engine.program import Wishes, wishes_after_newest
from tradewright.engine.session.strategies.history import GrowingMarket
from tradewright.engine.sizes import Sizes
from tradewright.ports.hosts import ProtectWish, Shown, StrategyTerms, TargetWish, Wish
from tradewright.trading.sizing.allocation import Allocation, Slots
from tradewright.trading.strategies.strategy import Dialect, Strategy


class ColumnSpeaker:
    """Asks for weights and protective prices after a slice."""

    def __init__(
        self,
        strategy: Strategy,
        market: GrowingMarket,
        *,
        terms: StrategyTerms,
        allocation: Allocation,
        silent: int,
        sizes: Sizes | None,
    ) -> None:
        """It has no opinion in the first `silent` bars, its warm-up; `sizes` stand in place of slots."""
        if sizes is not None:
            allocation = Slots(dict.fromkeys(terms.instruments, 1.0))  # its strengths as they are
            if sizes.sizing.has_units and terms.rebalance_band > 0:
                raise InputError(
                    "a sizing with a fixed quantity or notional knows no rebalance band", expected="no band"
                )
        self._sizes = sizes
        self._strategy = strategy
        self._market = market
        self._assumptions = Assumptions(allocation=allocation)
        self._is_stateless = strategy.dialect() is Dialect.COLUMNS
        self._silent = silent
        self._band = terms.rebalance_band
        self._multipliers = [terms.multipliers.get(name, 1.0) for name in terms.instruments]
        self._wanted = [math.nan] * len(terms.instruments)

    def show(self, shown: Shown) -> tuple[Wish, ...]:
        """The wishes after a slice that the market has taken already."""
        is_warm_up = shown.slice.is_warm_up
        if len(self._market) <= self._silent or (is_warm_up and self._is_stateless):
            return ()
        # the growing market has everything that is read here
        market = cast(MarketColumns, self._market)
        said = wishes_after_newest(self._strategy, market, assumptions=self._assumptions)
        return () if is_warm_up else tuple(self._wishes(said, shown))

    def end(self) -> None:
        """Nothing to tell a strategy that handles no events."""

    def _wishes(self, said: Wishes, shown: Shown) -> Iterator[Wish]:
        nothing = [math.nan] * len(self._wanted)
        losses = said.loss[0].tolist() if len(said.loss) else nothing
        gains = said.gain[0].tolist() if len(said.gain) else nothing
        names = self._market.seen.instruments
        for i, (name, asked, loss, gain) in enumerate(zip(names, said.weight[0].tolist(), losses, gains, strict=True)):
            stop_loss = loss if loss > 0 else 0.0
            take_profit = gain if gain > 0 else 0.0
            weight = asked if self._sizes is None else self._sized(i, asked, stop_loss, shown, sizes=self._sizes)
            before = self._wanted[i]
            if not math.isnan(weight) and self._market.mark[i] > 0:
                self._wanted[i] = weight
            if self._band > 0 and not is_instruction(weight, before, int(said.is_restated)) and self._drifted(i, shown):
                yield TargetWish(name, self._wanted[i], stop_loss, take_profit, is_instruction=True)
            elif not math.isnan(weight):
                yield TargetWish(name, weight, stop_loss, take_profit, is_instruction=said.is_restated)
            elif stop_loss or take_profit:
                yield ProtectWish(name, stop_loss, take_profit)

    def _sized(self, column: int, strength: float, stop_loss: float, shown: Shown, *, sizes: Sizes) -> float:
        """The weight of a strength that has changed and whose size is known; NaN for no opinion."""
        if math.isnan(strength):
            return strength
        market, before = self._market, sizes.held.get(column)
        row = len(market.seen) - 1
        now = sizes.take(strength, column=column, bars=market.seen, row=row, factor=market.factor, stop=stop_loss)
        if now is None or now is before:
            return math.nan
        if math.isinf(now.units):
            return now.weight
        most = now.units * float(market.mark[column]) * self._multipliers[column]
        if math.isinf(now.size.weight) or most < abs(now.weight) * shown.equity:
            return math.copysign(most / shown.equity, strength) if shown.equity > 0 else math.nan
        return now.weight

    def _drifted(self, column: int, shown: Shown) -> bool:
        held = shown.positions.get(self._market.seen.instruments[column])
        return bool(
            has_drifted(
                self._wanted[column],
                0.0 if held is None else held.quantity,
                float(self._market.mark[column]),
                self._multipliers[column],
                shown.equity,
                self._band,
            )
        )
