"""Whether a strategy answers alike: shown the same slices again, and asked for all of history at once.

This file decides the two tests: the recorded answers against those to the very same showing (state, code, chance), and
for a strategy of columns the recorded weights against those it gives when it has the whole history (look-ahead).
"""

import math
from collections.abc import Callable, Iterator, Sequence

import msgspec

from tradewright.engine.assumptions import Assumptions
from tradewright.engine.market import prepare
from tradewright.engine.program import wishes_of
from tradewright.engine.session.facts import RecordedWish
from tradewright.engine.session.recording import Scene
from tradewright.engine.session.strategies.live import LiveStrategy
from tradewright.research.parity_evidence import Clue
from tradewright.research.parity_report import Cause
from tradewright.research.parity_session import SessionStory
from tradewright.trading.strategies.strategy import Dialect, Speaks, Strategy


def strategy_clues(
    session: SessionStory, scenes: Sequence[Scene], *, make: Callable[[], Strategy], assumptions: Assumptions
) -> Iterator[Clue]:
    """What can be said against the strategy; from the first slice on at which it answers otherwise."""
    number = _otherwise(session, scenes, make)
    if number:
        yield Clue(
            Cause.STRATEGY, number, f"shown slice {number} once more it answers otherwise: state, chance or other code"
        )
        return
    number = _looked_ahead(session, scenes, make, assumptions=assumptions)
    if number:
        yield Clue(Cause.LOOK_AHEAD, number, f"it wants something else after slice {number} once it knows what follows")


def _otherwise(session: SessionStory, scenes: Sequence[Scene], make: Callable[[], Strategy]) -> int:
    """The first slice to which the answer is not the recorded one; 0 where there is none."""
    program, encode = LiveStrategy(make(), session.start.strategy), msgspec.msgpack.Encoder().encode
    for scene in scenes:
        answer = tuple(RecordedWish.of(wish) for wish in program.show(scene.shown))
        if scene.answer is not None and encode(answer) != encode(scene.answer):  # as bytes: NaN equals NaN
            return scene.shown.slice.number
    return 0


def _looked_ahead(
    session: SessionStory, scenes: Sequence[Scene], make: Callable[[], Strategy], *, assumptions: Assumptions
) -> int:
    """The first slice after which the columns of all history want another weight than was wanted then."""
    strategy = make()
    if strategy.dialect() is Dialect.EVENTS:
        return 0
    market = prepare(session.bars, assumptions)
    weights = wishes_of(strategy, market, assumptions=assumptions).weight
    is_restated = strategy.speaks is Speaks.WEIGHTS
    rows = {one.number: row for row, one in enumerate(session.slices)}
    for scene in scenes:
        if scene.answer is None or scene.shown.slice.is_warm_up:
            continue
        said = {one.target.instrument: one.target for one in scene.answer if one.target is not None}
        for name, weight in zip(market.bars.instruments, weights[rows[scene.shown.slice.number]].tolist(), strict=True):
            target = said.get(name)
            if target is not None and target.is_instruction and (math.isnan(weight) or not is_restated):
                continue  # it has drifted: the weight is not news
            was = math.nan if target is None else target.weight
            if was != weight and not (math.isnan(was) and math.isnan(weight)):
                return scene.shown.slice.number
    return 0
