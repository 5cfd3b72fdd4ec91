"""Who may hear what over a WebSocket, from which page, for how long; and that no secret gets into a log."""

import asyncio
import json
import logging
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
import websockets
from tests.integration.stream_tools import Streaming, bar, streaming, talking

from tradewright.application.access.messages import KeepPerson, LogIn, RevokeKey
from tradewright.application.access.views import KeyView, LoggedIn, PersonView
from tradewright.application.jobs.views import JobView
from tradewright.application.messages import Role
from tradewright.application.watching.news import MARKET_DATA, TOPICS, News
from tradewright.interfaces.stream.terms import StreamTerms

TERMS = StreamTerms(checked_every_s=0.2, per_key=3, entered_within_s=1.0, strangers=4, idle_s=1.0)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Streaming]:
    with streaming(tmp_path_factory.mktemp("access"), terms=TERMS) as found:
        yield found


async def refused(place: Streaming, *, path: str = "", **more: Any) -> tuple[int, dict[str, Any]]:
    """The HTTP answer in place of a WebSocket."""
    with pytest.raises(websockets.InvalidStatus) as found:
        async with websockets.connect(place.url + path, proxy=None, **more):
            pass
    body = found.value.response.body
    return found.value.response.status_code, json.loads(body) if body.startswith(b"{") else {}


async def closed(place: Streaming, *messages: str | bytes) -> tuple[int, str]:
    async with websockets.connect(place.url, proxy=None) as one:
        for message in messages:
            await one.send(message)
        async with asyncio.timeout(30):
            with pytest.raises(websockets.ConnectionClosed) as found:
                while True:
                    await one.recv()
    assert found.value.rcvd is not None
    return found.value.rcvd.code, found.value.rcvd.reason


def test_the_first_message_says_who_somebody_is_or_the_connection_ends(place: Streaming) -> None:
    good = place.key("first")

    async def story() -> None:
        async with talking(place, good) as talk:
            assert (talk.welcome["name"], talk.welcome["roles"]) == ("first", ["viewer"])
            assert [one["topic"] for one in talk.welcome["topics"]] == list(TOPICS)
        endings = [
            await closed(place, json.dumps({"op": "auth", "key": key}))
            for key in ("", "x", good[:-1], good + "a", good.upper(), "tw_nobody." + "a" * 43, "twt_" + "a" * 43)
        ]
        endings += [await closed(place, json.dumps({"op": "auth", "ticket": one})) for one in ("", good, "twt_é")]
        assert set(endings) == {(4401, "nobody is known by this")}
        assert (await closed(place, json.dumps({"op": "subscribe", "topic": "orders"})))[0] == 4401
        assert (await closed(place, "{"))[0] == 4401
        assert (await closed(place, b"\x00"))[0] == 1003
        assert await closed(place) == (4401, "nobody said who they are")

    asyncio.run(story())


def test_a_ticket_opens_one_connection_once_and_only_soon(place: Streaming) -> None:
    key = place.key("page", accounts=("mine",))
    asked = httpx2.post(
        f"{place.http}/api/auth/ticket", headers={"Authorization": f"Bearer {key}"}, json={}, trust_env=False
    )
    ticket = asked.json()["ticket"]

    async def story() -> None:
        async with talking(place, ticket) as talk:
            assert (talk.welcome["name"], talk.welcome["accounts"]) == ("page", ["mine"])
        said = json.dumps({"op": "auth", "ticket": ticket})
        assert await closed(place, said) == (4401, "nobody is known by this")

    asyncio.run(story())
    told = (place.serving.app.state_folder / "state.sqlite").read_bytes()
    wal = place.serving.app.state_folder / "state.sqlite-wal"
    assert ticket.encode() not in told + (wal.read_bytes() if wal.exists() else b"")


def test_a_page_of_another_site_gets_no_connection_whatever_it_says(place: Streaming) -> None:
    host = f"127.0.0.1:{place.port}"
    foreign = [
        "https://evil.example", "http://evil.example", f"https://{host}", f"http://{host}.evil.example", "null", "",
        f"http://evil.example@{host}", f"http://{host}@evil.example", f"http://{host}/", f"http://{host}#x",
        f"http://{host}?", "http://127.0.0.1", f"http://localhost:{place.port}", f"HTTP://{host}x", "file://",
        f"http://127.0.0.1:{place.port + 1}", "http://[::1]", f"ws://{host}", "chrome-extension://abc", f"//{host}",
        "http://127.0.0.1.nip.io", f"http://{host} http://evil.example", "javascript:alert(1)", f"{host}", "*",
        f"http:///{host}", f"http://0x7f000001:{place.port}", f"http://2130706433:{place.port}", "data:,x",
    ]  # fmt: skip

    async def story() -> None:
        for origin in foreign:
            status, told = await refused(place, origin=origin)
            assert (status, told["code"]) == (403, "wrong_origin"), origin
        twice = [("Origin", f"http://{host}"), ("Origin", "https://evil.example")]
        assert (await refused(place, additional_headers=twice))[0] in {400, 403}
        for site in ("cross-site", "same-site"):
            assert (await refused(place, additional_headers={"Sec-Fetch-Site": site}))[0] == 403
        for name in ("evil.example", f"evil.example:{place.port}", "127.0.0.1@evil.example", ""):
            status, told = await asyncio.to_thread(handshake, place, name)
            assert (status, told.get("code", "wrong_host")) == (400, "wrong_host"), name
        key = place.key("own page")
        async with talking(place, key, origin=f"http://{host}"):
            pass

    asyncio.run(story())


def handshake(place: Streaming, host: str) -> tuple[int, dict[str, Any]]:
    """With a Host of one's own."""
    headers = {
        "Host": host, "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }  # fmt: skip
    found = httpx2.get(f"{place.http}/ws", headers=headers, trust_env=False)
    return found.status_code, found.json() if found.content.startswith(b"{") else {}


def test_a_key_in_the_address_is_refused_and_stands_in_no_log(
    place: Streaming, caplog: pytest.LogCaptureFixture
) -> None:
    key = place.key("careless")
    with caplog.at_level(logging.DEBUG, logger="uvicorn"):
        status, told = asyncio.run(refused(place, path=f"?key={key}"))
        assert (status, told["code"]) == (400, "malformed_request")
        assert asyncio.run(refused(place, path=f"/market-data?ticket={key}"))[0] == 400
        assert asyncio.run(refused(place, path="/elsewhere"))[0] == 404
    assert not [record for record in caplog.records if record.levelno > logging.INFO]
    lines = [record.getMessage() for record in caplog.records if record.levelno >= logging.INFO]
    assert any("WebSocket" in line for line in lines)
    assert not any(key.partition(".")[2] in line for line in lines)


def test_a_revoked_key_and_changed_roles_end_connections_that_are_open(place: Streaming) -> None:
    app = place.serving.app
    key = place.key("leaving")
    command = KeepPerson(name="eve", password="four words nobody says", roles=(Role.VIEWER,))
    place.serving.app.ask(command, answer=PersonView)
    login = app.ask(LogIn(name="eve", password="four words nobody says"), answer=LoggedIn).key

    async def story() -> None:
        async with (
            talking(place, key) as one,
            talking(place, login) as two,
            talking(place, place.key("stays")) as three,
        ):
            await one.subscribed("bars")
            app.ask(RevokeKey(key.partition(".")[0]), answer=KeyView)
            assert (await one.ended())[0] == 4401
            app.ask(KeepPerson(name="eve", roles=(Role.TRADER,)), answer=PersonView)
            code, reason = await two.ended()
            assert code == 4401 and "rights have changed" in reason
            assert (await three.said(op="ping"))["type"] == "pong"
        assert (await closed(place, json.dumps({"op": "auth", "key": key})))[0] == 4401

    asyncio.run(story())


def test_one_key_and_strangers_have_so_many_connections_and_no_more(place: Streaming) -> None:
    key = place.key("greedy")

    async def story() -> None:
        async with talking(place, key), talking(place, key), talking(place, key):
            told = await closed(place, json.dumps({"op": "auth", "key": key}))
            assert told[0] == 4429
        async with talking(place, key):
            pass
        silent = [await websockets.connect(place.url, proxy=None) for _ in range(TERMS.strangers)]
        assert (await refused(place))[0] == 503
        for one in silent:
            await one.close()
        async with asyncio.timeout(30):
            while place.stream.strangers:
                await asyncio.sleep(0.02)
        async with talking(place, key):
            pass

    asyncio.run(story())


def test_who_listens_to_nothing_and_says_nothing_is_let_go(place: Streaming) -> None:
    async def story() -> None:
        async with talking(place, place.key("idle")) as idle, talking(place, place.key("busy")) as busy:
            await busy.subscribed("bars")
            assert (await idle.ended())[0] == 4408
            assert (await busy.said(op="ping"))["type"] == "pong"

    asyncio.run(story())


def job(actor: str) -> News:
    return "jobs", JobView(
        id=f"job-{actor}", kind="backtest", title="t", subject="s", life="running", change=1, done=0, total=None,
        note="", attempts=1, is_to_be_canceled=False, result=None, error=None, actor=actor, correlation_id="c",
        after="", created_ns=1, started_ns=None, ended_ns=None,
    )  # fmt: skip


def test_each_role_hears_what_its_route_would_answer_and_nothing_of_other_accounts(place: Streaming) -> None:
    """The matrix of roles and topics; then a tenant, who hears of one account, and not even that there are others."""
    route_of = place.serving.dispatcher.route

    async def story() -> None:
        for role in Role:
            async with talking(place, place.key(f"matrix {role.value}", role)) as talk:
                for topic in TOPICS.values():
                    told = await talk.said(op="subscribe", topic=topic.name, id=topic.name)
                    if not topic.works:
                        assert (told["type"], told["code"], told["detail"]) == (
                            "error",
                            "not_found",
                            "no such topic yet",
                        )
                        continue
                    assert topic.message is not None
                    may = any(
                        role in {one, Role.ADMIN} or one is Role.VIEWER
                        for one in (route_of(topic.message).role, route_of(topic.message).or_role)
                        if one is not None
                    )
                    assert (told["type"] == "subscribed") is may, (role, topic.name, told)
                    if may:
                        assert (await talk.heard())["type"] == "snapshot"
        place.tell(bar("A", account="mine"), bar("B", account="yours"), job("tenant"), job("other"))
        async with talking(place, place.key("tenant", Role.TRADER, accounts=("mine",))) as talk:
            told = await talk.said(op="subscribe", topic="bars", filters={"account": "yours"})
            assert (told["type"], told["detail"]) == ("error", "account yours is not there")
            assert [one["account"] for one in (await talk.subscribed("bars"))["items"]] == ["mine"]
            assert [one["actor"] for one in (await talk.subscribed("jobs"))["items"]] == ["tenant"]
            place.tell(bar("B", 2, account="yours"), job("other"), bar("A", 2, account="mine"), job("tenant"))
            found = await talk.events(2)
            assert {one["data"].get("account", one["data"].get("actor")) for one in found} == {"mine", "tenant"}

    asyncio.run(story())


def test_the_address_of_market_data_has_the_topics_of_the_market_only(place: Streaming) -> None:
    async def story() -> None:
        async with talking(place, place.key("screen"), path="/market-data") as talk:
            assert [one["topic"] for one in talk.welcome["topics"]] == list(MARKET_DATA)
            assert (await talk.said(op="subscribe", topic="orders"))["detail"] == "there is no such topic"
            await talk.subscribed("bars", filters={"symbol": "aapl"})
            place.tell(bar("MSFT.XNAS"), bar("AAPL.XNAS", 7))
            assert [one["data"]["close"] for one in await talk.events(1)] == ["7"]

    asyncio.run(story())
