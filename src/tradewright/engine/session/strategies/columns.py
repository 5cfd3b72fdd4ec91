"""A strategy of columns, or of the newest bar, in a trading session: it is asked after each slice with the bars so far.

This file decides when it is asked: a strategy of the newest bar from its warm-up on, as in a backtest; one of columns
only where the answer counts, because asking it changes nothing. What has drifted further from the weight wanted last
than the band is asked for again, as `engine/runtime/decide.py` does it.
"""

import math
from collections.abc import Iterator
from typing import cast

from tradewright.domain.matching.plan import has_drifted, is_instruction
from tradewright.engine.assumptions import Assumptions
from tradewright.engine.market import MarketColumns
from tradewright.engine.program import Wishes, wishes_after_newest
from tradewright.engine.session.strategies.history import GrowingMarket
from tradewright.ports.hosts import ProtectWish, Shown, StrategyTerms, TargetWish, Wish
from tradewright.trading.sizing.allocation import Allocation
from tradewright.trading.strategies.strategy import Dialect, Strategy


class ColumnSpeaker:
    """Asks for weights and protective prices after a slice."""

    def __init__(
        self, strategy: Strategy, market: GrowingMarket, *, terms: StrategyTerms, allocation: Allocation, silent: int
    ) -> None:
        """It has no opinion in the first `silent` bars, its warm-up."""
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
        for i, (name, weight, loss, gain) in enumerate(zip(names, said.weight[0].tolist(), losses, gains, strict=True)):
            stop_loss = loss if loss > 0 else 0.0
            take_profit = gain if gain > 0 else 0.0
            before = self._wanted[i]
            if not math.isnan(weight) and self._market.mark[i] > 0:
                self._wanted[i] = weight
            if self._band > 0 and not is_instruction(weight, before, int(said.is_restated)) and self._drifted(i, shown):
                yield TargetWish(name, self._wanted[i], stop_loss, take_profit, is_instruction=True)
            elif not math.isnan(weight):
                yield TargetWish(name, weight, stop_loss, take_profit, is_instruction=said.is_restated)
            elif stop_loss or take_profit:
                yield ProtectWish(name, stop_loss, take_profit)

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
