"""The whole way: a platform and a paper session in processes of their own, and a client that sees what happens."""

import asyncio
import json
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
import websockets
from tests.integration.stream_tools import Talk
from tests.integration.test_up import running
from tests.integration.trading_tools import project, sent, started

from tradewright.application.schedules.messages import TriggerSchedule
from tradewright.bootstrap.app import open_app

WITHIN_S = 120.0


async def heard_until(talk: Talk, wanted: set[tuple[str, str]]) -> list[dict[str, Any]]:
    """News until each of these (topic, life or side) was told."""
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(WITHIN_S):
        while wanted - {(one["topic"], word_of(one)) for one in found}:
            found += json.loads(await talk.socket.recv()).get("events", [])
    return found


def backtest(url: str, key: str) -> str:
    """Ask for one over HTTP; its job."""
    body = {"strategy": "moving_average", "symbols": ["SPY"], "parameters": {"fast": 5, "slow": 20}}
    headers = {"Authorization": f"Bearer {key}"}
    asked = httpx2.post(f"{url}/api/backtests", json=body, headers=headers, trust_env=False, timeout=WITHIN_S)
    assert asked.status_code == 202, asked.text
    return str(asked.json()["id"])


def word_of(event: dict[str, Any]) -> str:
    """What a test waits for in an event."""
    data = event["data"]
    return str(data.get("life") or data.get("side") or data.get("direction") or data.get("instrument") or "")


@pytest.mark.slow
def test_orders_fills_positions_and_jobs_arrive_at_a_screen(tmp_path: Path) -> None:
    with project(tmp_path) as folder, running(folder) as (_, told):
        session = started(folder, "paper", "--speed", "4")

        async def story() -> None:
            url = told["url"].replace("http", "ws") + "/ws"
            async with websockets.connect(url, proxy=None) as one:
                await one.send(json.dumps({"op": "auth", "key": told["first_key"]}))
                talk = Talk(one, json.loads(await one.recv()))
                for topic in ("orders", "fills", "positions", "account", "bars", "jobs", "backtests"):
                    await talk.subscribed(topic)
                send = partial(sent, "BUY", "3", "SPY", folder=folder, session=session, lives=("filled",))
                name = await asyncio.to_thread(send)
                news = await heard_until(
                    talk,
                    {("orders", "filled"), ("fills", "BUY"), ("positions", "LONG"), ("bars", "SPY.ARCX"),
                     ("account", "running")},
                )  # fmt: skip
                fills = [each["data"] for each in news if each["topic"] == "fills"]
                assert any(fill["order"] == name and fill["session"] == session for fill in fills)
                app = open_app(folder)
                app.ask(TriggerSchedule("job_clean_up"), answer=object)
                app.state.close()
                lives = [
                    each["data"]["life"]
                    for each in await heard_until(talk, {("jobs", "done")})
                    if each["topic"] == "jobs"
                ]
                assert set(lives[:-1]) <= {"queued", "running"} and lives[-1] == "done"
                job = await asyncio.to_thread(backtest, told["url"], told["first_key"])
                steps = [
                    each["data"]
                    for each in await heard_until(talk, {("backtests", "done")})
                    if each["topic"] == "backtests"
                ]
                assert {each["id"] for each in steps} == {job}
                assert steps[0]["life"] in {"queued", "running"} and steps[-1]["result"]["run_id"]
                numbers = [each["seq"] for each in news]
                assert numbers == sorted(numbers)

        asyncio.run(story())
