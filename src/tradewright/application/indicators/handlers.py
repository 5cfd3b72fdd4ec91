"""Answers about indicators."""

from tradewright.application.indicators.messages import KnownIndicators
from tradewright.application.indicators.views import IndicatorView
from tradewright.quant.indicators.registry import INDICATORS


def known_indicators(_query: KnownIndicators) -> tuple[IndicatorView, ...]:
    """All, by name."""
    return tuple(
        IndicatorView(
            name=known.name,
            title=known.title,
            summary=known.description,
            inputs=known.inputs,
            parameters={parameter.name: parameter.default for parameter in known.parameters},
            outputs=known.outputs,
            warm_up=known.warm_up(*known.encode({})),
            source=known.source,
        )
        for _, known in sorted(INDICATORS.items())
    )
