"""Watching signals: each is told once, in the order in which they were made, also one that is there late."""

from dataclasses import replace
from pathlib import Path

from tests.contracts.test_signals_contract import ONE

from tradewright.adapters.database.opening import opened
from tradewright.adapters.database.place import file
from tradewright.adapters.database.signals import DatabaseSignals
from tradewright.adapters.system.clock import ManualClock
from tradewright.application.messages import Actor, Role
from tradewright.application.watching.news import is_for
from tradewright.application.watching.signals import FIRST_NS, SignalsWatch

SECOND = 1_000_000_000
NOW = 1_800_000_000 * SECOND


def test_signals_are_told_once_in_the_order_in_which_they_were_made(tmp_path: Path) -> None:
    database, clock = opened(file(tmp_path / "state.sqlite")), ManualClock(NOW)
    kept = DatabaseSignals(database)
    watch = SignalsWatch(kept, clock)

    def told() -> list[str]:
        clock.advance(SECOND)
        return [getattr(event, "id", "") for _, event in watch.step()]

    kept.keep([replace(ONE, id="old", made_ns=NOW - FIRST_NS - SECOND), replace(ONE, id="recent", made_ns=NOW)])
    assert told() == ["recent"]
    kept.keep([replace(ONE, id="b", bar_ns=1, made_ns=NOW + 9), replace(ONE, id="a", bar_ns=2, made_ns=NOW + 8)])
    assert told() == ["a", "b"]
    kept.keep([replace(ONE, id="late", made_ns=NOW + 7)])
    assert told() == ["late"]
    assert told() == []
    assert list(watch.step()) == [], "it is not looked more often than each second"
    database.close()


def test_signals_are_on_no_account_and_for_everybody() -> None:
    assert is_for(ONE, Actor("ada", frozenset({Role.VIEWER}), frozenset({"mine"})))
