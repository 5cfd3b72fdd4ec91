"""The form of a case of the fill rules, and the deeds that its strategies do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.unit.engine.engine_samples import Deed, Row, Script, bars_of, both, told_endings, told_fills

from tradewright.domain.market.actions import CorporateAction

FLAT = (100.0, 100.0, 100.0, 100.0)
Fill = tuple[int, str, float, float]


@dataclass(frozen=True)
class Case:
    name: str
    bars: Sequence[Row]
    """Rows 1, 2, ...; row 0 is flat at 100."""
    deeds: Mapping[int, Deed]
    fills: Sequence[Fill]
    endings: Sequence[tuple[int, str]] = ()
    terms: Mapping[str, Any] = field(default_factory=dict)
    actions: Sequence[CorporateAction] = ()
    cash: float | None = None
    """Cash at the end, where the case is about money; the account starts with 100,000."""


def buy(quantity: float = 10.0, **terms: Any) -> Deed:
    return lambda context, bar: context.buy(quantity, **terms)


def sell(quantity: float = 10.0, **terms: Any) -> Deed:
    return lambda context, bar: context.sell(quantity, **terms)


def aim(weight: float, **terms: float) -> Deed:
    return lambda context, bar: context.target(weight, **terms)


def protect(**terms: float) -> Deed:
    return lambda context, bar: context.protect(**terms)


def check(case: Case) -> None:
    """Run it at both speeds; fills, endings and cash are as the case says."""
    bars = bars_of([FLAT, *case.bars], actions=case.actions)
    run = both(lambda: Script(case.deeds), bars, **case.terms)
    assert [fill[:3] for fill in told_fills(run)] == [fill[:3] for fill in case.fills]
    assert run.fills.price.tolist() == pytest.approx([price for *_, price in case.fills], rel=1e-12)
    assert told_endings(run) == list(case.endings)
    if case.cash is not None:
        assert run.cash[-1] == pytest.approx(case.cash, rel=1e-12)
