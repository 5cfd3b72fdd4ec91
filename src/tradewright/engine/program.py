"""What a strategy wants as columns: target weights and protective prices per row, ready for either speed.

Column strategies are asked once; `generate_signal` strategies are asked bar by bar, each time with the bars so far.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradewright.domain.errors import DataError, InputError, StrategyError, TradewrightError
from tradewright.domain.orders.request import LEAST, MOST
from tradewright.engine.assumptions import Assumptions
from tradewright.engine.market import MarketColumns
from tradewright.engine.sizes import Sizes, sized_columns
from tradewright.trading.bars import Bars
from tradewright.trading.sizing.sizing import Size, Sizing
from tradewright.trading.strategies.choice import Choice
from tradewright.trading.strategies.strategy import Dialect, Signals, Speaks, Strategy

Floats = NDArray[np.float64]
_LEAST, _MOST = float(LEAST), float(MOST)
NONE = np.empty((0, 0))
NO_CODES = np.empty(0, np.uint8)
NO_TABLE = np.empty(0)


@dataclass(frozen=True, slots=True, eq=False)
class Wishes:
    """Weights of equity and raw protective prices, shape (rows, width); NaN: no opinion; shape (0, 0): none at all."""

    weight: Floats
    loss: Floats
    gain: Floats
    is_restated: bool
    """True where every weight given is an instruction."""
    codes: NDArray[np.uint8] = field(default_factory=lambda: NO_CODES)
    """The weights as one code a row and instrument, where they are a choice of few; `weight` is empty then."""
    table: Floats = field(default_factory=lambda: NO_TABLE)
    """The weight of each code."""
    sizes: Sizes | None = None
    """What the strengths were sized by, where that was not slots."""
    units: Floats = field(default_factory=lambda: NONE)
    """The most units, of the shape of the weights; only where a method of the sizing names units."""
    decided: Mapping[tuple[int, int], Size] = field(default_factory=dict)
    """The size decided in (row, instrument); only with `units`."""


def wishes_of(strategy: Strategy, market: MarketColumns, *, assumptions: Assumptions, coded: bool = False) -> Wishes:
    """Ask a column or newest-bar strategy; nonsense is a StrategyError that says what was wrong and where.

    `coded`: leave a choice of few weights as codes.
    """
    bars = market.seen
    require_bars(strategy, bars)
    name = type(strategy).__name__
    silent = _silent_rows(strategy, market, assumptions)
    coded = coded and assumptions.sizing is None
    if strategy.dialect() is Dialect.COLUMNS:
        answer = call(strategy, "generate_signals", bars)
        signals = answer if isinstance(answer, Signals) else Signals(answer)  # type: ignore[arg-type]
        if coded and not silent and isinstance(signals.strength, Choice) and signals.strength.shape == bars.close.shape:
            codes = _coded(strategy, signals, bars, assumptions)
            if codes is not None:
                return codes
        strength = _matrix(name, "strength", signals.strength, bars)
        loss = NONE if signals.stop_loss is None else _all_prices(name, "stop_loss", signals.stop_loss, market)
        gain = NONE if signals.take_profit is None else _all_prices(name, "take_profit", signals.take_profit, market)
    else:
        strength, loss, gain = _newest(strategy, market)
    if assumptions.sizing is not None:
        return _sized(strategy, strength, assumptions=assumptions, market=market, prices=(loss, gain))
    said = _wishes(strategy, strength, assumptions=assumptions, bars=bars, prices=(loss, gain))
    return _silenced(said, silent) if silent else said


def wishes_after_newest(strategy: Strategy, market: MarketColumns, *, assumptions: Assumptions) -> Wishes:
    """What it wants after the newest row of a market that grows: columns of one row.

    A strategy of columns is asked for all of them, because that is how it speaks, and the last row is taken.
    """
    bars = market.seen
    if strategy.dialect() is Dialect.COLUMNS:
        said = wishes_of(strategy, market, assumptions=assumptions)
        return Wishes(said.weight[-1:], said.loss[-1:], said.gain[-1:], said.is_restated)
    name, row, newest = type(strategy).__name__, len(bars) - 1, bars.rows(len(bars) - 1, len(bars))
    strength, *prices = _ask_newest(strategy, bars, row)
    factor = None if market.factor is None else market.factor[row:]
    loss, gain = (
        NONE if part is None else _prices(name, what, part, bars=newest, factor=factor, first=row)
        for what, part in zip(("stop_loss", "take_profit"), prices, strict=True)
    )
    strength = np.full((1, len(bars.instruments)), np.nan) if strength is None else strength
    return _wishes(strategy, strength, assumptions=assumptions, bars=newest, prices=(loss, gain), first=row)


def _wishes(
    strategy: Strategy,
    strength: Floats,
    *,
    assumptions: Assumptions,
    bars: Bars,
    prices: tuple[Floats, Floats],
    first: int = 0,
) -> Wishes:
    """Weights of strengths that are checked; `first` is the number of the first row."""
    name = type(strategy).__name__
    is_weights = strategy.speaks is Speaks.WEIGHTS
    _check_strength(name, strength, bars, is_weights=is_weights, first=first)
    slots = np.ones(1) if is_weights else assumptions.allocation.slots(bars.instruments)
    weight = strength if (slots == 1.0).all() else strength * slots
    return Wishes(np.ascontiguousarray(weight), *prices, is_weights)


def sizes_of(
    strategy: Strategy, sizing: Sizing | None, *, multipliers: list[float], rate: Floats | None = None
) -> Sizes | None:
    """What sizes this strategy; None for slots. One that speaks weights is an InputError: it has sized already."""
    if sizing is None:
        return None
    if strategy.speaks is Speaks.WEIGHTS:
        raise InputError(
            f"{type(strategy).__name__} speaks weights, which are sizes already",
            expected="a strategy that speaks strengths, or no sizing",
            found=repr(sizing),
        )
    return Sizes(sizing, type(strategy).__name__, multipliers, rate)


def _sized(
    strategy: Strategy,
    strength: Floats,
    *,
    assumptions: Assumptions,
    market: MarketColumns,
    prices: tuple[Floats, Floats],
) -> Wishes:
    """Weights, and units where a method names them, of strengths from the first row on that may trade."""
    sizes = sizes_of(strategy, assumptions.sizing, multipliers=market.multiplier.tolist(), rate=market.rate)
    assert sizes is not None
    _check_strength(type(strategy).__name__, strength, market.seen, is_weights=False)
    silent = _silent_rows(strategy, market, assumptions)
    weight, units, decided = sized_columns(
        sizes, strength, bars=market.seen, factor=market.factor, loss=prices[0], first=silent
    )
    said = Wishes(weight, *prices, is_restated=False)
    said = _silenced(said, silent) if silent else said
    if not sizes.sizing.has_units:
        return replace(said, sizes=sizes)
    return replace(said, sizes=sizes, units=units, decided=decided)


def _silent_rows(strategy: Strategy, market: MarketColumns, assumptions: Assumptions) -> int:
    """Rows in which a strategy has no opinion: those of the warm-up, where the run has one."""
    return 0 if assumptions.trades_from_ns is None else max(market.first_row, strategy.warm_up_bars())


def _silenced(said: Wishes, rows: int) -> Wishes:
    weight, loss, gain = (column.copy() for column in (said.weight, said.loss, said.gain))
    for column in (weight, loss, gain):
        column[:rows] = np.nan
    return Wishes(weight, loss, gain, said.is_restated)


def _coded(strategy: Strategy, signals: Signals, bars: Bars, assumptions: Assumptions) -> Wishes | None:
    """A plain choice of weights as codes; None where slots differ or protective prices are given."""
    slots = assumptions.allocation.slots(bars.instruments)
    if signals.stop_loss is not None or signals.take_profit is not None or (slots != slots[0]).any():
        return None
    codes, table = signals.strength.coded()  # type: ignore[union-attr]
    is_weights = strategy.speaks is Speaks.WEIGHTS
    _check_strength(type(strategy).__name__, table[:, None], bars, is_weights=is_weights)
    weights = table if is_weights else table * slots[0]
    return Wishes(NONE, NONE, NONE, is_weights, np.ascontiguousarray(codes).reshape(-1), weights)


def require_bars(strategy: Strategy, bars: Bars) -> None:
    """A run needs bars, and more of them than the strategy's warm-up."""
    needed = strategy.warm_up_bars()
    if len(bars) <= needed:
        raise DataError(
            f"too few bars for the warm-up of {strategy!r}",
            expected=f"more than {needed} bars",
            found=f"{len(bars)} bars",
            remedy="take a longer period, or smaller windows",
        )


def require_instruments(strategy: Strategy, instruments: tuple[str, ...]) -> None:
    """A strategy that trades so many instruments together gets so many: InputError."""
    wanted = strategy.instrument_count
    if wanted and len(instruments) != wanted:
        raise InputError(
            f"{type(strategy).__name__} trades {wanted} instruments together",
            expected=f"{wanted} instruments",
            found=f"{len(instruments)}: {', '.join(instruments)}",
            remedy=f"name {wanted}, in the order that the strategy's description says",
        )


def call(strategy: Strategy, method: str, *arguments: object) -> object:
    """Call a strategy; what it raises becomes a StrategyError with the line."""
    try:
        return getattr(strategy, method)(*arguments)
    except TradewrightError:
        raise
    except Exception as raised:
        raise strategy_error(strategy, method, raised=raised) from raised


def strategy_error(strategy: Strategy, method: str, *, raised: Exception) -> StrategyError:
    """A StrategyError that names the strategy, the line of its file and what was raised."""
    trace = raised.__traceback__
    where = ""
    while trace is not None:
        frame = trace.tb_frame
        if isinstance(frame.f_locals.get("self"), type(strategy)):
            where = f" in line {trace.tb_lineno} of {frame.f_code.co_filename.rsplit('/', 1)[-1]}"
        trace = trace.tb_next
    return StrategyError(
        f"{type(strategy).__name__}.{method} raised {type(raised).__name__}{where}: {raised}",
        remedy="mend the strategy",
    )


def _matrix(name: str, what: str, values: ArrayLike, bars: Bars) -> Floats:
    """The answer as (rows, width); a scalar or a row is not an answer, lengths must fit."""
    try:
        array = np.asarray(values.to_numpy() if hasattr(values, "to_numpy") else values, dtype=np.float64)
    except (TypeError, ValueError) as wrong:
        raise StrategyError(
            f"{name} gave a {what} that is not numbers", expected="floats", found=type(values).__name__
        ) from wrong
    shape = bars.closes.shape
    if array.ndim == 1 and shape[1] == 1:
        array = array[:, None]
    if array.shape != shape:
        raise StrategyError(
            f"{name} gave a {what} of the wrong length",
            expected=f"one value per bar{' and instrument' if shape[1] > 1 else ''}: shape {bars.close.shape}",
            found=f"shape {np.shape(values)}",
            remedy="return an array as long as bars.close, with NaN where there is no opinion",
        )
    return array


def _all_prices(name: str, what: str, values: ArrayLike, market: MarketColumns) -> Floats:
    return _prices(name, what, values, bars=market.seen, factor=market.factor)


def _prices(name: str, what: str, values: ArrayLike, *, bars: Bars, factor: Floats | None, first: int = 0) -> Floats:
    """Raw prices of the prices it named."""
    prices = _matrix(name, what, values, bars)
    prices = prices if factor is None else prices * factor
    bad = (prices < _LEAST) | (prices > _MOST)
    if bool(bad.any()):
        row = first + int(np.argmax(bad.any(axis=1)))
        raise StrategyError(
            f"{name} gave a {what} that is no price", expected="more than 0, or NaN", found=f"row {row}"
        )
    return np.ascontiguousarray(prices)


def _check_strength(name: str, strength: Floats, bars: Bars, *, is_weights: bool, first: int = 0) -> None:
    least, most = np.fmin.reduce(strength, axis=None), np.fmax.reduce(strength, axis=None)  # look past NaN
    if np.isinf((least, most)).any() if is_weights else least < -1.0 or most > 1.0:
        bad = np.isinf(strength) if is_weights else np.abs(strength) > 1.0
        row, column = (int(n) for n in np.argwhere(bad)[0])
        raise StrategyError(
            f"{name} gave a {'weight' if is_weights else 'strength'} out of range",
            expected="finite weights" if is_weights else "strengths from -1 to 1, or NaN",
            found=f"{strength[row, column]} for {bars.instruments[column]} in row {first + row}",
        )


def _newest(strategy: Strategy, market: MarketColumns) -> tuple[Floats, Floats, Floats]:
    """Ask bar by bar, from the first bar after the warm-up."""
    bars = market.seen
    name = type(strategy).__name__
    columns = [np.full(bars.closes.shape, np.nan) for _ in range(3)]
    given = [False, False, False]
    for row in range(strategy.warm_up_bars(), len(bars)):
        for n, part in enumerate(_ask_newest(strategy, bars.rows(0, row + 1), row)):
            if part is not None:
                given[n] = True
                columns[n][row] = part
    loss = _all_prices(name, "stop_loss", columns[1], market) if given[1] else NONE
    gain = _all_prices(name, "take_profit", columns[2], market) if given[2] else NONE
    return columns[0], loss, gain


def _ask_newest(strategy: Strategy, bars: Bars, row: int) -> list[Floats | None]:
    """Strength, stop-loss and take-profit after the last of `bars`, each of shape (1, width); None: not given."""
    answer = call(strategy, "generate_signal", bars)
    signals = answer if isinstance(answer, Signals) else Signals(answer)  # type: ignore[arg-type]
    shape = (1, len(bars.instruments))
    return [
        None if part is None else np.broadcast_to(_newest_row(type(strategy).__name__, part, bars, row), shape)
        for part in (signals.strength, signals.stop_loss, signals.take_profit)
    ]


def _newest_row(name: str, part: ArrayLike, bars: Bars, row: int) -> Floats:
    try:
        array = np.asarray(part, dtype=np.float64)
    except (TypeError, ValueError) as wrong:
        raise StrategyError(f"{name}.generate_signal gave no number", found=f"{part!r} in row {row}") from wrong
    if array.ndim > 1 or (array.ndim == 1 and len(array) != len(bars.instruments)):
        raise StrategyError(
            f"{name}.generate_signal gave the wrong number of values",
            expected=f"one value, or {len(bars.instruments)}",
            found=f"shape {array.shape} in row {row}",
        )
    return array
