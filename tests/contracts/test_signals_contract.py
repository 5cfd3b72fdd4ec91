"""What every place that keeps signals promises, on both databases."""

from dataclasses import replace

import pytest

from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.signals import DatabaseSignals
from tradewright.domain.errors import InputError
from tradewright.domain.signals import Opinion
from tradewright.ports.paging import Slot
from tradewright.ports.signals import KeptSignal, KeptSignals, SignalFilter, name_of

ONE = KeptSignal(
    id="sg_1",
    strategy="moving_average",
    parameters={"fast": 20, "band": 0.25, "short": False, "note": "naïve"},
    instrument="AAPL.XNAS",
    interval="1d",
    bar_ns=10,
    opinion=Opinion.BUY,
    strength=0.1 + 0.2,
    target=1.0,
    previous=-0.5,
    made_ns=11,
    made_by="anna",
)


@pytest.fixture
def signals(database: Database) -> KeptSignals:
    return DatabaseSignals(database)


def test_a_signal_comes_back_to_the_last_digit_also_without_an_opinion(signals: KeptSignals) -> None:
    silent = replace(ONE, id="sg_2", opinion=Opinion.HOLD, strength=0.0, target=None, version=3, digest="ab")
    assert list(signals.keep([ONE, silent])) == [ONE, silent]
    assert list(signals.all(SignalFilter(), Slot()).items) == [silent, ONE]


def test_signals_are_found_by_when_they_were_made_whatever_their_bar(signals: KeptSignals) -> None:
    signals.keep([replace(ONE, id=f"sg_{one}", bar_ns=100 - one, made_ns=one) for one in range(4)])
    found = signals.all(SignalFilter(made_since_ns=2), Slot()).items
    assert [one.id for one in found] == ["sg_2", "sg_3"]


def test_what_is_there_stays_as_it_was_kept_first(signals: KeptSignals) -> None:
    signals.keep([ONE])
    later = replace(ONE, made_ns=99, made_by="bob")
    other = replace(ONE, id="sg_0", made_ns=99)
    assert list(signals.keep([other, later])) == [other, ONE]
    assert len(signals.all(SignalFilter(), Slot()).items) == 2


def test_filters_and_pages_go_from_new_bars_to_old(signals: KeptSignals) -> None:
    signals.keep([replace(ONE, id=f"sg_{one}", bar_ns=one // 2) for one in range(6)])
    signals.keep([replace(ONE, id="sg_x", strategy="breakout", instrument="IBM.XNYS", interval="5m", bar_ns=1)])
    signals.keep([replace(ONE, id="sg_s", opinion=Opinion.SELL, bar_ns=0)])
    first = signals.all(SignalFilter(strategy="moving_average"), Slot(limit=4))
    second = signals.all(SignalFilter(strategy="moving_average"), Slot(limit=4, cursor=first.cursor))
    names = [one.id for page in (first, second) for one in page.items]
    assert names == ["sg_5", "sg_4", "sg_3", "sg_2", "sg_s", "sg_1", "sg_0"]
    assert second.cursor == ""

    def found(wanted: SignalFilter) -> list[str]:
        return [one.id for one in signals.all(wanted, Slot()).items]

    assert found(SignalFilter(instrument="IBM.XNYS")) == found(SignalFilter(interval="5m")) == ["sg_x"]
    assert found(SignalFilter(opinion=Opinion.SELL)) == ["sg_s"]
    assert found(SignalFilter(since_ns=1, until_ns=2)) == ["sg_x", "sg_3", "sg_2"]
    with pytest.raises(InputError, match="that cursor is none"):
        signals.all(SignalFilter(), Slot(cursor="7"))


def test_a_signal_is_named_by_what_it_says_in_whatever_order() -> None:
    assert name_of({"a": 1, "b": {"c": 2.5}}) == name_of({"b": {"c": 2.5}, "a": 1})
    assert name_of({"a": 1}) != name_of({"a": 2})
    assert name_of({"a": 1}) == "sg_015abd7f5cc57a2dd94b7590"
