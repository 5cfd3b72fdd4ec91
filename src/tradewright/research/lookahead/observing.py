"""One run of a strategy, watched: what it answered and every request that it led to, row by row.

This file decides what "the same" means for the check: the same requests in the same order, numbers up to rounding.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from tradewright.domain.errors import StrategyError
from tradewright.domain.matching.layout import CANCEL, PROTECT, SPLIT, SUBMIT
from tradewright.engine.assumptions import AdjustedTo, Assumptions
from tradewright.engine.market import prepare
from tradewright.engine.run import Run
from tradewright.engine.tape import Tape
from tradewright.trading.bars import Bars, Floats
from tradewright.trading.risk.policy import LimitsPolicy
from tradewright.trading.strategies.strategy import Dialect, Signals, Strategy

TOLERANCE: Final = 1e-9
"""Relative: sums over other lengths round otherwise."""
CODES: Final = ("action", "instrument", "side", "kind", "role", "force", "expires", "group", "reduces")
NUMBERS: Final = ("quantity", "limit", "trigger", "weight", "loss", "gain", "trail", "trail_share")
_SIDES: Final = {1: "buy", -1: "sell"}
PARTS: Final = ("strength", "stop_loss", "take_profit")


class Engine(Protocol):
    """The engine with a broker in it."""

    def __call__(
        self,
        strategy: Strategy,
        bars: Bars,
        *,
        assumptions: Assumptions,
        engine: str,
        limits: LimitsPolicy | None,
        tape: Tape | None = None,
    ) -> Run:
        """Run the strategy over the bars, and take down what it asks for."""
        ...


class Watching:
    """Told of every question before the strategy is asked, and of every answer; by itself it does nothing."""

    def before(self, row: int | None) -> None:
        """The strategy is about to be asked after a row; None: for all rows at once."""

    def after(self) -> None:
        """It has answered."""


@dataclass(slots=True)
class Observed:
    """What came of one run."""

    rows: int
    tape: Tape
    answers: dict[str, Floats] = field(default_factory=dict)
    """Strength and protective prices, shape (rows, width); of strategies that give signals."""
    run: Run | None = None
    raised: StrategyError | None = None

    @property
    def orders(self) -> int:
        """How many orders were asked for."""
        return sum(
            action == SUBMIT and side != 0 for action, side in zip(self.tape.action, self.tape.side, strict=True)
        )

    def held(self) -> NDArray[np.int64]:
        """Direction held after each row, shape (rows, width): 1 long, -1 short, 0 flat."""
        assert self.run is not None
        run = self.run
        directions = np.zeros((len(run.equity), run.mark.shape[1]), np.int64)
        edges = [*run.change_row.tolist(), len(run.equity)]
        for place, row in enumerate(edges[:-1]):
            directions[row : edges[place + 1]] = np.sign(run.change_quantity[place])
        return directions


@dataclass(frozen=True, slots=True)
class Difference:
    """The first row at which two runs part."""

    row: int
    what: str
    """`order`, or which signal."""
    known: str
    """With the true future."""
    other: str
    """With another one."""


@dataclass(frozen=True, slots=True)
class Laboratory:
    """Runs a strategy again and again, each time from the beginning."""

    make: Callable[[], Strategy]
    """The strategy anew; of a file, with the file run anew."""
    assumptions: Assumptions
    engine: Engine

    def observe(
        self, bars: Bars, *, strategy: Strategy | None = None, watching: Watching | None = None,
        assumptions: Assumptions | None = None,
    ) -> Observed:  # fmt: skip
        """One run; what the strategy raises is kept, a DataError passes."""
        asked = self.make() if strategy is None else strategy
        seen = Observed(len(bars), Tape())
        chosen = self.assumptions if assumptions is None else assumptions
        listen(asked, seen, watching=watching or Watching())
        try:
            seen.run = self.engine(asked, bars, assumptions=chosen, engine="runtime", limits=None, tape=seen.tape)
        except StrategyError as raised:
            seen.raised = raised
        return seen


def as_known(assumptions: Assumptions, bars: Bars) -> Assumptions:
    """Prices adjusted to the first row where there are splits: to the last row they tell of splits to come."""
    has_splits = bool((prepare(bars, assumptions).action_kind == SPLIT).any())
    return replace(assumptions, adjusted_to=AdjustedTo.FIRST) if has_splits else assumptions


def listen(strategy: Strategy, seen: Observed, *, watching: Watching) -> None:
    """Stand between the engine and a strategy: answers are taken down, questions are told."""
    dialect = strategy.dialect()
    if dialect is Dialect.EVENTS:
        for name in ("on_start", "on_bar", "on_fill", "on_end"):
            object.__setattr__(strategy, name, _told(getattr(strategy, name), watching))
        return
    name = "generate_signals" if dialect is Dialect.COLUMNS else "generate_signal"
    ask: Callable[[Bars], object] = getattr(strategy, name)

    def answering(bars: Bars) -> object:
        watching.before(None if dialect is Dialect.COLUMNS else len(bars) - 1)
        try:
            answer = ask(bars)
        finally:
            watching.after()
        if dialect is Dialect.COLUMNS:
            _take_down(answer, seen, slice(None), shape=bars.closes.shape)
        else:
            _take_down(answer, seen, slice(len(bars) - 1, len(bars)), shape=(seen.rows, len(bars.instruments)))
        return answer

    object.__setattr__(strategy, name, answering)


def _told(ask: Callable[..., object], watching: Watching) -> Callable[..., object]:
    def asking(context: Any, *more: object) -> object:
        watching.before(context.row)
        try:
            return ask(context, *more)
        finally:
            watching.after()

    return asking


def _take_down(answer: object, seen: Observed, rows: slice, *, shape: tuple[int, ...]) -> None:
    """Keep an answer where it can be read; what cannot the engine refuses by itself."""
    said = answer if isinstance(answer, Signals) else Signals(answer)  # type: ignore[arg-type]
    for name in PARTS:
        part = getattr(said, name)
        if part is None:
            continue
        try:
            values = np.asarray(part.to_numpy() if hasattr(part, "to_numpy") else part, np.float64)
            column = seen.answers.setdefault(name, np.full(shape, np.nan))
            column[rows] = values[:, None] if values.ndim == 1 and rows == slice(None) else values
        except (TypeError, ValueError):
            continue


def first_difference(known: Observed, other: Observed, *, before: int) -> Difference | None:
    """Where two runs part in the rows before `before`: in their signals, else in their orders."""
    found = [one for one in (_signals(known, other, before), _orders(known, other, before)) if one is not None]
    return min(found, key=lambda one: one.row, default=None)


def _signals(known: Observed, other: Observed, before: int) -> Difference | None:
    first: Difference | None = None
    for name in PARTS:
        one, two = known.answers.get(name), other.answers.get(name)
        if one is None or two is None or len(two) < before:
            continue
        parts = differing(one[:before], two[:before])
        if parts.any():
            row, column = (int(n) for n in np.argwhere(parts)[0])
            if first is None or row < first.row:
                first = Difference(row, name, f"{one[row, column]:.10g}", f"{two[row, column]:.10g}")
    return first


def differing(one: Floats, two: Floats) -> NDArray[np.bool_]:
    """Where two columns differ by more than rounding; NaN equals NaN."""
    return ~np.isclose(one, two, rtol=TOLERANCE, atol=1e-12, equal_nan=True)


def _orders(known: Observed, other: Observed, before: int) -> Difference | None:
    one, two = _requests(known.tape, before), _requests(other.tape, before)
    for place in range(max(len(one), len(two))):
        left = one[place] if place < len(one) else None
        right = two[place] if place < len(two) else None
        if left is not None and right is not None and _same(left, right):
            continue
        row = min(request[0] for request in (left, right) if request is not None)
        at = [None if request is None or request[0] != row else request for request in (left, right)]
        return Difference(row, "order", _spelled(at[0]), _spelled(at[1]))
    return None


Request = tuple[int, tuple[int, ...], tuple[float, ...]]


def _requests(tape: Tape, before: int) -> list[Request]:
    codes: list[Sequence[int]] = [getattr(tape, name) for name in CODES]
    numbers: list[Sequence[float]] = [getattr(tape, name) for name in NUMBERS]
    return [
        (row, tuple(int(column[place]) for column in codes), tuple(float(column[place]) for column in numbers))
        for place, row in enumerate(tape.row)
        if row < before
    ]


def _same(one: Request, two: Request) -> bool:
    return one[:2] == two[:2] and not differing(np.array(one[2]), np.array(two[2])).any()


def _spelled(request: Request | None) -> str:
    if request is None:
        return "nothing"
    code, number = dict(zip(CODES, request[1], strict=True)), dict(zip(NUMBERS, request[2], strict=True))
    if code["action"] == CANCEL:
        return "a cancel"
    if code["action"] == PROTECT:
        return f"protection at {number['loss']:.10g} and {number['gain']:.10g}"
    if code["side"] == 0:
        return "waiting orders withdrawn"
    size = f"{number['quantity']:.10g}" if number["quantity"] else f"weight {number['weight']:.10g}"
    limit = f" at {number['limit']:.10g}" if number["limit"] else ""
    return f"{_SIDES.get(code['side'], 'target')} {size}{limit}"
