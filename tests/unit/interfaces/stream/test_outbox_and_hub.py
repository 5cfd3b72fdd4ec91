"""The queue of one client, and the numbering of news: nothing falls between, and nobody who is slow costs much."""

import asyncio
import json
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tradewright.application.messages import Actor, Role
from tradewright.application.trading.across_messages import RiskEventView
from tradewright.application.watching.news import SessionBar
from tradewright.interfaces.api.schemas.told import Telling
from tradewright.interfaces.stream.hub import Client, Hub, Subscription
from tradewright.interfaces.stream.outbox import Outbox, Parcel
from tradewright.interfaces.stream.terms import FRAME_BYTES, StreamTerms

ADA = Actor("ada", frozenset({Role.VIEWER}))
TELLING = Telling()


def bar(symbol: str, close: int, account: str = "a") -> SessionBar:
    return SessionBar(session="s", account=account, instrument=symbol, slice=1, time_ns=1, close=Decimal(close))


def event(number: int) -> RiskEventView:
    return RiskEventView(
        session="s", account="a", sequence=number, time_ns=1, what="refused", subject="o", who="gate", reason="x"
    )


def spread(hub: Hub, *events: object) -> None:
    for one in events:
        hub.spread([("bars" if isinstance(one, SessionBar) else "risk", one, TELLING.encoded(one))])


def client(hub: Hub, actor: Actor = ADA) -> Client:
    return Client(actor, Outbox(hub.terms.items, hub.terms.waiting_bytes))


def frames(outbox: Outbox) -> list[dict[str, Any]]:
    """All that waits, as it would be sent."""

    async def taken() -> list[dict[str, Any]]:
        found = []
        while len(outbox):
            content = await outbox.frame()
            assert content is not None
            found.append(json.loads(content))
        return found

    return asyncio.run(taken())


def events(outbox: Outbox) -> list[tuple[int, Any]]:
    told = [one for sent in frames(outbox) if sent["type"] == "events" for one in sent["events"]]
    return [(one["seq"], one["data"]) for one in told]


def test_the_newest_of_each_state_takes_the_place_of_older_ones_and_numbers_stay_in_order() -> None:
    hub = Hub("h", StreamTerms())
    one = client(hub)
    hub.subscribe(one, Subscription("bars", {}), after=None, id="")
    frames(one.outbox)
    spread(hub, bar("A", 1), bar("B", 1), bar("A", 2), bar("A", 3))
    assert [(seq, data["instrument"], data["close"]) for seq, data in events(one.outbox)] == [
        (2, "B", "1"),
        (4, "A", "3"),
    ]
    assert one.outbox.conflated == 2


def test_happenings_are_never_conflated_and_too_many_cut_the_client() -> None:
    hub = Hub("h", StreamTerms(items=10))
    slow, quick = client(hub), client(hub)
    for each in (slow, quick):
        hub.subscribe(each, Subscription("risk", {}), after=None, id="")
        frames(each.outbox)
    for number in range(10):
        spread(hub, event(number))
    assert len(slow.outbox) == 10
    assert [seq for seq, _ in events(quick.outbox)] == list(range(1, 11))
    spread(hub, event(10))
    assert slow.outbox.is_full and len(slow.outbox) == slow.outbox.held == 0
    assert asyncio.run(slow.outbox.frame()) is None
    assert [seq for seq, _ in events(quick.outbox)] == [11]


def test_bytes_that_wait_are_bounded_too() -> None:
    outbox = Outbox(1_000, 1_000)
    outbox.put(Parcel(b"x" * 900))
    assert not outbox.is_full
    outbox.put(Parcel(b"x" * 101))
    assert outbox.is_full


def test_no_frame_is_larger_than_allowed_but_for_one_event_that_is() -> None:
    outbox = Outbox(1_000, 1 << 20)
    for _ in range(300):
        outbox.put(Parcel(b'"' + b"x" * 998 + b'"'))
    outbox.put(Parcel(b'"' + b"y" * FRAME_BYTES + b'"'))

    async def sizes() -> list[int]:
        return [len(await outbox.frame() or b"") for _ in range(6)]

    found = asyncio.run(sizes())
    assert all(size <= FRAME_BYTES for size in found[:-1]) and found[0] > FRAME_BYTES - 1_100
    assert found[-1] > FRAME_BYTES and not len(outbox)


def test_a_snapshot_has_every_state_in_frames_of_bounded_size() -> None:
    hub = Hub("h", StreamTerms())
    spread(hub, *(bar(f"S{n}", n) for n in range(1_500)))
    one = client(hub)
    hub.subscribe(one, Subscription("bars", {}), after=None, id="x")
    told = frames(one.outbox)
    assert told[0] == {
        "type": "subscribed", "id": "x", "topic": "bars", "stream": "h", "seq": 1_500, "is_resumed": False,
    }  # fmt: skip
    parts = told[1:]
    assert len(parts) > 1 and [part["is_last"] for part in parts] == [False] * (len(parts) - 1) + [True]
    assert [item["instrument"] for part in parts for item in part["items"]] == [f"S{n}" for n in range(1_500)]
    assert all(len(json.dumps(part)) < 1.2 * FRAME_BYTES for part in parts)


def test_nobody_hears_of_accounts_that_are_not_theirs() -> None:
    hub = Hub("h", StreamTerms())
    spread(hub, bar("A", 1, "mine"), bar("B", 1, "yours"))
    one = client(hub, Actor("ada", frozenset({Role.VIEWER}), frozenset({"mine"})))
    hub.subscribe(one, Subscription("bars", {}), after=None, id="")
    assert [item["account"] for item in frames(one.outbox)[1]["items"]] == ["mine"]
    spread(hub, bar("A", 2, "yours"), bar("C", 2, "mine"))
    assert [data["account"] for _, data in events(one.outbox)] == ["mine"]
    hub.subscribe(one, Subscription("bars", {}), after=("h", 0), id="")
    assert {data["account"] for _, data in events(one.outbox)} == {"mine"}


@settings(max_examples=80, deadline=None)
@given(
    symbols=st.lists(st.sampled_from("ABCD"), min_size=1, max_size=60),
    left=st.integers(0, 60),
    kept=st.integers(1, 40),
)
def test_who_comes_back_knows_the_same_as_who_stayed(symbols: list[str], left: int, kept: int) -> None:
    """By what came since, or by a snapshot where too much came: the states are the same."""
    hub = Hub("h", StreamTerms(kept=kept))
    spread(hub, *(bar(one, number) for number, one in enumerate(symbols[:left])))
    gone_at = hub.seq
    known = {one: str(number) for number, one in enumerate(symbols[:left])}
    spread(hub, *(bar(one, number) for number, one in enumerate(symbols[left:], left)))
    back = client(hub)
    hub.subscribe(back, Subscription("bars", {}), after=("h", gone_at), id="")
    told = frames(back.outbox)
    is_resumed = told[0]["is_resumed"]
    assert is_resumed == (hub.seq - gone_at <= kept)
    for sent in told[1:]:
        if sent["type"] == "snapshot":
            known = {item["instrument"]: item["close"] for item in sent["items"]}
        else:
            known |= {one["data"]["instrument"]: one["data"]["close"] for one in sent["events"]}
    assert known == {one: str(number) for number, one in enumerate(symbols)}


def test_another_stream_or_a_number_from_the_future_gets_a_snapshot() -> None:
    hub = Hub("h", StreamTerms())
    spread(hub, bar("A", 1))
    for after in (("other", 1), ("h", 2)):
        one = client(hub)
        hub.subscribe(one, Subscription("bars", {}), after=after, id="")
        assert [sent["type"] for sent in frames(one.outbox)] == ["subscribed", "snapshot"]


def test_what_is_not_subscribed_to_any_more_is_not_told() -> None:
    hub = Hub("h", StreamTerms())
    one = client(hub)
    hub.subscribe(one, Subscription("bars", {}), after=None, id="")
    hub.subscribe(one, Subscription("bars", {"instrument": "A"}), after=None, id="")
    frames(one.outbox)
    spread(hub, bar("A", 1))
    assert len(events(one.outbox)) == 1, "told once, however many subscriptions want it"
    assert hub.unsubscribe(one, "bars", wishes={}) == 1
    spread(hub, bar("A", 2), bar("B", 2))
    assert [data["instrument"] for _, data in events(one.outbox)] == ["A"]
    assert hub.unsubscribe(one, "bars", wishes=None) == 1
    spread(hub, bar("A", 3))
    assert not len(one.outbox) and hub.clients["bars"] == []
