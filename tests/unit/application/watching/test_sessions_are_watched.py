"""Watching sessions: what happened before is told as the state it led to, what happens then as it happens."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from tests.unit.application.trading.trading_samples import AAPL, FIRST, SECOND, THIRD, kept_in, story, terms, written

from tradewright.adapters.disk.disk import RealDisk
from tradewright.adapters.sessions.folders import SessionFolders
from tradewright.adapters.system.clock import ManualClock
from tradewright.application.jobs.views import JobView
from tradewright.application.messages import Actor, Role
from tradewright.application.trading.across_messages import FillView, RiskEventView, SessionOrder, SessionPosition
from tradewright.application.watching.news import (
    TOPICS,
    News,
    SessionAccount,
    SessionAlert,
    SessionBar,
    is_final,
    is_for,
    is_wanted,
)
from tradewright.application.watching.sessions import SessionsWatch, SessionWatch
from tradewright.bootstrap.folders import journal_of
from tradewright.engine.runtime.journal.writer import Journal
from tradewright.engine.session import facts
from tradewright.ports.sessions import KeptSession, SessionEnd, SessionLife

SEGMENT = "*.journal"
BEFORE = 8
"""Facts of the story before the fill."""


def running(folder: Path) -> KeptSession:
    return replace(kept_in(folder), life=SessionLife.RUNNING)


def told(news: Sequence[News], topic: str) -> list[object]:
    return [event for name, event in news if name == topic]


def test_what_happened_before_is_told_as_the_state_it_led_to(tmp_path: Path) -> None:
    kept = running(tmp_path)
    written(kept)
    watch = SessionWatch(kept, journal_of)
    news = list(watch.step())
    assert Counter(topic for topic, _ in news) == {"orders": 1, "positions": 1, "account": 1, "alerts": 1}
    (order,) = told(news, "orders")
    assert isinstance(order, SessionOrder)
    assert (order.order, order.life, order.account) == (THIRD, "working", "paper")
    (position,) = told(news, "positions")
    assert isinstance(position, SessionPosition)
    assert (position.instrument, position.quantity, position.mark) == (AAPL, Decimal(50), Decimal(110))
    assert list(watch.step()) == []


def test_what_happens_is_told_once_in_order_and_in_full(tmp_path: Path) -> None:
    kept = running(tmp_path)
    disk, every = RealDisk(kept.folder / "journal"), story()
    journal = Journal.open(disk, facts.catalogue(), opened_ns=1, segment_bytes=1 << 16)
    watch = SessionWatch(kept, journal_of)
    for fact in every[:BEFORE]:
        journal.append(fact)
    journal.commit()
    list(watch.step())
    news: list[News] = []
    for fact in every[BEFORE:]:
        journal.append(fact)
        journal.commit()
        news += watch.step()
    journal.close()
    (fill,) = told(news, "fills")
    assert isinstance(fill, FillView)
    assert (fill.order, fill.price, fill.fee, fill.strategy) == (
        FIRST,
        Decimal("100.10"),
        Decimal("1.00"),
        "moving_average",
    )
    lives = [(one.order, one.life) for one in told(news, "orders") if isinstance(one, SessionOrder)]
    assert lives[0] == (FIRST, "filled")
    assert lives[-1] == (THIRD, "working")
    risks = [(one.what, one.subject) for one in told(news, "risk") if isinstance(one, RiskEventView)]
    assert risks == [("refused", SECOND), ("DRIFT", AAPL), ("state 1", "")]
    assert told(news, "bars") == [
        SessionBar(
            session=kept.terms.session, account="paper", instrument=AAPL, slice=2, time_ns=60, close=Decimal(110)
        )
    ]
    (alert,) = told(news, "alerts")
    assert isinstance(alert, SessionAlert) and "secret@" not in alert.story
    money = [one.equity for one in told(news, "account") if isinstance(one, SessionAccount)]
    assert money[-1] == Decimal(100_000) + 50 * (Decimal(110) - Decimal("100.10")) - 1


def test_an_alert_that_was_seen_is_told_with_who_saw_it(tmp_path: Path) -> None:
    kept = running(tmp_path)
    written(kept)
    watch = SessionWatch(kept, journal_of)
    list(watch.step())
    journal = Journal.open(RealDisk(kept.folder / "journal"), facts.catalogue(), opened_ns=2, segment_bytes=1 << 16)
    journal.append(facts.AlertSeen(70, "DRIFT", AAPL, "ada"))
    journal.commit()
    journal.close()
    (alert,) = told(list(watch.step()), "alerts")
    assert isinstance(alert, SessionAlert) and alert.seen_by == "ada" and is_final(alert)


def test_a_session_that_ends_is_told_and_a_broken_journal_stops_no_other(tmp_path: Path) -> None:
    folders = SessionFolders(tmp_path, RealDisk(tmp_path), ManualClock())
    good = folders.create(terms())
    bad = folders.create(terms("20261120-moving_average-zzzz"))
    written(good)
    written(bad)
    (segment,) = (bad.folder / "journal").glob(SEGMENT)
    with segment.open("r+b") as torn:
        torn.seek(200)
        torn.write(b"\xff" * 64)
    holds = [folders.hold(one.terms.session) for one in (good, bad)]
    watch = SessionsWatch(folders, journal_of)
    list(watch.look())
    news = [*watch.step(), *watch.step()]
    assert {getattr(event, "session", "") for _, event in news} == {good.terms.session}
    for hold in holds:
        hold.release()
    folders.end(good.terms.session, SessionEnd(life=SessionLife.STOPPED, time_ns=99, reason="done"))
    (account,) = told(list(watch.look()), "account")
    assert isinstance(account, SessionAccount) and account.life == "stopped" and is_final(account)
    assert list(watch.step()) == []


def test_facts_that_cannot_be_added_up_stop_no_other_session(tmp_path: Path) -> None:
    folders = SessionFolders(tmp_path, RealDisk(tmp_path), ManualClock())
    good, bad = folders.create(terms()), folders.create(terms("20261120-moving_average-zzzz"))
    written(good)
    written(bad, [story()[0], facts.OrderAccepted(20, "nobody's", "V1")])
    holds = [folders.hold(one.terms.session) for one in (good, bad)]
    watch = SessionsWatch(folders, journal_of)
    list(watch.look())
    assert {getattr(event, "session", "") for _, event in watch.step()} == {good.terms.session}
    assert list(watch.step()) == []
    for hold in holds:
        hold.release()


def job(actor: str, life: str = "running") -> JobView:
    return JobView(
        id="j1", kind="backtest", title="t", subject="s", life=life, change=1, done=0, total=None, note="", attempts=1,
        is_to_be_canceled=False, result=None, error=None, actor=actor, correlation_id="c", after="", created_ns=1,
        started_ns=None, ended_ns=None,
    )  # fmt: skip


def test_accounts_and_jobs_of_others_are_not_heard_of() -> None:
    bar = SessionBar(session="s", account="mine", instrument=AAPL, slice=1, time_ns=1, close=Decimal(1))
    mine = Actor("ada", frozenset({Role.VIEWER}), frozenset({"mine"}))
    assert is_for(bar, mine) and not is_for(replace(bar, account="yours"), mine)
    assert is_for(replace(bar, account="yours"), Actor("bob", frozenset({Role.VIEWER})))
    assert is_for(job("ada"), mine) and not is_for(job("bob"), mine)
    assert is_for(job("bob"), Actor("root", frozenset({Role.ADMIN})))


def test_filters_look_at_every_field_and_know_symbols_without_a_venue() -> None:
    bar = SessionBar(session="s", account="a", instrument=AAPL, slice=1, time_ns=1, close=Decimal(1))
    for wishes, wanted in (
        ({}, True),
        ({"instrument": "AAPL"}, True),
        ({"instrument": "AAPL.XNAS", "account": "a"}, True),
        ({"instrument": "AAP"}, False),
        ({"instrument": "AAPL", "session": "t"}, False),
    ):
        assert is_wanted(bar, wishes) is wanted


def test_every_topic_names_fields_that_its_events_have() -> None:
    for topic in TOPICS.values():
        if topic.works:
            known = set(topic.kind.__dataclass_fields__)  # type: ignore[attr-defined]
            assert {*topic.state, *topic.filters.values()} <= known, topic.name
        else:
            assert topic.lacks, topic.name
