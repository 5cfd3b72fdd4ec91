"""Double and triple exponential averages: averages of averages, combined so that most of the lag cancels out."""

import math

from tradewright.quant.arrays import Array, Values
from tradewright.quant.indicators.averages import RUNNING, Running, exponential_step
from tradewright.quant.indicators.definition import Definition, Memory, joint_seed, window
from tradewright.quant.indicators.series import output_of
from tradewright.quant.indicators.streaming import SingleLine, ValueFed

nan = math.nan

Chain = tuple[Running, Running, Running]
CHAIN: Chain = (RUNNING, RUNNING, RUNNING)
JOINT = 2


def chain_step(state: Chain, x: float, window: int, seed: int) -> tuple[Chain, tuple[float, float, float]]:
    """One value into an average, that into a second, that into a third; each waits for the one before it."""
    first, second, third = state
    weight = 2.0 / (window + 1)
    begin = 0 if seed == JOINT else seed
    follow = 1 if seed == JOINT else seed
    twice = nan
    thrice = nan
    first, once = exponential_step(first, x, window, weight, begin)
    if not math.isnan(once):
        second, twice = exponential_step(second, once, window, weight, follow)
    if not math.isnan(twice):
        third, thrice = exponential_step(third, twice, window, weight, follow)
    return (first, second, third), (once, twice, thrice)


def dema_step(state: Chain, memory: Memory, at: int, x: float, window: int, seed: int) -> tuple[Chain, float]:
    """One value into the double average."""
    state, lines = chain_step(state, x, window, seed)
    return state, 2.0 * lines[0] - lines[1]


def tema_step(state: Chain, memory: Memory, at: int, x: float, window: int, seed: int) -> tuple[Chain, float]:
    """One value into the triple average."""
    state, lines = chain_step(state, x, window, seed)
    return state, 3.0 * lines[0] - 3.0 * lines[1] + lines[2]


def trix_step(
    state: tuple[Chain, float], memory: Memory, at: int, x: float, window: int, seed: int
) -> tuple[tuple[Chain, float], float]:
    """One value: change of the threefold average against the row before, in percent."""
    chain, last = state
    chain, lines = chain_step(chain, x, window, seed)
    smooth = lines[2]
    if math.isnan(smooth) or math.isnan(last) or last == 0.0:
        return (chain, smooth), nan
    return (chain, smooth), 100.0 * (smooth - last) / last


def warm_up_of(window: int, seed: int, *, averages: int) -> int:
    """Rows before the last of so many averages has a value."""
    return (averages * (window - 1), 0, window - 1)[seed]


DEMA = Definition(
    name="dema",
    title="Double exponential moving average",
    description="Exponential average with most of its lag taken out.",
    source="Mulloy (1994a); equal to TA-Lib DEMA",
    inputs=("value",),
    outputs=("dema",),
    parameters=(window(20), joint_seed()),
    step=dema_step,
    start=lambda window, seed: (CHAIN, []),
    warm_up=lambda window, seed: warm_up_of(window, seed, averages=2),
    cost=4,
)

TEMA = Definition(
    name="tema",
    title="Triple exponential moving average",
    description="Exponential average with its lag taken out twice.",
    source="Mulloy (1994b); equal to TA-Lib TEMA; seed='joint' as Skender begins",
    inputs=("value",),
    outputs=("tema",),
    parameters=(window(20), joint_seed()),
    step=tema_step,
    start=lambda window, seed: (CHAIN, []),
    warm_up=lambda window, seed: warm_up_of(window, seed, averages=3),
    cost=4,
)

TRIX = Definition(
    name="trix",
    title="TRIX",
    description="Change of a threefold exponential average from bar to bar, in percent.",
    source="Hutson (1983); equal to TA-Lib TRIX",
    inputs=("value",),
    outputs=("trix",),
    parameters=(window(15), joint_seed()),
    step=trix_step,
    start=lambda window, seed: ((CHAIN, nan), []),
    warm_up=lambda window, seed: warm_up_of(window, seed, averages=3) + 1,
    cost=4,
)


def dema(values: Values, window: int = 20, *, seed: str = "sma") -> Array:
    """Double exponential moving average."""
    return output_of(DEMA, (values,), window=window, seed=seed)


def tema(values: Values, window: int = 20, *, seed: str = "sma") -> Array:
    """Triple exponential moving average."""
    return output_of(TEMA, (values,), window=window, seed=seed)


def trix(values: Values, window: int = 15, *, seed: str = "sma") -> Array:
    """Change of the threefold exponential average, in percent a bar."""
    return output_of(TRIX, (values,), window=window, seed=seed)


class Dema(ValueFed[float], SingleLine):
    """Double exponential moving average, bar by bar."""

    definition = DEMA

    def __init__(self, window: int = 20, *, seed: str = "sma", source: str = "close") -> None:
        super().__init__(window=window, seed=seed, source=source)


class Tema(ValueFed[float], SingleLine):
    """Triple exponential moving average, bar by bar."""

    definition = TEMA

    def __init__(self, window: int = 20, *, seed: str = "sma", source: str = "close") -> None:
        super().__init__(window=window, seed=seed, source=source)


class Trix(ValueFed[float], SingleLine):
    """TRIX, bar by bar."""

    definition = TRIX

    def __init__(self, window: int = 15, *, seed: str = "sma", source: str = "close") -> None:
        super().__init__(window=window, seed=seed, source=source)
