"""What a strategy wants after the newest bar, whichever dialect it speaks.

This file decides how each dialect is read. Columns give the strength of the newest bar, and the newest one before it
that was an opinion. A strategy of the newest bar is asked twice, with that bar and without. A strategy of events is run
over the bars with fills at the close: its target is the position that it then holds, as a share of its slot.
"""

from collections.abc import Callable
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from tradewright.domain.errors import DataError, StrategyError
from tradewright.engine.assumptions import Assumptions, FillRule
from tradewright.engine.run import Run
from tradewright.trading.bars import Bars
from tradewright.trading.strategies.strategy import Dialect, Signals, Strategy

Strengths = NDArray[np.float64]
CASH: Final = 1e9
"""Of the run of a strategy of events: so much that no lot is too large."""


class View(msgspec.Struct, frozen=True):
    """What is wanted of one instrument; None: no opinion."""

    instrument: str
    target: float | None
    previous: float


class SignalsAnswered(msgspec.Struct, frozen=True):
    """A strategy's parameters as they were, and what it wants."""

    values: dict[str, int | float | bool | str]
    views: list[View]


def opinions(strategy: Strategy, bars: Bars, *, engine: Callable[..., Run]) -> list[View]:
    """One an instrument, in the order of the bars; DataError where the strategy has seen too little yet."""
    needed = strategy.warm_up_bars() + 1
    if len(bars) < needed:
        raise DataError("there are too few bars for a signal", expected=f"at least {needed}", found=str(len(bars)))
    dialect = strategy.dialect()
    if dialect is Dialect.EVENTS:
        targets, before = _held(strategy, bars, engine)
    elif dialect is Dialect.NEWEST:
        targets = _strengths(strategy.generate_signal(bars), (len(bars.instruments),))
        earlier = bars.rows(0, len(bars) - 1)
        has_earlier = len(earlier) >= needed
        before = (
            _strengths(type(strategy)(**strategy.values).generate_signal(earlier), targets.shape)
            if has_earlier
            else np.zeros_like(targets)
        )
    else:
        whole = _strengths(strategy.generate_signals(bars), bars.closes.shape)
        targets, before = whole[-1], _newest_opinion(whole[:-1])
    return [
        View(name, None if np.isnan(target) else _bounded(target), _bounded(0.0 if np.isnan(past) else past))
        for name, target, past in zip(bars.instruments, targets.tolist(), before.tolist(), strict=True)
    ]


def _strengths(said: Any, shape: tuple[int, ...]) -> Strengths:
    found = np.asarray(said.strength if isinstance(said, Signals) else said, dtype=np.float64)
    if found.size != int(np.prod(shape)):
        raise StrategyError("the signals have another shape than the bars", expected=str(shape), found=str(found.shape))
    return found.reshape(shape)


def _newest_opinion(past: Strengths) -> Strengths:
    """Of each instrument the last that is no NaN; 0 where there was none."""
    found = np.zeros(past.shape[1])
    for column in range(past.shape[1]):
        known = past[:, column][~np.isnan(past[:, column])]
        found[column] = known[-1] if len(known) else 0.0
    return found


def _held(strategy: Strategy, bars: Bars, engine: Callable[..., Run]) -> tuple[Strengths, Strengths]:
    """What is held after the newest bar and after the one before, both at the newest marks."""
    assumptions = Assumptions(cash=CASH, fill=FillRule.SIGNAL_CLOSE)
    run = engine(strategy, bars, assumptions=assumptions, engine="runtime", limits=None)
    earlier = run.change_quantity[run.change_row < len(bars) - 1]
    before = earlier[-1] if len(earlier) else np.zeros(len(bars.instruments))
    slot = max(float(run.equity[-1]), 1.0) / len(bars.instruments)
    worth = np.nan_to_num(run.mark[-1]) * run.multiplier / slot
    return np.clip(run.quantity * worth, -1.0, 1.0), np.clip(before * worth, -1.0, 1.0)


def _bounded(strength: float) -> float:
    """-1 to 1, to nine digits: more are noise of the machine that computed it."""
    return round(min(1.0, max(-1.0, strength)), 9) + 0.0
