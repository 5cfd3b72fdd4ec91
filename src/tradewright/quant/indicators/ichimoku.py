"""Ichimoku cloud: middles of three channels, two of them drawn ahead as a cloud of support and resistance."""

import math
from typing import NamedTuple

from tradewright.quant.arrays import Array
from tradewright.quant.indicators.atr import BAR
from tradewright.quant.indicators.definition import Definition, Memory, window
from tradewright.quant.indicators.donchian import CHANNEL_START, ChannelState, channel_memory, donchian_step
from tradewright.quant.indicators.series import Columns, outputs_of
from tradewright.quant.indicators.streaming import HighLowCloseFed, Line, ManyLines
from tradewright.quant.indicators.windows import delay_step

nan = math.nan

IchimokuState = tuple[ChannelState, ChannelState, ChannelState, int, int]
ICHIMOKU_START: IchimokuState = (CHANNEL_START, CHANNEL_START, CHANNEL_START, 0, 0)


def ichimoku_step(
    state: IchimokuState,
    memory: Memory,
    at: int,
    high: float,
    low: float,
    close: float,
    conversion: int,
    base: int,
    span: int,
    displacement: int,
) -> tuple[IchimokuState, tuple[float, float, float, float, float]]:
    """One bar: three channels, and the rings that carry the cloud forward."""
    fast, slow, wide, place_a, place_b = state
    fast, fast_lines = donchian_step(fast, memory, at, high, low, conversion)
    at += 2 * conversion + 2
    slow, slow_lines = donchian_step(slow, memory, at, high, low, base)
    at += 2 * base + 2
    wide, wide_lines = donchian_step(wide, memory, at, high, low, span)
    at += 2 * span + 2
    turning = fast_lines[1]
    standard = slow_lines[1]
    place_a, leading_a = delay_step(place_a, memory, at, (turning + standard) / 2.0, displacement)
    place_b, leading_b = delay_step(place_b, memory, at + displacement, wide_lines[1], displacement)
    return (fast, slow, wide, place_a, place_b), (turning, standard, leading_a, leading_b, close)


ICHIMOKU = Definition(
    name="ichimoku",
    title="Ichimoku cloud",
    description="Middles of three channels; leading_a and leading_b are the cloud under this bar, computed before it.",
    source="Hosoda (1969)",
    inputs=BAR,
    outputs=("conversion", "base", "leading_a", "leading_b", "lagging"),
    parameters=(
        window(9, "conversion line (tenkan) in bars", name="conversion"),
        window(26, "base line (kijun) in bars", name="base"),
        window(52, "second leading line (senkou B) in bars", name="span"),
        window(26, "bars by which the cloud is drawn ahead", name="displacement"),
    ),
    step=ichimoku_step,
    start=lambda conversion, base, span, displacement: (
        ICHIMOKU_START,
        channel_memory(conversion) + channel_memory(base) + channel_memory(span) + [nan] * (2 * displacement),
    ),
    warm_up=lambda conversion, base, span, displacement: max(conversion, base, span) + displacement - 1,
    cost=8,
)


class IchimokuCloud(NamedTuple):
    """The five lines, each of the shape of the input."""

    conversion: Array
    base: Array
    leading_a: Array
    leading_b: Array
    lagging: Array


def ichimoku(
    *columns: Columns, conversion: int = 9, base: int = 26, span: int = 52, displacement: int = 26
) -> IchimokuCloud:
    """Ichimoku of high, low, close (or of bars that have them); every line is known at its row.

    `lagging` is this row's close: a chart draws it `displacement` rows back, a rule compares it with the close there.
    """
    return IchimokuCloud(
        *outputs_of(ICHIMOKU, columns, conversion=conversion, base=base, span=span, displacement=displacement)
    )


class Ichimoku(HighLowCloseFed[tuple[float, ...]], ManyLines):
    """Ichimoku cloud, bar by bar."""

    definition = ICHIMOKU
    conversion: Line
    base: Line
    leading_a: Line
    leading_b: Line
    lagging: Line

    def __init__(self, *, conversion: int = 9, base: int = 26, span: int = 52, displacement: int = 26) -> None:
        super().__init__(conversion=conversion, base=base, span=span, displacement=displacement)
