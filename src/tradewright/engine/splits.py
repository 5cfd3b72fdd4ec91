"""Which splits took effect in a run, for those who follow quantities through it."""

from tradewright.domain.matching.layout import SPLIT
from tradewright.engine.market import MarketColumns


def splits_of(market: MarketColumns) -> tuple[tuple[int, int, float], ...]:
    """(row, instrument, ratio) in order of time."""
    return tuple(
        (int(row), int(instrument), float(value))
        for row, instrument, kind, value in zip(
            market.action_row, market.action_instrument, market.action_kind, market.action_value, strict=True
        )
        if kind == SPLIT
    )
