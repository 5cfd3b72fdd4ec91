"""Answers about indicators: which there are, their values on stored bars."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tradewright.application.data.dates import session_range
from tradewright.application.data.messages import LoadBars
from tradewright.application.data.reading import load_bars
from tradewright.application.data.showing import exact
from tradewright.application.indicators.messages import IndicatorValues, KnownIndicators
from tradewright.application.indicators.views import IndicatorSeries, IndicatorValuesView, IndicatorView
from tradewright.domain.calendars import days_from_date
from tradewright.domain.errors import InputError, NotFound
from tradewright.ports.stores import MarketStore
from tradewright.quant.indicators.definition import Definition, Parameter
from tradewright.quant.indicators.registry import INDICATORS
from tradewright.quant.indicators.series import outputs_of
from tradewright.trading.bars import Bars

MOST_NAMES: Final = 20
LONGEST_WINDOW: Final = 10_000
"""Of an indicator that is asked for over the network."""


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


def indicator_values(query: IndicatorValues, *, store: MarketStore) -> IndicatorValuesView:
    """Over all bars up to the end, so that the warm-up is behind the rows that are shown."""
    if not 1 <= len(query.names) <= MOST_NAMES:
        raise InputError(
            "which indicators?", expected=f"1 to {MOST_NAMES} names", found=str(len(query.names)),
            remedy="see: tradewright indicators list",
        )  # fmt: skip
    wanted = [_wished(one) for one in query.names]
    dates = session_range(query.start, query.end)
    bars = load_bars(
        LoadBars(symbols=(query.symbol,), timeframe=query.interval, end=query.end, prices=query.adjust), store=store
    )
    first = 0 if dates.first is None else int(np.searchsorted(bars.session, days_from_date(dates.first)))
    rows = slice(max(first, len(bars) - query.limit), len(bars))
    return IndicatorValuesView(
        instrument=bars.instruments[0],
        interval=str(bars.timeframe),
        times=tuple(datetime.fromtimestamp(int(one) // 1_000_000_000, UTC) for one in bars.time[rows]),
        closes=tuple(exact(float(one)) for one in bars.closes[rows, 0]),
        series=tuple(_series(known, settings, bars=bars, rows=rows) for known, settings in wanted),
    )


def _series(known: Definition, settings: Mapping[str, object], *, bars: Bars, rows: slice) -> IndicatorSeries:
    columns = (bars,) if known.inputs != ("value",) else (bars.close,)
    try:
        outputs = outputs_of(known, columns, **settings)
    except ValueError as problem:
        raise InputError(str(problem), remedy="see: tradewright indicators list") from problem
    return IndicatorSeries(
        name=known.name,
        parameters={one.name: settings.get(one.name, one.default) for one in known.parameters},
        outputs={name: _plain(values[rows]) for name, values in zip(known.outputs, outputs, strict=True)},
    )


def _plain(values: NDArray[np.float64]) -> tuple[float | None, ...]:
    return tuple(one if math.isfinite(one) else None for one in values.tolist())


def _wished(text: str) -> tuple[Definition, dict[str, object]]:
    """`macd:fast=8:slow=21` as the indicator with its settings."""
    name, *rest = text.strip().split(":")
    known = INDICATORS.get(name)
    if known is None:
        raise NotFound(f"there is no indicator {name}", remedy="see: tradewright indicators list")
    parameters = {one.name: one for one in known.parameters}
    settings: dict[str, object] = {}
    for part in rest:
        key, equals, value = part.partition("=")
        if not equals or key not in parameters or key in settings:
            expected = ", ".join(parameters) or "no parameters"
            raise InputError(f"{name} has no such setting", expected=f"each once, of: {expected}", found=part)
        settings[key] = _number(parameters[key], value)
    return known, settings


def _number(parameter: Parameter, text: str) -> object:
    if parameter.choices:
        return text
    try:
        value = int(text) if isinstance(parameter.default, int) else float(text)
    except ValueError:
        raise InputError(f"{parameter.name} cannot be used", expected="a number", found=text) from None
    if not math.isfinite(value) or abs(value) > LONGEST_WINDOW:
        raise InputError(f"{parameter.name} cannot be used", expected=f"at most {LONGEST_WINDOW}", found=text)
    return value
