from tradewright.application.indicators.handlers import known_indicators
from tradewright.application.indicators.messages import KnownIndicators
from tradewright.quant.indicators.registry import INDICATORS


def test_every_indicator_is_listed_by_name_with_what_it_takes_and_gives() -> None:
    views = known_indicators(KnownIndicators())
    assert [view.name for view in views] == sorted(INDICATORS)
    for view in views:
        assert view.title and view.outputs and view.inputs and view.source
        assert view.warm_up >= 0
