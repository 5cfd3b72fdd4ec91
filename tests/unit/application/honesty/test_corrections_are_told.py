"""The check lays bars beside what was known of them at their end."""

from dataclasses import replace
from functools import partial

import pytest
from tests.unit.research.test_look_ahead_is_found import walk

from tradewright.application.backtests.messages import LoadedBars, Market
from tradewright.application.honesty.handlers import check_honesty, maker, restated
from tradewright.application.honesty.messages import CheckHonesty
from tradewright.application.honesty.views import HonestyReport, Judgment, Verdict
from tradewright.domain.errors import DataError, NotFound
from tradewright.ports.code import CodeFiles
from tradewright.trading.bars import Bars
from tradewright.trading.strategies.moving_average import MovingAverage

NOW = walk(100, 2)
ASKED = CheckHonesty(strategy="moving_average", market=Market(symbols=("I0", "I1")))


def as_known(then: Bars | None, market: Market) -> LoadedBars:
    assert market.as_of == "1970-01-20", "the end of the last session of the bars"
    if then is None:
        raise DataError("no bars")
    return LoadedBars(then, ())


def told(then: Bars | None, *, asked: CheckHonesty = ASKED) -> Judgment:
    return restated(asked, NOW, bars_of=partial(as_known, then))


def test_bars_that_stand_as_they_were_known_are_clean() -> None:
    assert told(NOW).verdict is Verdict.CLEAN


def test_a_bar_that_was_corrected_later_is_told_with_its_session() -> None:
    closes = NOW.closes.copy()
    closes[52, 1] += 0.01
    found = told(replace(NOW, closes=closes))
    assert found.verdict is Verdict.REMARK and found.facts == {"sessions": 1}
    assert "1970-01-11" in found.story and "--as-of 1970-01-20" in found.remedy


def test_bars_that_came_later_are_told() -> None:
    found = told(NOW.rows(0, 90))
    assert found.facts == {"sessions": 2}


def test_what_cannot_be_told_is_said_so() -> None:
    assert told(None).verdict is Verdict.NOT_CHECKED
    assert told(NOW, asked=replace(ASKED, market=Market(file="x.csv"))).verdict is Verdict.NOT_CHECKED
    assert told(NOW, asked=replace(ASKED, bars=NOW)).verdict is Verdict.NOT_CHECKED
    assert told(NOW, asked=replace(ASKED, market=Market(as_of="1970-02-01"))).verdict is Verdict.CLEAN


def test_a_strategy_that_was_handed_in_is_copied_for_each_run(unused_code: CodeFiles) -> None:
    given = MovingAverage(fast=3, slow=9)
    make = maker(CheckHonesty(strategy=given), unused_code)
    assert make() is not given and make().values == given.values


def test_an_unknown_strategy_is_told_before_bars_are_read(unused_code: CodeFiles) -> None:
    def never(*_: object, **__: object) -> HonestyReport:
        raise AssertionError("nothing is run")

    with pytest.raises(NotFound, match="strategy nothing is not known"):
        check_honesty(
            CheckHonesty(strategy="nothing"),
            code=unused_code,
            honesty=never,
            bars_of=partial(as_known, NOW),
            progress=lambda done, total: None,
            honesty_behind_walls=never,
        )


@pytest.fixture
def unused_code() -> CodeFiles:
    """No file is asked for here."""

    class NoFiles:
        def load(self, path: object) -> object:
            raise AssertionError(path)

        def load_kept(self, digest: str) -> object:
            raise AssertionError(digest)

    return NoFiles()  # type: ignore[return-value]
